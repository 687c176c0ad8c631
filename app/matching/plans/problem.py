"""A week to be planned, as numbers: what each session gives, costs, serves and excludes.

Values are in tenths of a point, the unit in which points are shown, and are exact: halves of halves
of whole tenths. Costs are whole multiples of a fraction of a penny in which every price is whole.
"""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
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

    def follows(self, one: int, other: int) -> bool:
        """Whether one can go to another session after one, on the same day."""
        first, second = self.candidates[one], self.candidates[other]
        return (
            first.day == second.day
            and second.starts >= first.ends + self.gap
            and second.starts >= first.ends + self.minutes(one, other)
        )


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


class Table:
    """A week's candidates in columns, sorted by day and time."""

    def __init__(self, week: Week) -> None:
        """Sort the candidates, leave out those that alone cost too much, and bring all to numbers.

        Args:
            week: what is planned.
        """
        self.week = week
        order = sorted(
            (n for n, one in enumerate(week.candidates) if self._affordable(one)),
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
            for wish in one.serves:
                self.serves[row, wish] = 1
        self._price(chosen)
        self.blocks = [np.flatnonzero(self.day == day) for day in sorted(set(self.day.tolist()))]

    def _affordable(self, one: Candidate) -> bool:
        budget = self.week.budget
        return budget is None or (one.each is not None and one.each + one.fee <= budget)

    def _price(self, chosen: Sequence[Candidate]) -> None:
        fees = fees_of(chosen)
        known = [one.each for one in chosen if one.each is not None]
        amounts = [*known, *(fee.amount for fee in fees)]
        budget = self.week.budget
        scale = math.lcm(*(amount.denominator for amount in amounts), 1)
        # What is not known counts as more than everything that is.
        self.unknown = unknown = int(sum(amounts, Fraction(0)) * scale) + 1
        whole = [unknown if one.each is None else int(one.each * scale) for one in chosen]
        most = unknown * (1 + sum(one.each is None for one in chosen))
        self.scale = scale
        self.exact: type[np.float64 | np.object_] = (
            np.float64 if most < EXACT_IN_FLOAT else np.object_
        )
        self.each = self.costs(whole)
        self.budget = None if budget is None else math.floor(budget * scale)
        shared = []
        for fee in fees:
            if len(fee.sessions) > 1:
                shared.append(fee)
            else:
                self.each[fee.sessions[0]] += int(fee.amount * scale)
        self.fee = self.costs([int(fee.amount * scale) for fee in shared])
        self.pays: Whole = np.zeros((self.size, len(shared)), dtype=np.int64)
        for column, fee in enumerate(shared):
            self.pays[list(fee.sessions), column] = 1

    def costs(self, whole: Sequence[int]) -> Costs:
        """Whole numbers in the form in which this table's costs are exact."""
        if self.exact is np.float64:
            return np.array(whole, dtype=np.float64)
        return np.array(whole, dtype=np.object_)

    @cached_property
    def follows(self) -> list[Flags]:
        """For each block, which of its sessions can follow which."""
        found = []
        for block in self.blocks:
            can: Flags = np.zeros((len(block), len(block)), dtype=np.bool_)
            starts = [self.week.candidates[self.numbers[row]].starts for row in block]
            ends = [self.week.candidates[self.numbers[row]].ends for row in block]
            for i, one in enumerate(block.tolist()):
                for j in range(i + 1, len(block)):
                    if starts[j] >= ends[i] + self.week.gap:
                        other = int(block[j])
                        can[i, j] = self.week.follows(self.numbers[one], self.numbers[other])
            found.append(can)
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
