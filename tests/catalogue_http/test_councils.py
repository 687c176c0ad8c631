import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import KINDS, Kind, counted_statements
from fastapi import FastAPI
from fastapi.testclient import TestClient

HERE = Path(__file__).parent

THURROCK = "01a16af4-c7db-735b-b71a-8ea1a641813c"


def expected(name: str) -> Any:
    """A whole answer, as it was checked against the sample's files."""
    return json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("key", "status", "kind"),
    [
        ("nobody", 404, "council_not_found"),
        ("E06000099", 404, "council_not_found"),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", 404, "council_not_found"),
        # A provider is no council.
        ("two-oars", 404, "council_not_found"),
        ("e06000034", 404, "council_not_found"),
        ("THURROCK", 404, "council_not_found"),
        (" thurrock", 404, "council_not_found"),
        ("thurrock%00", 422, "malformed"),
        ("x" * 81, 422, "malformed"),
    ],
)
def test_a_council_that_is_not_here_is_told_so(
    client: TestClient, key: str, status: int, kind: str
) -> None:
    answer = client.get(f"/v1/councils/{key}")
    assert answer.status_code == status
    assert answer.json()["type"] == f"urn:carefinder:problem:{kind}"


@pytest.mark.parametrize(("query", "name"), [("lang=fr", "lang"), ("page=1", "page")])
def test_what_cannot_be_asked_of_a_council_is_refused(
    client: TestClient, query: str, name: str
) -> None:
    answer = client.get(f"/v1/councils/thurrock?{query}")
    assert answer.status_code == 422
    assert [one["name"] for one in answer.json()["errors"]] == [name]


@pytest.mark.parametrize("key", ["E06000034", "thurrock", THURROCK, THURROCK.upper()])
def test_a_council_is_found_by_each_of_its_names(client: TestClient, key: str) -> None:
    answer = client.get(f"/v1/councils/{key}")
    assert answer.status_code == 200
    assert answer.json() == expected("council")


def test_the_councils_are_listed_by_name(client: TestClient) -> None:
    answer = client.get("/v1/councils")
    assert answer.status_code == 200
    assert answer.json() == expected("councils")


def test_a_council_in_the_list_is_the_council_itself(client: TestClient) -> None:
    for item in client.get("/v1/councils").json()["items"]:
        council = client.get(item["url"]).json()
        assert {name: council[name] for name in item} == item


def test_the_list_has_no_language(client: TestClient) -> None:
    answer = client.get("/v1/councils?lang=easy")
    assert [one["name"] for one in answer.json()["errors"]] == ["lang"]


def test_easy_read_takes_the_place_of_words_and_keeps_codes_and_numbers(
    client: TestClient,
) -> None:
    for item in client.get("/v1/councils").json()["items"]:
        plain = client.get(item["url"]).json()
        easy = client.get(f"{item['url']}?lang=easy").json()
        assert easy["safeguarding"]["emergency"] != plain["safeguarding"]["emergency"]
        assert "999" in easy["safeguarding"]["emergency"]
        for part, simple in zip(plain["payment_rules"], easy["payment_rules"], strict=True):
            assert part["part"]["code"] == simple["part"]["code"]
            assert part["part"]["label"] != simple["part"]["label"]
            assert part["pays"] == simple["pays"]
        for line in ("adult_line", "out_of_hours_line", "organisational_line"):
            assert easy["safeguarding"][line] == plain["safeguarding"][line]


@pytest.mark.parametrize("kind", KINDS)
def test_a_council_costs_the_same_few_statements_whichever_it_is(
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

    # The clock, the code of the register, the slug.
    for slug in ("essex", "thurrock", "leicester", "cheshire-east", "southend"):
        assert counted(f"/v1/councils/{slug}") == 3
    # The clock, the number, the page.
    for per_page in (1, 5):
        assert counted(f"/v1/councils?per_page={per_page}") == 3
