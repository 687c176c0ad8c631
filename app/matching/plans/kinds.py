"""The plans that are worth offering: the best fit, the cheapest as full, and the fullest."""

import math
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal

import numpy as np

from app.matching.plans.bounds import Limits
from app.matching.plans.greedy import Found
from app.matching.plans.problem import Costs, Flags, Table, Week
from app.matching.plans.search import best_plan

Kind = Literal["best_fit", "lowest_cost", "most_days"]
KINDS: tuple[Kind, ...] = ("best_fit", "lowest_cost", "most_days")


@dataclass(frozen=True)
class Plan:
    """A plan of a kind: the numbers of its candidates in the order of the week, and its value.

    `proved` tells that no plan is better; where the search was too long, one may be.
    """

    kind: Kind
    candidates: tuple[int, ...]
    value: float
    proved: bool


def plans_of(week: Week) -> list[Plan]:
    """Up to three plans that differ, each exactly the best of its kind.

    `best_fit` gives most, then costs least. `lowest_cost` is the cheapest on as many days, then
    gives most. `most_days` is on most days, then gives most, then costs least. An unknown price
    counts as dearer than every known one.

    Args:
        week: what is planned.

    Returns:
        Plans in the order of `KINDS`; none where no session can be afforded. Values are in points.
    """
    table = Table(week)
    if not table.size:
        return []
    days = min(week.days, len(table.blocks))
    best = best_plan(table, Limits(days, exactly=False, budget=table.budget))
    if best is None or not best.rows:
        # Nothing gives anything: the cheapest session is a plan as good as any.
        best = best_plan(table, Limits(1, exactly=True, budget=table.budget))
    if best is None:
        return []
    found: list[tuple[Kind, Found | None]] = [("best_fit", best)]
    least = least_costs(table)
    full = table.days(best.rows)
    if least[full] < best.cost:
        found.append(("lowest_cost", _cheapest(table, full, least[full])))
    affordable = range(full + 1, days + 1)
    most = max(
        (n for n in affordable if table.budget is None or least[n] <= table.budget), default=0
    )
    if most:
        limits = Limits(most, exactly=True, budget=table.budget)
        found.append(("most_days", best_plan(table, limits)))
    plans: list[Plan] = []
    for kind, one in found:
        if one is None:
            continue
        numbers = tuple(table.numbers[row] for row in one.rows)
        if numbers not in [plan.candidates for plan in plans]:
            plans.append(Plan(kind, numbers, one.value / 10, one.proved))
    return plans


def _cheapest(table: Table, days: int, cost: int) -> Found | None:
    """The plan that gives most of those on so many days for a cost that is the least."""
    cheapest = [int(table.each[block].min()) for block in table.blocks]
    keep = []
    for number, block in enumerate(table.blocks):
        others = sorted(one for place, one in enumerate(cheapest) if place != number)
        rest = sum(others[: days - 1])
        keep += [int(row) for row in block if int(table.each[row]) + rest <= cost]
    lean = table.without_budget(keep)
    # What is not known counts as more than all that is, which is less among fewer sessions.
    unknown, known = divmod(cost, table.unknown)
    most = unknown * lean.unknown + math.floor(Fraction(known, table.scale) * lean.scale)
    found = best_plan(lean, Limits(days, exactly=True, budget=most))
    if found is None:
        return None
    rows = tuple(keep[lean.numbers[row]] for row in found.rows)
    return replace(found, rows=rows, cost=table.cost(rows))


def least_costs(table: Table) -> list[int]:
    """The least that sessions on so many days cost, by the number of days.

    Every set of days is filled as cheaply as it can be, first by sessions that share no fee, then
    by those of one fee after the other.
    """
    sets = 1 << len(table.blocks)
    never = int(table.each.sum() + table.fee.sum()) + 1 if table.size else 1
    least = table.costs([0] + [never] * (sets - 1))
    patterns = sorted({tuple(row) for row in table.pays.tolist()})
    for pattern in patterns:
        wanted = np.array(pattern, dtype=np.int64)
        may: Flags = ~np.asarray((table.pays > wanted).any(axis=1))
        if any(pattern):
            # Only those that share this fee: the others have had their turn.
            may &= np.asarray((table.pays @ wanted) > 0)
        fee = int(table.fee[wanted > 0].sum()) if any(pattern) else 0
        least = np.minimum(least, _filled(table, least + fee, may))
    counts = np.array([one.bit_count() for one in range(sets)])
    return [int(least[counts == days].min()) for days in range(len(table.blocks) + 1)]


def _filled(table: Table, least: Costs, may: Flags) -> Costs:
    """The least costs of sets of days when some sessions may be added."""
    numbers = np.arange(len(least))
    for day, block in enumerate(table.blocks):
        rows = block[may[block]]
        if len(rows):
            with_day = numbers[(numbers >> day) & 1 == 1]
            added = least[with_day ^ (1 << day)] + table.each[rows].min()
            least[with_day] = np.minimum(least[with_day], added)
    return least
