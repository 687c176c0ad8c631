"""What every kind of payer pays for sessions, as numbers, each worked out when first needed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from math import lcm
from threading import Lock
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from app.matching.costs import Bill, Payment, bill_of, numerator_over
from app.matching.kept import make_room
from app.matching.price_sets import PriceSet, read_price_set
from app.search.index.names import Numbered
from app.search.index.snapshot import Snapshot

Numbers = npt.NDArray[np.int64]
Places = npt.NDArray[np.intp]
Row = tuple[int, int, int, int, int]

KNOWN, UNKNOWN, DEPENDS, DATED_KNOWN, DATED_UNKNOWN, NOT_YET = range(6)
"""A table knows a price; nobody stated it; the distance decides; the same of the catalogue's own
day alone, where other days may have other prices; or nobody has asked yet."""

NOTHING_ASKED: Row = (NOT_YET, 0, 0, 1, 0)

MOST_PENCE = 1 << 53
"""No price is counted higher than this over its denominator: far more than any budget, and no
product of it with what it is compared with overflows."""

MOST_READ = 2_000
"""So many sets of prices are kept as they were read, before half are forgotten."""

MOST_MADE = 12_000
"""So many bills are kept, with what they come to, before half are forgotten."""

NOT_READ, PLAIN, BY_MILE, DATED = 0, 1, 2, 4
"""What is known of a set of prices without reading it again: flags."""


class Table:
    """For each set of prices what one kind of payment comes to on the catalogue's day.

    Of a nation's sets many come to the same: `places` says for each which column of `sums` that is.
    The rows of `sums` are the entries of a `Row`: a week with `n` attendances costs
    `(each * n + weekly) / over` pence.
    """

    def __init__(self, count: int) -> None:
        """A table of which nothing was asked yet."""
        self.places: npt.NDArray[np.int32] = np.zeros(count, dtype=np.int32)
        self.sums: Numbers = np.array([NOTHING_ASKED], dtype=np.int64).T
        self._numbers = {NOTHING_ASKED: 0}

    def make_room(self, count: int) -> None:
        """Have room for so many sets of prices, at least."""
        if len(self.places) >= count:
            return
        places = np.zeros(count, dtype=np.int32)
        places[: len(self.places)] = self.places
        self.places = places

    def put(self, number: int, row: Row) -> None:
        """Note what a set of prices comes to; its place last, so that nobody reads half of it."""
        place = self._numbers.setdefault(row, len(self._numbers))
        if place >= self.sums.shape[1]:
            self.sums = np.concatenate([self.sums, np.zeros_like(self.sums)], axis=1)
        self.sums[:, place] = row
        self.places[number] = place


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
    noting: Lock = field(default_factory=Lock)

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

    def sums(self, payment: Payment, wanted: npt.NDArray[np.integer]) -> tuple[Numbers, Places]:
        """What a payment comes to with some sets of prices.

        Returns:
            The sums of a table, and the place of each set's among them.
        """
        table, count = self.tables.setdefault(payment, Table(0)), len(self.texts)
        if len(table.places) < count:
            with self.noting:
                table.make_room(count + count // 4)
        places = table.places.take(wanted)
        missing = places == 0
        if missing.any():
            # It takes long where many are missing, so that others need not wait for all of it.
            for number in np.unique(wanted[missing]).tolist():
                row = self._row(number, payment)
                with self.noting:
                    table.put(number, row)
            places = table.places.take(wanted)
        # What the places stand for was there before them.
        return table.sums, places.astype(np.intp)

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
