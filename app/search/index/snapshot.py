"""One state of the catalogue in memory. A request takes it once; it is never altered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import numpy.typing as npt
from pydantic_core import from_json

from app.catalogue.documents import CouncilDocument
from app.geo.areas import Areas
from app.geo.distance import Point, miles_to_many
from app.search.index.areas import AreaSets, Whereabouts
from app.search.index.by_name import ByName
from app.search.index.cards import ACTIVITY_ROW, SESSION_ROW, Card
from app.search.index.columns import ACTIVITY_TYPES, SESSION_TYPES, VENUE_TYPES, Columns
from app.search.index.facts import AT_VENUE, NOT_KNOWN, number_of
from app.search.index.grid import MILES_A_DEGREE, Rows
from app.search.index.ground import Ground, Stretches
from app.search.index.growing import GrowingList
from app.search.index.names import Names, Numbered
from app.search.index.summaries import Summaries
from app.search.remembered import Remembered
from app.search.text.postings import TextIndex, Weighted

Flags = npt.NDArray[np.bool_]

MOST_REMEMBERED = 2_000
"""So many places are remembered with a snapshot before all are forgotten."""

MOST_BYTES = 8_000_000
"""So much is remembered of what covers which place."""


@dataclass(frozen=True)
class Ids:
    """The settled rows by the lower halves of their activities' ids, which are chosen at random."""

    lows: npt.NDArray[np.uint64]
    rows: Rows

    @classmethod
    def of(cls, lows: npt.NDArray[np.uint64]) -> "Ids":
        """The rows of some ids."""
        order = np.argsort(lows, kind="stable").astype(np.int32)
        return cls(lows[order], order)

    def rows_of(self, lows: npt.NDArray[np.uint64]) -> Rows:
        """The rows of those whose lower halves are these."""
        begins = np.searchsorted(self.lows, lows).tolist()
        ends = np.searchsorted(self.lows, lows, "right").tolist()
        found = [self.rows[begin:end] for begin, end in zip(begins, ends, strict=True)]
        return np.concatenate([self.rows[:0], *found])


class LateSessions(NamedTuple):
    """The sessions that came since the ground was made, of activities that are alive.

    `latitudes` are those of their venues; of those at no venue they are not a number.
    """

    rows: Rows
    latitudes: npt.NDArray[np.float64]

    def about(self, point: Point, miles: float) -> Rows:
        """Those that may be within some miles of a point, or are at no venue; maybe others."""
        if not len(self.rows):
            return self.rows
        away = np.abs(self.latitudes - point.latitude) > miles / MILES_A_DEGREE
        return self.rows.compress(~away)


class Covering(NamedTuple):
    """Which sets of served areas cover a place, and where their sessions lie in both grounds."""

    flags: Flags
    whole: Stretches
    thinned: Stretches

    @property
    def size(self) -> int:
        """In bytes."""
        return self.flags.nbytes + self.whole.nbytes + self.thinned.nbytes


def _nothing_covered() -> Remembered[Whereabouts, Covering]:
    return Remembered(MOST_BYTES, lambda one: one.size)


@dataclass(frozen=True)
class Snapshot:
    """The live catalogue at one number of its clock, on one day.

    The first `settled` rows of activities, and the first `settled_sessions`, are in the ground, in
    `ids` and in the order by name; the late ones behind them are looked at one by one. A row that
    is not `alive` was changed or removed since.
    """

    epoch: str
    sequence: int
    today: date
    activities: Columns
    sessions: Columns
    alive: Flags
    some_dead: bool
    by_name: ByName
    keys: GrowingList
    settled: int
    ids: Ids
    ground: Ground
    settled_sessions: int
    text: TextIndex
    summaries: Summaries
    venues: GrowingList
    venue_points: Columns
    venue_numbers: Mapping[str, int]
    councils: Names
    council_names: Mapping[str, str]
    area_sets: AreaSets
    areas: Areas
    price_sets: Numbered = field(default_factory=Numbered)
    """The prices that hold for a session, with what they depend on; sessions that cost the same
    share them."""
    councils_said: Mapping[str, CouncilDocument] = field(default_factory=dict)
    """What each council says to its residents, by its GSS code."""
    places: dict[str, Any] = field(default_factory=dict)
    """What was found out of places with these areas: a memory, which no answer depends on."""
    coverings: Remembered[Whereabouts, Covering] = field(default_factory=_nothing_covered)
    """Which sets of served areas cover these places: a memory as well."""

    def covering(self, place: Whereabouts) -> Flags:
        """For each set of served areas, whether it covers a place."""
        return self._covering(place).flags

    def coming_to(self, place: Whereabouts, *, thin: bool = False) -> Stretches:
        """Where in the ground, or in the thin one, those lie that serve a place from no venue.

        Some others lie there too.
        """
        covering = self._covering(place)
        return covering.thinned if thin else covering.whole

    def _covering(self, place: Whereabouts) -> "Covering":
        return self.coverings.get(place, lambda: self._found(place))

    def _found(self, place: Whereabouts) -> "Covering":
        flags, thin = self.area_sets.covering(place), self.ground.thin(self.sessions)
        return Covering(flags, self.ground.of_sets(flags), thin.of_sets(flags))

    def miles_to(self, point: Point, venues: Rows) -> npt.NDArray[np.float64]:
        """The straight miles from a point to each venue, by its number; to no venue any number."""
        if not self.venue_points.length:
            return np.zeros(len(venues), dtype=np.float64)
        latitudes, longitudes = (
            self.venue_points[name].take(venues, mode="clip") for name in ("latitude", "longitude")
        )
        return miles_to_many(point, latitudes, longitudes)

    def point_of(self, venue: int) -> Point:
        """The point that is shown of a venue, by its number."""
        points = self.venue_points
        return Point(points["latitude"].item(venue), points["longitude"].item(venue))

    @cached_property
    def late_sessions(self) -> LateSessions:
        """The sessions that are not in the ground."""
        columns = self.sessions
        rows = np.arange(self.settled_sessions, columns.length, dtype=np.int32)
        rows = rows.compress(self.alive.take(columns["activity"].take(rows)))
        latitudes = np.full(len(rows), np.nan)
        at_venue = np.flatnonzero(columns["place"].take(rows) == AT_VENUE)
        theirs = columns["venue"].take(rows.take(at_venue))
        latitudes[at_venue] = self.venue_points["latitude"].take(theirs)
        return LateSessions(rows, latitudes)

    @property
    def total(self) -> int:
        """How many activities are live."""
        return int(np.count_nonzero(self.alive))

    @property
    def late(self) -> int:
        """How many rows came since the grid and the order by name were made."""
        return self.activities.length - self.settled

    def find_row(self, key: str) -> int | None:
        """The living row of the activity with this id or slug, if there is one."""
        with suppress(ValueError):
            return self.row_of(UUID(key))
        rows = np.flatnonzero((self.activities["slug"] == np.uint64(number_of(key))) & self.alive)
        return int(rows[-1]) if len(rows) else None

    def row_of(self, activity_id: UUID) -> int | None:
        """The living row of an activity, if there is one."""
        return next(iter(self.rows_of([activity_id])), None)

    def rows_of(self, activity_ids: Iterable[UUID]) -> list[int]:
        """The living rows of those activities that have one."""
        wanted = {(one.int >> 64, one.int & (1 << 64) - 1) for one in activity_ids}
        if not wanted:
            return []
        lows = np.sort(np.array([low for _, low in wanted], dtype=np.uint64))
        high_of, low_of = self.activities["id_high"], self.activities["id_low"]
        of_late = low_of[self.settled :]
        found_late = lows.take(lows.searchsorted(of_late), mode="clip") == of_late
        late = np.flatnonzero(found_late) + self.settled
        rows = np.concatenate([self.ids.rows_of(lows), late])
        rows = rows[self.alive[rows]]
        found = zip(rows.tolist(), high_of[rows].tolist(), low_of[rows].tolist(), strict=True)
        return [row for row, high, low in found if (high, low) in wanted]


def empty_snapshot(
    epoch: str,
    sequence: int,
    today: date,
    areas: Areas,
    folder: Path | None,
) -> Snapshot:
    """A snapshot without activities."""
    activities, sessions, venues = map(Columns.empty, (ACTIVITY_TYPES, SESSION_TYPES, VENUE_TYPES))
    return Snapshot(
        epoch=epoch,
        sequence=sequence,
        today=today,
        activities=activities,
        sessions=sessions,
        alive=np.zeros(0, dtype=np.bool_),
        some_dead=False,
        by_name=ByName.of(GrowingList()),
        keys=GrowingList(),
        settled=0,
        ids=Ids.of(activities["id_low"]),
        ground=Ground.of(activities, sessions, venues, 0),
        settled_sessions=0,
        text=TextIndex.build([]),
        summaries=Summaries.empty(folder),
        venues=GrowingList(),
        venue_points=venues,
        venue_numbers={},
        councils=Names(),
        council_names={},
        area_sets=AreaSets(),
        areas=areas,
    )


def built(start: Snapshot, chunks: Iterable[Sequence[Card]]) -> Snapshot:
    """A snapshot of all activities, with nothing late.

    Args:
        start: one without activities, for its number, day and areas.
        chunks: every live activity, some at a time.
    """
    grown = start

    def words() -> Iterator[Weighted]:
        # The texts are far larger than what is kept of them, so they pass through one by one.
        nonlocal grown
        for chunk in chunks:
            grown = _grown(grown, chunk)
            yield from (one.words for one in chunk)

    text = TextIndex.build(words())
    return settled(replace(grown, text=text))


def changed(
    snapshot: Snapshot, sequence: int, gone: Iterable[UUID], found: Sequence[Card]
) -> Snapshot:
    """The snapshot after a change: a copy of what changed, and the rest shared.

    Args:
        snapshot: the state before.
        sequence: the clock's number after.
        gone: the ids of the activities that changed or are no longer live.
        found: those of them that are live, as they are now.
    """
    alive, some_dead = snapshot.alive.copy(), snapshot.some_dead
    if rows := snapshot.rows_of(gone):
        alive[rows], some_dead = False, True
    before = replace(snapshot, alive=alive, some_dead=some_dead, sequence=sequence)
    grown = _grown(before, found)
    text = snapshot.text.extended([one.words for one in found])
    by_name = snapshot.by_name.with_late([one.key.encode() for one in found])
    return replace(grown, text=text, by_name=by_name)


def _grown(snapshot: Snapshot, found: Sequence[Card]) -> Snapshot:
    """The same snapshot with activities behind the others, but for their words and ranks."""
    first, first_session = snapshot.activities.length, snapshot.sessions.length
    rows = np.frombuffer(b"".join([one.row for one in found]), ACTIVITY_ROW)
    session_rows = np.frombuffer(b"".join([one.sessions for one in found]), SESSION_ROW)
    counts = rows["sessions"].astype(np.int32)
    begins = first_session + np.cumsum(counts) - counts
    at_venue = np.array(
        [next((place for place, at in enumerate(one.at) if at), NOT_KNOWN) for one in found],
        dtype=np.int32,
    )
    councils, council_numbers = snapshot.councils.with_names(one.council[0] for one in found)
    area_sets, served = snapshot.area_sets.with_sets((one.council[1], one.served) for one in found)
    area_sets, pick_up = area_sets.with_sets((one.council[1], one.pick_up) for one in found)
    venues, prices_of = _Venues(snapshot), snapshot.price_sets
    numbers = {
        "own_price_set": [prices_of.number(one.own_price_set.encode()) for one in found],
        "pick_up": pick_up,
        "council": council_numbers,
        "areas": served,
        "first_session": begins,
        "shown_session": np.where(at_venue < 0, NOT_KNOWN, begins + at_venue),
    }
    session_numbers = {
        "activity": np.repeat(np.arange(first, first + len(found), dtype=np.int32), counts),
        "venue": [venues.number(at, one.venues) for one in found for at in one.at],
        "price_set": [prices_of.number(text.encode()) for one in found for text in one.price_sets],
    }
    names = {gss: name for _, gss, name in (one.council for one in found) if gss}
    return replace(
        snapshot,
        activities=snapshot.activities.appended(_columns(rows) | numbers, len(rows)),
        sessions=snapshot.sessions.appended(
            _columns(session_rows) | session_numbers, len(session_rows)
        ),
        alive=np.concatenate([snapshot.alive, np.ones(len(found), dtype=np.bool_)]),
        keys=snapshot.keys.appended([one.key.encode() for one in found]),
        summaries=snapshot.summaries.appended([one.texts for one in found]),
        venues=snapshot.venues.appended(venues.new),
        venue_points=snapshot.venue_points.appended(venues.points(), len(venues.new)),
        venue_numbers=venues.numbers,
        councils=councils,
        council_names={**snapshot.council_names, **names},
        area_sets=area_sets,
        # They hold for the sets as they are.
        coverings=snapshot.coverings if area_sets is snapshot.area_sets else _nothing_covered(),
    )


def _columns(rows: npt.NDArray[np.void]) -> dict[str, Any]:
    return {name: rows[name] for name in rows.dtype.names or ()}


class _Venues:
    """The venues of a snapshot while more are added; one that many activities share stands once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.known = snapshot.venues
        self.new: list[bytes] = []
        self.numbers = dict(snapshot.venue_numbers)

    def number(self, venue: str | None, texts: Mapping[str, str]) -> int:
        if venue is None:
            return NOT_KNOWN
        text = texts[venue].encode()
        known = self.numbers.get(venue)
        if known is None or self._text(known) != text:
            known = self.numbers[venue] = len(self.known) + len(self.new)
            self.new.append(text)
        return known

    def points(self) -> dict[str, list[float]]:
        """The columns of those that are new."""
        shown = [from_json(text) for text in self.new]
        return {name: [one[name] for one in shown] for name in VENUE_TYPES}

    def _text(self, number: int) -> bytes:
        before = len(self.known)
        return self.known[number] if number < before else self.new[number - before]


def settled(snapshot: Snapshot) -> Snapshot:
    """The same snapshot with every row in the grid and in the order by name."""
    return replace(
        snapshot,
        by_name=ByName.of(snapshot.keys),
        settled=snapshot.activities.length,
        settled_sessions=snapshot.sessions.length,
        ids=Ids.of(snapshot.activities["id_low"]),
        ground=Ground.of(
            snapshot.activities,
            snapshot.sessions,
            snapshot.venue_points,
            len(snapshot.area_sets.sets),
        ),
        # Numbers of venues are only needed to share them while many are added.
        venue_numbers={},
        # These were worked out with the ground as it was.
        coverings=_nothing_covered(),
    )
