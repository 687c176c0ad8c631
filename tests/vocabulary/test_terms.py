import json
from collections.abc import Callable
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app.vocabulary.terms import (
    Term,
    UnknownCode,
    UnknownScheme,
    Vocabulary,
    read_vocabulary,
    vocabulary,
)

SCHEMES = [
    "cohort",
    "open_to",
    "outcome",
    "activity_type",
    "setting",
    "support_mode",
    "support_need",
    "access",
    "communication",
    "time_band",
    "attendance",
    "funding",
    "price_unit",
    "price_part",
    "travel",
    "preference",
    "capacity",
    "change_notice",
    "support_request",
    "how_to_start",
    "age_band",
    "slot",
    "support_level",
    "language",
    "absence_rule",
    "bank_holiday_rule",
    "declaration",
]
EVERY_TERM = [(scheme, term) for scheme in vocabulary().schemes.values() for term in scheme.terms]

Change = Callable[[dict[str, Any]], None]


def small_file(change: Change) -> str:
    """A vocabulary of one scheme with two terms, after a change."""
    file: dict[str, Any] = {
        "version": "2026.11",
        "seeds": {"E": "A source"},
        "four_valued": [],
        "schemes": {
            "colour": {
                "title": "Colours",
                "note": "",
                "terms": [
                    {
                        "code": "warm",
                        "label": "Warm",
                        "easy_read": "Warm.",
                        "icon": "colour/warm",
                        "seeds": {"E": "warm ones"},
                    },
                    {
                        "code": "red",
                        "label": "Red",
                        "easy_read": "Red.",
                        "icon": "colour/red",
                        "seeds": {},
                        "parent": "warm",
                    },
                ],
            }
        },
    }
    change(file)
    return json.dumps(file)


def terms_of(file: dict[str, Any]) -> list[dict[str, Any]]:
    terms: list[dict[str, Any]] = file["schemes"]["colour"]["terms"]
    return terms


def test_the_schemes_are_those_promised_in_their_order() -> None:
    assert list(vocabulary().schemes) == SCHEMES


def test_the_four_valued_schemes_are_those_that_listings_state_facts_in() -> None:
    four_valued = {scheme.name for scheme in vocabulary().schemes.values() if scheme.four_valued}
    assert four_valued == {
        "access",
        "support_need",
        "communication",
        "preference",
        "travel",
        "funding",
        "support_mode",
    }


def test_the_vocabulary_is_read_once() -> None:
    assert vocabulary() is vocabulary()


def test_every_line_of_the_file_is_kept() -> None:
    file = json.loads(files("app.vocabulary").joinpath("vocabulary.json").read_text("utf-8"))
    for name, scheme in file["schemes"].items():
        assert vocabulary().scheme(name).title == scheme["title"]
        kept = [term.model_dump(exclude_unset=True) for term in vocabulary().scheme(name).terms]
        assert kept == scheme["terms"]


def test_a_term_cannot_be_changed() -> None:
    term = vocabulary().term("cohort", "dementia")
    with pytest.raises(ValidationError):
        term.__setattr__("label", "Something else")


@pytest.mark.parametrize(
    ("scheme", "code", "known"),
    [
        ("cohort", "young_adults", {"kind": "group", "min_age": 18, "max_age": 25}),
        ("cohort", "deafblind", {"kind": "need", "parent": "physical_sensory"}),
        ("activity_type", "gardening", {"kind": "activity", "parent": "kind_outdoors"}),
        ("outcome", "employment", {"care_act": "elig 2(2)(h)"}),
        ("funding", "free", {"person": False}),
        ("price_part", "meal", {"direct_payment_pays": "no"}),
        ("slot", "sun_evening", {"day": "sun", "starts": "17:00", "ends": "24:00"}),
        ("support_level", "two_to_one", {"ratio": "2:1"}),
        ("age_band", "80_plus", {"min_age": 80, "max_age": None}),
    ],
)
def test_a_term_carries_what_matching_needs(scheme: str, code: str, known: dict[str, Any]) -> None:
    term = vocabulary().term(scheme, code)
    assert {name: getattr(term, name) for name in known} == known


@pytest.mark.parametrize(
    ("scheme", "code", "above"),
    [
        ("outcome", "skill_cooking", ("life_skills", "independence")),
        ("cohort", "sight_loss", ("physical_sensory", "adults_disability")),
        ("funding", "prepaid_card", ("direct_payment",)),
        ("cohort", "dementia", ()),
    ],
)
def test_ancestors_are_named_nearest_first(scheme: str, code: str, above: tuple[str, ...]) -> None:
    assert vocabulary().ancestors(scheme, code) == above


@pytest.mark.parametrize(
    ("scheme", "code", "below"),
    [
        (
            "cohort",
            "physical_sensory",
            ("physical_sensory", "physical_disability", "deaf_hearing", "sight_loss", "deafblind"),
        ),
        (
            "outcome",
            "life_skills",
            (
                "life_skills",
                "skill_travel",
                "skill_cooking",
                "skill_money",
                "skill_digital",
                "skill_confidence",
                "skill_decisions",
            ),
        ),
        ("cohort", "dementia", ("dementia",)),
    ],
)
def test_descendants_begin_with_the_term_itself(
    scheme: str, code: str, below: tuple[str, ...]
) -> None:
    assert vocabulary().descendants(scheme, code) == below


def test_a_group_holds_the_descendants_of_its_descendants() -> None:
    disabled_adults = vocabulary().descendants("cohort", "adults_disability")
    assert {"learning_disability", "autism", "physical_sensory", "deafblind"} < {*disabled_adults}


@given(st.sampled_from(EVERY_TERM), st.sampled_from(EVERY_TERM))
def test_a_term_is_below_another_exactly_when_that_one_is_above_it(
    one: tuple[Any, Term], other: tuple[Any, Term]
) -> None:
    (scheme, lower), (same, upper) = one, other
    if scheme.name == same.name and lower.code != upper.code:
        below = lower.code in scheme.descendants(upper.code)
        assert below == (upper.code in scheme.ancestors(lower.code))


@pytest.mark.parametrize(
    ("scheme", "text", "near"),
    [
        ("cohort", "demensia", ("dementia",)),
        ("cohort", "DEMENTIA", ("dementia",)),
        ("cohort", "learning disabilities", ("learning_disability",)),
        ("cohort", "Mental ill-health", ("mental_health",)),
        ("cohort", "blind", ("sight_loss",)),
        ("cohort", "sensory", ("physical_sensory", "deafblind")),
        ("activity_type", "footbal", ("football",)),
        ("access", "wheelchairs", ("wheelchair_inside",)),
        ("language", "Polish", ("pl",)),
        ("funding", "direct payments", ("direct_payment",)),
        ("cohort", "xyzzy", ()),
        ("cohort", "", ()),
        ("cohort", "\ud800", ()),
    ],
)
def test_near_spellings_are_found_in_codes_and_labels(
    scheme: str, text: str, near: tuple[str, ...]
) -> None:
    assert vocabulary().near(scheme, text) == near


def test_a_long_text_is_no_slip_of_the_pen() -> None:
    assert vocabulary().near("cohort", "dementia" * 1_000) == ()


@given(st.sampled_from(SCHEMES), st.text(max_size=80))
def test_near_spellings_are_at_most_three_different_codes(scheme: str, text: str) -> None:
    near = vocabulary().near(scheme, text)
    assert len(near) == len({*near}) <= 3
    assert {*near} <= {*vocabulary().scheme(scheme).codes}


@given(st.sampled_from(EVERY_TERM))
def test_a_code_written_in_capitals_is_its_own_nearest_spelling(term: tuple[Any, Term]) -> None:
    scheme, meant = term
    assert meant.code in scheme.near(meant.code.upper())
    assert meant.code in scheme.near(meant.label)


@pytest.mark.parametrize(
    ("name", "near"), [("cohorts", ("cohort",)), ("price", ("price_unit", "price_part")), ("?", ())]
)
def test_an_unknown_scheme_is_told_with_near_names(name: str, near: tuple[str, ...]) -> None:
    with pytest.raises(UnknownScheme) as unknown:
        vocabulary().scheme(name)
    assert unknown.value.near == near
    assert name not in str(unknown.value)


@pytest.mark.parametrize("ask", [Vocabulary.term, Vocabulary.ancestors, Vocabulary.descendants])
def test_an_unknown_code_is_told_with_near_codes(
    ask: Callable[[Vocabulary, str, str], object],
) -> None:
    with pytest.raises(UnknownCode) as unknown:
        ask(vocabulary(), "cohort", "demensia")
    assert (unknown.value.scheme, unknown.value.near) == ("cohort", ("dementia",))
    assert "demensia" not in str(unknown.value)


def test_a_sound_file_is_read() -> None:
    read = read_vocabulary(small_file(lambda _: None))
    assert read.descendants("colour", "warm") == ("warm", "red")


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (lambda file: file.update(extra=1), "Extra inputs"),
        (lambda file: terms_of(file)[0].update(extra=1), "Extra inputs"),
        (lambda file: terms_of(file)[0].pop("label"), "Field required"),
        (lambda file: terms_of(file)[0].pop("easy_read"), "Field required"),
        (lambda file: terms_of(file)[0].pop("icon"), "Field required"),
        (lambda file: terms_of(file)[0].update(label=""), "at least 1 character"),
        (lambda file: terms_of(file)[1].update(parent="blue"), "does not exist: blue"),
        (lambda file: terms_of(file)[0].update(parent="red"), "form a circle"),
        (lambda file: terms_of(file)[0].update(parent="warm"), "form a circle"),
        (lambda file: terms_of(file).append(terms_of(file)[1]), "used twice: red"),
        (lambda file: terms_of(file)[1].update(code="Red"), "not spelt as codes are"),
        (lambda file: terms_of(file)[1].update(code="dark red"), "not spelt as codes are"),
        (lambda file: terms_of(file)[1].update(seeds={"X": "red"}), "unknown seeds"),
        (lambda file: terms_of(file)[1].update(starts="25:00"), "match pattern"),
        (lambda file: file.update(four_valued=["shape"]), "does not exist: shape"),
        (lambda file: file["schemes"].update(Colour=file["schemes"]["colour"]), "not lower case"),
        (
            lambda file: file.update(schemes={"language": file["schemes"]["colour"]}),
            "not spelt as codes are",
        ),
    ],
)
def test_a_broken_file_is_refused(broken: Change, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        read_vocabulary(small_file(broken))


def test_languages_are_written_as_bcp_47_tags() -> None:
    def speak(file: dict[str, Any]) -> None:
        terms_of(file)[0]["code"] = "zh-Hant"
        terms_of(file)[1].update(code="pa-Arab-PK", parent="zh-Hant")
        file["schemes"] = {"language": file["schemes"]["colour"]}

    assert read_vocabulary(small_file(speak)).scheme("language").codes == ("zh-Hant", "pa-Arab-PK")
