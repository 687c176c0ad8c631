"""Reading one activity, and what takes the place of one that is gone."""

from datetime import UTC, date, datetime
from typing import Any

from sqlmodel import Session, col, func, select

from app.catalogue.calendars import Revision, activity_calendar, window_of
from app.catalogue.loading import entries, find_by_id_or_slug, live
from app.catalogue.models import Activity, ActivityTerm, Provider
from app.catalogue.public import activity_detail, activity_summary
from app.catalogue.public.linked_data import linked_data
from app.catalogue.queries import ActivityNotFound
from app.catalogue.schemas import ActivityDetail, ActivitySummary
from app.clock import Change
from app.database import Reading
from app.parameters import LONDON, Language
from app.problems import Gone

ALIKE_IN = ("activity_type", "outcome", "cohort")
"""The vocabularies in which a closed activity and another are alike."""


class ActivityClosed(Gone):
    """The activity was closed for good; `similar` names others like it."""

    code = "activity_closed"


def get_activity(session: Reading, key: str, today: date, lang: Language) -> ActivityDetail:
    """Everything about the activity with this id or slug.

    Raises:
        ActivityNotFound: there never was one.
        ActivityClosed: it was closed for good; the problem names similar ones.
    """
    (entry,) = entries(session, [_live_row(session, key, today, lang)])
    return activity_detail(entry, today, lang)


def get_linked_data(session: Reading, key: str, today: date, lang: Language) -> dict[str, Any]:
    """The same activity in the words of schema.org; errors as `get_activity`."""
    (entry,) = entries(session, [_live_row(session, key, today, lang)])
    return linked_data(entry, today, lang)


def get_calendar(session: Reading, key: str, today: date, lang: Language) -> bytes:
    """The sessions of the activity with this id or slug, as iCalendar.

    Raises:
        ActivityNotFound: there never was one.
        ActivityClosed: it was closed for good; the problem names similar ones.
    """
    row = _live_row(session, key, today, lang)
    (entry,) = entries(session, [row])
    window = window_of(today, row.published_at.astimezone(LONDON).date())
    return activity_calendar(entry, window, revision_of(session, row, today), lang)


def revision_of(session: Session, row: Activity, today: date) -> Revision:
    """Which state of an activity its calendar shows: it changes with each change and each year."""
    changes = (
        select(Change.sequence, Change.at)
        .where(Change.kind == "activity", Change.subject == str(row.id))
        .order_by(col(Change.sequence).desc())
        .limit(1)
    )
    number, at = session.exec(changes).first() or (0, row.published_at)
    return Revision(number + today.year, max(at, datetime(today.year, 1, 1, tzinfo=UTC)))


def _live_row(session: Reading, key: str, today: date, lang: Language) -> Activity:
    row: Activity | None = find_by_id_or_slug(session, Activity, key)
    if row is None or row.status not in {"live", "closed"}:
        raise ActivityNotFound
    if row.status == "closed" or (row.hidden_from is not None and row.hidden_from <= today):
        similar = [one.model_dump(mode="json") for one in _similar(session, row, today, lang)]
        raise ActivityClosed(
            "This activity is not in the catalogue any more. `similar` names others like it.",
            similar=similar,
        )
    return row


def _similar(
    session: Session, row: Activity, today: date, lang: Language, limit: int = 5
) -> list[ActivitySummary]:
    """Live activities of the same council that share the most terms with one."""
    terms = select(ActivityTerm.scheme, ActivityTerm.code).where(
        ActivityTerm.activity_id == row.id, col(ActivityTerm.scheme).in_(ALIKE_IN)
    )
    mine = terms.subquery()
    council = select(Provider.council_id).where(Provider.id == row.provider_id)
    neighbours = select(Provider.id).where(col(Provider.council_id).in_(council))
    shared = func.count().label("shared")
    statement = (
        select(Activity)
        .join(ActivityTerm, col(ActivityTerm.activity_id) == Activity.id)
        .join(
            mine,
            (mine.c.scheme == ActivityTerm.scheme) & (mine.c.code == ActivityTerm.code),
        )
        .where(live(today), Activity.id != row.id, col(Activity.provider_id).in_(neighbours))
        .group_by(col(Activity.id))
        .order_by(shared.desc(), col(Activity.sort_name), col(Activity.id))
        .limit(limit)
    )
    found = session.exec(statement).all()
    return [activity_summary(entry, today, lang) for entry in entries(session, found)]
