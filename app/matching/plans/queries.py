"""A plan as a calendar: its sessions are read from the catalogue, and nothing is kept."""

from uuid import UUID

from fastapi import Response
from sqlmodel import col, select

from app.catalogue.calendars import MEDIA_TYPE, Window, calendar_of, session_events, window_of
from app.catalogue.loading import entries, live
from app.catalogue.models import Activity
from app.database import Database
from app.matching.matches import day_of
from app.matching.plans.answers import PlansWanted
from app.matching.plans.kinds import Kind
from app.matching.plans.weeks import plans_found, weeks_of
from app.search.index.snapshot import Snapshot
from app.search.queries import revision_of
from app.search.ready import private_answer

CALENDAR = f"{MEDIA_TYPE}; charset=utf-8"


def plans_answer(
    database: Database,
    snapshot: Snapshot,
    asked: PlansWanted,
    kind: Kind | None,
    *,
    calendar: bool,
) -> Response:
    """The plans as JSON, or one of them as a calendar; nobody keeps either.

    Raises:
        DayOutOfRange: the day is not one of the next year.
        HomeNotResolved: the place told is not known.
        CouncilNotHeld: the council named is not held.
    """
    if calendar:
        return private_answer(plan_calendar(database, snapshot, asked, kind), CALENDAR)
    return private_answer(plans_found(snapshot, asked, kind))


def plan_calendar(
    database: Database, snapshot: Snapshot, asked: PlansWanted, kind: Kind | None
) -> bytes:
    """The sessions of one plan as iCalendar; without events where there is no plan.

    Args:
        database: holds the sessions' dates, of which the index knows the days of the week alone.
        snapshot: the catalogue in memory.
        asked: what was asked.
        kind: of plan; the best fit if not given.

    Raises:
        DayOutOfRange: the day is not one of the next year.
        HomeNotResolved: the place told is not known.
        CouncilNotHeld: the council named is not held.
    """
    weeks = weeks_of(snapshot, asked)
    plan = weeks.best(kind)
    chosen = weeks.of(plan) if plan else []
    wanted = {UUID((one.session.stated or {})["id"]) for one in chosen}
    rows = sorted({one.shown.row for one in chosen})
    columns = snapshot.activities
    ids = [
        UUID(int=int(columns["id_high"][row]) << 64 | int(columns["id_low"][row])) for row in rows
    ]
    today = day_of(asked, snapshot.today)
    events = []
    with database.read() as session:
        found = session.exec(
            select(Activity)
            .where(live(snapshot.today), col(Activity.id).in_(ids))
            .order_by(col(Activity.id))
        ).all()
        for row, entry in zip(found, entries(session, found), strict=True):
            window = Window(today, window_of(today, today).last)
            revision = revision_of(session, row, today)
            for one in entry.activity.sessions:
                if one.id in wanted:
                    events += session_events(entry, one, window, revision, asked.lang)
    return calendar_of("My week", events)
