"""What cannot be gone without: whether it is met, and the exact question where it is not stated."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache, partial

from app.catalogue.pricing import half_up
from app.matching.person import Person, Side
from app.matching.policy import LEVELS, MUST_SCHEMES
from app.matching.reasons import (
    facts_of_people,
    facts_of_place,
    near,
    sessions_named,
    who_it_is_for,
)
from app.matching.shown import Shown, Value, shared_by
from app.matching.words import Text, Voice, easy, label, on_day, pounds, sentence
from app.search.index.facts import NO_LIMIT

MOST_QUESTIONS = 8

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


Telling = Callable[[Shown], Text]

OPEN = Text("It is open.", "It is open.")


def musts_of(shown: Shown) -> bytes:
    """Every filter that was put to it, in the order of the policy, as a JSON array of `Must`."""
    found = [
        b'{"code":"%b","status":"%b",%b}'
        % (code.encode(), shown.status(code).encode(), tell(shown).json)
        for code, tell in _put_to(shown)
    ]
    return b"[%b]" % b",".join(found)


def _put_to(shown: Shown) -> list[tuple[str, Telling]]:
    """The filters that were put to it, and what puts each into words."""
    side = shown.judged.side
    tellings: list[tuple[str, Telling]] = shown.reading.once(
        ("put to", side.serves), lambda: [*_tellings(shown.person, side)]
    )
    if side.cohorts or side.by_age or shown.status("who_it_is_for") != "met":
        return tellings
    # Nothing was told that it could have been judged by.
    return [one for one in tellings if one[0] != "who_it_is_for"]


def _tellings(person: Person, side: Side) -> Iterator[tuple[str, Telling]]:
    applied: tuple[tuple[str, bool, Telling], ...] = (
        ("open", True, _open),
        ("travel", person.has_place or person.only_online, _travel),
        ("age", side.ages is not None or not side.known, _age),
        ("who_it_is_for", True, _who),
        ("funding", person.answers.funding not in {None, "not_sure"}, _funding),
        ("times", person.only_slots, _times),
    )
    for code, tested, text in applied:
        if tested:
            yield code, text
    for scheme in MUST_SCHEMES:
        for code in person.musts(scheme):
            yield code, partial(_fact, scheme=scheme, code=code)
    if person.pick_up:
        yield "pick_up", _pick_up
    if person.level in LEVELS:
        yield person.level, partial(_fact, scheme="support_mode", code=person.level)
    if person.budget_is_must:
        yield "budget", _budget


def _open(shown: Shown) -> Text:
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


@shared_by(lambda shown: (*facts_of_place(shown), shown.status("travel")))
def _travel(shown: Shown) -> Text:
    text, status = near(shown), shown.status("travel")
    place = shown.best.place
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
    person, place = shown.person, shown.best.place
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
    lambda shown: (
        shown.number("minimum_age"),
        shown.number("maximum_age"),
        shown.number("ages_stated"),
        shown.status("age"),
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


@shared_by(lambda shown: (*facts_of_people(shown), shown.status("who_it_is_for")))
def _who(shown: Shown) -> Text:
    status = shown.status("who_it_is_for")
    if not shown.judged.side.known:
        return Text(
            "This may be for the person who is cared for: we were not told about them.",
            "This may be for the person you care for.",
        )
    text = who_it_is_for(shown)
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


def _facts_of_funding(shown: Shown) -> tuple[str, str, str]:
    """What is stated of the person's way of paying, what besides, and how that ended."""
    funding = shown.person.answers.funding or ""
    return shown.value("funding", funding), shown.note("funding", funding), shown.status("funding")


@shared_by(_facts_of_funding)
def _funding(shown: Shown) -> Text:
    funding = shown.person.answers.funding or ""
    plain, simple = FUNDING_WORDS[funding]
    value, note, status = _facts_of_funding(shown)
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


def _times(shown: Shown) -> Text:
    text, status = sessions_named(shown), shown.status("times")
    if status == "failed":
        return Text(
            f"{text.text.rstrip('.')}, which is not inside the times {shown.voice.you} can come.",
            f"{text.easy_read} You cannot come then.",
        )
    return Text(sentence(text.text), text.easy_read)


def _fact(shown: Shown, scheme: str, code: str) -> Text:
    value, note = shown.value(scheme, code), shown.note(scheme, code)
    return shown.reading.once(
        ("fact", scheme, code, value, note), lambda: _fact_told(scheme, code, value, note)
    )


def _fact_told(scheme: str, code: str, value: Value, note: str) -> Text:
    plain, simple = label(scheme, code), easy(scheme, code)
    more = f" {sentence(note)}" if note else ""
    return {
        "yes": Text(f"It has this: {plain}.{more}", f"They say yes to this: {simple}"),
        "partly": Text(f"It partly has this: {plain}.{more}", f"They have some of this: {simple}"),
        "no": Text(f"It does not have this: {plain}.{more}", f"They say no to this: {simple}"),
        "not_stated": Text(f"It does not say: {plain}.", f"They do not tell us this: {simple}"),
    }[value]


@shared_by(lambda shown: (shown.status("pick_up"), shown.value("travel", "provider_transport")))
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


@shared_by(lambda shown: (shown.status("budget"), shown.cost_key))
def _budget(shown: Shown) -> Text:
    budget, bill = shown.person.weekly_budget, shown.bill
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


# What to ask


def questions_of(shown: Shown) -> bytes:
    """The exact questions to ask the provider, the most needed first, as a JSON array of `Said`."""
    found = [*_asks(shown), *_wishes(shown), *_always(shown)]
    unique = {one.text: one for one in found}
    return b"[%b]" % b",".join([b"{%b}" % one.json for one in [*unique.values()][:MOST_QUESTIONS]])


def _asks(shown: Shown) -> Iterator[Text]:
    """What has to be asked before anybody can tell whether it fits."""
    asked = {code for code, _ in _put_to(shown) if shown.status(code) == "ask"}
    if not asked:
        return
    person, side = shown.person, shown.judged.side
    fixed = shown.reading.once(("asks", side.serves), lambda: _fixed(shown.voice, person, side))
    for code, text in fixed.items():
        if code in asked:
            yield text
    for scheme in MUST_SCHEMES:
        for code in person.musts(scheme):
            if code in asked:
                yield question(shown, scheme, code)
    for level in LEVELS:
        if level in asked:
            yield question(shown, "support_mode", level)


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


def question(shown: Shown, scheme: str, code: str) -> Text:
    """What to ask of one term; where it is there partly, which part."""
    partly = shown.value(scheme, code) == "partly"
    return shown.reading.once(("ask", scheme, code, partly), lambda: _asked(scheme, code, partly))


def _asked(scheme: str, code: str, partly: bool) -> Text:  # noqa: FBT001 - it is the value itself.
    plain, simple = label(scheme, code), easy(scheme, code)
    if partly:
        return Text(
            f"You say that you partly have this: {plain}. What is there, and what is not?",
            f"You have some of this: {simple} What do you have?",
        )
    return Text(f"{ASKING[scheme]}: {plain}?", f"Is this right? {simple}")


def _wishes(shown: Shown) -> Iterator[Text]:
    person = shown.person
    for scheme in MUST_SCHEMES:
        for code in person.asked(scheme):
            if code not in person.musts(scheme) and shown.value(scheme, code) == "not_stated":
                yield question(shown, scheme, code)


def _always(shown: Shown) -> Iterator[Text]:
    """What everybody should know before they start, as far as it is not stated."""
    stated, cost, unknown = shown.stated, shown.cost, shown.bill.unknown
    if unknown and not shown.person.budget_is_must:
        yield shown.reading.once(("price of", unknown), lambda: _price_question(unknown))
    if shown.person.answers.times and shown.person.answers.times.bank_holidays:
        known = shown.best.stated and shown.best.stated["bank_holidays"]
        if not known:
            yield BANK_HOLIDAYS
    week = cost.per_week
    free = week is not None and not week.total and not cost.per_year
    if stated["trial"] is None:
        yield _trial_question(shown.voice, free)
    if stated["absence"] is None and not free:
        yield _absence_question(shown.voice)


BANK_HOLIDAYS = Text("Is it open on bank holidays?", "Are you open on bank holidays?")


def _price_question(unknown: Sequence[str]) -> Text:
    parts = ", ".join(label("price_part", part) for part in unknown)
    return Text(f"What does it cost: {parts}?", "How much does it cost?")


@cache
def _trial_question(voice: Voice, free: bool) -> Text:  # noqa: FBT001 - it is the value itself.
    cost = "" if free else ", and what would that cost"
    return Text(f"{voice.can_i} try it first{cost}?", "Can I try it first?")


@cache
def _absence_question(voice: Voice) -> Text:
    return Text(f"What do {voice.i} pay when {voice.i} cannot come?", "Do I pay when I am away?")
