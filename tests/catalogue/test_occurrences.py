"""On which days a session runs, by tables of cases and by an oracle that walks day by day."""

from datetime import date, timedelta
from typing import Any

import pytest
from catalogue.day_by_day import (
    CHRISTMAS_2026,
    EASTER_2027,
    NEAR,
    closures,
    days,
    entries_of,
    locals_days,
    runs_by_counting,
    sessions,
)
from factories import make_council, make_session
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from app.catalogue.documents.activities import Closure
from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.occurrences import (
    LocalDays,
    describe_times,
    is_bank_holiday,
    local_days,
    local_span,
    next_dates,
)
from app.catalogue.public import Entry, activity_detail, activity_summary
from app.vocabulary.easy_read import lint


def monthly(day: str, *nth: int) -> dict[str, Any]:
    return {"repeats": "monthly", "day": day, "nth": [*nth]}


def fortnightly(day: str, week_of: str) -> dict[str, Any]:
    return {"repeats": "fortnightly", "day": day, "week_of": week_of}


def dated(*texts: str) -> dict[str, Any]:
    return {"repeats": "dated", "dates": [*texts]}


@pytest.mark.parametrize(
    ("session", "first", "expected"),
    [
        # Every week, the first day included.
        ({"day": "mon"}, "2026-03-16", ["2026-03-16", "2026-03-23", "2026-03-30"]),
        ({"day": "sun"}, "2026-03-16", ["2026-03-22", "2026-03-29", "2026-04-05"]),
        # Across both changes of the clocks, on 29 March and 25 October 2026.
        ({"day": "sat"}, "2026-03-28", ["2026-03-28", "2026-04-04", "2026-04-11"]),
        ({"day": "sun"}, "2026-10-18", ["2026-10-18", "2026-10-25", "2026-11-01"]),
        # Every second week, whichever day of that week is named, forwards and backwards.
        (fortnightly("wed", "2026-03-16"), "2026-03-16", ["2026-03-18", "2026-04-01"]),
        (fortnightly("wed", "2026-03-22"), "2026-03-16", ["2026-03-18", "2026-04-01"]),
        (fortnightly("wed", "2026-03-23"), "2026-03-16", ["2026-03-25", "2026-04-08"]),
        (fortnightly("wed", "2027-05-26"), "2026-03-16", ["2026-03-18", "2026-04-01"]),
        # Across the end of a year with 53 weeks, and over a change of the clocks.
        (fortnightly("wed", "2026-12-23"), "2026-12-17", ["2026-12-23", "2027-01-06"]),
        (fortnightly("sun", "2026-10-12"), "2026-10-13", ["2026-10-18", "2026-11-01"]),
        # The first and the last weekday of a month.
        (monthly("fri", 1), "2026-03-16", ["2026-05-01", "2026-06-05"]),
        (monthly("fri", -1), "2026-03-16", ["2026-03-27", "2026-04-24", "2026-05-29"]),
        (monthly("mon", -1), "2026-02-01", ["2026-02-23", "2026-03-30", "2026-04-27"]),
        (monthly("tue", 1), "2026-12-02", ["2027-01-05", "2027-02-02"]),
        (monthly("sat", 1, 3), "2026-03-16", ["2026-03-21", "2026-04-04", "2026-04-18"]),
        # A fourth one that is also the last one comes once.
        (monthly("sun", 4, -1), "2026-02-01", ["2026-02-22", "2026-03-22", "2026-03-29"]),
        # 29 February.
        (monthly("tue", -1), "2028-02-01", ["2028-02-29", "2028-03-28"]),
        # Set dates, in their order in the calendar and not in the list.
        (dated("2026-06-02", "2026-05-02"), "2026-03-16", ["2026-05-02", "2026-06-02"]),
        (dated("2026-05-02", "2026-03-16"), "2026-03-16", ["2026-03-16", "2026-05-02"]),
        (dated("2026-03-15"), "2026-03-16", []),
        # Bank holidays, with Boxing Day on a Saturday and its substitute on the Monday.
        ({"day": "fri"}, "2026-12-18", ["2026-12-18", "2027-01-08"]),
        ({"day": "sat"}, "2026-12-19", ["2026-12-19", "2027-01-02"]),
        ({"day": "mon"}, "2026-12-21", ["2026-12-21", "2027-01-04"]),
        ({"day": "fri"}, "2027-03-19", ["2027-03-19", "2027-04-02"]),
        ({"day": "mon"}, "2027-03-22", ["2027-03-22", "2027-04-05"]),
        ({"day": "sun"}, "2027-03-21", ["2027-03-21", "2027-03-28"]),
        ({"day": "fri", "bank_holidays": "open"}, "2026-12-18", ["2026-12-18", "2026-12-25"]),
        ({"day": "fri", "bank_holidays": "other_day"}, "2026-12-19", ["2027-01-08"]),
        ({"day": "fri", "bank_holidays": "closed_charged"}, "2026-12-19", ["2027-01-08"]),
        # A first Monday that is a bank holiday is left out, not moved.
        (monthly("mon", 1), "2026-05-01", ["2026-06-01"]),
        # Valid from and to, both days included.
        ({"day": "mon", "valid_from": "2026-03-23"}, "2026-03-16", ["2026-03-23"]),
        ({"day": "mon", "valid_to": "2026-03-23"}, "2026-03-16", ["2026-03-16", "2026-03-23"]),
        ({"day": "mon", "valid_to": "2026-03-15"}, "2026-03-16", []),
        (
            {"day": "mon", "valid_from": "2026-03-24", "valid_to": "2026-03-29"},
            "2026-03-16",
            [],
        ),
        # School terms differ from place to place, so they take no day away.
        ({"day": "mon", "term_time_only": True}, "2026-08-17", ["2026-08-17", "2026-08-24"]),
        # None beyond a year.
        ({"day": "mon", "valid_from": "2027-03-20"}, "2026-03-16", []),
        (dated("2027-03-16"), "2026-03-16", ["2027-03-16"]),
        (dated("2027-03-17"), "2026-03-16", []),
    ],
)
def test_the_next_days(session: dict[str, Any], first: str, expected: list[str]) -> None:
    made = make_session(**session)
    found = next_dates(made, date.fromisoformat(first), limit=max(1, len(expected)))
    assert found == days(*expected)


@pytest.mark.parametrize(
    ("closed_from", "reopens_on", "expected"),
    [
        ("2026-03-23", "2026-04-13", ["2026-03-16", "2026-04-13", "2026-04-20"]),
        ("2026-03-24", "2026-04-14", ["2026-03-16", "2026-03-23", "2026-04-20"]),
        ("2026-03-01", "2026-03-16", ["2026-03-16", "2026-03-23", "2026-03-30"]),
        ("2026-03-24", None, ["2026-03-16", "2026-03-23"]),
        ("2026-03-01", None, []),
    ],
)
def test_no_day_falls_into_a_closure(
    closed_from: str, reopens_on: str | None, expected: list[str]
) -> None:
    closure = Closure.model_validate(
        {"reason": "Repairs.", "closed_from": closed_from, "reopens_on": reopens_on}
    )
    found = next_dates(make_session(day="mon"), date(2026, 3, 16), closure=closure, limit=3)
    assert found == days(*expected)


def test_the_bank_holidays_are_englands() -> None:
    for day in days(*CHRISTMAS_2026, *EASTER_2027, "2027-01-01", "2026-08-31", "2026-05-04"):
        assert is_bank_holiday(day)
    # Scotland's second of January, its summer holiday, and Northern Ireland's in March and July.
    for day in days("2026-01-02", "2026-08-03", "2026-03-17", "2026-07-13", "2027-03-28"):
        assert not is_bank_holiday(day)


def test_no_more_days_are_found_than_asked_for() -> None:
    session = make_session(day="mon")
    assert [len(next_dates(session, date(2026, 3, 16), limit=limit)) for limit in (0, 1, 6)] == [
        0,
        1,
        6,
    ]


# The oracle


@settings(max_examples=150, deadline=None)
@given(sessions(), NEAR, st.none() | closures(), locals_days(), st.integers(1, 400))
def test_the_days_are_those_found_by_walking(
    session: SessionDocument, first: date, closure: Closure | None, local: LocalDays, limit: int
) -> None:
    year = [first + timedelta(days=after) for after in range(366)]
    expected = [day for day in year if runs_by_counting(session, day, closure, local)]
    found = next_dates(session, first, closure=closure, limit=limit, local=local)
    assert found == expected[:limit]


@settings(max_examples=150, deadline=None)
@given(entries_of(), NEAR)
def test_the_next_session_of_an_activity_is_the_one_found_by_walking(
    entry: Entry, today: date
) -> None:
    local = local_days(entry.council)
    expected = min(
        (
            local_span(session, day)
            for session in entry.activity.sessions
            for day in (today + timedelta(days=after) for after in range(366))
            if runs_by_counting(session, day, entry.activity.closure, local)
        ),
        default=None,
    )
    for shown in (activity_summary(entry, today, "en"), activity_detail(entry, today, "easy")):
        found = shown.next_session
        assert (found and (found.starts, found.ends)) == expected


# A council's own days


def test_a_council_adds_a_bank_holiday_and_takes_one_away() -> None:
    council = make_council(
        bank_holidays=[
            {"day": "2026-03-23", "name": "A day of its own"},
            {"day": "2026-04-06", "holiday": False},
        ]
    )
    local = local_days(council)
    found = next_dates(make_session(day="mon"), date(2026, 3, 16), limit=4, local=local)
    assert found == days("2026-03-16", "2026-03-30", "2026-04-06", "2026-04-13")
    open_then = make_session(day="mon", bank_holidays="open")
    assert next_dates(open_then, date(2026, 3, 23), local=local) == days("2026-03-23")


def test_school_terms_take_away_the_days_between_them_as_far_as_they_are_known() -> None:
    council = make_council(
        school_terms=[
            {"starts_on": "2026-01-05", "ends_on": "2026-02-13"},
            {"starts_on": "2026-02-23", "ends_on": "2026-03-27"},
            {"starts_on": "2026-04-13", "ends_on": "2026-05-22"},
            # The term between this one and the last is not known.
            {"starts_on": "2026-09-02", "ends_on": "2026-10-23"},
        ]
    )
    local = local_days(council)
    session = make_session(day="wed", term_time_only=True)
    found = next_dates(session, date(2026, 2, 4), limit=8, local=local)
    assert found == days(
        "2026-02-04",
        "2026-02-11",
        "2026-02-25",
        "2026-03-04",
        "2026-03-11",
        "2026-03-18",
        "2026-03-25",
        "2026-04-15",
    )
    # What is not known takes no day away: before, in a gap too long for holidays, and after.
    for day in ("2025-12-31", "2026-06-03", "2026-08-26", "2026-11-04"):
        assert next_dates(session, date.fromisoformat(day), local=local) == days(day)
    all_year = make_session(day="wed")
    assert next_dates(all_year, date(2026, 2, 18), local=local) == days("2026-02-18")


@pytest.mark.parametrize(
    "over",
    [
        {"bank_holidays": [{"day": "2026-03-23"}, {"day": "2026-03-23", "holiday": False}]},
        {"school_terms": [{"starts_on": "2026-03-23", "ends_on": "2026-03-22"}]},
        {
            "school_terms": [
                {"starts_on": "2026-03-23", "ends_on": "2026-04-22"},
                {"starts_on": "2026-04-22", "ends_on": "2026-05-22"},
            ]
        },
        {
            "school_terms": [
                {"starts_on": "2026-04-23", "ends_on": "2026-05-22"},
                {"starts_on": "2026-01-05", "ends_on": "2026-02-22"},
            ]
        },
    ],
)
def test_days_of_a_council_that_contradict_each_other_are_refused(over: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        make_council(**over)


# Times


@pytest.mark.parametrize(
    ("day", "starts", "ends", "expected"),
    [
        ("2026-03-16", "10:00", "12:00", "2026-03-16T10:00:00+00:00 2026-03-16T12:00:00+00:00"),
        ("2026-03-28", "10:00", "12:00", "2026-03-28T10:00:00+00:00 2026-03-28T12:00:00+00:00"),
        ("2026-03-29", "10:00", "12:00", "2026-03-29T10:00:00+01:00 2026-03-29T12:00:00+01:00"),
        ("2026-03-29", "00:30", "03:00", "2026-03-29T00:30:00+00:00 2026-03-29T03:00:00+01:00"),
        ("2026-10-24", "10:00", "12:00", "2026-10-24T10:00:00+01:00 2026-10-24T12:00:00+01:00"),
        ("2026-10-25", "10:00", "12:00", "2026-10-25T10:00:00+00:00 2026-10-25T12:00:00+00:00"),
        ("2026-10-25", "00:30", "03:00", "2026-10-25T00:30:00+01:00 2026-10-25T03:00:00+00:00"),
    ],
)
def test_times_are_those_that_the_clocks_of_london_show(
    day: str, starts: str, ends: str, expected: str
) -> None:
    session = make_session(starts_at=starts, ends_at=ends)
    begin, end = local_span(session, date.fromisoformat(day))
    assert f"{begin.isoformat()} {end.isoformat()}" == expected


@pytest.mark.parametrize(
    ("session", "words"),
    [
        ({}, "Every Tuesday, 10am to 12 noon."),
        ({"starts_at": "09:30", "ends_at": "15:45"}, "Every Tuesday, 9.30am to 3.45pm."),
        ({"starts_at": "12:00", "ends_at": "12:05"}, "Every Tuesday, 12 noon to 12.05pm."),
        ({"starts_at": "00:00", "ends_at": "23:59"}, "Every Tuesday, 12am to 11.59pm."),
        ({"term_time_only": True}, "Every Tuesday, 10am to 12 noon, in school terms."),
        (fortnightly("wed", "2026-03-16"), "Every second Wednesday, 10am to 12 noon."),
        (monthly("fri", 1), "The first Friday of the month, 10am to 12 noon."),
        (monthly("fri", -1), "The last Friday of the month, 10am to 12 noon."),
        (monthly("sat", 1, 3), "The first and third Saturday of the month, 10am to 12 noon."),
        (dated("2026-03-16"), "On set dates, 10am to 12 noon."),
    ],
)
def test_times_in_words(session: dict[str, Any], words: str) -> None:
    assert describe_times(make_session(**session)) == words


@settings(deadline=None)
@given(sessions(), st.booleans())
def test_times_in_words_are_easy_to_read(session: SessionDocument, term: bool) -> None:  # noqa: FBT001 - drawn.
    words = describe_times(session.model_copy(update={"term_time_only": term}))
    if len(session.nth) <= 2:
        assert lint(words) == []
