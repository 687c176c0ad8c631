"""What a whole plan costs in a week, and who pays what: exact until the last step."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from app.catalogue.pricing import half_up
from app.matching.costs import Item, item_of, shared, weekly_share
from app.matching.plans.candidates import Choice, fee_key
from app.matching.price_sets import Part, PriceOf
from app.matching.shares import Columns, Rules, split

Ceiling = Fraction | Literal["none", "unknown"]


@dataclass(frozen=True)
class PlanCost:
    """A week's cost. `columns` and `exact` are None where a price is not known."""

    columns: Columns | None
    exact: Fraction | None
    unknown: tuple[str, ...]
    """The parts whose price is not known."""

    once: Fraction
    """What is paid once in a year besides."""


def cost_of_plan(choices: Sequence[Choice], rules: Rules) -> PlanCost:
    """What some sessions cost in a week in which one comes to each of them once.

    Each part of each activity's price falls into columns by the rule for the part; a ceiling
    counts for as often as one comes. What is paid once for an activity is counted once.
    """
    unknown = tuple(dict.fromkeys(part for one in choices for part in one.bill.unknown))
    fees = _once(choices)
    if unknown:
        return PlanCost(None, None, unknown, fees)
    sums = [Fraction(0)] * 3
    for paid in _paid(choices):
        amount = paid.amount
        for column, part in enumerate(split(paid.part, amount, rules, paid.ceiling(rules))):
            sums[column] += part
    columns = Columns(half_up(sums[0]), half_up(sums[1]), half_up(sums[2]))
    return PlanCost(columns, sum(sums, Fraction(0)), (), fees)


def _once(choices: Sequence[Choice]) -> Fraction:
    """Fees that are paid once in a year, once for each activity."""
    by_activity: dict[int, Fraction] = {}
    for one in choices:
        known = by_activity.get(one.shown.row, Fraction(0))
        by_activity[one.shown.row] = max(known, one.bill.once)
    return sum(by_activity.values(), Fraction(0))


@dataclass
class _Paid:
    """One part of one activity's price, and the sessions for which it is paid."""

    part: str
    sessions: list[tuple[Choice, Item]]

    @property
    def amount(self) -> Fraction:
        """Exact pence for the week."""
        each = sum((i.each or Fraction(0) for _, i in self.sessions if not shared(i)), Fraction(0))
        return each + max(
            (weekly_share(item) for _, item in self.sessions if shared(item)), default=Fraction(0)
        )

    def ceiling(self, rules: Rules) -> Ceiling:
        """What a direct payment pays of it at most in the week."""
        rule = rules.by_part.get(self.part)
        if rule is None or rule.ceiling_pence is None or rule.ceiling_unit is None:
            return "none"
        if rule.ceiling_unit == "once":
            return "unknown"
        like = Part(
            self.part, rule.ceiling_unit, rule.ceiling_pence, chosen=False, ratio=None, adds=False
        )
        each, weekly = Fraction(0), Fraction(0)
        for choice, _ in self.sessions:
            price = PriceOf("anyone", choice.bill.weeks, None, None, None, (like,))
            minutes = choice.ends - choice.starts
            most = item_of(like, price, minutes, choice.session.tenths)
            if most.each is None:
                return "unknown"
            each += most.each
            weekly = max(weekly, most.weekly)
        return each + weekly


def _paid(choices: Sequence[Choice]) -> list[_Paid]:
    """Every part that is paid, with those of one price of an activity put together."""
    found: dict[tuple[object, ...], _Paid] = {}
    for choice in choices:
        price = tuple((item.part, item.unit, item.pence) for item in choice.bill.counted)
        for place, item in enumerate(choice.bill.counted):
            # What is paid once is known by itself, whatever else a session costs.
            key = (
                (fee_key(choice), item.part, item.unit, item.pence)
                if shared(item)
                else (choice.shown.row, price, place)
            )
            found.setdefault(key, _Paid(item.part, [])).sessions.append((choice, item))
    return [*found.values()]
