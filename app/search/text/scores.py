"""What rows score for a word or a phrase, wherever their words stand."""

from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.search.text.parts import Base, Bytes, Tail, raise_to

EXACT, STEM, SYNONYM, PREFIX, SLIP = 12, 9, 8, 6, 3
"""What it counts to have a word itself, another form of it, a synonym, a longer word that begins
with it, or one that is a slip away."""

Numbers = npt.NDArray[np.int32]
Scores = npt.NDArray[np.uint8 | np.uint16 | np.int32]


class Scored(NamedTuple):
    """Rows, ascending, and what each scores, which is more than nothing."""

    rows: Numbers
    scores: Scores

    @property
    def size(self) -> int:
        """In bytes."""
        return self.rows.nbytes + self.scores.nbytes


class Word(NamedTuple):
    """Words of which one will do, with what each counts, and maybe a beginning."""

    counting: tuple[tuple[str, int], ...]
    beginning: str | None = None

    def met(self, part: Base | Tail) -> Bytes:
        """What each row of a part scores at best, 0 where it has none of them."""
        best = np.zeros(part.size, np.uint8)
        for word, factor in self.counting:
            raise_to(best, part.exactly(word), factor)
        if self.beginning is not None:
            raise_to(best, part.beginning(self.beginning), PREFIX)
        return best


class Phrase(NamedTuple):
    """All of some words, or all those of another phrase that means the same."""

    words: tuple[Word, ...]
    others: tuple[tuple[Word, ...], ...]

    def met(self, part: Base | Tail) -> Scores:
        """The sum over the phrase's words, or what another phrase is worth, if that is more.

        Another phrase is worth its lightest word, as often as the phrase has words: so a synonym
        never counts more than the phrase itself would in the same field.
        """
        own = [word.met(part) for word in self.words]
        score = sum(own, np.zeros(part.size, np.uint16)) * reduce(and_, (word > 0 for word in own))
        if self.others:
            weights = {
                word: word.met(part) for word in {one for other in self.others for one in other}
            }
            lightest = (
                reduce(np.minimum, map(weights.__getitem__, other)) for other in self.others
            )
            synonym = reduce(np.maximum, lightest) * np.uint16(SYNONYM * len(self.words))
            score = np.maximum(score, synonym)
        return score


def scored(wanted: Word | Phrase, part: Base | Tail) -> Scored:
    """The rows of a part that meet a word or a phrase, counted from its first one."""
    met = wanted.met(part)
    # Of flags numpy finds those that are set many times as fast as of numbers.
    rows = (met > 0).nonzero()[0]
    return Scored(rows.astype(np.int32), met[rows])


def all_met(found: Sequence[Scored]) -> Scored:
    """The rows that meet everything, with the sums of their scores."""
    # Beginning with the fewest, little is looked up.
    first, *others = sorted(found, key=lambda one: len(one.rows))
    rows, scores = first.rows, first.scores.astype(np.int32)
    for one in others:
        if not len(rows):
            break
        at = np.minimum(one.rows.searchsorted(rows), len(one.rows) - 1)
        both = one.rows[at] == rows
        rows, scores = rows[both], scores[both] + one.scores[at[both]]
    return Scored(rows, scores)


def any_met(found: Sequence[Scored]) -> Scored:
    """The rows that meet anything, with the sums of their scores."""
    rows, places = np.unique(np.concatenate([one.rows for one in found]), return_inverse=True)
    scores = np.zeros(len(rows), np.int32)
    np.add.at(scores, places, np.concatenate([one.scores for one in found]))
    return Scored(rows, scores)
