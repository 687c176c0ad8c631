"""Finding the words that somebody may have meant."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.search.text.words import slips

Numbers = npt.NDArray[np.int64]

_LETTER_BITS = 63
"""The lowest bits of a letter's number, which tell apart those of English and most others."""

_MOST = 2
"""Words that are more slips apart are not taken for each other."""

_NO_LETTER = 0
_FAR = 1_000_000
"""More slips than any two words are apart."""


class Spellings:
    """Words, in a form in which most that are unlike another one are ruled out all at once."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._lengths = np.fromiter(map(len, words), np.int64, len(words))
        self._ends = np.cumsum(self._lengths)
        self._letters = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32)
        bits = np.uint64(1) << (self._letters & np.uint32(_LETTER_BITS)).astype(np.uint64)
        # Which letters each word has. (Numpy cannot add up to nothing, where there is no word.)
        self._bits = np.bitwise_or.reduceat(bits, self._ends - self._lengths) if words else bits

    def one_slip_from(self, word: str) -> list[str]:
        """The words that are one slip away from one."""
        found = (self._words[number] for number in self._like(word, 1).tolist())
        return [one for one in found if slips(word, one)]

    def within_two_slips_of(self, word: str) -> list[str]:
        """The words that are at most two slips away from one."""
        numbers = self._like(word, _MOST)
        if not len(numbers):
            return []
        near = self._distances(word, numbers) <= _MOST
        return [self._words[number] for number in numbers[near].tolist()]

    def _like(self, word: str, most: int) -> Numbers:
        """The numbers of the words with so much the same letters as may be so many slips away."""
        bits = 0
        for letter in word:
            bits |= 1 << (ord(letter) & _LETTER_BITS)
        # A slip adds a letter, takes one away, or does both at once.
        changed = np.bitwise_count(self._bits ^ np.uint64(bits))
        return np.flatnonzero((changed <= 2 * most) & (np.abs(self._lengths - len(word)) <= most))

    def _distances(self, word: str, numbers: Numbers) -> Numbers:
        """How many slips each word is away: exactly up to two, and else something more.

        The usual table of beginnings against beginnings, filled for all words at once. No letter
        slips twice. Beginnings whose lengths differ by more than two are not looked at.
        """
        lengths = self._lengths[numbers]
        longest = len(word) + _MOST
        at = np.arange(longest)[:, None] + (self._ends[numbers] - lengths)
        letters = self._letters[np.minimum(at, len(self._letters) - 1)]
        letters[np.arange(longest)[:, None] >= lengths] = _NO_LETTER
        none = np.zeros(len(numbers), np.int64)
        before: list[Numbers] = []
        last = [none + count for count in range(longest + 1)]
        for i, letter in enumerate(map(ord, word), start=1):
            row = [none + _FAR] * (longest + 1)
            row[0] = none + i
            for j in range(max(1, i - _MOST), min(i + _MOST, longest) + 1):
                wrong = last[j - 1] + (letters[j - 1] != letter)
                row[j] = np.minimum(np.minimum(last[j], row[j - 1]) + 1, wrong)
                if i > 1 and j > 1:
                    swapped = (letters[j - 1] == ord(word[i - 2])) & (letters[j - 2] == letter)
                    row[j] = np.where(swapped, np.minimum(row[j], before[j - 2] + 1), row[j])
            before, last = last, row
        return np.stack(last)[lengths, np.arange(len(numbers))]
