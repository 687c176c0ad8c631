"""Calendars, read again by two other libraries and held to walking from day to day."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import recurring_ical_events  # type: ignore[import-untyped]
import vobject  # type: ignore[import-untyped]
from catalogue.day_by_day import days, entries_of, runs_by_counting
from factories import make_activity, make_council, make_provider, make_session, make_venue
from hypothesis import example, given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from app.catalogue.calendars import Revision, Window, activity_calendar, window_of
from app.catalogue.documents import ActivityDocument
from app.catalogue.occurrences import local_days
from app.catalogue.public import Entry
from app.parameters import LONDON, refuse_control_characters

REVISION = Revision(2031, datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
THREE_YEARS = Window(date(2026, 1, 1), date(2028, 12, 31))
INSIDE = st.dates(date(2025, 6, 1), date(2029, 6, 30)) | st.sampled_from(
    days("2026-03-29", "2026-10-25", "2027-03-28", "2026-12-25", "2026-12-28", "2027-03-29")
)
Spans = list[tuple[str, datetime, datetime]]


def made(entry: Entry, window: Window = THREE_YEARS) -> bytes:
    return activity_calendar(entry, window, REVISION, "en")


def entry_of(
    *sessions: dict[str, Any], council: dict[str, Any] | None = None, **over: Any
) -> Entry:
    """An activity with these sessions, all at one venue."""
    venue_over = over.pop("venue", {})
    at = make_council(**(council or {}))
    provider = make_provider(at)
    venue = make_venue(provider, **venue_over)
    activity = make_activity(
        provider, sessions=[make_session(venue, **one) for one in sessions], **over
    )
    return Entry(activity, provider, at, {venue.id: venue})


def read(calendar: bytes, window: Window = THREE_YEARS) -> Spans:
    """When each session runs, as a calendar application would work it out."""
    expanded = recurring_ical_events.of(Calendar.from_ical(calendar)).between(
        window.first - timedelta(days=400), window.last + timedelta(days=400)
    )
    found = []
    for event in expanded:
        starts = event["DTSTART"].dt
        ends = event["DTEND"].dt if "DTEND" in event else starts
        found.append((str(event["UID"])[:36], starts.astimezone(UTC), ends.astimezone(UTC)))
    return sorted(found)


def walked(entry: Entry, window: Window = THREE_YEARS) -> Spans:
    """The same by walking from day to day, with the times that London's clocks show."""
    local = local_days(entry.council)
    found = []
    for session in entry.activity.sessions:
        for after in range((window.last - window.first).days + 1):
            day = window.first + timedelta(days=after)
            if runs_by_counting(session, day, entry.activity.closure, local):
                starts, ends = (
                    datetime.combine(day, at, LONDON).astimezone(UTC)
                    for at in (session.starts_at, session.ends_at)
                )
                found.append((str(session.id), starts, max(starts, ends)))
    return sorted(found)


@settings(max_examples=100, deadline=None)
@given(entries_of(INSIDE))
def test_what_an_application_reads_is_what_walking_finds(entry: Entry) -> None:
    assert read(made(entry)) == walked(entry)


@settings(max_examples=60, deadline=None)
@given(entries_of(INSIDE))
def test_another_library_reads_it_too(entry: Entry) -> None:
    """What vobject makes of the events, their rules and exceptions."""
    whole = vobject.readOne(made(entry).decode())
    found = []
    for event in getattr(whole, "vevent_list", ()):
        length = event.dtend.value - event.dtstart.value if hasattr(event, "dtend") else timedelta()
        repeats = event.getrruleset() if hasattr(event, "rrule") else [event.dtstart.value]
        for starts in repeats or [event.dtstart.value]:
            # vobject gives the local times of a rule; its zone comes with the event.
            local = starts.replace(tzinfo=None)
            found.append((event.uid.value[:36], local, local + length))
    expected = [
        (uid, starts.astimezone(LONDON).replace(tzinfo=None))
        for uid, starts, _ in walked(entry)
        if not _in_the_hour_left_out(starts)
    ]
    shown = [(uid, starts) for uid, starts, _ in sorted(found)]
    assert [one for one in shown if not _never_shown(one[1])] == expected


def _in_the_hour_left_out(starts: datetime) -> bool:
    return any(starts.date() == day and starts.hour == 1 for day in _spring())


def _never_shown(local: datetime) -> bool:
    return local.date() in _spring() and local.hour in (1, 2)


def _spring() -> list[date]:
    return days("2026-03-29", "2027-03-28", "2028-03-26")


# A few by hand


def test_a_session_stays_at_ten_by_the_clock_across_both_changes() -> None:
    entry = entry_of({"day": "sun"})
    times = {starts.date(): f"{starts:%H:%M}" for _, starts, _ in read(made(entry))}
    assert [times[day] for day in days("2026-03-22", "2026-03-29", "2026-10-18")] == [
        "10:00",
        "09:00",
        "09:00",
    ]
    assert times[date(2026, 10, 25)] == "10:00"


def test_a_night_in_which_the_clocks_change_has_an_event_of_its_own() -> None:
    entry = entry_of({"day": "sun", "starts_at": "00:30", "ends_at": "03:00"})
    lengths = {starts.date(): ends - starts for _, starts, ends in read(made(entry))}
    assert lengths[date(2026, 3, 22)] == timedelta(hours=2, minutes=30)
    assert lengths[date(2026, 3, 29)] == timedelta(hours=1, minutes=30)
    # In London it is still Saturday in UTC when the Sunday in October begins.
    assert lengths[date(2026, 10, 24)] == timedelta(hours=3, minutes=30)


def test_the_whole_event_of_a_weekly_session() -> None:
    entry = entry_of(
        {"day": "mon", "valid_from": "2026-03-01", "valid_to": "2026-05-11"},
        name="Cooking, and eating; together",
        how_to_start=["contact_provider"],
        how_to_start_note="Ring the bell.\nThen wait.",
        closure={"reason": "Repairs.", "closed_from": "2026-03-16", "reopens_on": "2026-03-17"},
    )
    (event,) = Calendar.from_ical(made(entry)).events
    session = entry.activity.sessions[0]
    expected = f"""\
BEGIN:VEVENT
SUMMARY:Cooking\\, and eating\\; together
DTSTART;TZID=Europe/London:20260302T100000
DTEND;TZID=Europe/London:20260302T120000
DTSTAMP:20260302T093000Z
UID:{session.id}
SEQUENCE:2031
RRULE:FREQ=WEEKLY;UNTIL=20260511T090000Z;BYDAY=MO
EXDATE;TZID=Europe/London:20260316T100000,20260406T100000,20260504T100000
CONTACT:{entry.provider.name}\\, 01632 960001
DESCRIPTION:Something to do.\\nEvery Monday\\, 10am to 12 noon.\\nBank holidays: not stated\\, \
so they are left out here. Ask the provider.\\nClosed from 16 March 2026 until 17 March 2026. \
Repairs.\\nHow to start: Contact the provider\\; Ring the bell.\\nThen wait.\
\\n{entry.provider.name}: 01632 960001\
\\nThe provider confirmed this on 1 March 2026. Check with them before you travel.
GEO:53.0982;-2.4419
LAST-MODIFIED:20260302T093000Z
LOCATION:{next(iter(entry.venues.values())).name}\\, 1 High Street\\, Crewe\\, CW1 2AB
STATUS:CONFIRMED
END:VEVENT
"""
    assert unfolded(event.to_ical()) == expected


def unfolded(ical: bytes) -> str:
    return ical.decode().replace("\r\n ", "").replace("\r\n", "\n")


def test_set_dates_are_events_of_their_own() -> None:
    entry = entry_of({"repeats": "dated", "dates": ["2026-06-02", "2026-05-05", "2026-12-25"]})
    events = Calendar.from_ical(made(entry)).events
    (session,) = entry.activity.sessions
    # Christmas Day is a bank holiday, and nobody said that it is open then.
    assert [str(one["UID"]) for one in events] == [
        f"{session.id}-20260505",
        f"{session.id}-20260602",
    ]
    assert all("RRULE" not in one for one in events)


def test_a_place_that_shows_its_district_alone_is_hidden_here_too() -> None:
    hidden = {
        "shows": "district",
        "name": "Rowan House",
        "address": {"lines": ["7 Secret Lane"], "town": "Crewe", "postcode": "CW1 2AB"},
        "latitude": 53.1234,
        "longitude": -2.4321,
        "directions": "Behind the mill.",
    }
    ical = unfolded(made(entry_of({"day": "tue"}, venue=hidden)))
    assert "LOCATION:Crewe\\, CW1 (ask for the address)" in ical
    for telltale in ("Rowan", "Secret", "CW1 2AB", "2AB", "53.1", "-2.4", "GEO", "mill"):
        assert telltale not in ical


def test_how_to_get_there_is_told_of_a_place_that_is_shown() -> None:
    ical = unfolded(made(entry_of({"day": "tue"}, venue={"directions": "Behind the mill."})))
    assert "Behind the mill." in ical


def test_easy_read_words_where_there_are_any() -> None:
    entry = entry_of(
        {"day": "tue", "bank_holidays": "open"},
        easy_read={"name": "Cooking", "summary": "We cook."},
        how_to_start=["contact_provider"],
    )
    ical = unfolded(activity_calendar(entry, THREE_YEARS, REVISION, "easy"))
    assert "SUMMARY:Cooking\n" in ical
    assert "DESCRIPTION:We cook." in ical
    assert "It is open on bank holidays." in ical


def test_a_calendar_without_events_is_still_a_calendar() -> None:
    closed = {"reason": "Fire.", "closed_from": "2025-01-01"}
    ical = made(entry_of({"day": "tue"}, closure=closed))
    assert Calendar.from_ical(ical).events == []
    assert vobject.readOne(ical.decode()).vtimezone.tzid.value == "Europe/London"


WORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t,;:\\\"'é€😀\u2028"),
    min_size=1,
    max_size=300,
)


@settings(max_examples=100, deadline=None)
@given(WORDS, WORDS)
@example("a\nb\\n,;: \u2028 x" * 20, "😀" * 100)
def test_every_text_survives_being_folded_and_escaped(note: str, name: str) -> None:
    name = re.sub(r"[\n\t]", " ", name)[:120]
    entry = entry_of({"day": "tue"}, how_to_start_note=refuse_control_characters(note), name=name)
    ical = made(entry)
    assert ical.endswith(b"END:VCALENDAR\r\n")
    lines = ical.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert not any(b"\n" in line or b"\r" in line for line in lines)
    assert not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", ical.replace(b"\r\n", b""))
    (event,) = Calendar.from_ical(ical).events
    assert str(event["SUMMARY"]) == name
    assert f"How to start: {note}\n" in str(event["DESCRIPTION"])


# What a calendar that subscribes sees


def test_the_window_is_this_year_and_two_more_and_nothing_before_the_activity() -> None:
    assert window_of(date(2026, 3, 16), date(2020, 5, 5)) == THREE_YEARS
    assert window_of(date(2026, 12, 31), date(2020, 5, 5)) == THREE_YEARS
    assert window_of(date(2027, 1, 1), date(2020, 5, 5)).first == date(2027, 1, 1)
    later = Window(date(2026, 3, 10), date(2028, 12, 31))
    assert window_of(date(2026, 3, 16), date(2026, 3, 10)) == later
    # A clock that is behind shows no empty calendar.
    assert window_of(date(2026, 3, 9), date(2026, 3, 10)).first == date(2026, 3, 9)


def test_a_session_keeps_its_uid_whatever_else_changes() -> None:
    entry = entry_of({"day": "tue"})
    (session,) = entry.activity.sessions
    moved = session.model_copy(update={"day": "wed", "repeats": "weekly"})
    changed = entry.activity.model_copy(update={"sessions": [moved], "name": "Another name"})
    assert isinstance(changed, ActivityDocument)
    other = Entry(changed, entry.provider, entry.council, entry.venues)
    uids = [
        str(one["UID"]) for each in (entry, other) for one in Calendar.from_ical(made(each)).events
    ]
    assert uids == [str(session.id)] * 2
    assert UUID(uids[0]) == session.id
