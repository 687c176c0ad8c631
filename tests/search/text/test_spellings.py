from hypothesis import given
from hypothesis import strategies as st

from app.search.text.spellings import Spellings

WORDS = st.text(st.sampled_from("abcé東"), min_size=1, max_size=8)


def plain_distance(a: str, b: str) -> int:
    """How many slips two words are apart, by the textbook; no letter slips twice."""
    table = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            wrong = table[i - 1, j - 1] + (a[i - 1] != b[j - 1])
            table[i, j] = min(table[i - 1, j] + 1, table[i, j - 1] + 1, wrong)
            if i > 1 and j > 1 and a[i - 2 : i] == b[j - 1] + b[j - 2]:
                table[i, j] = min(table[i, j], table[i - 2, j - 2] + 1)
    return table[len(a), len(b)]


@given(st.sets(WORDS), WORDS)
def test_near_words_are_those_of_the_textbook(known: set[str], word: str) -> None:
    spellings = Spellings(sorted(known))
    distances = {one: plain_distance(word, one) for one in known}
    expected = {one for one in known if distances[one] <= 2}
    assert spellings.within_two_slips_of(word) == sorted(expected)
    assert spellings.one_slip_from(word) == sorted(one for one in known if distances[one] == 1)


def test_a_very_long_word_is_like_none() -> None:
    spellings = Spellings(["art", "gardening"])
    assert spellings.within_two_slips_of("a" * 5_000) == []
    assert spellings.one_slip_from("a" * 5_000) == []
