"""One state of the catalogue in memory. A request takes it once; it is never altered."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt

from app.catalogue.documents import CouncilDocument, VenueDocument
from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.public import activity_summary
from app.catalogue.rows import sort_name
from app.geo.areas import Areas
from app.search.index.areas import AreaSets, Whereabouts
from app.search.index.columns import ACTIVITY_TYPES, SESSION_TYPES, Columns
from app.search.index.facts import (
    NOT_KNOWN,
    Indexable,
    activity_facts,
    session_facts,
    slug_number,
    still_to_come,
    text_fields,
)
from app.search.index.grid import Rows
from app.search.index.ground import Ground, Stretch
from app.search.index.growing import GrowingList, InOrder
from app.search.index.names import Names, Numbered
from app.search.index.stated import statement
from app.search.index.summaries import LANGUAGES, Summaries, ready_made, venue_json
from app.search.text.postings import Fields, TextIndex

Flags = npt.NDArray[np.bool_]
Ranks = npt.NDArray[np.float64]
SortKey = bytes
"""A sort name and an id with the lowest byte between them: they compare as the pair would."""

MOST_REMEMBERED = 2_000
"""So many places are remembered with a snapshot before all are forgotten."""

CHUNK = 2_000
"""How many activities are taken in at a time when all are."""


@dataclass(frozen=True)
class Ids:
    """The settled rows by the lower halves of their activities' ids, which are chosen at random."""

    lows: npt.NDArray[np.uint64]
    rows: Rows

    @classmethod
    def of(cls, lows: npt.NDArray[np.uint64]) -> "Ids":
        """The rows of some ids."""
        order = np.argsort(lows, kind="stable").astype(np.int32)
        return cls(lows[order], order)

    def rows_of(self, low: int) -> list[int]:
        """The rows of those whose lower half is this, ascending."""
        wanted = np.uint64(low)
        first, last = (
            np.searchsorted(self.lows, wanted),
            np.searchsorted(self.lows, wanted, "right"),
        )
        found: list[int] = self.rows[first:last].tolist()
        return found


@dataclass(frozen=True)
class Snapshot:
    """The live catalogue at one number of its clock, on one day.

    The first `settled` rows of activities, and the first `settled_sessions`, are in the ground, in
    `ids` and in `sorted_keys`; the late ones behind them are looked at one by one. A row that is
    not `alive` was changed or removed since. `rank` orders rows by sort name, then id.
    """

    epoch: str
    sequence: int
    today: date
    activities: Columns
    sessions: Columns
    alive: Flags
    some_dead: bool
    rank: Ranks
    name_rank: Ranks
    keys: GrowingList
    sorted_keys: InOrder
    settled: int
    ids: Ids
    ground: Ground
    settled_sessions: int
    text: TextIndex
    summaries: Summaries
    venues: GrowingList
    venue_numbers: Mapping[UUID, int]
    providers: Names
    councils: Names
    council_names: Mapping[str, str]
    area_sets: AreaSets
    areas: Areas
    price_sets: Numbered = field(default_factory=Numbered)
    """The prices that hold for a session, with what they depend on; sessions that cost the same
    share them."""
    councils_said: Mapping[str, CouncilDocument] = field(default_factory=dict)
    """What each council says to its residents, by its GSS code."""
    places: dict[str, Any] = field(default_factory=dict)
    """What was found out of places with these areas: a memory, which no answer depends on."""
    coverings: dict[Whereabouts, tuple[Flags, list[Stretch], list[Stretch]]] = field(
        default_factory=dict
    )
    """Which sets of served areas cover these places: a memory as well."""

    def covering(self, place: Whereabouts) -> Flags:
        """For each set of served areas, whether it covers a place."""
        return self._covering(place)[0]

    def coming_to(self, place: Whereabouts, *, thin: bool = False) -> list[Stretch]:
        """Where in the ground, or in the thin one, those lie that serve a place from no venue.

        Some others lie there too.
        """
        _, whole, thinned = self._covering(place)
        return thinned if thin else whole

    def _covering(self, place: Whereabouts) -> tuple[Flags, list[Stretch], list[Stretch]]:
        known = self.coverings.get(place)
        if known is None:
            if len(self.coverings) >= MOST_REMEMBERED:
                self.coverings.clear()
            covering = self.area_sets.covering(place)
            thin = self.ground.thin(self.sessions)
            known = covering, self.ground.of_sets(covering), thin.of_sets(covering)
            self.coverings[place] = known
        return known

    @property
    def total(self) -> int:
        """How many activities are live."""
        return int(np.count_nonzero(self.alive))

    @property
    def late(self) -> int:
        """How many rows came since the grid and the order by name were made."""
        return self.activities.length - self.settled

    def find_row(self, key: str) -> int | None:
        """The living row of the activity with this id or slug, if there is one."""
        with suppress(ValueError):
            return self.row_of(UUID(key))
        rows = np.flatnonzero((self.activities["slug"] == np.uint64(slug_number(key))) & self.alive)
        return int(rows[-1]) if len(rows) else None

    def row_of(self, activity_id: UUID) -> int | None:
        """The living row of an activity, if there is one."""
        high, low = activity_id.int >> 64, activity_id.int & (1 << 64) - 1
        lows = self.activities["id_low"]
        late = np.flatnonzero(lows[self.settled :] == np.uint64(low)) + self.settled
        rows = [*self.ids.rows_of(low), *late.tolist()]
        return next(
            (
                row
                for row in reversed(rows)
                if self.alive[row] and int(self.activities["id_high"][row]) == high
            ),
            None,
        )


def empty_snapshot(
    epoch: str,
    sequence: int,
    today: date,
    areas: Areas,
    folder: Path | None,
) -> Snapshot:
    """A snapshot without activities."""
    activities, sessions = Columns.empty(ACTIVITY_TYPES), Columns.empty(SESSION_TYPES)
    return Snapshot(
        epoch=epoch,
        sequence=sequence,
        today=today,
        activities=activities,
        sessions=sessions,
        alive=np.zeros(0, dtype=np.bool_),
        some_dead=False,
        rank=np.zeros(0, dtype=np.float64),
        name_rank=np.zeros(0, dtype=np.float64),
        keys=GrowingList(),
        sorted_keys=InOrder((), np.zeros(0, dtype=np.int32)),
        settled=0,
        ids=Ids.of(activities["id_low"]),
        ground=Ground.of(activities, sessions, 0),
        settled_sessions=0,
        text=TextIndex.build([]),
        summaries=Summaries.empty(folder),
        venues=GrowingList(),
        venue_numbers={},
        providers=Names(),
        councils=Names(),
        council_names={},
        area_sets=AreaSets(),
        areas=areas,
    )


def built(start: Snapshot, chunks: Iterable[Sequence[Indexable]]) -> Snapshot:
    """A snapshot of all activities, with nothing late.

    Args:
        start: one without activities, for its number, day and areas.
        chunks: every live activity, some at a time.
    """
    grown = start

    def fields() -> Iterator[Fields]:
        # The texts are far larger than what is kept of them, so they pass through one by one.
        nonlocal grown
        for chunk in chunks:
            grown = _grown(grown, chunk)
            yield from (text_fields(one.entry) for one in chunk)

    text = TextIndex.build(fields())
    return settled(replace(grown, text=text))


def changed(
    snapshot: Snapshot, sequence: int, gone: Iterable[UUID], found: Sequence[Indexable]
) -> Snapshot:
    """The snapshot after a change: a copy of what changed, and the rest shared.

    Args:
        snapshot: the state before.
        sequence: the clock's number after.
        gone: the ids of the activities that changed or are no longer live.
        found: those of them that are live, as they are now.
    """
    alive, some_dead = snapshot.alive.copy(), snapshot.some_dead
    for activity_id in gone:
        row = snapshot.row_of(activity_id)
        if row is not None:
            alive[row], some_dead = False, True
    before = replace(snapshot, alive=alive, some_dead=some_dead, sequence=sequence)
    grown = _grown(before, found)
    text = snapshot.text.extended([text_fields(one.entry) for one in found])
    return _ranked(replace(grown, text=text))


def _grown(snapshot: Snapshot, found: Sequence[Indexable]) -> Snapshot:
    """The same snapshot with activities behind the others, but for their words and ranks."""
    first, first_session = snapshot.activities.length, snapshot.sessions.length
    councils = [one.entry.council for one in found]
    gss = [council.area.gss or council.slug for council in councils]
    providers, provider_numbers = snapshot.providers.with_names(
        [(str(one.entry.provider.id), one.entry.provider.slug) for one in found]
    )
    known_councils, council_numbers = snapshot.councils.with_names([(code,) for code in gss])
    area_sets, set_numbers = snapshot.area_sets.with_sets(
        (council.area.gss, one.entry.activity.served_areas)
        for council, one in zip(councils, found, strict=True)
    )
    area_sets, pick_up_numbers = area_sets.with_sets(
        (council.area.gss, one.entry.activity.pick_up_areas)
        for council, one in zip(councils, found, strict=True)
    )
    venues, prices_of = _Venues(snapshot), snapshot.price_sets
    texts: list[list[bytes]] = []
    activity_rows: list[dict[str, Any]] = []
    session_rows: list[dict[str, Any]] = []
    for number, one in enumerate(found):
        begins = first_session + len(session_rows)
        to_come = still_to_come(one.entry.activity.sessions, snapshot.today)
        own = session_facts(one, to_come, snapshot.today)
        texts.append(_texts(one, to_come, snapshot.today))
        at_venues = [begins + place for place, (_, at) in enumerate(own) if at is not None]
        prices = [facts["price"] for facts, _ in own if facts["price"] != NOT_KNOWN]
        session_rows += [
            {
                **facts,
                "activity": first + number,
                "venue": venues.number(at),
                "price_set": prices_of.number(facts["price_set"]),
            }
            for facts, at in own
        ]
        facts = activity_facts(one, snapshot.today)
        activity_rows.append(
            {
                **facts,
                "own_price_set": prices_of.number(facts["own_price_set"]),
                "pick_up": pick_up_numbers[number],
                "provider": provider_numbers[number],
                "council": council_numbers[number],
                "areas": set_numbers[number],
                "first_session": begins,
                "sessions": len(own),
                "least_price": min(prices, default=NOT_KNOWN),
                "shown_session": at_venues[0] if at_venues else NOT_KNOWN,
            }
        )
    names = {council.area.gss: council.name for council in councils if council.area.gss}
    return replace(
        snapshot,
        activities=snapshot.activities.appended(activity_rows),
        sessions=snapshot.sessions.appended(session_rows),
        alive=np.concatenate([snapshot.alive, np.ones(len(found), dtype=np.bool_)]),
        keys=snapshot.keys.appended([_sort_key(one) for one in found]),
        summaries=snapshot.summaries.appended(texts),
        venues=snapshot.venues.appended(venues.new),
        venue_numbers=venues.numbers,
        providers=providers,
        councils=known_councils,
        council_names={**snapshot.council_names, **names},
        area_sets=area_sets,
        # These were worked out with the sets as they were.
        coverings={},
    )


class _Venues:
    """The venues of a snapshot while more are added; one that many activities share stands once."""

    def __init__(self, snapshot: Snapshot) -> None:
        self.known = snapshot.venues
        self.new: list[bytes] = []
        self.numbers = dict(snapshot.venue_numbers)

    def number(self, venue: VenueDocument | None) -> int:
        if venue is None:
            return NOT_KNOWN
        text = venue_json(venue)
        known = self.numbers.get(venue.id)
        if known is None or self._text(known) != text:
            known = self.numbers[venue.id] = len(self.known) + len(self.new)
            self.new.append(text)
        return known

    def _text(self, number: int) -> bytes:
        before = len(self.known)
        return self.known[number] if number < before else self.new[number - before]


def _texts(one: Indexable, sessions: Sequence[SessionDocument], today: date) -> list[bytes]:
    summaries = [ready_made(activity_summary(one.entry, today, lang)) for lang in LANGUAGES]
    return [*summaries, statement(one.entry, sessions, today)]


def _sort_key(one: Indexable) -> SortKey:
    activity = one.entry.activity
    return sort_name(activity.name).encode() + b"\0" + str(activity.id).encode()


def settled(snapshot: Snapshot) -> Snapshot:
    """The same snapshot with every row in the grid and in the order by name."""
    in_order = replace(
        snapshot,
        rank=snapshot.rank[:0],
        name_rank=snapshot.name_rank[:0],
        settled=snapshot.activities.length,
        settled_sessions=snapshot.sessions.length,
        sorted_keys=InOrder(snapshot.keys, _by_name(snapshot.keys)),
        ids=Ids.of(snapshot.activities["id_low"]),
        ground=Ground.of(snapshot.activities, snapshot.sessions, len(snapshot.area_sets.sets)),
        # Numbers of venues are only needed to share them while many are added.
        venue_numbers={},
        # These were worked out with the ground as it was.
        coverings={},
    )
    return _ranked(in_order)


def _ranked(snapshot: Snapshot) -> Snapshot:
    """The same snapshot with the place of each row in the order by name.

    A settled row's `rank` is its number in that order; late rows stand between the settled ones.
    Rows of one name share a `name_rank`, so that the order can be turned round and they stay.
    """
    known = min(len(snapshot.rank), snapshot.settled)
    ranks = (snapshot.rank[:known], snapshot.name_rank[:known])
    if known < snapshot.settled:
        ranks = _settled_ranks(snapshot.sorted_keys)
    late = snapshot.keys.last(snapshot.settled)
    if late:
        between = _late_ranks(snapshot.sorted_keys, late)
        ranks = (np.concatenate([ranks[0], between[0]]), np.concatenate([ranks[1], between[1]]))
    return replace(snapshot, rank=ranks[0], name_rank=ranks[1])


def _name_in(key: SortKey) -> bytes:
    return key[: key.index(0) + 1]


def _by_name(keys: Iterable[SortKey]) -> Rows:
    """The numbers of keys in the order of the keys."""
    every = [*keys]
    return np.array(sorted(range(len(every)), key=every.__getitem__), dtype=np.int32)


def _settled_ranks(in_order: InOrder) -> tuple[Ranks, Ranks]:
    rank = np.empty(len(in_order), dtype=np.float64)
    name_rank = np.empty(len(in_order), dtype=np.float64)
    name, first = b"", 0
    for place, row in enumerate(in_order.order.tolist()):
        own = _name_in(in_order[place])
        if own != name:
            name, first = own, place
        rank[row], name_rank[row] = place, first
    return rank, name_rank


def _late_ranks(settled: Sequence[SortKey], late: Sequence[SortKey]) -> tuple[Ranks, Ranks]:
    rank = np.empty(len(late), dtype=np.float64)
    name_rank = np.empty(len(late), dtype=np.float64)
    step = 1 / (len(late) + 1)
    name, first = b"", 0.0
    for place, number in enumerate(sorted(range(len(late)), key=late.__getitem__)):
        key = late[number]
        rank[number] = bisect_left(settled, key) - 1 + (place + 1) * step
        if _name_in(key) != name:
            name = _name_in(key)
            gap = bisect_left(settled, name)
            shared = gap < len(settled) and settled[gap].startswith(name)
            first = float(gap) if shared else rank[number]
        name_rank[number] = first
    return rank, name_rank
