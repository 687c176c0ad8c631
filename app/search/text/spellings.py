"""Finding the words that somebody may have meant."""

from collections.abc import Sequence

import numpy as np

from app.search.text.words import within_slips

_LETTER_BITS = 63
"""The lowest bits of a letter's number, which tell apart those of English and most others."""


class Spellings:
    """Words, in a form in which most that are unlike another one are ruled out all at once."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._lengths = np.fromiter(map(len, words), np.int32, len(words))
        letters = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32)
        bits = np.uint64(1) << (letters & np.uint32(_LETTER_BITS)).astype(np.uint64)
        firsts = np.cumsum(self._lengths, dtype=np.int64) - self._lengths
        # Which letters each word has. (Numpy cannot add up to nothing, where there is no word.)
        self._letters = np.bitwise_or.reduceat(bits, firsts) if words else bits

    def near(self, word: str, most: int) -> list[str]:
        """The words that are at most so many slips away from one."""
        bits = 0
        for letter in word:
            bits |= 1 << (ord(letter) & _LETTER_BITS)
        # A slip adds a letter, takes one away, or does both at once.
        changed = np.bitwise_count(self._letters ^ np.uint64(bits))
        alike = (changed <= 2 * most) & (np.abs(self._lengths - len(word)) <= most)
        found = (self._words[number] for number in np.flatnonzero(alike).tolist())
        return [one for one in found if within_slips(word, one, most)]
