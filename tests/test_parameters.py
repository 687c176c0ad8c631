import re
from datetime import UTC, date, datetime
from typing import Annotated, Any
from urllib.parse import quote

import pytest
from conftest import TODAY, Templates, make_app
from contract import ContractClient
from fastapi import Query
from fastapi.testclient import TestClient
from pydantic import Field, TypeAdapter, ValidationError

from app import parameters
from app.parameters import (
    InDigits,
    Language,
    LanguageParams,
    Line,
    Passage,
    QueryModel,
    london_today,
)

Number = Annotated[int, Field(ge=-9), InDigits]

CONTROL = [chr(code) for code in [*range(0x20), *range(0x7F, 0xA0)]]


def code_of(adapter: TypeAdapter[Any], value: object) -> str:
    """The kind of fault that a type finds in a value."""
    with pytest.raises(ValidationError) as caught:
        adapter.validate_python(value)
    return caught.value.errors()[0]["type"]


@pytest.mark.parametrize("character", [*CONTROL, "\ud800"])
def test_a_line_holds_no_control_character_and_no_half_of_a_pair(character: str) -> None:
    assert code_of(TypeAdapter(Line), f"a{character}b") in {"control_character", "string_unicode"}


@pytest.mark.parametrize("adapter", [TypeAdapter(Line), TypeAdapter(Passage)])
def test_the_document_says_which_characters_are_refused(adapter: TypeAdapter[str]) -> None:
    pattern = re.compile(adapter.json_schema()["pattern"])
    for code in range(0x300):
        text = f"a{chr(code)}b"
        try:
            adapter.validate_python(text)
        except ValidationError:
            assert not pattern.fullmatch(text)
        else:
            assert pattern.fullmatch(text)


@pytest.mark.parametrize("character", sorted({*CONTROL, "\ud800"} - {"\n", "\t"}))
def test_a_passage_holds_line_breaks_and_tabs_and_no_other_control_character(
    character: str,
) -> None:
    passage = TypeAdapter(Passage)
    assert passage.validate_python("one\n\ttwo") == "one\n\ttwo"
    assert code_of(passage, f"a{character}b") in {"control_character", "string_unicode"}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Café, naïve, Ōtara",
        "cafe\u0301",
        "\u202eback to front",
        "zero\u200dwidth",
        "\U0001f468\u200d\U0001f469\u200d\U0001f467",
        "ਪੰਜਾਬੀ ગુજરાતી العربية 中文",
        "' OR 1=1 -- %_\\",
        "\ufeff",
        "\ue000",
    ],
)
def test_every_language_and_sign_is_text(text: str) -> None:
    assert TypeAdapter(Line).validate_python(text) == text
    assert TypeAdapter(Passage).validate_python(text) == text


@pytest.mark.parametrize("text", ["0", "1", "-1", "007", "9" * 18])
def test_a_whole_number_is_written_in_digits(text: str) -> None:
    assert TypeAdapter(Number).validate_python(text) == int(text)


@pytest.mark.parametrize(
    "text",
    ["", " ", "+1", " 1", "1 ", "1\n", "1_0", "1.0", "1e3", "0x1", "--1", "\uff11", "\u00b2"],
)
def test_a_whole_number_is_written_in_no_other_way(text: str) -> None:
    assert code_of(TypeAdapter(Number), text) == "int_parsing"


@pytest.mark.parametrize("value", [True, False])
def test_true_and_false_are_no_numbers(value: object) -> None:
    assert code_of(TypeAdapter(Number), value) == "int_parsing"


def test_the_bounds_of_a_number_stand_in_its_schema() -> None:
    assert TypeAdapter(Number).json_schema() == {"type": "integer", "minimum": -9}
    assert code_of(TypeAdapter(Number), "-10") == "greater_than_equal"


def test_a_number_of_thousands_of_digits_is_a_fault_and_no_error() -> None:
    assert code_of(TypeAdapter(Number), "9" * 5_000) == "int_parsing_size"


def test_the_language_is_english_unless_asked_otherwise() -> None:
    assert LanguageParams().lang == "en"
    assert TypeAdapter(Language).validate_python("easy") == "easy"
    assert code_of(TypeAdapter(Language), "EN") == "literal_error"


@pytest.mark.parametrize(
    ("now", "day"),
    [
        # Winter: London is at UTC.
        (datetime(2026, 1, 15, 23, 59, tzinfo=UTC), date(2026, 1, 15)),
        (datetime(2026, 1, 16, 0, 0, tzinfo=UTC), date(2026, 1, 16)),
        # Summer: London is an hour ahead.
        (datetime(2026, 7, 15, 22, 59, tzinfo=UTC), date(2026, 7, 15)),
        (datetime(2026, 7, 15, 23, 0, tzinfo=UTC), date(2026, 7, 16)),
        # The nights in which the clocks change.
        (datetime(2026, 3, 29, 22, 59, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 3, 29, 23, 0, tzinfo=UTC), date(2026, 3, 30)),
        (datetime(2026, 10, 24, 23, 0, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 59, tzinfo=UTC), date(2026, 10, 25)),
    ],
)
def test_the_day_is_the_one_in_london(
    now: datetime, day: date, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        """A clock that stands."""

        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return now.astimezone(tz)

    monkeypatch.setattr(parameters, "datetime", Clock)
    assert london_today() == day


def test_the_tests_take_place_on_a_fixed_day() -> None:
    assert date(2026, 3, 16) == TODAY


# Repeated parameters, in an operation that has both kinds


class Both(QueryModel):
    one: str = Field("", max_length=9, description="A single value.")
    maybe: Annotated[str, Field(max_length=9)] | None = Field(None, description="Or none.")
    many: list[Annotated[str, Field(max_length=9)]] = Field([], description="A list.")


@pytest.fixture
def both(templates: Templates) -> TestClient:
    app = make_app(templates.copy("sqlite", "empty"))

    @app.get("/both")
    def both(params: Annotated[Both, Query()]) -> Both:
        return params

    return ContractClient(app)


def test_a_list_may_be_repeated(both: TestClient) -> None:
    answer = both.get("/both?many=a&many=b&one=c&many=a")
    assert answer.json() == {"one": "c", "maybe": None, "many": ["a", "b", "a"]}


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("one=a&one=b", {"one"}),
        ("one=a&one=a", {"one"}),
        ("maybe=a&maybe=b", {"maybe"}),
        ("one=&one=", {"one"}),
        ("many=a&one=1&many=b&maybe=2&one=3&maybe=4", {"one", "maybe"}),
        ("%6Fne=a&one=b", {"one"}),
    ],
)
def test_a_single_value_given_twice_is_refused_and_not_chosen_from(
    both: TestClient, query: str, named: set[str]
) -> None:
    answer = both.get(f"/both?{query}")
    assert answer.status_code == 422
    faults = answer.json()["errors"]
    assert {one["name"] for one in faults} == named
    assert {(one["in"], one["code"], one["message"]) for one in faults} == {
        ("query", "repeated", "Give this once.")
    }


def test_an_unknown_parameter_given_twice_is_unknown(both: TestClient) -> None:
    faults = both.get("/both?other=1&other=2").json()["errors"]
    assert [(one["name"], one["code"]) for one in faults] == [("other", "extra_forbidden")]


def test_where_nothing_is_documented_nothing_is_refused(both: TestClient) -> None:
    assert both.get("/docs?one=1&one=2").status_code == 200


# Names and values that come back in no answer


@pytest.mark.parametrize("name", ["my name is Ada", "ada@example.org", "n" * 41, "1st", "élan", ""])
def test_the_name_of_an_unknown_parameter_is_told_only_if_it_is_one(
    client: TestClient, name: str
) -> None:
    answer = client.get(f"/v1?{quote(name)}=1")
    assert answer.status_code == 422
    assert [one["name"] for one in answer.json()["errors"]] == [None]
    assert not name or name not in answer.text


def test_the_value_of_a_parameter_is_never_told(client: TestClient) -> None:
    answer = client.get("/v1/activities?page=secret&per_page=secret&lang=secret&secret=secret")
    assert answer.status_code == 422
    text = answer.text.replace('"name":"secret"', "")
    assert "secret" not in text
