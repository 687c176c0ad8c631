"""The operations on activities over HTTP: the ladder from what is not there to the whole answer."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from conftest import KINDS, TODAY, Kind, Templates, counted_statements, make_app
from contract import ContractClient, check_problem
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.database import Database

DAYS_OUT = "01a16afa-4fa4-745a-aa83-b1049ddd4f87"
CLOSED = {
    "01a16aef-dab2-77c5-b9db-39daaa83ec12": "retro-tuesdays-dice-barn",
    "01a16afd-6343-761d-bb12-e187983562de": "lamplight-thursday-reminiscence-tea-knighton",
    "01a16af8-db93-7716-9e69-2c4933c0435b": "sixpenny-mystery-outings-canvey",
}


def expected() -> dict[str, Any]:
    """A whole answer, as it was checked against the sample's files."""
    text = (Path(__file__).parent / "activity.json").read_text(encoding="utf-8")
    activity: dict[str, Any] = json.loads(text)
    return activity


def get(client: TestClient, address: str) -> dict[str, Any]:
    """The body of an answer that is well."""
    answer = client.get(address)
    assert answer.status_code == 200
    body: dict[str, Any] = answer.json()
    return body


def kind_of(answer: Any) -> str:
    """What a problem is called."""
    problem = check_problem(answer)
    assert problem is not None
    return problem.type.removeprefix("urn:carefinder:problem:")


# One activity


@pytest.mark.parametrize(
    ("key", "status", "kind"),
    [
        ("nobody", 404, "activity_not_found"),
        ("search", 404, "activity_not_found"),
        ("ffffffff-ffff-ffff-ffff-ffffffffffff", 404, "activity_not_found"),
        # A provider is no activity.
        ("two-oars", 404, "activity_not_found"),
        ("TWO-OARS-DAYS-OUT-DENGIE", 404, "activity_not_found"),
        ("two-oars-days-out-dengie%20", 404, "activity_not_found"),
        ("two-oars-days-out-dengi%25", 404, "activity_not_found"),
        ("two_oars_days_out_dengie", 404, "activity_not_found"),
        (f"{DAYS_OUT}0", 404, "activity_not_found"),
        ("%2e%2e%5c", 404, "activity_not_found"),
        ("null", 404, "activity_not_found"),
        ("two-oars-days-out-dengie%0A", 422, "malformed"),
        ("%C2%85", 422, "malformed"),
        ("x" * 81, 422, "malformed"),
    ],
)
@pytest.mark.parametrize("ending", ["", "/similar"])
def test_an_activity_that_is_not_here_is_told_so(
    client: TestClient, key: str, status: int, kind: str, ending: str
) -> None:
    answer = client.get(f"/v1/activities/{key}{ending}")
    assert answer.status_code == status
    assert kind_of(answer) == kind


@pytest.mark.parametrize(("query", "name"), [("lang=welsh", "lang"), ("page=1", "page")])
def test_what_cannot_be_asked_of_an_activity_is_refused(
    client: TestClient, query: str, name: str
) -> None:
    answer = client.get(f"/v1/activities/{DAYS_OUT}?{query}")
    assert answer.status_code == 422
    assert [one["name"] for one in answer.json()["errors"]] == [name]


@pytest.mark.parametrize(
    "key",
    ["two-oars-days-out-dengie", DAYS_OUT, DAYS_OUT.upper(), DAYS_OUT.replace("-", "")],
)
def test_an_activity_is_found_by_its_id_in_any_spelling_and_by_its_slug(
    client: TestClient, key: str
) -> None:
    assert get(client, f"/v1/activities/{key}") == expected()


def test_an_activity_in_the_list_is_the_activity_itself(client: TestClient) -> None:
    (item,) = [
        one
        for one in get(client, "/v1/activities?provider=two-oars")["items"]
        if one["id"] == DAYS_OUT
    ]
    assert item.pop("not_stated") == []
    assert item == {name: value for name, value in expected().items() if name in item}


def test_every_activity_of_the_list_is_where_its_address_says(client: TestClient) -> None:
    for item in get(client, "/v1/activities?per_page=100")["items"]:
        activity = get(client, item["url"])
        del item["not_stated"]
        assert {name: activity[name] for name in item} == item
        assert get(client, f"/v1/activities/{item['slug']}")["id"] == item["id"]


def coded(value: Any) -> list[str]:
    """Every code in an answer, in order."""
    if isinstance(value, dict):
        own = [value["code"]] if isinstance(value.get("code"), str) else []
        return own + [code for item in value.values() for code in coded(item)]
    if isinstance(value, list):
        return [code for item in value for code in coded(item)]
    return []


def test_easy_read_changes_words_and_nothing_else(client: TestClient) -> None:
    for item in get(client, "/v1/activities?per_page=60")["items"]:
        plain = get(client, item["url"])
        easy = get(client, f"{item['url']}?lang=easy")
        assert coded(easy) == coded(plain)
        for name in ("id", "slug", "sessions", "nearest_venue", "contacts", "served_areas"):
            assert json.dumps(easy[name])[:200] == json.dumps(plain[name])[:200]
        words = plain["easy_read"]
        assert easy["summary"] == (words["summary"] or plain["summary"])
        assert easy["description"] == (words["description"] or plain["description"])
        assert easy["easy_read_missing"] is not bool(words["summary"] and words["description"])
        assert plain["easy_read_missing"] is False


def test_some_have_easy_read_and_some_say_that_it_is_missing(client: TestClient) -> None:
    for address in ("/v1/activities?lang=easy&per_page=100", "/v1/activities?per_page=100"):
        missing = [one["easy_read_missing"] for one in get(client, address)["items"]]
        assert (True in missing) is ("easy" in address)
        assert False in missing


# One that is gone


@pytest.mark.parametrize("key", [*CLOSED, *CLOSED.values(), next(iter(CLOSED)).upper()])
def test_an_activity_that_was_closed_names_others_like_it(client: TestClient, key: str) -> None:
    answer = client.get(f"/v1/activities/{key}")
    assert answer.status_code == 410
    assert kind_of(answer) == "activity_closed"
    similar = answer.json()["similar"]
    assert 1 <= len(similar) <= 5
    for one in similar:
        live = get(client, one["url"])
        assert {name: live[name] for name in one} == one
        assert one["id"] not in CLOSED


def test_what_takes_its_place_is_in_the_language_asked_for(client: TestClient) -> None:
    key = next(iter(CLOSED))
    plain = client.get(f"/v1/activities/{key}").json()["similar"]
    easy = client.get(f"/v1/activities/{key}?lang=easy").json()["similar"]
    assert coded(easy) == coded(plain)
    assert easy != plain


def test_what_takes_its_place_is_in_the_same_council_and_alike(client: TestClient) -> None:
    answer = client.get("/v1/activities/sixpenny-mystery-outings-canvey")
    for one in answer.json()["similar"]:
        assert get(client, one["url"])["council"]["slug"] == "essex"


def test_a_closed_activity_stands_in_no_list(client: TestClient) -> None:
    for page in (1, 2):
        for one in get(client, f"/v1/activities?per_page=100&page={page}")["items"]:
            assert one["id"] not in CLOSED


def test_an_activity_whose_day_has_come_is_gone_and_was_there_the_day_before(
    templates: Templates, kind: Kind
) -> None:
    url = templates.copy(kind, "sample")
    database = Database(url)
    with database.write() as session:
        session.connection().exec_driver_sql(
            f"UPDATE activity SET hidden_from = '{TODAY}' WHERE slug = 'two-oars-days-out-dengie'"  # noqa: S608 - a constant.
        )
    database.close()
    app = make_app(url)
    with ContractClient(app) as client:
        answer = client.get(f"/v1/activities/{DAYS_OUT}")
        assert answer.status_code == 410
        assert get(client, "/v1/activities?provider=two-oars")["total"] == 1
        assert client.get(f"/v1/activities/{DAYS_OUT}/similar").status_code in {404, 410}
        app.state.today = lambda: TODAY - timedelta(days=1)
        app.state.index.refresh()
        assert client.get(f"/v1/activities/{DAYS_OUT}").status_code == 200
        assert get(client, "/v1/activities?provider=two-oars")["total"] == 2
    templates.drop(url)


# The list


def test_the_list_is_by_name_unless_asked_otherwise(client: TestClient) -> None:
    page = get(client, "/v1/activities?per_page=100")
    names = [one["name"].casefold() for one in page["items"]]
    assert names == sorted(names)
    assert page["total"] == 200
    assert (page["place"], page["matched"], page["did_you_mean"], page["facets"]) == (
        None,
        "all_words",
        [],
        {},
    )


@pytest.mark.parametrize(
    ("query", "total"),
    [
        ("provider=two-oars", 2),
        ("provider=01a16afa-45fa-796a-ba97-b1af856c67e6", 2),
        ("provider=01A16AFA-45FA-796A-BA97-B1AF856C67E6", 2),
        ("provider=two-oars&provider=01a16afa-45fa-796a-ba97-b1af856c67e6", 2),
        ("provider=nobody", 0),
        ("provider=TWO-OARS", 0),
        ("provider=two_oars", 0),
        ("provider=two-oars%25", 0),
        ("provider=%25", 0),
        ("provider='%20OR%201=1--", 0),
        ("provider=ffffffff-ffff-ffff-ffff-ffffffffffff", 0),
        ("council=E06000099", 0),
        ("council=E06000034", 0),
        ("provider=two-oars&council=E10000012", 2),
        ("provider=two-oars&council=E06000049", 0),
    ],
)
def test_an_unknown_provider_or_council_has_no_activities_and_is_no_error(
    client: TestClient, query: str, total: int
) -> None:
    page = get(client, f"/v1/activities?{query}")
    assert page["total"] == len(page["items"]) == total
    assert page["pages"] == min(total, 1)


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("council=essex", "council"),
        ("council=e10000012", "council"),
        ("council=", "council"),
        ("provider=", "provider"),
        (f"provider={'x' * 81}", "provider"),
        ("provider=two-oars%00", "provider"),
        ("lang=", "lang"),
        ("free=perhaps", "free"),
    ],
)
def test_a_filter_that_cannot_be_is_refused(client: TestClient, query: str, name: str) -> None:
    answer = client.get(f"/v1/activities?{query}")
    assert answer.status_code == 422
    assert [one["name"] for one in answer.json()["errors"]] == [name]


def test_the_councils_share_out_all_activities(client: TestClient) -> None:
    codes = [one["gss"] for one in get(client, "/v1/councils")["items"]]
    totals = {code: get(client, f"/v1/activities?council={code}")["total"] for code in codes}
    assert sum(totals.values()) == 200
    assert totals["E06000034"] == 0
    assert min(totals["E10000012"], totals["E06000049"], totals["E06000016"]) > 40


def test_the_same_search_in_a_body_answers_the_same_and_is_kept_nowhere(
    client: TestClient,
) -> None:
    asked = {"cohort": ["dementia"], "near": "LE2", "facets": ["council"], "per_page": 7}
    query = "cohort=dementia&near=LE2&facets=council&per_page=7"
    answer = client.post("/v1/activities/search", json=asked)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    assert answer.json() == get(client, f"/v1/activities?{query}")


@pytest.mark.parametrize(
    ("body", "name", "code"),
    [
        ({"colour": "blue"}, "", "extra_forbidden"),
        ({"page": 0}, "/page", "greater_than_equal"),
        ({"page": True}, "/page", "int_parsing"),
        ({"per_page": 101}, "/per_page", "less_than_equal"),
        ({"provider": "two-oars"}, "/provider", "list_type"),
        ({"lang": "cy"}, "/lang", "literal_error"),
        ([], "", "model_attributes_type"),
        (None, "", "missing"),
    ],
)
def test_a_body_that_cannot_be_is_refused(
    client: TestClient, body: Any, name: str, code: str
) -> None:
    answer = client.post("/v1/activities/search", json=body)
    assert answer.status_code == 422
    (fault,) = answer.json()["errors"]
    assert (fault["in"], fault["name"], fault["code"]) == ("body", name, code)
    assert answer.headers["cache-control"] == "no-store"


def test_the_activities_like_one_are_a_page_of_others(client: TestClient) -> None:
    first = get(client, f"/v1/activities/{DAYS_OUT}/similar?per_page=3")
    again = get(client, "/v1/activities/two-oars-days-out-dengie/similar?per_page=3")
    assert first == again
    second = get(client, f"/v1/activities/{DAYS_OUT}/similar?per_page=3&page=2")
    ids = [one["id"] for one in first["items"] + second["items"]]
    assert len(set(ids)) == 6
    assert DAYS_OUT not in ids
    assert first["total"] == second["total"] > 6


# What it costs


@pytest.mark.parametrize("kind", KINDS)
def test_a_list_asks_the_database_nothing_and_one_activity_always_the_same(
    readers: Callable[[Kind], TestClient], kind: Kind
) -> None:
    client = readers(kind)
    assert isinstance(client.app, FastAPI)
    engine = client.app.state.database.engine
    index = client.app.state.index

    def counted(address: str) -> int:
        # The index looks at the clock in between, on a connection of its own.
        with index._refreshing, counted_statements(engine) as statements:  # noqa: SLF001
            assert client.get(address).status_code == 200
        return len([one for one in statements if one.startswith("SELECT")])

    urls = [one["url"] for one in get(client, "/v1/activities?per_page=100")["items"]]
    counts = [counted(url) for url in urls]
    # Without a venue its two statements are not needed, nor that for parts without a price.
    assert max(counts) <= 13
    assert max(counts) - min(counts) <= 3
    for query in ("per_page=1", "per_page=99", "q=garden&per_page=98", "near=CW1&per_page=97"):
        assert counted(f"/v1/activities?{query}") == 0
