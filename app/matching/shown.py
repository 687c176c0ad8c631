"""One activity that is shown to a person, with everything that was judged of it within reach."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

import numpy as np
from pydantic_core import from_json

from app.matching.costs import Bill, Costed, PriceSet, Rules, costed
from app.matching.filters import SHADED, SHADED_OF_SESSIONS, Wanted
from app.matching.person import Person
from app.matching.policy import BITS
from app.matching.prices import Bills
from app.matching.ranking import Judged
from app.matching.words import Voice
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
class SessionShown:
    """One session: its times, and where it is."""

    reading: Reading
    judged: Judged
    at: int
    stated: dict[str, Any] | None

    def number(self, name: str) -> int:
        """A column's number."""
        return int(self.judged.sessions.session(name)[self.at])

    @cached_property
    def place(self) -> str:
        """`venue`, `online`, `comes_to_you`, or empty where nothing is stated."""
        return PLACE_NAMES.get(self.number("place"), "")

    @cached_property
    def venue(self) -> Mapping[str, Any] | None:
        """Its venue, if it is at one."""
        number = self.number("venue")
        return None if number == NOT_KNOWN else self.reading.venue(number)

    @cached_property
    def tenths(self) -> int | None:
        """Tenths of a mile in a straight line; None where there is no distance."""
        spot = self.reading.wanted.spot
        if spot is None or self.place != "venue":
            return None
        return int(self.judged.sessions.tenths(spot.point)[self.at])

    @cached_property
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

    @property
    def person(self) -> Person:
        """Who asks."""
        return self.reading.wanted.person

    @property
    def voice(self) -> Voice:
        """Whom the texts speak to."""
        return self.reading.voice

    @cached_property
    def stated(self) -> dict[str, Any]:
        """What the activity states besides its columns."""
        found: dict[str, Any] = from_json(self.reading.snapshot.summaries.read_statement(self.row))
        return found

    def number(self, name: str) -> int:
        """A column of the activity."""
        return int(self.reading.snapshot.activities[name][self.row])

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
        if int(self.judged.statuses.fails[self.at]) & bit:
            return "failed"
        return "ask" if int(self.judged.statuses.asks[self.at]) & bit else "met"

    def session(self, at: int) -> SessionShown:
        """One of its sessions by its place among those that were judged."""
        sessions = self.judged.sessions
        blank = sessions.blank is not None and bool(sessions.blank[at])
        number = int(sessions.rows[at]) - self.number("first_session")
        known = self.stated["sessions"]
        stated = None if blank or number >= len(known) else known[number]
        return SessionShown(self.reading, self.judged, at, stated)

    @cached_property
    def best(self) -> SessionShown:
        """The session by which it was judged."""
        return self.session(self.at)

    @cached_property
    def fitting(self) -> list[SessionShown]:
        """The sessions that serve the person as the best one does, in the order of the week."""
        judged = self.judged
        activities = judged.sessions.activities
        first = int(np.searchsorted(activities, self.row, "left"))
        last = int(np.searchsorted(activities, self.row, "right"))
        group, fails = judged.groups[self.at], judged.statuses.fails[self.at]
        found = [
            self.session(at)
            for at in range(first, last)
            if judged.groups[at] == group and judged.statuses.fails[at] == fails
        ]
        placed = [one for one in found if one.stated is not None]
        return sorted(placed, key=lambda one: (one.number("day"), one.number("starts")))

    # Money

    @cached_property
    def prices(self) -> PriceSet:
        """The prices that hold for the best session."""
        return self.reading.bills.price_set(self.best.number("price_set"))

    @cached_property
    def minutes(self) -> int | None:
        """How long the best session is."""
        starts, ends = self.best.number("starts"), self.best.number("ends")
        return None if starts == NOT_KNOWN else ends - starts

    @property
    def bill(self) -> Bill:
        """What the person would pay."""
        return self.cost.bill

    @cached_property
    def cost(self) -> Costed:
        """What it comes to."""
        reading, person = self.reading, self.person
        number, often = self.best.number("price_set"), self.judged.fits.attendances
        attendances = 1 if often is None else int(often[self.at])
        tenths = self.best.tenths
        miles = tenths if self.prices.by_mile or reading.rules.by_part else None
        key = (number, attendances, self.minutes, miles)
        if key not in reading.costs:
            bill = reading.bills.bill(number, reading.wanted.payment, person.day, tenths)
            reading.costs[key] = costed(bill, attendances, reading.rules, self.minutes, tenths)
        return reading.costs[key]
