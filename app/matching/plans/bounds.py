"""What a week can give at most: a bound that sums up over sessions, so that a search can leave out.

The budget is priced, and the bonus of each wish is bounded by a straight line (it is concave), so
that every session has a worth of its own and the best chain of sessions of a day is found by
walking backwards in time. Any price and any slope give a bound (Held and Karp, 1971); a few steps
of Shor's method with dilation of space find good ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.matching.plans.problem import Flags, Table, Values, Whole

MOST_SERVED = 48
"""Sessions beyond this many change a bonus by less than a number can hold."""

STEPS = 120
STEPS_LONG_DAY = 60
LONG_DAY = 80
WATCHED = 16
ENOUGH = 0.0003
"""The search begins when this many steps bring no more than this part of the bound."""

FIRST_LENGTH = 0.1
"""How far the first step goes, as a part of the way from nothing to where it begins."""

LONGER, SHORTER = 1.2, 0.85
STRETCH = 2.0
MOST_ON = 10
STEEP = 5.0
"""How steeply the bound is taken to rise where money would have a price below nothing."""

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

    Each step goes downhill in a space that is stretched where the way went to and fro (Shor, 1985).

    Args:
        table: the candidates.
        limits: what plans are within.
        target: the value of a plan that is known; 0 if none is.
    """
    relaxed = _Relaxed(table, limits)
    place = relaxed.start(target)
    found, uphill = relaxed.at(place)
    history = [found.total]
    length = FIRST_LENGTH * (float(np.linalg.norm(place)) or 1.0)
    stretched = np.eye(len(place))
    turned = uphill
    most = STEPS if relaxed.days.longest <= LONG_DAY else STEPS_LONG_DAY
    while len(history) < most and not _enough(history, target):
        steepness = float(np.linalg.norm(turned))
        if steepness < CLOSE:
            break
        course = stretched @ (turned / steepness)
        before = uphill
        for again in range(MOST_ON):
            place -= length * course
            bound, uphill = relaxed.at(place)
            if bound.total < found.total:
                found = bound
            history.append(found.total)
            if float(uphill @ course) <= 0:
                if not again:
                    length *= SHORTER
                break
            if again:
                length *= LONGER
        turn = stretched.T @ (uphill - before)
        size = float(np.linalg.norm(turn))
        if size > CLOSE:
            turn /= size
            stretched += np.outer(stretched @ turn, (1 / STRETCH - 1) * turn)
        turned = stretched.T @ uphill
    return replace(found, before=relaxed.days.before(found.worth))


def _enough(history: Sequence[float], target: float) -> bool:
    """Whether more steps are not worth their time."""
    last = history[-1]
    watched = len(history) > WATCHED and history[-WATCHED] - last < ENOUGH * last
    return watched or last <= target + CLOSE


class _Relaxed:
    """The week with its budget priced and each bonus bounded by a straight line.

    A place is the slope of each line and, where there is a budget, the price. Both are at least
    nothing: what is below is taken as nothing.
    """

    def __init__(self, table: Table, limits: Limits) -> None:
        self.table, self.limits = table, limits
        self.days = _Days(table)
        self.fees = _Fees(table)
        self.each = table.each.astype(np.float64)
        self.cost = self.each + self.fees.of_sessions()
        self.bonus = _Bonus(table.worth)
        self.wishes = len(table.worth)
        # Money and numbers of sessions are brought to one scale before they are weighed.
        self.unit = max(float(limits.budget or 1), 1.0) / BUDGET_WEIGHT

    def start(self, target: float) -> Values:
        """Where to begin, if a plan of some value is known."""
        slope, budget = self.table.worth / 4, self.limits.budget
        if budget is None:
            return slope
        typical = float(np.median(self.table.points + self.table.serves @ slope))
        price = 0.5 * typical / max(float(np.median(self.cost)), 1.0)
        if target:
            # Money is worth no more than all that it buys.
            price = min(price, 0.5 * target / max(budget, 1))
        return np.append(slope, price * self.unit)

    def at(self, place: Values) -> tuple[Bounds, Values]:
        """The bound at a place, without what is worth most before each session, and its slope."""
        table, fees, budget = self.table, self.fees, self.limits.budget
        slope = np.maximum(place[: self.wishes], 0.0)
        price = 0.0 if budget is None else max(float(place[-1]), 0.0) / self.unit
        cost, shares = self.cost, fees.shares
        worth = table.points + table.serves @ slope
        if price:
            worth -= price * cost
        after = self.days.after(worth)
        best = np.maximum.reduceat(after, table.starts)
        picked = _picked(best.tolist(), self.limits)
        constant, natural = self.bonus.above(slope)
        total = constant + sum(best[picked].tolist()) + price * (budget or 0)
        rows = self.days.chains(after, picked)
        uphill = np.empty(len(place))
        uphill[: self.wishes] = table.serves[rows].sum(axis=0) - natural
        if budget is not None:
            rise = (budget - float(cost[rows].sum())) / self.unit
            uphill[-1] = min(rise, -STEEP) if place[-1] < 0 else rise
            if len(table.fee):
                fees.lean_on(rows)
                self.cost = self.each + fees.of_sessions()
        return Bounds(worth, after, worth, best, price, slope, total, shares, cost), uphill


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
        borne: Values = np.bincount(self.payers, each, minlength=self.table.size).astype(np.float64)
        return borne

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
