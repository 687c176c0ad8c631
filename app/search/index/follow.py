"""Keeps a snapshot up with the catalogue's clock: in the background, and at once after a write."""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from uuid import UUID

from sqlmodel import Session, col, select

from app.catalogue.loading import all_councils, live_activities
from app.clock import Change, ClockFace, read_clock
from app.database import Database
from app.geo.queries import areas_on
from app.problems import Unavailable
from app.search.index.facts import Indexable
from app.search.index.snapshot import Snapshot, built, changed, empty_snapshot, settled

logger = logging.getLogger("carefinder.index")

LOOK_EVERY = 0.25
"""Seconds between two looks at the clock."""

MOST_LATE = 2_000
"""So many rows may stand outside the grid before it is made anew."""

MOST_ANSWERS = 1_000
"""So many answers are remembered, some tens of megabytes, before all are forgotten."""

MOST_CHANGES = 5_000
"""With more changes than this since the last look, all is read again."""


class Index:
    """The snapshot that requests take, replaced whole as the catalogue changes."""

    def __init__(
        self, database: Database, today: Callable[[], date], folder: Path | None = None
    ) -> None:
        """Hold nothing yet: `start` begins to read.

        Args:
            database: whose catalogue to follow.
            today: tells the day it is in London.
            folder: where the file of summaries lies; the system's own for such if not given.
        """
        self._database = database
        self._today = today
        self._folder = folder
        self._snapshot: Snapshot | None = None
        self._answers: dict[str, bytes] = {}
        self._refreshing = threading.Lock()
        self._stopping = threading.Event()
        self._first = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def ready(self) -> bool:
        """Whether there is a snapshot to answer from."""
        return self._snapshot is not None

    def snapshot(self) -> Snapshot:
        """The newest snapshot. Where nobody called `start`, the catalogue is read when first asked.

        Raises:
            Unavailable: the catalogue has not been read yet.
        """
        if self._snapshot is None and self._thread is None:
            self.refresh()
        if self._snapshot is None:
            raise Unavailable("The catalogue is being read. Try again in a moment.")
        return self._snapshot

    def remembered(self, etag: str) -> bytes | None:
        """The answer that was given under an ETag, if it is remembered."""
        return self._answers.get(etag)

    def remember(self, etag: str, answer: bytes) -> None:
        """Remember an answer for as long as the catalogue stays as it is."""
        if len(self._answers) >= MOST_ANSWERS:
            self._answers = {}
        self._answers[etag] = answer

    def start(self, *, wait: float = 0) -> None:
        """Read the catalogue and follow it until `stop`.

        Args:
            wait: seconds to wait for the first reading; a small catalogue is there by then.
        """
        self._thread = threading.Thread(target=self._follow, name="index", daemon=True)
        self._thread.start()
        self._first.wait(wait)

    def stop(self) -> None:
        """Follow no longer."""
        self._stopping.set()
        self._database.changed.set()
        if self._thread is not None:
            self._thread.join(timeout=30)

    def refresh(self) -> None:
        """Look at the clock, and catch up with it."""
        with self._refreshing, self._database.read() as session:
            known = self._snapshot
            self._snapshot = self._caught_up(session, read_clock(session), self._today())
            if self._snapshot is not known:
                self._answers = {}

    def _follow(self) -> None:
        while not self._stopping.is_set():
            # What is committed from here on sets it again, and is not overlooked.
            self._database.changed.clear()
            try:
                self.refresh()
            except Exception as error:  # noqa: BLE001 - nothing may end the following.
                # A database that is away comes back: what was read last is answered meanwhile.
                kind = type(error).__name__
                logger.warning("the catalogue cannot be followed", extra={"fields": {"kind": kind}})
                self._first.set()
                self._stopping.wait(1)
            self._first.set()
            self._database.changed.wait(LOOK_EVERY)

    def _caught_up(self, session: Session, face: ClockFace, today: date) -> Snapshot:
        known = self._snapshot
        if known is None or (known.epoch, known.today) != (face.epoch, today):
            return self._read_whole(session, face, today)
        if known.sequence == face.sequence:
            return known
        changes = session.exec(
            select(Change.kind, Change.subject)
            .where(col(Change.sequence) > known.sequence)
            .limit(MOST_CHANGES + 1)
        ).all()
        ids = {UUID(subject) for kind, subject in changes if kind == "activity"}
        # What a council says stands in many places, and changes rarely.
        of_council = any(kind == "council" for kind, _ in changes)
        if of_council or len(changes) > MOST_CHANGES:
            return self._read_whole(session, face, today)
        found = [
            Indexable(entry, published_at)
            for some in _some_at_a_time(sorted(ids))
            for chunk in live_activities(session, today, some)
            for entry, published_at in chunk
        ]
        caught_up = changed(known, face.sequence, ids, found)
        return settled(caught_up) if caught_up.late > MOST_LATE else caught_up

    def _read_whole(self, session: Session, face: ClockFace, today: date) -> Snapshot:
        start = empty_snapshot(
            face.epoch,
            face.sequence,
            today,
            areas_on(session, today),
            self._folder,
        )
        councils = {one.area.gss: one for one in all_councils(session) if one.area.gss}
        start = replace(start, councils_said=councils)
        snapshot = built(
            start,
            (
                [Indexable(entry, published_at) for entry, published_at in chunk]
                for chunk in live_activities(session, today)
            ),
        )
        fields = {"activities": snapshot.total, "sequence": face.sequence}
        logger.info("read the whole catalogue", extra={"fields": fields})
        return snapshot


def _some_at_a_time(ids: list[UUID], size: int = 400) -> Iterator[list[UUID]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
