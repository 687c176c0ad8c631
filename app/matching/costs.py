"""What an activity would cost one person: exact fractions inside, whole pence out.

What is not known is named and never guessed. Who pays which share is told in `shares.py`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Any, NamedTuple

from app.catalogue.pricing import WEEKS_PER_YEAR
from app.matching.kept import kept
from app.matching.person import Payer, Ratio
from app.matching.price_sets import Part, PriceOf, PriceSet

ROAD_TENTHS = 13
"""Miles by road to ten miles in a straight line."""


NOTHING = Fraction(0)


class Payment(NamedTuple):
    """What decides which prices hold for a person, and which parts of them count."""

    payer: Payer = "anyone"
    ratio: Ratio | None = None
    pick_up: bool = False


class Item(NamedTuple):
    """One part of what a person pays, in exact pence; None where it is not known.

    `each` is paid for every attendance, `weekly` for every week whatever the attendances, `once`
    once in a year, `yearly` in a year instead of week by week, where a year is known as a whole.
    """

    part: str
    unit: str
    pence: int | None
    each: Fraction | None
    weekly: Fraction = NOTHING
    once: Fraction = NOTHING
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
        return _total(item.each for item in self.counted)

    @kept
    def weekly(self) -> Fraction:
        """What is paid for every week, whatever the attendances."""
        return _total(item.weekly for item in self.counted)

    @kept
    def once(self) -> Fraction:
        """What is paid once in a year."""
        return _total(item.once for item in self.counted)

    @kept
    def one_week(self) -> Fraction:
        """A week with one attendance."""
        return self.each + self.weekly

    @kept
    def week(self) -> "WeekOfVisits":
        """What visits in one week come to: what each costs, and what is paid once for all."""
        alone = [item for item in self.counted if not shared(item)]
        together = [item for item in self.counted if shared(item)]
        each = _total(item.each for item in alone)
        fee = _total(map(weekly_share, together))
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
                each=numerator_over(item.each or NOTHING, self.over),
                weekly=numerator_over(item.weekly, self.over),
                yearly=None if item.yearly is None else numerator_over(item.yearly, self.over),
            )
            for item in self.counted
        )

    @property
    def free(self) -> bool:
        """Whether nothing at all is paid."""
        return self.known and not (self.each or self.weekly or self.once)

    @kept
    def parts(self) -> tuple[str, ...]:
        """The parts that count."""
        return tuple(item.part for item in self.counted)

    @kept
    def sums(self) -> dict[tuple[int, ...], Any]:
        """What it comes to by attendances and by the columns of its parts: a memory of `costed`."""
        return {}


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


def numerator_over(amount: Fraction, over: int) -> int:
    """The numerator of an amount over a denominator that its own one divides."""
    return amount.numerator * (over // amount.denominator)


def _total(amounts: Iterable[Fraction | None]) -> Fraction:
    """The sum of those that are known; most are nothing, and to add fractions takes long."""
    some = [amount for amount in amounts if amount]
    return sum(some[1:], some[0]) if some else NOTHING


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
    if len(bills) == 1:
        return bills[0]
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
    unit, pence = part.unit, part.pence
    if pence is None:
        return Item(part.part, unit, None, None)
    if pence and unit == "mile":
        # How far somebody goes is nobody's business, and is not remembered.
        miles = None if tenths is None else Fraction(tenths * ROAD_TENTHS, 100)
        return Item(part.part, unit, pence, None if miles is None else pence * 2 * miles)
    return Item(
        part.part, unit, pence, *_amounts(unit, pence, price.weeks, price.sessions, minutes)
    )


Amounts = tuple[Fraction | None, Fraction, Fraction, Fraction | None]
"""What an `Item` has for each attendance, weekly, once and yearly."""


@lru_cache(maxsize=10_000)
def _amounts(
    unit: str, pence: int, weeks: int | None, sessions: int | None, minutes: int | None
) -> Amounts:
    """Many prices are alike, and to work with fractions takes longer than to find them."""
    amount = Fraction(pence)
    if not pence:
        return NOTHING, NOTHING, NOTHING, None
    if unit == "once":
        return NOTHING, NOTHING, amount, None
    if unit == "week":
        return NOTHING, amount, NOTHING, None
    if unit == "month":
        return NOTHING, amount * Fraction(12, weeks or WEEKS_PER_YEAR), NOTHING, amount * 12
    course = amount if unit == "course" else None
    return _each(unit, amount, sessions, minutes), NOTHING, NOTHING, course


def _each(
    unit: str, amount: Fraction, sessions: int | None, minutes: int | None
) -> Fraction | None:
    if unit == "hour":
        return None if minutes is None else amount * Fraction(minutes, 60)
    if unit in {"course", "term"}:
        return amount / sessions if sessions else None
    return amount * 2 if unit == "journey" else amount
