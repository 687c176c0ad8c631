"""The text index: which live activities a query finds, and how well each answers it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice, product
from operator import and_, or_
from pathlib import Path
from typing import Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from app.search.text.fields import Fields
from app.search.text.forms import Forms
from app.search.text.parts import Base, Bytes, Tail, raise_to, rows_of
from app.search.text.saved import load, save
from app.search.text.spellings import Spellings
from app.search.text.synonyms import Unit, synonyms
from app.search.text.words import MOST_WORDS, STOP_WORDS, query_words, stem, words

__all__ = ["Fields", "Matched", "TextIndex", "TextMatches"]

EXACT, STEM, SYNONYM, PREFIX, SLIP = 12, 9, 8, 6, 3
"""What it counts to have a word itself, another form of it, a synonym, a longer word that begins
with it, or one that is a slip away."""

SHORTEST_BEGINNING = 2
SHORTEST_SLIP = 5
"""In letters: a shorter word is one slip from too many others."""

SHORTEST_SUGGESTED_FOR = 3
SUGGESTIONS = 3
MOST_REPLACED = 3
"""How many words of a query suggestions replace: only so many that they still mean the same."""

NO_TAIL = Tail(())

Matched = Literal["all_words", "any_word"]
Numbers = npt.NDArray[np.int32]
Alive = npt.NDArray[np.bool_]
Scores = npt.NDArray[np.uint8 | np.uint16]


class TextMatches(NamedTuple):
    """The rows that a query finds, ascending, each with its score.

    `matched` is `any_word` where no row has all words of the query.
    """

    rows: Numbers
    scores: Numbers
    matched: Matched


@dataclass(frozen=True, eq=False)
class TextIndex:
    """The words of many rows. It never changes; `extended` makes another with rows at the end.

    Rows of the tail come after those of the base, which is large and may lie in files.
    """

    base: Base
    tail: Tail
    forms: Forms

    @classmethod
    def build(cls, rows: Iterable[Fields]) -> Self:
        """An index of these rows, numbered in their order from 0."""
        base = Base.build(rows)
        return cls(base, NO_TAIL, Forms.build(base.words))

    @classmethod
    def from_files(cls, folder: Path) -> Self:
        """The index that `to_files` wrote. Its postings are read where a search needs them.

        Raises:
            OSError: A file is not there.
            ValueError: The files do not belong together.
        """
        base, forms = load(folder)
        return cls(base, NO_TAIL, forms)

    def to_files(self, folder: Path) -> None:
        """Write the index into a folder, which is made if need be.

        Never into one that an index was read from: it would change under whoever reads it.

        Raises:
            ValueError: It has a tail; only an index that was built or read is written.
        """
        if self.tail_rows:
            raise ValueError("Only an index without a tail can be written.")
        save(folder, self.base, self.forms)

    def extended(self, rows: Iterable[Fields]) -> Self:
        """The same index with rows at the end; this one stays as it is.

        It takes little longer than reading the new rows. With a tail of more than some thousands
        of rows it does take longer, and so do searches: then it is time to build anew.
        """
        tail = self.tail.extended(rows)
        if tail is self.tail:
            return self
        return type(self)(self.base, tail, self.forms.extended(tail.batches[-1].words))

    @property
    def size(self) -> int:
        """The number of rows."""
        return self.base.size + self.tail.size

    @property
    def tail_rows(self) -> int:
        """The number of rows that were added since the index was built."""
        return self.tail.size

    def search(self, q: str, alive: Alive) -> TextMatches | None:
        """What a query finds; None where it has no word to look for.

        Args:
            q: what somebody typed.
            alive: whether each row counts, for everything; one entry a row.
        """
        found = [self._met(unit, alive) for unit in synonyms().units(query_words(q))]
        if not found:
            return None
        matched: Matched = "all_words"
        is_found = reduce(and_, (unit > 0 for unit in found))
        if not is_found.any():
            matched = "any_word"
            is_found = reduce(or_, (unit > 0 for unit in found))
        rows = np.flatnonzero(is_found).astype(np.int32)
        scores = np.zeros(len(rows), np.int32)
        for unit in found:
            scores += unit[rows]
        return TextMatches(rows, scores, matched)

    def suggest(self, q: str, alive: Alive) -> list[str]:
        """At most three queries with known words in place of those that find nothing.

        Known words are those of rows that are alive, one slip away from a word of three or four
        letters and two from a longer one, most frequent first. Each suggestion finds something,
        and has no phrase that is old-fashioned.
        """
        typed = words(q)
        if len(typed) > MOST_WORDS:
            return []
        unknown = [
            unit.words[0]
            for unit in synonyms().units(query_words(q))
            if not unit.is_phrase and not self._met(unit, alive).any()
        ]
        nearest = {
            word: known for word in unknown[:MOST_REPLACED] if (known := self._nearest(word, alive))
        }
        suggestions = (
            " ".join(chosen.get(word, word) for word in typed) for chosen in _choices(nearest)
        )
        good = (one for one in suggestions if self._may_be_suggested(one, alive))
        return list(islice(good, SUGGESTIONS))

    def _met(self, unit: Unit, alive: Alive) -> Scores:
        """What each row scores for a unit, 0 where it does not meet it."""
        if unit.is_phrase:
            return self._phrase_met(unit, alive)
        (word,) = unit.words
        beginning = word if unit.is_last and len(word) >= SHORTEST_BEGINNING else None
        found = self._best(self._forms_of(word), alive, beginning)
        if len(word) >= SHORTEST_SLIP and not found.any():
            near = {one for known in self._spellings for one in known.one_slip_from(word)}
            found = self._best(((one, SLIP) for one in near), alive)
        return found

    def _phrase_met(self, unit: Unit, alive: Alive) -> Scores:
        """The sum over the phrase's words, or what another phrase is worth, if that is more.

        Another phrase is worth its lightest word, as often as the phrase has words: so a synonym
        never counts more than the phrase itself would in the same field.
        """
        own = [self._best(self._forms_of(word), alive) for word in unit.words]
        score = sum(own, np.zeros(self.size, np.uint16)) * reduce(and_, (word > 0 for word in own))
        if unit.others:
            weights = {
                one: self._best(((form, 1) for form in self.forms.of(one)), alive)
                for one in frozenset().union(*unit.others)
            }
            lightest = (reduce(np.minimum, map(weights.__getitem__, one)) for one in unit.others)
            synonym = reduce(np.maximum, lightest) * np.uint16(SYNONYM * len(unit.words))
            score = np.maximum(score, synonym)
        return score

    def _forms_of(self, word: str) -> Iterator[tuple[str, int]]:
        """A word itself and its other forms, each with what it counts."""
        yield word, EXACT
        yield from ((form, STEM) for form in self.forms.of(stem(word)) if form != word)

    def _best(
        self, counting: Iterable[tuple[str, int]], alive: Alive, beginning: str | None = None
    ) -> Scores:
        """What each row scores at best for words with what each counts, and for a beginning."""
        best = np.zeros(self.size, np.uint8)
        counting = [*counting]
        first = self.base.size
        parts: list[tuple[Base | Tail, Bytes]] = [
            (self.base, best[:first]),
            (self.tail, best[first:]),
        ]
        for part, raised in parts:
            for word, factor in counting:
                raise_to(raised, part.exactly(word), factor)
            if beginning is not None:
                raise_to(raised, part.beginning(beginning), PREFIX)
        best *= alive
        return best

    def _nearest(self, word: str, alive: Alive) -> list[str]:
        """The most frequent words of rows that are alive that may be meant by one that none has."""
        if len(word) < SHORTEST_SUGGESTED_FOR:
            return []
        # Of a long word, those that are only one slip away were found as they are.
        near = {
            one
            for known in self._spellings
            for one in (
                known.one_slip_from(word)
                if len(word) < SHORTEST_SLIP
                else known.within_two_slips_of(word)
            )
        }
        counts = {one: self._count(one, alive) for one in near - STOP_WORDS}
        found = (one for one, count in counts.items() if count)
        return sorted(found, key=lambda one: (-counts[one], one))[:SUGGESTIONS]

    def _count(self, word: str, alive: Alive) -> int:
        """In how many rows that are alive a word stands."""
        in_base = alive[rows_of(self.base.exactly(word))]
        in_tail = alive[self.base.size :][rows_of(self.tail.exactly(word))]
        return int(np.count_nonzero(in_base) + np.count_nonzero(in_tail))

    @property
    def _spellings(self) -> Sequence[Spellings]:
        return [*self.base.spellings, *self.tail.spellings]

    def _may_be_suggested(self, q: str, alive: Alive) -> bool:
        if synonyms().has_old_fashioned(query_words(q)):
            return False
        found = self.search(q, alive)
        return found is not None and len(found.rows) > 0


def _choices(nearest: Mapping[str, Sequence[str]]) -> Iterator[Mapping[str, str]]:
    """A known word for each that is to be replaced: the first of all of them first."""
    if nearest:
        ranks = product(*(range(len(known)) for known in nearest.values()))
        for choice in sorted(ranks, key=sum):
            yield {
                word: known[rank]
                for (word, known), rank in zip(nearest.items(), choice, strict=True)
            }
