"""What every kind of payer pays for every session, as numbers, worked out once for a catalogue."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import lcm
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from app.matching.costs import Bill, Payment, PriceSet, bill_of, read_price_set
from app.search.index.names import Numbered
from app.search.index.snapshot import Snapshot

Numbers = npt.NDArray[np.int64]
Row = tuple[int, int, int, int, int, int]

KNOWN, UNKNOWN, DEPENDS = 0, 1, 2
"""A table knows a price; nobody stated it; or the distance decides."""

MOST_PENCE = 1 << 53
"""No price is counted higher than this over its denominator: far more than any budget, and no
product of it with what it is compared with overflows."""


@dataclass(frozen=True)
class Table:
    """For each set of prices what one kind of payment comes to on the catalogue's day.

    A week with `n` attendances costs `(each * n + weekly) / over` pence. `dated` are those that
    another day may change.
    """

    state: Numbers
    each: Numbers
    weekly: Numbers
    over: Numbers
    free: Numbers
    dated: Numbers


@dataclass
class Bills:
    """The bills of a catalogue's sets of prices, for whichever kinds of payment are looked for.

    They are the catalogue's and nobody's: what they hold was stated by providers.
    """

    texts: Sequence[bytes]
    today: date
    read: list[PriceSet] = field(default_factory=list)
    known: dict[tuple[int, Payment], Bill] = field(default_factory=dict)
    tables: dict[Payment, Table] = field(default_factory=dict)

    def price_set(self, number: int) -> PriceSet:
        """A set of prices by its number."""
        while len(self.read) <= number:
            self.read.append(read_price_set(self.texts[len(self.read)]))
        return self.read[number]

    def bill(self, number: int, payment: Payment, day: date, tenths: int | None) -> Bill:
        """What a payment comes to with a set of prices, exactly."""
        prices = self.price_set(number)
        if prices.by_mile or (prices.dated and day != self.today):
            return bill_of(prices, payment, day, tenths)
        # Kinds of payment between which these prices make no difference share a bill.
        payer = payment.payer if payment.payer in prices.payers else "anyone"
        key = (number, replace(payment, payer=payer))
        if key not in self.known:
            self.known[key] = bill_of(prices, payment, day, None)
        return self.known[key]

    def table(self, payment: Payment) -> Table:
        """What a payment comes to with every set of prices."""
        count = len(self.texts)
        table = self.tables.get(payment)
        have = 0 if table is None else len(table.state)
        if table is None or have < count:
            rows = list(self._rows(payment, have, count))
            new = np.array(rows, dtype=np.int64).reshape(-1, 6).T
            old = _columns(table) if table else [np.zeros(0, dtype=np.int64)] * 6
            table = Table(*(np.concatenate(pair) for pair in zip(old, new, strict=True)))
            self.tables[payment] = table
        return table

    def _rows(self, payment: Payment, first: int, last: int) -> Iterator[Row]:
        for number in range(first, last):
            prices = self.price_set(number)
            row = numbers_of(self.bill(number, payment, self.today, None))
            if prices.by_mile and row != numbers_of(self.bill(number, payment, self.today, 0)):
                # Not even at no distance at all would it be the same.
                row = (DEPENDS, 0, 0, 1, 0)
            yield (*row, int(prices.dated))


def numbers_of(bill: Bill) -> tuple[int, int, int, int, int]:
    """A bill as a row of a table: its state, each, weekly, over, and whether it is free."""
    if not bill.known:
        return UNKNOWN, 0, 0, 1, 0
    over = lcm(bill.each.denominator, bill.weekly.denominator)
    each, weekly = int(bill.each * over), int(bill.weekly * over)
    return KNOWN, min(each, MOST_PENCE), min(weekly, MOST_PENCE), over, int(bill.free)


def _columns(table: Table) -> list[Numbers]:
    return [table.state, table.each, table.weekly, table.over, table.free, table.dated]


_bills: WeakKeyDictionary[Numbered, Bills] = WeakKeyDictionary()


def bills_of(snapshot: Snapshot) -> Bills:
    """The bills of a catalogue."""
    sets = snapshot.price_sets
    found = _bills.get(sets)
    if found is None or found.today != snapshot.today:
        found = _bills[sets] = Bills(sets.texts, snapshot.today)
    return found
