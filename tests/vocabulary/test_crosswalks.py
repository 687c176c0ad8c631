import json
from typing import Any

import pytest
from pydantic import ValidationError

from app.vocabulary.crosswalks import (
    crosswalks,
    crosswalks_of,
    fold,
    read_crosswalks,
    terms_for,
)
from app.vocabulary.easy_read import lint
from app.vocabulary.terms import UnknownCode, UnknownScheme, vocabulary

ESSEX = "E10000012"
LEICESTER = "E06000016"
CHESHIRE_EAST = "E06000049"
COUNCIL_OF_SEED = {"E": ESSEX, "L": LEICESTER, "C": CHESHIRE_EAST}

# A source that led to a term, but whose words do not mean it.
NAMED_AFTER_BUT_NOT_MEANT = {
    # Essex names the whole; the parts follow from the tree.
    ("E", "cohort", "physical_disability"),
    ("E", "cohort", "deaf_hearing"),
    ("E", "cohort", "sight_loss"),
    ("E", "cohort", "deafblind"),
    # Essex says where a day opportunity is not.
    ("E", "setting", "own_home"),
    # A group by age is not a wish for company of one's own age.
    ("E", "preference", "own_age"),
    # The source is written in Easy Read itself.
    ("C", "communication", "easy_read"),
    # Flexible in a crisis is not a free choice of days.
    ("C", "attendance", "flexible"),
    # The council's team, not a provider's plan.
    ("C", "declaration", "infection_control"),
    # People, not the ways in which to reach them.
    ("L", "communication", "bsl"),
    ("L", "communication", "deafblind_manual"),
    ("L", "communication", "large_print"),
    ("L", "communication", "braille"),
    # Learning to use a bus is not going there by bus.
    ("L", "travel", "public_transport"),
    # Diverse communities do not say which food, faith or language.
    ("L", "communication", "interpreter"),
    ("L", "preference", "faith_space"),
    ("L", "preference", "food_halal"),
    ("L", "preference", "food_veg"),
}


def small_file(**changes: object) -> str:
    """One council with one entry, after changes to the entry."""
    entry: dict[str, Any] = {
        "code": "OP",
        "label": "Older People",
        "easy_read": "Older people.",
        "also": [],
        "terms": {"cohort": ["older_people"]},
    }
    return json.dumps({ESSEX: {"source": "A page", "entries": [entry | changes]}})


@pytest.mark.parametrize(
    ("gss", "words", "means"),
    [
        (ESSEX, "AWD", [("cohort", "adults_disability")]),
        (ESSEX, "awd", [("cohort", "adults_disability")]),
        (ESSEX, "OP", [("cohort", "older_people")]),
        (ESSEX, "Unpaid carers", [("cohort", "unpaid_carers")]),
        (ESSEX, "18-25", [("cohort", "young_adults")]),
        (ESSEX, "learning disability", [("cohort", "learning_disability")]),
        (ESSEX, "Autism", [("cohort", "autism")]),
        (ESSEX, "Mental health", [("cohort", "mental_health")]),
        (ESSEX, "physical and/or sensory impairments", [("cohort", "physical_sensory")]),
        (ESSEX, " Physical  AND / OR sensory\nimpairment ", [("cohort", "physical_sensory")]),
        (ESSEX, "improve a person\u2019s overall wellbeing", [("outcome", "health_wellbeing")]),
        (LEICESTER, "Deaf / blind", [("cohort", "deafblind")]),
        (
            LEICESTER,
            "physical disability and or frailty",
            [("cohort", "physical_disability"), ("cohort", "frailty")],
        ),
        (LEICESTER, "IT use", [("outcome", "skill_digital")]),
        (LEICESTER, "weekends", [("time_band", "saturday"), ("time_band", "sunday")]),
        (LEICESTER, "pre-payment card", [("funding", "prepaid_card")]),
        (CHESHIRE_EAST, "self-funders", [("funding", "self_funded")]),
        (
            CHESHIRE_EAST,
            "personal budget holders",
            [
                ("funding", "direct_payment"),
                ("funding", "managed_dp"),
                ("funding", "council_arranged"),
                ("funding", "isf"),
            ],
        ),
        (CHESHIRE_EAST, "AWD", []),
        ("E06000001", "Older People", []),
        (ESSEX, "something that nobody says", []),
        (ESSEX, "", []),
    ],
)
def test_a_councils_words_are_understood(
    gss: str, words: str, means: list[tuple[str, str]]
) -> None:
    assert list(terms_for(gss, words)) == means


def test_a_term_knows_what_councils_call_it() -> None:
    called = [(words.council, words.label) for words in crosswalks_of("outcome", "employment")]
    assert called == [
        (ESSEX, "prepare for paid employment"),
        (LEICESTER, "access to employment"),
        (CHESHIRE_EAST, "paid work"),
        (CHESHIRE_EAST, "supported employment schemes"),
        (CHESHIRE_EAST, "accessing employment and training"),
    ]


def test_a_councils_short_code_is_kept_beside_its_words() -> None:
    (words,) = crosswalks_of("cohort", "older_people")
    assert (words.council, words.source, words.code, words.label) == (
        ESSEX,
        "Essex Provider Hub",
        "OP",
        "Older People",
    )


def test_a_term_that_no_council_names_has_no_crosswalk() -> None:
    assert crosswalks_of("access", "hoist") == ()


def test_crosswalks_of_an_unknown_term_are_an_error() -> None:
    with pytest.raises(UnknownCode):
        crosswalks_of("cohort", "nobody")
    with pytest.raises(UnknownScheme):
        crosswalks_of("nothing", "nobody")


@pytest.mark.parametrize(
    ("seed", "scheme", "code"),
    [
        (seed, scheme.name, term.code)
        for scheme in vocabulary().schemes.values()
        for term in scheme.terms
        for seed in term.seeds
    ],
)
def test_every_source_of_a_term_is_a_crosswalk_unless_its_words_mean_something_else(
    seed: str, scheme: str, code: str
) -> None:
    councils = {words.council for words in crosswalks_of(scheme, code)}
    meant = COUNCIL_OF_SEED[seed] in councils
    assert meant == ((seed, scheme, code) not in NAMED_AFTER_BUT_NOT_MEANT)


def test_no_words_are_put_into_a_councils_mouth() -> None:
    # Words that the vocabulary does not quote, but that the councils' pages are known to use.
    known = {(ESSEX, "Mental Health"), (CHESHIRE_EAST, "personal budget holders")}
    known.add((LEICESTER, "group setting, either large or small"))
    seed_of = {gss: seed for seed, gss in COUNCIL_OF_SEED.items()}
    for words in {entry.label: entry for entry in crosswalks().by_words.values()}.values():
        quoted = [
            vocabulary().term(*key).seeds.get(seed_of[words.council], "") for key in words.terms
        ]
        if (words.council, words.label) not in known:
            assert any(fold(words.label) in fold(quote) for quote in quoted), words.label


def test_the_easy_labels_are_easy_to_read() -> None:
    for words in crosswalks().by_words.values():
        assert lint(words.easy_read) == [], words.label


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"terms": {"cohort": ["nobody"]}}, UnknownCode),
        ({"terms": {"cohorts": ["older_people"]}}, UnknownScheme),
        ({"terms": {}}, ValidationError),
        ({"extra": 1}, ValidationError),
        ({"label": ""}, ValidationError),
    ],
)
def test_a_broken_file_is_refused(changes: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        read_crosswalks(small_file(**changes), vocabulary())


def test_words_in_two_entries_of_a_council_are_refused() -> None:
    file = json.loads(small_file())
    file[ESSEX]["entries"] *= 2
    with pytest.raises(ValueError, match="same words in two entries"):
        read_crosswalks(json.dumps(file), vocabulary())


def test_a_council_is_named_by_its_gss_code() -> None:
    with pytest.raises(ValidationError):
        read_crosswalks(small_file().replace(ESSEX, "Essex"), vocabulary())
