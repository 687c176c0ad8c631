"""What rows score for a word or a phrase, wherever their words stand."""

from collections.abc import Sequence
from functools import reduce
from operator import and_
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.search.settled import values_of
from app.search.text.parts import Base, Bytes, Tail, raise_to

EXACT, STEM, SYNONYM, PREFIX, SLIP = 12, 9, 8, 6, 3
"""What it counts to have a word itself, another form of it, a synonym, a longer word that begins
with it, or one that is a slip away."""

RARE = 8
"""Of what fewer than one row in so many has, the rows are listed."""

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int32]
Scores = npt.NDArray[np.uint8 | np.uint16 | np.int32]


class Scored(NamedTuple):
    """Rows, ascending, and what each scores, which is more than nothing."""

    rows: Numbers
    scores: Scores

    @property
    def number(self) -> int:
        """How many rows score."""
        return len(self.rows)

    @property
    def size(self) -> int:
        """In bytes."""
        return self.rows.nbytes + self.scores.nbytes

    def listed(self) -> "Scored":
        """The rows that score."""
        return self

    def of(self, rows: Numbers) -> Scores:
        """What each of some rows scores."""
        if not len(self.rows):
            return np.zeros(len(rows), self.scores.dtype)
        at = np.minimum(self.rows.searchsorted(rows), len(self.rows) - 1)
        scores: Scores = self.scores[at] * (self.rows[at] == rows)
        return scores

    def any_of(self, alive: Flags) -> bool:
        """Whether any row that scores is alive."""
        return bool(alive[self.rows].any())

    def extended(self, late: Scores, first: int) -> "Scored":
        """The same with what late rows score, of which the first one has a number."""
        rows = (late > 0).nonzero()[0]
        numbers = np.concatenate([self.rows, (rows + first).astype(np.int32)])
        return Scored(numbers, np.concatenate([self.scores, late[rows]]))


class Frequent(NamedTuple):
    """What every row scores, where many score: to look a row up takes a fraction of the time.

    Those that late rows score stand apart, so that they are put behind the others in no time.
    """

    scores: Scores
    number: int
    late: Scores = np.zeros(0, np.uint8)

    @property
    def size(self) -> int:
        """In bytes."""
        return self.scores.nbytes + self.late.nbytes

    def listed(self) -> Scored:
        """The rows that score."""
        # Of flags numpy finds those that are set many times as fast as of numbers.
        rows = (self.scores > 0).nonzero()[0]
        found = Scored(rows.astype(np.int32), self.scores[rows])
        return found.extended(self.late, len(self.scores)) if len(self.late) else found

    def of(self, rows: Numbers) -> Scores:
        """What each of some rows scores."""
        return values_of(self.scores, self.late, rows)

    def any_of(self, alive: Flags) -> bool:
        """Whether any row that scores is alive."""
        before = len(self.scores)
        among = ((self.scores > 0) & alive[:before]).any()
        return bool(among or ((self.late > 0) & alive[before:]).any())

    def extended(self, late: Scores, _: int) -> "Frequent":
        """The same with what late rows score."""
        return Frequent(self.scores, self.number + int(np.count_nonzero(late)), late)


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


def scored(wanted: Word | Phrase, part: Base | Tail) -> Scored | Frequent:
    """The rows of a part that meet a word or a phrase, counted from its first one."""
    found = Frequent(met := wanted.met(part), int(np.count_nonzero(met)))
    return found if found.number * RARE > part.size else found.listed()


def all_met(found: Sequence[Scored | Frequent]) -> Scored:
    """The rows that meet everything, with the sums of their scores."""
    # Beginning with the fewest, little is looked up.
    first, *others = sorted(found, key=lambda one: one.number)
    rows, scores = first.listed()
    scores = scores.astype(np.int32)
    for one in others:
        if not len(rows):
            break
        more = one.of(rows)
        both = (more > 0).nonzero()[0]
        rows, scores = rows[both], scores[both] + more[both]
    return Scored(rows, scores)


def any_met(found: Sequence[Scored | Frequent]) -> Scored:
    """The rows that meet anything, with the sums of their scores."""
    listed = [one.listed() for one in found]
    rows, places = np.unique(np.concatenate([one.rows for one in listed]), return_inverse=True)
    scores = np.zeros(len(rows), np.int32)
    np.add.at(scores, places, np.concatenate([one.scores for one in listed]))
    return Scored(rows, scores)
