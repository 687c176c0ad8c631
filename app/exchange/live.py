"""The activities that followers hold: those of which the last change row is no removal."""

from collections.abc import Collection, Iterator
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import Session, col, select

from app.catalogue.loading import CHUNK, entries
from app.catalogue.models import Activity
from app.exchange.records import ActivityRecord, activity_record


def followed() -> ColumnElement[bool]:
    """The condition under which an activity is in the catalogue, whatever day it is."""
    return (col(Activity.status) == "live") & col(Activity.hidden_from).is_(None)


def live_records(session: Session, ids: Collection[UUID]) -> Iterator[ActivityRecord]:
    """The records of those of some activities that are in the catalogue, by id."""
    given = sorted(ids)
    for start in range(0, len(given), CHUNK):
        wanted = select(Activity).where(
            col(Activity.id).in_(given[start : start + CHUNK]), followed()
        )
        found = session.exec(wanted.order_by(col(Activity.id))).all()
        for row, entry in zip(found, entries(session, found), strict=True):
            yield activity_record(entry, row)
        # The rows are not needed any more, and a nation's would fill the memory.
        session.expunge_all()


def live_ids(session: Session) -> list[UUID]:
    """The ids of all activities that are in the catalogue, in order."""
    return list(session.exec(select(Activity.id).where(followed()).order_by(col(Activity.id))))
