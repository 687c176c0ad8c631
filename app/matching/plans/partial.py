"""Partial plans side by side: what they give and cost, and which of them make others needless."""

from dataclasses import dataclass

import numpy as np

from app.matching.plans.problem import Costs, Flags, Values, Whole

ROUNDING = 1e-3
"""Shares of fees are rounded; costs are whole."""


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


@dataclass(frozen=True)
class Front:
    """The most that can be had for a cost: both rise from one to the next."""

    cost: Values
    value: Values

    def within(self, money: Values) -> Values:
        """What can be had for some money at most; what cannot be had at all is worth nothing."""
        place = np.searchsorted(self.cost, money + ROUNDING, side="right") - 1
        found: Values = np.where(place >= 0, self.value[place], -np.inf)
        return found


def front_of(cost: Values, value: Values) -> Front:
    """The front of all that can be had."""
    order = np.lexsort((-value, cost))
    cost, value = cost[order], value[order]
    highest = np.maximum.accumulate(value)
    better = np.append(True, value[1:] > highest[:-1])
    return Front(cost[better], value[better])


def sums(one: Front, other: Front) -> Front:
    """The front of all that can be had of two together."""
    return front_of(
        np.add.outer(one.cost, other.cost).ravel(), np.add.outer(one.value, other.value).ravel()
    )


@dataclass(frozen=True)
class View:
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


def fees_among(which: Flags, fee: Costs) -> Costs | int:
    """What some fees come to, for each plan."""
    return which @ fee if len(fee) else 0


def numbers_to(count: int) -> Whole:
    """The numbers from 0, as many."""
    found: Whole = np.arange(count, dtype=np.int64)
    return found
