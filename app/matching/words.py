"""How texts are put together: names of terms, amounts, times and places, in both kinds of text."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

from pydantic_core import to_json

from app.matching.answers import ForWhom
from app.matching.kept import kept
from app.vocabulary.terms import vocabulary

DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}
NOON = 12


def written(text: str) -> bytes:
    """A text as it stands between the quotation marks of JSON."""
    return to_json(text)[1:-1]


def said_json(text: bytes, easy_read: bytes) -> bytes:
    """Both kinds of a text, written for JSON, as they stand in an answer without braces."""
    return b'"text":"%b","easy_read":"%b"' % (text, easy_read)


@dataclass(eq=False)
class Text:
    """The same in plain English and in Easy Read; nothing is altered once it is said."""

    text: str
    easy_read: str

    @kept
    def json(self) -> bytes:
        """Both as they stand in the JSON of an answer, without braces."""
        return to_json(self.said())[1:-1]

    @kept
    def written(self) -> tuple[bytes, bytes]:
        """Each as it stands between the quotation marks of JSON."""
        return written(self.text), written(self.easy_read)

    def said(self) -> dict[str, str]:
        """As answers write it."""
        return {"text": self.text, "easy_read": self.easy_read}


@dataclass(frozen=True, slots=True)
class Voice:
    """Whom the texts speak to: the person, or somebody who asks for them."""

    you: str
    your: str
    them: str
    can_i: str
    i: str


OWN = Voice("you", "your", "you", "Can I", "I")
OTHERS = Voice("they", "their", "them", "Can they", "they")


def voice_of(for_whom: ForWhom | None) -> Voice:
    """The voice for an answer to whom this is for."""
    return OWN if for_whom in {None, "me"} else OTHERS


@cache
def label(scheme: str, code: str) -> str:
    """A term within a sentence of plain English: initials keep their capitals."""
    text = vocabulary().term(scheme, code).label
    if scheme == "language":
        return text
    return text if len(text) > 1 and not text[1].islower() and text[1] != " " else _lowered(text)


def _lowered(text: str) -> str:
    names = ("English", "British", "Easy", "Blue", "Talking", "Changing", "Makaton", "Braille")
    return text if text.startswith(names) else text[0].lower() + text[1:]


@cache
def easy(scheme: str, code: str) -> str:
    """A term's own Easy Read sentence."""
    return vocabulary().term(scheme, code).easy_read


@cache
def people(code: str) -> str:
    """Whom a cohort is for, as in "people with dementia"; empty for everyone."""
    words = easy("cohort", code).rstrip(".")
    return words.removeprefix("For ") if words.startswith("For ") else ""


def listed(words: Sequence[str], joint: str = "and") -> str:
    """Some words as a list."""
    if len(words) < 2:  # noqa: PLR2004 - a list has two.
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def pounds(pence: int) -> str:
    """An amount of money, without pence where there are none."""
    whole, rest = divmod(pence, 100)
    return f"£{whole:,}.{rest:02}" if rest else f"£{whole:,}"


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def miles(tenths: int) -> str:
    """About how many miles, in words: whole ones, but for the first."""
    if tenths < 5:  # noqa: PLR2004 - half a mile.
        return "less than half a mile"
    whole = (tenths + 5) // 10
    return counted(whole, "mile")


def on_day(day: date) -> str:
    """A date in words."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def clock(at: int) -> str:
    """Minutes since midnight as `HH:MM`."""
    return f"{at // 60:02}:{at % 60:02}"


def plain_clock(at: int) -> str:
    """Minutes since midnight as people say it."""
    hour, minute = divmod(at, 60)
    if (hour, minute) == (NOON, 0):
        return "12 noon"
    half = "am" if hour < NOON else "pm"
    return f"{hour % 12 or 12}{f'.{minute:02}' if minute else ''}{half}"


def session_times(day: int, starts: int, ends: int, stated: Mapping[str, Any]) -> Text:
    """When a session is, as in "Tuesdays 10:00 to 12:00"."""
    name, repeats = DAY_NAMES[day], stated["repeats"]
    term = " in school terms" if stated["term"] else ""
    hours = f"{clock(starts)} to {clock(ends)}"
    if repeats == "fortnightly":
        when, simply = f"every second {name}", f"every second {name}"
    elif repeats == "monthly":
        nth = listed([NTH[number] for number in stated["nth"]])
        when = simply = f"the {nth} {name} of the month"
    elif repeats == "dated":
        dates = [on_day(date.fromisoformat(text)) for text in stated["dates"][:2]]
        more = " and later" if len(stated["dates"]) > len(dates) else ""
        when = f"{name} {listed(dates)}{more}"
        simply = f"{name} {dates[0]}" if dates else name
    else:
        when, simply = f"{name}s", name
    return Text(f"{when} {hours}{term}", f"{simply}, {plain_clock(starts)} to {plain_clock(ends)}")


MOST_SESSIONS = 3
"""So many sessions are named in a text; all stand in `sessions_that_fit`."""


def sessions_named(every: Sequence[Text]) -> Text:
    """When some sessions are, each told by its times: the first of them, and how many more."""
    if not every:
        return NO_TIMES
    times = every[:MOST_SESSIONS]
    plain = f"It is on {listed([one.text for one in times])}"
    simple = " ".join([f"It is on {one.easy_read}." for one in times])
    if len(every) > len(times):
        more = counted(len(every) - len(times), "more time")
        return Text(f"{plain}, and {more}", f"{simple} There are {more}.")
    return Text(plain, simple)


NO_TIMES = Text("It does not say when it is.", "They do not tell us when it is.")


def sentence(words: str) -> str:
    """Words as a sentence: a capital letter first, a full stop last."""
    capital = words[:1].upper() + words[1:]
    return capital if capital.endswith((".", "?", "!")) else f"{capital}."


def together(sentences: Iterable[str]) -> str:
    """Sentences one after another."""
    return " ".join(one for one in sentences if one)
