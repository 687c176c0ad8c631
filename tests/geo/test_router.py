from typing import Any

import pytest
from fastapi.testclient import TestClient


def find(client: TestClient, q: str) -> list[dict[str, Any]]:
    """The items of a search for places that finds something."""
    answer = client.get("/v1/places", params={"q": q})
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_full_postcode_gives_its_sector_and_its_council(client: TestClient) -> None:
    answer = client.get("/v1/places", params={"q": "cw1 2ab"})
    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {
                "label": "CW1 2",
                "kind": "sector",
                "latitude": 53.0986,
                "longitude": -2.4415,
                "accuracy_miles": 0.3,
                "council": {
                    "gss": "E06000049",
                    "name": "Cheshire East",
                    "confidence": 1.0,
                    "candidates": [],
                },
                "source": "OS Code-Point Open",
            }
        ]
    }


def test_no_answer_holds_the_rest_of_a_postcode(client: TestClient) -> None:
    assert "2AB" not in client.get("/v1/places", params={"q": "CW1 2AB"}).text


def test_a_shared_outcode_names_the_councils_on_both_sides(client: TestClient) -> None:
    (item,) = find(client, "LE2")
    council = item["council"]
    assert (council["gss"], council["name"], council["confidence"]) == (
        "E06000016",
        "Leicester",
        0.7,
    )
    assert council["candidates"] == [
        {"gss": "E06000016", "name": "Leicester", "confidence": 0.7},
        {"gss": None, "name": "Leicestershire", "confidence": 0.3},
    ]


def test_a_name_that_several_places_bear_gives_them_all(client: TestClient) -> None:
    assert [item["label"] for item in find(client, "Newport")] == [
        "Newport, Essex",
        "Newport, Isle of Wight",
        "Newport, Telford and Wrekin",
        "Newport, East Riding of Yorkshire",
    ]


@pytest.mark.parametrize(
    ("q", "label"),
    [
        ("CWI 2AB", "CW1 2"),
        ("saint albans", "St Albans, Hertfordshire"),
        ("Newport, Essex", "Newport, Essex"),
        ("Chelm", "Chelmsford, Essex"),
        ("CM", "CM0"),
    ],
)
def test_the_likeliest_place_comes_first(client: TestClient, q: str, label: str) -> None:
    assert find(client, q)[0]["label"] == label


@pytest.mark.parametrize(
    ("q", "kind", "understood_as"),
    [
        ("XX1 1XX", "unknown_place", "postcode"),
        ("CM98 1AB", "unknown_place", "postcode"),
        ("Atlantis", "unknown_place", "place_name"),
        ("x" * 100, "unknown_place", "place_name"),
        ("Essex", "unknown_place", "county"),
        ("\N{HOUSE BUILDING}", "unknown_place", "nothing"),
        ("JE2 3AB", "outside_great_britain", None),
        ("BT1 1AA", "outside_great_britain", None),
    ],
)
def test_what_is_not_found_is_a_404_that_never_repeats_the_text(
    client: TestClient, q: str, kind: str, understood_as: str | None
) -> None:
    answer = client.get("/v1/places", params={"q": q})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == f"urn:carefinder:problem:{kind}"
    assert problem.get("understood_as") == understood_as
    assert problem["easy_read"]
    assert q not in problem["detail"] + problem["easy_read"]


@pytest.mark.parametrize(
    ("params", "fault"),
    [
        ({}, ("q", "missing")),
        ({"q": ""}, ("q", "string_too_short")),
        ({"q": "x" * 101}, ("q", "string_too_long")),
        ({"q": "CW1\x00"}, ("q", "control_character")),
        ({"q": "CW1\n2AB"}, ("q", "control_character")),
        ({"q": "CW1", "near": "CW2"}, ("near", "extra_forbidden")),
    ],
)
def test_what_cannot_be_asked_is_refused(
    client: TestClient, params: dict[str, str], fault: tuple[str, str]
) -> None:
    answer = client.get("/v1/places", params=params)
    assert answer.status_code == 422
    assert [(each["name"], each["code"]) for each in answer.json()["errors"]] == [fault]


def test_an_unchanged_answer_need_not_be_sent_again(client: TestClient) -> None:
    first = client.get("/v1/places", params={"q": "CW1"})
    again = client.get(
        "/v1/places", params={"q": "CW1"}, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304
