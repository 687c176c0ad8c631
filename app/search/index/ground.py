"""Settled sessions in an order in which those of one neighbourhood lie side by side.

To look at those around a place is then to look at some stretches from end to end, which is many
times as fast as to fetch as many rows from here and there.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from app.geo.distance import Point
from app.search.index.bits import Masks
from app.search.index.columns import Columns
from app.search.index.facts import AT_VENUE, BLANK
from app.search.index.grid import Grid, Rows, ranges
from app.search.remembered import Remembered

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]
Stretch = tuple[int, int]
"""From a place in the order up to another."""
Stretches = npt.NDArray[np.int32]
"""Some of them, one a row."""

CLOSE, CLOSE_IF_TESTED = 100, 1_000
"""Two stretches with fewer rows than this between them are one: to look at those rows as well costs
less than to look twice. Most rows do not pass a test, and cost hardly anything."""

MOST_BYTES = 16_000_000
"""So much is remembered of what passed which test."""


class Overlap(NamedTuple):
    """The test that activities have one of some terms, by the bits of a column."""

    name: str
    column: Masks
    bits: int

    def __call__(self, rows: Rows) -> Flags:
        """Of each of some rows of activities whether it passes."""
        return _overlapping(self.column.take(rows), self)


@dataclass(frozen=True)
class Ground:
    """Settled sessions: those at venues by the cell of the grid, then the others by served area.

    `order` has their rows. The others of the set of areas number `s` lie from `sets[s]` up to
    `sets[s + 1]`; blank ones, which no place is served by, are not among them.
    """

    order: Rows
    grid: Grid
    sets: npt.NDArray[np.int64]
    columns: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    """Columns in this order: a memory, which no answer depends on."""
    passing: Remembered[tuple[str, int], Rows] = field(
        default_factory=lambda: Remembered(MOST_BYTES, lambda places: places.nbytes)
    )
    """The places that pass a test, by its name and bits: a memory as well."""
    thinned: list["Thinned"] = field(default_factory=list)
    """The same ground without what need not be looked at: a memory as well."""

    @classmethod
    def of(
        cls, activities: Columns, sessions: Columns, venues: Columns, set_count: int
    ) -> "Ground":
        """The ground of all sessions."""
        place = sessions["place"]
        at_venue = np.flatnonzero(place == AT_VENUE).astype(np.int32)
        theirs = sessions["venue"].take(at_venue)
        grid = Grid.of(at_venue, venues["latitude"].take(theirs), venues["longitude"].take(theirs))
        others = np.flatnonzero((place != AT_VENUE) & (place != BLANK)).astype(np.int32)
        of_set = activities["areas"][sessions["activity"][others]]
        by_set = np.argsort(of_set, kind="stable")
        starts = np.searchsorted(of_set[by_set], np.arange(set_count + 1)) + len(at_venue)
        order = np.concatenate([grid.order, others[by_set]])
        return cls(order, grid, starts.astype(np.int64))

    def thin(self, sessions: Columns) -> "Ground":
        """The same without the sessions that are where an earlier one of their activity is.

        That is at the same venue, or at none. Where nothing is asked of sessions themselves, the
        others are as near and are shown first, so that what is found is the same.
        """
        return self._thinned(sessions).ground

    def needed(self, rows: Rows, sessions: Columns) -> Flags:
        """Which of some sessions are looked at where the ground is thin; late ones all are."""
        kept = self._thinned(sessions).kept
        needed = rows >= len(kept)
        known = ~needed
        needed[known] = kept[rows[known]]
        return needed

    def _thinned(self, sessions: Columns) -> "Thinned":
        if not self.thinned:
            flags = _first_there(sessions)
            kept = flags[self.order]
            order = self.order[kept]
            before = np.concatenate([[0], np.cumsum(kept)])
            starts = before[self.grid.starts].astype(np.int32)
            ground = Ground(order, Grid(order[: starts[-1]], starts), before[self.sets])
            self.thinned.append(Thinned(ground, flags))
        return self.thinned[0]

    def around(self, point: Point, miles: float, close: int = CLOSE) -> list[Stretch]:
        """Where those at venues within some miles of a point lie, and some further away.

        Args:
            point: the middle.
            miles: how far around it.
            close: how few rows are looked at as well rather than left out.
        """
        return _close_together(zip(*self.grid.stretches(point, miles), strict=True), close)

    def of_sets(self, covering: Flags) -> Stretches:
        """Where those lie whose served areas are among some, and some others.

        Args:
            covering: says for each set of areas whether it is one of them.
        """
        numbers = np.flatnonzero(covering[: len(self.sets) - 1])
        begins, ends = self.sets[numbers].tolist(), self.sets[numbers + 1].tolist()
        return _in_rows(_close_together(zip(begins, ends, strict=True), CLOSE))

    def within(
        self,
        around: Sequence[Stretch],
        coming: Stretches,
        tests: Sequence[Overlap],
        sessions: Columns,
    ) -> tuple[Places, int]:
        """The places in two lots of stretches whose activities pass all tests, in order.

        Args:
            around: where those at venues lie.
            coming: where the others lie.
            tests: of activities.
            sessions: their columns.

        Returns:
            The places, and how many of them are venues: those that come first.
        """
        stretches = np.concatenate([_in_rows(around), coming])
        if not len(stretches):
            return np.zeros(0, dtype=np.intp), 0
        begins, ends = stretches.T
        if not tests:
            places = ranges(begins, ends - begins).astype(np.intp)
        else:
            # Of what passes the test that fewest pass little has to be looked at.
            every, rarest = min(
                ((self._passing(test, sessions), test) for test in tests), key=_count
            )
            parts = zip(
                every.searchsorted(begins).tolist(), every.searchsorted(ends).tolist(), strict=True
            )
            # Numbers of this kind are what columns are read by twice as fast.
            places = np.concatenate([every[from_:to] for from_, to in parts]).astype(np.intp)
            for test in tests:
                if test is not rarest:
                    masks = self._masks(test, sessions).take(places)
                    places = places.compress(_overlapping(masks, test))
        return places, int(places.searchsorted(len(self.grid.order)))

    def column(self, name: str, sessions: Columns) -> npt.NDArray[Any]:
        """A column of sessions in this order: what lies close together is read together."""
        known = self.columns.get(name)
        if known is None:
            known = self.columns[name] = sessions[name][self.order]
        return known

    def _passing(self, test: Overlap, sessions: Columns) -> Rows:
        """The places that pass a test. Settled rows never change."""
        return self.passing.get((test.name, test.bits), lambda: self._found(test, sessions))

    def _found(self, test: Overlap, sessions: Columns) -> Rows:
        return _overlapping(self._masks(test, sessions), test).nonzero()[0].astype(np.int32)

    def _masks(self, test: Overlap, sessions: Columns) -> Masks:
        """A column of activities in this order."""
        known = self.columns.get(test.name)
        if known is None:
            known = self.columns[test.name] = test.column[self.column("activity", sessions)]
        return known


class Thinned(NamedTuple):
    """A ground without what need not be looked at, and which sessions are in it."""

    ground: Ground
    kept: Flags


def _count(passing: tuple[Rows, Overlap]) -> int:
    return len(passing[0])


def _overlapping(masks: Masks, test: Overlap) -> Flags:
    overlapping: Flags = (masks & masks.dtype.type(test.bits)) != 0
    return overlapping


def _first_there(sessions: Columns) -> Flags:
    """Of each session, whether none of its activity before it is at the same venue, or at none."""
    activities, venues = sessions["activity"], sessions["venue"]
    first = np.ones(sessions.length, dtype=np.bool_)
    rows, back = np.arange(sessions.length), 0
    while len(rows):
        back += 1
        rows = rows[rows >= back]
        rows = rows[activities[rows] == activities[rows - back]]
        first[rows[venues[rows] == venues[rows - back]]] = False
    return first


def _in_rows(stretches: Sequence[Stretch]) -> Stretches:
    return np.array(stretches, dtype=np.int32).reshape(-1, 2)


def _close_together(stretches: Iterable[Stretch], close: int) -> list[Stretch]:
    """Stretches in ascending order with those joined that are close together, and no empty ones."""
    joined: list[Stretch] = []
    last = -close - 1
    for begin, end in stretches:
        if begin == end:
            continue
        if begin - last <= close:
            joined[-1] = joined[-1][0], end
        else:
            joined.append((begin, end))
        last = end
    return joined
