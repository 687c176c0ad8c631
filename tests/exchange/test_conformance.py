"""The whole sample catalogue passes the standard's schemas, and checks that are stricter."""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import pytest
from conftest import KINDS, Kind
from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from exchange.standard import FOLDER, empties, faults, needs_standard, standard_file
from fastapi.testclient import TestClient

from app.exchange.openreferral.identity import PREFIX

LISTS = ("services", "service_at_locations", "organizations", "taxonomies", "taxonomy_terms")
SHAPES = {
    "services": "service",
    "service_at_locations": "service_at_location",
    "organizations": "organization",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}
FULL = {
    "services": {"full": "true"},
    "service_at_locations": {"full": "true"},
    "organizations": {"full": "true"},
    "taxonomies": {},
    "taxonomy_terms": {},
}
COORDINATES = (49.8, 55.9, -6.5, 1.8)
"""England's southernmost, northernmost, westernmost and easternmost degrees, and a little more."""

TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9](Z|[+]0[01]:00)")


class Pulled:
    """A feed after a full pull: every page of every list, and every detail."""

    def __init__(self, client: TestClient) -> None:
        self.client = client
        self.pages: dict[str, list[dict[str, Any]]] = {}
        self.details: dict[str, dict[str, dict[str, Any]]] = {}
        for kind in LISTS:
            self.pages[kind] = [*self._walk(kind)]
            self.details[kind] = {
                one["id"]: client.get(f"{PREFIX}/{kind}/{one['id']}").json()
                for one in self.items(kind)
            }

    def _walk(self, kind: str) -> Iterator[dict[str, Any]]:
        page, last = 1, False
        while not last:
            found = self.client.get(f"{PREFIX}/{kind}?page={page}&per_page=40").json()
            yield found
            page, last = page + 1, found["last_page"]

    def items(self, kind: str) -> list[dict[str, Any]]:
        return [one for page in self.pages[kind] for one in page["contents"]]


@pytest.fixture(scope="module")
def pulled(readers: Callable[[Kind], TestClient]) -> Pulled:
    """The sample catalogue's feed. Both databases give the same, as another test sees to."""
    return Pulled(readers("sqlite"))


def every(value: Any, key: str) -> Iterator[Any]:
    """Every value of a key, however deep it lies."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name == key:
                yield item
            yield from every(item, key)
    elif isinstance(value, list):
        for item in value:
            yield from every(item, key)


# The standard's own schemas


@needs_standard
def test_what_the_feed_says_of_itself_passes(client: TestClient) -> None:
    told = client.get(PREFIX).json()
    assert faults("api_details", told) == []
    assert told["version"] == "HSDS-UK-3.0"
    assert client.get(f"{PREFIX}/").json() == told


@needs_standard
@pytest.mark.parametrize("kind", LISTS)
def test_every_page_and_every_detail_passes(pulled: Pulled, kind: str) -> None:
    for page in pulled.pages[kind]:
        assert faults(f"{SHAPES[kind]}_list", page) == []
    for one in pulled.details[kind].values():
        assert faults(SHAPES[kind], one) == []
    assert len(pulled.details[kind]) >= 15


@needs_standard
@pytest.mark.parametrize("set_of_mocks", ["V3.0-UK-Default", "V3.0-UK-Warn", "V3.0-UK-Fail"])
def test_the_standards_own_mocks_pass_and_fail_as_they_should(set_of_mocks: str) -> None:
    assert FOLDER is not None
    failing = set()
    for path in sorted((FOLDER / "mocks" / set_of_mocks).glob("*.json")):
        shape = path.stem.removesuffix("_full")
        if faults(shape, json.loads(path.read_text(encoding="utf-8"))):
            failing.add(shape)
    meant: dict[str, set[str]] = {
        "V3.0-UK-Default": set(),
        "V3.0-UK-Warn": {"taxonomy_term"},
        "V3.0-UK-Fail": {"api_details", "service", "service_list", "taxonomy_term"},
    }
    assert failing == meant[set_of_mocks]


@needs_standard
@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"id": "12"}, "uuid"),
        ({"last_modified": "2026-03-16T09:00:00"}, "date-time"),
        ({"status": "open"}, "one of"),
        ({"url": None}, "string"),
        ({"minimum_age": "18"}, "number"),
    ],
)
def test_a_fault_in_a_service_would_be_noticed(
    pulled: Pulled, change: dict[str, Any], word: str
) -> None:
    one = next(iter(pulled.details["services"].values()))
    assert any(word in fault for fault in faults("service", {**one, **change}))


@needs_standard
def test_every_field_of_the_standards_full_example_is_filled_somewhere(pulled: Pulled) -> None:
    example = standard_file("3.0/examples/service_full.json")
    filled = {key for one in pulled.details["services"].values() for key in one}
    # What we do not know of anybody: no accreditation is checked here, and no person is named.
    # `fees` is deprecated by the standard itself, and prices have parts.
    assert set(example) - filled == {"accreditations", "assurer_email", "fees"}


# Stricter checks


@pytest.mark.parametrize("kind", LISTS)
def test_nothing_is_null_or_empty(pulled: Pulled, kind: str) -> None:
    for one in (*pulled.pages[kind], *pulled.details[kind].values()):
        assert [*empties(one)] == []


@pytest.mark.parametrize("kind", LISTS)
def test_totals_hold_and_nothing_comes_twice(pulled: Pulled, kind: str) -> None:
    pages = pulled.pages[kind]
    ids = [one["id"] for one in pulled.items(kind)]
    assert len(ids) == len(set(ids))
    for number, page in enumerate(pages, 1):
        assert page["total_items"] == len(ids)
        assert page["total_pages"] == len(pages)
        assert page["page_number"] == number
        assert page["size"] == len(page["contents"])
        assert page["first_page"] is (number == 1)
        assert page["last_page"] is (number == len(pages))
        assert page["empty"] is False


@pytest.mark.parametrize("kind", LISTS)
def test_a_list_says_what_the_detail_says(pulled: Pulled, kind: str) -> None:
    def agrees(listed: Any, detail: Any) -> bool:
        if isinstance(listed, dict):
            return all(agrees(value, detail.get(key)) for key, value in listed.items())
        return bool(listed == detail)

    for one in pulled.items(kind):
        assert agrees(one, pulled.details[kind][one["id"]])
        assert not any(isinstance(value, list) for key, value in one.items() if key[:2] != "x_")


@pytest.mark.parametrize("kind", LISTS)
def test_a_full_list_and_a_stream_hold_the_details(pulled: Pulled, kind: str) -> None:
    query = urlencode({**FULL[kind], "per_page": 1000})
    full = pulled.client.get(f"{PREFIX}/{kind}?{query}").json()["contents"]
    streamed = pulled.client.get(f"{PREFIX}/{kind}?format=ndjson&{query}")
    assert streamed.headers["content-type"].startswith("application/x-ndjson")
    assert [json.loads(line) for line in streamed.text.splitlines()] == full
    if kind != "taxonomies":
        assert full == list(pulled.details[kind].values())


def test_every_reference_resolves(pulled: Pulled) -> None:
    held = {kind: set(pulled.details[kind]) for kind in LISTS}
    services = pulled.details["services"].values()
    for one in services:
        assert one["organization_id"] in held["organizations"]
        assert one["organization"]["id"] == one["organization_id"]
        at = {place["id"] for place in one.get("service_at_locations", ())}
        assert at <= held["service_at_locations"]
        assert set(every(one, "service_at_location_id")) <= at
        assert set(every(one, "service_id")) <= {one["id"]}
        contacts = {contact["id"] for contact in one.get("contacts", ())}
        assert {phone["contact_id"] for phone in one.get("phones", ())} <= contacts
    for value in (*services, *pulled.details["service_at_locations"].values()):
        assert set(every(value, "taxonomy_term_id")) <= held["taxonomy_terms"]
        assert set(every(value, "taxonomy_id")) <= held["taxonomies"]
        assert set(every(value, "parent_id")) <= held["taxonomy_terms"]
        for attribute in every(value, "attributes"):
            for stated in attribute:
                assert stated["taxonomy_term"]["id"] == stated["taxonomy_term_id"]
    for one in pulled.details["service_at_locations"].values():
        assert one["service_id"] in held["services"]
        assert one["location"]["id"] == one["location_id"]
    for term in pulled.details["taxonomy_terms"].values():
        assert term["taxonomy_id"] in held["taxonomies"]


def test_every_id_inside_a_service_names_one_thing(pulled: Pulled) -> None:
    kinds = ("schedules", "cost_options", "attributes", "contacts", "service_areas", "languages")
    for kind in kinds:
        ids = [
            item["id"] for one in pulled.details["services"].values() for item in one.get(kind, ())
        ]
        assert len(ids) == len(set(ids)) > 0, kind
        assert all(UUID(one) for one in ids)


def test_every_place_is_in_england_and_says_where(pulled: Pulled) -> None:
    south, north, west, east = COORDINATES
    kinds = Counter[str]()
    for one in pulled.details["service_at_locations"].values():
        place = one["location"]
        kinds[place["location_type"]] += 1
        if place["location_type"] == "physical":
            assert south < place["latitude"] < north
            assert west < place["longitude"] < east
            assert place["x_postcode_district"]
            for address in place.get("addresses", ()):
                assert address["country"] == "GB"
                assert address["state_province"]
    assert kinds["physical"] > 100
    assert kinds["virtual"] > 0


def test_every_schedule_can_be_read(pulled: Pulled) -> None:
    read = 0
    for one in pulled.details["services"].values():
        for schedule in one.get("schedules", ()):
            assert TIME.fullmatch(schedule["opens_at"])
            assert TIME.fullmatch(schedule["closes_at"])
            assert schedule["opens_at"][:5] < schedule["closes_at"][:5]
            assert schedule["timezone"] == "Europe/London"
            days = [date.fromisoformat(schedule[key]) for key in _DAYS if key in schedule]
            assert days == sorted(days) or "valid_from" not in schedule
            if "freq" not in schedule:
                assert schedule["valid_from"] == schedule["valid_to"] == schedule["dtstart"]
                continue
            rule = (
                f"FREQ={schedule['freq']};INTERVAL={schedule['interval']};"
                f"BYDAY={schedule['byday']};COUNT=3"
            )
            if "dtstart" in schedule:
                starts = datetime.fromisoformat(schedule["dtstart"])
                # The first occurrence is the day that the schedule says it starts on.
                assert rrulestr(rule, dtstart=starts)[0] == starts
                read += 1
    assert read > 150


_DAYS = ("valid_from", "dtstart", "valid_to")


def test_every_time_has_a_zone_and_every_date_is_one(pulled: Pulled) -> None:
    for one in pulled.details["services"].values():
        assert datetime.fromisoformat(one["last_modified"]).utcoffset() is not None
        assert re.fullmatch(r".*T[0-9:]{8}\.[0-9]{3}Z", one["last_modified"])
        for key in ("assured_date", "valid_from", "valid_to", "dtstart", "updated"):
            for value in every(one, key):
                assert date.fromisoformat(value).isoformat() == value
        for cost in one.get("cost_options", ()):
            assert cost["currency"] == "gbp"
            assert cost.get("amount", 0) >= 0


def test_what_the_profile_leaves_out_is_told_all_the_same(pulled: Pulled) -> None:
    services = pulled.details["services"].values()
    for key in ("phones", "capacities", "eligibility_description", "languages", "funding"):
        assert sum(key in one for one in services) > 20, key
    assert any(
        language["name"] == "Gujarati" for one in services for language in one.get("languages", ())
    )
    assert any(True for one in services for _ in every(one, "transportation"))
    uris = {
        uri
        for one in services
        for area in one.get("service_areas", ())
        for uri in every(area, "uri")
    }
    assert any(uri.endswith("/E10000012") for uri in uris)
    terms = pulled.details["taxonomy_terms"].values()
    assert sum("x_crosswalks" in term for term in terms) > 20


def test_a_place_that_shows_its_district_alone_has_no_address(pulled: Pulled) -> None:
    hidden = [
        one["location"]
        for one in pulled.details["service_at_locations"].values()
        if one["location"]["location_type"] == "physical" and "name" not in one["location"]
    ]
    assert hidden
    for place in hidden:
        assert not {"addresses", "external_identifier", "name"} & set(place)


def test_both_databases_give_the_same_feed(readers: Callable[[Kind], TestClient]) -> None:
    def told(kind: Kind, address: str) -> str:
        text = readers(kind).get(PREFIX + address).text
        # They were loaded at different moments.
        return re.sub(r'"last_modified":"[^"]+"', "", text)

    for address in (
        "/services?per_page=1000&full=true",
        "/service_at_locations?per_page=1000",
        "/organizations?per_page=1000&full=true&full_service=true",
        "/services?day=TU&start_time=10:00&end_time=16:00",
        "/services?postcode=CW1%202AB&proximity=8000",
        "/services?maximum_age=30",
    ):
        first, second = (told(kind, address) for kind in KINDS)
        assert first == second, address
