"""One activity that is shown to a person, with everything that was judged of it within reach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from pydantic_core import from_json

from app.matching.costs import Bill, Costed, PriceSet, Rules, bill_of, costed
from app.matching.filters import SHADED, SHADED_OF_SESSIONS, Wanted
from app.matching.kept import kept
from app.matching.person import Person
from app.matching.policy import BITS
from app.matching.prices import Bills
from app.matching.ranking import Judged, Outcome
from app.matching.words import Text, Voice
from app.parameters import Language
from app.search.index.bits import bit_numbers
from app.search.index.facts import NOT_KNOWN, PLACES
from app.search.index.snapshot import Snapshot

Value = Literal["yes", "partly", "no", "not_stated"]
PLACE_NAMES = {number: name for name, number in PLACES.items()}


@dataclass(repr=False)
class Reading:
    """What one answer needs of the catalogue: the texts that were read are read once."""

    snapshot: Snapshot
    wanted: Wanted
    rules: Rules
    bills: Bills
    voice: Voice
    lang: Language
    venues: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    costs: dict[tuple[int, int, int | None, int | None], Costed] = field(default_factory=dict)

    def venue(self, number: int) -> Mapping[str, Any]:
        """A venue as lists show it."""
        if number not in self.venues:
            self.venues[number] = from_json(self.snapshot.venues[number])
        return self.venues[number]


@dataclass(repr=False)
class Cells:
    """Columns of everything that one list shows, read together: for many rows at a time."""

    judged: Judged
    rows: list[int]
    places: list[int]
    known: dict[str, list[int]] = field(default_factory=dict)

    def activity(self, name: str, number: int) -> int:
        """A column of the activity that stands at a place of the list."""
        column = self.known.get(name)
        if column is None:
            whole = self.judged.sessions.snapshot.activities[name]
            column = self.known[name] = whole[self.rows].tolist()
        return column[number]

    def session(self, name: str, number: int) -> int:
        """A column of its best session."""
        key = f"best {name}"
        column = self.known.get(key)
        if column is None:
            whole = self.judged.sessions.session(name)
            column = self.known[key] = whole[self.places].tolist()
        return column[number]

    def bits(self, name: str, number: int) -> int:
        """The bits of its best session that failed, or have to be asked about."""
        column = self.known.get(name)
        if column is None:
            whole = getattr(self.judged.statuses, name)
            column = self.known[name] = whole[self.places].tolist()
        return column[number]


@dataclass(repr=False)
class SessionShown:
    """One session: its times, and where it is."""

    reading: Reading
    judged: Judged
    at: int
    stated: dict[str, Any] | None
    cells: Cells | None = None
    place_in_list: int = 0

    def number(self, name: str) -> int:
        """A column's number."""
        if self.cells is not None:
            return self.cells.session(name, self.place_in_list)
        return int(self.judged.sessions.session(name)[self.at])

    @kept
    def place(self) -> str:
        """`venue`, `online`, `comes_to_you`, or empty where nothing is stated."""
        return PLACE_NAMES.get(self.number("place"), "")

    @kept
    def venue(self) -> Mapping[str, Any] | None:
        """Its venue, if it is at one."""
        number = self.number("venue")
        return None if number == NOT_KNOWN else self.reading.venue(number)

    @kept
    def tenths(self) -> int | None:
        """Tenths of a mile in a straight line; None where there is no distance."""
        spot = self.reading.wanted.spot
        if spot is None or self.place != "venue":
            return None
        return int(self.judged.sessions.tenths(spot.point)[self.at])

    @kept
    def where(self) -> str:
        """The venue's name and town, or only the town."""
        venue = self.venue
        if venue is None:
            return ""
        return f"{venue['name']}, {venue['town']}" if venue["name"] else str(venue["town"])


@dataclass(repr=False)
class Shown:
    """An activity by its row, judged by one side's answers, in its best session."""

    reading: Reading
    judged: Judged
    row: int
    at: int
    cells: Cells
    place_in_list: int
    musts: dict[str, Text] = field(default_factory=dict)
    words: dict[str, Text] = field(default_factory=dict)

    @property
    def person(self) -> Person:
        """Who asks."""
        return self.reading.wanted.person

    @property
    def voice(self) -> Voice:
        """Whom the texts speak to."""
        return self.reading.voice

    @kept
    def stated(self) -> dict[str, Any]:
        """What the activity states besides its columns."""
        found: dict[str, Any] = from_json(self.reading.snapshot.summaries.read_statement(self.row))
        return found

    def number(self, name: str) -> int:
        """A column of the activity."""
        return self.cells.activity(name, self.place_in_list)

    def has(self, column: str, scheme: str, code: str) -> bool:
        """Whether a column of the activity has the bit of a term."""
        return bool(self.number(column) >> bit_numbers(scheme)[code] & 1)

    def value(self, scheme: str, code: str) -> Value:
        """What is stated of a four-valued term, in the best session."""
        bit = bit_numbers(scheme)[code]
        if scheme in SHADED_OF_SESSIONS:
            columns = [self.best.number(name) for name in SHADED_OF_SESSIONS[scheme]]
        else:
            columns = [self.number(name) for name in SHADED[scheme]]
        shades: tuple[Value, ...] = ("yes", "partly", "no")
        for column, shade in zip(columns, shades, strict=True):
            if column >> bit & 1:
                return shade
        return "not_stated"

    def note(self, scheme: str, code: str) -> str:
        """What the provider says besides of a term; empty where nothing."""
        key = f"{scheme}/{code}"
        notes = self.stated["notes"]
        own = (self.best.stated or {}).get("notes", {})
        return str(own.get(key) or notes.get(key) or "")

    def status(self, code: str) -> Literal["met", "ask", "failed"]:
        """How a filter ended."""
        bit = 1 << BITS[code]
        if self.cells.bits("fails", self.place_in_list) & bit:
            return "failed"
        return "ask" if self.cells.bits("asks", self.place_in_list) & bit else "met"

    def session(self, at: int) -> SessionShown:
        """One of its sessions by its place among those that were judged."""
        sessions = self.judged.sessions
        blank = sessions.blank is not None and bool(sessions.blank[at])
        number = int(sessions.rows[at]) - self.number("first_session")
        known = self.stated["sessions"]
        stated = None if blank or number >= len(known) else known[number]
        return SessionShown(self.reading, self.judged, at, stated)

    @kept
    def best(self) -> SessionShown:
        """The session by which it was judged."""
        session = self.session(self.at)
        session.cells, session.place_in_list = self.cells, self.place_in_list
        return session

    @kept
    def fitting(self) -> list[SessionShown]:
        """The sessions that serve the person as the best one does, in the order of the week."""
        judged = self.judged
        activities = judged.sessions.activities
        first = int(np.searchsorted(activities, self.row, "left"))
        last = int(np.searchsorted(activities, self.row, "right"))
        group, fails = judged.groups[self.at], judged.statuses.fails[self.at]
        found = [
            self.best if at == self.at else self.session(at)
            for at in range(first, last)
            if judged.groups[at] == group and judged.statuses.fails[at] == fails
        ]
        placed = [one for one in found if one.stated is not None]
        return sorted(placed, key=lambda one: (one.number("day"), one.number("starts")))

    # Money

    @kept
    def prices(self) -> PriceSet:
        """The prices that hold for the best session."""
        return self.reading.bills.price_set(self.best.number("price_set"))

    @kept
    def minutes(self) -> int | None:
        """How long the best session is."""
        starts, ends = self.best.number("starts"), self.best.number("ends")
        return None if starts == NOT_KNOWN else ends - starts

    @property
    def bill(self) -> Bill:
        """What the person would pay."""
        return self.cost.bill

    @kept
    def cost(self) -> Costed:
        """What it comes to."""
        reading = self.reading
        number, often = self.best.number("price_set"), self.judged.fits.attendances
        attendances = 1 if often is None else int(often[self.at])
        tenths = self.best.tenths
        miles = tenths if self.prices.by_mile or reading.rules.by_part else None
        key = (number, attendances, self.minutes, miles)
        if key not in reading.costs:
            reading.costs[key] = self._costed(attendances, tenths)
        return reading.costs[key]

    def _costed(self, attendances: int, tenths: int | None) -> Costed:
        reading, person = self.reading, self.person
        bill = bill_of(self.prices, reading.wanted.payment, person.day, tenths)
        return costed(bill, attendances, reading.rules, self.minutes, tenths)


def all_shown(reading: Reading, outcome: Outcome, places: Sequence[int]) -> list[Shown]:
    """What a list shows, in its order."""
    found = []
    sides: dict[int, Cells] = {}
    for place in places:
        side, row, at = (
            int(column[place]) for column in (outcome.side, outcome.activities, outcome.best)
        )
        judged = outcome.judged[side]
        cells = sides.setdefault(side, Cells(judged, [], []))
        found.append(Shown(reading, judged, row, at, cells, len(cells.rows)))
        cells.rows.append(row)
        cells.places.append(at)
    return found
