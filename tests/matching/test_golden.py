"""The golden people: what each of them is told, as text that somebody has read and judged."""

import json
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.matching.schemas import MatchesFound
from app.vocabulary.easy_read import lint
from app.vocabulary.terms import vocabulary
from scripts.golden import PEOPLE, RULE, Person, read, rendered

FILES = sorted(PEOPLE.glob("*.txt"))
FEWEST = 36

each_person = pytest.mark.parametrize("path", [pytest.param(one, id=one.stem) for one in FILES])


def people() -> list[Person]:
    return [read(path.read_text(encoding="utf-8")) for path in FILES]


@each_person
def test_a_golden_person_is_told_what_was_reviewed(client: TestClient, path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    person = read(text)
    answer = client.post("/v1/matches", json=person.body)
    assert answer.status_code == 200
    now = rendered(person, MatchesFound.model_validate_json(answer.content))
    assert now == text, "read what is new, and if it is right run scripts/golden"


def test_the_golden_people_are_as_different_as_those_who_ask() -> None:
    told = [person.body["answers"] for person in people()]
    assert len(told) >= FEWEST
    needs = {code for one in told for code in one.get("needs", ())}
    known = vocabulary().scheme("cohort").terms
    assert needs == {term.code for term in known if term.kind == "need"} - {"physical_sensory"}
    groups = {code for one in told for code in one.get("group", ())}
    assert groups == {term.code for term in known if term.kind == "group"} - {"everyone"}
    paid = {one.get("funding") for one in told} - {None}
    assert paid == {term.code for term in vocabulary().scheme("funding").terms if term.person}
    ages = {one.get("age_band") for one in told} - {None}
    assert ages == set(vocabulary().scheme("age_band").codes)
    assert {one.get("for_whom") for one in told} >= {
        "me",
        "someone_i_care_for",
        "someone_i_work_with",
    }
    assert sum(one.get("for_whom") == "someone_i_work_with" for one in told) >= 3
    assert sum("unpaid_carers" in one.get("group", ()) for one in told) >= 3
    assert any(one.get("travel", {}).get("within_miles") == "online" for one in told)
    assert any(person.body.get("lang") == "easy" for person in people())


@pytest.mark.parametrize("council", ["Cheshire East", "Essex", "Leicester", "Southend", "Thurrock"])
def test_the_golden_people_live_in_each_council(council: str) -> None:
    assert any(f"\n   {council}" in path.read_text(encoding="utf-8") for path in FILES)


def test_some_golden_people_find_nothing_and_are_told_what_to_do() -> None:
    nobody = [
        text
        for text in (path.read_text(encoding="utf-8") for path in FILES)
        if "Nothing fits everything you asked for." in text
    ]
    assert len(nobody) >= 2
    for text in nobody:
        assert "Who to call" in text


def test_nobody_is_written_about_as_they_would_not_write_themselves() -> None:
    unwanted = re.compile(
        r"\b(service users?|suffer\w*|vulnerable|wheelchair.bound)\b", re.IGNORECASE
    )
    for path in FILES:
        assert not unwanted.search(path.read_text(encoding="utf-8")), path.stem


@each_person
def test_everything_that_is_said_in_easy_read_is_easy_to_read(
    client: TestClient, path: Path
) -> None:
    body = json.loads(json.dumps(read(path.read_text(encoding="utf-8")).body))
    found = client.post("/v1/matches", json=body).json()
    hard = [(text, finding) for text in texts_at("easy_read", found) for finding in lint(text)]
    assert hard == []


def texts_at(key: str, value: object) -> list[str]:
    """Every text under a key, wherever it stands."""
    if isinstance(value, dict):
        own = [value[key]] if isinstance(value.get(key), str) else []
        return own + [text for inner in value.values() for text in texts_at(key, inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts_at(key, inner)]
    return []


def test_a_file_can_be_rendered_anew_from_itself() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        head, _, _ = text.partition(RULE)
        assert read(head) == read(text)
