"""What a week can give at most: a bound that sums up over sessions, so that a search can leave out.

The budget is priced, and the bonus of each wish is bounded by a straight line (it is concave), so
that every session has a worth of its own and the best chain of sessions of a day is found by
walking backwards in time. Any price and any slope give a bound; a few steps of the subgradient
method find good ones (Held and Karp, 1971).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.matching.plans.problem import Flags, Table, Values, Whole

MOST_SERVED = 48
"""Sessions beyond this many change a bonus by less than a number can hold."""

STEPS = 300
STEPS_LONG_DAY = 60
WATCHED = 12
ENOUGH = 0.001
"""The search begins when this many steps bring no more than this part of the bound."""

LONG_DAY = 80
PATIENCE = 3
SHRINKING = 0.7
HOPE = 0.985
"""A plan about this good is hoped for; aiming at it makes for steps of the right length."""

BUDGET_WEIGHT = 30.0
CLOSE = 1e-9
FLOOR = -8.0
"""A day on which a fee can be paid bears at least this little of it: a power of e."""


@dataclass(frozen=True)
class Limits:
    """At most or exactly so many days, and the budget in the table's fraction of a penny."""

    days: int
    exactly: bool
    budget: int | None


@dataclass(frozen=True)
class Bounds:
    """A bound for everything that can be completed.

    `worth` is each session's own; `after` what it and the best chain behind it are worth on its
    day, `before` the same with the best chain before it. `best` is the best chain of each block.
    `price` is the worth of one unit of cost. `slope` bounds what one session more that serves a
    wish adds to its bonus. `shares` are the parts of each fee that each block bears; the parts of
    a fee come to the fee. `light` is what each session costs with such parts only.
    """

    worth: Values
    after: Values
    before: Values
    best: Values
    price: float
    slope: Values
    total: float
    shares: Values
    light: Values


def bounds_of(table: Table, limits: Limits, target: float) -> Bounds:
    """The best bound that a few steps find.

    Args:
        table: the candidates.
        limits: what plans are within.
        target: the value of a plan that is known; 0 if none is.
    """
    days = _Days(table)
    fees = _Fees(table)
    each = table.each.astype(np.float64)
    cost = each + fees.of_sessions()
    slope = table.worth / 4
    half = table.worth / 2
    bonus = _Bonus(table.worth)
    budget = limits.budget
    price = 0.0
    if budget is not None:
        typical = float(np.median(table.points + table.serves @ slope))
        price = 0.5 * typical / max(float(np.median(cost)), 1.0)
        if target:
            # Money is worth no more than all that it buys.
            price = min(price, 0.5 * target / max(budget, 1))
    # Money and numbers of sessions are brought to one scale before they are weighed.
    unit = max(float(budget or 1), 1.0) / BUDGET_WEIGHT
    found: Bounds | None = None
    course: Values | None = None
    reach, failures = 1.0, 0
    history: list[float] = []
    for _ in range(STEPS if days.longest <= LONG_DAY else STEPS_LONG_DAY):
        worth = table.points + table.serves @ slope
        if budget is not None:
            worth -= price * cost
        after = days.after(worth)
        best = np.maximum.reduceat(after, table.starts)
        picked = _picked(best.tolist(), limits)
        constant, natural = bonus.above(slope)
        total = constant + sum(best[picked].tolist()) + price * (budget or 0)
        if found is None or total < found.total - CLOSE:
            found = Bounds(worth, after, worth, best, price, slope, total, fees.shares, cost)
            failures = 0
        else:
            failures += 1
        if failures == PATIENCE:
            reach, failures = reach * SHRINKING, 0
        rows = days.chains(after, picked)
        over = 0.0 if budget is None else float(cost[rows].sum()) - budget
        downhill = np.empty(len(slope) + 1)
        downhill[:-1] = table.serves[rows].sum(axis=0) - natural
        downhill[-1] = over / unit
        course = _turned(course, downhill)
        length = float(course @ course)
        if length < CLOSE or found.total <= target + CLOSE:
            break
        history.append(found.total)
        if len(history) > WATCHED and history[-WATCHED] - found.total < ENOUGH * found.total:
            break
        aim = max(target, HOPE * found.total)
        step = reach * max(total - aim, CLOSE) / length
        slope = np.minimum(np.maximum(slope - step * course[:-1], 0.0), half)
        if budget is not None:
            dearest = max(found.total, 0.0) / max(budget, 1)
            price = min(max(0.0, price + step * float(course[-1]) / unit), dearest)
            if len(table.fee):
                fees.lean_on(rows)
                cost = each + fees.of_sessions()
    assert found is not None  # noqa: S101 - there is at least one step.
    return replace(found, before=days.before(found.worth))


def _turned(course: Values | None, downhill: Values) -> Values:
    """A direction that does not turn back on the last one (Camerini, Fratta and Maffioli, 1975)."""
    if course is None:
        return downhill
    against = float(downhill @ course)
    turn = max(0.0, -1.5 * against / max(float(course @ course), CLOSE))
    turned: Values = downhill + turn * course
    return turned


def _picked(best: Sequence[float], limits: Limits) -> list[int]:
    """The blocks that the relaxed problem chooses."""
    order = sorted(range(len(best)), key=lambda block: -best[block])[: limits.days]
    return [block for block in order if limits.exactly or best[block] > 0]


def best_days(best: Sequence[float] | Values, days: int, *, exactly: bool) -> float:
    """The most that so many of some days are worth together."""
    ordered = sorted(best, reverse=True)[:days]
    return float(sum(ordered) if exactly else sum(one for one in ordered if one > 0))


class _Bonus:
    """How far the bonus of each wish lies above a straight line."""

    def __init__(self, worth: Values) -> None:
        self.numbers = np.arange(MOST_SERVED + 1, dtype=np.float64)
        self.bonus = worth[:, None] * (1 - 0.5**self.numbers)

    def above(self, slope: Values) -> tuple[float, Values]:
        """The most that it lies above lines of these slopes, and at which number of sessions."""
        if not len(slope):
            return 0.0, np.zeros(0)
        above = self.bonus - slope[:, None] * self.numbers
        return float(above.max(axis=1).sum()), above.argmax(axis=1).astype(np.float64)


def room_of(worth: Values, slope: Values) -> Values:
    """What each wish can still add beyond its slope, by the sessions that serve it already."""
    numbers = np.arange(MOST_SERVED + 1)
    more = 1 - 0.5**numbers
    found = np.zeros((len(worth), MOST_SERVED + 1))
    for wish in range(len(worth)):
        still = worth[wish] * 0.5**numbers
        found[wish] = (still[:, None] * more - slope[wish] * numbers).max(axis=1)
    return found


class _Fees:
    """Fees that several sessions pay, spread over days: the more where they are paid for sure.

    Any spread gives a bound, as long as the shares of a fee come to no more than the fee.
    """

    def __init__(self, table: Table) -> None:
        self.table = table
        self.fee = table.fee.astype(np.float64)
        self.visits = np.zeros((len(table.blocks), len(self.fee)))
        for number, (block, can) in enumerate(zip(table.blocks, table.follows, strict=True)):
            self.visits[number] = table.pays[block].sum(axis=0)
            for column in np.flatnonzero(self.visits[number] > 1):
                rows = np.flatnonzero(table.pays[block, column])
                self.visits[number, column] = longest_chain(can[np.ix_(rows, rows)])
        places = np.nonzero(table.pays)
        self.payers, self.columns = places
        self.blocks = table.block_of[self.payers]
        self.cells: dict[int, list[tuple[int, int]]] = {}
        cells = zip(self.blocks.tolist(), self.columns.tolist(), strict=True)
        for row, cell in zip(self.payers.tolist(), cells, strict=True):
            self.cells.setdefault(row, []).append(cell)
        self.floor = np.where(self.visits > 0, FLOOR, -np.inf)
        self.leaning = np.where(self.visits > 0, 0.0, -np.inf)
        self.visits = np.maximum(self.visits, 1)
        self.step = 0.5
        self._spread()

    def _spread(self) -> None:
        weights = np.exp(self.leaning)
        self.shares: Values = self.fee * weights / np.maximum(weights.sum(axis=0), 1e-300)

    def of_sessions(self) -> Values:
        """What each session bears of the fees that it pays with others."""
        each = (self.shares / self.visits)[self.blocks, self.columns]
        return np.bincount(self.payers, each, minlength=self.table.size)

    def lean_on(self, rows: Sequence[int]) -> None:
        """Spread more of each fee over the days on which these sessions pay it."""
        for cell in {cell for row in rows for cell in self.cells.get(row, ())}:
            self.leaning[cell] += self.step
        self.leaning -= self.leaning.max(axis=0)
        self.leaning = np.maximum(self.leaning, self.floor)
        self.step *= 0.97
        self._spread()


def longest_chain(can: Flags) -> int:
    """How many of some sessions one can go to one after the other."""
    lengths: Whole = np.ones(len(can), dtype=np.int64)
    for row in range(len(can) - 2, -1, -1):
        lengths[row] += int((lengths * can[row]).max())
    return int(lengths.max())


class _Days:
    """All days side by side: first those sessions that nothing follows, then those before them."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.longest = max((len(block) for block in table.blocks), default=0)
        depth = [0] * table.size
        by_depth: list[list[int]] = [[]]
        for row in range(table.size - 1, -1, -1):
            behind = table.behind[row]
            if behind:
                depth[row] = deep = 1 + max([depth[one] for one in behind])
                if deep == len(by_depth):
                    by_depth.append([])
                by_depth[deep].append(row)
        self.steps = [_Step.of(rows, table.behind) for rows in by_depth[1:]]

    def after(self, worth: Values) -> Values:
        """What each session and the best chain behind it are worth."""
        # The last place stands for nothing that follows, which is worth nothing.
        found = np.zeros(len(worth) + 1)
        found[:-1] = worth
        for step in self.steps:
            found[step.rows] += found[step.others].max(axis=0)
        return found[:-1]

    def before(self, worth: Values) -> Values:
        """What each session and the best chain before it are worth."""
        found = worth.tolist()
        for row, ahead in enumerate(self.table.ahead):
            if ahead:
                found[row] += max(0.0, *[found[one] for one in ahead])
        return np.array(found, dtype=np.float64)

    def chains(self, after: Values, blocks: Sequence[int]) -> list[int]:
        """The rows of the best chains of some blocks."""
        worth = after.tolist()
        table, rows = self.table, []
        for block in blocks:
            first = int(table.starts[block])
            row = first + int(after[first : first + len(table.blocks[block])].argmax())
            rows.append(row)
            while behind := table.behind[row]:
                row = max(behind, key=worth.__getitem__)
                if worth[row] <= 0:
                    break
                rows.append(row)
        return rows


@dataclass(frozen=True)
class _Step:
    """Sessions, and in columns those that can follow each, filled up with nothing."""

    rows: Whole
    others: Whole

    @classmethod
    def of(cls, rows: Sequence[int], behind: Sequence[Sequence[int]]) -> "_Step":
        most = max(len(behind[row]) for row in rows)
        nothing = len(behind)
        others = [[*behind[row], *[nothing] * (most + 1 - len(behind[row]))] for row in rows]
        return cls(np.array(rows), np.ascontiguousarray(np.array(others).T))
