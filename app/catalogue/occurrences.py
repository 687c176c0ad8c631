"""On which days a session runs. Times are local; the days are London's."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import islice

from holidays import country_holidays

from app.catalogue.documents.activities import Closure
from app.catalogue.documents.base import Day
from app.catalogue.documents.councils import CouncilDocument
from app.catalogue.documents.sessions import SessionDocument
from app.parameters import LONDON

DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
HORIZON_DAYS = 366
"""How far ahead days are looked for."""


LONGEST_HOLIDAY = timedelta(days=63)
"""No school holiday lasts longer; terms further apart leave out one that is not known."""


@cache
def _bank_holidays(year: int) -> frozenset[date]:
    return frozenset(country_holidays("GB", subdiv="ENG", years=year))


def is_bank_holiday(day: date) -> bool:
    """Whether a day is a bank holiday in England."""
    return day in _bank_holidays(day.year)


@dataclass(frozen=True)
class LocalDays:
    """What a council says of days: where England's bank holidays do not hold, and school terms.

    `terms` are first and last days, in order. Where there are none, nothing is known of terms.
    """

    holidays: frozenset[date] = frozenset()
    working_days: frozenset[date] = frozenset()
    terms: tuple[tuple[date, date], ...] = ()

    def is_bank_holiday(self, day: date) -> bool:
        """Whether a day is a bank holiday here."""
        if day in self.holidays:
            return True
        return day not in self.working_days and is_bank_holiday(day)

    def in_term(self, day: date) -> bool | None:
        """Whether a day lies in a school term; None where that is not known."""
        last = None
        for starts, ends in self.terms:
            if day < starts:
                near = last is not None and starts - last <= LONGEST_HOLIDAY
                return False if near else None
            if day <= ends:
                return True
            last = ends
        return None


ENGLAND = LocalDays()
"""England's bank holidays, and nothing known of school terms."""


def local_days(council: CouncilDocument) -> LocalDays:
    """What a council says of days."""
    if not council.bank_holidays and not council.school_terms:
        return ENGLAND
    return LocalDays(
        holidays=frozenset(one.day for one in council.bank_holidays if one.holiday),
        working_days=frozenset(one.day for one in council.bank_holidays if not one.holiday),
        terms=tuple((one.starts_on, one.ends_on) for one in council.school_terms),
    )


def next_dates(
    session: SessionDocument,
    first: date,
    *,
    closure: Closure | None = None,
    limit: int = 1,
    local: LocalDays = ENGLAND,
) -> list[date]:
    """The first days, from a day on, on which a session runs; none beyond a year.

    A bank holiday counts only where the session says that it is open then. Of a term-time session,
    days outside the terms that its council has told do not count; where nothing is known of terms,
    its days are given throughout, and marked so.

    Args:
        session: the session.
        first: the first day that counts.
        closure: a temporary closure of its activity.
        limit: how many days to find at most.
        local: what the activity's council says of days.
    """
    last = first + timedelta(days=HORIZON_DAYS - 1)
    return list(islice(running_days(session, first, last, closure=closure, local=local), limit))


def running_days(
    session: SessionDocument,
    first: date,
    last: date,
    *,
    closure: Closure | None = None,
    local: LocalDays = ENGLAND,
) -> Iterator[date]:
    """Every day from one to another, both included, on which a session runs, in order."""
    for day in days_in_turn(session, first, last):
        if _runs_on(session, day, local) and not _closed_on(closure, day):
            yield day


def days_in_turn(session: SessionDocument, first: date, last: date) -> Iterator[date]:
    """Every day from one to another, both included, whose turn it is, whether it runs or not."""
    days: Iterable[date]
    if session.repeats == "dated":
        days = (day for day in sorted(session.dates) if first <= day <= last)
    elif session.day is None:
        days = ()
    else:
        # All days of one weekday: to look at the others too would take seven times as long.
        until = (DAYS.index(session.day) - first.weekday()) % 7
        days = (
            first + timedelta(days=offset) for offset in range(until, (last - first).days + 1, 7)
        )
    return (day for day in days if _repeats_on(session, day))


def _runs_on(session: SessionDocument, day: date, local: LocalDays) -> bool:
    return (
        (session.valid_from is None or session.valid_from <= day)
        and (session.valid_to is None or day <= session.valid_to)
        and (session.bank_holidays == "open" or not local.is_bank_holiday(day))
        and not (session.term_time_only and local.in_term(day) is False)
    )


def days_between(session: SessionDocument, first: date, last: date) -> list[date]:
    """Every day from one to another, both included, on which a session runs; at most two years."""
    return list(
        running_days(session, first, min(last, first + timedelta(days=2 * HORIZON_DAYS - 1)))
    )


def _closed_on(closure: Closure | None, day: date) -> bool:
    if closure is None or day < closure.closed_from:
        return False
    return closure.reopens_on is None or day < closure.reopens_on


def _repeats_on(session: SessionDocument, day: date) -> bool:
    if session.repeats == "dated":
        return day in session.dates
    if DAYS[day.weekday()] != session.day:
        return False
    if session.repeats == "fortnightly" and session.week_of:
        return (_monday(day) - _monday(session.week_of)).days % 14 == 0
    if session.repeats == "monthly":
        last = (day + timedelta(days=7)).month != day.month
        return (day.day - 1) // 7 + 1 in session.nth or (last and -1 in session.nth)
    return True


def repeats_on(session: SessionDocument, day: date) -> bool:
    """Whether a session's rule names a day, whenever it is valid and whatever is closed."""
    return _repeats_on(session, day)


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def local_span(session: SessionDocument, day: date) -> tuple[datetime, datetime]:
    """When a session starts and ends on a day, as London's clocks show it, with the offset."""
    return (
        datetime.combine(day, session.starts_at, LONDON),
        datetime.combine(day, session.ends_at, LONDON),
    )


def time_bands(session: SessionDocument) -> frozenset[str]:
    """The codes of `time_band` that a session falls into, by its days and its local times.

    A morning starts before noon; an afternoon starts at noon or lasts beyond one o'clock, and
    starts before five; an evening starts at five or later; a whole day starts before noon, ends at
    three or later and lasts four hours at least. A dated session has the days of its dates.
    """
    days = {DAYS[day.weekday()] for day in session.dates} | {session.day}
    starts = session.starts_at.hour * 60 + session.starts_at.minute
    ends = session.ends_at.hour * 60 + session.ends_at.minute
    bands = set()
    if days & set(DAYS[:5]):
        parts = {
            "weekday_morning": starts < 12 * 60,
            "weekday_afternoon": (ends > 13 * 60 or starts >= 12 * 60) and starts < 17 * 60,
            "weekday_all_day": starts < 12 * 60 and ends >= max(15 * 60, starts + 4 * 60),
            "weekday_evening": starts >= 17 * 60,
        }
        bands |= {band for band, holds in parts.items() if holds}
    if "sat" in days:
        bands.add("saturday")
    if "sun" in days:
        bands.add("sunday")
    if session.bank_holidays == "open":
        bands.add("bank_holiday")
    return frozenset(bands)


_DAY_NAMES = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}
_NTH = {1: "first", 2: "second", 3: "third", 4: "fourth", -1: "last"}


def _clock_words(session: SessionDocument) -> str:
    words = []
    for at in (session.starts_at, session.ends_at):
        if (at.hour, at.minute) == (12, 0):
            words.append("12 noon")
        else:
            minutes = f".{at.minute:02}" if at.minute else ""
            words.append(f"{at.hour % 12 or 12}{minutes}{'am' if at.hour < 12 else 'pm'}")  # noqa: PLR2004 - noon.
    return f"{words[0]} to {words[1]}"


def describe_times(session: SessionDocument) -> str:
    """When a session runs, in words, as in "Every Tuesday, 10am to 12 noon."."""
    day = _DAY_NAMES.get(session.day or "", "")
    when = {
        "weekly": f"Every {day}",
        "fortnightly": f"Every second {day}",
        "monthly": f"The {' and '.join(_NTH[nth] for nth in session.nth)} {day} of the month",
        "dated": "On set dates",
    }[session.repeats]
    term = ", in school terms" if session.term_time_only else ""
    return f"{when}, {_clock_words(session)}{term}."
