"""The index against the plain scorer, in thousands of random cases."""

from dataclasses import dataclass
from unittest.mock import patch

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from search.text.plain import plain_scores

from app.search.text import scores
from app.search.text.postings import Fields, TextIndex, Weighted

# Few words, of many kinds: forms of each other, beginnings, slips, phrases, stop words, accents.
VOCABULARY = [
    "garden", "gardening", "gardens", "gardner", "gardenign", "gar", "allotment", "horticulture",
    "growing", "vegetables", "choir", "choirs", "singing", "sing", "day", "days", "centre",
    "center", "care", "carer", "carers", "service", "break", "short", "respite", "learning",
    "disability", "disabilities", "LD", "mentally", "handicapped", "autism", "autistic", "ASD",
    "one", "1:1", "one-to-one", "121", "deaf", "dumb", "Colchester", "Colchestr", "Chelmsford",
    "caf\N{LATIN SMALL LETTER E WITH ACUTE}", "cafe", "it", "the", "to", "and", "for", "my", "in",
    "abcde", "abcd", "abdce", "abxde", "bcde", "abcdef", "ab", "a",
]  # fmt: skip

TEXTS = st.lists(st.sampled_from(VOCABULARY), max_size=4).map(" ".join)
ROWS = st.lists(st.builds(Fields, *[TEXTS] * 6), max_size=6)
QUERIES = st.one_of(
    st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=2).map(" ".join),
    st.lists(st.sampled_from(VOCABULARY), max_size=6).map(" ".join),
    # A typing slip, or the beginning of a word.
    st.builds(
        lambda word, at, letter: word[:at] + letter + word[at + 1 :],
        st.sampled_from(VOCABULARY),
        st.integers(0, 10),
        st.sampled_from(["", "x", "e"]),
    ),
    st.text(max_size=20),
)


@dataclass(frozen=True)
class Case:
    """Rows, of which the first few are the base, and whether each is alive; and queries."""

    rows: list[Fields]
    alive: list[bool]
    ends: list[int]
    queries: list[str]
    rare: int
    """As `RARE`: so that what each word scores is listed, or told for every row, or either."""


@st.composite
def cases(draw: st.DrawFn) -> Case:
    rows = draw(ROWS)
    count = len(rows)
    alive = draw(
        st.lists(st.sampled_from([True, True, True, False]), min_size=count, max_size=count)
    )
    ends = sorted(draw(st.lists(st.integers(0, count), min_size=1, max_size=3)))
    asked = draw(st.lists(QUERIES, min_size=15, max_size=15))
    return Case(rows, alive, ends, asked, draw(st.sampled_from((0, scores.RARE, 1_000))))


def index_of(case: Case) -> TextIndex:
    index = TextIndex.build(map(Weighted.of, case.rows[: case.ends[0]]))
    for first, after in zip(case.ends, [*case.ends[1:], len(case.rows)], strict=True):
        index = index.extended(map(Weighted.of, case.rows[first:after]))
    return index


@settings(max_examples=200, deadline=None)
@given(cases())
def test_the_index_answers_as_the_plain_scorer(case: Case) -> None:
    index, alive = index_of(case), np.array(case.alive, np.bool_)
    numbers = np.flatnonzero(alive).tolist()
    for q in case.queries:
        expected, matched = plain_scores([case.rows[number] for number in numbers], q)
        with patch.object(scores, "RARE", case.rare):
            found = index.search(q, alive)
        if found is None:
            assert expected is None
            continue
        assert expected is not None
        told = zip(found.rows.tolist(), found.scores.tolist(), strict=True)
        assert [*told] == sorted((numbers[row], score) for row, score in expected.items())
        assert found.matched == matched


@settings(max_examples=50, deadline=None)
@given(cases())
def test_every_suggestion_finds_something(case: Case) -> None:
    index, alive = index_of(case), np.array(case.alive, np.bool_)
    for q in case.queries:
        suggestions = index.suggest(q, alive)
        assert len(set(suggestions)) == len(suggestions) <= 3
        for suggestion in suggestions:
            found = index.search(suggestion, alive)
            assert found is not None
            assert len(found.rows) > 0
