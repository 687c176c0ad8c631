"""Which services are meant: by what is stated of them, by when they changed, by time and place."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import ColumnElement, or_
from sqlmodel import col, select

from app.catalogue.documents.activities import Alert, Closure
from app.catalogue.loading import CHUNK, live, venue_documents
from app.catalogue.models import Activity, ActivitySession, ActivityTerm, VenueFeature
from app.catalogue.public import shown_point
from app.clock import Change
from app.exchange.openreferral.feed import Feed
from app.exchange.openreferral.identity import Place
from app.exchange.openreferral.moments import changed_at, turning_days
from app.exchange.openreferral.parameters import PlaceParams
from app.exchange.openreferral.schedules import DAYS
from app.exchange.openreferral.taxonomies import listed_terms, scheme_of, term_keys
from app.geo.councils import PlaceFound
from app.geo.distance import KM_PER_MILE, miles_between
from app.problems import Fault, Malformed
from app.search.criteria import SearchCriteria
from app.search.index.filters import asked_of
from app.search.index.find import NO_WORDS, candidates, each_once
from app.search.index.snapshot import Snapshot
from app.search.places import PlaceNotResolved, places_of, whereabouts
from app.vocabulary.terms import vocabulary

METRES_PER_MILE = KM_PER_MILE * 1_000
NEVER = datetime(1, 1, 1, tzinfo=UTC)

CODES = {standard: ours for ours, standard in DAYS.items()}


def services_meant(feed: Feed, params: PlaceParams) -> set[UUID] | None:
    """The ids of the services that meet every parameter; None where all do.

    What was removed has no terms, ages, times or places any more, and is found by its
    organization and by when it changed alone.

    Raises:
        Malformed: the postcode is not known.
    """
    found = [
        ids
        for ids in (_stated(feed, params), _modified(feed, params), _in_index(feed, params))
        if ids is not None
    ]
    return set.intersection(*found) if found else None


# What is stated


def _stated(feed: Feed, params: PlaceParams) -> set[UUID] | None:
    conditions: list[ColumnElement[bool]] = []
    if params.taxonomy_term_id is not None:
        conditions.append(_has_term(params.taxonomy_term_id))
    if params.taxonomy_id is not None:
        scheme = scheme_of(params.taxonomy_id)
        codes = listed_terms(vocabulary().scheme(scheme)) if scheme else []
        conditions.append(_has(scheme or "", codes))
    if params.minimum_age is not None:
        conditions.append(col(Activity.minimum_age) >= params.minimum_age)
    if params.maximum_age is not None:
        conditions.append(col(Activity.maximum_age) <= params.maximum_age)
    if conditions:
        conditions.append(live(feed.today))
    if params.organization_id is not None:
        conditions.append(col(Activity.provider_id) == params.organization_id)
    if not conditions:
        return None
    return set(feed.session.exec(select(Activity.id).where(*conditions)))


def _has_term(term: UUID) -> ColumnElement[bool]:
    scheme, code = term_keys().get(term, ("", ""))
    return _has(scheme, vocabulary().descendants(scheme, code) if scheme else [])


def _has(scheme: str, codes: Sequence[str]) -> ColumnElement[bool]:
    """The condition under which an activity states one of some terms, wholly or partly."""
    if scheme == "open_to":
        return col(Activity.open_to).in_(codes)
    if scheme == "access":
        at = (
            select(ActivitySession.activity_id)
            .join(VenueFeature, col(VenueFeature.venue_id) == ActivitySession.venue_id)
            .where(col(VenueFeature.code).in_(codes), VenueFeature.evidence != "no")
        )
        return col(Activity.id).in_(at)
    stated = select(ActivityTerm.activity_id).where(
        ActivityTerm.scheme == scheme,
        col(ActivityTerm.code).in_(codes),
        ActivityTerm.evidence != "no",
    )
    return col(Activity.id).in_(stated)


# When it changed


def _modified(feed: Feed, params: PlaceParams) -> set[UUID] | None:
    after = params.after
    if after is None:
        return None
    noted = select(Change.subject).where(Change.kind == "activity", col(Change.at) >= after)
    found = {UUID(subject) for subject in feed.session.exec(noted.distinct())}
    columns = (Activity.id, Activity.alert, Activity.closure, Activity.hidden_from)
    turning = select(*columns).where(  # type: ignore[type-var] # columns may be empty.
        or_(
            col(Activity.alert).is_not(None),
            col(Activity.closure).is_not(None),
            col(Activity.hidden_from).is_not(None),
        )
    )
    for activity, alert, closure, hidden_from in feed.session.exec(turning):
        days = turning_days(
            Alert.model_validate(alert) if alert else None,
            Closure.model_validate(closure) if closure else None,
            hidden_from,
        )
        if changed_at(NEVER, days, feed.today) >= after:
            found.add(activity)
    return found


# Words, times and places, by the index


def _in_index(feed: Feed, params: PlaceParams) -> set[UUID] | None:
    by_session = params.days or params.start_time or params.end_time
    if not (params.words or by_session or params.postcode):
        return None
    snapshot = _snapshot(feed)
    criteria = SearchCriteria.model_validate(
        {
            "q": params.search if params.words else None,
            "day": [CODES[day] for day in params.days],
            "starts_after": params.start_time,
            "ends_before": params.end_time,
            "near": params.postcode,
            "within": params.proximity and params.proximity / METRES_PER_MILE,
        }
    )
    places = _places(snapshot, criteria)
    around = whereabouts(places[0]) if places and params.proximity is not None else None
    words = None
    if criteria.q is not None:
        words = snapshot.text.search(criteria.q, snapshot.alive) or NO_WORDS
        if words.matched != "all_words":
            # The standard has no way of saying that only some of the words were found.
            words = NO_WORDS
    passing = candidates(snapshot, asked_of(snapshot, criteria, around), words).passing()
    rows = each_once(snapshot, passing, priced=False).activities
    if places and params.proximity is None:
        rows = rows[_may_serve(snapshot, places[0], rows)]
    high, low = snapshot.activities["id_high"][rows], snapshot.activities["id_low"][rows]
    return {
        UUID(int=int(first) << 64 | int(second)) for first, second in zip(high, low, strict=True)
    }


def _snapshot(feed: Feed) -> Snapshot:
    """The index as it is at this transaction's number at least, so that its ETag holds."""
    snapshot = feed.index.snapshot()
    if (snapshot.epoch, snapshot.today) != (feed.face.epoch, feed.today) or (
        snapshot.sequence < feed.face.sequence
    ):
        feed.index.refresh()
        snapshot = feed.index.snapshot()
    return snapshot


def _places(snapshot: Snapshot, criteria: SearchCriteria) -> Sequence[PlaceFound]:
    try:
        return places_of(snapshot, criteria)
    except PlaceNotResolved as problem:
        fault = Fault(**{"in": "query"}, name="postcode", code=problem.code, message=problem.detail)
        raise Malformed([fault]) from None


def _may_serve(snapshot: Snapshot, place: PlaceFound, rows: Any) -> Any:  # noqa: ANN401 - arrays.
    """Which activities serve a place as far as they say: those that state no area, all."""
    covering = snapshot.covering(whereabouts(place))
    unlimited = np.array([not areas for _, areas in snapshot.area_sets.sets], dtype=np.bool_)
    return (covering | unlimited)[snapshot.activities["areas"][rows]]


# Services at locations


def places_meant(feed: Feed, services: Collection[UUID], params: PlaceParams) -> set[Place]:
    """The places of some services that meet the parameters of times and places."""
    near = _near(feed, services, params)
    found: set[Place] = set()
    for row in _rows(feed, services):
        activity, venue, _, _, _, starts, ends = row
        if near is not None and venue not in near:
            continue
        if params.days and _day_codes(row).isdisjoint(params.days):
            continue
        if params.start_time and f"{starts:%H:%M}" < params.start_time:
            continue
        if params.end_time and f"{ends:%H:%M}" > params.end_time:
            continue
        found.add((activity, venue))
    return found


def _day_codes(row: Any) -> set[str]:  # noqa: ANN401 - some columns of a session.
    _, _, _, day, dates, _, _ = row
    weekdays = tuple(DAYS.values())
    dated = {weekdays[datetime.fromisoformat(one).weekday()] for one in dates}
    return dated | ({DAYS[day]} if day else set())


def _rows(feed: Feed, services: Collection[UUID]) -> Iterator[Any]:
    columns = (
        ActivitySession.activity_id,
        ActivitySession.venue_id,
        ActivitySession.place,
        ActivitySession.day,
        ActivitySession.dates,
        ActivitySession.starts_at,
        ActivitySession.ends_at,
    )
    for chunk in chunks(services):
        statement = select(*columns).where(  # type: ignore[call-overload] # it has no more columns.
            col(ActivitySession.activity_id).in_(chunk),
            col(ActivitySession.place) != "comes_to_you",
        )
        yield from feed.session.exec(statement)


def _near(feed: Feed, services: Collection[UUID], params: PlaceParams) -> set[UUID] | None:
    """The venues that lie near enough; None where nearness is not asked for."""
    if params.proximity is None:
        return None
    criteria = SearchCriteria(near=params.postcode)
    place = whereabouts(_places(_snapshot(feed), criteria)[0])
    venues = {row[1] for row in _rows(feed, services) if row[1] is not None}
    most = params.proximity / METRES_PER_MILE + place.uncertainty
    return {
        venue.id
        for venue in venue_documents(feed.session, venues)
        if miles_between(place.point, shown_point(venue)) <= most
    }


def chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    """Ids in their order, as many at a time as one statement names."""
    given = list(ids)
    for start in range(0, len(given), CHUNK):
        yield given[start : start + CHUNK]
