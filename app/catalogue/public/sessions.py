"""When an activity runs and whether there is a place."""

from datetime import date

from app.catalogue.documents import ActivityDocument
from app.catalogue.documents.sessions import Capacity, SessionDocument
from app.catalogue.freshness import believed_capacity
from app.catalogue.occurrences import (
    ENGLAND,
    LocalDays,
    describe_times,
    local_span,
    next_dates,
)
from app.catalogue.public.wording import coded_or_none
from app.catalogue.schemas import CapacityView, NextSession, SessionView
from app.parameters import Language
from app.vocabulary.schemas import coded

NEXT_DATES = 6
"""How many days of each session are told."""


def next_session(
    activity: ActivityDocument, today: date, local: LocalDays = ENGLAND
) -> NextSession | None:
    """The first session on or after today."""
    spans = [
        local_span(session, day)
        for session in activity.sessions
        for day in next_dates(session, today, closure=activity.closure, local=local)
    ]
    if not spans:
        return None
    starts, ends = min(spans)
    return NextSession(starts=starts, ends=ends)


def capacity_view(capacity: Capacity | None, today: date, lang: Language) -> CapacityView:
    """Whether there is a place, as far as that is still believed."""
    believed = believed_capacity(capacity, today)
    return CapacityView(
        status=coded("capacity", believed.status if believed else "unknown", lang),
        places=believed.places if believed else None,
        as_of=believed.as_of if believed else None,
    )


def session_view(
    session: SessionDocument,
    activity: ActivityDocument,
    today: date,
    lang: Language,
    local: LocalDays = ENGLAND,
) -> SessionView:
    """One time at which the activity runs."""
    return SessionView(
        id=session.id,
        label=session.label,
        place=session.place,
        venue_id=session.venue_id,
        times=describe_times(session),
        repeats=session.repeats,
        day=session.day,
        nth=list(session.nth),
        starts_at=f"{session.starts_at:%H:%M}",
        ends_at=f"{session.ends_at:%H:%M}",
        timezone="Europe/London",
        term_time_only=session.term_time_only,
        valid_from=session.valid_from,
        valid_to=session.valid_to,
        next_dates=next_dates(
            session, today, closure=activity.closure, limit=NEXT_DATES, local=local
        ),
        bank_holidays=coded_or_none("bank_holiday_rule", session.bank_holidays, lang),
        staff_ratio=session.staff_ratio and session.staff_ratio.model_dump(),
        group_size=session.group_size and session.group_size.model_dump(),
        capacity=capacity_view(session.capacity, today, lang),
    )
