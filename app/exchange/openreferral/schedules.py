"""Sessions as the standard's schedules: one for each time at which something runs."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from uuid import UUID

from app.catalogue.documents import ActivityDocument
from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.occurrences import describe_times, repeats_on
from app.exchange.openreferral.identity import derived_id, place_id
from app.exchange.openreferral.schemas import FeedSchedule
from app.parameters import LONDON
from app.vocabulary.terms import vocabulary

DAYS = {"mon": "MO", "tue": "TU", "wed": "WE", "thu": "TH", "fri": "FR", "sat": "SA", "sun": "SU"}

ATTENDING = {
    "venue": "At the venue",
    "online": "Online",
    "comes_to_you": "The provider comes to the person",
}

LOOKED_AHEAD = 63
"""Within so many days every weekly, fortnightly and monthly session takes place once."""


def schedules(activity: ActivityDocument) -> list[FeedSchedule]:
    """The schedules of an activity."""
    return [made for session in activity.sessions for made in _schedules(activity, session)]


def _schedules(activity: ActivityDocument, session: SessionDocument) -> Iterator[FeedSchedule]:
    if session.repeats == "dated":
        # The standard knows no list of dates: each is a schedule that holds for one day.
        for day in session.dates:
            yield _schedule(
                activity, session, derived_id("schedule", session.id, day), day, (day, day)
            )
        return
    first = _first_day(activity, session)
    yield _schedule(activity, session, session.id, first, (session.valid_from, session.valid_to))


def _schedule(
    activity: ActivityDocument,
    session: SessionDocument,
    schedule_id: UUID,
    first: date | None,
    valid: tuple[date | None, date | None],
) -> FeedSchedule:
    day = DAYS.get(session.day or "")
    monthly = session.repeats == "monthly"
    freq = {"weekly": "WEEKLY", "fortnightly": "WEEKLY", "monthly": "MONTHLY"}.get(session.repeats)
    at = first or activity.confirmed_on
    place = None
    if session.place != "comes_to_you":
        place = place_id(activity.id, session.venue_id)
    return FeedSchedule.model_validate(
        {
            "id": schedule_id,
            "service_id": activity.id,
            "service_at_location_id": place,
            "valid_from": valid[0],
            "valid_to": valid[1],
            "dtstart": first,
            "freq": freq,
            "interval": freq and (2 if session.repeats == "fortnightly" else 1),
            "byday": ",".join(f"{nth}{day}" for nth in session.nth) if monthly else day,
            "description": describe_times(session),
            "opens_at": zoned(session.starts_at, at),
            "closes_at": zoned(session.ends_at, at),
            "timezone": "Europe/London",
            "attending_type": ATTENDING[session.place],
            "notes": " ".join(_notes(session)) or None,
        }
    )


def _first_day(activity: ActivityDocument, session: SessionDocument) -> date | None:
    """The first day on which a session runs since it is valid, or since it was confirmed.

    None where it ends before it ever runs.
    """
    base = session.valid_from or activity.confirmed_on
    for offset in range(LOOKED_AHEAD):
        day = base + timedelta(days=offset)
        if session.valid_to is not None and day > session.valid_to:
            return None
        if repeats_on(session, day):
            return day
    return None


def zoned(at: time, day: date) -> str:
    """A local time with the offset that London's clocks have on a day, as in `10:00+01:00`."""
    moment = datetime.combine(day, at, LONDON)
    offset = moment.utcoffset() or timedelta()
    hours = int(offset.total_seconds()) // 3600
    return f"{at:%H:%M}{f'+{hours:02}:00' if hours else 'Z'}"


def _notes(session: SessionDocument) -> Iterator[str]:
    if session.label:
        yield f"{session.label}."
    if session.term_time_only:
        yield "In school terms only."
    if session.bank_holidays:
        rule = vocabulary().term("bank_holiday_rule", session.bank_holidays)
        yield f"On bank holidays: {rule.label}."
    if session.staff_ratio:
        yield f"Workers to people: {session.staff_ratio.staff}:{session.staff_ratio.people}."
