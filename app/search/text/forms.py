"""The words of one stem, as `garden`, `gardens` and `gardening`."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
import numpy.typing as npt

from app.search.text.words import stem, stem_of


@dataclass(frozen=True, eq=False)
class Forms:
    """The words of the index by their stems.

    `words` are those of the base; of them, those of the stem number `s` have the numbers
    `numbers[starts[s]:starts[s + 1]]`. `known` has the same words to look up, and `later` those
    that came with the tail alone.
    """

    words: Sequence[str]
    stems: Sequence[str]
    starts: npt.NDArray[np.int64]
    numbers: npt.NDArray[np.int32]
    known: frozenset[str]
    later: Mapping[str, tuple[str, ...]]

    @classmethod
    def build(cls, words: Sequence[str]) -> Self:
        """The forms of the words of a base."""
        by_stem: defaultdict[str, list[int]] = defaultdict(list)
        for number, word in enumerate(words):
            by_stem[stem_of(word)].append(number)
        stems = sorted(by_stem)
        starts = np.cumsum([0, *(len(by_stem[one]) for one in stems)], dtype=np.int64)
        numbers = np.array([number for one in stems for number in by_stem[one]], np.int32)
        return cls(words, stems, starts, numbers, frozenset(words), {})

    def extended(self, words: Iterable[str]) -> Self:
        """The same with words of the tail, which it may know or not."""
        later = dict(self.later)
        for word in frozenset(words) - self.known:
            one = stem(word)
            if word not in later.get(one, ()):
                later[one] = (*later.get(one, ()), word)
        return replace(self, later=later)

    def of(self, one: str) -> list[str]:
        """The words of a stem."""
        later = self.later.get(one, ())
        at = bisect_left(self.stems, one)
        if at == len(self.stems) or self.stems[at] != one:
            return [*later]
        numbers = self.numbers[self.starts[at] : self.starts[at + 1]]
        return [*map(self.words.__getitem__, numbers.tolist()), *later]
