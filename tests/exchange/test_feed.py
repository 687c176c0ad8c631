"""What each parameter of the feed means, and what happens while the catalogue changes."""

import json
import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from conftest import TODAY, ClientMaker, counted_statements
from exchange.own import Own
from factories import make_activity, make_provider, make_session, make_venue
from fastapi.testclient import TestClient

from app.catalogue.commands import close_activity, hide_activity
from app.catalogue.documents import ActivityDocument
from app.exchange.openreferral.identity import PREFIX, taxonomy_id, term_id
from app.vocabulary.terms import vocabulary


@pytest.fixture
def own(make_client: ClientMaker, empty_url: str) -> Own:
    return Own(make_client(empty_url), PREFIX)


def shown(*activities: ActivityDocument) -> list[str]:
    return [str(one.id) for one in activities]


# Lists and pages


def test_an_empty_catalogue_is_an_empty_page(own: Own) -> None:
    assert own.get("/services") == {
        "total_items": 0,
        "total_pages": 0,
        "page_number": 1,
        "size": 0,
        "first_page": True,
        "last_page": True,
        "empty": True,
        "contents": [],
    }
    assert own.client.get(f"{PREFIX}/services?format=ndjson").text == ""


def test_a_page_past_the_end_is_empty_and_no_error(own: Own) -> None:
    own.activities(3)
    page = own.get("/services?page=9&per_page=2")
    assert (page["empty"], page["contents"], page["last_page"]) == (True, [], True)
    assert (page["total_items"], page["total_pages"], page["page_number"]) == (3, 2, 9)


def test_services_stand_in_the_order_in_which_they_were_first_published(own: Own) -> None:
    # Their ids are in the other order, and so are their names.
    first, second, third = reversed([make_activity(own.provider) for _ in range(3)])
    for one in (first, second, third):
        own.publish(one)
    own.publish(second.model_copy(update={"name": "Another name"}))
    assert own.ids("/services") == shown(first, second, third)


def test_a_walk_neither_loses_nor_repeats_while_the_catalogue_changes(own: Own) -> None:
    begun = own.activities(12)
    walked: list[str] = []
    for page in range(1, 5):
        walked += own.ids(f"/services?per_page=3&page={page}")
        with own.database.write() as session:
            # What was walked over is removed, hidden and changed, and something new comes.
            close_activity(session, begun[page * 2].id)
            hide_activity(session, begun[page * 2 + 1].id, since=TODAY)
        own.publish(begun[0].model_copy(update={"name": f"Name {page}"}))
        own.activities(1)
    assert walked == shown(*begun)


def test_a_walk_through_the_places_neither_loses_nor_repeats_while_venues_change(
    own: Own,
) -> None:
    here, there, new = (make_venue(own.provider) for _ in range(3))
    own.publish(here, there, new)
    (first,) = own.activities(1, sessions=[make_session(here), make_session(there)])
    (second,) = own.activities(1, sessions=[make_session(here), make_session(there)])

    def walked(page: int) -> list[tuple[str, str]]:
        found = own.get(f"/service_at_locations?per_page=2&page={page}")["contents"]
        return [(one["service_id"], one["location_id"]) for one in found]

    start = [(str(first.id), str(venue)) for venue in sorted((here.id, there.id))]
    rest = [(str(second.id), str(venue)) for venue in sorted((here.id, there.id))]
    assert walked(1) == start
    # One venue goes and two come, on an activity whose page has been read.
    moved = [make_session(there), make_session(new), make_session()]
    own.publish(first.model_copy(update={"sessions": moved}))
    assert walked(1) == start
    assert walked(2) == rest
    (service, venue), (_, online) = walked(3)
    assert (service, venue) == (str(first.id), str(new.id))
    assert online not in {str(one.id) for one in (here, there, new)}
    assert walked(4) == []


def test_a_place_that_an_activity_left_stays_as_inactive(own: Own) -> None:
    here, there = make_venue(own.provider), make_venue(own.provider)
    own.publish(here, there)
    (one,) = own.activities(1, sessions=[make_session(here)])
    own.publish(one.model_copy(update={"sessions": [make_session(there)]}))

    def told(query: str = "") -> dict[str, str]:
        found = own.get(f"/service_at_locations{query}")["contents"]
        for shown in found:
            alone = own.get(f"/service_at_locations/{shown['id']}")
            assert alone["service"]["status"] == shown["service"]["status"]
        return {shown["location_id"]: shown["service"]["status"] for shown in found}

    left = {str(here.id): "inactive", str(there.id): "active"}
    assert told() == left
    assert told("?modified_after=2020-01-01T00:00:00Z") == left
    assert told(f"?organization_id={own.provider.id}") == left
    # What is asked of times and places is met by what is there.
    assert told("?day=MO,TU,WE,TH,FR,SA,SU") == {str(there.id): "active"}
    nested = own.get(f"/services/{one.id}")["service_at_locations"]
    assert [place["location_id"] for place in nested] == [str(there.id)]
    # Back again it is where it was.
    own.publish(one)
    assert told() == {str(here.id): "active", str(there.id): "inactive"}


def test_a_walk_under_writers_finds_everything_that_was_there(own: Own) -> None:
    begun = own.activities(8)
    stopping = threading.Event()

    def write() -> None:
        while not stopping.is_set():
            own.activities(1)

    writers = [threading.Thread(target=write) for _ in range(4)]
    for writer in writers:
        writer.start()
    try:
        walked: list[str] = []
        page, last = 1, False
        while not last and page < 12:
            found = own.get(f"/services?per_page=5&page={page}")
            walked += [one["id"] for one in found["contents"]]
            page, last = page + 1, found["last_page"]
    finally:
        stopping.set()
        for writer in writers:
            writer.join()
    assert len(walked) == len(set(walked))
    assert walked[:8] == shown(*begun)
    assert own.ids("/services?per_page=1000")[: len(walked)] == walked


def test_minimal_tells_the_ids_and_dates_of_all_on_one_page(own: Own) -> None:
    begun = own.activities(60)
    page = own.get("/services?minimal=true")
    assert [one["id"] for one in page["contents"]] == shown(*begun)
    whole = {one["id"]: one for one in own.get("/services?per_page=100")["contents"]}
    for one in page["contents"]:
        assert set(one) == {"id", "name", "status", "last_modified", "modified_date"}
        assert one["modified_date"] == one["last_modified"] == whole[one["id"]]["last_modified"]
    assert own.get("/services?minimal=true&per_page=10")["size"] == 10


def test_a_list_costs_the_same_number_of_statements_at_any_length(own: Own) -> None:
    venue = make_venue(own.provider)
    own.publish(venue)
    own.activities(30, venue)
    own.get("/services?full=true")
    # The index reads what changed meanwhile.
    own.app.state.index.stop()
    counts = []
    for per_page in (2, 30):
        with counted_statements(own.database.engine) as statements:
            own.get(f"/services?full=true&per_page={per_page}")
        counts.append(len(statements))
    assert counts[0] == counts[1] < 20


# Status and dates


def test_what_is_removed_stays_as_inactive_and_tells_no_more(own: Own) -> None:
    kept, closed, hidden = own.activities(3, contacts=[{"phone": "01632 960001"}])
    with own.database.write() as session:
        close_activity(session, closed.id)
        hide_activity(session, hidden.id, since=TODAY)
    found = own.get("/services?full=true")["contents"]
    assert [one["status"] for one in found] == ["active", "inactive", "inactive"]
    for gone in found[1:]:
        assert "phones" not in gone
        assert "contacts" not in gone
        assert own.get(f"/services/{gone['id']}") == gone
    assert own.ids("/services?search=activity") == shown(kept)


def test_a_temporary_closure_begins_and_ends_and_is_a_change(own: Own) -> None:
    def closing(first: date, until: date | None) -> dict[str, Any]:
        closure = {"reason": "Repairs.", "closed_from": first, "reopens_on": until}
        (one,) = own.activities(1, closure=closure)
        found: dict[str, Any] = own.get(f"/services/{one.id}")
        return found

    day = timedelta(days=1)
    assert closing(TODAY + day, None)["status"] == "active"
    assert closing(TODAY, None)["status"] == "temporarily closed"
    assert closing(TODAY - day, TODAY)["status"] == "active"
    assert closing(TODAY - day, TODAY + day)["status"] == "temporarily closed"


def test_an_alert_is_told_while_it_holds(own: Own) -> None:
    (now,) = own.activities(1, alert={"text": "Moved.", "until": TODAY})
    (over,) = own.activities(1, alert={"text": "Moved.", "until": TODAY - timedelta(days=1)})
    assert own.get(f"/services/{now.id}")["alert"] == "Moved."
    assert "alert" not in own.get(f"/services/{over.id}")


def test_last_modified_covers_every_change_of_what_a_service_shows(own: Own) -> None:
    venue = make_venue(own.provider)
    own.publish(venue)
    one, other = own.activities(2, venue)
    elsewhere = make_provider(own.council)
    apart = make_activity(elsewhere)
    own.publish(elsewhere, apart)

    def modified() -> list[str]:
        return [
            own.get(f"/services/{activity.id}")["last_modified"] for activity in (one, other, apart)
        ]

    for change in (
        one.model_copy(update={"name": "Another"}),
        own.provider.model_copy(update={"name": "Another provider"}),
        venue.model_copy(update={"name": "Another hall"}),
    ):
        before = modified()
        threading.Event().wait(0.005)
        own.publish(change)
        after = modified()
        assert after[0] > before[0]
        assert (after[1] > before[1]) is (change is not None and change.id != one.id)
        assert after[2] == before[2]


def test_modified_after_finds_what_changed_then_or_later(own: Own) -> None:
    first, second = own.activities(2)
    threading.Event().wait(0.005)
    (third,) = own.activities(1)
    at = {one["id"]: one["last_modified"] for one in own.get("/services")["contents"]}
    assert own.ids(f"/services?modified_after={at[str(third.id)]}") == shown(third)
    assert own.ids(f"/services?modified_after={at[str(first.id)]}")[0] == str(first.id)
    with own.database.write() as session:
        close_activity(session, second.id)
    assert own.ids(f"/services?modified_after={at[str(third.id)]}") == shown(second, third)


def test_modified_after_finds_what_a_day_changed(own: Own) -> None:
    closure = {"reason": "Repairs.", "closed_from": TODAY, "reopens_on": None}
    # The machine's clock may stand anywhere; the day of the tests is as it is.
    own.activities(1, closure=closure)
    midnight = f"{TODAY}T00:00:00Z"
    modified = own.get("/services")["contents"][0]["last_modified"]
    assert modified >= f"{TODAY}T00:00:00.000Z"
    assert own.ids(f"/services?modified_after={midnight}")


NO_MOMENTS = (
    *("2026-03-01T00:00:00", "2026-03-01", "yesterday", "1700000000", ""),
    *("2026-02-30T00:00:00Z", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00%2B12:00"),
)
ONE_MOMENT = (
    *("2026-03-01T00:00:00Z", "2026-03-01T01:00:00%2B01:00", "2026-03-01T01:00:00+01:00"),
    *("2026-03-01t00:00z", "2026-02-28T19:00:00.000000000-05:00"),
)


def test_a_moment_has_a_zone(client: TestClient) -> None:
    for moment in NO_MOMENTS:
        answer = client.get(f"{PREFIX}/services?modified_after={moment}")
        assert answer.status_code == 422, moment
        assert answer.json()["errors"][0]["name"] == "modified_after"
    for moment in ONE_MOMENT:
        found = client.get(f"{PREFIX}/services?modified_after={moment}").json()
        assert found["total_items"] == 200, moment
    later = (datetime.now(UTC) + timedelta(days=1)).isoformat().replace("+00:00", "Z")
    assert client.get(f"{PREFIX}/services?modified_after={later}").json()["empty"] is True


# What is stated


def test_a_term_is_found_with_those_below_it(own: Own) -> None:
    parent = next(
        one.parent for one in vocabulary().scheme("cohort").terms if one.code == "dementia"
    )
    (one,) = own.activities(1, cohorts=["dementia"], open_to="only")
    own.activities(1, cohorts=["unpaid_carers"])
    assert own.ids(f"/services?taxonomy_term_id={term_id('cohort', 'dementia')}") == shown(one)
    if parent:
        assert shown(one)[0] in own.ids(f"/services?taxonomy_term_id={term_id('cohort', parent)}")
    assert own.ids(f"/services?taxonomy_term_id={term_id('open_to', 'only')}") == shown(one)
    assert own.ids(f"/services?taxonomy_term_id={UUID(int=1)}") == []
    assert own.ids(f"/services?taxonomy_id={UUID(int=1)}") == []


def test_what_is_stated_no_is_no_attribute_and_is_not_found(own: Own) -> None:
    yes = {"code": "direct_payment", "value": "yes"}
    (one,) = own.activities(1, funding=[yes])
    (partly,) = own.activities(1, funding=[{**yes, "value": "partly"}])
    (refused,) = own.activities(1, funding=[{**yes, "value": "no"}])
    address = f"/services?taxonomy_term_id={term_id('funding', 'direct_payment')}"
    assert own.ids(address) == shown(one, partly)
    assert own.ids(f"/services?taxonomy_id={taxonomy_id('funding')}") == shown(one, partly)
    assert own.get(f"/services/{partly.id}")["attributes"][0]["value"] == "partly"
    assert "attributes" not in own.get(f"/services/{refused.id}")


def test_access_is_a_fact_of_the_venue(own: Own) -> None:
    venue = make_venue(own.provider, features=[{"code": "hoist", "value": "yes"}])
    bare = make_venue(own.provider)
    own.publish(venue, bare)
    (one,) = own.activities(1, sessions=[make_session(venue)])
    own.activities(1, sessions=[make_session(bare)])
    assert own.ids(f"/services?taxonomy_term_id={term_id('access', 'hoist')}") == shown(one)


def test_ages_are_those_that_are_stated(own: Own) -> None:
    (adults,) = own.activities(1, ages={"minimum": 18})
    (young,) = own.activities(1, ages={"minimum": 16, "maximum": 25})
    own.activities(1)
    assert own.ids("/services?minimum_age=16") == shown(adults, young)
    assert own.ids("/services?minimum_age=17") == shown(adults)
    assert own.ids("/services?maximum_age=25") == shown(young)
    assert own.ids("/services?maximum_age=24.5") == []


def test_services_of_an_organization(own: Own) -> None:
    other = make_provider(own.council)
    theirs = make_activity(other)
    own.publish(other, theirs)
    own.activities(2)
    assert own.ids(f"/services?organization_id={other.id}") == shown(theirs)
    organizations = own.get("/organizations?full_service=true")["contents"]
    assert [len(one["services"]) for one in organizations] == [2, 1]
    assert "services" not in own.get(f"/organizations/{other.id}")
    whole = own.get(f"/organizations/{other.id}?full_service=true")
    assert [one["id"] for one in whole["services"]] == shown(theirs)
    assert own.ids("/organizations?search=provider")
    assert own.ids("/organizations?search=provider%20nowhere") == []


# Times and places


def test_day_and_times_are_those_of_one_session(own: Own) -> None:
    early = make_session(day="tue", starts_at="09:00", ends_at="10:00")
    late = make_session(day="thu", starts_at="18:00", ends_at="20:00")
    (one,) = own.activities(1, sessions=[early, late])
    assert own.ids("/services?day=TU") == shown(one)
    assert own.ids("/services?day=MO,TH") == shown(one)
    assert own.ids("/services?day=MO") == []
    assert own.ids("/services?day=TU&start_time=09:00&end_time=10:00:00") == shown(one)
    # It runs on Tuesdays, and in the evening, and never both.
    assert own.ids("/services?day=TU&start_time=17:00") == []


def test_a_postcode_finds_what_lies_near_or_serves_it(own: Own) -> None:
    crewe = make_venue(own.provider)
    own.publish(crewe)
    (near,) = own.activities(1, sessions=[make_session(crewe)])
    area = {"kind": "outcodes", "name": "Crewe", "outcodes": ["CW1"]}
    (comes,) = own.activities(1, sessions=[make_session()], served_areas=[area])
    away = {**area, "name": "Exeter", "outcodes": ["EX1"]}
    (far,) = own.activities(1, sessions=[make_session()], served_areas=[away])
    assert own.ids("/services?postcode=CW1%202AB") == shown(near, comes)
    assert own.ids("/services?postcode=CW1%202AB&proximity=4000") == shown(near, comes)
    # Without an area nothing is said against Exeter; with a distance there is.
    assert own.ids("/services?postcode=EX1%201AA") == shown(near, far)
    assert own.ids("/services?postcode=EX1%201AA&proximity=4000") == shown(far)
    places = own.get("/service_at_locations?postcode=CW1%202AB&proximity=4000")["contents"]
    assert [one["service_id"] for one in places] == shown(near)


def test_places_are_found_by_their_own_sessions(own: Own) -> None:
    here, there = make_venue(own.provider), make_venue(own.provider, latitude=53.5)
    own.publish(here, there)
    sessions = [make_session(here, day="mon"), make_session(there, day="tue"), make_session()]
    own.activities(1, sessions=sessions)

    def at(query: str) -> list[str]:
        found = own.get(f"/service_at_locations{query}")["contents"]
        return [one["location"]["location_type"][0] + one["location_id"] for one in found]

    both = sorted([f"p{here.id}", f"p{there.id}"])
    assert at("")[:2] == both
    assert len(at("")) == 3
    assert at("?day=MO") == [f"p{here.id}"]
    assert at("?day=TU")[0] == f"p{there.id}"
    assert at("?postcode=CW1%202AB&proximity=3000") == [f"p{here.id}"]
    assert at("?per_page=1&page=2") == both[1:]
    for one in own.get("/service_at_locations")["contents"]:
        assert own.get(f"/service_at_locations/{one['id']}")["location_id"] == one["location_id"]


REFUSED: tuple[tuple[str, str], ...] = (
    ("proximity=500", "proximity"),
    ("postcode=ZZ99%209ZZ", "postcode"),
    ("postcode=nowhere+at+all", "postcode"),
    ("postcode=CW1&proximity=0", "proximity"),
    ("postcode=CW1&proximity=nan", "proximity"),
    ("taxonomy_term_id=12", "taxonomy_term_id"),
    ("organization_id=x", "organization_id"),
    ("day=tuesday", "day"),
    ("start_time=24:00", "start_time"),
    ("end_time=9", "end_time"),
    ("minimum_age=-1", "minimum_age"),
    ("page=0", "page"),
    ("per_page=1001", "per_page"),
    ("format=xml", "format"),
    ("full=perhaps", "full"),
    ("page=1&page=2", "page"),
)


def test_bad_values_are_refused_and_named(client: TestClient) -> None:
    for query, name in REFUSED:
        answer = client.get(f"{PREFIX}/services?{query}")
        assert answer.status_code == 422, query
        assert answer.json()["errors"][0]["name"] == name


def test_an_id_that_is_none_is_refused_and_one_that_is_not_there_is_not_found(
    client: TestClient,
) -> None:
    kinds = ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms")
    for kind in kinds:
        assert client.get(f"{PREFIX}/{kind}/not-an-id").status_code == 422
        assert client.get(f"{PREFIX}/{kind}/{UUID(int=5)}").status_code == 404


def test_terms_by_taxonomy_parent_and_level(client: TestClient) -> None:
    def codes(query: str) -> set[str]:
        page = client.get(f"{PREFIX}/taxonomy_terms?per_page=1000&{query}").json()
        return {one["code"] for one in page["contents"]}

    cohort = vocabulary().scheme("cohort")
    assert codes(f"taxonomy_id={taxonomy_id('cohort')}") == set(cohort.codes)
    top = {term.code for term in cohort.terms if term.parent is None}
    assert codes(f"taxonomy_id={taxonomy_id('cohort')}&top_only=true") == top
    child = next(term for term in cohort.terms if term.parent)
    below = {term.code for term in cohort.terms if term.parent == child.parent}
    assert codes(f"parent_id={term_id('cohort', child.parent or '')}") == below
    assert "dementia" in codes("search=dementia")


# Streams and headers


def test_every_answer_may_be_read_by_any_website(client: TestClient) -> None:
    for address, status in (
        ("", 200),
        ("/", 200),
        ("/services/", 200),
        ("/services?page=x", 422),
        ("/nowhere", 404),
        ("/services?x=" + "y" * 9_000, 414),
    ):
        for headers in ({}, {"Origin": "https://council.example"}):
            answer = client.get(PREFIX + address, headers=headers)
            assert answer.status_code == status
            assert answer.headers.get_list("access-control-allow-origin") == ["*"]
    tag = client.get(PREFIX).headers["etag"]
    answer = client.get(PREFIX, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (304, "*")
    assert client.post(f"{PREFIX}/services").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in client.get("/v1").headers


def test_a_stream_of_all_that_is_found(own: Own) -> None:
    own.activities(5, cohorts=["autism"])
    own.activities(3)
    query = f"/services?taxonomy_term_id={term_id('cohort', 'autism')}"
    lines = own.client.get(f"{PREFIX}{query}&format=ndjson").text.splitlines()
    assert [json.loads(line) for line in lines] == own.get(query)["contents"]


def test_a_stream_holds_no_transaction_while_it_is_read(own: Own) -> None:
    own.activities(3)
    engine = own.database.engine

    async def application(scope: Any, receive: Any, send: Any) -> None:
        async def watched(message: Any) -> None:
            if message["type"] == "http.response.body" and message.get("body"):
                taken.append(engine.pool.checkedout())  # type: ignore[attr-defined] # of this pool.
            await send(message)

        await own.app(scope, receive, watched)

    taken: list[int] = []
    # The index looks at the clock meanwhile, for which it takes one connection at times.
    own.app.state.index.stop()
    with TestClient(application) as watching:
        watching.get(f"{PREFIX}/services?format=ndjson", headers={"Accept-Encoding": "identity"})
    assert taken == [0]
