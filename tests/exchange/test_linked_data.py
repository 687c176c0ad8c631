"""An activity in the words of schema.org, for whoever asks for that."""

from typing import Any

import pytest
from conftest import TODAY, ClientMaker
from exchange.own import Own
from factories import make_price, make_session, make_venue
from fastapi.testclient import TestClient

from app.caching import prefers_linked_data

LINKED = "application/ld+json"
DETAIL = "/v1/activities/two-oars-days-out-dengie"


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", False),
        ("*/*", False),
        ("application/*", False),
        ("application/json", False),
        (LINKED, True),
        ("Application/LD+JSON", True),
        (f'{LINKED};profile="http://www.w3.org/ns/json-ld#compacted"', True),
        (f"{LINKED}, application/json", True),
        (f"application/json, {LINKED};q=0.9", False),
        (f"application/json;q=0.8, {LINKED};q=0.9", True),
        (f"{LINKED};q=0.5, */*;q=0.8", False),
        (f"{LINKED}, application/json;q=0.1, */*;q=1", True),
        (f"{LINKED};q=0", False),
        (f"{LINKED};q=0.000, text/html", False),
        (f"{LINKED};q=nan", False),
        (f"{LINKED};q=2", False),
        (f"text/html;q=0.9, {LINKED} ; q=0.4", True),
        ("text/ld+json", False),
    ],
)
def test_it_is_given_to_those_who_like_it_no_less(accept: str, wanted: bool) -> None:  # noqa: FBT001 - a case.
    assert prefers_linked_data(accept) is wanted


def test_each_has_a_tag_of_its_own_and_says_what_it_depends_on(client: TestClient) -> None:
    plain = client.get(DETAIL)
    linked = client.get(DETAIL, headers={"Accept": LINKED})
    assert plain.headers["content-type"] == "application/json"
    assert linked.headers["content-type"] == LINKED
    assert plain.headers["etag"] != linked.headers["etag"]
    for answer in (plain, linked):
        assert "Accept," in f"{answer.headers['vary']},"
        assert answer.headers["cache-control"] == "public, max-age=60"
    for accept, tag, status in (
        (LINKED, linked.headers["etag"], 304),
        (LINKED, plain.headers["etag"], 200),
        ("application/json", plain.headers["etag"], 304),
        ("application/json", linked.headers["etag"], 200),
    ):
        answer = client.get(DETAIL, headers={"Accept": accept, "If-None-Match": tag})
        assert answer.status_code == status
        assert answer.headers["vary"] == plain.headers["vary"]


def test_errors_are_problems_whatever_is_accepted(client: TestClient) -> None:
    for address, status in (("/v1/activities/nowhere", 404), (f"{DETAIL}?lang=xx", 422)):
        answer = client.get(address, headers={"Accept": LINKED})
        assert answer.status_code == status
        assert answer.headers["content-type"] == "application/problem+json"


def nodes(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(node for item in value.values() for node in nodes(item))]
    if isinstance(value, list):
        return [node for item in value for node in nodes(item)]
    return []


def test_every_activity_is_a_service_with_its_next_events(client: TestClient) -> None:
    page = client.get("/v1/activities?per_page=100").json()
    for summary in page["items"][::4]:
        told = client.get(summary["url"], headers={"Accept": LINKED}).json()
        service, *events = told["@graph"]
        assert told["@context"] == "https://schema.org"
        assert (service["@type"], service["@id"]) == ("Service", summary["url"])
        assert service["provider"]["name"] == summary["provider"]["name"]
        assert all(event["@type"] == "Event" for event in events)
        starts = [event["startDate"] for event in events]
        assert all(event["startDate"] < event["endDate"] for event in events)
        if summary["next_session"]:
            assert min(starts)[:16] == summary["next_session"]["starts"][:16]
        for node in nodes(told):
            assert None not in node.values()
            assert "" not in node.values()


def test_places_prices_and_schedules(make_client: ClientMaker, empty_url: str) -> None:
    own = Own(make_client(empty_url))
    hoist = {"code": "hoist", "value": "partly", "note": "In the hall."}
    venue = make_venue(own.provider, features=[hoist, {"code": "lift", "value": "no"}])
    hidden = make_venue(own.provider, shows="district", directions="Behind the church.")
    own.publish(venue, hidden)
    sessions = [
        make_session(venue, repeats="monthly", day="tue", nth=[1, -1]),
        make_session(hidden, label="At the farm"),
        make_session(repeats="dated", dates=[TODAY]),
    ]
    (one,) = own.activities(
        1,
        sessions=sessions,
        prices=[make_price(), make_price(payer="council"), make_price(valid_to="2020-01-01")],
        ages={"minimum": 18},
        cohorts=["autism"],
    )
    told = own.get(f"/v1/activities/{one.id}", Accept=LINKED)
    service, monthly, farm, online = told["@graph"]
    assert [offer["price"] for offer in service["offers"]] == ["20.00"]
    assert service["isAccessibleForFree"] is False
    assert service["audience"]["suggestedMinAge"] == 18
    features = monthly["location"]["amenityFeature"]
    assert [feature["value"] for feature in features] == ["partly", False]
    assert monthly["location"]["address"]["postalCode"] == "CW1 2AB"
    assert monthly["eventSchedule"]["byDay"] == ["1TU", "-1TU"]
    assert farm["name"] == f"{one.name}: At the farm"
    assert farm["location"]["address"]["postalCode"] == "CW1"
    assert not {"name", "directions"} & set(farm["location"])
    assert online["location"]["@type"] == "VirtualLocation"
    assert "eventSchedule" not in online
    assert online["startDate"] == f"{TODAY}T10:00:00+00:00"
