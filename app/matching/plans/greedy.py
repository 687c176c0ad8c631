"""Plans that are good and quickly found: a search that knows one can leave out the more."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from app.matching.plans.bounds import Limits
from app.matching.plans.problem import Flags, Table


@dataclass(frozen=True)
class Found:
    """A plan: rows of the table, what they give and what they cost.

    `proved` tells that no plan is better. Where the search was too long, one may be.
    """

    rows: tuple[int, ...]
    value: float
    cost: int
    proved: bool = False

    def beats(self, other: "Found | None") -> bool:
        """Whether it gives more, or the same for less."""
        return other is None or (self.value, -self.cost) > (other.value, -other.cost)


def greedy_plan(table: Table, limits: Limits) -> Found | None:
    """A plan that is good and quickly found; None where it does not keep to the limits."""
    plans = [_grown(table, limits, density=density) for density in (False, True)]
    found = [
        Found(tuple(rows), table.value(rows), table.cost(rows))
        for rows in plans
        if _within(table, rows, limits)
    ]
    return max(found, key=lambda one: (one.value, -one.cost), default=None)


def _within(table: Table, rows: Sequence[int], limits: Limits) -> bool:
    enough = not limits.exactly or table.days(rows) == limits.days
    return enough and (limits.budget is None or table.cost(rows) <= limits.budget)


def _grown(table: Table, limits: Limits, *, density: bool) -> list[int]:
    """Sessions added one by one: always the one that gives most, or most for its money."""
    free: Flags = np.ones(table.size, dtype=np.bool_)
    rows: list[int] = []
    rests = table.worth / 2
    each = table.each.astype(np.float64)
    unpaid = table.fee.astype(np.float64)
    spent = 0
    used: set[int] = set()
    while free.any():
        gain = table.points + table.serves @ rests
        cost = each + table.pays @ unpaid if len(unpaid) else each
        if limits.budget is not None:
            free &= spent + cost <= limits.budget
            if not free.any():
                break
        merit = gain / (cost + 1.0) if density else gain - cost * 1e-12
        row = int(np.where(free, merit, -np.inf).argmax())
        rows.append(row)
        spent = table.cost(rows)
        rests = rests * (1 - table.serves[row] / 2)
        unpaid = unpaid * (1 - table.pays[row])
        number = int(table.block_of[row])
        if number not in used:
            used.add(number)
            if len(used) == limits.days:
                free &= np.isin(table.block_of, [*used])
        block, can = table.blocks[number], table.follows[number]
        at = row - int(block[0])
        free[block] &= can[at] | can[:, at]
    return sorted(rows)
