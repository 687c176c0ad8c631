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
    price = 0.0
    if limits.budget is not None:
        typical = float(np.median(table.points + table.serves @ slope))
        price = 0.5 * typical / max(float(np.median(cost)), 1.0)
    # Money and numbers of sessions are brought to one scale before they are weighed.
    unit = max(float(limits.budget or 1), 1.0) / BUDGET_WEIGHT
    found: Bounds | None = None
    course: Values | None = None
    reach, failures = 1.0, 0
    history: list[float] = []
    for _ in range(STEPS if days.longest <= LONG_DAY else STEPS_LONG_DAY):
        worth = table.points + table.serves @ slope - price * cost
        after, chains = days.best_chains(worth)
        best = np.array([chain_worth for chain_worth, _ in chains])
        picked = _picked(best, limits)
        constant, natural = _bonus(table.worth, slope)
        total = constant + float(best[picked].sum()) + price * (limits.budget or 0)
        if found is None or total < found.total - CLOSE:
            found = Bounds(worth, after, worth, best, price, slope, total, fees.shares, cost)
            failures = 0
        else:
            failures += 1
        if failures == PATIENCE:
            reach, failures = reach * SHRINKING, 0
        rows = [row for block in picked for row in chains[block][1]]
        over = 0.0 if limits.budget is None else float(cost[rows].sum()) - limits.budget
        downhill = np.append(table.serves[rows].sum(axis=0) - natural, over / unit)
        course = _turned(course, downhill)
        length = float(course @ course)
        if length < CLOSE or found.total <= target + CLOSE:
            break
        history.append(found.total)
        if len(history) > WATCHED and history[-WATCHED] - found.total < ENOUGH * found.total:
            break
        aim = max(target, HOPE * found.total)
        step = reach * max(total - aim, CLOSE) / length
        slope = np.clip(slope - step * course[:-1], 0.0, table.worth / 2)
        if limits.budget is not None:
            price = max(0.0, price + step * float(course[-1]) / unit)
            fees.lean_on(rows)
            cost = each + fees.of_sessions()
    assert found is not None  # noqa: S101 - there is at least one step.
    return replace(found, before=days.best_before(found.worth))


def _turned(course: Values | None, downhill: Values) -> Values:
    """A direction that does not turn back on the last one (Camerini, Fratta and Maffioli, 1975)."""
    if course is None:
        return downhill
    against = float(downhill @ course)
    turn = max(0.0, -1.5 * against / max(float(course @ course), CLOSE))
    turned: Values = downhill + turn * course
    return turned


def _picked(best: Values, limits: Limits) -> list[int]:
    """The blocks that the relaxed problem chooses."""
    order = np.argsort(-best, kind="stable")[: limits.days]
    return [int(block) for block in order if limits.exactly or best[block] > 0]


def best_days(best: Sequence[float] | Values, days: int, *, exactly: bool) -> float:
    """The most that so many of some days are worth together."""
    ordered = sorted(best, reverse=True)[:days]
    return float(sum(ordered) if exactly else sum(one for one in ordered if one > 0))


def _bonus(worth: Values, slope: Values) -> tuple[float, Values]:
    """How far the bonus lies above its slope at most, and at which number of sessions."""
    if not len(worth):
        return 0.0, np.zeros(0)
    numbers = np.arange(MOST_SERVED + 1)
    above = worth[:, None] * (1 - 0.5**numbers) - slope[:, None] * numbers
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
        self.block_of: Whole = np.zeros(table.size, dtype=np.int64)
        for number, block in enumerate(table.blocks):
            self.block_of[block] = number
        self.leaning = np.where(self.visits > 0, 0.0, -np.inf)
        self.step = 0.5
        self._spread()

    def _spread(self) -> None:
        weights = np.exp(self.leaning - self.leaning.max(axis=0, initial=0.0))
        self.shares: Values = self.fee * weights / np.maximum(weights.sum(axis=0), 1e-300)

    def of_sessions(self) -> Values:
        """What each session bears of the fees that it pays with others."""
        each = self.shares / np.maximum(self.visits, 1)
        borne: Values = (self.table.pays * each[self.block_of]).sum(axis=1)
        return borne

    def lean_on(self, rows: Sequence[int]) -> None:
        """Spread more of each fee over the days on which these sessions pay it."""
        if not len(self.fee):
            return
        used = np.zeros(self.visits.shape)
        np.maximum.at(used, self.block_of[rows], self.table.pays[rows])
        self.leaning += self.step * used
        self.leaning -= np.where(np.isfinite(self.leaning), self.leaning, -np.inf).max(axis=0)
        self.leaning = np.maximum(self.leaning, np.where(self.visits > 0, -8.0, -np.inf))
        self.step *= 0.97
        self._spread()


def longest_chain(can: Flags) -> int:
    """How many of some sessions one can go to one after the other."""
    lengths: Whole = np.ones(len(can), dtype=np.int64)
    for row in range(len(can) - 2, -1, -1):
        lengths[row] += int((lengths * can[row]).max())
    return int(lengths.max())


class _Days:
    """All days side by side, so that one step backwards in time is one step on every day."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.longest = max((len(block) for block in table.blocks), default=0)
        shape = (len(table.blocks), self.longest)
        self.rows: Whole = np.full(shape, -1, dtype=np.int64)
        self.closed: Values = np.full((*shape, self.longest), -np.inf)
        for number, (block, can) in enumerate(zip(table.blocks, table.follows, strict=True)):
            self.rows[number, : len(block)] = block
            self.closed[number, : len(block), : len(block)][can] = 0.0
        self.filled = self.rows >= 0
        # With the order of the table, a session's followers stand behind it.
        self.by_step = np.ascontiguousarray(self.closed.transpose(1, 0, 2))
        self.by_step_back = np.ascontiguousarray(self.closed.transpose(2, 0, 1))

    def _spread(self, worth: Values) -> Values:
        spread: Values = np.where(self.filled, worth[self.rows], -np.inf)
        return spread

    def best_chains(self, worth: Values) -> tuple[Values, list[tuple[float, list[int]]]]:
        """What each session and the best chain behind it are worth, and each day's best chain."""
        table = self.table
        after = self._spread(worth)
        for step in range(self.longest - 2, -1, -1):
            tail = slice(step + 1, None)
            behind = (after[:, tail] + self.by_step[step][:, tail]).max(axis=1)
            after[:, step] += np.maximum(behind, 0.0)
        chains = []
        for number, block in enumerate(table.blocks):
            here = after[number, : len(block)]
            at = int(here.argmax())
            best, chain = float(here[at]), [at]
            while True:
                follow = here + self.closed[number, at, : len(block)]
                at = int(follow.argmax())
                if follow[at] <= 0:
                    break
                chain.append(at)
            chains.append((best, [int(block[one]) for one in chain]))
        flat = np.empty(table.size)
        flat[self.rows[self.filled]] = after[self.filled]
        return flat, chains

    def best_before(self, worth: Values) -> Values:
        """What each session and the best chain before it are worth."""
        before = self._spread(worth)
        for step in range(1, self.longest):
            head = slice(0, step)
            ahead = (before[:, head] + self.by_step_back[step][:, head]).max(axis=1)
            before[:, step] += np.maximum(ahead, 0.0)
        flat = np.empty(self.table.size)
        flat[self.rows[self.filled]] = before[self.filled]
        return flat
