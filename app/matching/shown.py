"""What an answer shows, column by column, with everything that was judged of it within reach."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from app.matching.answers import Criterion
from app.matching.filters import SHADED, SHADED_OF_SESSIONS
from app.matching.kept import kept
from app.matching.person import Person
from app.matching.policy import BITS
from app.matching.ranking import Judged, Outcome
from app.matching.reading import Reading
from app.matching.shares import Costed, costed
from app.matching.told import SessionTold, Told, told_of
from app.matching.words import Text, Voice
from app.search.index.bits import bit_numbers
from app.search.index.facts import NOT_KNOWN, PLACES
from app.search.index.grid import ranges

Value = Literal["yes", "partly", "no", "not_stated"]
Status = Literal["met", "ask", "failed"]
T = TypeVar("T")
KeyT = TypeVar("KeyT", bound=Hashable)
Serving = tuple[int, int, int | None]
"""A session by its place among those that were judged, by which of its activity's it is, and with
the tenths of a mile in a straight line."""

CostKey = tuple[int, int, int | None, int | None]
"""A set of prices, attendances in a week, and minutes and tenths of a mile where they matter."""

NOTHING: Mapping[str, Any] = {}

PLACE_NAMES = {number: name for name, number in PLACES.items()}


@dataclass(repr=False)
class Cells:
    """All that an answer shows by one judgement, in columns: each is read for all results at once.

    `rows` are the rows of the activities, and `at` the places of their best sessions among those
    that were judged. `known` holds the columns that were read or put together so far; they go with
    the answer. What is shown refers to its columns, and they do not refer to it: all of it is gone
    as soon as the answer is, and need not be searched for.
    """

    reading: Reading
    judged: Judged
    rows: list[int] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    known: dict[Hashable, list[Any]] = field(default_factory=dict)

    @kept
    def person(self) -> Person:
        """Who asks."""
        return self.reading.wanted.person

    @kept
    def voice(self) -> Voice:
        """Whom the texts speak to."""
        return self.reading.voice

    @kept
    def places(self) -> npt.NDArray[np.intp]:
        """The places of the best sessions: to read columns by a list would make this each time."""
        return np.array(self.at, dtype=np.intp)

    @kept
    def _at_rows(self) -> npt.NDArray[np.intp]:
        return np.array(self.rows, dtype=np.intp)

    def column(self, key: Hashable, make: Callable[[], list[T]]) -> list[T]:
        """A column by its key, put together when it is first asked for."""
        column: list[T] | None = self.known.get(key)
        if column is None:
            column = self.known[key] = make()
        return column

    @kept
    def told(self) -> list[Told]:
        """What the activities state besides their columns, and what of it is in words already."""
        snapshot, memory = self.reading.snapshot, self.reading.memory
        return [told_of(snapshot, memory, row) for row in self.rows]

    @kept
    def stated(self) -> list[Mapping[str, Any]]:
        """What the activities state besides their columns."""
        return [told.stated for told in self.told]

    @kept
    def best_stated(self) -> list[Mapping[str, Any]]:
        """What their best sessions state besides their columns; empty where nothing is stated."""
        return [
            {} if number >= len(told.sessions) or day == NOT_KNOWN else told.sessions[number].stated
            for told, number, day in zip(self.told, self.numbers, self.session("day"), strict=True)
        ]

    def activity(self, name: str) -> list[int]:
        """A column of the activities."""
        column = self.known.get(name)
        if column is None:
            whole = self.judged.sessions.snapshot.activities[name]
            column = self.known[name] = whole.take(self._at_rows).tolist()
        return column

    def session(self, name: str) -> list[int]:
        """A column of their best sessions."""
        key = "best", name
        column = self.known.get(key)
        if column is None:
            whole = self.judged.sessions.session(name)
            column = self.known[key] = whole.take(self.places).tolist()
        return column

    def value(self, scheme: str, code: str) -> list[Value]:
        """What is stated of a four-valued term in their best sessions."""
        return self.column((scheme, code), lambda: self._values(scheme, code))

    def _values(self, scheme: str, code: str) -> list[Value]:
        bit = 1 << bit_numbers(scheme)[code]
        if scheme in SHADED_OF_SESSIONS:
            columns = [self.session(name) for name in SHADED_OF_SESSIONS[scheme]]
        else:
            columns = [self.activity(name) for name in SHADED[scheme]]
        return [
            "yes" if yes & bit else "partly" if partly & bit else "no" if no & bit else "not_stated"
            for yes, partly, no in zip(*columns, strict=True)
        ]

    def note(self, scheme: str, code: str) -> list[str]:
        """What the providers say besides of a term; empty where nothing."""
        return self.column(("note", scheme, code), lambda: self._notes(f"{scheme}/{code}"))

    def _notes(self, term: str) -> list[str]:
        # A session of a venue whose address is told has notes of its own, which go first.
        return [
            str(best.get("notes", NOTHING).get(term) or stated["notes"].get(term) or "")
            for best, stated in zip(self.best_stated, self.stated, strict=True)
        ]

    def status(self, code: str) -> list[Status]:
        """How a filter ended for their best sessions."""
        return self.column(("status", code), lambda: self._statuses(code))

    def _statuses(self, code: str) -> list[Status]:
        bit = 1 << BITS[code]
        fails, asks = self._bits
        return [
            "failed" if failed & bit else "ask" if ask & bit else "met"
            for failed, ask in zip(fails, asks, strict=True)
        ]

    @kept
    def _bits(self) -> tuple[list[int], list[int]]:
        statuses = self.judged.statuses
        return statuses.fails[self.places].tolist(), statuses.asks[self.places].tolist()

    def fit(self, criterion: Criterion) -> list[int]:
        """The fit, in thousandths, that a criterion gave them."""
        return self.judged.fits.thousandths_at(criterion, self.places)

    def points(self, criterion: Criterion) -> list[int]:
        """The points, in tenths, that a criterion gave them."""
        return self.judged.fits.points_at(criterion, self.places)

    @kept
    def scores(self) -> list[int | None]:
        """Their scores; None where nothing weighted was answered."""
        score = self.judged.fits.score
        return [None] * len(self.places) if score is None else score[self.places].tolist()

    @kept
    def covered(self) -> list[int] | None:
        """How many of the chosen slots are covered; None where none was chosen."""
        covered = self.judged.fits.covered
        return None if covered is None else np.bitwise_count(covered[self.places]).tolist()

    @kept
    def tenths(self) -> list[int | None]:
        """Tenths of a mile in a straight line; None where there is no distance."""
        return self._tenths(self.places)

    def _tenths(self, places: Any) -> list[int | None]:  # noqa: ANN401 - what numpy takes.
        spot = self.reading.wanted.spot
        if spot is None:
            return [None] * len(places)
        tenths = self.judged.sessions.tenths(spot.point)[places].tolist()
        return [None if each == NOT_KNOWN else each for each in tenths]

    @kept
    def may_be_further(self) -> list[bool]:
        """Whether they are within the limit only because the place is not known exactly."""
        spot, limit = self.reading.wanted.spot, self.person.limit
        if spot is None or limit is None:
            return [False] * len(self.places)
        straight = self.judged.sessions.miles(spot.point)[self.places]
        flags: list[bool] = ((straight - spot.uncertainty <= limit) & (limit < straight)).tolist()
        return flags

    @kept
    def numbers(self) -> list[int]:
        """Which of its activity's sessions each best one is."""
        rows = self.judged.sessions.rows[self.places].tolist()
        firsts = self.activity("first_session")
        return [row - first for row, first in zip(rows, firsts, strict=True)]

    @kept
    def serving(self) -> list[list[Serving]]:
        """The sessions that serve the person as the best ones do, in the order of the week."""
        judged, sessions, places = self.judged, self.judged.sessions, self.places
        begins = np.searchsorted(sessions.starts, places, "right")
        first = sessions.starts[begins - 1]
        counts = np.append(sessions.starts, len(sessions))[begins] - first
        around, best = ranges(first, counts), np.repeat(places, counts)
        day = sessions.session("day")[around]
        fits = (judged.groups[around] == judged.groups[best]) & (day != NOT_KNOWN)
        fits &= judged.statuses.fails[around] == judged.statuses.fails[best]
        owners = np.repeat(np.arange(len(places)), counts)[fits]
        around = around[fits]
        order = np.lexsort((sessions.session("starts")[around], day[fits], owners))
        around, owners = around[order], owners[order]
        numbers = sessions.rows[around] - np.asarray(self.activity("first_session"))[owners]
        every = [*zip(around.tolist(), numbers.tolist(), self._tenths(around), strict=True)]
        ends = owners.searchsorted(np.arange(len(places)), "right").tolist()
        return [every[begin:end] for begin, end in pairwise([0, *ends])]

    # Money

    @kept
    def minutes(self) -> list[int | None]:
        """How long their best sessions are."""
        times = zip(self.session("starts"), self.session("ends"), strict=True)
        return [None if starts == NOT_KNOWN else ends - starts for starts, ends in times]

    @kept
    def attendances(self) -> list[int]:
        """How often a week one would come."""
        often = self.judged.fits.attendances
        return [1] * len(self.places) if often is None else often[self.places].tolist()

    @kept
    def cost_keys(self) -> list[CostKey]:
        """On what it depends what they come to: results with the same key cost the same."""
        rules, by_mile = self.reading.rules, self.reading.bills.by_mile
        return [
            (
                number,
                often,
                minutes if rules.by_hour else None,
                tenths if rules.by_mile or by_mile(number) else None,
            )
            for number, often, minutes, tenths in zip(
                self.session("price_set"),
                self.attendances,
                self.minutes,
                self.tenths,
                strict=True,
            )
        ]

    @kept
    def costs(self) -> list[Costed]:
        """What they come to."""
        made: dict[CostKey, Costed] = {}
        for place, key in enumerate(self.cost_keys):
            if key not in made:
                made[key] = self._costed(key[0], place)
        return [made[key] for key in self.cost_keys]

    def _costed(self, price_set: int, place: int) -> Costed:
        reading, tenths, day = self.reading, self.tenths[place], self.person.day
        bill = reading.bills.bill(price_set, reading.payment, day, tenths)
        return costed(bill, self.attendances[place], reading.rules, self.minutes[place], tenths)


@dataclass(repr=False, eq=False, slots=True)
class SessionShown:
    """One session of a result, by its place among those that were judged.

    `which` tells which of its activity's it is; `tenths` are those of a mile in a straight line.
    """

    shown: "Shown"
    at: int
    which: int
    tenths: int | None

    def number(self, name: str) -> int:
        """A column's number."""
        return int(self.judged.sessions.session(name)[self.at])

    @property
    def reading(self) -> Reading:
        """What the answer needs of the catalogue."""
        return self.shown.reading

    @property
    def judged(self) -> Judged:
        """The judgement."""
        return self.shown.judged

    @property
    def told(self) -> SessionTold | None:
        """What it states, in words; None where nothing is stated."""
        known = self.shown.told.sessions
        if self.which >= len(known) or self.number("day") == NOT_KNOWN:
            return None
        return known[self.which]

    @property
    def stated(self) -> Mapping[str, Any] | None:
        """What it states besides its columns; None where nothing is stated."""
        return self.told.stated if self.told else None

    @property
    def place(self) -> str:
        """`venue`, `online`, `comes_to_you`, or empty where nothing is stated."""
        return PLACE_NAMES.get(self.number("place"), "")

    @property
    def venue(self) -> Mapping[str, Any] | None:
        """Its venue, if it is at one."""
        number = self.number("venue")
        return None if number == NOT_KNOWN else self.reading.venue(number)

    @property
    def where(self) -> str:
        """The venue's name and town, or only the town."""
        number = self.number("venue")
        return "" if number == NOT_KNOWN else self.reading.where(number)


@dataclass(repr=False, eq=False)
class Shown:
    """An activity by its row, judged by one side's answers, in its best session.

    `at` is the place of that session among those that were judged, `place_in_list` its own place
    in the columns of all that is shown.
    """

    row: int
    at: int
    cells: Cells
    place_in_list: int

    @property
    def reading(self) -> Reading:
        """What the answer needs of the catalogue."""
        return self.cells.reading

    @property
    def judged(self) -> Judged:
        """The judgement."""
        return self.cells.judged

    @property
    def person(self) -> Person:
        """Who asks."""
        return self.cells.person

    @property
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

    @property
    def fitting(self) -> list[SessionShown]:
        """The sessions that serve the person as the best one does, in the order of the week."""
        return [SessionShown(self, *one) for one in self.cells.serving[self.place_in_list]]


Column = Iterable[bytes]
"""Pieces of JSON, one for each result; what all results have alike is repeated without end."""

Texts = Callable[[Cells], Sequence[Text]]
"""Puts one thing into words for each result."""


def each_once(keys: Sequence[KeyT], make: Callable[[KeyT], T]) -> list[T]:
    """What is made of each key, once for all that are the same."""
    made = {key: make(key) for key in dict.fromkeys(keys)}
    return [made[key] for key in keys]


def all_shown(reading: Reading, outcome: Outcome, places: Sequence[int]) -> list[Shown]:
    """What is shown of some places in an outcome, in their order."""
    cells = [Cells(reading, judged) for judged in outcome.judged]
    sides, rows, best = (
        column[places].tolist() for column in (outcome.side, outcome.activities, outcome.best)
    )
    found = []
    for side, row, at in zip(sides, rows, best, strict=True):
        own = cells[side]
        found.append(Shown(row, at, own, len(own.rows)))
        own.rows.append(row)
        own.at.append(at)
    return found
