"""Keeps a snapshot up with the catalogue's clock: in the background, and at once after a write."""

import gc
import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import chain
from pathlib import Path
from uuid import UUID

from sqlmodel import Session, col, select

from app.catalogue.documents import CouncilDocument
from app.catalogue.loading import all_councils, as_many_live
from app.clock import Change, ClockFace, read_clock
from app.database import Database
from app.geo.queries import areas_on
from app.problems import Unavailable
from app.search.index import saved
from app.search.index.apart import read_apart
from app.search.index.card_file import filed_cards, made_cards
from app.search.index.snapshot import Snapshot, built, changed, empty_snapshot, settled

logger = logging.getLogger("carefinder.index")

LOOK_EVERY = 0.25
"""Seconds between two looks at the clock."""

MOST_LATE = 2_000
"""So many rows may stand outside the grid before it is made anew."""

LARGE = 20_000
"""So many activities take a minute to read: they are read by a process of its own."""

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
            folder: where snapshots are saved, so that the next start need not read everything;
                without it none are.
        """
        self._database = database
        self._today = today
        self._folder = folder
        self._snapshot: Snapshot | None = None
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

    @property
    def newest(self) -> Snapshot | None:
        """The newest snapshot, if the catalogue was read."""
        return self._snapshot

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
        with self._refreshing:
            with self._database.read() as session:
                face, today = read_clock(session), self._today()
                caught_up = self._caught_up(session, face, today)
                if caught_up is None and not self._saves(session, today):
                    caught_up = self._built(session, self._empty(session, face, today))
            if caught_up is None:
                caught_up = self._saved_or_built()
                # What a large catalogue leaves in memory stays. It need not be searched for rubbish
                # again and again: that would hold up requests for a tenth of a second each time.
                # A server that has not finished its start does it then, and once is enough.
                if gc.isenabled():
                    gc.collect()
                    gc.freeze()
            self._snapshot = caught_up

    def _follow(self) -> None:
        while not self._stopping.is_set():
            # What is committed from here on sets it again, and is not overlooked.
            self._database.changed.clear()
            try:
                self.refresh()
            except Exception as error:  # noqa: BLE001 - nothing may end the following.
                if self._stopping.is_set():
                    break
                # A database that is away comes back: what was read last is answered meanwhile.
                kind = type(error).__name__
                logger.warning("the catalogue cannot be followed", extra={"fields": {"kind": kind}})
                self._first.set()
                self._stopping.wait(1)
            self._first.set()
            self._database.changed.wait(LOOK_EVERY)

    def _caught_up(self, session: Session, face: ClockFace, today: date) -> Snapshot | None:
        """What is known with all that changed since; None where all has to be read."""
        known = self._snapshot
        if known is None or (known.epoch, known.today) != (face.epoch, today):
            return None
        return _followed(session, known, face)

    def _saves(self, session: Session, today: date) -> bool:
        return self._folder is not None and as_many_live(session, today, saved.FEWEST)

    def _saved_or_built(self) -> Snapshot:
        """The catalogue as it was saved, with what changed since; or read whole, and saved."""
        assert self._folder is not None  # noqa: S101 - tells mypy what the caller has looked at.
        with saved.alone(self._folder):
            # When it is our turn, another worker may just have read and saved it.
            found = self._saved(self._folder)
            if found is None and self._is_large():
                today, url = self._today(), self._database.url
                if read_apart(url, self._folder, today, self._stopping):
                    found = self._saved(self._folder)
                elif self._stopping.is_set():
                    raise Unavailable("The catalogue is not read any more.")
                else:
                    logger.warning("the catalogue could not be read by another process")
            if found is not None:
                return found
            with self._database.read() as session:
                start = self._start(session, self._folder)
                snapshot = self._built(session, start)
            if saved.save(self._folder, snapshot):
                # Mapped from the file it takes less memory, and shares it with other workers.
                return saved.load(self._folder, start) or snapshot
            return snapshot

    def _saved(self, folder: Path) -> Snapshot | None:
        """The catalogue as it was saved, with what changed since, if it can be had."""
        with self._database.read() as session:
            start = self._start(session, folder)
            known = saved.load(folder, start)
            face = ClockFace(start.epoch, start.sequence)
            followed = known and _followed(session, known, face)
        if known is None or followed is None:
            return None
        fields = {"activities": followed.total, "sequence": known.sequence}
        logger.info("read a saved snapshot", extra={"fields": fields})
        return followed

    def _is_large(self) -> bool:
        with self._database.read() as session:
            return as_many_live(session, self._today(), LARGE)

    def save(self) -> bool:
        """Read the whole catalogue and save it, for others; whether it was saved."""
        if self._folder is None:
            return False
        with self._database.read() as session:
            snapshot = self._built(session, self._start(session, self._folder))
        return saved.save(self._folder, snapshot)

    def _start(self, session: Session, folder: Path) -> Snapshot:
        return self._empty(session, read_clock(session), self._today(), folder)

    def _empty(
        self, session: Session, face: ClockFace, today: date, folder: Path | None = None
    ) -> Snapshot:
        scratch = folder if folder and folder.is_dir() else None
        areas = areas_on(session, today)
        start = empty_snapshot(face.epoch, face.sequence, today, areas, scratch)
        return replace(start, councils_said=_said(session))

    @staticmethod
    def _built(session: Session, start: Snapshot) -> Snapshot:
        snapshot = built(start, made_cards(session, start.today))
        fields = {"activities": snapshot.total, "sequence": snapshot.sequence}
        logger.info("read the whole catalogue", extra={"fields": fields})
        return snapshot


def _followed(session: Session, known: Snapshot, face: ClockFace) -> Snapshot | None:
    """A snapshot with all that changed since; None where that is too much to follow."""
    if known.sequence == face.sequence:
        return known
    changes = session.exec(
        select(Change.kind, Change.subject, Change.sequence)
        .where(col(Change.sequence) > known.sequence)
        .order_by(col(Change.sequence))
        .limit(MOST_CHANGES + 1)
    ).all()
    if len(changes) > MOST_CHANGES:
        return None
    numbers = {UUID(subject): number for kind, subject, number in changes if kind == "activity"}
    if any(kind == "council" for kind, _, _ in changes):
        # The activities that show something of it are among the changes themselves.
        areas, said = areas_on(session, known.today), _said(session)
        known = replace(known, areas=areas, councils_said=said, places={})
    filed = filed_cards(session, known.sequence, numbers, known.today)
    found = [*filed.values()]
    if others := numbers.keys() - filed.keys():
        found += chain.from_iterable(made_cards(session, known.today, others))
    caught_up = changed(known, face.sequence, numbers, found)
    return settled(caught_up) if caught_up.late > MOST_LATE else caught_up


def _said(session: Session) -> dict[str, CouncilDocument]:
    """What each council says to its residents, by its GSS code."""
    return {one.area.gss: one for one in all_councils(session) if one.area.gss}
