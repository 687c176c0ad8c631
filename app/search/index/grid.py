"""Sessions by where they are: those near a point without a look at the rest."""

from dataclasses import dataclass
from math import cos, radians

import numpy as np
import numpy.typing as npt

from app.geo.distance import Point

Rows = npt.NDArray[np.int32]

SOUTH, NORTH = 49.0, 61.0
WEST, EAST = -9.0, 2.5
TALL, WIDE = 0.05, 0.08
"""The degrees of a cell: about three and a half miles each way in the middle of England."""

ROWS = int((NORTH - SOUTH) / TALL) + 1
COLUMNS = int((EAST - WEST) / WIDE) + 1

MILES_A_DEGREE = 68.8
"""Fewer than a degree of latitude has anywhere in Great Britain, so that a box is never small."""


def ranges(starts: npt.NDArray[np.integer], counts: npt.NDArray[np.integer]) -> Rows:
    """The numbers from each start on, as many as its count, all in one row."""
    filled = counts > 0
    starts, counts = starts[filled], counts[filled]
    if not len(counts):
        return np.zeros(0, dtype=np.int32)
    ends = np.cumsum(counts)
    numbers: Rows = np.repeat((starts - ends + counts).astype(np.int32), counts)
    numbers += np.arange(len(numbers), dtype=np.int32)
    return numbers


@dataclass(frozen=True)
class Grid:
    """Rows of sessions ordered by cell; `starts` says where each cell begins."""

    order: Rows
    starts: npt.NDArray[np.int32]

    @classmethod
    def of(
        cls, rows: Rows, latitudes: npt.NDArray[np.float64], longitudes: npt.NDArray[np.float64]
    ) -> "Grid":
        """The grid of some rows and their points, in the same order."""
        down = np.clip(((latitudes - SOUTH) / TALL).astype(np.int32), 0, ROWS - 1)
        along = np.clip(((longitudes - WEST) / WIDE).astype(np.int32), 0, COLUMNS - 1)
        cells = down * COLUMNS + along
        by_cell = np.argsort(cells, kind="stable")
        starts = np.searchsorted(cells[by_cell], np.arange(ROWS * COLUMNS + 1))
        return cls(rows[by_cell].astype(np.int32), starts.astype(np.int32))

    def stretches(self, point: Point, miles: float) -> tuple[list[int], list[int]]:
        """From where to where in the order lies all within some miles of a point, and some more.

        Returns:
            The beginnings, and the ends behind the last ones.
        """
        tall = miles / MILES_A_DEGREE
        furthest = min(89.0, abs(point.latitude) + tall)
        wide = miles / (MILES_A_DEGREE * cos(radians(furthest)))
        first, last = _span(point.latitude, tall, SOUTH, TALL, ROWS)
        left, right = _span(point.longitude, wide, WEST, WIDE, COLUMNS)
        begin, end = first * COLUMNS + left, last * COLUMNS + left + 1
        across = right - left + 1
        begins: list[int] = self.starts[begin:end:COLUMNS].tolist()
        ends: list[int] = self.starts[begin + across : end + across : COLUMNS].tolist()
        return begins, ends


def _span(middle: float, reach: float, origin: float, size: float, cells: int) -> tuple[int, int]:
    """The first and last cell that a stretch touches; those at the edge hold all beyond it."""
    first = int((middle - reach - origin) // size)
    last = int((middle + reach - origin) // size)
    return min(max(first, 0), cells - 1), min(max(last, 0), cells - 1)
