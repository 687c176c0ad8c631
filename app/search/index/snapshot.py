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
from app.geo.councils import PlaceFound
from app.search.index.areas import AreaSets, Whereabouts
from app.search.index.columns import ACTIVITY_TYPES, SESSION_TYPES, Columns
from app.search.index.facts import (
    AT_VENUE,
    NOT_KNOWN,
    Indexable,
    activity_facts,
    session_facts,
    slug_number,
    still_to_come,
    text_fields,
)
from app.search.index.grid import Grid, Rows
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
class Names:
    """Things that activities refer to by number: the number of each by its names."""

    numbers: Mapping[str, int] = field(default_factory=dict)
    count: int = 0

    def with_names(self, wanted: Sequence[Sequence[str]]) -> tuple["Names", list[int]]:
        """These names and more, and the number of each thing that was wanted by all its names."""
        numbers, count, found = dict(self.numbers), self.count, []
        for names in wanted:
            number = numbers.get(names[0], count)
            count = max(count, number + 1)
            numbers.update(dict.fromkeys(names, number))
            found.append(number)
        return Names(numbers, count), found


@dataclass(frozen=True, eq=False)
class Numbered:
    """Texts that rows refer to by number, each once. It only grows, behind all that was read."""

    texts: list[bytes] = field(default_factory=list)
    numbers: dict[bytes, int] = field(default_factory=dict)

    def number(self, text: bytes) -> int:
        """The number of a text, which is added if it is new."""
        known = self.numbers.get(text)
        if known is None:
            known = self.numbers[text] = len(self.texts)
            self.texts.append(text)
        return known


@dataclass(frozen=True)
class Snapshot:
    """The live catalogue at one number of its clock, on one day.

    The first `settled` rows of activities, and the first `settled_sessions`, are in the grid and
    in `sorted_keys`; the late ones behind them are looked at one by one. A row that is not `alive`
    was changed or removed since. `rank` orders rows by sort name, then id; `elsewhere` holds the
    settled sessions that are not at a venue.
    """

    epoch: str
    sequence: int
    today: date
    activities: Columns
    sessions: Columns
    alive: Flags
    rank: Ranks
    name_rank: Ranks
    keys: Sequence[SortKey]
    sorted_keys: Sequence[SortKey]
    settled: int
    grid: Grid
    elsewhere: Rows
    settled_sessions: int
    text: TextIndex
    summaries: Summaries
    venues: Sequence[bytes]
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
    places: dict[str, list[PlaceFound]] = field(default_factory=dict)
    """What was found out of places with these areas: a memory, which no answer depends on."""
    coverings: dict[Whereabouts, Flags] = field(default_factory=dict)
    """Which sets of served areas cover these places: a memory as well."""

    def covering(self, place: Whereabouts) -> Flags:
        """For each set of served areas, whether it covers a place."""
        if place not in self.coverings:
            if len(self.coverings) >= MOST_REMEMBERED:
                self.coverings.clear()
            self.coverings[place] = self.area_sets.covering(place)
        return self.coverings[place]

    @property
    def total(self) -> int:
        """How many activities are live."""
        return int(self.alive.sum())

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
        same = (self.activities["id_high"] == np.uint64(high)) & (
            self.activities["id_low"] == np.uint64(low)
        )
        rows = np.flatnonzero(same & self.alive)
        return int(rows[-1]) if len(rows) else None


def empty_snapshot(
    epoch: str,
    sequence: int,
    today: date,
    areas: Areas,
    folder: Path | None,
) -> Snapshot:
    """A snapshot without activities."""
    nothing = np.zeros(0, dtype=np.int32)
    return Snapshot(
        epoch=epoch,
        sequence=sequence,
        today=today,
        activities=Columns.empty(ACTIVITY_TYPES),
        sessions=Columns.empty(SESSION_TYPES),
        alive=np.zeros(0, dtype=np.bool_),
        rank=np.zeros(0, dtype=np.float64),
        name_rank=np.zeros(0, dtype=np.float64),
        keys=(),
        sorted_keys=(),
        settled=0,
        grid=Grid.of(nothing, np.zeros(0), np.zeros(0)),
        elsewhere=nothing,
        settled_sessions=0,
        text=TextIndex.build([]),
        summaries=Summaries.empty(folder),
        venues=(),
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
    alive = snapshot.alive.copy()
    for activity_id in gone:
        row = snapshot.row_of(activity_id)
        if row is not None:
            alive[row] = False
    grown = _grown(replace(snapshot, alive=alive, sequence=sequence), found)
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
        keys=[*snapshot.keys, *(_sort_key(one) for one in found)],
        summaries=snapshot.summaries.appended(texts),
        venues=venues.json,
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
        self.json = list(snapshot.venues)
        self.numbers = dict(snapshot.venue_numbers)

    def number(self, venue: VenueDocument | None) -> int:
        if venue is None:
            return NOT_KNOWN
        text = venue_json(venue)
        known = self.numbers.get(venue.id)
        if known is None or self.json[known] != text:
            known = self.numbers[venue.id] = len(self.json)
            self.json.append(text)
        return known


def _texts(one: Indexable, sessions: Sequence[SessionDocument], today: date) -> list[bytes]:
    summaries = [ready_made(activity_summary(one.entry, today, lang)) for lang in LANGUAGES]
    return [*summaries, statement(one.entry, sessions, today)]


def _sort_key(one: Indexable) -> SortKey:
    activity = one.entry.activity
    return sort_name(activity.name).encode() + b"\0" + str(activity.id).encode()


def settled(snapshot: Snapshot) -> Snapshot:
    """The same snapshot with every row in the grid and in the order by name."""
    sessions = snapshot.sessions
    at_venue = sessions["place"] == AT_VENUE
    rows = np.flatnonzero(at_venue).astype(np.int32)
    in_order = replace(
        snapshot,
        rank=snapshot.rank[:0],
        name_rank=snapshot.name_rank[:0],
        settled=snapshot.activities.length,
        settled_sessions=sessions.length,
        sorted_keys=sorted(snapshot.keys),
        grid=Grid.of(rows, sessions["latitude"][rows], sessions["longitude"][rows]),
        elsewhere=np.flatnonzero(~at_venue).astype(np.int32),
        # Numbers of venues are only needed to share them while many are added.
        venue_numbers={},
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
        ranks = _settled_ranks(snapshot)
    late = snapshot.keys[snapshot.settled :]
    if late:
        between = _late_ranks(snapshot.sorted_keys, late)
        ranks = (np.concatenate([ranks[0], between[0]]), np.concatenate([ranks[1], between[1]]))
    return replace(snapshot, rank=ranks[0], name_rank=ranks[1])


def _name_in(key: SortKey) -> bytes:
    return key[: key.index(0) + 1]


def _settled_ranks(snapshot: Snapshot) -> tuple[Ranks, Ranks]:
    order = sorted(range(snapshot.settled), key=snapshot.keys.__getitem__)
    rank = np.empty(snapshot.settled, dtype=np.float64)
    name_rank = np.empty(snapshot.settled, dtype=np.float64)
    name, first = b"", 0
    for place, row in enumerate(order):
        if _name_in(snapshot.keys[row]) != name:
            name, first = _name_in(snapshot.keys[row]), place
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
