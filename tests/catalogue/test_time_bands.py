from datetime import date, time
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.occurrences import DAYS, time_bands
from app.vocabulary.terms import vocabulary

MORNING, AFTERNOON = "weekday_morning", "weekday_afternoon"
ALL_DAY, EVENING = "weekday_all_day", "weekday_evening"

MONDAY, WEDNESDAY = date(2026, 3, 16), date(2026, 3, 18)
SATURDAY, SUNDAY = date(2026, 3, 21), date(2026, 3, 22)


def a_session(starts_at: str, ends_at: str, **values: Any) -> SessionDocument:
    """Online; on Tuesdays unless it says otherwise."""
    return SessionDocument.model_validate(
        {
            "id": UUID(int=1),
            "place": "online",
            "day": None if "dates" in values else "tue",
            "repeats": "dated" if "dates" in values else "weekly",
            "starts_at": starts_at,
            "ends_at": ends_at,
            **values,
        }
    )


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "expected"),
    [
        # A morning starts before noon, and is none other until one o'clock is past.
        ("10:00", "12:00", {MORNING}),
        ("06:00", "07:00", {MORNING}),
        ("00:00", "00:30", {MORNING}),
        ("11:59", "12:30", {MORNING}),
        ("10:00", "13:00", {MORNING}),
        ("10:00", "13:01", {MORNING, AFTERNOON}),
        ("11:59", "14:59", {MORNING, AFTERNOON}),
        # From noon on it is an afternoon, as short as it may be: a lunch club is found by its time.
        ("12:00", "13:01", {AFTERNOON}),
        ("12:00", "13:00", {AFTERNOON}),
        ("12:15", "12:45", {AFTERNOON}),
        ("13:00", "15:00", {AFTERNOON}),
        ("16:59", "18:00", {AFTERNOON}),
        ("16:00", "22:00", {AFTERNOON}),
        # An evening starts at five or later.
        ("17:00", "19:00", {EVENING}),
        ("23:00", "23:59", {EVENING}),
        # A whole day: before noon, to three or later, four hours at least.
        ("10:00", "15:00", {MORNING, AFTERNOON, ALL_DAY}),
        ("10:00", "14:59", {MORNING, AFTERNOON}),
        ("11:00", "15:00", {MORNING, AFTERNOON, ALL_DAY}),
        ("11:01", "15:00", {MORNING, AFTERNOON}),
        ("11:30", "15:30", {MORNING, AFTERNOON, ALL_DAY}),
        ("11:59", "15:58", {MORNING, AFTERNOON}),
        ("12:00", "17:00", {AFTERNOON}),
        ("09:00", "21:00", {MORNING, AFTERNOON, ALL_DAY}),
    ],
)
def test_times_of_weekdays(starts_at: str, ends_at: str, expected: set[str]) -> None:
    for day in DAYS[:5]:
        assert time_bands(a_session(starts_at, ends_at, day=day)) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        # At weekends the time does not count.
        ({"day": "sat"}, {"saturday"}),
        ({"day": "sun"}, {"sunday"}),
        # Bank holidays come on top.
        ({"bank_holidays": "open"}, {MORNING, "bank_holiday"}),
        ({"day": "sun", "bank_holidays": "open"}, {"sunday", "bank_holiday"}),
        ({"bank_holidays": "closed_charged"}, {MORNING}),
        ({"bank_holidays": "other_day"}, {MORNING}),
        # Every week, some weeks or in terms: the day is the same.
        ({"repeats": "fortnightly", "week_of": MONDAY}, {MORNING}),
        ({"repeats": "monthly", "nth": [1, -1], "day": "sat"}, {"saturday"}),
        ({"term_time_only": True}, {MORNING}),
        # A dated session has the days of its dates.
        ({"dates": [WEDNESDAY]}, {MORNING}),
        ({"dates": [SATURDAY]}, {"saturday"}),
        ({"dates": [SUNDAY, SATURDAY]}, {"saturday", "sunday"}),
        ({"dates": [MONDAY, SUNDAY]}, {MORNING, "sunday"}),
        ({"dates": [MONDAY], "bank_holidays": "open"}, {MORNING, "bank_holiday"}),
    ],
)
def test_days(values: dict[str, Any], expected: set[str]) -> None:
    assert time_bands(a_session("10:00", "12:00", **values)) == expected


SESSIONS = st.builds(
    lambda day, ends, bank_holidays: a_session(
        f"{min(ends):%H:%M}", f"{max(ends):%H:%M}", day=day, bank_holidays=bank_holidays
    ),
    st.sampled_from(DAYS),
    st.lists(
        st.builds(time, st.integers(0, 23), st.integers(0, 59)), min_size=2, max_size=2, unique=True
    ),
    st.sampled_from((None, "open", "closed_charged")),
)


@given(SESSIONS)
def test_every_band_is_one_of_the_vocabulary(session: SessionDocument) -> None:
    assert time_bands(session) <= set(vocabulary().scheme("time_band").codes)


@given(SESSIONS)
def test_a_whole_day_is_a_morning_and_an_afternoon_and_never_an_evening(
    session: SessionDocument,
) -> None:
    bands = time_bands(session)
    if ALL_DAY in bands:
        assert {MORNING, AFTERNOON} <= bands
    assert not (EVENING in bands and bands & {MORNING, AFTERNOON, ALL_DAY})


@given(SESSIONS)
def test_every_session_is_found_by_some_band(session: SessionDocument) -> None:
    assert time_bands(session)
