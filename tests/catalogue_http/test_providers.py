import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import KINDS, Kind, counted_statements
from fastapi import FastAPI
from fastapi.testclient import TestClient

TWO_OARS = "01a16afa-45fa-796a-ba97-b1af856c67e6"


def expected() -> dict[str, Any]:
    """A whole answer but for the activities, as it was checked against the sample's files."""
    text = (Path(__file__).parent / "provider.json").read_text(encoding="utf-8")
    provider: dict[str, Any] = json.loads(text)
    return provider


def items_of(client: TestClient, address: str) -> list[dict[str, Any]]:
    """The items of a page."""
    answer = client.get(address)
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


@pytest.mark.parametrize(
    ("key", "status", "kind"),
    [
        ("nobody", 404, "provider_not_found"),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", 404, "provider_not_found"),
        # An activity, and a council, are no providers.
        ("two-oars-days-out-dengie", 404, "provider_not_found"),
        ("essex", 404, "provider_not_found"),
        ("TWO-OARS", 404, "provider_not_found"),
        ("two-oars%20", 404, "provider_not_found"),
        ("two%", 404, "provider_not_found"),
        ("two_oars", 404, "provider_not_found"),
        ("-", 404, "provider_not_found"),
        ("None", 404, "provider_not_found"),
        ("two-oars%0A", 422, "malformed"),
        ("x" * 81, 422, "malformed"),
    ],
)
def test_a_provider_that_is_not_here_is_told_so(
    client: TestClient, key: str, status: int, kind: str
) -> None:
    answer = client.get(f"/v1/providers/{key}")
    assert answer.status_code == status
    assert answer.json()["type"] == f"urn:carefinder:problem:{kind}"


@pytest.mark.parametrize(("query", "name"), [("lang=EN", "lang"), ("per_page=1", "per_page")])
def test_what_cannot_be_asked_of_a_provider_is_refused(
    client: TestClient, query: str, name: str
) -> None:
    answer = client.get(f"/v1/providers/two-oars?{query}")
    assert answer.status_code == 422
    assert [one["name"] for one in answer.json()["errors"]] == [name]


@pytest.mark.parametrize(
    "key",
    [
        "two-oars",
        TWO_OARS,
        TWO_OARS.upper(),
        TWO_OARS.replace("-", ""),
        f"urn:uuid:{TWO_OARS}",
        f"%7B{TWO_OARS}%7D",
    ],
)
def test_a_provider_is_found_by_its_id_in_any_spelling_and_by_its_slug(
    client: TestClient, key: str
) -> None:
    answer = client.get(f"/v1/providers/{key}")
    assert answer.status_code == 200
    provider = answer.json()
    activities = provider.pop("activities")
    assert provider == expected()
    assert [one["slug"] for one in activities] == [
        "two-oars-days-out-dengie",
        "two-oars-camera-walk-burnham",
    ]


def test_a_provider_shows_its_activities_as_the_search_does(client: TestClient) -> None:
    shown = client.get("/v1/providers/two-oars").json()["activities"]
    found = items_of(client, "/v1/activities?provider=two-oars&sort=name")
    for one in found:
        del one["not_stated"]
    assert shown == found


def test_the_address_of_all_activities_leads_to_all_of_them(client: TestClient) -> None:
    for item in items_of(client, "/v1/providers?per_page=100"):
        provider = client.get(item["url"]).json()
        page = client.get(provider["activities_url"]).json()
        assert page["total"] == provider["activities_total"] == item["activities"]
        assert len(provider["activities"]) == min(100, page["total"])


def test_a_provider_in_the_list_is_the_provider_itself(client: TestClient) -> None:
    items = items_of(client, "/v1/providers?per_page=100")
    assert len(items) == 57
    for item in items[:10]:
        provider = client.get(item["url"]).json()
        same = item.keys() & provider.keys() - {"activities"}
        assert {name: provider[name] for name in same} == {name: item[name] for name in same}
        assert len(same) >= 6


def test_the_providers_are_listed_by_name_without_case_or_accents(client: TestClient) -> None:
    names = [one["name"] for one in items_of(client, "/v1/providers?per_page=100")]
    assert names == sorted(names, key=str.casefold)


def test_easy_read_takes_the_place_of_the_description_or_says_that_there_is_none(
    client: TestClient,
) -> None:
    plain = items_of(client, "/v1/providers?per_page=100")
    easy = items_of(client, "/v1/providers?per_page=100&lang=easy")
    assert not any(one["easy_read_missing"] for one in plain)
    missing = [one["easy_read_missing"] for one in easy]
    assert True in missing
    assert False in missing
    for one, other in zip(plain, easy, strict=True):
        assert one["id"] == other["id"]
        same = one["description"] == other["description"]
        assert same is other["easy_read_missing"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_provider_costs_the_same_few_statements_however_much_it_does(
    readers: Callable[[Kind], TestClient], kind: Kind
) -> None:
    client = readers(kind)
    assert isinstance(client.app, FastAPI)
    state = client.app.state

    def counted(address: str) -> int:
        # The index looks at the clock now and then; it is kept from it meanwhile.
        with state.index._refreshing, counted_statements(state.database.engine) as statements:  # noqa: SLF001
            assert client.get(address).status_code == 200
        return len([one for one in statements if one.startswith("SELECT")])

    by_size = sorted(
        items_of(client, "/v1/providers?per_page=100"), key=lambda item: int(item["activities"])
    )
    assert by_size[0]["activities"] * 3 < by_size[-1]["activities"]
    counts = [counted(item["url"]) for item in by_size]
    # One without venues or areas needs fewer; none needs more for having more.
    assert max(counts[-10:]) <= max(counts[:-10]) <= 15
    assert counted("/v1/providers?per_page=5") == counted("/v1/providers?per_page=100") <= 5
