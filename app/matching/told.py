"""What an activity states, read and put into words once for whoever asks.

It is the catalogue's and nobody's: it was told by providers, and depends on no answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from pydantic_core import from_json, to_json

from app.catalogue.occurrences import DAYS
from app.matching.words import Text, clock, session_times
from app.search.index.facts import NOT_KNOWN
from app.search.index.names import Numbered
from app.search.index.snapshot import Snapshot

MOST_REMEMBERED = 4_000
"""So many activities, some thirty megabytes, are remembered before all are forgotten."""


@dataclass(frozen=True, repr=False, slots=True)
class SessionTold:
    """One session: what it states, its times in words, and how the JSON of an answer begins."""

    stated: Mapping[str, Any]
    times: Text
    json: bytes


@dataclass(frozen=True, repr=False, slots=True)
class Told:
    """What one activity states besides its columns; its sessions in the order of their rows."""

    stated: Mapping[str, Any]
    sessions: tuple[SessionTold, ...]


@dataclass(frozen=True, repr=False)
class Memory:
    """What was told lately, by the row of the activity, and the venues by their number."""

    activities: dict[int, Told] = field(default_factory=dict)
    venues: dict[int, Mapping[str, Any]] = field(default_factory=dict)


_memories: WeakKeyDictionary[Numbered, Memory] = WeakKeyDictionary()


def memory_of(snapshot: Snapshot) -> Memory:
    """What is remembered of a catalogue; it stays while that changes, for rows keep their place."""
    return _memories.setdefault(snapshot.price_sets, Memory())


def venue_of(snapshot: Snapshot, memory: Memory, number: int) -> Mapping[str, Any]:
    """A venue as lists show it."""
    found = memory.venues.get(number)
    if found is None:
        if len(memory.venues) >= MOST_REMEMBERED:
            memory.venues.clear()
        found = memory.venues[number] = from_json(snapshot.venues[number])
    return found


def told_of(snapshot: Snapshot, memory: Memory, row: int) -> Told:
    """What the activity of a row states."""
    found = memory.activities.get(row)
    if found is None:
        if len(memory.activities) >= MOST_REMEMBERED:
            memory.activities.clear()
        found = memory.activities[row] = _read(snapshot, row)
    return found


def _read(snapshot: Snapshot, row: int) -> Told:
    stated = from_json(snapshot.summaries.read_statement(row))
    columns, first = snapshot.sessions, int(snapshot.activities["first_session"][row])
    sessions = []
    for number, session in enumerate(stated["sessions"], first):
        day, starts, ends, venue = (
            int(columns[name][number]) for name in ("day", "starts", "ends", "venue")
        )
        head = {
            "session_id": session["id"],
            "day": DAYS[day],
            "starts_at": clock(starts),
            "ends_at": clock(ends),
        }
        at = b"null" if venue == NOT_KNOWN else snapshot.venues[venue]
        sessions.append(
            SessionTold(
                stated=session,
                times=session_times(day, starts, ends, session),
                json=b"".join((to_json(head)[:-1], b',"venue":', at)),
            )
        )
    return Told(stated, tuple(sessions))
