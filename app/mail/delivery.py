"""Sending what is in the outbox: claimed first, sent outside any transaction, then marked.

Whoever claims a letter has it to themselves for some minutes. One who is not heard of again, as
after a crash, may have sent it or not: it is sent once more, under the same Message-ID, and not a
third time.
"""

import logging
import threading
from datetime import datetime, timedelta

from sqlalchemy import and_, delete
from sqlmodel import col, or_, select

from app.database import Database, Writing, utc_now
from app.mail.models import Letter
from app.mail.outbox import wake_on_letters
from app.mail.senders import NotSentError, Sender

logger = logging.getLogger("carefinder.mail")

CLAIM = timedelta(minutes=5)
"""How long a letter is one sender's; longer than a mail server may take for all its steps."""

WAITS = tuple(
    timedelta(seconds=seconds) for seconds in (30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800)
)
"""How long to wait after each attempt that failed; after the last of them a letter is given up."""

KEPT = timedelta(days=7)
"""For how long a letter that was sent or given up stays in the list, without its text."""


def deliver_due(database: Database, sender: Sender) -> int:
    """Send every letter that is due; the answer is how many were sent."""
    sent = 0
    while (letter := _claim(database, utc_now())) is not None:
        try:
            sender.send(letter)
        except NotSentError as error:
            logger.warning("letter not sent", extra={"fields": {"trouble": error.trouble}})
            _put_off(database, letter, error)
        else:
            _mark_sent(database, letter)
            sent += 1
    return sent


def _claim(database: Database, now: datetime) -> Letter | None:
    """The next letter that is due, claimed so that nobody else sends it meanwhile."""
    free = or_(col(Letter.claimed_until).is_(None), col(Letter.claimed_until) < now)
    due = and_(col(Letter.sent_at).is_(None), col(Letter.due_at) <= now, free)
    with database.read() as reading:
        # Looking costs no writer its turn.
        if reading.exec(select(Letter.id).where(due).limit(1)).first() is None:
            return None
    ordered = select(Letter).where(due).order_by(col(Letter.due_at), col(Letter.id))
    first = ordered.limit(1).with_for_update(skip_locked=True)
    with database.write() as session:
        while (letter := session.exec(first).first()) is not None:
            if letter.claimed_until is None or letter.lapses == 0:
                letter.lapses += letter.claimed_until is not None
                letter.claimed_until = now + CLAIM
                letter.attempts += 1
                session.flush()
                session.refresh(letter)
                session.expunge(letter)
                return letter
            _give_up(letter, "not heard of twice")
            session.flush()
    return None


def _mark_sent(database: Database, letter: Letter) -> None:
    with database.write() as session:
        kept = session.get(Letter, letter.id)
        if kept is not None:
            # What it said may be a secret, and has served its purpose.
            kept.sent_at, kept.claimed_until, kept.text = utc_now(), None, ""
            kept.trouble = None


def _put_off(database: Database, letter: Letter, error: NotSentError) -> None:
    with database.write() as session:
        kept = session.get(Letter, letter.id)
        if kept is None:
            return
        if error.for_good or kept.attempts > len(WAITS):
            _give_up(kept, error.trouble)
            return
        kept.claimed_until, kept.trouble = None, error.trouble[:120]
        kept.due_at = utc_now() + WAITS[kept.attempts - 1]


def _give_up(letter: Letter, trouble: str) -> None:
    letter.due_at = letter.claimed_until = None
    letter.text, letter.trouble = "", trouble[:120]


def tidy_letters(session: Writing, now: datetime) -> None:
    """Remove the letters that were sent or given up some days ago."""
    done = or_(col(Letter.sent_at).is_not(None), col(Letter.due_at).is_(None))
    session.execute(delete(Letter).where(done, col(Letter.created_at) < now - KEPT))


class Postman:
    """A thread that sends what this process puts into the outbox, at once, and what was left."""

    def __init__(self, database: Database, sender: Sender, *, every: float) -> None:
        """Start nothing yet.

        Args:
            database: with the outbox.
            sender: sends the letters.
            every: seconds between two looks, for what others left or what failed before.
        """
        self._database = database
        self._sender = sender
        self._every = every
        self._wake = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    def start(self) -> None:
        """Begin to look."""
        wake_on_letters(self._wake)
        self._thread.start()

    def stop(self) -> None:
        """End after the letter in hand."""
        self._stopped.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._wake.wait(self._every)
            self._wake.clear()
            if self._stopped.is_set():
                return
            try:
                deliver_due(self._database, self._sender)
            except Exception as error:  # noqa: BLE001 - the next look may find the database well.
                fields = {"kind": type(error).__qualname__}
                logger.warning("letters not looked at", extra={"fields": fields})
