"""In which order lists stand: as their items were first published, and never otherwise.

What is new comes last and what is gone stays where it was, as inactive. So a walk through the
pages neither loses nor repeats, whatever changes meanwhile. The order is that of the clock's
numbers, which is the order of commits; a moment of publication would be earlier than that of its
commit.
"""

import threading
from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.catalogue.models import ActivityPlace
from app.clock import Change, ClockFace, Kind
from app.exchange.openreferral.identity import Place, venue_or_online

ID = 16
"""Bytes of an id."""

KeyT = TypeVar("KeyT")
Read = Callable[[Session, int], Iterable[tuple[int, bytes]]]


@dataclass
class Published:
    """The keys of items of one kind, and the clock's number at which each was first published."""

    sequences: "array[int]" = field(default_factory=lambda: array("q"))
    keys: bytearray = field(default_factory=bytearray)
    read_to: int = -1


@dataclass(frozen=True)
class Ordered(Generic[KeyT]):
    """The keys of what was published up to a number of the clock, in order.

    Each takes `width` bytes, of which the first are the id of a service or an organization.
    """

    keys: bytes
    width: int
    unpacked: Callable[[bytes], KeyT]

    def __len__(self) -> int:
        return len(self.keys) // self.width

    def part(self, start: int, stop: int) -> list[KeyT]:
        """The keys from one place to another."""
        last = min(stop * self.width, len(self.keys))
        return [
            self.unpacked(self.keys[place : place + self.width])
            for place in range(start * self.width, last, self.width)
        ]

    def of(self, ids: Collection[UUID]) -> "Ordered[KeyT]":
        """Those of these services or organizations, in the same order."""
        known = {one.bytes for one in ids}
        return self._kept(lambda key: key[:ID] in known)

    def among(self, wanted: Collection[KeyT]) -> "Ordered[KeyT]":
        """Those that are wanted, in the same order."""
        return self._kept(lambda key: self.unpacked(key) in wanted)

    def _kept(self, is_kept: Callable[[bytes], bool]) -> "Ordered[KeyT]":
        width, keys = self.width, self.keys
        parts = (keys[place : place + width] for place in range(0, len(keys), width))
        return Ordered(b"".join(part for part in parts if is_kept(part)), width, self.unpacked)

    def all(self) -> Sequence[KeyT]:
        """All of them."""
        return self.part(0, len(self))


class FirstPublished:
    """The order of activities, their places and providers, kept up with the clock as asked for."""

    def __init__(self) -> None:
        self._epoch = ""
        self._kinds: dict[str, Published] = {}
        self._reading = threading.Lock()

    def ordered(self, session: Session, face: ClockFace, kind: Kind) -> Ordered[UUID]:
        """The ids of a kind that were published up to what the clock shows.

        Args:
            session: the transaction in which the clock shows it.
            face: what it shows.
            kind: `activity` or `provider`.
        """
        keys = self._keys(session, face, kind, ID, lambda one, after: _ids(one, kind, after))
        return Ordered(keys, ID, lambda key: UUID(bytes=key))

    def places(self, session: Session, face: ClockFace) -> Ordered[Place]:
        """The places at which activities are or once were, up to what the clock shows."""
        return Ordered(self._keys(session, face, "place", 2 * ID, _places), 2 * ID, _place)

    def _keys(self, session: Session, face: ClockFace, kind: str, width: int, read: Read) -> bytes:
        with self._reading:
            if self._epoch != face.epoch:
                self._epoch, self._kinds = face.epoch, {}
            known = self._kinds.setdefault(kind, Published())
            if known.read_to < face.sequence:
                for sequence, key in read(session, known.read_to):
                    known.sequences.append(sequence)
                    known.keys += key
                known.read_to = face.sequence
            # Another request may have read further than this transaction sees.
            count: int = bisect_right(known.sequences, face.sequence)
            return bytes(known.keys[: count * width])


def _ids(session: Session, kind: Kind, after: int) -> Iterable[tuple[int, bytes]]:
    earlier = aliased(Change)
    before = (
        select(earlier.sequence)
        .where(earlier.subject == Change.subject)
        .where(earlier.kind == kind, earlier.sequence < Change.sequence)
    )
    statement = (
        select(Change.sequence, Change.subject)
        .where(Change.kind == kind, Change.change == "created")
        .where(col(Change.sequence) > after)
        .where(~before.exists())
        .order_by(col(Change.sequence), col(Change.position))
    )
    return ((sequence, UUID(subject).bytes) for sequence, subject in session.exec(statement))


def _places(session: Session, after: int) -> Iterable[tuple[int, bytes]]:
    columns = (ActivityPlace.sequence, ActivityPlace.activity_id, ActivityPlace.venue_id)
    statement = (
        select(*columns)
        .where(col(ActivityPlace.sequence) > after)
        .order_by(col(ActivityPlace.sequence), col(ActivityPlace.position))
    )
    return (
        (sequence, activity.bytes + venue.bytes)
        for sequence, activity, venue in session.exec(statement)
    )


def _place(key: bytes) -> Place:
    return UUID(bytes=key[:ID]), venue_or_online(UUID(bytes=key[ID:]))
