from collections.abc import Sequence

import numpy as np
import pytest

from app.search.text.postings import Fields, TextIndex, Weighted

NAMES = [
    "Yoga for everybody",
    "Archery in Colchester",
    "Archery in Crewe",
    "Knitting",
    "Boga boats",
    "Handicapped access",
    "That is their day",
    "At the centre",
]


def suggestions(q: str, names: Sequence[str] = NAMES, dead: Sequence[int] = ()) -> list[str]:
    """What is suggested, with the first three rows in the base and the others in the tail."""
    rows = [Fields(name, "", "", "", "", "") for name in names]
    index = (
        TextIndex.build(map(Weighted.of, rows[:3]))
        .extended(map(Weighted.of, rows[3:5]))
        .extended(map(Weighted.of, rows[5:]))
    )
    alive = ~np.isin(np.arange(len(rows)), dead)
    found = index.suggest(q, alive)
    for one in found:
        matches = index.search(one, alive)
        assert matches is not None
        assert len(matches.rows) > 0
    return found


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("yga", ["yoga"]),
        ("arhcrey", ["archery"]),
        ("Arhcrey in COLCHESTER!", ["archery in colchester"]),
        ("arhcrey yga", ["archery yoga"]),
        # Most frequent first, then by the letters.
        ("soga", ["boga", "yoga"]),
        ("knitting soga yga", ["knitting boga yoga", "knitting yoga yoga"]),
    ],
)
def test_known_words_stand_in_place_of_unknown_ones(q: str, expected: list[str]) -> None:
    assert suggestions(q) == expected


@pytest.mark.parametrize(
    "q",
    [
        "",
        "%",
        "knitting",
        "knitting in crewe",
        # One slip is found as it is.
        "knittin colchestr",
        # Two letters are near to everything, and a stop word says nothing.
        "yg",
        "thta",
        "zzzzzzz",
        "arche" * 100,
        "yga " * 41,
    ],
)
def test_nothing_is_suggested_where_nothing_is_near_or_nothing_unknown(q: str) -> None:
    assert suggestions(q) == []


def test_at_most_three_are_suggested_most_frequent_first() -> None:
    names = ["Arch", "Urch urch", "Irch", "Orch", "Orch", "Irch Orch"]
    assert suggestions("xrch", names) == ["orch", "irch", "arch"]


def test_only_words_of_rows_that_are_alive_are_suggested() -> None:
    assert suggestions("soga", dead=[4]) == ["yoga"]
    assert suggestions("soga", dead=[0, 4]) == []


def test_an_old_fashioned_word_is_not_suggested() -> None:
    assert suggestions("hxndicxpped") == []
    assert suggestions("handicapped yga") == []


def test_a_suggestion_that_would_find_nothing_is_left_out() -> None:
    # With the word put right it is a phrase, and no row has all of it or of its synonyms.
    assert suggestions("day cxntrx") == []
    assert suggestions("the cxntrx") == ["the centre"]


def test_no_more_than_three_words_are_replaced() -> None:
    assert suggestions("yga arhcrey knxttinx coxchextxr") == ["yoga archery knitting coxchextxr"]
