import typing

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError
from typing_extensions import TypeAliasType

from app.problems import faults_of
from app.vocabulary import codes
from app.vocabulary.codes import CohortCode, FourValue, LanguageCode
from app.vocabulary.terms import vocabulary

CODE_TYPES: dict[str, typing.Any] = {
    alias.__value__.__metadata__[0].scheme.name: alias
    for alias in vars(codes).values()
    if isinstance(alias, TypeAliasType)
}


class Listing(BaseModel):
    cohorts: list[CohortCode]
    language: LanguageCode | None = None
    facts: dict[codes.AccessCode, FourValue] = {}


def fault_of(cohort: str) -> dict[str, typing.Any]:
    """The one error of a listing with this cohort."""
    with pytest.raises(ValidationError) as refused:
        Listing.model_validate({"cohorts": ["autism", cohort]})
    (error,) = refused.value.errors()
    return dict(error)


def test_every_scheme_has_a_type_named_after_it() -> None:
    assert {scheme: alias.__name__ for scheme, alias in CODE_TYPES.items()} == {
        name: "".join(part.capitalize() for part in name.split("_")) + "Code"
        for name in vocabulary().schemes
    }


@pytest.mark.parametrize("scheme", vocabulary().schemes)
def test_the_json_schema_lists_the_codes(scheme: str) -> None:
    described = TypeAdapter[str](CODE_TYPES[scheme]).json_schema()
    assert described == {
        "type": "string",
        "enum": [*vocabulary().scheme(scheme).codes],
        "description": f"Labels are at /v1/vocabularies/{scheme}.",
    }


@pytest.mark.parametrize("scheme", vocabulary().schemes)
def test_each_code_of_the_scheme_is_accepted_and_no_other(scheme: str) -> None:
    adapter = TypeAdapter[str](CODE_TYPES[scheme])
    accepted = vocabulary().scheme(scheme).codes
    assert tuple(adapter.validate_python(code) for code in accepted) == accepted
    with pytest.raises(ValidationError):
        adapter.validate_python("no_such_code")


def test_a_code_is_named_once_in_the_schema_of_a_model() -> None:
    described = Listing.model_json_schema()
    assert described["properties"]["cohorts"]["items"] == {"$ref": "#/$defs/CohortCode"}
    assert set(described["$defs"]) == {"AccessCode", "CohortCode", "LanguageCode"}


def test_an_unknown_code_is_told_with_near_spellings_only() -> None:
    error = fault_of("demensia")
    assert error["type"] == "unknown_code"
    assert error["loc"] == ("cohorts", 1)
    assert error["msg"] == "This is not a code of the scheme cohort. Did you mean dementia?"
    assert error["ctx"] == {"scheme": "cohort", "near": ["dementia"]}


def test_several_near_spellings_are_joined() -> None:
    assert fault_of("sensory")["msg"].endswith("Did you mean physical_sensory or deafblind?")


def test_a_problem_asks_as_the_message_does() -> None:
    (fault,) = faults_of([fault_of("demensia")])
    assert fault.message.endswith("Did you mean dementia?")


def test_with_nothing_near_the_message_says_where_the_codes_are() -> None:
    error = fault_of("zzzzzz")
    assert error["msg"] == (
        "This is not a code of the scheme cohort. Codes are listed at /v1/vocabularies/cohort."
    )
    assert error["ctx"] == {"scheme": "cohort", "near": []}


@given(st.from_regex(r"[!-~]{1,3}#[!-~]{1,30}", fullmatch=True))
def test_the_message_never_repeats_the_input(text: str) -> None:
    error = fault_of(text)
    assert text not in error["msg"]
    assert text not in str(error["ctx"])


@pytest.mark.parametrize("value", [1, None, ["autism"], {"code": "autism"}])
def test_what_is_not_a_text_is_refused_as_such(value: object) -> None:
    with pytest.raises(ValidationError) as refused:
        Listing.model_validate({"cohorts": [value]})
    assert refused.value.errors()[0]["type"] == "string_type"


def test_a_key_can_be_a_code() -> None:
    listing = Listing.model_validate({"cohorts": [], "facts": {"lift": "partly"}})
    assert listing.facts == {"lift": "partly"}
    with pytest.raises(ValidationError, match="Did you mean lift"):
        Listing.model_validate({"cohorts": [], "facts": {"lifts": "yes"}})


def test_a_fact_has_four_values() -> None:
    assert typing.get_args(FourValue) == ("yes", "partly", "no", "not_stated")
