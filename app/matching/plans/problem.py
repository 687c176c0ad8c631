"""A week to be planned, as numbers: what each session gives, costs, serves and excludes.

Values are in tenths of a point, the unit in which points are shown, and are exact: halves of halves
of whole tenths. Costs are whole multiples of a fraction of a penny in which every price is whole.
"""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt

DAYS_OF_WEEK = 7
EXACT_IN_FLOAT = 2**50
"""Whole numbers up to here, and sums of a few of them, are exact as floating point numbers."""

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
Costs = npt.NDArray[np.float64] | npt.NDArray[np.object_]
"""Whole numbers: as floating point where that is exact, as Python's own where it is not."""


@dataclass(frozen=True)
class Candidate:
    """A session that serves the person.

    `day` counts from Monday, times are minutes after midnight, `points` tenths of a point without
    what it serves. `each` is paid for coming once, in exact pence, and is None where the price is
    not known. `fee` is paid once a week by everybody who comes to any session with this `fee_of`;
    where their fees differ, the highest is paid.
    """

    day: int
    starts: int
    ends: int
    points: int
    serves: frozenset[int]
    each: Fraction | None
    fee: Fraction = Fraction(0)
    fee_of: Hashable = None


@dataclass(frozen=True, repr=False)
class Week:
    """Everything that a plan has to heed.

    `wanted` is what each wanted activity or outcome is worth in tenths of a point; the first
    session that serves it gives half of that, the next half of the rest, and so on. `minutes` tells
    how long it takes from one candidate to another. `days` is the most days, `budget` exact pence.
    """

    candidates: Sequence[Candidate]
    wanted: Sequence[int]
    minutes: Callable[[int, int], int]
    gap: int
    days: int = DAYS_OF_WEEK
    budget: Fraction | None = None
    minutes_of_pairs: Callable[[Whole, Whole], Whole] | None = None
    """The same as `minutes` for many pairs at once; where there is none, each pair is asked for."""

    def minutes_between(self, ones: Whole, others: Whole) -> Whole:
        """How long it takes from each of some candidates to its other."""
        if self.minutes_of_pairs is not None:
            return self.minutes_of_pairs(ones, others)
        pairs = zip(ones.tolist(), others.tolist(), strict=True)
        return np.array([self.minutes(one, other) for one, other in pairs], dtype=np.int64)


@dataclass(frozen=True)
class Fee:
    """What is paid once a week if any of some sessions is chosen."""

    amount: Fraction
    sessions: tuple[int, ...]


def fees_of(candidates: Sequence[Candidate]) -> list[Fee]:
    """Fees of which each is paid once if any of its sessions is chosen.

    Where sessions of one price have different fees, the highest is paid: one fee for all of them,
    and on top of it the difference for those that cost more.
    """
    by_price: dict[Hashable, list[int]] = {}
    for number, one in enumerate(candidates):
        if one.fee and one.each is not None:
            key = ("alone", number) if one.fee_of is None else one.fee_of
            by_price.setdefault(key, []).append(number)
    fees = []
    for numbers in by_price.values():
        paid = Fraction(0)
        for amount in sorted({candidates[number].fee for number in numbers}):
            dearer = tuple(number for number in numbers if candidates[number].fee >= amount)
            fees.append(Fee(amount - paid, dearer))
            paid = amount
    return fees


def scaled(amount: Fraction, scale: int) -> int:
    """An amount in a fraction of a penny in which it is whole."""
    return amount.numerator * (scale // amount.denominator)


class Table:
    """A week's candidates in columns, sorted by day and time."""

    def __init__(self, week: Week) -> None:
        """Sort the candidates, leave out those that alone cost too much, and bring all to numbers.

        Args:
            week: what is planned.
        """
        self.week = week
        affordable = [n for n, one in enumerate(week.candidates) if self._affordable(one)]
        order = sorted(
            affordable,
            key=lambda n: (
                week.candidates[n].day,
                week.candidates[n].starts,
                week.candidates[n].ends,
                n,
            ),
        )
        self.numbers = order
        chosen = [week.candidates[n] for n in order]
        self.size = len(chosen)
        self.day = np.array([one.day for one in chosen], dtype=np.int64)
        self.points = np.array([one.points for one in chosen], dtype=np.float64)
        self.worth = np.array(week.wanted, dtype=np.float64)
        self.serves: Values = np.zeros((self.size, len(week.wanted)))
        for row, one in enumerate(chosen):
            if one.serves:
                self.serves[row, [*one.serves]] = 1
        self._price(chosen)
        days, firsts = np.unique(self.day, return_index=True)
        self.starts: Whole = firsts
        self.blocks = np.split(np.arange(self.size), firsts[1:]) if len(days) else []
        self.block_of: Whole = np.searchsorted(days, self.day)

    def _affordable(self, one: Candidate) -> bool:
        budget = self.week.budget
        return budget is None or (one.each is not None and one.each + one.fee <= budget)

    def _price(self, chosen: Sequence[Candidate]) -> None:
        fees = fees_of(chosen)
        known = [one.each for one in chosen if one.each is not None]
        amounts = [*known, *(fee.amount for fee in fees)]
        budget = self.week.budget
        scale = math.lcm(*{amount.denominator for amount in amounts}, 1)
        # What is not known counts as more than everything that is.
        self.unknown = unknown = sum(scaled(amount, scale) for amount in amounts) + 1
        whole = [unknown if one.each is None else scaled(one.each, scale) for one in chosen]
        most = unknown * (1 + sum(one.each is None for one in chosen))
        self.scale = scale
        self.exact: type[np.float64 | np.object_] = (
            np.float64 if most < EXACT_IN_FLOAT else np.object_
        )
        self.budget = None if budget is None else math.floor(budget * scale)
        shared = []
        for fee in fees:
            if len(fee.sessions) > 1:
                shared.append(fee)
            else:
                whole[fee.sessions[0]] += scaled(fee.amount, scale)
        self.each = self.costs(whole)
        self.fee = self.costs([scaled(fee.amount, scale) for fee in shared])
        self.pays: Whole = np.zeros((self.size, len(shared)), dtype=np.int64)
        for column, fee in enumerate(shared):
            self.pays[list(fee.sessions), column] = 1

    def without_budget(self, rows: Sequence[int]) -> "Table":
        """A table of some of the rows, in their order, for which there is no budget."""
        numbers = [self.numbers[row] for row in rows]
        lean = Table(
            replace(
                self.week,
                candidates=[self.week.candidates[number] for number in numbers],
                minutes=lambda one, other: self.week.minutes(numbers[one], numbers[other]),
                minutes_of_pairs=None,
                budget=None,
            )
        )
        kept: Flags = np.zeros(self.size, dtype=np.bool_)
        kept[rows] = True
        lean.follows = [
            can[np.ix_(kept[block], kept[block])]
            for block, can in zip(self.blocks, self.follows, strict=True)
            if kept[block].any()
        ]
        return lean

    def costs(self, whole: Sequence[int]) -> Costs:
        """Whole numbers in the form in which this table's costs are exact."""
        if self.exact is np.float64:
            return np.array(whole, dtype=np.float64)
        return np.array(whole, dtype=np.object_)

    @cached_property
    def follows(self) -> list[Flags]:
        """For each block, which of its sessions can follow which."""
        found = []
        candidates = self.week.candidates
        numbers: Whole = np.array(self.numbers, dtype=np.int64)
        starts = np.array([candidates[number].starts for number in self.numbers], dtype=np.int64)
        ends = np.array([candidates[number].ends for number in self.numbers], dtype=np.int64)
        for block in self.blocks:
            wait = starts[block][None, :] - ends[block][:, None]
            can: Flags = np.triu(wait >= self.week.gap, 1)
            ones, others = np.nonzero(can)
            if len(ones):
                way = self.week.minutes_between(numbers[block[ones]], numbers[block[others]])
                can[ones, others] = wait[ones, others] >= way
            found.append(can)
        return found

    @cached_property
    def ahead(self) -> list[list[int]]:
        """For each row, the rows that it can follow, in order."""
        found: list[list[int]] = []
        for first, can in zip(self.starts.tolist(), self.follows, strict=True):
            found += [(np.flatnonzero(column) + first).tolist() for column in can.T]
        return found

    @cached_property
    def behind(self) -> list[list[int]]:
        """For each row, the rows that can follow it, in order."""
        found: list[list[int]] = []
        for first, can in zip(self.starts.tolist(), self.follows, strict=True):
            found += [(np.flatnonzero(row) + first).tolist() for row in can]
        return found

    def value(self, rows: Sequence[int]) -> float:
        """What some sessions give together, in tenths of a point."""
        chosen = list(rows)
        served = self.serves[chosen].sum(axis=0)
        return float(self.points[chosen].sum() + (self.worth * (1 - 0.5**served)).sum())

    def cost(self, rows: Sequence[int]) -> int:
        """What some sessions cost together, in this table's fraction of a penny."""
        chosen = list(rows)
        if not chosen:
            return 0
        fees = self.fee[self.pays[chosen].any(axis=0)].sum() if len(self.fee) else 0
        return int(self.each[chosen].sum()) + int(fees)

    def days(self, rows: Sequence[int]) -> int:
        """On how many days some sessions are."""
        return len({int(self.day[row]) for row in rows})
