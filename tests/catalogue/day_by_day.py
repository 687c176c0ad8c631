"""On which days a session runs, found the plain way: by walking from day to day."""

import calendar
from datetime import date, timedelta
from typing import Any

from factories import make_activity, make_council, make_provider, make_session, make_venue
from hypothesis import strategies as st

from app.catalogue.documents.activities import Closure
from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.occurrences import DAYS, ENGLAND, LocalDays, is_bank_holiday
from app.catalogue.public import Entry

CHRISTMAS_2026 = ["2026-12-25", "2026-12-26", "2026-12-28"]
EASTER_2027 = ["2027-03-26", "2027-03-29"]


def days(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


def runs_by_counting(
    session: SessionDocument, day: date, closure: Closure | None = None, local: LocalDays = ENGLAND
) -> bool:
    """Whether a session runs on a day: the plain way, from calendars and lists of days."""
    begins, ends = session.valid_from or date.min, session.valid_to or date.max
    if not begins <= day <= ends:
        return False
    if closure and closure.closed_from <= day < (closure.reopens_on or date.max):
        return False
    holidays = ({day} if is_bank_holiday(day) else set()) - local.working_days
    if session.bank_holidays != "open" and day in holidays | local.holidays:
        return False
    if session.term_time_only and day in school_holidays(local):
        return False
    if session.repeats == "dated":
        return session.dates.count(day) > 0
    return calendar.day_abbr[day.weekday()].lower() == session.day and in_turn(session, day)


def school_holidays(local: LocalDays) -> set[date]:
    """Every day between two terms that are at most nine weeks apart."""
    found = set()
    for (_, ends), (starts, _) in zip(local.terms, local.terms[1:], strict=False):
        if (starts - ends).days <= 63:
            found |= {ends + timedelta(days=after) for after in range(1, (starts - ends).days)}
    return found


def in_turn(session: SessionDocument, day: date) -> bool:
    """Whether it is the turn of this one of a session's weekdays."""
    if session.week_of is not None:
        return (day.toordinal() - 1) // 7 % 2 == (session.week_of.toordinal() - 1) // 7 % 2
    weeks = calendar.monthcalendar(day.year, day.month)
    same = [week[day.weekday()] for week in weeks if week[day.weekday()]]
    wanted = [same[nth - 1 if nth > 0 else nth] for nth in session.nth]
    return day.day in wanted or not session.nth


FIRST = st.dates(date(2024, 1, 1), date(2032, 12, 31))
CHANGES = days("2026-03-29", "2026-10-25")
NEAR = FIRST | st.sampled_from([*days(*CHRISTMAS_2026, *EASTER_2027), *CHANGES])
TIMES = st.sampled_from(
    [("10:00", "12:00")] * 3
    + [("09:30", "15:45"), ("00:30", "03:00"), ("01:00", "01:30"), ("01:30", "02:00")]
    + [("00:00", "23:59"), ("23:00", "23:30"), ("00:15", "00:45")]
)


@st.composite
def sessions(draw: st.DrawFn, /, near: st.SearchStrategy[date] = NEAR) -> SessionDocument:
    repeats = draw(st.sampled_from(["weekly", "fortnightly", "monthly", "dated"]))
    valid = sorted(draw(st.tuples(near, near)))
    starts_at, ends_at = draw(TIMES)
    over: dict[str, Any] = {
        "repeats": repeats,
        "valid_from": draw(st.sampled_from([None, valid[0]])),
        "valid_to": draw(st.sampled_from([None, valid[1]])),
        "bank_holidays": draw(st.sampled_from([None, "open", "closed_charged"])),
        "term_time_only": draw(st.booleans()),
        "starts_at": starts_at,
        "ends_at": ends_at,
    }
    if repeats == "dated":
        over["dates"] = draw(st.lists(near, min_size=1, max_size=20, unique=True))
    else:
        over["day"] = draw(st.sampled_from([*DAYS, "sun"]))
    if repeats == "fortnightly":
        over["week_of"] = draw(near)
    if repeats == "monthly":
        nth = st.lists(st.sampled_from([1, 2, 3, 4, -1]), min_size=1, unique=True)
        over["nth"] = draw(nth)
    return make_session(**over)


@st.composite
def closures(draw: st.DrawFn, /, near: st.SearchStrategy[date] = NEAR) -> Closure:
    closed_from, reopens_on = draw(near), draw(st.none() | near)
    return Closure(reason="Repairs.", closed_from=closed_from, reopens_on=reopens_on)


@st.composite
def locals_days(draw: st.DrawFn, /, near: st.SearchStrategy[date] = NEAR) -> LocalDays:
    """What a council says of days: some bank holidays more, some less, and terms in order."""
    holidays = draw(st.frozensets(near, max_size=4))
    ends = sorted(draw(st.sets(near, max_size=16)))
    terms = tuple(zip(ends[::2], ends[1::2], strict=False))
    working = draw(st.frozensets(st.sampled_from(days(*CHRISTMAS_2026, *EASTER_2027)), max_size=3))
    return LocalDays(holidays, working - holidays, terms)


@st.composite
def entries_of(draw: st.DrawFn, /, near: st.SearchStrategy[date] = NEAR) -> Entry:
    """An activity with some sessions, whose council says something of days."""
    local = draw(locals_days(near))
    council = make_council(
        bank_holidays=[{"day": day} for day in sorted(local.holidays)]
        + [{"day": day, "holiday": False} for day in sorted(local.working_days)],
        school_terms=[{"starts_on": starts, "ends_on": ends} for starts, ends in local.terms],
    )
    provider = make_provider(council)
    venue = make_venue(provider)
    given = draw(st.lists(sessions(near), max_size=3))
    at_venue = {"place": "venue", "venue_id": venue.id}
    placed = [one.model_copy(update=draw(st.sampled_from([{}, at_venue]))) for one in given]
    closure = draw(st.none() | closures(near))
    activity = make_activity(provider, sessions=placed, closure=closure)
    return Entry(activity, provider, council, {venue.id: venue})
