"""What people may send, and what they are told about it: over HTTP, on both databases."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

CANARY = "canary-7d1f"


def post(client: TestClient, body: Any) -> Any:
    return client.post("/v1/matches", json=body)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"answers": {CANARY: 1}}, "/answers", "extra_forbidden"),
        ({CANARY: 1}, "", "extra_forbidden"),
        ({"answers": {"needs": [CANARY]}}, "/answers/needs/0", "unknown_answer"),
        ({"answers": {"group": ["dementia"]}}, "/answers/group/0", "unknown_answer"),
        ({"answers": {"needs": ["older_people"]}}, "/answers/needs/0", "unknown_answer"),
        ({"answers": {"funding": "free"}}, "/answers/funding", "unknown_answer"),
        ({"answers": {"needs": ["autism", "autism"]}}, "/answers/needs", "repeated_answer"),
        ({"answers": {"access": [{"code": CANARY}]}}, "/answers/access/0/code", "unknown_answer"),
        (
            {"answers": {"access": [{"code": "hoist", CANARY: 1}]}},
            "/answers/access/0",
            "extra_forbidden",
        ),
        ({"answers": {"access": ["hoist"]}}, "/answers/access/0", "model_attributes_type"),
        ({"answers": {"activities": ["art"] * 6}}, "/answers/activities", "too_long"),
        (
            {"answers": {"age_band": "under_18", "group": ["older_people"]}},
            "/answers",
            "contradiction",
        ),
        ({"answers": {"age": 40, "group": ["young_adults"]}}, "/answers", "contradiction"),
        ({"answers": {"group": ["young_adults", "older_people"]}}, "/answers", "contradiction"),
        ({"answers": {"age": 40, "age_band": "26_64"}}, "/answers", "contradiction"),
        (
            {"answers": {"cared_for": {"group": ["older_people"], "age_band": "under_18"}}},
            "/answers",
            "contradiction",
        ),
        (
            {"answers": {"travel": {"within_miles": "online", "online": False}}},
            "/answers/travel",
            "contradiction",
        ),
        (
            {
                "answers": {
                    "preferences": [
                        {"code": "women_only", "must": True},
                        {"code": "men_only", "must": True},
                    ]
                }
            },
            "/answers",
            "contradiction",
        ),
        ({"answers": {"travel": {"within_miles": 0}}}, "/answers/travel/within_miles", "answer"),
        ({"answers": {"travel": {"within_miles": 101}}}, "/answers/travel/within_miles", "answer"),
        ({"answers": {"travel": {"within_miles": 2.5}}}, "/answers/travel/within_miles", "answer"),
        ({"answers": {"travel": {"within_miles": True}}}, "/answers/travel/within_miles", "answer"),
        (
            {"answers": {"travel": {"within_miles": CANARY}}},
            "/answers/travel/within_miles",
            "answer",
        ),
        (
            {"answers": {"budget": {"amount_pence": -1}}},
            "/answers/budget/amount_pence",
            "greater_than_equal",
        ),
        (
            {"answers": {"budget": {"amount_pence": "5"}}},
            "/answers/budget/amount_pence",
            "int_type",
        ),
        (
            {"answers": {"budget": {"amount_pence": 100_000_001}}},
            "/answers/budget/amount_pence",
            "less_than_equal",
        ),
        ({"answers": {"budget": {}}}, "/answers/budget/amount_pence", "missing"),
        ({"answers": {"age": 121}}, "/answers/age", "less_than_equal"),
        ({"answers": {"age": True}}, "/answers/age", "int_type"),
        (
            {"answers": {"matters_most": ["when", "cost", "support"]}},
            "/answers/matters_most",
            "too_long",
        ),
        ({"answers": {"location": {"text": ""}}}, "/answers/location/text", "string_too_short"),
        (
            {"answers": {"location": {"text": "a\u0000b"}}},
            "/answers/location/text",
            "control_character",
        ),
        ({"answers": {"location": {"latitude": 53}}}, "/answers/location", "contradiction"),
        ({"answers": {"location": {"text": CANARY}}}, "/answers/location", "unknown_place"),
        (
            {"answers": {"location": {"text": "BT1 1AA"}}},
            "/answers/location",
            "outside_great_britain",
        ),
        ({"answers": {"council": "E99999999"}}, "/answers/council", "unknown_council"),
        ({"answers": []}, "/answers", "model_attributes_type"),
        ({"answers": None}, "/answers", "model_attributes_type"),
        ([], "", "model_attributes_type"),
        ("canary-7d1f", "", "model_attributes_type"),
        (None, "", "missing"),
        ({"limit": 0}, "/limit", "greater_than_equal"),
        ({"limit": 101}, "/limit", "less_than_equal"),
        ({"limit": "5"}, "/limit", "int_type"),
        ({"offset": -1}, "/offset", "greater_than_equal"),
        ({"date": "2026-03-15"}, "/date", "day_out_of_range"),
        ({"date": "2027-03-18"}, "/date", "day_out_of_range"),
        ({"date": "2026-02-30"}, "/date", "answer"),
        ({"date": 20_000}, "/date", "answer"),
        ({"lang": "fr"}, "/lang", "literal_error"),
    ],
)
def test_what_cannot_be_is_told_by_its_place_and_never_repeated(
    client: TestClient, body: Any, pointer: str, code: str
) -> None:
    answer = post(client, body)
    assert answer.status_code == 422, answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert [(one["in"], one["name"], one["code"]) for one in answer.json()["errors"]] == [
        ("body", pointer, code)
    ]
    assert CANARY not in answer.text
    assert "older" not in answer.text


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"budget": {"amount_pence": 0, "must": True}},
        {"budget": {"amount_pence": 100_000_000, "period": "week"}},
        # In Scotland, and in Wales.
        {"location": {"text": "EH1 1YZ"}},
        {"location": {"text": "CF10 1AA"}, "travel": {"within_miles": 100}},
        {"location": None, "needs": None, "times": None, "access": []},
        {"times": {"slots": None, "only": True}},
        {"access": [{"code": "hoist", "must": None}], "travel": {"needs_pick_up": None}},
    ],
)
def test_what_is_odd_but_possible_gets_an_honest_answer(client: TestClient, answers: Any) -> None:
    answer = post(client, {"answers": answers, "limit": 1})
    assert answer.status_code == 200, answer.text
    body = answer.json()
    assert sum(body["counts"].values()) == body["considered"]
    assert body["notice"]["text"]


def test_an_empty_body_is_nothing_and_an_empty_object_is_no_answers(client: TestClient) -> None:
    assert client.post("/v1/matches").status_code == 422
    broken = client.post("/v1/matches", content=b"{", headers={"Content-Type": "application/json"})
    assert broken.status_code == 422
    nothing = post(client, {})
    assert nothing.status_code == 200
    total = client.get("/v1/activities?per_page=1").json()["total"]
    assert (
        nothing.json()["considered"]
        == total
        == nothing.json()["counts"]["matches"]
        + (nothing.json()["counts"]["ask_first"] + nothing.json()["counts"]["excluded"])
    )


def test_it_is_stateless_and_nobody_keeps_it(client: TestClient) -> None:
    body = {"answers": {"needs": ["dementia"]}, "limit": 3}
    first, second = post(client, body), post(client, body)
    assert first.content == second.content
    assert first.headers["cache-control"] == "no-store"
    assert "etag" not in first.headers
    refused = client.get("/v1/matches")
    assert refused.status_code == 405
    assert refused.headers["allow"] == "POST"
    asked = client.post("/v1/matches?needs=dementia", json=body)
    assert asked.status_code == 422


def test_pages_of_each_list_neither_lose_nor_repeat(client: TestClient) -> None:
    told = {"location": {"text": "CW1 2AB"}, "age": 30, "travel": {"within_miles": 9}}
    whole = post(client, {"answers": told, "limit": 100}).json()["matches"]
    pages = [
        one["activity"]["id"]
        for offset in range(0, len(whole), 3)
        for one in post(client, {"answers": told, "limit": 3, "offset": offset}).json()["matches"]
    ]
    assert pages == [one["activity"]["id"] for one in whole]


def test_the_language_changes_labels_and_nothing_else(client: TestClient) -> None:
    told = {"location": {"text": "CW1 2AB"}, "travel": {"within_miles": 3}}
    plain, easy = (
        post(client, {"answers": told, "lang": lang, "limit": 2}).json() for lang in ("en", "easy")
    )
    assert plain["counts"] == easy["counts"]
    assert [one["reasons"] for one in plain["matches"]] == [
        one["reasons"] for one in easy["matches"]
    ]
    assert json.dumps(plain) != json.dumps(easy)


def test_a_full_postcode_is_cut_to_its_sector(client: TestClient) -> None:
    answer = post(client, {"answers": {"location": {"text": "cw1 2ab"}}, "limit": 1})
    assert answer.json()["place"]["label"] == "CW1 2"
    assert "2AB" not in answer.text.upper().replace("2ABC", "")
