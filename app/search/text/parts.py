"""Which words stand in which rows, and how weightily: a part that stays, and one that grows.

A posting says that a word stands in a row. It is a number of 32 bits: the row, counted from the
first one of its part, and in the lowest four bits the weight of the weightiest field in which the
row has the word.
"""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
import numpy.typing as npt

from app.search.text.fields import Weighted
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
    def build(cls, rows: Iterable[Weighted], first: int = 0) -> Self:
        """The postings of these rows, numbered in their order from a first number."""
        numbers: defaultdict[str, int] = defaultdict()
        numbers.default_factory = numbers.__len__
        found, weights, counts = array("I"), bytearray(), array("I")
        for row in rows:
            found.extend(map(numbers.__getitem__, row.words.split()))
            weights += row.weights
            counts.append(len(row.weights))
        words = sorted(numbers)
        ranks = np.empty(len(words), np.uint64)
        ranks[[numbers[word] for word in words]] = np.arange(len(words), dtype=np.uint64)
        postings = ranks[np.frombuffer(found, np.uint32)]
        # Each of these arrays is large, so that none stays for longer than it is needed.
        del found
        postings <<= _POSTING_BITS
        rows_of_each = np.arange(first, first + len(counts), dtype=np.uint32) << WEIGHT_BITS
        postings |= np.repeat(rows_of_each, counts)
        postings |= np.frombuffer(weights, np.uint8)
        return cls._sorted(len(counts), words, postings)

    @classmethod
    def _sorted(cls, size: int, words: Sequence[str], postings: npt.NDArray[np.uint64]) -> Self:
        """Take postings in no order, with the numbers of their words above them."""
        postings.sort()
        ends = np.arange(len(words) + 1, dtype=np.uint64) << _POSTING_BITS
        starts = np.searchsorted(postings, ends).astype(np.int64)
        return cls(size, words, starts, postings.astype(np.uint32))

    def joined(self, other: Self) -> Self:
        """These rows and those of the part that comes after it."""
        words = sorted({*self.words, *other.words})
        numbers = {word: number for number, word in enumerate(words)}
        found = []
        for part in (self, other):
            ranks = np.array([numbers[word] for word in part.words], dtype=np.uint64)
            found.append(np.repeat(ranks << _POSTING_BITS, np.diff(part.starts)) | part.postings)
        return self._sorted(self.size + other.size, words, np.concatenate(found))

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
    """A few rows of the tail, so that their words are found quickly: there may be many batches.

    `numbers` are those of the words of `part`; the postings of word number `w` are the bytes of
    `packed` from `starts[w]` up to `starts[w + 1]`.
    """

    part: Base
    numbers: Mapping[str, int]
    starts: Sequence[int]
    packed: bytes

    @classmethod
    def of(cls, part: Base) -> Self:
        """The rows of a small part."""
        numbers = {word: number for number, word in enumerate(part.words)}
        starts = (part.starts * part.postings.itemsize).tolist()
        return cls(part, numbers, starts, part.postings.tobytes())

    def exactly(self, word: str) -> bytes:
        """The postings of a word."""
        number = self.numbers.get(word)
        return b"" if number is None else self._between(number, number + 1)

    def beginning(self, word: str) -> bytes:
        """The postings of all words that begin with this one."""
        return self._between(*_range_beginning(self.part.words, word))

    def _between(self, first: int, after: int) -> bytes:
        return self.packed[self.starts[first] : self.starts[after]]


@dataclass(frozen=True, eq=False)
class Tail:
    """The part that grows, batch after batch, up to some thousands of rows."""

    batches: tuple[Batch, ...]

    @property
    def size(self) -> int:
        """The number of rows."""
        return sum(batch.part.size for batch in self.batches)

    @property
    def newest_words(self) -> Sequence[str]:
        """The words of the batch that came last, sorted."""
        return self.batches[-1].part.words

    def extended(self, rows: Iterable[Weighted]) -> Self:
        """The same with rows at the end; this one stays as it is."""
        batches, last = [*self.batches], Base.build(rows, self.size)
        if not last.size:
            return self
        # Joining batches of like size leaves few of them, and joins each row only a few times.
        while (
            batches and batches[-1].part.size <= last.size <= LARGEST_BATCH - batches[-1].part.size
        ):
            last = batches.pop().part.joined(last)
        return type(self)((*batches, Batch.of(last)))

    def exactly(self, word: str) -> Postings:
        """The postings of a word, rows ascending; none where it is not known."""
        return _unpacked([batch.exactly(word) for batch in self.batches])

    def beginning(self, word: str) -> Postings:
        """The postings of all words that begin with this one; a row may come more than once."""
        return _unpacked([batch.beginning(word) for batch in self.batches])

    @property
    def spellings(self) -> Sequence[Spellings]:
        """The words of each batch, to find what somebody may have meant."""
        return [spellings for batch in self.batches for spellings in batch.part.spellings]


def _unpacked(packed: Iterable[bytes]) -> Postings:
    return np.frombuffer(b"".join(packed), np.uint32)


def _range_beginning(words: Sequence[str], word: str) -> tuple[int, int]:
    """Of sorted words the first one that begins with this one, and the first one after those."""
    return bisect_left(words, word), bisect_left(words, word + _AFTER_EVERY_LETTER)
