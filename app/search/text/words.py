"""The words of a text and of a query, made comparable."""

import re
import unicodedata
from functools import lru_cache

import snowballstemmer  # type: ignore[import-untyped]

MOST_WORDS = 40
"""How many different words of a query count; what comes after them does not."""

STOP_WORDS = frozenset([
    "a", "am", "an", "and", "are", "as", "at", "be", "by", "do", "for", "from", "i", "im", "in",
    "is", "it", "me", "my", "near", "of", "on", "or", "our", "some", "that", "the", "there", "this",
    "to", "us", "we", "with", "you", "your",
])  # fmt: skip
"""Words that say nothing about an activity. They drop out of a query if another word remains."""

_APOSTROPHES = dict.fromkeys(
    map(
        ord,
        "'`\N{ACUTE ACCENT}\N{LEFT SINGLE QUOTATION MARK}\N{RIGHT SINGLE QUOTATION MARK}"
        "\N{MODIFIER LETTER APOSTROPHE}",
    )
)
_ASCII = {
    code: chr(code).lower() if chr(code).isalnum() else " " for code in range(128)
} | _APOSTROPHES
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_LETTERS_AND_DIGITS = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The words of a text in their order: case folded, without accents and apostrophes.

    Everything else that is neither a letter nor a digit separates. So nothing in a text has a
    meaning of its own: a percent sign, a quotation mark and `OR` are what they are anywhere.
    """
    # Most texts that are not ASCII hold only a curly apostrophe or a dash that is not, so that
    # after those few characters all the rest goes the quick way.
    plain = text if text.isascii() else _NOT_ASCII.sub(_plain, text)
    if plain.isascii():
        return plain.translate(_ASCII).split()
    return _LETTERS_AND_DIGITS.findall(plain.casefold().translate(_APOSTROPHES))


def query_words(q: str) -> list[str]:
    """The words of a query that count, in their order; one may come more than once.

    Stop words count only where there is nothing else. Of a very long query the first 40
    different words count, which bounds the work that it can cause.
    """
    typed = words(q)
    telling = [word for word in typed if word not in STOP_WORDS] or typed
    seen: set[str] = set()
    counted = []
    for word in telling:
        seen.add(word)
        if len(seen) > MOST_WORDS:
            break
        counted.append(word)
    return counted


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """What a word has in common with its other forms, as `garden` of `gardening`."""
    return stem_of(word)


def stem_of(word: str) -> str:
    """As `stem`, without keeping the answer: for a whole vocabulary, word by word."""
    # A stemmer changes while it works, so that threads cannot share one; a new one costs little.
    stemmed: str = snowballstemmer.stemmer("english").stemWord(word)
    return stemmed


def slips(a: str, b: str) -> bool:
    """Whether one typing slip turns one word into the other (Damerau's distance is 1).

    A slip is a letter too many, a letter too few, a wrong letter, or two neighbours swapped.
    """
    if a == b or abs(len(a) - len(b)) > 1:
        return False
    start = 0
    for one, other in zip(a, b, strict=False):
        if one != other:
            break
        start += 1
    a, b = a[start:], b[start:]
    is_swapped = a[:2] == b[1::-1] and a[2:] == b[2:]
    return a[1:] == b or a == b[1:] or a[1:] == b[1:] or is_swapped


def _plain(character: re.Match[str]) -> str:
    return _plain_of(character[0])


@lru_cache(maxsize=1_000)
def _plain_of(character: str) -> str:
    """What is left of a character: letters and digits without marks, or a space, or nothing."""
    # An acute accent that stands alone would come apart into a space and a mark.
    if ord(character) in _APOSTROPHES:
        return ""
    return "".join(
        part if part.isalnum() else " "
        for part in unicodedata.normalize("NFKD", character)
        if not unicodedata.category(part).startswith("M") and ord(part) not in _APOSTROPHES
    ).casefold()
