"""The questionnaire as data: whole, answerable in every branch, and plain to read."""

import hashlib
import json
from collections.abc import Callable, Iterator
from random import Random
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import pytest
from conftest import Kind
from fastapi.testclient import TestClient
from matching.front_end import Answers as Given
from matching.front_end import at, at_random, every_branch, is_shown
from pydantic import BaseModel, ValidationError

from app.matching.answers import QUESTION_PATHS, Answers
from app.matching.questionnaire.conditions import shown
from app.matching.questionnaire.questions import Questionnaire, questionnaire
from app.matching.questionnaire.schemas import questionnaire_view
from app.vocabulary.easy_read import lint

RANDOM_PEOPLE = 200
SOME_PEOPLE = 60
WORDED_IN_VERSION = {"1": "7954be04b179154b"}
"""The digest of the file in each version: whoever changes a question gives it a new version."""

COMPOSED = {"place", "money"}
"""Kinds of which one answer holds several fields."""


@pytest.fixture(scope="session")
def asked(readers: Callable[[Kind], TestClient]) -> list[dict[str, Any]]:
    """The questions as a front end gets them."""
    questions: list[dict[str, Any]] = readers("sqlite").get("/v1/questionnaire").json()["questions"]
    return questions


def contradicts(answers: Given) -> bool:
    """Whether somebody said two things of which only one can be."""
    travel, groups = answers.get("travel", {}), set(answers.get("group", ()))
    cared_for = answers.get("cared_for", {})
    wishes = {one["code"] for one in answers.get("preferences", ()) if one["must"]}
    return (
        (travel.get("within_miles") == "online" and travel.get("online") is False)
        or (travel.get("within_miles") == "online" and travel.get("needs_pick_up") is True)
        or {"women_only", "men_only"} <= wishes
        or clash(groups, answers.get("age_band"), answers.get("age"))
        or clash(set(cared_for.get("group", ())), cared_for.get("age_band"), None)
    )


def clash(groups: set[str], band: str | None, age: int | None) -> bool:
    """Whether the groups and the age exclude each other."""
    young = band in {"under_18", "18_25"} or (age is not None and age < 26)
    old = band in {"26_64", "65_79", "80_plus"} or (age is not None and age >= 26)
    return (
        {"young_adults", "older_people"} <= groups
        or ("older_people" in groups and young)
        or ("young_adults" in groups and old)
    )


# The data


def test_each_version_has_one_wording() -> None:
    text = json.dumps(questionnaire().model_dump(mode="json"), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    assert WORDED_IN_VERSION[questionnaire().version] == digest, "give it a new version"


def paths_in(model: type[BaseModel], above: str = "") -> Iterator[str]:
    """The JSON Pointers of everything that can be answered."""
    for name, field in model.model_fields.items():
        inner = next(models_in(field.annotation), None)
        if inner is None or is_list(field.annotation):
            yield f"{above}/{name}"
        else:
            yield from paths_in(inner, f"{above}/{name}")


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if get_origin(annotation) in {Annotated, Union, UnionType, list}:
        for part in get_args(annotation):
            yield from models_in(part)
    elif isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation


def is_list(annotation: Any) -> bool:
    if get_origin(annotation) in {Annotated, Union, UnionType}:
        return any(is_list(part) for part in get_args(annotation))
    return get_origin(annotation) is list


def test_everything_that_can_be_answered_is_asked_once_and_nothing_else() -> None:
    composed = [one.path for one in questionnaire().questions if one.kind in COMPOSED]
    answerable = {
        next((path for path in composed if field.startswith(f"{path}/")), field)
        for field in paths_in(Answers)
    }
    assert sorted(one.path for one in questionnaire().questions) == sorted(answerable)


def test_questions_are_named_as_the_answers_to_matches_name_them() -> None:
    named = {one.id: one.path for one in questionnaire().questions}
    assert QUESTION_PATHS.items() <= named.items()


def test_there_is_no_free_text_but_the_place() -> None:
    free = [one.id for one in questionnaire().questions if one.kind == "place"]
    assert free == ["location"]


def test_nobody_has_to_answer_anything() -> None:
    assert all(one.skippable and not one.required for one in questionnaire().questions)


def easy_texts() -> Iterator[tuple[str, str]]:
    for one in questionnaire_view(questionnaire(), "easy", []).questions:
        yield one.id, one.text
        yield one.id, one.help or ""
        for option in one.options:
            yield one.id, option.label
            yield one.id, option.easy_read


def test_every_easy_read_text_is_easy_to_read() -> None:
    hard = [(name, finding) for name, text in easy_texts() for finding in lint(text)]
    assert hard == []


def changed(**fields: Any) -> dict[str, Any]:
    """The questionnaire with a change to its question about days."""
    written = questionnaire().model_dump(mode="json", by_alias=True)
    for one in written["questions"]:
        if one["id"] == "days_per_week":
            one.update(fields)
    return written


@pytest.mark.parametrize(
    "fields",
    [
        {"id": "funding"},
        {"path": "/funding"},
        {"path": "days_per_week"},
        {"kind": "choice"},
        {"kind": "text"},
        {"at_most": None},
        {"must_allowed": True},
        {"required": True},
        {"help": {"text": "Only plain."}},
        {"options": {"scheme": "outcome"}},
        {"kind": "choice", "options": {"scheme": "outcomes"}},
        {"kind": "choice", "options": {"scheme": "outcome", "leave_out": ["dancing"]}},
        {"kind": "choice", "options": {"scheme": "outcome", "person": True}},
        {"show_if": {"any": [{"path": "/matters_most", "has": "cost"}]}},
        {"show_if": {"any": [{"path": "/nowhere", "answered": True}]}},
        {"show_if": {"any": []}},
        {"show_if": {"none": [{"path": "/funding", "answered": True}]}},
        {"show_if": {"any": [{"path": "/funding", "more": 1}]}},
        {"weight": 3},
    ],
)
def test_a_question_that_nobody_could_be_asked_is_refused(fields: dict[str, Any]) -> None:
    Questionnaire.model_validate_json(json.dumps(changed()))
    with pytest.raises((ValidationError, LookupError)):
        Questionnaire.model_validate_json(json.dumps(changed(**fields)))


# The branches


def test_a_question_is_shown_here_as_a_front_end_would_show_it(asked: list[dict[str, Any]]) -> None:
    by_id = {one["id"]: one for one in asked}
    differing = set()
    for number in range(RANDOM_PEOPLE):
        answers = at_random(asked, Random(number))
        for one in questionnaire().questions:
            ours = shown(one.show_if, answers)
            assert ours == is_shown(by_id[one.id], answers), one.id
            differing.add((one.id, ours))
    branching = {one.id for one in questionnaire().questions if one.show_if}
    # The people of this test take every branch both ways.
    assert {name for name, ours in differing if not ours} == branching


def test_every_branch_gives_answers_that_can_be_posted(asked: list[dict[str, Any]]) -> None:
    reached = set()
    for name, answers in every_branch(asked):
        if not contradicts(answers):
            Answers.model_validate_json(json.dumps(answers))
            reached.add(name)
    assert reached == {one["id"] for one in asked} | {"nothing"}


def test_only_contradictions_cannot_be_posted(asked: list[dict[str, Any]]) -> None:
    refused = 0
    for number in range(RANDOM_PEOPLE):
        answers = at_random(asked, Random(number))
        if contradicts(answers):
            refused += 1
            with pytest.raises(ValidationError):
                Answers.model_validate_json(json.dumps(answers))
        else:
            Answers.model_validate_json(json.dumps(answers))
    assert 0 < refused < RANDOM_PEOPLE


@pytest.mark.parametrize("kind", ["sqlite"])
def test_every_branch_is_answered_by_the_service(
    asked: list[dict[str, Any]], client: TestClient
) -> None:
    for name, answers in every_branch(asked):
        answer = client.post("/v1/matches", json={"answers": answers, "limit": 1})
        if contradicts(answers):
            assert answer.status_code == 422, name
        else:
            assert answer.status_code == 200, name
            counts = answer.json()["counts"]
            assert sum(counts.values()) == answer.json()["considered"]


def test_people_who_answer_anything_are_answered(
    asked: list[dict[str, Any]], client: TestClient
) -> None:
    named = {one["id"] for one in asked}
    for number in range(SOME_PEOPLE):
        answers = at_random(asked, Random(number))
        answer = client.post("/v1/matches", json={"answers": answers, "limit": 2})
        if contradicts(answers):
            assert answer.status_code == 422
            assert {one["code"] for one in answer.json()["errors"]} == {"contradiction"}
        else:
            assert answer.status_code == 200
            assert set(answer.json()["next_questions"]) <= named


def test_four_answers_are_enough_to_say_how_well_something_fits(client: TestClient) -> None:
    answers = {
        "for_whom": "me",
        "location": {"text": "CW1 2AB"},
        "travel": {"within_miles": 5},
        "activities": ["gardening"],
    }
    found = client.post("/v1/matches", json={"answers": answers}).json()
    assert found["matches"][0]["band"]["code"] in {"good", "fair"}
    alone = {"location": answers["location"]}
    found = client.post("/v1/matches", json={"answers": alone}).json()
    assert found["matches"][0]["band"]["code"] == "so_far"


def test_every_article_that_a_result_names_is_there(
    asked: list[dict[str, Any]], client: TestClient
) -> None:
    known = {one["slug"] for one in client.get("/v1/advice").json()["items"]}
    named = set()
    for number in range(SOME_PEOPLE):
        answers = at_random(asked, Random(1_000 + number))
        if not contradicts(answers):
            found = client.post("/v1/matches", json={"answers": answers, "limit": 1}).json()
            named |= set(found["advice"])
    assert named <= known
    assert len(named) >= 5


# Over HTTP


def test_the_questionnaire_says_what_it_is(client: TestClient) -> None:
    answer = client.get("/v1/questionnaire")
    assert answer.status_code == 200
    whole = answer.json()
    assert (whole["id"], whole["version"]) == ("day-opportunities", questionnaire().version)
    assert whole["questions"][0] == {
        "id": "for_whom",
        "path": "/for_whom",
        "text": "Who are you looking for?",
        "easy_read": "Who is this for?",
        "help": "If you answer for somebody else, “you” in all other questions means that "
        "person. If you look after someone and would like a break, or something for yourself, "
        "choose “For me”. Nothing that you answer is kept.",
        "kind": "choice",
        "options": [
            {
                "code": "me",
                "label": "For me",
                "easy_read": "It is for me.",
                "icon": "questionnaire/me",
            },
            {
                "code": "someone_i_care_for",
                "label": "For someone I care for",
                "easy_read": "It is for someone I look after.",
                "icon": "questionnaire/someone-i-care-for",
            },
            {
                "code": "someone_i_work_with",
                "label": "For someone I work with",
                "easy_read": "It is for someone I help at my work.",
                "icon": "questionnaire/someone-i-work-with",
            },
        ],
        "show_if": None,
        "required": False,
        "skippable": True,
        "must_allowed": False,
        "at_least": None,
        "at_most": None,
    }
    by_id = {one["id"]: one for one in whole["questions"]}
    assert by_id["break_hours"]["show_if"] == {"any": [{"path": "/group", "has": "unpaid_carers"}]}
    assert {"path": "/support/level", "answered": False} in by_id["support_needs"]["show_if"]["any"]
    assert {"path": "/funding", "is": "isf"} in by_id["budget"]["show_if"]["any"]
    assert [one["code"] for one in by_id["online"]["options"]] == [True, False]
    assert by_id["within_miles"]["at_most"] == 100


def test_the_councils_to_choose_are_those_that_this_service_knows(client: TestClient) -> None:
    questions = client.get("/v1/questionnaire").json()["questions"]
    (council,) = (one for one in questions if one["id"] == "council")
    known = client.get("/v1/councils").json()["items"]
    assert [(one["code"], one["label"]) for one in council["options"]] == [
        (one["gss"], one["name"]) for one in known
    ]
    assert len(known) > 1


def test_in_easy_read_the_words_change_and_nothing_else(client: TestClient) -> None:
    plain = client.get("/v1/questionnaire").json()
    easy = client.get("/v1/questionnaire?lang=easy").json()
    for one, other in zip(plain["questions"], easy["questions"], strict=True):
        assert other["text"] == one["easy_read"] == other["easy_read"]
        assert (one["help"] is None) == (other["help"] is None)
        for option, easy_option in zip(one["options"], other["options"], strict=True):
            assert easy_option["label"] == option["easy_read"] == easy_option["easy_read"]
            assert (easy_option["code"], easy_option["icon"]) == (option["code"], option["icon"])
        kept = ("id", "path", "kind", "show_if", "at_least", "at_most", "must_allowed")
        assert [one[key] for key in kept] == [other[key] for key in kept]


def test_the_first_four_questions_are_the_four_that_are_enough(asked: list[dict[str, Any]]) -> None:
    assert [one["id"] for one in asked[:4]] == [
        "for_whom",
        "location",
        "within_miles",
        "activities",
    ]
    assert all(one["show_if"] is None for one in asked[:4])


@pytest.mark.parametrize(("query", "name"), [("lang=fr", "lang"), ("page=2", "page")])
def test_what_the_questionnaire_does_not_take_is_refused(
    client: TestClient, query: str, name: str
) -> None:
    answer = client.get(f"/v1/questionnaire?{query}")
    assert answer.status_code == 422
    assert [one["name"] for one in answer.json()["errors"]] == [name]


def test_an_answer_in_the_front_end_stands_where_it_belongs() -> None:
    assert at("/travel/how", {"travel": {"how": ["walk"]}}) == ["walk"]
    assert at("/travel/how", {"travel": {}}) is None
