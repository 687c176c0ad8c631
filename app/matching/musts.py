"""What cannot be gone without: whether it is met, and what is stated of it."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from itertools import repeat
from typing import Any

from app.catalogue.pricing import half_up
from app.matching.costs import Bill
from app.matching.person import Person, Side
from app.matching.policy import LEVELS, MUST_SCHEMES
from app.matching.reasons import near, sessions_named, who_it_is_for
from app.matching.shown import PLACE_NAMES, Cells, Column, Status, Texts, Value, each_once
from app.matching.words import Text, Voice, easy, label, on_day, pounds, sentence
from app.search.index.bits import mask_of
from app.search.index.facts import NO_LIMIT

FUNDING_WORDS = {
    "direct_payment": ("a direct payment", "money from the council that you spend"),
    "prepaid_card": ("a direct payment card", "a card with your care money on it"),
    "managed_dp": ("a managed direct payment account", "money that someone looks after for you"),
    "isf": ("an individual service fund", "care money that a provider looks after"),
    "nhs_phb": ("an NHS personal health budget", "health money from the NHS"),
    "self_funded": ("your own money", "your own money"),
    "council_arranged": ("an arrangement of the council's", "money that the council pays"),
}
"""How each way of paying is called within a sentence, in plain English and in Easy Read."""


OPEN = Text("It is open.", "It is open.")


def musts_of(cells: Cells) -> Iterator[Column]:
    """Every filter that was put to each result, in the order of the policy, as arrays of `Must`."""
    side, begins = cells.judged.side, b"[{"
    for code, texts in put_to(cells):
        named = {
            status: b'%b"code":"%b","status":"%b",' % (begins, code.encode(), status.encode())
            for status in ("met", "ask", "failed")
        }
        statuses, said = cells.status(code), [text.json for text in texts(cells)]
        if code == "who_it_is_for" and not (side.cohorts or side.by_age):
            # Where nothing was told that it could have been judged by, what is met is not named.
            named["met"] = b""
            said = [b"" if met == "met" else text for met, text in zip(statuses, said, strict=True)]
        yield [named[status] for status in statuses]
        yield said
        begins = b"},{"
    yield repeat(b"}]")


def put_to(cells: Cells) -> list[tuple[str, Texts]]:
    """The filters that were put to the results, and what puts each into words."""
    return cells.column("put to", lambda: [*_filters(cells.person, cells.judged.side)])


def _filters(person: Person, side: Side) -> Iterator[tuple[str, Texts]]:
    applied: tuple[tuple[str, bool, Texts], ...] = (
        ("open", True, _open),
        ("travel", person.has_place or person.only_online, _travel),
        ("age", side.ages is not None or not side.known, _age),
        ("who_it_is_for", True, _who),
        ("funding", person.answers.funding not in {None, "not_sure"}, _funding),
        ("times", person.only_slots, _times),
    )
    for code, tested, texts in applied:
        if tested:
            yield code, texts
    for scheme in MUST_SCHEMES:
        for code in person.musts(scheme):
            yield code, partial(_facts, scheme=scheme, code=code)
    if person.pick_up:
        yield "pick_up", _pick_up
    if person.level in LEVELS:
        yield person.level, partial(_facts, scheme="support_mode", code=person.level)
    if person.budget_is_must:
        yield "budget", _budget


def _open(cells: Cells) -> list[Text]:
    day = cells.person.day
    return [
        OPEN if closed_from == 0 else _closed(stated["closure"], day)
        for closed_from, stated in zip(cells.activity("closed_from"), cells.stated, strict=True)
    ]


def _closed(closure: Mapping[str, Any] | None, day: date) -> Text:
    if closure is None or date.fromisoformat(closure["closed_from"]) > day:
        return OPEN
    again = closure["reopens_on"]
    if again is None:
        return Text("It is closed, and nobody knows until when.", "It is closed now.")
    if date.fromisoformat(again) <= day:
        return OPEN
    words = on_day(date.fromisoformat(again))
    return Text(f"It is closed and opens again on {words}.", f"It opens again on {words}.")


def _travel(cells: Cells) -> list[Text]:
    places = [PLACE_NAMES.get(place, "") for place in cells.session("place")]
    facts = [*zip(near(cells), places, cells.status("travel"), strict=True)]
    return each_once(facts, lambda found: _travel_told(cells, *found))


def _travel_told(cells: Cells, text: Text, place: str, status: Status) -> Text:
    you = cells.voice.you
    if status == "failed":
        return _too_far(cells, text, place)
    if place in {"online", "comes_to_you"}:
        if status == "ask":
            return Text(
                f"{text.text} It does not say whether it covers where {you} live.",
                f"{text.easy_read} Ask if they work where you live.",
            )
        if cells.reading.wanted.spot is not None:
            return Text(
                f"{text.text} It covers where {you} live.",
                f"{text.easy_read} They work where you live.",
            )
    return text


def _too_far(cells: Cells, text: Text, place: str) -> Text:
    person, you = cells.person, cells.voice.you
    if person.only_online:
        return Text("It is not online.", "It is not online.")
    if place == "online" and person.online is False:
        return Text("It is only online.", "It is only online.")
    if place == "venue" and person.limit is not None:
        return Text(
            f"{text.text} {you.capitalize()} said {person.limit}.",
            f"{text.easy_read} That is further than you said.",
        )
    return Text(
        f"{text.text} It does not cover where {you} live.",
        f"{text.easy_read} They do not work where you live.",
    )


def ages_text(least: int, most: int) -> str:
    """Which ages something takes, in words."""
    if most == NO_LIMIT:
        return f"people aged {least} and over"
    return f"people aged {least} to {most}" if least else f"people up to {most}"


def _age(cells: Cells) -> list[Text]:
    names = ("minimum_age", "maximum_age", "ages_stated")
    facts = [*zip(*map(cells.activity, names), cells.status("age"), strict=True)]
    return each_once(facts, lambda found: _age_told(*found))


def _age_told(least: int, most: int, stated: int, status: Status) -> Text:
    if not stated:
        if status == "ask":
            return Text("It does not say which ages it takes.", "Ask if your age is right.")
        return Text("It states no limits of age.", "They do not ask how old you are.")
    ages = ages_text(least, most)
    fact = f"It is for {ages}"
    if status == "ask":
        return Text(f"{fact}: ask whether the age is right.", f"{fact}. Ask if your age is right.")
    if status == "failed":
        return Text(f"{fact}, and the age told is outside that.", f"{fact}. You are another age.")
    return Text(f"{fact}.", f"{fact}.")


def _who(cells: Cells) -> list[Text]:
    if not cells.judged.side.known:
        return [NOBODY_KNOWN] * len(cells.rows)
    only = mask_of("open_to", ["only"])
    facts = [
        (text, bool(open_to & only), status)
        for text, open_to, status in zip(
            who_it_is_for(cells),
            cells.activity("open_to"),
            cells.status("who_it_is_for"),
            strict=True,
        )
    ]
    return each_once(facts, lambda found: _who_told(*found))


NOBODY_KNOWN = Text(
    "This may be for the person who is cared for: we were not told about them.",
    "This may be for the person you care for.",
)


def _who_told(text: Text, only: bool, status: Status) -> Text:  # noqa: FBT001 - a fact.
    if only:
        if status == "ask":
            return Text(
                f"It is only for the people it names. {text.text}",
                f"It is only for some people. {text.easy_read}",
            )
        if status == "failed":
            return Text(
                f"It is for them only. {text.text}", f"{text.easy_read} It is only for them."
            )
        return text
    return Text(f"It is not limited to the people it names. {text.text}", text.easy_read)


def _funding(cells: Cells) -> list[Text]:
    term = "funding", cells.person.answers.funding or ""
    facts = [*zip(cells.value(*term), cells.note(*term), cells.status("funding"), strict=True)]
    return each_once(facts, lambda found: _funding_told(term[1], cells.voice, *found))


def _funding_told(funding: str, voice: Voice, value: Value, note: str, status: Status) -> Text:
    plain, simple = FUNDING_WORDS[funding]
    more = f" {sentence(note)}" if note else ""
    if status == "met":
        if value == "yes":
            return Text(f"It can be paid for with {plain}.{more}", f"You can pay with {simple}.")
        return PAID_ANYHOW if funding != "self_funded" else _paid_by_oneself(voice)
    if status == "failed":
        if value == "no":
            return Text(
                f"It cannot be paid for with {plain}.{more}", f"You cannot pay with {simple}."
            )
        return ONLY_COUNCIL
    if value == "partly":
        return Text(f"It takes {plain} for a part.{more}", f"You can pay some with {simple}.")
    return Text(
        f"It does not say whether it can be paid for with {plain}.",
        f"We do not know this. Can you pay with {simple}?",
    )


PAID_ANYHOW = Text("It is free, so it does not matter who pays.", "It is free.")
ONLY_COUNCIL = Text("Only the council can arrange it.", "Only the council can pay for it.")


def _paid_by_oneself(voice: Voice) -> Text:
    return Text(
        f"It can be paid for with {voice.your} own money.", "You can pay with your own money."
    )


def _times(cells: Cells) -> list[Text]:
    you = cells.voice.you
    return [
        Text(
            f"{text.text.rstrip('.')}, which is not inside the times {you} can come.",
            f"{text.easy_read} You cannot come then.",
        )
        if status == "failed"
        else Text(sentence(text.text), text.easy_read)
        for text, status in zip(sessions_named(cells), cells.status("times"), strict=True)
    ]


def _facts(cells: Cells, scheme: str, code: str) -> list[Text]:
    said = [*zip(cells.value(scheme, code), cells.note(scheme, code), strict=True)]
    return each_once(said, lambda found: _fact_told(scheme, code, *found))


def _fact_told(scheme: str, code: str, value: Value, note: str) -> Text:
    plain, simple = label(scheme, code), easy(scheme, code)
    if value == "not_stated":
        return Text(f"It does not say: {plain}.", f"They do not tell us this: {simple}")
    begins, simply = FACT_SAID[value]
    more = f" {sentence(note)}" if note else ""
    return Text(f"{begins}: {plain}.{more}", f"{simply}: {simple}")


FACT_SAID = {
    "yes": ("It has this", "They say yes to this"),
    "partly": ("It partly has this", "They have some of this"),
    "no": ("It does not have this", "They say no to this"),
}


def _pick_up(cells: Cells) -> list[Text]:
    values = cells.value("travel", "provider_transport")
    facts = [*zip(cells.status("pick_up"), values, strict=True)]
    return each_once(facts, lambda found: _pick_up_told(cells.voice.you, *found))


def _pick_up_told(you: str, status: Status, value: Value) -> Text:
    if status == "met":
        return Text(f"They pick people up where {you} live.", "They can pick you up.")
    if value == "no":
        return Text("They do not pick people up.", "They cannot pick you up.")
    if status == "failed":
        return Text(
            f"They pick people up, but not where {you} live.",
            "They do not pick people up where you live.",
        )
    if value == "yes":
        return Text(
            f"They pick people up, and do not say whether where {you} live.",
            "They pick people up. Ask if they come to you.",
        )
    return Text("It does not say whether they pick people up.", "Ask if they can pick you up.")


def _budget(cells: Cells) -> list[Text]:
    facts = [*zip((cost.bill for cost in cells.costs), cells.status("budget"), strict=True)]
    made = {(id(bill), status): (bill, status) for bill, status in facts}
    texts = {key: _budget_told(cells, *found) for key, found in made.items()}
    return [texts[id(bill), status] for bill, status in facts]


def _budget_told(cells: Cells, bill: Bill, status: Status) -> Text:
    budget, you = cells.person.weekly_budget, cells.voice.you
    if budget is None or not bill.known:
        return Text("The price is not stated in full.", "We do not know all of the price.")
    if bill.free:
        return Text("It is free.", "It is free.")
    week = pounds(half_up(bill.one_week))
    have = pounds(int(budget))
    if status == "failed":
        return Text(
            f"One time a week costs {week}; {you} have {have} a week.",
            f"It costs {week} a week. You have {have}.",
        )
    return Text(
        f"One time a week costs {week}, within the {have} a week.", f"It costs {week} a week."
    )
