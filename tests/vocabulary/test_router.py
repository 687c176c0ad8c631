from typing import Any, Protocol

import pytest

from app.vocabulary.schemas import coded, fact
from app.vocabulary.terms import UnknownCode, vocabulary


class Answer(Protocol):
    status_code: int
    headers: Any

    def json(self) -> Any: ...


class Client(Protocol):
    """What these tests need of a test client."""

    def get(self, url: str) -> Answer: ...


def faults_in(answer: Answer) -> list[tuple[str, str, str]]:
    """Where, what and why of each fault that a 422 names."""
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    return [(fault["in"], fault["name"], fault["code"]) for fault in answer.json()["errors"]]


def test_the_schemes_are_a_page(client: Client) -> None:
    answer = client.get("/v1/vocabularies?per_page=2&page=4")
    assert answer.status_code == 200
    assert answer.json() == {
        "items": [
            {
                "scheme": "support_need",
                "title": (
                    "Support the provider can give "
                    "(person: must-have; provider: yes / no / ask / not stated)"
                ),
                "four_valued": True,
                "terms": 10,
                "url": "/v1/vocabularies/support_need",
            },
            {
                "scheme": "access",
                "title": "Access features of a place (four-valued: yes / partly / no / not_stated)",
                "four_valued": True,
                "terms": 14,
                "url": "/v1/vocabularies/access",
            },
        ],
        "total": 27,
        "page": 4,
        "per_page": 2,
        "pages": 14,
    }


def test_a_walk_through_the_pages_meets_every_scheme_once(client: Client) -> None:
    met = [
        item["scheme"]
        for page in range(1, 5)
        for item in client.get(f"/v1/vocabularies?page={page}&per_page=10").json()["items"]
    ]
    assert met == [*vocabulary().schemes]


def test_each_scheme_is_where_the_list_says(client: Client) -> None:
    for item in client.get("/v1/vocabularies?per_page=100").json()["items"]:
        scheme = client.get(item["url"]).json()
        assert scheme["scheme"] == item["scheme"]
        assert len(scheme["terms"]) == item["terms"]


def test_a_scheme_comes_with_its_terms(client: Client) -> None:
    answer = client.get("/v1/vocabularies/cohort")
    assert answer.status_code == 200
    body = answer.json()
    terms = {term["code"]: term for term in body.pop("terms")}
    assert body == {
        "scheme": "cohort",
        "title": vocabulary().scheme("cohort").title,
        "note": vocabulary().scheme("cohort").note,
        "four_valued": False,
        "version": "2026.11",
    }
    assert tuple(terms) == vocabulary().scheme("cohort").codes
    assert terms["learning_disability"] == {
        "code": "learning_disability",
        "label": "Learning disability",
        "easy_read": "For people with a learning disability.",
        "parent": "adults_disability",
        "icon": "cohort/learning-disability",
        "kind": "need",
        "min_age": None,
        "max_age": None,
        "ratio": None,
        "care_act": None,
        "salt_psr": "Learning Disability Support",
        "direct_payment_pays": None,
        "day": None,
        "starts": None,
        "ends": None,
        "person": None,
        "crosswalks": [
            {
                "council": "E10000012",
                "source": "Essex Provider Hub",
                "code": None,
                "label": "Learning Disability",
            },
            {
                "council": "E06000016",
                "source": "Leicester community opportunities",
                "code": None,
                "label": "learning disability (moderate to severe)",
            },
        ],
    }


def test_easy_read_takes_the_place_of_labels_and_keeps_codes(client: Client) -> None:
    plain = client.get("/v1/vocabularies/cohort?lang=en").json()["terms"]
    easy = client.get("/v1/vocabularies/cohort?lang=easy").json()["terms"]
    assert [term["code"] for term in easy] == [term["code"] for term in plain]
    assert [term["label"] for term in easy] == [term["easy_read"] for term in plain]
    assert easy[1]["crosswalks"][0] == {
        "council": "E10000012",
        "source": "Essex Provider Hub",
        "code": "OP",
        "label": "Older people.",
    }


@pytest.mark.parametrize(
    ("name", "near"),
    [("cohorts", ["cohort"]), ("price", ["price_unit", "price_part"]), ("zzz", [])],
)
def test_an_unknown_scheme_is_a_problem_that_names_near_ones(
    client: Client, name: str, near: list[str]
) -> None:
    answer = client.get(f"/v1/vocabularies/{name}")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["type"] == "urn:carefinder:problem:unknown_scheme"
    assert body["near"] == near
    where = f"Did you mean {' or '.join(near)}?" if near else "See /v1/vocabularies."
    assert body["detail"] == f"The vocabulary has no scheme of this name. {where}"


@pytest.mark.parametrize(
    ("url", "fault"),
    [
        ("/v1/vocabularies?lang=easy", ("query", "lang", "extra_forbidden")),
        ("/v1/vocabularies?per_page=101", ("query", "per_page", "less_than_equal")),
        ("/v1/vocabularies?page=0", ("query", "page", "greater_than_equal")),
        ("/v1/vocabularies/cohort?page=1", ("query", "page", "extra_forbidden")),
        ("/v1/vocabularies/cohort?lang=fr", ("query", "lang", "literal_error")),
        (f"/v1/vocabularies/{'a' * 61}", ("path", "scheme", "string_too_long")),
    ],
)
def test_what_is_not_known_here_is_refused(
    client: Client, url: str, fault: tuple[str, str, str]
) -> None:
    assert faults_in(client.get(url)) == [fault]


def test_an_answer_writes_a_code_with_its_label() -> None:
    assert coded("cohort", "dementia", "en").model_dump() == {
        "code": "dementia",
        "label": "Dementia or memory loss",
    }
    assert coded("cohort", "dementia", "easy").label == "For people with dementia."
    with pytest.raises(UnknownCode):
        coded("cohort", "nobody", "en")


def test_an_answer_writes_a_fact_with_its_value_and_note() -> None:
    assert fact("access", "hoist", "partly", "Ask first.", "easy").model_dump() == {
        "code": "hoist",
        "label": "There is a hoist.",
        "value": "partly",
        "note": "Ask first.",
    }
    assert fact("access", "lift", "not_stated", None, "en").note is None
