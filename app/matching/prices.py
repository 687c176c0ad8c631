"""What every kind of payer pays for sessions, as numbers, each worked out when first needed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from math import lcm
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from app.matching.costs import Bill, Payment, bill_of, numerator_over
from app.matching.kept import make_room
from app.matching.price_sets import PriceSet, read_price_set
from app.search.index.names import Numbered
from app.search.index.snapshot import Snapshot

Numbers = npt.NDArray[np.int64]
Row = tuple[int, int, int, int, int]

KNOWN, UNKNOWN, DEPENDS, DATED_KNOWN, DATED_UNKNOWN, NOT_YET = range(6)
"""A table knows a price; nobody stated it; the distance decides; the same of the catalogue's own
day alone, where other days may have other prices; or nobody has asked yet."""

MOST_PENCE = 1 << 53
"""No price is counted higher than this over its denominator: far more than any budget, and no
product of it with what it is compared with overflows."""

MOST_READ = 2_000
"""So many sets of prices are kept as they were read, before half are forgotten."""

MOST_MADE = 12_000
"""So many bills are kept, with what they come to, before half are forgotten."""

NOT_READ, PLAIN, BY_MILE, DATED = 0, 1, 2, 4
"""What is known of a set of prices without reading it again: flags."""


@dataclass(frozen=True)
class Table:
    """For each set of prices what one kind of payment comes to on the catalogue's day.

    A week with `n` attendances costs `(each * n + weekly) / over` pence.
    """

    state: npt.NDArray[np.int8]
    each: Numbers
    weekly: Numbers
    over: npt.NDArray[np.int32]
    free: npt.NDArray[np.bool_]

    @classmethod
    def of_size(cls, count: int) -> "Table":
        """A table of which nothing was asked yet."""
        return cls(
            np.full(count, NOT_YET, dtype=np.int8),
            np.zeros(count, dtype=np.int64),
            np.zeros(count, dtype=np.int64),
            np.ones(count, dtype=np.int32),
            np.zeros(count, dtype=np.bool_),
        )

    def put(self, number: int, row: Row) -> None:
        """Note what a set of prices comes to; the state last, so that nobody reads half of it."""
        state, self.each[number], self.weekly[number], self.over[number], free = row
        self.free[number] = bool(free)
        self.state[number] = state


@dataclass
class Bills:
    """The bills of a catalogue's sets of prices, for whichever kinds of payment are looked for.

    They are the catalogue's and nobody's: what they hold was stated by providers.
    """

    texts: Sequence[bytes]
    today: date
    read: dict[int, PriceSet] = field(default_factory=dict)
    kinds: bytearray = field(default_factory=bytearray)
    made: dict[tuple[int, Payment], Bill] = field(default_factory=dict)
    tables: dict[Payment, Table] = field(default_factory=dict)

    def price_set(self, number: int) -> PriceSet:
        """A set of prices by its number."""
        found = self.read.get(number)
        if found is None:
            make_room(self.read, MOST_READ)
            found = self.read[number] = read_price_set(self.texts[number])
        return found

    def by_mile(self, number: int) -> bool:
        """Whether the distance may decide what a set of prices comes to."""
        return bool(self._kind(number) & BY_MILE)

    def _kind(self, number: int) -> int:
        kinds = self.kinds
        if number >= len(kinds):
            kinds.extend(bytes(len(self.texts) - len(kinds)))
        if kinds[number] == NOT_READ:
            prices = self.price_set(number)
            by_mile, dated = BY_MILE * prices.by_mile, DATED * prices.dated
            kinds[number] = PLAIN | by_mile | dated
        return kinds[number]

    def bill(self, number: int, payment: Payment, day: date, tenths: int | None) -> Bill:
        """What a payment comes to with a set of prices, exactly."""
        kind = self._kind(number)
        if kind & BY_MILE or (kind & DATED and day != self.today):
            return bill_of(self.price_set(number), payment, day, tenths)
        found = self.made.get((number, payment))
        if found is None:
            make_room(self.made, MOST_MADE)
            found = bill_of(self.price_set(number), payment, day, tenths)
            self.made[number, payment] = found
        return found

    def table(self, payment: Payment, wanted: npt.NDArray[np.integer]) -> Table:
        """What a payment comes to with some sets of prices; of others nothing may be known yet."""
        count = len(self.texts)
        table = self.tables.get(payment)
        if table is None or len(table.state) < count:
            grown = Table.of_size(count + count // 4)
            if table is not None:
                have = len(table.state)
                for old, new in zip(vars(table).values(), vars(grown).values(), strict=True):
                    new[:have] = old
            table = self.tables[payment] = grown
        missing = table.state.take(wanted) == NOT_YET
        if missing.any():
            for number in np.unique(wanted[missing]).tolist():
                table.put(number, self._row(number, payment))
        return table

    def _row(self, number: int, payment: Payment) -> Row:
        prices = self.price_set(number)
        row = numbers_of(bill_of(prices, payment, self.today, None))
        if prices.by_mile and row != numbers_of(bill_of(prices, payment, self.today, 0)):
            # Not even at no distance at all would it be the same.
            return DEPENDS, 0, 0, 1, 0
        if prices.dated:
            return (DATED_KNOWN if row[0] == KNOWN else DATED_UNKNOWN, *row[1:])
        return row


def numbers_of(bill: Bill) -> Row:
    """A bill as a row of a table: its state, each, weekly, over, and whether it is free."""
    if not bill.known:
        return UNKNOWN, 0, 0, 1, 0
    over = lcm(bill.each.denominator, bill.weekly.denominator)
    each, weekly = numerator_over(bill.each, over), numerator_over(bill.weekly, over)
    return KNOWN, min(each, MOST_PENCE), min(weekly, MOST_PENCE), over, int(bill.free)


_bills: WeakKeyDictionary[Numbered, Bills] = WeakKeyDictionary()


def bills_of(snapshot: Snapshot) -> Bills:
    """The bills of a catalogue; they stay while it changes, since texts keep their numbers."""
    sets = snapshot.price_sets
    found = _bills.get(sets)
    if found is None or found.today != snapshot.today:
        found = _bills[sets] = Bills(sets.texts, snapshot.today)
    return found
