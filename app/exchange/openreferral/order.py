"""In which order lists stand: as their items were first published, and never otherwise.

What is new comes last and what is gone stays where it was, as inactive. So a walk through the
pages neither loses nor repeats, whatever changes meanwhile. The order is that of the change rows,
which is the order of commits; a moment of publication would be earlier than that of its commit.
"""

import threading
from array import array
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from uuid import UUID

from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from app.clock import Change, ClockFace, Kind

WIDTH = 16
"""Bytes of an id."""


@dataclass
class Published:
    """The ids of one kind, and the clock's number at which each was first published."""

    sequences: "array[int]" = field(default_factory=lambda: array("q"))
    ids: bytearray = field(default_factory=bytearray)
    read_to: int = -1


@dataclass(frozen=True)
class Ordered:
    """The ids that were published up to a number of the clock, in order."""

    ids: bytes

    def __len__(self) -> int:
        return len(self.ids) // WIDTH

    def part(self, start: int, stop: int) -> list[UUID]:
        """The ids from one place to another."""
        return [
            UUID(bytes=self.ids[place : place + WIDTH])
            for place in range(start * WIDTH, min(stop * WIDTH, len(self.ids)), WIDTH)
        ]

    def among(self, wanted: Collection[UUID]) -> "Ordered":
        """Those that are wanted, in the same order."""
        known = {one.bytes for one in wanted}
        ids = self.ids
        parts = (ids[place : place + WIDTH] for place in range(0, len(ids), WIDTH))
        return Ordered(b"".join(part for part in parts if part in known))

    def all(self) -> Sequence[UUID]:
        """All of them."""
        return self.part(0, len(self))


class FirstPublished:
    """The order of activities and providers, kept up with the clock as it is asked for."""

    def __init__(self) -> None:
        self._epoch = ""
        self._kinds: dict[str, Published] = {}
        self._reading = threading.Lock()
        self._counts: tuple[ClockFace, array[int]] | None = None

    def ordered(self, session: Session, face: ClockFace, kind: Kind) -> Ordered:
        """The ids of a kind that were published up to what the clock shows.

        Args:
            session: the transaction in which the clock shows it.
            face: what it shows.
            kind: `activity` or `provider`.
        """
        with self._reading:
            if self._epoch != face.epoch:
                self._epoch, self._kinds = face.epoch, {}
            known = self._kinds.setdefault(kind, Published())
            if known.read_to < face.sequence:
                _read_on(session, known, kind)
                known.read_to = face.sequence
            # Another request may have read further than this transaction sees.
            count: int = bisect_right(known.sequences, face.sequence)
            return Ordered(bytes(known.ids[: count * WIDTH]))

    def place_counts(
        self, face: ClockFace, ordered: Ordered, count: Callable[[], Mapping[UUID, int]]
    ) -> "array[int]":
        """How many places the first activity has, the first two have, and so on.

        Counting takes all of them, so it is done once for each number of the clock.

        Args:
            face: what the clock shows.
            ordered: all activities.
            count: counts the places of each.
        """
        known = self._counts
        if known is None or known[0] != face:
            counted = count()
            sums = accumulate(counted.get(one, 0) for one in ordered.all())
            self._counts = known = (face, array("q", sums))
        return known[1]


def _read_on(session: Session, known: Published, kind: Kind) -> None:
    earlier = aliased(Change)
    before = (
        select(earlier.sequence)
        .where(earlier.subject == Change.subject)
        .where(earlier.kind == kind, earlier.sequence < Change.sequence)
    )
    statement = (
        select(Change.sequence, Change.subject)
        .where(Change.kind == kind, Change.change == "created")
        .where(col(Change.sequence) > known.read_to)
        .where(~before.exists())
        .order_by(col(Change.sequence), col(Change.position))
    )
    for sequence, subject in session.exec(statement):
        known.sequences.append(sequence)
        known.ids += UUID(subject).bytes
