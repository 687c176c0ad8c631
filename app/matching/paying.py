"""What each session costs a person, as numbers beside the sessions."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from app.matching.costs import Payment
from app.matching.kept import kept
from app.matching.prices import (
    DATED_KNOWN,
    DATED_UNKNOWN,
    DEPENDS,
    KNOWN,
    Row,
    Table,
    bills_of,
    numbers_of,
)
from app.matching.reach import Spot
from app.matching.rows import Flags, Numbers, Sessions


@dataclass(frozen=True, repr=False)
class Paid:
    """What each session costs: `(each * n + weekly) / over` pence for a week of `n` attendances.

    `numbers` are those of the sets of prices in a table, and `state` what that knows of each;
    `single` are the places of sessions whose price the table cannot tell, and `rows` what each of
    these comes to.
    """

    table: Table
    numbers: npt.NDArray[np.intp]
    state: npt.NDArray[np.int8]
    single: npt.NDArray[np.intp]
    rows: Numbers

    @kept
    def known(self) -> Flags:
        """Whether a price is known."""
        known: Flags = (self.state == KNOWN) | (self.state == DATED_KNOWN)
        if len(self.single):
            known[self.single] = self.rows[:, 0] == KNOWN
        return known

    @kept
    def each(self) -> Numbers:
        """What is paid for every attendance."""
        return self._column(self.table.each, 1)

    @kept
    def weekly(self) -> Numbers:
        """What is paid for every week."""
        return self._column(self.table.weekly, 2)

    @kept
    def over(self) -> Numbers:
        """By what both are divided."""
        return self._column(self.table.over, 3).astype(np.int64)

    @kept
    def free(self) -> Flags:
        """Whether nothing is paid."""
        return self._column(self.table.free, 4).astype(np.bool_) & self.known

    def _column(self, column: npt.NDArray[Any], number: int) -> npt.NDArray[Any]:
        found: npt.NDArray[Any] = column.take(self.numbers)
        if len(self.single):
            found[self.single] = self.rows[:, number]
        return found

    def within(self, numerator: int, denominator: int) -> Flags:
        """Whether a week with one attendance costs at most `numerator / denominator` pence."""
        # Each product stays below the largest number; see MOST_PENCE.
        least: Flags = (self.each + self.weekly) * denominator <= self.over * numerator
        return self.known & least


def paid(sessions: Sessions, payment: Payment, day: date, spot: Spot | None) -> Paid:
    """What each session costs with one kind of payment on a day."""
    bills = bills_of(sessions.snapshot)
    numbers = sessions.session("price_set").astype(np.intp)
    table = bills.table(payment, numbers)
    state = table.state.take(numbers)
    depends = state == DEPENDS
    if day != bills.today:
        depends |= (state == DATED_KNOWN) | (state == DATED_UNKNOWN)
    single = depends.nonzero()[0]
    rows = np.zeros((len(single), 5), dtype=np.int64)
    if len(single):
        tenths = sessions.tenths(spot.point)[single] if spot else np.full(len(single), -1)
        found: dict[tuple[int, int], Row] = {}
        keys = [*zip(numbers[single].tolist(), tenths.tolist(), strict=True)]
        for number, far in dict.fromkeys(keys):
            bill = bills.bill(number, payment, day, far if far >= 0 else None)
            found[number, far] = numbers_of(bill)
        rows[:] = [found[key] for key in keys]
    return Paid(table, numbers, state, single, rows)
