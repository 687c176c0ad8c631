"""Putting a letter into the outbox, in the transaction that makes it necessary."""

import secrets
import threading
from datetime import datetime
from weakref import WeakSet

from sqlalchemy import event
from sqlalchemy.orm import Session as OrmSession

from app.database import Writing, utc_now
from app.mail.models import Letter

_QUEUED = "letters queued"
_waiting: WeakSet[threading.Event] = WeakSet()


def put(
    session: Writing, recipient: str, subject: str, text: str, *, due_at: datetime | None = None
) -> Letter:
    """Have a letter sent once the transaction is committed.

    Args:
        session: undone, nothing is sent.
        recipient: an e-mail address that was checked to be one.
        subject: one line.
        text: plain text.
        due_at: when to send it; now if not given.
    """
    letter = Letter(
        message_id=f"<{secrets.token_hex(16)}@care-finder.invalid>",
        recipient=recipient,
        subject=subject,
        text=text,
        due_at=due_at or utc_now(),
    )
    session.add(letter)
    session.info[_QUEUED] = True
    return letter


def withhold(session: Writing, recipient: str, subject: str, text: str) -> None:
    """Do what `put` does, for a letter that there is nobody to send to.

    So an operation takes as long and writes as much whether or not it knows an address.
    """
    letter = put(session, recipient, subject, text)
    letter.due_at = None
    letter.recipient = ""
    letter.text = ""


def wake_on_letters(waiting: threading.Event) -> None:
    """Have an event set whenever this process commits a letter, as long as somebody keeps it."""
    _waiting.add(waiting)


@event.listens_for(Writing, "after_commit")
def _wake(session: OrmSession) -> None:
    if session.info.pop(_QUEUED, False):
        for waiting in list(_waiting):
            waiting.set()


@event.listens_for(Writing, "after_rollback")
def _forget(session: OrmSession) -> None:
    session.info.pop(_QUEUED, None)
