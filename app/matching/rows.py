"""The sessions that are judged for a person, with their columns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from app.geo.distance import Point
from app.matching.kept import kept
from app.search.index.facts import AT_VENUE, BLANK, NOT_KNOWN
from app.search.index.grid import ranges
from app.search.index.snapshot import Snapshot

Array = npt.NDArray[Any]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

NOTHING_STATED: Mapping[str, int] = {
    "place": BLANK,
    "venue": NOT_KNOWN,
    "access": 0,
    "access_partly": 0,
    "access_no": 0,
    "day": NOT_KNOWN,
    "slots": 0,
    "inside": 0,
    "inside_wider": 0,
    "starts": NOT_KNOWN,
    "ends": NOT_KNOWN,
}
"""What the columns of a session hold where nothing is stated."""

OF_THE_ACTIVITY: Mapping[str, str] = {
    "mode": "support_mode",
    "mode_partly": "support_mode_partly",
    "mode_no": "support_mode_no",
    "capacity": "own_capacity",
    "capacity_day": "own_capacity_day",
    "price_set": "own_price_set",
}
"""What a session without anything stated has from its activity."""


@dataclass(repr=False)
class Sessions:
    """Sessions in the order of their activities: each activity's stand together.

    `rows` are their rows, `activities` the rows of their activities. `blank` says of which nothing
    is stated, because all that was stated is over. Where they are some of others, `whole` are those
    and `places` where these stand among them: what is known of those is not read again.
    """

    snapshot: Snapshot
    rows: npt.NDArray[np.int32]
    activities: npt.NDArray[np.int32]
    blank: Flags | None
    whole: "Sessions | None" = None
    places: npt.NDArray[np.intp] | None = None
    known: dict[str, Array] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.rows)

    @kept
    def starts(self) -> npt.NDArray[np.intp]:
        """Where each activity begins."""
        return beginnings(self.activities)

    def _column(self, key: str, make: Callable[[], Array]) -> Array:
        """A column by its key: known, or known of the whole, or made."""
        column = self.known.get(key)
        if column is None:
            of_all = self.whole.known.get(key) if self.whole else None
            places = self.places
            column = make() if of_all is None or places is None else of_all.take(places)
            self.known[key] = column
        return column

    def session(self, name: str) -> Array:
        """A column of sessions."""
        return self._column(name, lambda: self._read(name))

    def _read(self, name: str) -> Array:
        column: Array = self.snapshot.sessions[name].take(self._at_rows)
        if self.blank is not None:
            if name in NOTHING_STATED:
                column[self.blank] = NOTHING_STATED[name]
            elif name in OF_THE_ACTIVITY:
                own = self.snapshot.activities[OF_THE_ACTIVITY[name]]
                column[self.blank] = own[self.activities[self.blank]].astype(column.dtype)
        return column

    @kept
    def _at_rows(self) -> npt.NDArray[np.intp]:
        # Numbers of this kind are what columns are read by twice as fast.
        return self.rows.astype(np.intp)

    def activity(self, name: str) -> Array:
        """A column of activities, for each session."""
        return self._column(f"activity {name}", lambda: self.spread(self.once(name)))

    def once(self, name: str) -> Array:
        """A column of activities, for each activity once."""
        key = f"once {name}"
        if key not in self.known:
            self.known[key] = self.snapshot.activities[name].take(self._rows_once)
        return self.known[key]

    @kept
    def _rows_once(self) -> npt.NDArray[np.intp]:
        return self.activities[self.starts].astype(np.intp)

    @kept
    def owners(self) -> npt.NDArray[np.intp]:
        """For each session the place of its activity among those of these sessions."""
        next_one = np.zeros(len(self.rows), dtype=np.intp)
        next_one[self.starts[1:]] = 1
        return next_one.cumsum()

    def varied(self, values: Array) -> Flags:
        """For each activity, whether its sessions differ in something."""
        varied = np.zeros(len(self.starts), dtype=np.bool_)
        differs = values[1:] != values[:-1]
        differs[self.starts[1:] - 1] = False
        varied[self.owners[1:].compress(differs)] = True
        return varied

    def spread(self, values: Array) -> Array:
        """What holds for each activity, for each of its sessions."""
        if len(values) == len(self.rows):
            return values
        return values.take(self.owners)

    @property
    def at_venue(self) -> Flags:
        """Which are at a venue."""
        flags: Flags = self.session("place") == AT_VENUE
        return flags

    def miles(self, point: Point) -> npt.NDArray[np.float64]:
        """Straight miles from a point; infinite for those at no venue."""
        return self._column("miles", lambda: self._miles(point))

    def _miles(self, point: Point) -> npt.NDArray[np.float64]:
        at_venue, venues = self.at_venue, self.session("venue")
        if not len(venues):
            return np.zeros(0, dtype=np.float64)
        # Sessions at one venue mostly stand together: the way there is measured once.
        first = np.ones(len(venues), dtype=np.bool_)
        first[1:] = venues[1:] != venues[:-1]
        miles = self.snapshot.miles_to(point, venues.compress(first))
        return np.where(at_venue, miles.take(first.cumsum() - 1), np.inf)

    def tenths(self, point: Point) -> Numbers:
        """Straight miles in tenths, half up, as they are shown; NOT_KNOWN at no venue."""
        return self._column("tenths", lambda: self._tenths(point))

    def _tenths(self, point: Point) -> Numbers:
        at_venue = self.at_venue
        miles = np.where(at_venue, self.miles(point), 0.0)
        shown = np.floor(miles * 10 + 0.5).astype(np.int64)
        return np.where(at_venue, shown, NOT_KNOWN)

    def at(self, places: npt.NDArray[np.intp]) -> "Sessions":
        """The sessions at some places among these, in the order of their activities."""
        return Sessions(
            self.snapshot,
            self.rows.take(places),
            self.activities.take(places),
            None if self.blank is None else self.blank[places],
            self,
            places,
        )


def beginnings(activities: npt.NDArray[np.int32]) -> npt.NDArray[np.intp]:
    """Where each activity begins in a list in which each one's entries stand together."""
    first = np.ones(len(activities), dtype=np.bool_)
    first[1:] = activities[1:] != activities[:-1]
    return np.flatnonzero(first)


def sessions_of(snapshot: Snapshot, activities: npt.NDArray[np.integer], day: date) -> Sessions:
    """The sessions of some activities that have not ended by a day.

    An activity of which none is left has one, of which nothing is stated.

    Args:
        snapshot: the catalogue.
        activities: rows, in ascending order.
        day: the day to look from.
    """
    columns = snapshot.activities
    counts = columns["sessions"][activities]
    rows = ranges(columns["first_session"][activities], counts)
    owners = np.repeat(activities.astype(np.int32), counts)
    blank: Flags | None = None
    if day > snapshot.today:
        over = snapshot.sessions["last_day"][rows] < day.toordinal()
        if over.any():
            starts = beginnings(owners)
            left = np.add.reduceat((~over).astype(np.int64), starts) if len(rows) else starts
            first = np.zeros(len(rows), dtype=np.bool_)
            first[starts[left == 0]] = True
            keep = ~over | first
            rows, owners = rows[keep], owners[keep]
            blank = first[keep]
    return Sessions(snapshot, rows, owners, blank)
