"""The list of activities, worked out slowly and plainly from the documents.

What the search answers is held to this: one small function for each rule, no index, nothing kept
from one call to the next. It is used in tests only.
"""

import math
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import zip_longest
from typing import Any
from uuid import UUID

import numpy as np
from search.text.plain import Fields, plain_scores

from app.catalogue.documents import ActivityDocument, VenueDocument
from app.catalogue.documents.activities import ServedArea
from app.catalogue.documents.base import Statement
from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.freshness import believed_capacity
from app.catalogue.occurrences import DAYS, time_bands
from app.catalogue.pricing import attendance_pence
from app.catalogue.public import Entry, shown_point
from app.catalogue.public.venues import nearest_venue
from app.geo.areas import in_england, outcode_of
from app.geo.councils import PlaceFound
from app.geo.distance import Point, miles_to_many, rounded_miles
from app.search.criteria import SearchCriteria
from app.vocabulary.terms import vocabulary

DEFAULT_WITHIN = 10.0
ADULT = 18


# What goes in and what comes out


@dataclass(frozen=True)
class OracleEntry(Entry):
    """A live activity with all that it is shown with, and when it was last published."""

    published_at: datetime

    @classmethod
    def of(cls, entry: Entry, published_at: datetime) -> "OracleEntry":
        return cls(entry.activity, entry.provider, entry.council, entry.venues, published_at)


@dataclass(frozen=True)
class OracleItem:
    """What the list shows of one activity, as far as search decides it."""

    distance: float | None
    venue_id: UUID | None
    price: int | None
    not_stated: list[str]
    score: int | None


@dataclass(frozen=True)
class OracleAnswer:
    """Everything that is found, in order and on one page.

    `matched` means something only where there is a `q`. The facet `council` leaves out codes that
    are asked for and at which no live activity is at home: their names are not known here.
    """

    ids: list[UUID]
    items: dict[UUID, OracleItem]
    total: int
    matched: str
    facets: dict[str, dict[str, int]]


def answer(
    entries: Sequence[OracleEntry],
    criteria: SearchCriteria,
    today: date,
    place: PlaceFound | None,
) -> OracleAnswer:
    """What the search must find.

    Args:
        entries: every live activity.
        criteria: what is asked; the page is left to whoever compares.
        today: the day it is in London.
        place: how the place of the criteria was understood; None where none is asked about.
    """
    scores, matched = text_scores(entries, criteria)
    question = Question(criteria, today, place, scores)
    found = in_order(find(entries, question), criteria)
    return OracleAnswer(
        ids=[one.entry.activity.id for one in found],
        items={one.entry.activity.id: one.item for one in found},
        total=len(found),
        matched=matched,
        facets={scheme: facet(scheme, entries, question) for scheme in criteria.facets},
    )


@dataclass(frozen=True)
class Question:
    """The criteria with all that they are judged by; `scores` by the entry's number."""

    criteria: SearchCriteria
    today: date
    place: PlaceFound | None
    scores: Mapping[int, int] | None


@dataclass(frozen=True)
class Found:
    """An activity that passes."""

    entry: OracleEntry
    item: OracleItem


def find(entries: Sequence[OracleEntry], question: Question) -> list[Found]:
    """The activities that pass, in no order."""
    found = []
    for number, entry in enumerate(entries):
        if question.scores is not None and number not in question.scores:
            continue
        if not activity_passes(entry, question):
            continue
        # One session must pass all filters of a session.
        passing = [one for one in sittings(entry, question.today) if one.passes(question)]
        if passing:
            score = None if question.scores is None else question.scores[number]
            found.append(Found(entry, shown_item(entry, passing, question, score)))
    return found


# Text


def text_scores(
    entries: Sequence[OracleEntry], criteria: SearchCriteria
) -> tuple[Mapping[int, int] | None, str]:
    """The scores of those that the words find, by number; None where no words are asked for.

    It is decided on the text alone, before every other filter.
    """
    if criteria.q is None:
        return None, "all_words"
    scores, matched = plain_scores([fields_of(entry) for entry in entries], criteria.q)
    return (scores or {}), matched


def fields_of(entry: Entry) -> Fields:
    """The words by which an activity is found."""
    activity = entry.activity
    return Fields(
        name=activity.name,
        labels=" / ".join(
            [
                *labels("cohort", activity.cohorts),
                *labels("outcome", [one.code for one in activity.outcomes]),
                *labels("activity_type", activity.activity_types),
                *labels("setting", activity.settings),
            ]
        ),
        provider=entry.provider.name,
        venue=" / ".join(words for venue in entry.venues.values() for words in venue_words(venue)),
        summary=activity.summary,
        description=activity.description,
    )


def labels(scheme: str, codes: Iterable[str]) -> list[str]:
    return [vocabulary().term(scheme, code).label for code in codes]


def venue_words(venue: VenueDocument) -> list[str]:
    """A venue that shows its district alone is not found by its name."""
    if venue.shows == "district":
        return [venue.address.town]
    return [venue.name, venue.address.town]


# Filters of the activity


def activity_passes(entry: OracleEntry, question: Question) -> bool:
    """Whether an activity passes every filter that does not depend on a session."""
    return (
        terms_pass(entry.activity, question.criteria)
        and support_needs_pass(entry.activity, question.criteria)
        and age_passes(entry.activity, question.criteria)
        and council_passes(entry, question.criteria)
        and provider_passes(entry, question.criteria)
        and confirmed_passes(entry.activity, question.criteria, question.today)
    )


def terms_pass(activity: ActivityDocument, criteria: SearchCriteria) -> bool:
    """Of each scheme asked about, any of the values is stated."""
    asked_and_stated: list[tuple[Iterable[str], Iterable[str]]] = [
        (with_descendants("cohort", criteria.cohort), activity.cohorts),
        (
            with_descendants("outcome", criteria.outcome),
            [one.code for one in activity.outcomes],
        ),
        (with_descendants("activity_type", criteria.activity_type), activity.activity_types),
        (criteria.setting, activity.settings),
        (criteria.attendance, activity.attendance),
        (criteria.language, activity.languages),
        (criteria.open_to, [activity.open_to] if activity.open_to else []),
        (criteria.how_to_start, activity.how_to_start),
        (criteria.support_mode, stated_yes(activity.support_modes)),
        (criteria.funding, stated_yes(activity.funding)),
        (criteria.communication, stated_yes(activity.communication)),
        (criteria.preference, stated_yes(activity.preferences)),
        (criteria.travel, stated_yes(activity.travel)),
    ]
    return all(any_of(asked, stated) for asked, stated in asked_and_stated)


def with_descendants(scheme: str, codes: Iterable[str]) -> set[str]:
    return {below for code in codes for below in vocabulary().descendants(scheme, code)}


def any_of(asked: Iterable[str], stated: Iterable[str]) -> bool:
    """Whether any of the values is stated; asking for nothing restricts nothing."""
    wanted = set(asked)
    return not wanted or not wanted.isdisjoint(stated)


def stated_yes(statements: Sequence[Statement]) -> list[str]:
    return [code for code, value in values_of(statements).items() if value == "yes"]


def values_of(statements: Sequence[Any]) -> dict[str, str]:
    """What is stated, by code; what is not stated is absent."""
    return {one.code: one.value for one in statements}


def all_stated(asked: Iterable[str], stated: Mapping[str, str], *, include_unknown: bool) -> bool:
    """Whether all values are stated yes; with `include_unknown`, whether none is a no."""
    if include_unknown:
        return all(stated.get(code) != "no" for code in asked)
    return all(stated.get(code) == "yes" for code in asked)


def support_needs_pass(activity: ActivityDocument, criteria: SearchCriteria) -> bool:
    return all_stated(
        criteria.support_need,
        values_of(activity.support_needs),
        include_unknown=criteria.include_unknown,
    )


def age_passes(activity: ActivityDocument, criteria: SearchCriteria) -> bool:
    lowest, highest = activity.ages.minimum, activity.ages.maximum
    if criteria.age is None:
        return True
    if lowest is None and highest is None:
        return criteria.age >= ADULT or criteria.include_unknown
    if lowest is not None and criteria.age < lowest:
        return False
    return highest is None or criteria.age <= highest


def council_passes(entry: OracleEntry, criteria: SearchCriteria) -> bool:
    return not criteria.council or entry.council.area.gss in criteria.council


def provider_passes(entry: OracleEntry, criteria: SearchCriteria) -> bool:
    return not criteria.provider or any(names(one, entry) for one in criteria.provider)


def names(text: str, entry: OracleEntry) -> bool:
    """Whether a text is the id or the slug of an activity's provider."""
    if text == entry.provider.slug:
        return True
    try:
        return UUID(text) == entry.provider.id
    except ValueError:
        return False


def confirmed_passes(activity: ActivityDocument, criteria: SearchCriteria, today: date) -> bool:
    days = criteria.confirmed_within_days
    return days is None or (today - activity.confirmed_on).days <= days


# Filters of a session


def sittings(entry: OracleEntry, today: date) -> list["Sitting"]:
    """The sessions that have not ended, or one blank one where there are none.

    A dated session counts once for each weekday that any of its dates from today on falls on.
    """
    found = []
    for session in entry.activity.sessions:
        if has_ended(session, today):
            continue
        if session.repeats == "dated":
            found += [Sitting(entry, session, dates) for dates in by_weekday(session, today)]
        else:
            found.append(Sitting(entry, session, []))
    return found or [Sitting(entry, None, [])]


def has_ended(session: SessionDocument, today: date) -> bool:
    if session.valid_to is not None and session.valid_to < today:
        return True
    return session.repeats == "dated" and all(day < today for day in session.dates)


def by_weekday(session: SessionDocument, today: date) -> Iterator[list[date]]:
    for weekday in range(7):
        dates = [day for day in session.dates if day >= today and day.weekday() == weekday]
        if dates:
            yield dates


@dataclass(frozen=True)
class Sitting:
    """A session as the filters see it; blank, with nothing stated, where `session` is None.

    `dates` are those of a dated session that count here: all on one weekday.
    """

    entry: OracleEntry
    session: SessionDocument | None
    dates: list[date]

    def passes(self, question: Question) -> bool:
        """Whether this one session passes all filters of a session."""
        criteria = question.criteria
        return (
            self.day_passes(criteria)
            and self.times_pass(criteria)
            and self.time_band_passes(criteria)
            and self.access_passes(criteria)
            and self.capacity_passes(criteria, question.today)
            and self.price_passes(criteria, question.today)
            and self.place_passes(criteria, question.place)
        )

    @property
    def venue(self) -> VenueDocument | None:
        if self.session is None or self.session.venue_id is None:
            return None
        return self.entry.venues[self.session.venue_id]

    def weekday(self) -> str | None:
        if self.dates:
            return DAYS[self.dates[0].weekday()]
        return self.session.day if self.session else None

    def day_passes(self, criteria: SearchCriteria) -> bool:
        if not criteria.day:
            return True
        if self.session is None:
            return False
        if "bank_holiday" in criteria.day and self.session.bank_holidays == "open":
            return True
        return self.weekday() in criteria.day

    def times_pass(self, criteria: SearchCriteria) -> bool:
        if criteria.starts_after is None and criteria.ends_before is None:
            return True
        if self.session is None:
            return False
        if criteria.starts_after is not None:
            earliest = time.fromisoformat(criteria.starts_after)
            if self.session.starts_at < earliest:
                return False
        if criteria.ends_before is not None:
            latest = time.fromisoformat(criteria.ends_before)
            if self.session.ends_at > latest:
                return False
        return True

    def time_band_passes(self, criteria: SearchCriteria) -> bool:
        return any_of(criteria.time_band, self.bands())

    def bands(self) -> frozenset[str]:
        if self.session is None:
            return frozenset()
        if self.dates:
            return time_bands(self.session.model_copy(update={"dates": self.dates}))
        return time_bands(self.session)

    def access(self) -> dict[str, str]:
        """What its venue states; a session without a venue states nothing."""
        return values_of(self.venue.features) if self.venue else {}

    def access_passes(self, criteria: SearchCriteria) -> bool:
        return all_stated(criteria.access, self.access(), include_unknown=criteria.include_unknown)

    def capacity_passes(self, criteria: SearchCriteria, today: date) -> bool:
        return not criteria.capacity or self.capacity(today) in criteria.capacity

    def capacity(self, today: date) -> str:
        """Its own statement if it has one, even if it is too old to be believed."""
        own = self.session.capacity if self.session else None
        believed = believed_capacity(own or self.entry.activity.capacity, today)
        return believed.status if believed else "unknown"

    def price_passes(self, criteria: SearchCriteria, today: date) -> bool:
        price = self.price(today)
        if criteria.free and price != 0:
            return False
        if criteria.max_price_pence is None:
            return True
        return price is not None and price <= criteria.max_price_pence

    def price(self, today: date) -> int | None:
        """Of the whole session: a course is paid for all its dates, whatever their weekdays."""
        return attendance_pence(self.entry.activity.prices, self.session, today)

    def place_passes(self, criteria: SearchCriteria, place: PlaceFound | None) -> bool:
        if place is None:
            return True
        if self.session is None:
            return False
        if self.venue is None:
            return served(self.entry, place)
        within = DEFAULT_WITHIN if criteria.within is None else criteria.within
        return miles(place, shown_point(self.venue)) - place.place.accuracy_miles <= within

    def distance(self, place: PlaceFound | None) -> float | None:
        """Straight miles to its venue; None where there is none, or no place is asked about."""
        if place is None or self.venue is None:
            return None
        return miles(place, shown_point(self.venue))


# Places


def miles(place: PlaceFound, point: Point) -> float:
    """Straight-line miles from the middle of a place."""
    latitudes, longitudes = np.array([point.latitude]), np.array([point.longitude])
    return float(miles_to_many(place.place.point, latitudes, longitudes)[0])


def served(entry: OracleEntry, place: PlaceFound) -> bool:
    """Whether what is online or comes to people reaches a place."""
    areas = entry.activity.served_areas
    if not areas:
        return entry.council.area.gss in councils_of(place)
    return any(covers(area, entry, place) for area in areas)


def covers(area: ServedArea, entry: OracleEntry, place: PlaceFound) -> bool:
    """Whether one served area covers a place."""
    if area.kind == "england":
        return in_england(place.place)
    if area.kind == "council":
        return area.gss in councils_of(place)
    if area.kind == "district":
        # Which district a place lies in is not known, only which council answers for it.
        return entry.council.area.gss in councils_of(place)
    if area.kind == "outcodes":
        return outcode_of(place.place) in area.outcodes
    assert area.latitude is not None
    assert area.longitude is not None
    assert area.miles is not None
    away = miles(place, Point(area.latitude, area.longitude))
    return away - place.place.accuracy_miles <= area.miles


def councils_of(place: PlaceFound) -> set[str]:
    """The codes of every council that may be responsible for a place."""
    codes = {place.council.gss, *(candidate.gss for candidate in place.council.candidates)}
    return {code for code in codes if code is not None}


# What an item shows


def shown_item(
    entry: OracleEntry, passing: Sequence[Sitting], question: Question, score: int | None
) -> OracleItem:
    """What is shown of an activity whose sessions pass; `passing` is in the activity's order."""
    shown = shown_sitting(passing, question.place)
    return OracleItem(
        distance=shown.distance(question.place),
        venue_id=shown.venue.id if shown.venue else None,
        price=least_price(passing, question.today),
        not_stated=not_stated(entry, shown, question.criteria),
        score=score,
    )


def shown_sitting(passing: Sequence[Sitting], place: PlaceFound | None) -> Sitting:
    """The one whose venue is shown: the nearest, or without a place the first that has a venue.

    Where no passing one has a venue it is the first of all.
    """
    at_venues = [one for one in passing if one.venue is not None]
    if not at_venues:
        return passing[0]
    if place is None:
        return at_venues[0]
    # The first of several that are as near, as `min` keeps the first.
    return min(at_venues, key=lambda one: one.distance(place) or 0.0)


def least_price(passing: Sequence[Sitting], today: date) -> int | None:
    known = [price for one in passing if (price := one.price(today)) is not None]
    return min(known, default=None)


def not_stated(entry: OracleEntry, shown: Sitting, criteria: SearchCriteria) -> list[str]:
    """The codes asked for that are not stated yes; each once, access first, as they were asked."""
    if not criteria.include_unknown:
        return []
    stated = {**shown.access(), **values_of(entry.activity.support_needs)}
    asked = dict.fromkeys([*criteria.access, *criteria.support_need])
    return [code for code in asked if stated.get(code) != "yes"]


# Order


def in_order(found: Sequence[Found], criteria: SearchCriteria) -> list[Found]:
    """Sorted by the last key first: sorting keeps the order of those that are alike."""
    order = order_of(criteria)
    key, descending = order.removeprefix("-"), order.startswith("-")
    ordered = sorted(found, key=lambda one: str(one.entry.activity.id).lower())
    ordered = sorted(ordered, key=lambda one: sort_name(one.entry.activity.name).encode())
    if key == "relevance":
        # Reversing turns the score about and leaves the distance as it is.
        ordered = known_first(ordered, [one.item.distance for one in ordered])
        return known_first(ordered, [one.item.score for one in ordered], descending=not descending)
    if key == "distance":
        distances = [one.item.distance for one in ordered]
        return known_first(ordered, distances, descending=descending)
    if key == "price":
        prices = [one.item.price for one in ordered]
        return known_first(ordered, prices, descending=descending)
    if key == "confirmed":
        confirmed = [one.entry.activity.confirmed_on.toordinal() for one in ordered]
        return known_first(ordered, confirmed, descending=not descending)
    if key == "newest":
        published = [one.entry.published_at.timestamp() for one in ordered]
        return known_first(ordered, published, descending=not descending)
    assert key == "name"
    # `sorted` with `reverse` still keeps the order of those that are alike.
    return sorted(
        ordered,
        key=lambda one: sort_name(one.entry.activity.name).encode(),
        reverse=descending,
    )


def order_of(criteria: SearchCriteria) -> str:
    """The order that is asked for, or the one that suits the question."""
    if criteria.sort is not None:
        return criteria.sort
    if criteria.q is not None:
        return "relevance"
    if criteria.near is not None or criteria.latitude is not None:
        return "distance"
    return "name"


def known_first(
    found: Sequence[Found], values: Sequence[float | None], *, descending: bool = False
) -> list[Found]:
    """Sorted by these values; those not known stay last, whichever way round."""
    known = [(value, one) for one, value in zip(found, values, strict=True) if value is not None]
    known.sort(key=lambda pair: pair[0], reverse=descending)
    unknown = [one for one, value in zip(found, values, strict=True) if value is None]
    return [one for _, one in known] + unknown


def sort_name(name: str) -> str:
    """A name as lists are sorted by it: case folded and without accents."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


# Facets


def facet(scheme: str, entries: Sequence[OracleEntry], question: Question) -> dict[str, int]:
    """For each term, the total if it were all that is asked of its scheme."""
    asked = getattr(question.criteria, scheme)
    counts = {}
    for code in facet_codes(scheme, entries):
        criteria = question.criteria.model_copy(update={scheme: [code]})
        count = len(find(entries, replace(question, criteria=criteria)))
        if count or code in asked:
            counts[code] = count
    return counts


def facet_codes(scheme: str, entries: Sequence[OracleEntry]) -> list[str]:
    """The terms of a scheme in its order; councils by name."""
    if scheme != "council":
        return list(vocabulary().scheme(scheme).codes)
    names_of = {
        entry.council.area.gss: entry.council.name for entry in entries if entry.council.area.gss
    }
    return sorted(names_of, key=lambda gss: (sort_name(names_of[gss]), gss))


# Comparing


NEARLY = 1e-9
"""Miles by which two ways of working out a distance may differ."""


def result_differences(  # noqa: PLR0913 - each is one part of a result, and all are optional.
    ids: Sequence[UUID],
    expected: OracleAnswer,
    *,
    page: int = 1,
    per_page: int | None = None,
    distances: Sequence[float | None] | None = None,
    venue_ids: Sequence[UUID | None] | None = None,
    prices: Sequence[int | None] | None = None,
    not_stated: Sequence[Iterable[str]] | None = None,
    total: int | None = None,
    matched: str | None = None,
    facets: Mapping[str, Mapping[str, int]] | None = None,
) -> list[str]:
    """In what a list of results differs from the oracle's, a line for each; empty if in nothing.

    Args:
        ids: of the results, in order.
        expected: the oracle's answer.
        page: the page that the results are.
        per_page: how many a page holds; all on one page if None.
        distances: unrounded, one for each id; what is None altogether is not compared.
        venue_ids: of the nearest venues, one for each id.
        prices: least prices of one attendance, one for each id.
        not_stated: codes in any order, one set for each id.
        total: how many there are on all pages.
        matched: `all_words` or `any_word`.
        facets: the counts by scheme and code, in order.
    """
    wanted = of_page(expected, page, per_page)
    lines = id_differences(ids, wanted)
    if total is not None and total != expected.total:
        lines.append(f"total: {total}, expected {expected.total}")
    if matched is not None and matched != expected.matched:
        lines.append(f"matched: {matched}, expected {expected.matched}")
    if facets is not None:
        lines += facet_differences(facets, expected.facets)
    for name, values in {
        "distance": distances,
        "venue_id": venue_ids,
        "price": prices,
        "not_stated": not_stated,
    }.items():
        for key, value in zip(ids, values or (), strict=values is not None):
            item = expected.items.get(key)
            if item is not None and not alike(value, getattr(item, name)):
                lines.append(f"{name} of {key}: {value}, expected {getattr(item, name)}")
    return lines


def of_page(expected: OracleAnswer, page: int, per_page: int | None) -> list[UUID]:
    if per_page is None:
        return expected.ids
    return expected.ids[(page - 1) * per_page : page * per_page]


def id_differences(ids: Sequence[UUID], wanted: Sequence[UUID]) -> list[str]:
    """Which are missing, which are too many, and from where on the order differs."""
    if list(ids) == list(wanted):
        return []
    lines = [f"missing: {key}" for key in wanted if key not in ids]
    lines += [f"too many: {key}" for key in ids if key not in wanted]
    if len(set(ids)) != len(ids):
        lines.append("an activity stands there twice")
    pairs = list(zip_longest(ids, wanted))
    first = next(number for number, (key, other) in enumerate(pairs) if key != other)
    lines += [
        f"place {number + 1}: {key}, expected {other}"
        for number, (key, other) in enumerate(pairs[first : first + 5], first)
    ]
    return lines


def alike(value: Any, expected: Any) -> bool:
    if isinstance(expected, list):
        return set(value) == set(expected)
    if isinstance(value, float) and isinstance(expected, float):
        return math.isclose(value, expected, rel_tol=NEARLY, abs_tol=NEARLY)
    return bool(value == expected)


def facet_differences(
    facets: Mapping[str, Mapping[str, int]], expected: Mapping[str, Mapping[str, int]]
) -> list[str]:
    if facets.keys() != expected.keys():
        return [f"facets: {sorted(facets)}, expected {sorted(expected)}"]
    lines = []
    for scheme, counts in expected.items():
        # A council without live activities may be named, with 0, if it is asked for.
        given = [
            (code, count)
            for code, count in facets[scheme].items()
            if scheme != "council" or count or code in counts
        ]
        if given != list(counts.items()):
            lines.append(f"facet {scheme}: {given}, expected {list(counts.items())}")
    return lines


def json_differences(
    body: Mapping[str, Any],
    expected: OracleAnswer,
    criteria: SearchCriteria,
    entries: Sequence[OracleEntry],
) -> list[str]:
    """In what the JSON answer of `/v1/activities` differs from the oracle's, a line for each.

    Where an item or the whole answer has no `not_stated`, `facets` or `did_you_mean`, it counts as
    empty. Distances are compared as they are shown, to one decimal.
    """
    items = body["items"]
    by_id = {entry.activity.id: entry for entry in entries}
    ids = [UUID(item["id"]) for item in items]
    lines = result_differences(
        ids,
        expected,
        page=criteria.page,
        per_page=criteria.per_page,
        not_stated=[codes_in(item.get("not_stated") or []) for item in items],
        total=body["total"],
        matched=body["matched"] if criteria.q is not None else None,
        facets={
            scheme: {term["code"]: term["count"] for term in terms}
            for scheme, terms in (body.get("facets") or {}).items()
        },
    )
    pages = math.ceil(expected.total / criteria.per_page)
    frame = {"page": criteria.page, "per_page": criteria.per_page, "pages": pages}
    lines += [
        f"{name}: {body[name]}, expected {value}"
        for name, value in frame.items()
        if body[name] != value
    ]
    for key, item in zip(ids, items, strict=True):
        if key in expected.items:
            lines += item_differences(item, expected.items[key], by_id[key])
    return lines + suggestion_differences(
        body.get("did_you_mean") or [], expected, criteria, entries
    )


def codes_in(terms: Iterable[Any]) -> list[str]:
    """The codes, given bare or with their labels."""
    return [term if isinstance(term, str) else term["code"] for term in terms]


def item_differences(
    item: Mapping[str, Any], expected: OracleItem, entry: OracleEntry
) -> Iterator[str]:
    distance = None if expected.distance is None else rounded_miles(expected.distance)
    if item["distance_miles"] != distance:
        yield f"distance_miles of {item['id']}: {item['distance_miles']}, expected {distance}"
    venues = [] if expected.venue_id is None else [entry.venues[expected.venue_id]]
    view = nearest_venue(venues)
    wanted = view.model_dump(mode="json") if view else None
    if item["nearest_venue"] != wanted:
        yield f"nearest_venue of {item['id']}: {item['nearest_venue']}, expected {wanted}"


def suggestion_differences(
    suggestions: Sequence[str],
    expected: OracleAnswer,
    criteria: SearchCriteria,
    entries: Sequence[OracleEntry],
) -> list[str]:
    """Words are suggested only where nothing was found, at most three, and each finds something."""
    if not suggestions:
        return []
    if expected.total or criteria.q is None:
        return [f"did_you_mean: {list(suggestions)}, expected none"]
    lines = [] if len(suggestions) <= 3 else [f"did_you_mean: more than three: {suggestions}"]
    fields = [fields_of(entry) for entry in entries]
    lines += [
        f"did_you_mean: {suggestion} finds nothing"
        for suggestion in suggestions
        if not plain_scores(fields, suggestion)[0]
    ]
    return lines


def readable(
    lines: Sequence[str],
    criteria: SearchCriteria,
    expected: OracleAnswer,
    entries: Sequence[OracleEntry],
) -> str:
    """The differences below what was asked and what was expected, for the message of a failure."""
    asked = criteria.model_dump(exclude_defaults=True)
    named = {entry.activity.id: entry.activity.name for entry in entries}
    shown = [f"  {key} {named[key]}: {expected.items[key]}" for key in expected.ids]
    return "\n".join(
        [f"asked: {asked}", *lines, f"expected {expected.total} {expected.matched}:", *shown]
    )


def assert_same_results(
    ids: Sequence[UUID],
    expected: OracleAnswer,
    criteria: SearchCriteria,
    entries: Sequence[OracleEntry],
    **parts: Any,
) -> None:
    """Fail, readably, unless a list of results is the oracle's; `parts` as `result_differences`."""
    lines = result_differences(ids, expected, **parts)
    assert not lines, readable(lines, criteria, expected, entries)


def assert_same_json(
    body: Mapping[str, Any],
    expected: OracleAnswer,
    criteria: SearchCriteria,
    entries: Sequence[OracleEntry],
) -> None:
    """Fail, readably, unless the JSON answer of `/v1/activities` is the oracle's."""
    lines = json_differences(body, expected, criteria, entries)
    assert not lines, readable(lines, criteria, expected, entries)
