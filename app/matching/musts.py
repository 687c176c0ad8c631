"""What cannot be gone without: whether it is met, and what is stated of it."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import partial

from app.catalogue.pricing import half_up
from app.matching.person import Person, Side
from app.matching.policy import LEVELS, MUST_SCHEMES
from app.matching.reasons import (
    arrays,
    facts_of_people,
    facts_of_place,
    near,
    sessions_named,
    who_it_is_for,
)
from app.matching.shown import Cells, Shown, Status, Texts, Value, shared_by
from app.matching.words import Text, easy, label, on_day, pounds, sentence
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


def musts_of(cells: Cells) -> list[bytes]:
    """Every filter that was put to each result, in the order of the policy, as arrays of `Must`."""
    columns = [_musts(cells, code, texts) for code, texts in put_to(cells)]
    return arrays(columns, len(cells.shown))


def _musts(cells: Cells, code: str, texts: Texts) -> list[bytes]:
    begins = {
        status: b'{"code":"%b","status":"%b",' % (code.encode(), status.encode())
        for status in ("met", "ask", "failed")
    }
    side = cells.judged.side
    if code == "who_it_is_for" and not (side.cohorts or side.by_age):
        # Where nothing was told that it could have been judged by, what is met is not named.
        begins["met"] = b""
    return [
        b"%b%b}" % (begins[status], text.json) if begins[status] else b""
        for status, text in zip(cells.status(code), texts(cells), strict=True)
    ]


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
    return [
        OPEN if closed_from == 0 else _closed(shown)
        for closed_from, shown in zip(cells.activity("closed_from"), cells.shown, strict=True)
    ]


def _closed(shown: Shown) -> Text:
    closure = shown.stated["closure"]
    if closure is None or date.fromisoformat(closure["closed_from"]) > shown.person.day:
        return OPEN
    again = closure["reopens_on"]
    if again is None:
        return Text("It is closed, and nobody knows until when.", "It is closed now.")
    if date.fromisoformat(again) <= shown.person.day:
        return OPEN
    words = on_day(date.fromisoformat(again))
    return Text(f"It is closed and opens again on {words}.", f"It opens again on {words}.")


@shared_by(lambda cells: zip(facts_of_place(cells), cells.status("travel"), strict=True))
def _travel(shown: Shown) -> Text:
    text, status = shown.text(near), shown.status("travel")
    place = shown.place
    if status == "failed":
        return _too_far(shown, text)
    if place in {"online", "comes_to_you"}:
        if status == "ask":
            return Text(
                f"{text.text} It does not say whether it covers where {shown.voice.you} live.",
                f"{text.easy_read} Ask if they work where you live.",
            )
        if shown.reading.wanted.spot is not None:
            return Text(
                f"{text.text} It covers where {shown.voice.you} live.",
                f"{text.easy_read} They work where you live.",
            )
    return text


def _too_far(shown: Shown, text: Text) -> Text:
    person, place = shown.person, shown.place
    if person.only_online:
        return Text("It is not online.", "It is not online.")
    if place == "online" and person.online is False:
        return Text("It is only online.", "It is only online.")
    if place == "venue" and person.limit is not None:
        return Text(
            f"{text.text} {shown.voice.you.capitalize()} said {person.limit}.",
            f"{text.easy_read} That is further than you said.",
        )
    return Text(
        f"{text.text} It does not cover where {shown.voice.you} live.",
        f"{text.easy_read} They do not work where you live.",
    )


def ages_text(shown: Shown) -> str:
    """Which ages it takes, in words; empty where it does not say."""
    least, most = shown.number("minimum_age"), shown.number("maximum_age")
    if not shown.number("ages_stated"):
        return ""
    if most == NO_LIMIT:
        return f"people aged {least} and over"
    return f"people aged {least} to {most}" if least else f"people up to {most}"


@shared_by(
    lambda cells: zip(
        cells.activity("minimum_age"),
        cells.activity("maximum_age"),
        cells.activity("ages_stated"),
        cells.status("age"),
        strict=True,
    )
)
def _age(shown: Shown) -> Text:
    ages, status = ages_text(shown), shown.status("age")
    if not ages:
        if status == "ask":
            return Text("It does not say which ages it takes.", "Ask if your age is right.")
        return Text("It states no limits of age.", "They do not ask how old you are.")
    fact = f"It is for {ages}"
    if status == "ask":
        return Text(f"{fact}: ask whether the age is right.", f"{fact}. Ask if your age is right.")
    if status == "failed":
        return Text(f"{fact}, and the age told is outside that.", f"{fact}. You are another age.")
    return Text(f"{fact}.", f"{fact}.")


@shared_by(
    lambda cells: zip(
        facts_of_people(cells),
        cells.activity("open_to"),
        cells.status("who_it_is_for"),
        strict=True,
    )
)
def _who(shown: Shown) -> Text:
    status = shown.status("who_it_is_for")
    if not shown.judged.side.known:
        return Text(
            "This may be for the person who is cared for: we were not told about them.",
            "This may be for the person you care for.",
        )
    text = shown.text(who_it_is_for)
    if shown.has("open_to", "open_to", "only"):
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


def _facts_of_funding(cells: Cells) -> Iterable[tuple[Value, str, Status]]:
    """What is stated of the person's way of paying, what besides, and how that ended."""
    term = "funding", cells.person.answers.funding or ""
    return zip(cells.value(*term), cells.note(*term), cells.status("funding"), strict=True)


@shared_by(_facts_of_funding)
def _funding(shown: Shown) -> Text:
    funding = shown.person.answers.funding or ""
    plain, simple = FUNDING_WORDS[funding]
    value, status = shown.value("funding", funding), shown.status("funding")
    note = shown.note(f"funding/{funding}")
    more = f" {sentence(note)}" if note else ""
    met = {
        "yes": Text(f"It can be paid for with {plain}.{more}", f"You can pay with {simple}."),
        "free": Text("It is free, so it does not matter who pays.", "It is free."),
        "own": Text(
            f"It can be paid for with {shown.voice.your} own money.",
            "You can pay with your own money.",
        ),
    }
    failed = {
        "no": Text(f"It cannot be paid for with {plain}.{more}", f"You cannot pay with {simple}."),
        "council": Text("Only the council can arrange it.", "Only the council can pay for it."),
    }
    ask = {
        "partly": Text(f"It takes {plain} for a part.{more}", f"You can pay some with {simple}."),
        "unstated": Text(
            f"It does not say whether it can be paid for with {plain}.",
            f"We do not know this. Can you pay with {simple}?",
        ),
    }
    if status == "met":
        return met["yes" if value == "yes" else "own" if funding == "self_funded" else "free"]
    if status == "failed":
        return failed["no" if value == "no" else "council"]
    return ask["partly" if value == "partly" else "unstated"]


@shared_by(lambda cells: range(len(cells.shown)))
def _times(shown: Shown) -> Text:
    text, status = shown.text(sessions_named), shown.status("times")
    if status == "failed":
        return Text(
            f"{text.text.rstrip('.')}, which is not inside the times {shown.voice.you} can come.",
            f"{text.easy_read} You cannot come then.",
        )
    return Text(sentence(text.text), text.easy_read)


def _facts(cells: Cells, scheme: str, code: str) -> list[Text]:
    said = [*zip(cells.value(scheme, code), cells.note(scheme, code), strict=True)]
    made = {one: _fact_told(scheme, code, *one) for one in dict.fromkeys(said)}
    return [made[one] for one in said]


def _fact_told(scheme: str, code: str, value: Value, note: str) -> Text:
    plain, simple = label(scheme, code), easy(scheme, code)
    more = f" {sentence(note)}" if note else ""
    return {
        "yes": Text(f"It has this: {plain}.{more}", f"They say yes to this: {simple}"),
        "partly": Text(f"It partly has this: {plain}.{more}", f"They have some of this: {simple}"),
        "no": Text(f"It does not have this: {plain}.{more}", f"They say no to this: {simple}"),
        "not_stated": Text(f"It does not say: {plain}.", f"They do not tell us this: {simple}"),
    }[value]


@shared_by(
    lambda cells: zip(
        cells.status("pick_up"), cells.value("travel", "provider_transport"), strict=True
    )
)
def _pick_up(shown: Shown) -> Text:
    status, value = shown.status("pick_up"), shown.value("travel", "provider_transport")
    if status == "met":
        return Text(f"They pick people up where {shown.voice.you} live.", "They can pick you up.")
    if value == "no":
        return Text("They do not pick people up.", "They cannot pick you up.")
    if status == "failed":
        return Text(
            f"They pick people up, but not where {shown.voice.you} live.",
            "They do not pick people up where you live.",
        )
    if value == "yes":
        return Text(
            f"They pick people up, and do not say whether where {shown.voice.you} live.",
            "They pick people up. Ask if they come to you.",
        )
    return Text("It does not say whether they pick people up.", "Ask if they can pick you up.")


@shared_by(lambda cells: zip(cells.status("budget"), cells.cost_keys, strict=True))
def _budget(shown: Shown) -> Text:
    budget, bill = shown.person.weekly_budget, shown.cost.bill
    if budget is None or not bill.known:
        return Text("The price is not stated in full.", "We do not know all of the price.")
    if bill.free:
        return Text("It is free.", "It is free.")
    week = pounds(half_up(bill.one_week))
    have = pounds(int(budget))
    if shown.status("budget") == "failed":
        return Text(
            f"One time a week costs {week}; {shown.voice.you} have {have} a week.",
            f"It costs {week} a week. You have {have}.",
        )
    return Text(
        f"One time a week costs {week}, within the {have} a week.", f"It costs {week} a week."
    )
