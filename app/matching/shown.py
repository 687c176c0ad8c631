"""One activity that is shown to a person, with everything that was judged of it within reach."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Literal, TypeVar

import numpy as np

from app.matching.answers import Criterion
from app.matching.costs import Bill, Costed, Payment, Rules, costed
from app.matching.filters import SHADED, SHADED_OF_SESSIONS, Wanted
from app.matching.kept import kept
from app.matching.person import Person
from app.matching.policy import BITS
from app.matching.price_sets import PriceSet
from app.matching.prices import Bills
from app.matching.ranking import Judged, Outcome
from app.matching.told import Memory, SessionTold, Told, memory_of, told_of, venue_of
from app.matching.words import Text, Voice
from app.parameters import Language
from app.search.index.bits import bit_numbers
from app.search.index.facts import NOT_KNOWN, PLACES
from app.search.index.snapshot import Snapshot

Value = Literal["yes", "partly", "no", "not_stated"]
Status = Literal["met", "ask", "failed"]
T = TypeVar("T")
CostKey = tuple[int, int, int | None, int | None]
"""A set of prices, attendances in a week, minutes, and tenths of a mile where they matter."""

Telling = Callable[["Shown"], Text]
PLACE_NAMES = {number: name for name, number in PLACES.items()}


@dataclass(repr=False)
class Reading:
    """What one answer needs of the catalogue, and what it has worked out so far.

    `said` holds what results share of which the same is stated; all of it goes with the answer.
    """

    snapshot: Snapshot
    wanted: Wanted
    rules: Rules
    bills: Bills
    voice: Voice
    lang: Language
    said: dict[Hashable, Any] = field(default_factory=dict)

    @kept
    def memory(self) -> Memory:
        """What is remembered of the catalogue."""
        return memory_of(self.snapshot)

    @kept
    def payment(self) -> Payment:
        """What decides which prices hold."""
        return self.wanted.payment

    def venue(self, number: int) -> Mapping[str, Any]:
        """A venue as lists show it."""
        return venue_of(self.snapshot, self.memory, number)

    def once(self, key: Hashable, make: Callable[[], T]) -> T:
        """What is the same for every result with the same key."""
        found: T | None = self.said.get(key)
        if found is None:
            found = self.said[key] = make()
        return found


@dataclass(repr=False)
class Cells:
    """Columns of everything that one list shows, read together: for many rows at a time."""

    judged: Judged
    rows: list[int]
    places: list[int]
    known: dict[str, list[Any]] = field(default_factory=dict)

    def activity(self, name: str) -> list[int]:
        """A column of the activities."""
        column = self.known.get(name)
        if column is None:
            whole = self.judged.sessions.snapshot.activities[name]
            column = self.known[name] = whole[self.rows].tolist()
        return column

    def session(self, name: str) -> list[int]:
        """A column of their best sessions."""
        key = f"best {name}"
        column = self.known.get(key)
        if column is None:
            whole = self.judged.sessions.session(name)
            column = self.known[key] = whole[self.places].tolist()
        return column

    def value(self, scheme: str, code: str) -> list[Value]:
        """What is stated of a four-valued term in their best sessions."""
        key = f"{scheme}/{code}"
        values = self.known.get(key)
        if values is None:
            bit = bit_numbers(scheme)[code]
            if scheme in SHADED_OF_SESSIONS:
                columns = [self.session(name) for name in SHADED_OF_SESSIONS[scheme]]
            else:
                columns = [self.activity(name) for name in SHADED[scheme]]
            values = self.known[key] = [
                "yes"
                if yes >> bit & 1
                else "partly"
                if partly >> bit & 1
                else "no"
                if no >> bit & 1
                else "not_stated"
                for yes, partly, no in zip(*columns, strict=True)
            ]
        return values

    def status(self, code: str) -> list[Status]:
        """How a filter ended for their best sessions."""
        key = f"status {code}"
        statuses = self.known.get(key)
        if statuses is None:
            bit = BITS[code]
            fails, asks = self._bits
            statuses = self.known[key] = [
                "failed" if failed >> bit & 1 else "ask" if ask >> bit & 1 else "met"
                for failed, ask in zip(fails, asks, strict=True)
            ]
        return statuses

    @kept
    def _bits(self) -> tuple[list[int], list[int]]:
        statuses = self.judged.statuses
        return statuses.fails[self.places].tolist(), statuses.asks[self.places].tolist()

    def fit(self, criterion: Criterion) -> list[tuple[float, float]]:
        """The fit and the points that a criterion gave them."""
        key = f"fit {criterion}"
        found = self.known.get(key)
        if found is None:
            fits = self.judged.fits
            shares = fits.fits[criterion][self.places].tolist()
            points = fits.points[criterion][self.places].tolist()
            found = self.known[key] = [
                (round(share + 1e-9, 3), tenths / 10)
                for share, tenths in zip(shares, points, strict=True)
            ]
        return found

    @kept
    def scores(self) -> list[int | None]:
        """Their scores; None where nothing weighted was answered."""
        score = self.judged.fits.score
        return [None] * len(self.places) if score is None else score[self.places].tolist()

    @kept
    def attendances(self) -> list[int]:
        """How often a week one would come."""
        often = self.judged.fits.attendances
        return [1] * len(self.places) if often is None else often[self.places].tolist()

    @kept
    def own(self) -> list[tuple[int, int]]:
        """Where their sessions begin and end among those that were judged."""
        starts, count = self.judged.sessions.starts, len(self.judged.sessions)
        numbers = np.searchsorted(starts, self.places, "right")
        ends = np.append(starts, count)[numbers]
        return [*zip(starts[numbers - 1].tolist(), ends.tolist(), strict=True)]


@dataclass(repr=False, eq=False)
class SessionShown:
    """One session: its times, and where it is."""

    reading: Reading
    judged: Judged
    at: int
    told: SessionTold | None

    def number(self, name: str) -> int:
        """A column's number."""
        return int(self.judged.sessions.session(name)[self.at])

    @property
    def stated(self) -> Mapping[str, Any] | None:
        """What it states besides its columns; None where nothing is stated."""
        return self.told.stated if self.told else None

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
        if spot is None:
            return None
        tenths = int(self.judged.sessions.tenths(spot.point)[self.at])
        return None if tenths == NOT_KNOWN else tenths

    @kept
    def where(self) -> str:
        """The venue's name and town, or only the town."""
        venue = self.venue
        if venue is None:
            return ""
        return f"{venue['name']}, {venue['town']}" if venue["name"] else str(venue["town"])


@dataclass(repr=False, eq=False)
class Shown:
    """An activity by its row, judged by one side's answers, in its best session."""

    reading: Reading
    judged: Judged
    row: int
    at: int
    cells: Cells
    place_in_list: int

    @kept
    def person(self) -> Person:
        """Who asks."""
        return self.reading.wanted.person

    @kept
    def voice(self) -> Voice:
        """Whom the texts speak to."""
        return self.reading.voice

    @kept
    def told(self) -> Told:
        """What the activity states besides its columns, and what of it is in words already."""
        return told_of(self.reading.snapshot, self.reading.memory, self.row)

    @property
    def stated(self) -> Mapping[str, Any]:
        """What the activity states besides its columns."""
        return self.told.stated

    def number(self, name: str) -> int:
        """A column of the activity."""
        return self.cells.activity(name)[self.place_in_list]

    def of_best(self, name: str) -> int:
        """A column of its best session."""
        return self.cells.session(name)[self.place_in_list]

    def has(self, column: str, scheme: str, code: str) -> bool:
        """Whether a column of the activity has the bit of a term."""
        return bool(self.number(column) >> bit_numbers(scheme)[code] & 1)

    def value(self, scheme: str, code: str) -> Value:
        """What is stated of a four-valued term, in the best session."""
        return self.cells.value(scheme, code)[self.place_in_list]

    def note(self, scheme: str, code: str) -> str:
        """What the provider says besides of a term; empty where nothing."""
        key = f"{scheme}/{code}"
        notes = self.stated["notes"]
        own = (self.best.stated or {}).get("notes", {})
        return str(own.get(key) or notes.get(key) or "")

    def status(self, code: str) -> Status:
        """How a filter ended."""
        return self.cells.status(code)[self.place_in_list]

    def session(self, at: int) -> SessionShown:
        """One of its sessions by its place among those that were judged."""
        sessions = self.judged.sessions
        blank = sessions.blank is not None and bool(sessions.blank[at])
        number = int(sessions.rows[at]) - self.number("first_session")
        known = self.told.sessions
        told = None if blank or number >= len(known) else known[number]
        return SessionShown(self.reading, self.judged, at, told)

    @kept
    def best(self) -> SessionShown:
        """The session by which it was judged."""
        return self.session(self.at)

    @kept
    def fitting(self) -> list[SessionShown]:
        """The sessions that serve the person as the best one does, in the order of the week."""
        first, last = self.cells.own[self.place_in_list]
        if last - first == 1:
            return [self.best] if self.best.told else []
        judged = self.judged
        groups = judged.groups[first:last].tolist()
        fails = judged.statuses.fails[first:last].tolist()
        own = self.at - first
        found = [
            self.best if number == own else self.session(first + number)
            for number in range(last - first)
            if groups[number] == groups[own] and fails[number] == fails[own]
        ]
        placed = [one for one in found if one.told]
        return sorted(placed, key=lambda one: (one.number("day"), one.number("starts")))

    # Money

    @kept
    def prices(self) -> PriceSet:
        """The prices that hold for the best session."""
        return self.reading.bills.price_set(self.of_best("price_set"))

    @kept
    def minutes(self) -> int | None:
        """How long the best session is."""
        starts, ends = self.of_best("starts"), self.of_best("ends")
        return None if starts == NOT_KNOWN else ends - starts

    @property
    def bill(self) -> Bill:
        """What the person would pay."""
        return self.cost.bill

    @kept
    def cost_key(self) -> CostKey:
        """What it depends on what it comes to: results with the same key cost the same."""
        tenths = self.best.tenths
        miles = tenths if self.prices.by_mile or self.reading.rules.by_part else None
        often = self.cells.attendances[self.place_in_list]
        return self.of_best("price_set"), often, self.minutes, miles

    @kept
    def cost(self) -> Costed:
        """What it comes to."""
        return self.reading.once(("costed", self.cost_key), self._costed)

    def _costed(self) -> Costed:
        reading, tenths = self.reading, self.best.tenths
        number, often, minutes, _ = self.cost_key
        bill = reading.bills.bill(number, reading.payment, self.person.day, tenths)
        return costed(bill, often, reading.rules, minutes, tenths)


def shared_by(facts: Callable[[Shown], Hashable]) -> Callable[[Telling], Telling]:
    """Put a text together once for all results of one answer of which the same facts hold."""

    def shared(make: Telling) -> Telling:
        name = make.__name__

        @wraps(make)
        def known(shown: Shown) -> Text:
            said, key = shown.reading.said, (name, facts(shown))
            text: Text | None = said.get(key)
            if text is None:
                text = said[key] = make(shown)
            return text

        return known

    return shared


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
