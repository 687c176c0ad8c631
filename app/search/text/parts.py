"""Which words stand in which rows, and how weightily: a part that stays, and one that grows.

A posting says that a word stands in a row. It is a number of 32 bits: the row, counted from the
first one of its part, and in the lowest four bits the weight of the weightiest field in which the
row has the word.
"""

import sys
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from app.search.text.fields import Weights
from app.search.text.spellings import Spellings

Bytes = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int64]
Postings = npt.NDArray[np.uint32]

WEIGHT_BITS = 4
_WEIGHT_MASK = np.uint32((1 << WEIGHT_BITS) - 1)

_POSTING_BITS = np.uint64(32)
"""While the postings of all words are sorted, the word stands above them as a number."""

LARGEST_BATCH = 256
"""In rows: the most that are joined into one, which bounds how long an extension takes."""

_AFTER_EVERY_LETTER = chr(0x10FFFF)


def rows_of(postings: Postings) -> Postings:
    """The rows of postings, from the first one of their part."""
    return postings >> np.uint32(WEIGHT_BITS)


def raise_to(best: Bytes, postings: Postings, factor: int) -> None:
    """Raise what rows score so far to the weights of postings, times a factor."""
    scores = ((postings & _WEIGHT_MASK) * np.uint32(factor)).astype(np.uint8)
    # Of all ways to do this in numpy it is the fastest, and it minds no row that comes twice.
    np.maximum.at(best, rows_of(postings), scores)


@dataclass(frozen=True, eq=False)
class Base:
    """The part that stays, of any size: the postings of all words one after the other.

    `size` is the number of rows. `words` are sorted, so that those with a common beginning lie
    side by side; the postings of word number `w` are `postings[starts[w]:starts[w + 1]]`.
    """

    size: int
    words: Sequence[str]
    starts: Counts
    postings: Postings

    @classmethod
    def build(cls, rows: Iterable[Weights]) -> Self:
        """The postings of these rows, in their order."""
        numbers: defaultdict[str, int] = defaultdict()
        numbers.default_factory = numbers.__len__
        found, weights, counts = array("I"), bytearray(), array("I")
        for by_word in rows:
            found.extend(map(numbers.__getitem__, by_word))
            weights += bytes(by_word.values())
            counts.append(len(by_word))
        words = sorted(numbers)
        ranks = np.empty(len(words), np.uint64)
        ranks[[numbers[word] for word in words]] = np.arange(len(words), dtype=np.uint64)
        postings = ranks[np.frombuffer(found, np.uint32)]
        # Each of these arrays is large, so that none stays for longer than it is needed.
        del found
        postings <<= _POSTING_BITS
        postings |= np.repeat(np.arange(len(counts), dtype=np.uint32) << WEIGHT_BITS, counts)
        postings |= np.frombuffer(weights, np.uint8)
        postings.sort()
        ends = np.arange(len(words) + 1, dtype=np.uint64) << _POSTING_BITS
        starts = np.searchsorted(postings, ends).astype(np.int64)
        return cls(len(counts), words, starts, postings.astype(np.uint32))

    def exactly(self, word: str) -> Postings:
        """The postings of a word, rows ascending; none where it is not known."""
        at = bisect_left(self.words, word)
        is_known = at < len(self.words) and self.words[at] == word
        return self.postings[self.starts[at] : self.starts[at + is_known]]

    def beginning(self, word: str) -> Postings:
        """The postings of all words that begin with this one; a row may come more than once."""
        first, after = _range_beginning(self.words, word)
        return self.postings[self.starts[first] : self.starts[after]]

    @cached_property
    def spellings(self) -> Sequence[Spellings]:
        """All words, to find what somebody may have meant."""
        return (Spellings(self.words),)


@dataclass(frozen=True, eq=False)
class Batch:
    """A few rows of the tail: their words, sorted, and the postings by word, as packed bytes."""

    size: int
    words: Sequence[str]
    postings: Mapping[str, bytes]

    @classmethod
    def build(cls, rows: Iterable[Weights], first: int) -> Self:
        """The postings of these rows, numbered in their order from a first number."""
        postings: defaultdict[str, bytes] = defaultdict(bytes)
        number = first
        for row in rows:
            # Few weights are different, so that a posting is packed once for many words.
            packed: dict[int, bytes] = {}
            for word, weight in row.items():
                if weight not in packed:
                    packed[weight] = (number << WEIGHT_BITS | weight).to_bytes(4, sys.byteorder)
                postings[word] += packed[weight]
            number += 1
        return cls(number - first, sorted(postings), dict(postings))

    def joined(self, other: Self) -> Self:
        """These rows and those of the batch that comes after it."""
        postings = {**self.postings}
        for word, more in other.postings.items():
            postings[word] = postings.get(word, b"") + more
        return type(self)(self.size + other.size, sorted(postings), postings)

    @cached_property
    def spellings(self) -> Spellings:
        """The words, to find what somebody may have meant."""
        return Spellings(self.words)


@dataclass(frozen=True, eq=False)
class Tail:
    """The part that grows, batch after batch, up to some thousands of rows."""

    batches: tuple[Batch, ...]

    @property
    def size(self) -> int:
        """The number of rows."""
        return sum(batch.size for batch in self.batches)

    def extended(self, rows: Iterable[Weights]) -> Self:
        """The same with rows at the end; this one stays as it is."""
        batches, last = [*self.batches], Batch.build(rows, self.size)
        if not last.size:
            return self
        # Joining batches of like size leaves few of them, and joins each row only a few times.
        while batches and batches[-1].size <= last.size <= LARGEST_BATCH - batches[-1].size:
            last = batches.pop().joined(last)
        return type(self)((*batches, last))

    def exactly(self, word: str) -> Postings:
        """The postings of a word, rows ascending; none where it is not known."""
        packed = b"".join([batch.postings.get(word, b"") for batch in self.batches])
        return np.frombuffer(packed, np.uint32)

    def beginning(self, word: str) -> Postings:
        """The postings of all words that begin with this one; a row may come more than once."""
        packed = []
        for batch in self.batches:
            first, after = _range_beginning(batch.words, word)
            packed += [batch.postings[one] for one in batch.words[first:after]]
        return np.frombuffer(b"".join(packed), np.uint32)

    @property
    def spellings(self) -> Sequence[Spellings]:
        """The words of each batch, to find what somebody may have meant."""
        return [batch.spellings for batch in self.batches]


def _range_beginning(words: Sequence[str], word: str) -> tuple[int, int]:
    """Of sorted words the first one that begins with this one, and the first one after those."""
    return bisect_left(words, word), bisect_left(words, word + _AFTER_EVERY_LETTER)
