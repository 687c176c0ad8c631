"""Why activities are left out, and the smallest changes of the answers, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from app.matching.person import Person
from app.matching.policy import FilterOf
from app.matching.relaxing import Change
from app.matching.words import Text, Voice, counted, easy, label, pounds, sentence

PERIODS = {"week": "a week", "four_weeks": "every four weeks", "month": "a month"}


def excluded_words(left_out_by: FilterOf, person: Person) -> dict[str, str]:
    """Why something is left out, in words; what is too far depends on what was wanted."""
    label, simple = left_out_by.label, left_out_by.easy_read
    if left_out_by.code == "travel" and person.only_online:
        label, simple = "Not online, or not for where you live", "It is not online for you."
    elif left_out_by.code == "travel" and person.limit is None:
        label, simple = "Does not cover where you live", "They do not work where you live."
    return {"label": label, "easy_read": simple}


def change_view(change: Change, voice: Voice) -> dict[str, Any]:
    """A relaxation as the answer shows it."""
    what = _what(change, voice)
    more = counted(change.gains, "more place")
    return {
        "patch": change.patch,
        "text": f"{sentence(what.text).rstrip('.')}: {more}",
        "easy_read": f"{sentence(what.easy_read)} Then there {_are(change.gains)} {more}.",
        "gains": change.gains,
    }


def _are(number: int) -> str:
    return "is" if number == 1 else "are"


def _what(change: Change, voice: Voice) -> Text:
    if change.kind == "both":
        one, other = (_what(each, voice) for each in change.detail["changes"])
        second = other.text[0].lower() + other.text[1:]
        return Text(f"{one.text}, and {second}", f"{sentence(one.easy_read)} {other.easy_read}")
    return WORDS[change.kind](change.detail, voice)


def _miles(detail: Mapping[str, Any], _: Voice) -> Text:
    more = counted(detail["more"], "mile")
    return Text(f"Go {more} further", f"Go {more} further")


def _slot(detail: Mapping[str, Any], _: Voice) -> Text:
    return Text(
        f"Come on a {_slot_name(detail['slot'])} as well",
        f"Come on a {_slot_name(detail['slot'])} too",
    )


def _slot_name(code: str) -> str:
    return easy("slot", code).rstrip(".")


def _only(_: Mapping[str, Any], voice: Voice) -> Text:
    return Text(
        "Allow other times as well", f"Look at other times too, not only {voice.your} times"
    )


def _online(_: Mapping[str, Any], __: Voice) -> Text:
    return Text("Allow what is online", "Look at things on a computer or phone too")


def _must(detail: Mapping[str, Any], _: Voice) -> Text:
    scheme, code = detail["scheme"], detail["code"]
    return Text(
        f"Take this as a wish, not as a must: {label(scheme, code)}",
        f"You can do without this: {easy(scheme, code)}",
    )


def _pick_up(_: Mapping[str, Any], __: Voice) -> Text:
    return Text("Travel without being picked up", "Get there in another way")


def _budget(detail: Mapping[str, Any], _: Voice) -> Text:
    period = PERIODS[detail["period"]]
    return Text(
        f"Spend {pounds(detail['more'])} more, up to {pounds(detail['pence'])} {period}",
        f"Spend {pounds(detail['more'])} more {period}",
    )


def _budget_off(_: Mapping[str, Any], __: Voice) -> Text:
    return Text("Look at what costs more or states no price", "Look at things that may cost more")


WORDS: Mapping[str, Callable[[Mapping[str, Any], Voice], Text]] = {
    "miles": _miles,
    "slot": _slot,
    "only": _only,
    "online": _online,
    "must": _must,
    "pick_up": _pick_up,
    "budget": _budget,
    "budget_off": _budget_off,
}
