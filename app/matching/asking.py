"""What to ask the providers: the exact questions, where something is not stated."""

from collections.abc import Iterable, Iterator, Sequence

from app.matching.musts import FUNDING_WORDS, put_to
from app.matching.person import Person, Side
from app.matching.policy import LEVELS, MUST_SCHEMES
from app.matching.shown import Cells
from app.matching.words import Text, Voice, easy, label

MOST_QUESTIONS = 8


def questions_of(cells: Cells) -> list[bytes]:
    """The exact questions to ask each provider, the most needed first, as arrays of `Said`."""
    columns = [*_asks(cells), *_wishes(cells), *_always(cells)]
    rows = [*zip(*columns, strict=True)]
    # The texts themselves are shared, so many results ask the very same.
    made = {row: _questions(filter(None, row)) for row in dict.fromkeys(rows)}
    return [made[row] for row in rows]


def _questions(found: Iterable[Text]) -> bytes:
    unique = [*{one.text: one for one in found}.values()]
    return b"[%b]" % b",".join([b"{%b}" % one.json for one in unique[:MOST_QUESTIONS]])


def _asks(cells: Cells) -> Iterator[list[Text | None]]:
    """What has to be asked before anybody can tell whether it fits."""
    person, side, voice = cells.person, cells.judged.side, cells.reading.voice
    tested = {code for code, _ in put_to(cells)}
    for code, text in _fixed(voice, person, side).items():
        if code in tested:
            yield [text if status == "ask" else None for status in cells.status(code)]
    terms = [(scheme, code) for scheme in MUST_SCHEMES for code in person.musts(scheme)]
    for scheme, code in [*terms, *(("support_mode", level) for level in LEVELS)]:
        if code in tested:
            asked = [status == "ask" for status in cells.status(code)]
            yield _asked_where(cells, asked, scheme, code)


def _fixed(voice: Voice, person: Person, side: Side) -> dict[str, Text]:
    """What to ask of the filters that are no wishes, in the order of asking."""
    me = "me" if voice.i == "I" else "them"
    plain, simple = FUNDING_WORDS.get(person.answers.funding or "", ("", ""))
    return {
        "travel": Text(f"Do you cover where {voice.i} live?", "Do you work where I live?"),
        "age": Text(_age_question(voice, side), "Is my age right for this?"),
        "who_it_is_for": Text(
            f"{voice.can_i} come? What do you need to know about who it is for?", "Is this for me?"
        ),
        "times": Text("On which days and at what times is it?", "When is it?"),
        "pick_up": Text(f"Can you pick {me} up from home?", "Can you pick me up?"),
        "budget": Text("What would one time a week cost in all?", "How much is it each week?"),
        "funding": Text(f"{voice.can_i} pay with {plain}?", f"Can I pay with {_mine(simple)}?"),
    }


def _mine(words: str) -> str:
    return (
        words.replace("your ", "my ")
        .replace("that you spend", "that I spend")
        .replace("for you", "for me")
    )


def _age_question(voice: Voice, side: Side) -> str:
    ages = side.ages
    if ages is None:
        return "Is my age right for this?" if voice.i == "I" else "Is their age right for this?"
    if ages[0] == ages[1]:
        years = str(ages[0])
    else:
        years = f"{ages[0]} or over" if ages[1] >= 120 else f"{ages[0]} to {ages[1]}"  # noqa: PLR2004 - the oldest.
    return f"{'I am' if voice.i == 'I' else 'They are'} {years}. {voice.can_i} come?"


ASKING = {
    "access": "Does the place have this",
    "support_need": "Can you give this support",
    "communication": "Can you offer this",
    "preference": "Can you offer this",
    "support_mode": "Do you offer this",
    "travel": "Is this possible",
}


def _asked_where(cells: Cells, asked: Sequence[bool], scheme: str, code: str) -> list[Text | None]:
    """What to ask of one term, where it is asked; where it is there partly, which part."""
    whole, part = _asked(scheme, code, partly=False), _asked(scheme, code, partly=True)
    return [
        (part if value == "partly" else whole) if ask else None
        for ask, value in zip(asked, cells.value(scheme, code), strict=True)
    ]


def _asked(scheme: str, code: str, *, partly: bool) -> Text:
    plain, simple = label(scheme, code), easy(scheme, code)
    if partly:
        return Text(
            f"You say that you partly have this: {plain}. What is there, and what is not?",
            f"You have some of this: {simple} What do you have?",
        )
    return Text(f"{ASKING[scheme]}: {plain}?", f"Is this right? {simple}")


def _wishes(cells: Cells) -> Iterator[list[Text | None]]:
    """What is wished for and not stated."""
    person = cells.person
    for scheme in MUST_SCHEMES:
        for code in person.asked(scheme):
            if code not in person.musts(scheme):
                asked = [value == "not_stated" for value in cells.value(scheme, code)]
                yield _asked_where(cells, asked, scheme, code)


def _always(cells: Cells) -> Iterator[Sequence[Text | None]]:
    """What everybody should know before they start, as far as it is not stated."""
    person, voice, costs = cells.person, cells.reading.voice, cells.costs
    if not person.budget_is_must:
        unknown = [cost.bill.unknown for cost in costs]
        prices = {parts: _price_question(parts) if parts else None for parts in {*unknown}}
        yield [prices[parts] for parts in unknown]
    if person.answers.times and person.answers.times.bank_holidays:
        yield [
            None if stated.get("bank_holidays") else BANK_HOLIDAYS for stated in cells.best_stated
        ]
    free = [cost.free for cost in costs]
    stated = cells.stated
    trial, free_trial = (_trial_question(voice, free=each) for each in (False, True))
    yield [
        None if one["trial"] is not None else free_trial if nothing else trial
        for one, nothing in zip(stated, free, strict=True)
    ]
    absence = _absence_question(voice)
    yield [
        None if one["absence"] is not None or nothing else absence
        for one, nothing in zip(stated, free, strict=True)
    ]


BANK_HOLIDAYS = Text("Is it open on bank holidays?", "Are you open on bank holidays?")


def _price_question(unknown: Sequence[str]) -> Text:
    parts = ", ".join(label("price_part", part) for part in unknown)
    return Text(f"What does it cost: {parts}?", "How much does it cost?")


def _trial_question(voice: Voice, *, free: bool) -> Text:
    cost = "" if free else ", and what would that cost"
    return Text(f"{voice.can_i} try it first{cost}?", "Can I try it first?")


def _absence_question(voice: Voice) -> Text:
    return Text(f"What do {voice.i} pay when {voice.i} cannot come?", "Do I pay when I am away?")
