"""Each criterion as a test of rows: of activities, or of one session that must pass all of them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import numpy as np
import numpy.typing as npt

from app.search.criteria import SearchCriteria
from app.search.index.areas import Whereabouts
from app.search.index.bits import Masks, asked_any, mask_of
from app.search.index.columns import Columns
from app.search.index.facts import AT_VENUE, BANK_HOLIDAY, BLANK, NOT_KNOWN, number_of
from app.search.index.grid import Rows
from app.search.index.ground import CLOSE, CLOSE_IF_TESTED, Overlap
from app.search.index.snapshot import Snapshot

Flags = npt.NDArray[np.bool_]
Miles = npt.NDArray[np.float64]
Test = Callable[[Rows], Flags] | Overlap
"""Says of each of some rows whether it passes."""

ADULT = 18

ANY_OF = frozenset(
    {
        "cohort",
        "outcome",
        "activity_type",
        "setting",
        "attendance",
        "language",
        "open_to",
        "how_to_start",
        "support_mode",
        "funding",
        "communication",
        "preference",
        "travel",
    }
)
"""The schemes of activities of which any value will do."""

BY_TERMS_AND_PLACE = ANY_OF | {"near", "within", "q", "sort", "page", "per_page", "lang", "facets"}
"""What nearly everybody asks by: with nothing else, nothing else has to be looked at."""

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Asked:
    """What is asked, as tests by the name of their criterion.

    `of_activities` take rows of activities, `of_sessions` rows of sessions. The place stands
    apart, because it also gives distances.
    """

    of_activities: Mapping[str, Test]
    of_sessions: Mapping[str, Test]
    place: Whereabouts | None
    within: float


def asked_of(snapshot: Snapshot, criteria: SearchCriteria, place: Whereabouts | None) -> Asked:
    """The tests of some criteria on a snapshot. Words are not among them."""
    return Asked(
        of_activities=_activity_tests(snapshot, criteria),
        of_sessions=_session_tests(snapshot, criteria),
        place=place,
        within=criteria.within or 10.0,
    )


def _overlaps(name: str, columns: Columns, mask: int) -> Overlap:
    return Overlap(name, columns[name], mask)


def _holds_all(column: Masks, mask: int) -> Test:
    bits = column.dtype.type(mask)
    return lambda rows: (column.take(rows) & bits) == bits


def _is_among(column: npt.NDArray[np.integer], numbers: list[int]) -> Test:
    if len(numbers) == 1:
        return lambda rows: column.take(rows) == numbers[0]
    # Of numbers of another kind, large ones would be compared without their last digits.
    wanted = np.array(numbers, dtype=column.dtype)
    return lambda rows: np.isin(column.take(rows), wanted)


def _activity_tests(snapshot: Snapshot, criteria: SearchCriteria) -> dict[str, Test]:
    columns = snapshot.activities
    tests: dict[str, Test] = {}
    for scheme in criteria.model_fields_set & ANY_OF:
        if codes := getattr(criteria, scheme):
            tests[scheme] = _overlaps(scheme, columns, asked_any(scheme, codes))
    if criteria.model_fields_set <= BY_TERMS_AND_PLACE:
        return tests
    if criteria.support_need:
        known = "support_need_maybe" if criteria.include_unknown else "support_need"
        mask = mask_of("support_need", criteria.support_need)
        tests["support_need"] = _holds_all(columns[known], mask)
    if criteria.age is not None:
        tests["age"] = _open_to_age(snapshot, criteria.age, criteria.include_unknown)
    if criteria.council:
        known_councils = snapshot.councils.numbers
        numbers = [known_councils[gss] for gss in criteria.council if gss in known_councils]
        tests["council"] = _is_among(columns["council"], numbers)
    if criteria.provider:
        tests["provider"] = _is_of_provider(columns, criteria.provider)
    if criteria.confirmed_within_days is not None:
        oldest = snapshot.today.toordinal() - criteria.confirmed_within_days
        tests["confirmed"] = lambda rows: columns["confirmed"].take(rows) >= oldest
    return tests


def _is_of_provider(columns: Columns, names: list[str]) -> Test:
    ids = []
    for name in names:
        with suppress(ValueError):
            ids.append(number_of(str(UUID(name))))
    by_id = _is_among(columns["provider"], ids)
    by_slug = _is_among(columns["provider_slug"], [number_of(name) for name in names])
    return lambda rows: by_id(rows) | by_slug(rows)


def _open_to_age(snapshot: Snapshot, age: int, include_unknown: bool) -> Test:  # noqa: FBT001 - one of the criteria.
    columns = snapshot.activities
    open_unstated = age >= ADULT or include_unknown

    def test(rows: Rows) -> Flags:
        inside: Flags = (columns["minimum_age"].take(rows) <= age) & (
            columns["maximum_age"].take(rows) >= age
        )
        return inside if open_unstated else inside & columns["ages_stated"].take(rows)

    return test


def _session_tests(snapshot: Snapshot, criteria: SearchCriteria) -> dict[str, Test]:
    columns = snapshot.sessions
    tests: dict[str, Test] = {}
    if criteria.model_fields_set <= BY_TERMS_AND_PLACE:
        return tests
    if criteria.day:
        numbers = [
            BANK_HOLIDAY if day == "bank_holiday" else DAYS.index(day) for day in criteria.day
        ]
        days = np.uint8(sum(1 << number for number in set(numbers)))
        tests["day"] = lambda rows: (columns["days"].take(rows) & days) != 0
    if criteria.starts_after is not None:
        earliest = _minutes(criteria.starts_after)
        # A session that states no time starts at NOT_KNOWN, which is before any time.
        tests["starts_after"] = lambda rows: columns["starts"].take(rows) >= earliest
    if criteria.ends_before is not None:
        latest = _minutes(criteria.ends_before)
        tests["ends_before"] = lambda rows: (
            (columns["ends"].take(rows) <= latest) & (columns["place"].take(rows) != BLANK)
        )
    if criteria.time_band:
        mask = mask_of("time_band", criteria.time_band)
        tests["time_band"] = _overlaps("time_band", columns, mask)
    if criteria.access:
        known = "access_maybe" if criteria.include_unknown else "access"
        tests["access"] = _holds_all(columns[known], mask_of("access", criteria.access))
    if criteria.capacity:
        mask = mask_of("capacity", criteria.capacity)
        tests["capacity"] = _overlaps("capacity", columns, mask)
    most = _most_pence(criteria)
    if most is not None:
        tests["price"] = lambda rows: (
            (columns["price"].take(rows) <= most) & (columns["price"].take(rows) != NOT_KNOWN)
        )
    return tests


def _most_pence(criteria: SearchCriteria) -> int | None:
    return 0 if criteria.free else criteria.max_price_pence


def _minutes(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


def reached(  # noqa: PLR0913 - each says what is looked for.
    snapshot: Snapshot,
    place: Whereabouts,
    within: float,
    tests: Sequence[Overlap],
    others: Sequence[Test],
    *,
    thin: bool,
) -> tuple[Rows, Rows, Miles]:
    """The sessions within reach of a place, or that come to it.

    Args:
        snapshot: the catalogue.
        place: where, and how surely that is known.
        within: miles.
        tests: what their activities must pass.
        others: what they must pass besides, which is not remembered.
        thin: whether of those of an activity at one venue, or at none, the first will do.

    Returns:
        The activities of the sessions, the sessions, and the miles to each.
    """
    ground, columns = snapshot.ground, snapshot.sessions
    if thin:
        ground = ground.thin(columns)
    close = CLOSE_IF_TESTED if tests else CLOSE
    around = ground.around(place.point, within + place.uncertainty, close)
    coming = snapshot.coming_to(place, thin=thin)
    places, at_venues = ground.within(around, coming, tests, columns)
    activities = ground.column("activity", columns).take(places)
    for test in others:
        at = test(activities).nonzero()[0]
        places, activities = places.take(at), activities.take(at)
        at_venues = int(at.searchsorted(at_venues))
    sessions = ground.order.take(places)
    miles = snapshot.miles_to(place.point, ground.column("venue", columns).take(places))
    serving: Flags = miles - place.uncertainty <= within
    if at_venues < len(sessions):
        miles[at_venues:] = np.inf
        areas = snapshot.activities["areas"].take(activities[at_venues:])
        serving[at_venues:] = snapshot.covering(place).take(areas)
    at = serving.nonzero()[0]
    activities, sessions, miles = activities.take(at), sessions.take(at), miles.take(at)
    late = snapshot.late_sessions.about(place.point, within + place.uncertainty)
    for test in (*tests, *others):
        if not len(late):
            break
        late = late.compress(test(columns["activity"].take(late)))
    if len(late):
        late_miles = miles_of(snapshot, place, late)
        serving = serves(snapshot, place, within, late, late_miles)
        late = late.compress(serving)
        activities = np.concatenate([activities, columns["activity"].take(late)])
        sessions = np.concatenate([sessions, late])
        miles = np.concatenate([miles, late_miles.compress(serving)])
    return activities, sessions, miles


def looked_at(snapshot: Snapshot, place: Whereabouts, within: float) -> int:
    """How many sessions have to be looked at to find those within reach of a place."""
    around = snapshot.ground.around(place.point, within + place.uncertainty)
    return sum(end - begin for begin, end in around)


def miles_of(snapshot: Snapshot, place: Whereabouts, rows: Rows) -> Miles:
    """The straight miles from a place to each session, and infinity where it is not at a venue."""
    columns = snapshot.sessions
    miles = snapshot.miles_to(place.point, columns["venue"].take(rows))
    return np.where(columns["place"].take(rows) == AT_VENUE, miles, np.inf)


def serves(
    snapshot: Snapshot, place: Whereabouts, within: float, rows: Rows, miles: Miles
) -> Flags:
    """Whether each session is within reach of a place, or comes to it.

    The place's uncertainty is allowed for, so that nobody is left out for what we do not know.
    """
    columns = snapshot.sessions
    near: Flags = miles - place.uncertainty <= within
    other = np.flatnonzero(~near & (columns["place"].take(rows) != AT_VENUE))
    if len(other):
        covering = snapshot.covering(place)
        theirs = rows[other]
        covered = covering[snapshot.activities["areas"][columns["activity"][theirs]]]
        near[other] = covered & (columns["place"][theirs] != BLANK)
    return near
