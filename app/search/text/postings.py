"""The text index: which live activities a query finds, and how well each answers it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from pathlib import Path
from typing import Literal, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from app.search.remembered import Remembered
from app.search.text.fields import Fields, Weighted
from app.search.text.forms import Forms
from app.search.text.parts import Base, Tail, rows_of
from app.search.text.saved import load, save
from app.search.text.scores import (
    EXACT,
    SLIP,
    STEM,
    Frequent,
    Phrase,
    Scored,
    Word,
    all_met,
    any_met,
    scored,
)
from app.search.text.spellings import Spellings
from app.search.text.synonyms import Unit, synonyms
from app.search.text.words import MOST_WORDS, STOP_WORDS, query_words, stem, words

__all__ = ["Fields", "Matched", "TextIndex", "TextMatches", "Weighted"]

SHORTEST_BEGINNING = 2
SHORTEST_SLIP = 5
"""In letters: a shorter word is one slip from too many others."""

SHORTEST_SUGGESTED_FOR = 3
SUGGESTIONS = 3
MOST_REPLACED = 3
"""How many words of a query suggestions replace: only so many that they still mean the same."""

NO_TAIL = Tail(())

MOST_BYTES = 40_000_000
"""So much is remembered of the rows that words and phrases were found in."""

Matched = Literal["all_words", "any_word"]
Numbers = npt.NDArray[np.int32]
Alive = npt.NDArray[np.bool_]


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
    known: Remembered[Word | Phrase, Scored | Frequent]
    """What was found in the base, which stays: a memory, which no answer depends on."""

    @classmethod
    def build(cls, rows: Iterable[Weighted]) -> Self:
        """An index of these rows, numbered in their order from 0."""
        base = Base.build(rows)
        return cls(base, NO_TAIL, Forms.build(base.words), _nothing_known())

    @classmethod
    def from_files(cls, folder: Path) -> Self:
        """The index that `to_files` wrote. Its postings are read where a search needs them.

        Raises:
            OSError: A file is not there.
            ValueError: The files do not belong together.
        """
        base, forms = load(folder)
        return cls(base, NO_TAIL, forms, _nothing_known())

    def to_files(self, folder: Path) -> None:
        """Write the index into a folder, which is made if need be.

        Never into one that an index was read from: it would change under whoever reads it.

        Raises:
            ValueError: It has a tail; only an index that was built or read is written.
        """
        if self.tail_rows:
            raise ValueError("Only an index without a tail can be written.")
        save(folder, self.base, self.forms)

    def extended(self, rows: Iterable[Weighted]) -> Self:
        """The same index with rows at the end; this one stays as it is.

        It takes little longer than reading the new rows. With a tail of more than some thousands
        of rows it does take longer, and so do searches: then it is time to build anew.
        """
        tail = self.tail.extended(rows)
        if tail is self.tail:
            return self
        forms = self.forms.extended(tail.newest_words)
        return type(self)(self.base, tail, forms, self.known)

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
        rows, scores = _alive(all_met(found), alive)
        if not len(rows):
            matched = "any_word"
            rows, scores = _alive(any_met(found), alive)
        return TextMatches(rows, scores.astype(np.int32), matched)

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
            if not unit.is_phrase and not self._met(unit, alive).any_of(alive)
        ]
        nearest = {
            word: known for word in unknown[:MOST_REPLACED] if (known := self._nearest(word, alive))
        }
        suggestions = (
            " ".join(chosen.get(word, word) for word in typed) for chosen in _choices(nearest)
        )
        good = (one for one in suggestions if self._may_be_suggested(one, alive))
        return list(islice(good, SUGGESTIONS))

    def _met(self, unit: Unit, alive: Alive) -> Scored | Frequent:
        """The rows that meet a unit, dead ones too; slips count where no row alive does."""
        if unit.is_phrase:
            own = tuple(Word(self._forms_of(word)) for word in unit.words)
            others = tuple(
                tuple(
                    Word(tuple((form, 1) for form in self.forms.of(one))) for one in sorted(other)
                )
                for other in unit.others
            )
            return self._scored(Phrase(own, others))
        (word,) = unit.words
        beginning = word if unit.is_last and len(word) >= SHORTEST_BEGINNING else None
        found = self._scored(Word(self._forms_of(word), beginning))
        if len(word) >= SHORTEST_SLIP and not found.any_of(alive):
            near = {one for known in self._spellings for one in known.one_slip_from(word)}
            found = self._scored(Word(tuple((one, SLIP) for one in sorted(near))))
        return found

    def _forms_of(self, word: str) -> tuple[tuple[str, int], ...]:
        """A word itself and its other forms, each with what it counts."""
        others = (form for form in self.forms.of(stem(word)) if form != word)
        return ((word, EXACT), *((form, STEM) for form in others))

    def _any_form(self, one: str) -> Word:
        """The words of a stem, all alike."""
        return Word(tuple((form, 1) for form in self.forms.of(one)))

    def _scored(self, wanted: Word | Phrase) -> Scored | Frequent:
        """The rows that meet a word or a phrase."""
        found = self.known.get(wanted, lambda: scored(wanted, self.base))
        if not self.tail_rows:
            return found
        return found.extended(wanted.met(self.tail), self.base.size)

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


def _alive(found: Scored, alive: Alive) -> Scored:
    """Those of some rows that are alive."""
    if alive.all():
        return found
    keep = alive[found.rows]
    return Scored(found.rows[keep], found.scores[keep])


def _nothing_known() -> Remembered[Word | Phrase, Scored | Frequent]:
    return Remembered(MOST_BYTES, lambda found: found.size)


def _choices(nearest: Mapping[str, Sequence[str]]) -> Iterator[Mapping[str, str]]:
    """A known word for each that is to be replaced: the first of all of them first."""
    if nearest:
        ranks = product(*(range(len(known)) for known in nearest.values()))
        for choice in sorted(ranks, key=sum):
            yield {
                word: known[rank]
                for (word, known), rank in zip(nearest.items(), choice, strict=True)
            }
