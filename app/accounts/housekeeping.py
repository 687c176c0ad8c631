"""Removing what has served its time: codes, sign-ins, counts, kept answers and sent letters."""

import logging
import threading
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, update
from sqlmodel import col

from app.accounts.allowances import LONGEST_WINDOW
from app.accounts.idempotency import KEPT
from app.accounts.models import (
    Allowance,
    ClientSecret,
    Idempotency,
    Invitation,
    MailedLink,
    SignIn,
)
from app.database import Database, Writing, utc_now
from app.mail.delivery import tidy_letters
from app.mail.models import Letter

logger = logging.getLogger("carefinder.housekeeping")

EVERY = 3_600.0
"""Seconds between two rounds."""

SIGN_INS_KEPT = timedelta(days=90)
"""For how long a sign-in that has ended is kept, so that its address is known again."""


def tidy(session: Writing, now: datetime) -> None:
    """Remove what nobody needs any more."""
    for statement in (
        delete(MailedLink).where(col(MailedLink.expires_at) < now),
        delete(Invitation).where(col(Invitation.expires_at) < now),
        delete(Allowance).where(col(Allowance.began_at) < now - LONGEST_WINDOW),
        delete(Idempotency).where(col(Idempotency.at) < now - KEPT),
        delete(ClientSecret).where(col(ClientSecret.expires_at) < now),
        delete(SignIn).where(
            or_(col(SignIn.ended_at) < now - SIGN_INS_KEPT, col(SignIn.expires_at) < now),
            col(SignIn.started_at) < now - SIGN_INS_KEPT,
        ),
    ):
        session.execute(statement)
    tidy_letters(session, now)


def after_restore(session: Writing) -> None:
    """Have a restored database revive nothing: no sign-in that was ended since, and no mail.

    Everybody signs in again; codes that were mailed before and invitations have to be asked for
    anew; letters that waited then were sent long ago.
    """
    now = utc_now()
    session.execute(
        update(SignIn)
        .where(col(SignIn.ended_at).is_(None))
        .values(ended_at=now, ended_by="restore")
    )
    session.execute(delete(MailedLink))
    session.execute(delete(Invitation).where(col(Invitation.accepted_at).is_(None)))
    session.execute(
        update(Letter)
        .where(col(Letter.sent_at).is_(None))
        .values(due_at=None, claimed_until=None, text="", trouble="restored")
    )


class Housekeeping:
    """A thread that tidies once an hour. Several processes may do so: it is done once."""

    def __init__(self, database: Database, *, every: float = EVERY) -> None:
        self._database = database
        self._every = every
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeping", daemon=True)

    def start(self) -> None:
        """Begin; the first round comes after the first hour."""
        self._thread.start()

    def stop(self) -> None:
        """End after the round in hand."""
        self._stopped.set()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._stopped.wait(self._every):
            try:
                with self._database.write() as session:
                    tidy(session, utc_now())
            except Exception as error:  # noqa: BLE001 - the next round may find it well.
                fields = {"kind": type(error).__qualname__}
                logger.warning("not tidied", extra={"fields": fields})
