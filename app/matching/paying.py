"""What each session costs a person, as numbers beside the sessions."""

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from app.matching.costs import Payment
from app.matching.kept import kept
from app.matching.prices import (
    DATED_KNOWN,
    DATED_UNKNOWN,
    DEPENDS,
    KNOWN,
    Places,
    Row,
    bills_of,
    numbers_of,
)
from app.matching.reach import Spot
from app.matching.rows import Flags, Numbers, Sessions


@dataclass(frozen=True, repr=False)
class Paid:
    """What each session costs: `(each * n + weekly) / over` pence for a week of `n` attendances.

    `sums` are those of a table, `places` where each session's stand in it, and `state` what is
    known of each; `single` are the numbers of sessions whose price the table cannot tell, and
    `rows` what each of these comes to.
    """

    sums: Numbers
    places: Places
    state: Numbers
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
        return self._column(1)

    @kept
    def weekly(self) -> Numbers:
        """What is paid for every week."""
        return self._column(2)

    @kept
    def over(self) -> Numbers:
        """By what both are divided."""
        return self._column(3)

    @kept
    def free(self) -> Flags:
        """Whether nothing is paid."""
        nothing: Flags = self._column(4) != 0
        return nothing & self.known

    def _column(self, number: int) -> Numbers:
        found: Numbers = self.sums[number].take(self.places)
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
    sums, places = bills.sums(payment, numbers)
    state = sums[0].take(places)
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
    return Paid(sums, places, state, single, rows)
