"""The lists of matches, worked out slowly and plainly from the documents.

What the engine answers is held to this: small functions over documents and fractions, no index,
no columns. It is used in tests only, and shares no rule with the engine but the vocabulary.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any
from uuid import UUID

import numpy as np
from search.oracle import OracleEntry

from app.catalogue.documents import ActivityDocument
from app.catalogue.documents.activities import ServedArea
from app.catalogue.documents.prices import PriceDocument, PricePart
from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.occurrences import days_between
from app.catalogue.public import shown_point
from app.geo.areas import in_england, outcode_of
from app.geo.councils import PlaceFound
from app.geo.distance import miles_to_many
from app.matching.answers import Answers, ages_of
from app.vocabulary.terms import vocabulary

WEIGHTS = {
    "what_i_do": 25,
    "who_it_is_for": 20,
    "how_near": 15,
    "when": 10,
    "cost": 10,
    "support": 10,
    "language_and_culture": 10,
}
RANKS = (Fraction(1), Fraction(8, 10), Fraction(6, 10), Fraction(5, 10), Fraction(4, 10))
QUARTER, HALF = Fraction(1, 4), Fraction(1, 2)
FOUR_VALUES = {"yes": Fraction(1), "partly": HALF, "no": Fraction(0), "not_stated": QUARTER}
FIELDS = {
    "support_need": "support_needs",
    "communication": "communication",
    "preference": "preferences",
    "travel": "travel",
    "funding": "funding",
    "support_mode": "support_modes",
}
PAYERS = {
    **dict.fromkeys(
        ("direct_payment", "prepaid_card", "managed_dp", "isf", "nhs_phb"), "direct_payment"
    ),
    "self_funded": "self_funder",
    "council_arranged": "council",
}
MODES = {
    "some": ("small_group", "large_group"),
    "a_lot": ("small_group", "one_to_one"),
    "one_to_one": ("one_to_one",),
    "two_to_one": ("two_to_one",),
    "with_pa": ("with_pa",),
}
RATIOS = {"one_to_one": (1, 1), "two_to_one": (2, 1)}
WEEKLY = {"week": Fraction(1), "four_weeks": Fraction(1, 4), "month": Fraction(12, 52)}
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
GROUPS = ("matches", "ask_first", "near_misses", "excluded")


def half_up(exact: Fraction) -> int:
    return int(exact + HALF)


@dataclass(frozen=True)
class Question:
    """What is asked, on which day, and how the place was understood."""

    answers: Answers
    day: date
    place: PlaceFound | None

    @property
    def limit(self) -> int | None:
        within = self.answers.travel.within_miles if self.answers.travel else None
        return within if isinstance(within, int) else None

    @property
    def only_online(self) -> bool:
        return bool(self.answers.travel and self.answers.travel.within_miles == "online")

    @property
    def online(self) -> bool | None:
        return self.answers.travel.online if self.answers.travel else None

    @property
    def pick_up(self) -> bool:
        return bool(self.answers.travel and self.answers.travel.needs_pick_up)

    @property
    def level(self) -> str | None:
        return self.answers.support.level if self.answers.support else None

    @property
    def slots(self) -> set[str]:
        return set((self.answers.times.slots if self.answers.times else None) or ())

    @property
    def budget(self) -> Fraction | None:
        told = self.answers.budget
        return None if told is None else told.amount_pence * WEEKLY[told.period]

    def wishes(self) -> list[tuple[str, str, bool]]:
        told = self.answers
        lists: dict[str, Sequence[Any]] = {
            "support_need": (told.support.needs if told.support else None) or (),
            "access": told.access or (),
            "communication": told.communication or (),
            "preference": told.preferences or (),
        }
        return [
            (scheme, one.code, one.must)
            for scheme, ones in lists.items()
            for one in sorted(
                ones, key=lambda one: vocabulary().scheme(scheme).codes.index(one.code)
            )
        ]


@dataclass(frozen=True)
class Who:
    """By whose answers age and who it is for are judged."""

    serves: str
    ages: tuple[int, int] | None
    group: tuple[str, ...]
    needs: tuple[str, ...]
    known: bool


@dataclass
class Judged:
    """One session judged by one side's answers."""

    entry: OracleEntry
    session: SessionDocument | None
    number: int
    who: Who
    status: dict[str, str] = field(default_factory=dict)
    close: dict[str, bool] = field(default_factory=dict)
    points: dict[str, Fraction] = field(default_factory=dict)
    score: int | None = None

    @property
    def failed(self) -> frozenset[str]:
        return frozenset(name for name, status in self.status.items() if status == "failed")

    @property
    def group(self) -> int:
        asks = any(status == "ask" for status in self.status.values())
        if not self.failed:
            return 1 if asks else 0
        near = len(self.failed) == 1 and not asks and self.close.get(next(iter(self.failed)))
        return 2 if near else 3


@dataclass
class Verdict:
    """Where an activity ends."""

    id: UUID
    group: str
    serves: str
    score: int | None
    points: dict[str, Fraction]
    musts: dict[str, str]
    first_failure: str | None
    order: tuple[Any, ...]
    sessions: list[UUID]
    attendances: int
    cost: "Price"


def lists_of(entries: Sequence[OracleEntry], question: Question) -> dict[str, list[Verdict]]:
    """Every activity in its list, each list in order."""
    found: dict[str, list[Verdict]] = {group: [] for group in GROUPS}
    for entry in entries:
        verdict = verdict_of(entry, question)
        found[verdict.group].append(verdict)
    for verdicts in found.values():
        verdicts.sort(key=lambda one: one.order)
    return found


def verdict_of(entry: OracleEntry, question: Question) -> Verdict:
    best = [best_of(entry, question, who) for who in sides(entry, question)]
    # The first is the person's own: it stays where the other is no better.
    chosen = min(best, key=lambda one: (one[0].group, -(one[0].score or 0)))
    judged, all_of = chosen
    same = serving(judged, all_of)
    order_of_filters = list(judged.status)
    failures = [name for name in order_of_filters if judged.status[name] == "failed"]
    return Verdict(
        id=entry.activity.id,
        group=GROUPS[judged.group],
        serves=judged.who.serves,
        score=judged.score,
        points=judged.points,
        musts=judged.status,
        first_failure=failures[0] if failures else None,
        order=order_key(judged, question),
        sessions=[one.session.id for one in same if one.session],
        attendances=attendances(judged, all_of, question),
        cost=price_of(judged, question, pick_up=question.pick_up),
    )


def sides(entry: OracleEntry, question: Question) -> list[Who]:
    told = question.answers
    own = Who(
        "you",
        ages_of(told.age_band, told.age),
        tuple(told.group or ()),
        tuple(told.needs or ()),
        known=True,
    )
    breaks = any(outcome.code == "carer_break" for outcome in entry.activity.outcomes)
    if "unpaid_carers" not in own.group or not breaks:
        return [own]
    other = told.cared_for
    if other is None or not (other.group or other.needs or other.age_band):
        return [own, Who("the_person_you_care_for", None, (), (), known=False)]
    return [
        own,
        Who(
            "the_person_you_care_for",
            ages_of(other.age_band, None),
            tuple(other.group or ()),
            tuple(other.needs or ()),
            known=True,
        ),
    ]


def best_of(entry: OracleEntry, question: Question, who: Who) -> tuple[Judged, list[Judged]]:
    judged = [
        Judged(entry, session, number, who)
        for number, session in enumerate(sessions_left(entry.activity, question.day))
    ]
    for one in judged:
        judge_filters(one, question)
    for one in judged:
        score(one, judged, question)
    best = min(
        judged,
        key=lambda one: (
            one.group,
            -(one.score or 0),
            len(one.failed),
            week_minute(one.session),
            one.number,
        ),
    )
    return best, judged


def sessions_left(activity: ActivityDocument, day: date) -> list[SessionDocument | None]:
    """Those that have not ended, dated ones apart by weekday; else one of which nothing is said."""
    found: list[SessionDocument | None] = []
    for session in activity.sessions:
        if session.valid_to and session.valid_to < day:
            continue
        if session.repeats != "dated":
            found.append(session)
            continue
        weekdays: dict[int, list[date]] = {}
        for one in session.dates:
            if one >= TODAY_OF_THE_INDEX[0]:
                weekdays.setdefault(one.weekday(), []).append(one)
        found += [
            session.model_copy(update={"dates": dates})
            for dates in weekdays.values()
            if max(dates) >= day
        ]
    return found or [None]


TODAY_OF_THE_INDEX: list[date] = [date(2026, 3, 16)]
"""The weekdays of dated sessions come in the order of the dates that were left on this day."""


def week_minute(session: SessionDocument | None) -> int:
    if session is None:
        return 7 * 1440
    return weekday(session) * 1440 + minutes(session.starts_at)


def weekday(session: SessionDocument) -> int:
    return session.dates[0].weekday() if session.day is None else DAYS.index(session.day)


def minutes(at: Any) -> int:
    return int(at.hour) * 60 + int(at.minute)


# Filters


def judge_filters(one: Judged, question: Question) -> None:
    """Every filter that is put, in the order of the table."""
    told = question.answers
    put(one, "open", open_on(one.entry.activity, question.day), close=False)
    if question.place is not None or question.only_online:
        put(one, "travel", *travel(one, question))
    put(one, "age", *age(one))
    put(one, "who_it_is_for", who_it_is_for(one), close=False)
    if told.funding not in {None, "not_sure"}:
        put(one, "funding", funding(one, question), close=False)
    if question.slots and told.times and told.times.only:
        put(one, "times", *times(one, question))
    for scheme, code, must in question.wishes():
        if must:
            value = stated(one, scheme, code)
            status = {"yes": "met", "no": "failed"}.get(value, "ask")
            put(one, code, status, close=value == "no")
    if question.pick_up:
        put(one, "pick_up", *pick_up(one, question))
    if question.level in {"one_to_one", "two_to_one", "with_pa"}:
        value = stated(one, "support_mode", question.level)
        status = {"yes": "met", "no": "failed"}.get(value, "ask")
        put(one, question.level, status, close=value == "no")
    if told.budget and told.budget.must:
        put(one, "budget", *budget(one, question))


def put(one: Judged, name: str, status: str, close: bool) -> None:  # noqa: FBT001
    one.status[name] = status
    one.close[name] = close


def open_on(activity: ActivityDocument, day: date) -> str:
    closure = activity.closure
    if closure is None or closure.closed_from > day:
        return "met"
    if closure.reopens_on is None:
        return "failed"
    return "met" if (closure.reopens_on - day).days <= 56 else "failed"


def straight_miles(one: Judged, place: PlaceFound) -> float | None:
    if one.session is None or one.session.venue_id is None:
        return None
    point = shown_point(one.entry.venues[one.session.venue_id])
    return float(
        miles_to_many(place.place.point, np.array([point.latitude]), np.array([point.longitude]))[0]
    )


def travel(one: Judged, question: Question) -> tuple[str, bool]:  # noqa: PLR0911 - one return for each case.
    place = question.place
    kind = one.session.place if one.session else None
    if kind is None:
        return "ask", False
    if question.only_online:
        if kind != "online":
            return "failed", False
        return (
            "met" if place is None else served(one.entry.activity.served_areas, one, question)
        ), False
    assert place is not None
    if kind == "online" and question.online is False:
        return "failed", False
    if kind != "venue":
        return served(one.entry.activity.served_areas, one, question), False
    straight = straight_miles(one, place)
    assert straight is not None
    least = straight - place.place.accuracy_miles
    if question.limit is None or least <= question.limit:
        return "met", False
    return "failed", least <= question.limit + max(5, question.limit)


def served(areas: Sequence[ServedArea], one: Judged, question: Question) -> str:
    """Whether areas cover the place: one that surely does will do, else one that perhaps does."""
    if question.place is None or not areas:
        return "ask"
    found = {covers(area, one, question) for area in areas}
    return "met" if "met" in found else "ask" if "ask" in found else "failed"


def covers(area: ServedArea, one: Judged, question: Question) -> str:
    place = question.place
    assert place is not None
    guess, named = place.council, question.answers.council
    councils = {guess.gss, *(each.gss for each in guess.candidates)} - {None}
    sure = not guess.candidates
    if named:
        councils, sure = {named}, True
    if area.kind == "england":
        return "met" if in_england(place.place) else "failed"
    if area.kind == "council":
        if area.gss not in councils:
            return "failed"
        return "met" if sure else "ask"
    if area.kind == "district":
        return "ask" if one.entry.council.area.gss in councils else "failed"
    if area.kind == "outcodes":
        return "met" if outcode_of(place.place) in area.outcodes else "failed"
    assert area.latitude is not None
    assert area.longitude is not None
    assert area.miles is not None
    straight = miles_to_many(
        place.place.point, np.array([area.latitude]), np.array([area.longitude])
    )[0]
    return "met" if straight - place.place.accuracy_miles <= area.miles else "failed"


def age(one: Judged) -> tuple[str, bool]:
    if not one.who.known:
        return "ask", False
    if one.who.ages is None:
        return "met", False
    youngest, oldest = one.who.ages
    ages = one.entry.activity.ages
    if ages.minimum is None and ages.maximum is None:
        return ("met" if youngest >= 18 else "ask"), False
    least = 0 if ages.minimum is None else ages.minimum
    most = 200 if ages.maximum is None else ages.maximum
    if least <= youngest and oldest <= most:
        return "met", False
    if least <= oldest and youngest <= most:
        return "ask", False
    gap = least - oldest if least > oldest else youngest - most
    return "failed", gap <= 2


def kin(scheme: str, code: str) -> set[str]:
    words = vocabulary()
    return {*words.ancestors(scheme, code), *words.descendants(scheme, code)} - {code}


def who_it_is_for(one: Judged) -> str:
    who, activity = one.who, one.entry.activity
    if not who.known:
        return "ask"
    if activity.open_to != "only":
        return "met"
    theirs = [*who.group, *who.needs]
    if who.ages is not None:
        if who.ages[0] >= 18 and who.ages[1] <= 25:
            theirs.append("young_adults")
        if who.ages[0] >= 65:
            theirs.append("older_people")
    listed = set(activity.cohorts)
    if "everyone" in listed:
        return "met"
    if any(code in listed or kin("cohort", code) & listed for code in theirs):
        return "met"
    kinds = {vocabulary().term("cohort", code).kind for code in listed}
    if not listed or ("group" in kinds and not who.group) or ("need" in kinds and not who.needs):
        return "ask"
    return "failed"


def stated(one: Judged, scheme: str, code: str) -> str:
    """yes, partly, no or not_stated; a session's own ratio and group size go first."""
    session, activity = one.session, one.entry.activity
    if scheme == "access":
        venue = one.entry.venues.get(session.venue_id) if session and session.venue_id else None
        said = {feature.code: feature.value for feature in venue.features} if venue else {}
        return said.get(code, "not_stated")
    if scheme == "support_mode" and session is not None:
        ratio, size = session.staff_ratio, session.group_size
        if ratio and code in RATIOS and (ratio.staff, ratio.people) == RATIOS[code]:
            return "yes"
        if size and code in {"small_group", "large_group"}:
            if size.maximum is not None and size.maximum <= 6:
                return "yes" if code == "small_group" else "no"
            if size.minimum is not None and size.minimum >= 7:
                return "yes" if code == "large_group" else "no"
    said = {one.code: one.value for one in getattr(activity, FIELDS[scheme])}
    return said.get(code, "not_stated")


def funding(one: Judged, question: Question) -> str:
    code = question.answers.funding or ""
    said = {term.code: term.value for term in one.entry.activity.funding}
    own = said.get(code, "not_stated")
    price = price_of(one, question, pick_up=False)
    free = (price.known and not price.each and not price.weekly and not price.once) or (
        not price.known and said.get("free") == "yes"
    )
    if own == "yes" or free:
        return "met"
    only_council = {key for key, value in said.items() if value == "yes"} == {"council_arranged"}
    if own == "no" or (only_council and code != "council_arranged"):
        return "failed"
    return "met" if code == "self_funded" else "ask"


def parts_of(day: int) -> dict[str, tuple[int, int]]:
    def clock(text: str | None) -> int:
        hours, rest = (text or "").split(":")
        return int(hours) * 60 + int(rest)

    return {
        term.code: (clock(term.starts), clock(term.ends))
        for term in vocabulary().scheme("slot").terms
        if term.day == DAYS[day]
    }


def inside(starts: int, ends: int, spans: Sequence[tuple[int, int]]) -> bool:
    """Whether every minute of a session lies in one of the spans."""
    return all(any(a <= at < b for a, b in spans) for at in range(starts, ends))


def times(one: Judged, question: Question) -> tuple[str, bool]:
    session = one.session
    if session is None:
        return "ask", False
    starts, ends = minutes(session.starts_at), minutes(session.ends_at)
    chosen = [
        [span for code, span in parts_of(day).items() if code in question.slots] for day in range(7)
    ]
    mine = chosen[weekday(session)]
    if inside(starts, ends, mine):
        return "met", False
    wider = inside(starts, ends, [(first - 60, last + 60) for first, last in mine])
    moved = any(inside(starts, ends, spans) for spans in chosen if spans)
    return "failed", wider or moved


def pick_up(one: Judged, question: Question) -> tuple[str, bool]:
    value = stated(one, "travel", "provider_transport")
    area = served(one.entry.activity.pick_up_areas, one, question)
    if value == "no" or area == "failed":
        return "failed", True
    return ("met" if value == "yes" and area == "met" else "ask"), False


def budget(one: Judged, question: Question) -> tuple[str, bool]:
    have, price = question.budget, price_of(one, question, pick_up=question.pick_up)
    assert have is not None
    if not price.known:
        return "ask", False
    week = price.each + price.weekly
    return ("met" if week <= have else "failed"), week <= have * Fraction(5, 4)


# Prices


@dataclass(frozen=True)
class Price:
    """What is paid for every attendance, every week whatever the attendances, and once."""

    known: bool
    each: Fraction = Fraction(0)
    weekly: Fraction = Fraction(0)
    once: Fraction = Fraction(0)
    unknown: int = 0


def price_of(one: Judged, question: Question, *, pick_up: bool) -> Price:
    payer = PAYERS.get(question.answers.funding or "", "anyone")
    ratio = RATIOS.get(question.level or "")
    holding = [price for price in one.entry.activity.prices if holds(price, one, question.day)]
    mine = [price for price in holding if price.payer == payer]
    rest = [price for price in holding if price.payer == "anyone"]
    found = [priced(price, one, question, ratio, pick_up=pick_up) for price in mine or rest]
    if not found:
        return Price(known=False, unknown=1)
    return min(found, key=lambda price: (price.unknown, price.each + price.weekly, price.once))


def holds(price: PriceDocument, one: Judged, day: date) -> bool:
    if price.session_ids and (one.session is None or one.session.id not in price.session_ids):
        return False
    if price.valid_from and price.valid_from > day:
        return False
    return not (price.valid_to and price.valid_to < day)


def priced(
    price: PriceDocument,
    one: Judged,
    question: Question,
    ratio: tuple[int, int] | None,
    *,
    pick_up: bool,
) -> Price:
    special = [part for part in price.parts if part.staff_ratio and ratio_of(part) == ratio]
    plain = [part for part in price.parts if part.staff_ratio is None]
    replaced = any(part.ratio_effect == "replaces" for part in special)
    counted = special + [
        part
        for part in plain
        if (part.required == "always" or (pick_up and part.part == "transport"))
        and not (replaced and part.part == "support")
    ]
    unknown: set[str] = set()
    own = one.session.staff_ratio if one.session else None
    if ratio and not special and (own is None or (own.staff, own.people) != ratio):
        unknown.add("enhanced_support")
    if pick_up and not any(part.part == "transport" for part in counted):
        unknown.add("transport")
    required = [part for part in counted if part.required == "always"]
    if all(part.unit == "once" and part.amount_pence for part in required):
        unknown.add("support")
    each = weekly = once = Fraction(0)
    for part in counted:
        amount = amount_of(part, price, one, question)
        if amount is None:
            unknown.add(part.part)
            continue
        if part.unit == "once":
            once += amount
        elif part.unit in {"week", "month"}:
            weekly += amount
        else:
            each += amount
    return Price(not unknown, each, weekly, once, len(unknown))


def ratio_of(part: PricePart) -> tuple[int, int] | None:
    return (part.staff_ratio.staff, part.staff_ratio.people) if part.staff_ratio else None


def amount_of(  # noqa: PLR0911 - one return for each unit.
    part: PricePart, price: PriceDocument, one: Judged, question: Question
) -> Fraction | None:
    if part.amount_pence is None:
        return None
    amount, session = Fraction(part.amount_pence), one.session
    if not amount:
        return amount
    if part.unit == "hour":
        if session is None:
            return None
        return amount * Fraction(minutes(session.ends_at) - minutes(session.starts_at), 60)
    if part.unit == "month":
        return amount * 12 / (price.weeks_per_year or 52)
    if part.unit == "journey":
        return amount * 2
    if part.unit == "mile":
        straight = straight_miles(one, question.place) if question.place else None
        return None if straight is None else amount * 2 * Fraction(13, 10) * tenths(straight) / 10
    if part.unit in {"term", "course"}:
        whole = next(
            (each for each in one.entry.activity.sessions if session and each.id == session.id),
            None,
        )
        count = sessions_paid(price, whole)
        return amount / count if count else None
    return amount


def sessions_paid(price: PriceDocument, session: SessionDocument | None) -> int:
    if session is None:
        return 0
    if session.repeats == "dated":
        return len(session.dates)
    first, last = price.valid_from or session.valid_from, price.valid_to or session.valid_to
    return len(days_between(session, first, last)) if first and last else 0


def tenths(miles: float) -> int:
    return int(np.floor(miles * 10 + 0.5))


# Points


def serving(judged: Judged, all_of: Sequence[Judged]) -> list[Judged]:
    """The sessions that serve as this one does: in the same list, for want of the same things."""
    return [one for one in all_of if one.group == judged.group and one.failed == judged.failed]


def attendances(judged: Judged, all_of: Sequence[Judged], question: Question) -> int:
    days = {weekday(one.session) for one in serving(judged, all_of) if one.session}
    return max(1, min(question.answers.days_per_week or 1, len(days)))


def answered(question: Question) -> list[str]:
    told = question.answers
    support = told.support
    tests: dict[str, Any] = {
        "what_i_do": told.activities or told.outcomes,
        "who_it_is_for": told.group or told.needs,
        "how_near": question.place,
        "when": question.slots or told.break_hours,
        "cost": told.budget,
        "support": (support and (support.level not in {None, "none"} or support.needs))
        or told.access
        or told.settings
        or told.support_modes
        or (told.travel and told.travel.how),
        "language_and_culture": told.communication or told.languages or told.preferences,
    }
    return [name for name, test in tests.items() if test]


def score(one: Judged, all_of: Sequence[Judged], question: Question) -> None:
    names = answered(question)
    if not names:
        return
    most = question.answers.matters_most or ()
    weights = {name: WEIGHTS[name] * (2 if name in most else 1) for name in names}
    total = sum(weights.values())
    fits = {
        "what_i_do": lambda: what_i_do(one, question),
        "who_it_is_for": lambda: who_fit(one),
        "how_near": lambda: how_near(one, question),
        "when": lambda: when(one, all_of, question),
        "cost": lambda: cost(one, all_of, question),
        "support": lambda: support_fit(one, question),
        "language_and_culture": lambda: culture_fit(one, question),
    }
    for name, weight in weights.items():
        points = Fraction(100 * weight, total) * fits[name]()
        one.points[name] = Fraction(half_up(points * 10), 10)
    one.score = half_up(sum(one.points.values(), Fraction(0)))


def what_i_do(one: Judged, question: Question) -> Fraction:
    told, activity = question.answers, one.entry.activity
    found = whole = Fraction(0)
    for rank, code in zip(RANKS, told.activities or (), strict=False):
        whole += rank
        if code in activity.activity_types:
            found += rank
        elif kin("activity_type", code) & set(activity.activity_types):
            found += rank * Fraction(6, 10)
    for rank, code in zip(RANKS, told.outcomes or (), strict=False):
        whole += rank
        fits = [Fraction(0)]
        for outcome in activity.outcomes:
            fit = Fraction(1) if outcome.primary else Fraction(7, 10)
            if outcome.code == code:
                fits.append(fit)
            elif outcome.code in kin("outcome", code):
                fits.append(fit * Fraction(6, 10))
        found += rank * max(fits)
    return found / whole


def who_fit(one: Judged) -> Fraction:
    activity, codes = one.entry.activity, [*one.who.group, *one.who.needs]
    if not codes:
        return QUARTER
    fits = []
    for code in codes:
        if code in activity.cohorts:
            fits.append(Fraction(1))
        elif kin("cohort", code) & set(activity.cohorts):
            fits.append(Fraction(6, 10))
        elif "everyone" in activity.cohorts or activity.open_to == "anyone":
            fits.append(HALF)
        else:
            fits.append(Fraction(0) if activity.cohorts else QUARTER)
    return (max(fits) + sum(fits, Fraction(0)) / len(fits)) / 2


def how_near(one: Judged, question: Question) -> Fraction:  # noqa: PLR0911 - one return for each case.
    kind = one.session.place if one.session else None
    if kind is None:
        return QUARTER
    if kind == "comes_to_you":
        return Fraction(1)
    if kind == "online":
        if question.only_online:
            return Fraction(1)
        return {True: Fraction(3, 4), False: Fraction(0), None: HALF}[question.online]
    assert question.place is not None
    straight = straight_miles(one, question.place)
    assert straight is not None
    away = Fraction(tenths(straight), 10)
    furthest = max(20 if question.limit is None else question.limit, 3)
    if away <= 1:
        return Fraction(1)
    if away >= furthest:
        return Fraction(3, 10)
    return 1 - Fraction(7, 10) * (away - 1) / (furthest - 1)


def covered_slots(session: SessionDocument | None, wanted: set[str]) -> set[str]:
    if session is None:
        return set()
    starts, ends = minutes(session.starts_at), minutes(session.ends_at)
    found = set()
    for code, (first, last) in parts_of(weekday(session)).items():
        shared = min(ends, last) - max(starts, first)
        if code in wanted and shared > 0 and (shared >= 60 or shared * 2 >= ends - starts):
            found.add(code)
    return found


def when(one: Judged, all_of: Sequence[Judged], question: Question) -> Fraction:
    told, session = question.answers, one.session
    if session is None:
        return QUARTER
    fits = []
    if question.slots:
        covered: set[str] = set()
        for other in serving(one, all_of):
            covered |= covered_slots(other.session, question.slots)
        if told.days_per_week:
            days = {code[:3] for code in covered}
            fits.append(min(Fraction(len(days), told.days_per_week), Fraction(1)))
        else:
            fits.append(Fraction(len(covered), len(question.slots)))
    if told.break_hours:
        length = Fraction(minutes(session.ends_at) - minutes(session.starts_at), 60)
        fits.append(min(length / Fraction(told.break_hours), Fraction(1)))
    return sum(fits, Fraction(0)) / len(fits)


def cost(one: Judged, all_of: Sequence[Judged], question: Question) -> Fraction:
    price = price_of(one, question, pick_up=question.pick_up)
    assert question.budget is not None
    share = question.budget / (question.answers.days_per_week or 1)
    if not price.known:
        return QUARTER
    each = price.each + price.weekly / attendances(one, all_of, question)
    if not share:
        return Fraction(int(not (price.each or price.weekly or price.once)))
    if each <= share:
        return Fraction(1)
    return max(Fraction(0), (Fraction(3, 2) - each / share) * 2)


def listed_fit(listed: Sequence[str], code: str) -> Fraction:
    if not listed:
        return QUARTER
    return Fraction(int(code in listed))


def support_fit(one: Judged, question: Question) -> Fraction:
    told, activity = question.answers, one.entry.activity
    fits = [
        FOUR_VALUES[stated(one, scheme, code)]
        for scheme, code, _ in question.wishes()
        if scheme in {"support_need", "access"}
    ]
    fits += [listed_fit(activity.settings, code) for code in told.settings or ()]
    fits += [FOUR_VALUES[stated(one, "support_mode", code)] for code in told.support_modes or ()]
    how = (told.travel.how if told.travel else None) or ()
    fits += [FOUR_VALUES[stated(one, "travel", code)] for code in how]
    if question.level not in {None, "none"}:
        modes = MODES[question.level or ""]
        fits.append(max(FOUR_VALUES[stated(one, "support_mode", code)] for code in modes))
    return sum(fits, Fraction(0)) / len(fits)


def culture_fit(one: Judged, question: Question) -> Fraction:
    fits = [
        FOUR_VALUES[stated(one, scheme, code)]
        for scheme, code, _ in question.wishes()
        if scheme in {"communication", "preference"}
    ]
    languages = one.entry.activity.languages
    fits += [listed_fit(languages, code) for code in question.answers.languages or ()]
    return sum(fits, Fraction(0)) / len(fits)


# Order


def order_key(one: Judged, question: Question) -> tuple[Any, ...]:
    activity = one.entry.activity
    age = (question.day - activity.confirmed_on).days
    return (
        -(one.score or 0),
        places(one, question.day),
        -facts_stated(one, question),
        (age > 90) + (age > 180),
        whole_miles(one, question),
        turn(activity.id, question.day),
    )


def places(one: Judged, day: date) -> int:
    said = (one.session.capacity if one.session else None) or one.entry.activity.capacity
    if said is None or (day - said.as_of).days > 42:
        return 0
    return {"waiting_list": 1, "full": 2}.get(said.status, 0)


def facts_stated(one: Judged, question: Question) -> int:
    told = question.answers
    facts = {(scheme, code) for scheme, code, _ in question.wishes()}
    facts |= {("support_mode", code) for code in told.support_modes or ()}
    facts |= {("support_mode", code) for code in MODES.get(question.level or "", ())}
    facts |= {("travel", code) for code in (told.travel.how if told.travel else None) or ()}
    return sum(stated(one, scheme, code) != "not_stated" for scheme, code in facts)


def whole_miles(one: Judged, question: Question) -> int:
    if question.place is None:
        return 0
    if one.session is None:
        return 1000
    straight = straight_miles(one, question.place)
    return 0 if straight is None else min(tenths(straight) // 10, 1000)


def turn(key: UUID, day: date) -> int:
    mask = (1 << 64) - 1
    return mixed(mixed((key.int >> 64) ^ day.toordinal()) ^ (key.int & mask))


def mixed(number: int) -> int:
    mask = (1 << 64) - 1
    number = (number + 0x9E3779B97F4A7C15) & mask
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & mask
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & mask
    return number ^ (number >> 31)


def verdicts(entries: Sequence[OracleEntry], question: Question) -> Iterator[Verdict]:
    """Every activity's verdict, in no order."""
    for entry in entries:
        yield verdict_of(entry, question)
