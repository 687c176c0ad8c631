"""Values of rows that stay in one array, and of those that came later in another."""

from typing import Any

import numpy as np
import numpy.typing as npt

Values = npt.NDArray[Any]


def values_of(settled: Values, late: Values, rows: npt.NDArray[np.integer]) -> Values:
    """The values of some rows, by their numbers: the late ones count on behind the settled ones."""
    before = len(settled)
    if not len(late):
        return settled.take(rows)
    if not before:
        return late.take(rows)
    found = settled.take(rows, mode="clip").astype(np.result_type(settled, late), copy=False)
    behind = np.flatnonzero(rows >= before)
    found[behind] = late.take(rows.take(behind) - before)
    return found
