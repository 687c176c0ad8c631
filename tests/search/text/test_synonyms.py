import json

import pytest
from pydantic import ValidationError

from app.search.text.synonyms import Synonyms, Unit, read_synonyms, synonyms
from app.search.text.words import query_words, stem

MEANT_ALIKE = [
    ("day centre", "day opportunities"),
    ("day care", "day service"),
    ("respite", "break for my carer"),
    ("carer's break", "short breaks"),
    ("LD", "learning disability"),
    ("learning difficulties", "learning disabled"),
    ("PA", "personal assistant"),
    ("BSL", "British Sign Language"),
    ("sign language", "BSL"),
    ("autism", "autistic"),
    ("ASD", "Asperger's"),
    ("dementia", "Alzheimer's"),
    ("memory loss", "dementia"),
    ("wheelchair", "step-free"),
    ("gym", "keep fit"),
    ("exercise", "fitness"),
    ("PC", "computers"),
    ("laptop", "computer"),
    ("choir", "singing"),
    ("allotment", "horticulture"),
    ("gardens", "gardening"),
    ("lunch club", "luncheon club"),
    ("befriending", "friendship"),
    ("mates", "friends"),
    ("travel training", "bus training"),
    ("job", "employment"),
    ("work", "jobs"),
    ("volunteering", "voluntary work"),
    ("arts and crafts", "craft"),
    ("swimming", "pool"),
    ("chair-based exercise", "seated exercise"),
    ("men's shed", "woodwork"),
    ("cafe", "coffee morning"),
    ("brain injury", "ABI"),
    ("TBI", "head injury"),
    ("VI", "sight loss"),
    ("blind", "partially sighted"),
    ("deaf", "hard of hearing"),
    ("hearing loss", "deaf"),
    ("MH", "mental health"),
    ("mental illness", "mental health"),
    ("carers", "unpaid carer"),
    ("1:1", "one-to-one"),
    ("one to one", "1 to 1"),
]


def units(q: str) -> list[Unit]:
    return synonyms().units(query_words(q))


def others_of(q: str) -> list[set[str]]:
    (unit,) = units(q)
    assert unit.is_phrase
    return [set(other) for other in unit.others]


@pytest.mark.parametrize(("typed", "meant"), MEANT_ALIKE)
def test_phrases_stand_for_each_other(typed: str, meant: str) -> None:
    for one, other in [(typed, meant), (meant, typed)]:
        wanted = set(map(stem, query_words(other)))
        # What has all of the other phrase has all of one that is looked for, or of this phrase.
        assert any(found <= wanted for found in [*others_of(one), set(map(stem, query_words(one)))])


def test_there_are_enough_groups_to_be_of_use() -> None:
    assert len(set(synonyms().groups.values())) >= 60


def test_phrases_are_found_longest_first_from_left_to_right() -> None:
    found = units("autistic day centres near Colchester day care")
    assert [(unit.words, unit.is_phrase) for unit in found] == [
        (("autistic",), True),
        (("day", "centres"), True),
        (("colchester",), False),
        (("day", "care"), True),
    ]
    assert [unit.words for unit in units("unpaid carer break")] == [("unpaid", "carer"), ("break",)]


def test_the_last_word_may_be_a_beginning() -> None:
    assert [unit.is_last for unit in units("colchester chelm")] == [False, True]
    assert [unit.is_last for unit in units("chelm colchester chelm")] == [True, False]
    assert [unit.is_last for unit in units("colchester gardening")] == [False, False]


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("colchester colchester", [("colchester",)]),
        ("day centre day centre", [("day", "centre")]),
        ("day centre day", [("day", "centre")]),
        ("swimming pool", [("swimming",), ("pool",)]),
        ("1:1 1", [("1",)]),
    ],
)
def test_what_is_said_twice_counts_once(q: str, expected: list[tuple[str, ...]]) -> None:
    assert [unit.words for unit in units(q)] == expected


def test_old_fashioned_phrases_are_understood_and_never_looked_for() -> None:
    assert {"disabl", "learn"} in others_of("mentally handicapped")
    known = synonyms()
    assert known.old_fashioned
    for group in known.groups.values():
        assert not {frozenset(stems) for stems in known.old_fashioned} & set(group)
    assert known.has_old_fashioned(query_words("a club for the mentally handicapped"))
    assert not known.has_old_fashioned(query_words("a club for people with a learning disability"))


def read(*groups: dict[str, list[str]]) -> Synonyms:
    return read_synonyms(json.dumps(groups))


def test_no_groups_are_no_phrases() -> None:
    assert read().units(["day", "centre"]) == [Unit(("day",)), Unit(("centre",), is_last=True)]


def test_a_longer_phrase_with_all_of_a_shorter_one_is_not_looked_for_as_well() -> None:
    known = read({"phrases": ["respite", "respite care", "carer break"]})
    (unit,) = known.units(["respite", "care"])
    assert set(unit.others) == {frozenset({"respit"}), frozenset({"carer", "break"})}


@pytest.mark.parametrize(
    ("groups", "problem"),
    [
        ([{"phrases": ["day centre"]}], "alone"),
        ([{"phrases": []}], "at least 1"),
        ([{"phrases": ["day centre", "Day-Centre"]}], "twice in one group"),
        ([{"phrases": ["choir", "singing"]}, {"phrases": ["sing", "karaoke"]}], "two groups"),
        ([{"phrases": ["gym"], "old_fashioned": ["gym"]}], "twice in one group"),
        ([{"phrases": ["of the", "gym"]}], "no stop word"),
        ([{"phrases": ["gym", "x"]}], "at least 2 characters"),
        ([{"phrases": ["gym", "fitness"], "also": ["exercise"]}], "Extra inputs"),
    ],
)
def test_a_file_with_a_slip_is_refused(groups: list[dict[str, list[str]]], problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read(*groups)


def test_a_file_that_is_no_list_is_refused() -> None:
    with pytest.raises(ValidationError):
        read_synonyms('{"phrases": ["gym", "fitness"]}')
