"""Who pays which share of a bill, and what that comes to, in whole pence.

It is told in three columns: from the direct payment, out of one's own money, and what the council
has to be asked about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Literal

from app.catalogue.documents.councils import PaymentRule
from app.catalogue.pricing import WEEKS_PER_YEAR
from app.matching.costs import Bill, Item, item_of, numerator_over
from app.matching.kept import kept, make_room
from app.matching.price_sets import Part, PriceOf
from app.parameters import Language
from app.vocabulary.terms import vocabulary

Pays = Literal["yes", "no", "if_in_plan", "ask"]
Paying = Literal["council_rules", "own_money", "to_ask"]
"""By whose rule a part falls into a column: the council's for each part, or all of it in one."""


DIRECT_PAYMENT, OWN_MONEY, TO_ASK = range(3)
COLUMNS: Mapping[Pays, int] = {"yes": DIRECT_PAYMENT, "no": OWN_MONEY}


MOST_SUMS = 8
"""So many sums are kept with a bill, before half are forgotten."""


@dataclass(frozen=True)
class Rules:
    """Who pays for which part: `paying` for all, or for each what the council says."""

    paying: Paying
    by_part: Mapping[str, PaymentRule]

    @kept
    def by_hour(self) -> bool:
        """Whether the length of a session may decide who pays."""
        return any(rule.ceiling_unit == "hour" for rule in self.by_part.values())

    @kept
    def by_mile(self) -> bool:
        """Whether the distance may decide who pays."""
        return any(rule.ceiling_unit == "mile" for rule in self.by_part.values())

    def pays(self, part: str) -> Pays:
        """Whether a direct payment pays for a part; the vocabulary where the council is silent."""
        rule = self.by_part.get(part)
        if rule is not None:
            return rule.pays
        return _pays_mostly(part)

    @kept
    def divided(self) -> frozenset[str]:
        """The parts that a ceiling may divide between columns."""
        return frozenset(
            part
            for part, rule in self.by_part.items()
            if rule.ceiling_pence is not None and rule.ceiling_unit is not None
        )

    def column(self, part: str) -> int:
        """Into which column a part falls as a whole, where no ceiling divides it."""
        if self.paying != "council_rules":
            return OWN_MONEY if self.paying == "own_money" else TO_ASK
        return COLUMNS.get(self.pays(part), TO_ASK)


@cache
def _pays_mostly(part: str) -> Pays:
    return vocabulary().term("price_part", part).direct_payment_pays or "ask"


@dataclass(frozen=True)
class Columns:
    """Whole pence by who pays; the total is their sum."""

    direct_payment: int
    own_money: int
    to_ask: int

    @kept
    def total(self) -> int:
        """All of it."""
        return self.direct_payment + self.own_money + self.to_ask


@dataclass(frozen=True)
class Costed:
    """What a bill comes to. The blocks are None where something that counts is not known."""

    bill: Bill
    attendances: int
    per_attendance: Columns | None
    per_week: Columns | None
    per_year: int | None

    @kept
    def free(self) -> bool:
        """Whether a week and a year are known to cost nothing."""
        return self.per_week is not None and not self.per_week.total and not self.per_year

    @kept
    def told(self) -> dict[tuple[str | None, Language], bytes]:
        """How it is told: a memory of `bills.cost_json`."""
        return {}


def costed(
    bill: Bill, attendances: int, rules: Rules, minutes: int | None, tenths: int | None
) -> Costed:
    """What a bill comes to for an attendance, a week and a year.

    Args:
        bill: what the person pays.
        attendances: in a week, at least 1.
        rules: by whose rule each part falls into a column.
        minutes: the length of the session, for ceilings by the hour.
        tenths: tenths of a mile in a straight line, for ceilings by the mile.
    """
    if not rules.divided.isdisjoint(bill.parts):
        return _costed(bill, attendances, rules, minutes, tenths)
    key = (attendances, *map(rules.column, bill.parts))
    found: Costed | None = bill.sums.get(key)
    if found is None:
        make_room(bill.sums, MOST_SUMS)
        found = bill.sums[key] = _costed(bill, attendances, rules, minutes, tenths)
    return found


def _costed(
    bill: Bill, attendances: int, rules: Rules, minutes: int | None, tenths: int | None
) -> Costed:
    if not bill.known:
        return Costed(bill, attendances, None, None, None)
    # What one attendance comes to is a week's share, in every column.
    week: list[int | Fraction] = [0, 0, 0]
    for part in bill.wholes:
        amount = part.each * attendances + part.weekly
        ceiling = _ceiling(part.item, bill, rules, minutes, tenths, attendances)
        if ceiling == "none":
            week[rules.column(part.item.part)] += amount
            continue
        shares = split(part.item.part, Fraction(amount, bill.over), rules, ceiling)
        for column, share in enumerate(shares):
            week[column] += share * bill.over
    return Costed(
        bill,
        attendances,
        _rounded(week, bill.over * attendances),
        _rounded(week, bill.over),
        _half_up(_year(bill, attendances), bill.over),
    )


def _rounded(sums: Sequence[int | Fraction], over: int) -> Columns:
    """Sums over a denominator in whole pence, half up."""
    return Columns(*[_half_up(each, over) for each in sums])


def _half_up(amount: int | Fraction, over: int) -> int:
    """An amount over a denominator in whole pence, half a penny up."""
    return int((2 * amount + over) // (2 * over))


def _year(bill: Bill, attendances: int) -> int:
    """Pence for a year of weeks, over the bill's denominator; a course is paid for once."""
    weeks = bill.weeks or WEEKS_PER_YEAR
    total = numerator_over(bill.once, bill.over)
    for part in bill.wholes:
        if part.yearly is not None:
            total += part.yearly
        else:
            total += (part.each * attendances + part.weekly) * weeks
    return total


def _ceiling(  # noqa: PLR0913, PLR0917 - each is one thing that a ceiling depends on.
    item: Item,
    bill: Bill,
    rules: Rules,
    minutes: int | None,
    tenths: int | None,
    attendances: int,
) -> Fraction | Literal["none", "unknown"]:
    """What a direct payment pays of a part at most in a week."""
    rule = rules.by_part.get(item.part)
    if rule is None or rule.ceiling_pence is None or rule.ceiling_unit is None:
        return "none"
    like = Part(
        item.part, rule.ceiling_unit, rule.ceiling_pence, chosen=False, ratio=None, adds=False
    )
    price = PriceOf("anyone", bill.weeks, None, None, None, (like,))
    most = item_of(like, price, minutes, tenths)
    if most.each is None or rule.ceiling_unit == "once":
        return "unknown"
    return most.each * attendances + most.weekly


def split(
    part: str, amount: Fraction, rules: Rules, ceiling: Fraction | Literal["none", "unknown"]
) -> tuple[Fraction, Fraction, Fraction]:
    """An amount in three: from the direct payment, own money, to be asked about."""
    nothing = Fraction(0)
    if rules.paying == "own_money":
        return nothing, amount, nothing
    if rules.paying == "to_ask":
        return nothing, nothing, amount
    pays = rules.pays(part)
    if pays == "no":
        return nothing, amount, nothing
    if isinstance(ceiling, Fraction):
        within = min(amount, ceiling)
    elif ceiling == "none":
        within = amount
    else:
        return nothing, nothing, amount
    rest = amount - within
    return (within, rest, nothing) if pays == "yes" else (nothing, rest, within)


def rules_for(funding: str | None, rules: Sequence[PaymentRule]) -> Rules:
    """By whose rule the parts fall into columns, for a way of paying and a council's rules."""
    if funding == "self_funded":
        return Rules("own_money", {})
    if funding in {None, "not_sure", "council_arranged"}:
        return Rules("to_ask", {})
    return Rules("council_rules", {rule.part: rule for rule in rules})
