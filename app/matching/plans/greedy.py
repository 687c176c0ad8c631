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
    served = np.zeros(len(table.worth))
    paid: Flags = np.zeros(len(table.fee), dtype=np.bool_)
    spent = 0
    used: set[int] = set()
    block_of = {int(row): n for n, block in enumerate(table.blocks) for row in block}
    each = table.each.astype(np.float64)
    fee = table.fee.astype(np.float64)
    while free.any():
        gain = table.points + table.serves @ (table.worth * 0.5**served / 2)
        cost = each + table.pays @ np.where(paid, 0.0, fee)
        if limits.budget is not None:
            free &= spent + cost <= limits.budget
        if len(used) >= limits.days:
            free &= np.isin(table.day, [int(table.day[table.blocks[n][0]]) for n in used])
        if not free.any():
            break
        merit = gain / (cost + 1.0) if density else gain - cost * 1e-12
        row = int(np.where(free, merit, -np.inf).argmax())
        rows.append(row)
        served += table.serves[row]
        paid |= table.pays[row] > 0
        spent = table.cost(rows)
        number = block_of[row]
        used.add(number)
        block, can = table.blocks[number], table.follows[number]
        at = row - int(block[0])
        free[block] &= can[at] | can[:, at]
    return sorted(rows)
