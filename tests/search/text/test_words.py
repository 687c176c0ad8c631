from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.text.words import MOST_WORDS, STOP_WORDS, query_words, slips, stem, words

LETTERS = st.text(st.sampled_from("abcé"), max_size=8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Gardening Club", ["gardening", "club"]),
        ("  café\tCAFÉ\ncafe\N{COMBINING ACUTE ACCENT} ", ["cafe", "cafe", "cafe"]),
        ("Men's Shed", ["mens", "shed"]),
        ("Men\N{RIGHT SINGLE QUOTATION MARK}s", ["mens"]),
        ("Men\N{LEFT SINGLE QUOTATION MARK}s", ["mens"]),
        ("Men\N{ACUTE ACCENT}s men`s men\N{MODIFIER LETTER APOSTROPHE}s", ["mens"] * 3),
        ("one-to-one, 1:1 & D/deaf", ["one", "to", "one", "1", "1", "d", "deaf"]),
        ("arts_and_crafts", ["arts", "and", "crafts"]),
        ("£4.50 (50%)", ["4", "50", "50"]),
        ("\N{ARTIST PALETTE}art\N{ARTIST PALETTE}class", ["art", "class"]),
        ("Straße", ["strasse"]),
        ("ΟΔΟΣ οδός", ["οδοσ", "οδοσ"]),
        ("\N{LATIN SMALL LIGATURE FI}sh \N{VULGAR FRACTION ONE HALF}", ["fish", "1", "2"]),
        ("東京 łódź", ["東京", "łodz"]),
        # Vowel signs of Indian scripts are marks on the letter before, and part of a word.
        ("हिन्दी", ["हनद"]),
        ("half of a pair \ud800", ["half", "of", "a", "pair"]),
        ("'", []),
        ("", []),
        ("\N{HOUSE BUILDING} !? _%", []),
    ],
)
def test_the_words_of_a_text(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(st.text(max_size=60))
def test_a_word_is_its_own_word(text: str) -> None:
    for word in words(text):
        assert words(word) == [word]


@given(st.text(max_size=30), st.text(max_size=30))
def test_texts_side_by_side_have_the_words_of_both(one: str, other: str) -> None:
    assert words(f"{one} {other}") == words(one) + words(other)


def test_forms_of_a_word_have_one_stem() -> None:
    assert {stem("gardening"), stem("gardens"), stem("garden")} == {"garden"}
    assert stem("centre") == stem("centres")
    assert stem("") == ""


@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("Gardening in the park", ["gardening", "park"]),
        ("the", ["the"]),
        ("to me and the", ["to", "me", "and", "the"]),
        ("art art and art", ["art", "art", "art"]),
        ("?!", []),
    ],
)
def test_stop_words_drop_where_another_word_remains(q: str, expected: list[str]) -> None:
    assert query_words(q) == expected


def test_stop_words_are_written_as_words_are_read() -> None:
    assert {word for stop in STOP_WORDS for word in words(stop)} == STOP_WORDS


def test_forty_different_words_of_a_query_count() -> None:
    typed = [f"word{number}" for number in range(MOST_WORDS)]
    assert query_words(" ".join([*typed, *typed, "more", *typed])) == [*typed, *typed]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("gardening", "gardning"),
        ("gardening", "gardeening"),
        ("gardening", "gardenimg"),
        ("gardening", "gardenign"),
        ("gardening", "agrdening"),
        ("gardening", "ardening"),
        ("gardening", "gardeningg"),
        ("a", ""),
        ("a", "b"),
    ],
)
def test_one_slip(a: str, b: str) -> None:
    assert slips(a, b)
    assert slips(b, a)


@pytest.mark.parametrize(
    ("a", "b"),
    [("gardening", "gardening"), ("abcd", "badc"), ("abc", "cab"), ("ab", ""), ("abc", "ca")],
)
def test_none_or_more_than_one_slip(a: str, b: str) -> None:
    assert not slips(a, b)
    assert not slips(b, a)


@given(LETTERS, LETTERS)
def test_slips_are_what_one_change_can_make(a: str, b: str) -> None:
    assert slips(a, b) == (a != b and b in one_change(a))


def one_change(word: str) -> set[str]:
    """Every word that one change makes of a word of the letters in the tests."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    fewer = {before + after[1:] for before, after in cuts}
    wrong = {before + letter + after[1:] for before, after in cuts for letter in "abcé" if after}
    more = {before + letter + after for before, after in cuts for letter in "abcé"}
    swapped = {
        word[:at] + later + earlier + word[at + 2 :]
        for at, (earlier, later) in enumerate(pairwise(word))
    }
    return fewer | wrong | more | swapped
