"""The best plan of a week, exactly: partial plans grow day by day, and few are worth keeping.

A partial plan is left out where even the bound of what can be added to it falls short of what is
looked for, or where another gives at least as much for no more money, whatever is added. First only
plans are looked for that come very close to the bound of all; where there are none, ever less close
ones are. Nothing that is as good as what is looked for is ever left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.matching.plans.bounds import (
    CLOSE,
    MOST_SERVED,
    Bounds,
    Limits,
    best_days,
    bounds_of,
    room_of,
)
from app.matching.plans.problem import Costs, Flags, Table, Values, Whole

FIRST_GAP = 0.001
WIDENING = 3
QUICK_WIDTH = 48
MOST_WORK = 8_000_000
"""Comparisons after which a search is too long. They are counted, so that the same question always
has the same answer."""
ROUNDING = 1e-3
"""Shares of fees are rounded; costs are whole."""
CHUNK = 256


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


@dataclass(frozen=True)
class Partial:
    """Partial plans side by side: what each gives, costs, serves, pays and is bounded with."""

    points: Values
    cost: Costs
    served: Values
    paid: Whole
    own: Values
    light: Values
    days: Whole
    rows: list[tuple[int, ...]]

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, keep: Whole) -> "Partial":
        """Some of them, by number."""
        return Partial(
            self.points[keep],
            self.cost[keep],
            self.served[keep],
            self.paid[keep],
            self.own[keep],
            self.light[keep],
            self.days[keep],
            [self.rows[one] for one in keep.tolist()],
        )


def best_plan(table: Table, limits: Limits) -> Found | None:
    """The plan that gives most and, of those, costs least; None where none is within the limits.

    Args:
        table: the candidates.
        limits: what it is within.
    """
    if len(table.blocks) < limits.days and limits.exactly:
        return None
    best = _greedy(table, limits)
    bounds = bounds_of(table, limits, best.value if best else 0.0)
    gap, work = FIRST_GAP * bounds.total, 0
    while True:
        needed = max(best.value if best else 0.0, bounds.total - gap)
        search = _Search(table, limits, bounds, best, needed, work)
        try:
            best = search.run()
        except _Enough:
            return search.best
        if needed <= 0 or (best is not None and best.value >= needed - CLOSE):
            return replace(best, proved=True) if best else None
        gap, work = gap * WIDENING, search.work


def _greedy(table: Table, limits: Limits) -> Found | None:
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


class _Enough(Exception):  # noqa: N818 - it is an end and not an error.
    """The search has become too long."""


class _Search:
    """One search for the best plan of at least some value that beats the one that is known."""

    def __init__(  # noqa: PLR0913, PLR0917 - each is one thing that a search starts from.
        self,
        table: Table,
        limits: Limits,
        bounds: Bounds,
        best: Found | None,
        needed: float,
        work: int,
    ) -> None:
        self.table, self.limits, self.bounds = table, limits, bounds
        self.best, self.needed, self.work = best, needed, work
        self.constant = bounds.total - best_days(bounds.best, limits.days, exactly=limits.exactly)
        self.room = room_of(table.worth, bounds.slope)
        self.halves = 0.5 ** np.arange(MOST_SERVED + 1)

    def run(self) -> Found | None:
        """The best of these plans or the one that is known; None if there is neither.

        Raises:
            _Enough: it became too long; `best` is the best plan so far.
        """
        days = [self._options(number) for number in range(len(self.table.blocks))]
        order = sorted(range(len(days)), key=lambda number: (len(days[number]), number))
        order = [number for number in order if len(days[number])]
        if self.limits.exactly and len(order) < self.limits.days:
            return self.best
        options = [days[number] for number in order]
        rests = self._rests(options)
        quick = self._combined(order, options, rests, width=QUICK_WIDTH)
        if quick is not None and quick.beats(self.best):
            self.best = quick
            self.needed = max(self.needed, quick.value)
        whole = self._combined(order, options, rests, width=None)
        return whole if whole is not None and whole.beats(self.best) else self.best

    def _combined(
        self,
        order: Sequence[int],
        options: Sequence[Partial],
        rests: "list[list[_Front]]",
        width: int | None,
    ) -> Found | None:
        """The best plan of these options of days; with a width, a good one quickly."""
        plans = self._nothing()
        for step in range(len(order)):
            plans = self._with_day(plans, options[step], order[step + 1 :], rests[step + 1], width)
            if not len(plans):
                return None
        value = plans.points + ((1 - 0.5**plans.served) * self.table.worth).sum(axis=1)
        if self.limits.exactly:
            value = np.where(plans.days == self.limits.days, value, -np.inf)
        most = value.max()
        if most == -np.inf:
            return None
        ties = np.flatnonzero(value == most)
        row = min(ties.tolist(), key=lambda one: (int(plans.cost[one]), plans.rows[one]))
        return Found(tuple(sorted(plans.rows[row])), float(most), int(plans.cost[row]))

    # One day

    def _options(self, number: int) -> Partial:
        """The chains of sessions of one day that are worth keeping."""
        block, can = self.table.blocks[number], self.table.follows[number]
        bounds = self.bounds
        others = [one for place, one in enumerate(bounds.best.tolist()) if place != number]
        rest = self.constant + best_days(others, self.limits.days - 1, exactly=self.limits.exactly)
        through = bounds.before[block] + bounds.after[block] - bounds.worth[block] + rest
        hopeful = [int(at) for at in np.flatnonzero(through >= self.needed - CLOSE)]
        at_end: dict[int, Partial] = {}
        for at in hopeful:
            row = int(block[at])
            ahead = [at_end[one] for one in hopeful if one < at and can[one, at] and one in at_end]
            grown = self._extended([self._nothing(), *ahead], row)
            behind = float(bounds.after[row] - bounds.worth[row])
            kept = self._pruned(grown, grown.own + (rest + behind))
            if len(kept):
                at_end[at] = kept
        whole = _joined([*at_end.values()]) if at_end else self._nothing().only(_numbers(0))
        return self._pruned(whole, whole.own + rest)

    def _extended(self, parts: Sequence[Partial], row: int) -> Partial:
        """Chains with one more session at their end."""
        table = self.table
        joined = _joined(parts)
        pays = table.pays[row]
        new = (pays > 0) & ~(joined.paid > 0)
        return Partial(
            joined.points + table.points[row],
            joined.cost + table.each[row] + _fees(new, table.fee),
            joined.served + table.serves[row],
            np.maximum(joined.paid, pays),
            joined.own + self.bounds.worth[row],
            joined.light + self.bounds.light[row],
            np.ones(len(joined), dtype=np.int64),
            [(*rows, row) for rows in joined.rows],
        )

    # Day by day

    def _with_day(
        self,
        plans: Partial,
        options: Partial,
        later: Sequence[int],
        rests: "list[_Front]",
        width: int | None,
    ) -> Partial:
        """Partial plans with each option of one more day, and without the day."""
        table, limits = self.table, self.limits
        self._count(20 * len(plans) * len(options))
        one, other = np.divmod(np.arange(len(plans) * len(options)), len(options))
        both = (plans.paid[one] > 0) & (options.paid[other] > 0)
        grown = Partial(
            plans.points[one] + options.points[other],
            plans.cost[one] + options.cost[other] - _fees(both, table.fee),
            plans.served[one] + options.served[other],
            np.maximum(plans.paid[one], options.paid[other]),
            plans.own[one] + options.own[other],
            plans.light[one] + options.light[other],
            plans.days[one] + 1,
            [],
        )
        everything = Partial(
            np.concatenate([plans.points, grown.points]),
            np.concatenate([plans.cost, grown.cost]),
            np.concatenate([plans.served, grown.served]),
            np.concatenate([plans.paid, grown.paid]),
            np.concatenate([plans.own, grown.own]),
            np.concatenate([plans.light, grown.light]),
            np.concatenate([plans.days, grown.days]),
            [],
        )
        left = everything.days <= limits.days
        if limits.exactly:
            left &= everything.days + len(later) >= limits.days
        bound = self._bound(everything, later, rests)
        if width is None:
            keep = np.flatnonzero(left & self._hopeful(bound, everything.cost))
        else:
            left &= bound > -np.inf
            if limits.budget is not None:
                left &= (everything.cost <= limits.budget).astype(np.bool_)
            keep = np.flatnonzero(left)
            keep = keep[np.argsort(-bound[keep], kind="stable")[:width]]

        def rows_of(number: int) -> tuple[int, ...]:
            if number < len(plans):
                return plans.rows[number]
            at = number - len(plans)
            return plans.rows[int(one[at])] + options.rows[int(other[at])]

        lean = replace(everything, rows=[()] * len(everything.points)).only(keep)
        kept = self._undominated(lean, later) if width is None else _numbers(len(keep))
        chosen = lean.only(kept)
        chosen.rows[:] = [rows_of(number) for number in keep[kept].tolist()]
        return chosen

    def _rests(self, days: Sequence[Partial]) -> "list[list[_Front]]":
        """For each step, what the days from it on can add at most, by number of days and money."""
        priced = self.limits.budget is not None
        rests = [[_Front(np.zeros(1), np.zeros(1))]]
        for options in reversed(days):
            value = options.own + self.bounds.price * options.light
            own = _front(options.light if priced else np.zeros(len(options)), value)
            last = rests[-1]
            fronts = []
            for count in range(len(last) + 1):
                parts = []
                if count < len(last):
                    parts.append(last[count])
                elif not self.limits.exactly:
                    parts.append(last[-1])
                if count:
                    parts.append(_sums(last[count - 1], own))
                fronts.append(
                    _front(
                        np.concatenate([part.cost for part in parts]),
                        np.concatenate([part.value for part in parts]),
                    )
                )
            rests.append(fronts)
        return rests[::-1]

    def _bound(self, plans: Partial, later: Sequence[int], rests: "list[_Front]") -> Values:
        """What each partial plan can give at most when the later days are added."""
        table, limits = self.table, self.limits
        served = np.minimum(plans.served, MOST_SERVED).astype(np.int64)
        found = plans.points.copy()
        for wish in range(len(table.worth)):
            found += table.worth[wish] * (1 - self.halves[served[:, wish]])
            found += self.room[wish][served[:, wish]]
        left = np.zeros(len(found))
        if limits.budget is not None:
            left = limits.budget - plans.cost.astype(np.float64)
            if len(table.fee) and later:
                # What the later days bear of fees that are paid already costs nothing more.
                left += plans.paid @ self.bounds.shares[later].sum(axis=0)
        for used in np.unique(plans.days).tolist():
            here = plans.days == used
            open_days = limits.days - used
            if open_days < 0 or (limits.exactly and open_days >= len(rests)):
                found[here] = -np.inf
                continue
            found[here] += rests[min(open_days, len(rests) - 1)].within(left[here])
        return found

    # Leaving out

    def _hopeful(self, bound: Values, cost: Costs) -> Flags:
        """Which may still become what is looked for, within the budget."""
        hopeful: Flags = bound >= self.needed - CLOSE
        if self.best is not None:
            hopeful &= (bound > self.best.value + CLOSE) | (cost < self.best.cost).astype(np.bool_)
        if self.limits.budget is not None:
            hopeful &= (cost <= self.limits.budget).astype(np.bool_)
        return hopeful

    def _pruned(self, plans: Partial, bound: Values) -> Partial:
        hopeful = plans.only(np.flatnonzero(self._hopeful(bound, plans.cost)))
        return hopeful.only(self._undominated(hopeful, None))

    def _undominated(self, plans: Partial, later: Sequence[int] | None) -> Whole:
        """The numbers of the partial plans that no other one makes needless.

        Args:
            plans: side by side.
            later: the days that may be added; None while a day is not finished.
        """
        table = self.table
        worth, fee = table.worth, table.fee
        alive, reused = np.ones(len(worth), np.bool_), np.ones(len(fee), np.bool_)
        if later is not None:
            rows = np.concatenate([_numbers(0), *(table.blocks[number] for number in later)])
            alive, reused = table.serves[rows].any(axis=0), table.pays[rows].any(axis=0)
        rests = 0.5**plans.served
        points = plans.points + ((1 - rests) * worth)[:, ~alive].sum(axis=1)
        value = points + ((1 - rests) * worth)[:, alive].sum(axis=1)
        # What is worth more stands ahead, and only what stands ahead can dominate.
        order = np.lexsort((plans.cost.astype(np.float64), -value))
        view = _View(
            points[order],
            rests[order][:, alive],
            plans.cost[order],
            plans.paid[order][:, reused],
            plans.days[order],
            worth[alive],
            fee[reused],
            priced=self.limits.budget is not None,
            # Where there are fewer days to choose from than one may, none is spent in vain.
            counted=self.limits.exactly or self.limits.days < len(table.blocks),
            exactly=self.limits.exactly,
        )
        kept = _numbers(0)
        for start in range(0, len(order), CHUNK):
            self._count((len(kept) + CHUNK) * min(CHUNK, len(order) - start) * (len(worth) + 2))
            some = np.arange(start, min(start + CHUNK, len(order)))
            if len(kept):
                some = some[~view.dominates(kept, some).any(axis=0)]
            if len(some) > 1:
                within = np.triu(view.dominates(some, some), 1)
                some = some[~within.any(axis=0)]
            kept = np.concatenate([kept, some])
        return np.sort(order[kept])

    def _count(self, work: int) -> None:
        """Count comparisons of two numbers, whatever the machine takes for them."""
        self.work += work
        if self.work > MOST_WORK:
            raise _Enough

    def _nothing(self) -> Partial:
        table = self.table
        return Partial(
            np.zeros(1),
            table.costs([0]),
            np.zeros((1, len(table.worth))),
            np.zeros((1, len(table.fee)), dtype=np.int64),
            np.zeros(1),
            np.zeros(1),
            np.zeros(1, dtype=np.int64),
            [()],
        )


@dataclass(frozen=True)
class _Front:
    """The most that can be had for a cost: both rise from one to the next."""

    cost: Values
    value: Values

    def within(self, money: Values) -> Values:
        """What can be had for some money at most; what cannot be had at all is worth nothing."""
        place = np.searchsorted(self.cost, money + ROUNDING, side="right") - 1
        found: Values = np.where(place >= 0, self.value[place], -np.inf)
        return found


def _front(cost: Values, value: Values) -> _Front:
    order = np.lexsort((-value, cost))
    cost, value = cost[order], value[order]
    highest = np.maximum.accumulate(value)
    better = np.append(True, value[1:] > highest[:-1])
    return _Front(cost[better], value[better])


def _sums(one: _Front, other: _Front) -> _Front:
    return _front(
        np.add.outer(one.cost, other.cost).ravel(), np.add.outer(one.value, other.value).ravel()
    )


@dataclass(frozen=True)
class _View:
    """Partial plans in columns, to be compared with one another."""

    points: Values
    rests: Values
    cost: Costs
    paid: Whole
    days: Whole
    worth: Values
    fee: Costs
    priced: bool
    counted: bool
    exactly: bool

    def dominates(self, some: Whole, others: Whole) -> Flags:
        """Which of some give at least as much as which others for no more, whatever is added.

        At worst, what one has served more often is served often anyway, and what it has served
        less often is never served again: so much more it must give. At worst, every fee that the
        other has paid, and it has not, is still to be paid.
        """
        ahead: Values = self.points[some][:, None] - self.points[others][None, :]
        for wish in range(len(self.worth)):
            rests = self.rests[:, wish]
            less = rests[some][:, None] - rests[others][None, :]
            ahead -= self.worth[wish] * np.maximum(less, 0.0)
        cost = self.cost[some][:, None]
        if len(self.fee):
            paid = self.paid[others]
            cost = cost + (paid @ self.fee)[None, :] - (self.paid[some] * self.fee) @ paid.T
        cheaper = (cost <= self.cost[others][None, :]).astype(np.bool_)
        found: Flags = (ahead >= 0) & cheaper
        if not self.priced:
            found |= ahead > 0
        if self.counted:
            days, other_days = self.days[some][:, None], self.days[others][None, :]
            found &= (days == other_days) if self.exactly else (days <= other_days)
        return found


def _fees(which: Flags, fee: Costs) -> Costs | int:
    return which @ fee if len(fee) else 0


def _numbers(count: int) -> Whole:
    found: Whole = np.arange(count, dtype=np.int64)
    return found


def _joined(parts: Sequence[Partial]) -> Partial:
    if len(parts) == 1:
        return parts[0]
    return Partial(
        np.concatenate([one.points for one in parts]),
        np.concatenate([one.cost for one in parts]),
        np.concatenate([one.served for one in parts]),
        np.concatenate([one.paid for one in parts]),
        np.concatenate([one.own for one in parts]),
        np.concatenate([one.light for one in parts]),
        np.concatenate([one.days for one in parts]),
        [rows for one in parts for rows in one.rows],
    )
