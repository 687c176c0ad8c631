"""What each session costs a person, as numbers beside the sessions."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from app.matching.costs import Payment
from app.matching.prices import (
    DATED_KNOWN,
    DATED_UNKNOWN,
    DEPENDS,
    KNOWN,
    bills_of,
    numbers_of,
)
from app.matching.reach import Spot
from app.matching.rows import Flags, Numbers, Sessions


@dataclass(frozen=True, repr=False)
class Paid:
    """What each session costs: `(each * n + weekly) / over` pence for a week of `n` attendances."""

    known: Flags
    each: Numbers
    weekly: Numbers
    over: Numbers
    free: Flags

    def within(self, numerator: int, denominator: int) -> Flags:
        """Whether a week with one attendance costs at most `numerator / denominator` pence."""
        # Each product stays below the largest number; see MOST_PENCE.
        least: Flags = (self.each + self.weekly) * denominator <= self.over * numerator
        return self.known & least


def paid(sessions: Sessions, payment: Payment, day: date, spot: Spot | None) -> Paid:
    """What each session costs with one kind of payment on a day."""
    bills = bills_of(sessions.snapshot)
    numbers = sessions.session("price_set")
    table = bills.table(payment, numbers)
    state, each = table.state[numbers], table.each[numbers]
    weekly, over = table.weekly[numbers], table.over[numbers].astype(np.int64)
    free = table.free[numbers]
    single = state == DEPENDS
    if day != bills.today:
        single |= (state == DATED_KNOWN) | (state == DATED_UNKNOWN)
    if single.any():
        tenths = sessions.tenths(spot.point) if spot else np.full(len(sessions), -1)
        found: dict[tuple[int, int], tuple[int, int, int, int, int]] = {}
        for place in np.flatnonzero(single).tolist():
            key = int(numbers[place]), int(tenths[place])
            if key not in found:
                far = key[1] if key[1] >= 0 else None
                found[key] = numbers_of(bills.bill(key[0], payment, day, far))
            state[place], each[place], weekly[place], over[place], free[place] = found[key]
    known = (state == KNOWN) | (state == DATED_KNOWN)
    return Paid(known, each, weekly, over, free & known)
