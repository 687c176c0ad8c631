"""What an activity would cost one person: exact fractions inside, whole pence out.

What is not known is named and never guessed. Who pays is told in three columns: from the direct
payment, out of one's own money, and what the council has to be asked about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from math import lcm
from typing import Literal

from app.catalogue.documents.councils import PaymentRule
from app.catalogue.pricing import WEEKS_PER_YEAR
from app.matching.kept import kept
from app.matching.person import Payer, Ratio
from app.matching.price_sets import Part, PriceOf, PriceSet
from app.vocabulary.terms import vocabulary

ROAD_TENTHS = 13
"""Miles by road to ten miles in a straight line."""

Pays = Literal["yes", "no", "if_in_plan", "ask"]
Paying = Literal["council_rules", "own_money", "to_ask"]
"""By whose rule a part falls into a column: the council's for each part, or all of it in one."""


@dataclass(frozen=True)
class Payment:
    """What decides which prices hold for a person, and which parts of them count."""

    payer: Payer = "anyone"
    ratio: Ratio | None = None
    pick_up: bool = False


@dataclass(frozen=True)
class Item:
    """One part of what a person pays, in exact pence; None where it is not known.

    `each` is paid for every attendance, `weekly` for every week whatever the attendances, `once`
    once in a year, `yearly` in a year instead of week by week, where a year is known as a whole.
    """

    part: str
    unit: str
    pence: int | None
    each: Fraction | None
    weekly: Fraction = Fraction(0)
    once: Fraction = Fraction(0)
    yearly: Fraction | None = None

    def per_attendance(self, attendances: int) -> Fraction | None:
        """Exact pence for one attendance."""
        return None if self.each is None else self.each + self.weekly / attendances

    def per_week(self, attendances: int) -> Fraction | None:
        """Exact pence for a week."""
        return None if self.each is None else self.each * attendances + self.weekly


SHARED_UNITS = frozenset({"week", "month", "term", "course"})
"""Prices that are paid once, to however many sessions one comes."""


def shared(item: Item) -> bool:
    """Whether a part of a price is paid once, to however many sessions one comes."""
    return item.unit in SHARED_UNITS


def weekly_share(item: Item) -> Fraction:
    """What such a part comes to in a week: of a course or term, the share of one session."""
    return item.weekly + (item.each or Fraction(0))


@dataclass(frozen=True)
class Bill:
    """A price as one person pays it: what counts, what may be chosen besides, what is not known."""

    counted: tuple[Item, ...]
    optional: tuple[Item, ...]
    unknown: tuple[str, ...]
    weeks: int | None = None

    @property
    def known(self) -> bool:
        """Whether all that counts is known."""
        return not self.unknown

    @kept
    def each(self) -> Fraction:
        """What is paid for every attendance."""
        return sum((item.each or Fraction(0) for item in self.counted), Fraction(0))

    @kept
    def weekly(self) -> Fraction:
        """What is paid for every week, whatever the attendances."""
        return sum((item.weekly for item in self.counted), Fraction(0))

    @kept
    def once(self) -> Fraction:
        """What is paid once in a year."""
        return sum((item.once for item in self.counted), Fraction(0))

    @kept
    def one_week(self) -> Fraction:
        """A week with one attendance."""
        return self.each + self.weekly

    @kept
    def week(self) -> "WeekOfVisits":
        """What visits in one week come to: what each costs, and what is paid once for all."""
        alone = [item for item in self.counted if not shared(item)]
        together = [item for item in self.counted if shared(item)]
        each = sum((item.each or NOTHING for item in alone), NOTHING)
        fee = sum((weekly_share(item) for item in together), NOTHING)
        parts = tuple((item.part, item.unit, item.pence) for item in together)
        return WeekOfVisits(each if self.known else None, fee if self.known else NOTHING, parts)

    @kept
    def over(self) -> int:
        """A denominator that all that counts can be told with in whole numbers."""
        amounts = [
            amount
            for item in self.counted
            for amount in (item.each, item.weekly, item.once, item.yearly)
            if amount is not None
        ]
        return lcm(*(amount.denominator for amount in amounts))

    @kept
    def wholes(self) -> tuple["Wholes", ...]:
        """What counts in whole numbers over `over`; only for a bill that is known."""
        return tuple(
            Wholes(
                item=item,
                each=_times(item.each or NOTHING, self.over),
                weekly=_times(item.weekly, self.over),
                yearly=None if item.yearly is None else _times(item.yearly, self.over),
            )
            for item in self.counted
        )

    @property
    def free(self) -> bool:
        """Whether nothing at all is paid."""
        return self.known and not (self.each or self.weekly or self.once)


@dataclass(frozen=True, slots=True)
class WeekOfVisits:
    """Exact pence for each visit, None where not known, and once for all visits of a week.

    `parts` are those of the price that are paid once for all.
    """

    each: Fraction | None
    fee: Fraction
    parts: tuple[tuple[str, str, int | None], ...]


@dataclass(frozen=True, slots=True)
class Wholes:
    """A part in whole numbers over the denominator of its bill, which add up faster."""

    item: Item
    each: int
    weekly: int
    yearly: int | None


NOTHING = Fraction(0)


def _times(amount: Fraction, over: int) -> int:
    return amount.numerator * (over // amount.denominator)


NOTHING_STATED = Bill((), (), ("support",))
"""No price is stated that holds for the person."""


def bill_of(prices: PriceSet, payment: Payment, day: date, straight_tenths: int | None) -> Bill:
    """What a person would pay: by the cheapest price that holds for them and for the session.

    Prices for their kind of payer go before those for anyone, what is known before what is not.

    Args:
        prices: those that hold for the session.
        payment: what decides which parts count.
        day: prices that are not valid on it do not count.
        straight_tenths: tenths of a mile in a straight line; None where there is no distance.
    """
    valid = [price for price in prices.prices if price.holds(day)]
    own = [price for price in valid if price.payer == payment.payer]
    rest = [price for price in valid if price.payer == "anyone"]
    bills = [_bill(price, prices, payment, straight_tenths) for price in own or rest]
    if not bills:
        return NOTHING_STATED
    return min(bills, key=lambda bill: (len(bill.unknown), bill.one_week, bill.once))


def _bill(price: PriceOf, prices: PriceSet, payment: Payment, tenths: int | None) -> Bill:
    counted, optional, unknown = _parts(price, prices, payment)
    items = [item_of(part, price, prices.minutes, tenths) for part in counted]
    unknown += [item.part for item in items if item.each is None]
    required = [part for part in counted if not part.chosen]
    if not required or all(part.unit == "once" and part.pence for part in required):
        # A membership fee alone says nothing of what coming costs.
        unknown.append("support")
    extras = tuple(item_of(part, price, prices.minutes, tenths) for part in optional)
    return Bill(tuple(items), extras, tuple(dict.fromkeys(unknown)), price.weeks)


def _parts(
    price: PriceOf, prices: PriceSet, payment: Payment
) -> tuple[list[Part], list[Part], list[str]]:
    """The parts that count, those that may be chosen, and what ought to count and is not stated."""
    plain = [part for part in price.parts if part.ratio is None]
    special = [part for part in price.parts if part.ratio and part.ratio == payment.ratio]
    unknown: list[str] = []
    if payment.ratio and not special and prices.ratio != payment.ratio:
        unknown.append("enhanced_support")
    replaced = any(not part.adds for part in special)
    counted, optional = [*special], []
    for part in plain:
        asked = payment.pick_up and part.part == "transport"
        if part.chosen and not asked:
            optional.append(part)
        elif not (replaced and part.part == "support"):
            counted.append(part)
    if payment.pick_up and not any(part.part == "transport" for part in counted):
        unknown.append("transport")
    return counted, optional, unknown


def item_of(part: Part, price: PriceOf, minutes: int | None, tenths: int | None) -> Item:
    """One part in exact pence, by its unit.

    An hour counts as the session is long; a week and a month are shared by the attendances; a
    course and a term by their sessions; a journey is made twice, and so is each mile by road.
    """
    pence = part.pence
    if pence is None:
        return Item(part.part, part.unit, None, None)
    amount = Fraction(pence)
    if pence == 0:
        return Item(part.part, part.unit, pence, amount)
    if part.unit == "once":
        return Item(part.part, part.unit, pence, Fraction(0), once=amount)
    if part.unit == "week":
        return Item(part.part, part.unit, pence, Fraction(0), weekly=amount)
    if part.unit == "month":
        share = amount * Fraction(12, price.weeks or WEEKS_PER_YEAR)
        return Item(part.part, part.unit, pence, Fraction(0), weekly=share, yearly=amount * 12)
    each = _each(part.unit, amount, price.sessions, minutes, tenths)
    course = amount if part.unit == "course" else None
    return Item(part.part, part.unit, pence, each, yearly=course)


def _each(
    unit: str, amount: Fraction, sessions: int | None, minutes: int | None, tenths: int | None
) -> Fraction | None:
    if unit == "hour":
        return None if minutes is None else amount * Fraction(minutes, 60)
    if unit in {"course", "term"}:
        return amount / sessions if sessions else None
    if unit == "journey":
        return amount * 2
    if unit == "mile":
        return None if tenths is None else amount * 2 * Fraction(tenths * ROAD_TENTHS, 100)
    return amount


DIRECT_PAYMENT, OWN_MONEY, TO_ASK = range(3)
COLUMNS: Mapping[Pays, int] = {"yes": DIRECT_PAYMENT, "no": OWN_MONEY}


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

    @property
    def free(self) -> bool:
        """Whether a week and a year are known to cost nothing."""
        return self.per_week is not None and not self.per_week.total and not self.per_year


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
    total = _times(bill.once, bill.over)
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
