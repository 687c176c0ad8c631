"""An activity's calendar over HTTP."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from conftest import KINDS, TODAY, Kind, make_app
from contract import ContractClient, check_problem
from factories import make_activity, make_council, make_provider, make_session
from fastapi.testclient import TestClient
from icalendar import Calendar
from sqlmodel import func, select

from app.catalogue.commands import AnyDocument, publish
from app.clock import Change
from app.database import Database

DAYS_OUT = "two-oars-days-out-dengie"
CLOSED = "retro-tuesdays-dice-barn"


def events_of(ical: bytes) -> list[Any]:
    """The events of a calendar that was read."""
    return list(Calendar.from_ical(ical).events)


@pytest.mark.parametrize(
    ("key", "status", "kind"),
    [
        ("nobody", 404, "activity_not_found"),
        ("two-oars", 404, "activity_not_found"),
        (CLOSED, 410, "activity_closed"),
        ("%C2%85", 422, "malformed"),
        ("x" * 81, 422, "malformed"),
    ],
)
def test_a_calendar_that_is_not_here_is_told_as_for_the_activity(
    client: TestClient, key: str, status: int, kind: str
) -> None:
    answer = client.get(f"/v1/activities/{key}/calendar.ics")
    assert answer.status_code == status
    problem = check_problem(answer)
    assert problem is not None
    assert problem.type == f"urn:carefinder:problem:{kind}"
    if status == 410:
        assert len(answer.json()["similar"]) == 5


def test_a_calendar_is_iCalendar_in_utf_8(client: TestClient) -> None:  # noqa: N802 - its name.
    answer = client.get(f"/v1/activities/{DAYS_OUT}/calendar.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    calendar = Calendar.from_ical(answer.content)
    activity = client.get(f"/v1/activities/{DAYS_OUT}").json()
    assert str(calendar["X-WR-CALNAME"]) == activity["name"]
    assert {str(one["UID"]) for one in calendar.events} == {
        one["id"] for one in activity["sessions"]
    }


def test_every_activity_has_a_calendar_that_begins_with_its_next_session(
    client: TestClient,
) -> None:
    items = client.get("/v1/activities?per_page=100").json()["items"]
    for item in items[::3]:
        answer = client.get(f"{item['url']}/calendar.ics?lang=easy")
        starts = [one["DTSTART"].dt for one in events_of(answer.content)]
        first = min((one for one in starts if one.date() >= TODAY), default=None)
        shown = item["next_session"]
        assert first == (shown and datetime.fromisoformat(shown["starts"]))


@pytest.fixture
def documents() -> list[AnyDocument]:
    council = make_council()
    provider = make_provider(council)
    return [council, provider, make_activity(provider, slug="club", sessions=[make_session()])]


def read(client: TestClient, address: str = "/v1/activities/club/calendar.ics") -> list[Any]:
    """The events of a calendar."""
    answer = client.get(address)
    assert answer.status_code == 200
    return events_of(answer.content)


def test_a_calendar_that_subscribes_sees_that_something_changed(
    database: Database, empty_url: str, documents: list[AnyDocument]
) -> None:
    council = documents[0]
    with database.write() as session:
        publish(session, documents)
    app = make_app(empty_url)
    with ContractClient(app) as client:
        (before,) = read(client)
        tag = client.get("/v1/activities/club/calendar.ics").headers["etag"]
        # The council says that the second Tuesday of May is a holiday.
        said: dict[str, Any] = {"bank_holidays": [{"day": date(2026, 5, 12)}]}
        with database.write() as session:
            publish(session, [type(council).model_validate(council.model_dump() | said)])
        answer = client.get("/v1/activities/club/calendar.ics", headers={"If-None-Match": tag})
        assert answer.status_code == 200
        (after,) = events_of(answer.content)
        assert after["UID"] == before["UID"]
        assert after["SEQUENCE"] > before["SEQUENCE"]
        assert after["LAST-MODIFIED"].dt >= before["LAST-MODIFIED"].dt
        exdates = [one.dt.date() for one in after["EXDATE"].dts]
        assert date(2026, 5, 12) in exdates
        # What says nothing of days changes nothing.
        with database.write() as session:
            said = {**said, "own_home_in_scope": False}
            publish(session, [type(council).model_validate(council.model_dump() | said)])
        (same,) = read(client)
        assert same == after
        # With a new year the window moves.
        app.state.today = lambda: date(2027, 1, 1)
        (next_year,) = read(client)
        assert next_year["SEQUENCE"] > after["SEQUENCE"]
        assert next_year["DTSTART"].dt.date() == date(2027, 1, 5)
    with database.read() as session:
        # Three were made; then the council changed twice, and what shows it followed once.
        assert session.exec(select(func.count()).select_from(Change)).one() == 6


@pytest.mark.parametrize("kind", KINDS)
def test_a_masked_address_stays_masked(readers: Callable[[Kind], TestClient], kind: Kind) -> None:
    """Over the whole sample: what the activity does not show, its calendar does not show."""
    client = readers(kind)
    masked = 0
    for page in (1, 2):
        for item in client.get(f"/v1/activities?per_page=100&page={page}").json()["items"]:
            venue = item["nearest_venue"]
            if venue is None or venue["name"] is not None:
                continue
            whole = client.get(item["url"]).json()
            if any(not one["only_district_shown"] for one in whole["venues"]):
                continue
            masked += 1
            for event in read(client, f"{item['url']}/calendar.ics"):
                assert "GEO" not in event
                if venue["town"] in str(event["LOCATION"]):
                    assert str(event["LOCATION"]) == (
                        f"{venue['town']}, {venue['postcode_district']} (ask for the address)"
                    )
    assert masked
