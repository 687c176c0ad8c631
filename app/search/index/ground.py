"""Settled sessions in an order in which those of one neighbourhood lie side by side.

To look at those around a place is then to look at some stretches from end to end, which is many
times as fast as to fetch as many rows from here and there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from app.geo.distance import Point
from app.search.index.columns import Columns
from app.search.index.facts import AT_VENUE, BLANK
from app.search.index.grid import Grid, Rows

Masks = npt.NDArray[np.uint64]
Flags = npt.NDArray[np.bool_]
Stretch = tuple[int, int]
"""From a place in the order up to another."""

CLOSE = 100
"""Two stretches with fewer rows than this between them are one: to look at those rows as well costs
less than to look twice."""


class Overlap(NamedTuple):
    """The test that activities have one of some terms, by the bits of a column."""

    name: str
    column: Masks
    bits: np.uint64

    def __call__(self, rows: Rows) -> Flags:
        """Of each of some rows of activities whether it passes."""
        passed: Flags = (self.column[rows] & self.bits) != 0
        return passed


@dataclass(frozen=True)
class Ground:
    """Settled sessions: those at venues by the cell of the grid, then the others by served area.

    `order` has their rows. The others of the set of areas number `s` lie from `sets[s]` up to
    `sets[s + 1]`; blank ones, which no place is served by, are not among them.
    """

    order: Rows
    grid: Grid
    sets: npt.NDArray[np.int64]
    masks: dict[str, Masks] = field(default_factory=dict)
    """Columns of activities in this order: a memory, which no answer depends on."""

    @classmethod
    def of(cls, activities: Columns, sessions: Columns, set_count: int) -> "Ground":
        """The ground of all sessions."""
        place = sessions["place"]
        at_venue = np.flatnonzero(place == AT_VENUE).astype(np.int32)
        grid = Grid.of(at_venue, sessions["latitude"][at_venue], sessions["longitude"][at_venue])
        others = np.flatnonzero((place != AT_VENUE) & (place != BLANK)).astype(np.int32)
        of_set = activities["areas"][sessions["activity"][others]]
        by_set = np.argsort(of_set, kind="stable")
        starts = np.searchsorted(of_set[by_set], np.arange(set_count + 1)) + len(at_venue)
        order = np.concatenate([grid.order, others[by_set]])
        return cls(order, grid, starts.astype(np.int64))

    def around(self, point: Point, miles: float) -> list[Stretch]:
        """Where those at venues within some miles of a point lie, and some further away."""
        joined: list[Stretch] = []
        last = -CLOSE - 1
        for begin, end in zip(*self.grid.stretches(point, miles), strict=True):
            if begin == end:
                continue
            if begin - last <= CLOSE:
                joined[-1] = joined[-1][0], end
            else:
                joined.append((begin, end))
            last = end
        return joined

    def of_sets(self, covering: Flags) -> list[Stretch]:
        """Where those lie whose served areas are among some; `covering` says so for each set."""
        numbers = np.flatnonzero(covering[: len(self.sets) - 1])
        begins, ends = self.sets[numbers].tolist(), self.sets[numbers + 1].tolist()
        joined: list[Stretch] = []
        for begin, end in zip(begins, ends, strict=True):
            if joined and joined[-1][1] == begin:
                joined[-1] = joined[-1][0], end
            elif begin < end:
                joined.append((begin, end))
        return joined

    def within(
        self,
        around: Sequence[Stretch],
        coming: Sequence[Stretch],
        tests: Sequence[Overlap],
        sessions: Columns,
    ) -> tuple[Rows, Rows]:
        """The rows of sessions in two lots of stretches whose activities pass all tests, in order.

        Args:
            around: where those at venues lie.
            coming: where the others lie.
            tests: of activities.
            sessions: their columns.
        """
        stretches = [*around, *coming]
        if not stretches:
            return self.order[:0], self.order[:0]
        # Both lots are looked at together: that costs hardly more than to look at one.
        at_venues = sum(end - begin for begin, end in around)
        rows: Rows = _joined(self.order, stretches)
        passed: Flags | None = None
        for test in tests:
            masks: Masks = _joined(self._masks(test, sessions), stretches)
            overlaps: Flags = (masks & test.bits) != 0
            passed = overlaps if passed is None else passed & overlaps
        if passed is None:
            return rows[:at_venues], rows[at_venues:]
        places = passed.nonzero()[0]
        first = places.searchsorted(at_venues)
        return rows[places[:first]], rows[places[first:]]

    def _masks(self, test: Overlap, sessions: Columns) -> Masks:
        """A column of activities in this order. Settled rows never change, so it is made once."""
        known = self.masks.get(test.name)
        if known is None:
            known = self.masks[test.name] = test.column[sessions["activity"][self.order]]
        return known


def _joined(array: npt.NDArray[Any], stretches: Sequence[Stretch]) -> npt.NDArray[Any]:
    if len(stretches) == 1:
        return array[stretches[0][0] : stretches[0][1]]
    joined: npt.NDArray[Any] = np.concatenate([array[begin:end] for begin, end in stretches])
    return joined
