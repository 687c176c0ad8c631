"""Reminding providers and hiding what nobody confirms: idempotent, and safe on two machines.

Each notice is a row with a key; whoever puts it in first sends the mail, in one transaction.
"""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select

from app.accounts.audit import record
from app.accounts.opaque import digest_of, make_secret
from app.accounts.principals import SYSTEM
from app.catalogue.commands import hide_activity
from app.catalogue.documents.councils import FreshnessDays
from app.catalogue.loading import councils_by_id
from app.catalogue.models import Activity, Council, Provider
from app.database import Database, Reading, Writing
from app.listings.freshness.due import BETWEEN_DAYS, LINK_DAYS, NUMBERS, Duty, duty
from app.listings.letters import people_of, remind, tell_hidden
from app.listings.models import Notice

logger = logging.getLogger("carefinder.housekeeping")


@dataclass
class Kept:
    """What a round of housekeeping did."""

    reminded: int = 0
    hidden: int = 0


@dataclass(frozen=True)
class Candidate:
    """A live activity that may need a notice."""

    id: UUID
    confirmed_on: date
    days: FreshnessDays


def keep_house(database: Database, today: date, base_url: str) -> Kept:
    """Send the notices that are due, and hide what nobody confirmed after two of them.

    Args:
        database: whose listings to look after.
        today: the day it is in London.
        base_url: where this service is reached; the links in mail lead there.
    """
    with database.read() as session:
        candidates = _candidates(session, today)
    kept = Kept()
    for one in candidates:
        with database.write() as writing:
            done = _attend(writing, one, today, base_url)
        kept.reminded += done in {"first", "last"}
        kept.hidden += done == "hide"
    with database.write() as writing:
        # What was not confirmed since still has to know which notices were sent.
        spent = select(Activity.id).where(
            Activity.id == Notice.activity_id, Activity.confirmed_on > Notice.confirmed_on
        )
        expired = delete(Notice).where(col(Notice.expires_on) < today, spent.exists())
        writing.execute(expired)
    return kept


def _candidates(session: Reading, today: date) -> list[Candidate]:
    """The live activities for which something is due, the longest unconfirmed first."""
    councils = councils_by_id(session, set(session.exec(select(Council.id))))
    soonest = min((one.freshness.fresh for one in councils.values()), default=0)
    statement = (
        select(col(Activity.id), col(Activity.confirmed_on), col(Provider.council_id))
        .join(Provider, col(Provider.id) == Activity.provider_id)
        .where(
            Activity.status == "live",
            col(Activity.hidden_from).is_(None),
            Activity.confirmed_on < today - timedelta(days=soonest),
        )
        .order_by(col(Activity.confirmed_on), col(Activity.id))
    )
    sent = _sent(session)
    return [
        Candidate(key, confirmed_on, days)
        for key, confirmed_on, council_id in session.exec(statement)
        for days in (councils[council_id].freshness,)
        if duty(confirmed_on, today, days, sent.get((key, confirmed_on), []))
    ]


def _sent(session: Reading | Writing, activity_id: UUID | None = None) -> Any:  # noqa: ANN401 - days by key.
    """The days of the notices that were sent, by the activity and the day it was confirmed on."""
    statement: Any = select(col(Notice.activity_id), col(Notice.confirmed_on), col(Notice.sent_on))
    if activity_id is not None:
        statement = statement.where(Notice.activity_id == activity_id)
    days: dict[tuple[UUID, date], list[date]] = {}
    for key, confirmed_on, sent_on in session.exec(statement):
        days.setdefault((key, confirmed_on), []).append(sent_on)
    return days


def _attend(session: Writing, one: Candidate, today: date, base_url: str) -> Duty | None:
    """Do what is due about one activity, unless it was confirmed or attended to meanwhile."""
    row = session.get(Activity, one.id, with_for_update=True, populate_existing=True)
    if row is None or row.status != "live" or row.hidden_from is not None:
        return None
    sent = _sent(session, one.id).get((one.id, row.confirmed_on), [])
    due = duty(row.confirmed_on, today, one.days, sent)
    if due is None:
        return None
    token = make_secret("confirm")
    if not _note(session, row, due, token, today):
        return None
    link = f"{base_url}/v1/confirmations?token={token}"
    people = people_of(session, row.provider_id)
    council_id = session.get_one(Provider, row.provider_id).council_id
    if due == "hide":
        hide_activity(session, row.id, since=today)
        tell_hidden(session, people, row.name, link)
    else:
        remind(session, people, row.name, link, last=due == "last", days=BETWEEN_DAYS)
    action = "activity.hidden" if due == "hide" else "activity.reminded"
    record(session, SYSTEM, action, "activity", row.id, council_id=council_id)
    return due


def _note(session: Writing, row: Activity, due: Duty, token: str, today: date) -> bool:
    """Put a notice in; False where another machine has done so."""
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    making = (
        dialect.insert(Notice)
        .values(
            activity_id=row.id,
            confirmed_on=row.confirmed_on,
            number=NUMBERS[due],
            digest=digest_of(token),
            sent_on=today,
            expires_on=today + timedelta(days=LINK_DAYS),
        )
        .on_conflict_do_nothing()
    )
    # The driver does not always count rows: what comes back was made.
    return session.execute(making.returning(col(Notice.number))).first() is not None


class Keeper:
    """A thread that keeps house from time to time, where the settings switch it on."""

    def __init__(
        self, database: Database, today: Callable[[], date], base_url: str, *, every: float
    ) -> None:
        """Start nothing yet.

        Args:
            database: whose listings to look after.
            today: tells the day it is in London.
            base_url: where this service is reached.
            every: seconds between two rounds; 0 for none at all.
        """
        self._database = database
        self._today = today
        self._base_url = base_url
        self._every = every
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin, if it is switched on."""
        if self._every:
            self._thread.start()

    def stop(self) -> None:
        """End after the listing in hand."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=30)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                kept = keep_house(self._database, self._today(), self._base_url)
                fields: dict[str, Any] = {"reminded": kept.reminded, "hidden": kept.hidden}
                logger.info("kept house", extra={"fields": fields})
            except Exception as error:  # noqa: BLE001 - the next round may find the database well.
                fields = {"kind": type(error).__qualname__}
                logger.warning("house not kept", extra={"fields": fields})
            self._stopped.wait(self._every)
