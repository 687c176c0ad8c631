"""What an activity states, read and put into words once for whoever asks.

It is the catalogue's and nobody's: it was told by providers, and depends on no answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from pydantic_core import from_json

from app.catalogue.occurrences import DAYS
from app.matching.kept import kept, make_room
from app.matching.words import Text, clock, session_times, sessions_named
from app.search.index.facts import NOT_KNOWN
from app.search.index.names import Numbered
from app.search.index.snapshot import Snapshot

MOST_REMEMBERED = 6_000
"""So many activities, some twenty megabytes, are remembered before half are forgotten."""


@dataclass(frozen=True, repr=False)
class SessionTold:
    """One session: what it states, its day and its minutes after midnight, and its venue's JSON."""

    stated: Mapping[str, Any]
    day: int
    starts: int
    ends: int
    venue: bytes

    @kept
    def times(self) -> Text:
        """Its times in words."""
        return session_times(self.day, self.starts, self.ends, self.stated)

    @kept
    def json(self) -> bytes:
        """How the JSON of an answer begins."""
        return b'{"session_id":"%b","day":"%b","starts_at":"%b","ends_at":"%b","venue":%b' % (
            self.stated["id"].encode(),
            DAYS[self.day].encode(),
            clock(self.starts).encode(),
            clock(self.ends).encode(),
            self.venue,
        )


@dataclass(frozen=True, repr=False)
class Told:
    """What one activity states besides its columns; its sessions in the order of their rows."""

    stated: Mapping[str, Any]
    sessions: tuple[SessionTold, ...]

    @kept
    def all_named(self) -> Text:
        """When its sessions are, all of them, in the order of the week."""
        in_order = sorted(self.sessions, key=lambda one: (one.day, one.starts))
        return sessions_named([one.times for one in in_order])


@dataclass(frozen=True, repr=False)
class Memory:
    """What was told lately, by the row of the activity, and the venues by their number."""

    activities: dict[int, Told] = field(default_factory=dict)
    venues: dict[int, Mapping[str, Any]] = field(default_factory=dict)
    wheres: dict[int, str] = field(default_factory=dict)


_memories: WeakKeyDictionary[Numbered, Memory] = WeakKeyDictionary()


def memory_of(snapshot: Snapshot) -> Memory:
    """What is remembered of a catalogue; it stays while that changes, for rows keep their place."""
    return _memories.setdefault(snapshot.price_sets, Memory())


def venue_of(snapshot: Snapshot, memory: Memory, number: int) -> Mapping[str, Any]:
    """A venue as lists show it."""
    found = memory.venues.get(number)
    if found is None:
        make_room(memory.venues, MOST_REMEMBERED)
        found = memory.venues[number] = from_json(snapshot.venues[number])
    return found


def where(snapshot: Snapshot, memory: Memory, number: int) -> str:
    """A venue's name and town, or only the town."""
    found = memory.wheres.get(number)
    if found is None:
        make_room(memory.wheres, MOST_REMEMBERED)
        venue = venue_of(snapshot, memory, number)
        found = f"{venue['name']}, {venue['town']}" if venue["name"] else str(venue["town"])
        memory.wheres[number] = found
    return found


def told_of(snapshot: Snapshot, memory: Memory, row: int) -> Told:
    """What the activity of a row states."""
    found = memory.activities.get(row)
    if found is None:
        make_room(memory.activities, MOST_REMEMBERED)
        found = memory.activities[row] = _read(snapshot, row)
    return found


def _read(snapshot: Snapshot, row: int) -> Told:
    stated = from_json(snapshot.summaries.read_statement(row))
    columns, first = snapshot.sessions, int(snapshot.activities["first_session"][row])
    behind = first + len(stated["sessions"])
    own = (columns[name][first:behind].tolist() for name in ("day", "starts", "ends", "venue"))
    sessions = [
        SessionTold(
            session, day, starts, ends, b"null" if venue == NOT_KNOWN else snapshot.venues[venue]
        )
        for session, day, starts, ends, venue in zip(stated["sessions"], *own, strict=True)
    ]
    return Told(stated, tuple(sessions))
