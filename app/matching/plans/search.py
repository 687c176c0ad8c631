"""The best plan of a week, exactly: partial plans grow day by day, and few are worth keeping.

A partial plan is left out where even the bound of what can be added to it falls short of what is
looked for, or where another gives at least as much for no more money, whatever is added. First only
plans are looked for that come very close to the bound of all; where there are none, ever less close
ones are. Nothing that is as good as what is looked for is ever left out.
"""

from collections.abc import Sequence
from dataclasses import replace

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
from app.matching.plans.greedy import Found, greedy_plan
from app.matching.plans.partial import (
    Front,
    Partial,
    View,
    fees_among,
    front_of,
    numbers_to,
    sums,
)
from app.matching.plans.problem import Costs, Flags, Table, Values, Whole

FIRST_GAP = 0.0005
WIDENING = 3
QUICK_WIDTH = 48
MOST_WORK = 10_000_000
"""Comparisons after which a search is too long. They are counted, so that the same question always
has the same answer."""
CHUNK = 256
MANY_CHAINS = 16
"""More chains than this that end with one session are compared before they grow on."""

Chain = tuple[float, tuple[int, ...]]
"""The rows of some sessions of a day in their order, and what they are worth together."""


def best_plan(table: Table, limits: Limits) -> Found | None:
    """The plan that gives most and, of those, costs least; None where none is within the limits.

    Args:
        table: the candidates.
        limits: what it is within.
    """
    if len(table.blocks) < limits.days and limits.exactly:
        return None
    best = greedy_plan(table, limits)
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
        numbers = np.arange(MOST_SERVED + 1)
        bonus = table.worth[:, None] * (1 - 0.5**numbers)
        self.most_of_wish = bonus + room_of(table.worth, bounds.slope)
        self.wishes = numbers_to(len(table.worth))
        self.worth = bounds.worth.tolist()
        self.behind = (bounds.after - bounds.worth).tolist()
        self.through = (bounds.before + bounds.after - bounds.worth).tolist()

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
        quick, complete = self._combined(order, options, rests, width=QUICK_WIDTH)
        if quick is not None and quick.beats(self.best):
            self.best = quick
            self.needed = max(self.needed, quick.value)
        if complete:
            return self.best
        whole, _ = self._combined(order, options, rests, width=None)
        return whole if whole is not None and whole.beats(self.best) else self.best

    def _combined(
        self,
        order: Sequence[int],
        options: Sequence[Partial],
        rests: list[list[Front]],
        width: int | None,
    ) -> tuple[Found | None, bool]:
        """The best plan of these options of days; with a width, a good one quickly.

        Returns:
            The plan, and whether none that may be what is looked for was left out for the width.
        """
        plans, complete = self._nothing(), True
        for step in range(len(order)):
            later = order[step + 1 :]
            plans, whole = self._with_day(plans, options[step], later, rests[step + 1], width)
            complete &= whole
            if not len(plans):
                return None, complete
        value = plans.points + ((1 - 0.5**plans.served) * self.table.worth).sum(axis=1)
        if self.limits.exactly:
            value = np.where(plans.days == self.limits.days, value, -np.inf)
        most = value.max()
        if most == -np.inf:
            return None, complete
        ties = np.flatnonzero(value == most)
        row = min(ties.tolist(), key=lambda one: (int(plans.cost[one]), plans.rows[one]))
        rows = tuple(sorted(plans.rows[row]))
        return Found(rows, float(most), int(plans.cost[row])), complete

    # One day

    def _options(self, number: int) -> Partial:
        """The chains of sessions of one day that are worth keeping."""
        bounds = self.bounds
        others = [one for place, one in enumerate(bounds.best.tolist()) if place != number]
        rest = self.constant + best_days(others, self.limits.days - 1, exactly=self.limits.exactly)
        needed = self.needed - CLOSE
        at_end: dict[int, list[Chain]] = {}
        for row in self.table.blocks[number].tolist():
            if self.through[row] + rest < needed:
                continue
            own, behind = self.worth[row], rest + self.behind[row]
            grown: list[Chain] = [(own, (row,))]
            for ahead in self.table.ahead[row]:
                grown += [(before + own, (*rows, row)) for before, rows in at_end.get(ahead, ())]
            hopeful = [chain for chain in grown if chain[0] + behind >= needed]
            if len(hopeful) > MANY_CHAINS:
                chains = self._chains(hopeful)
                hopeful = [hopeful[one] for one in self._kept(chains, chains.own + behind)]
            if hopeful:
                at_end[row] = hopeful
        if not at_end:
            return self._nothing().only(numbers_to(0))
        whole = self._chains([chain for chains in at_end.values() for chain in chains])
        return whole.only(self._kept(whole, whole.own + rest))

    def _chains(self, chains: Sequence[Chain]) -> Partial:
        """Chains side by side."""
        table = self.table
        rows = [rows for _, rows in chains]
        flat = np.array([row for one in rows for row in one])
        starts = np.cumsum([0, *(len(one) for one in rows[:-1])])
        paid = np.maximum.reduceat(table.pays[flat], starts)
        return Partial(
            np.add.reduceat(table.points[flat], starts),
            np.add.reduceat(table.each[flat], starts) + fees_among(paid > 0, table.fee),
            np.add.reduceat(table.serves[flat], starts),
            paid,
            np.array([own for own, _ in chains]),
            np.add.reduceat(self.bounds.light[flat], starts),
            np.ones(len(chains), dtype=np.int64),
            rows,
        )

    # Day by day

    def _with_day(
        self,
        plans: Partial,
        options: Partial,
        later: Sequence[int],
        rests: list[Front],
        width: int | None,
    ) -> tuple[Partial, bool]:
        """Partial plans with each option of one more day, and without the day.

        Returns:
            Them, and whether none was left out for the width that may be what is looked for.
        """
        table, limits = self.table, self.limits
        self._count(20 * len(plans) * len(options))
        one, other = np.divmod(np.arange(len(plans) * len(options)), len(options))
        both = (plans.paid[one] > 0) & (options.paid[other] > 0)
        grown = Partial(
            plans.points[one] + options.points[other],
            plans.cost[one] + options.cost[other] - fees_among(both, table.fee),
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
        hopeful = left & self._hopeful(bound, everything.cost)
        complete = True
        if width is None:
            keep = np.flatnonzero(hopeful)
        else:
            left &= bound > -np.inf
            if limits.budget is not None:
                left &= (everything.cost <= limits.budget).astype(np.bool_)
            keep = np.flatnonzero(left)
            keep = keep[np.argsort(-bound[keep], kind="stable")[:width]]
            complete = int(np.count_nonzero(hopeful[keep])) == int(np.count_nonzero(hopeful))

        def rows_of(number: int) -> tuple[int, ...]:
            if number < len(plans):
                return plans.rows[number]
            at = number - len(plans)
            return plans.rows[int(one[at])] + options.rows[int(other[at])]

        lean = replace(everything, rows=[()] * len(everything.points)).only(keep)
        kept = self._undominated(lean, later) if width is None else numbers_to(len(keep))
        chosen = lean.only(kept)
        chosen.rows[:] = [rows_of(number) for number in keep[kept].tolist()]
        return chosen, complete

    def _rests(self, days: Sequence[Partial]) -> list[list[Front]]:
        """For each step, what the days from it on can add at most, by number of days and money."""
        priced = self.limits.budget is not None
        rests = [[Front(np.zeros(1), np.zeros(1))]]
        for options in reversed(days):
            value = options.own + self.bounds.price * options.light
            own = front_of(options.light if priced else np.zeros(len(options)), value)
            last = rests[-1]
            fronts = []
            for count in range(min(len(last), self.limits.days) + 1):
                parts = []
                if count < len(last):
                    parts.append(last[count])
                elif not self.limits.exactly:
                    parts.append(last[-1])
                if count:
                    parts.append(sums(last[count - 1], own))
                fronts.append(
                    front_of(
                        np.concatenate([part.cost for part in parts]),
                        np.concatenate([part.value for part in parts]),
                    )
                )
            rests.append(fronts)
        return rests[::-1]

    def _bound(self, plans: Partial, later: Sequence[int], rests: list[Front]) -> Values:
        """What each partial plan can give at most when the later days are added."""
        table, limits = self.table, self.limits
        served = np.minimum(plans.served, MOST_SERVED).astype(np.int64)
        found: Values = plans.points + self.most_of_wish[self.wishes, served].sum(axis=1)
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

    def _kept(self, plans: Partial, bound: Values) -> Whole:
        """The numbers of the chains of one day that are worth keeping."""
        hopeful = np.flatnonzero(self._hopeful(bound, plans.cost))
        if len(hopeful) < len(plans):
            plans = plans.only(hopeful)
        return hopeful[self._undominated(plans, None)]

    def _undominated(self, plans: Partial, later: Sequence[int] | None) -> Whole:
        """The numbers of the partial plans that no other one makes needless.

        Args:
            plans: side by side.
            later: the days that may be added; None while a day is not finished.
        """
        if len(plans) <= 1:
            return numbers_to(len(plans))
        table = self.table
        worth, fee = table.worth, table.fee
        alive, reused = np.ones(len(worth), np.bool_), np.ones(len(fee), np.bool_)
        if later is not None:
            rows = np.concatenate([numbers_to(0), *(table.blocks[number] for number in later)])
            alive, reused = table.serves[rows].any(axis=0), table.pays[rows].any(axis=0)
        rests = 0.5**plans.served
        points = plans.points + ((1 - rests) * worth)[:, ~alive].sum(axis=1)
        value = points + ((1 - rests) * worth)[:, alive].sum(axis=1)
        # What is worth more stands ahead, and only what stands ahead can dominate.
        order = np.lexsort((plans.cost.astype(np.float64), -value))
        view = View(
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
        kept = numbers_to(0)
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
