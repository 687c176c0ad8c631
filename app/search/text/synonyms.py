"""Phrases that mean the same to somebody who looks for something to do.

They stand in `synonyms.json`, which may be edited: a list of groups, each with its `phrases`, and
with `old_fashioned` ones that a person may type and that are understood, but that nobody is
answered with: they are not looked for in activities and stand in no suggestion. A phrase stands in
one group. Phrases are compared by the stems of their words and without stop words, so that
`day centres` is `day centre`, and one is found in an activity by all its words, wherever they
stand: phrases of everyday words alone find too much.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from app.search.text.words import STOP_WORDS, stem, words

Phrase = Annotated[str, Field(min_length=2, max_length=60)]

Stems = tuple[str, ...]
"""A phrase by the stems of its words, in their order."""


class Unit(NamedTuple):
    """What an activity must have for a query, or for a part of it: a word, or a known phrase.

    `words` are as typed, each once. `others` are what may stand in place of a phrase, each by the
    stems of all that must be there. `is_last` is true of a word that ends the query, of which
    somebody may have typed only the beginning.
    """

    words: tuple[str, ...]
    is_phrase: bool = False
    is_last: bool = False
    others: tuple[frozenset[str], ...] = ()


class Group(BaseModel):
    """Phrases of one meaning, as the file writes them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    phrases: Annotated[tuple[Phrase, ...], Field(min_length=1)]
    old_fashioned: tuple[Phrase, ...] = ()

    @model_validator(mode="after")
    def _says_more_than_one_thing(self) -> Self:
        if len(self.phrases) + len(self.old_fashioned) == 1:
            raise ValueError(f"One phrase alone is no group: {self.phrases[0]}")
        return self


@dataclass(frozen=True)
class Synonyms:
    """All groups, by the stems of their phrases.

    `longest` is the number of words of the longest phrase, stop words not counted.
    """

    groups: Mapping[Stems, tuple[frozenset[str], ...]]
    old_fashioned: frozenset[Stems]
    longest: int

    def units(self, query: Sequence[str]) -> list[Unit]:
        """What must be met, in the order of the query, each once.

        Phrases are found from left to right, and of those that begin with the same word the
        longest. What another unit says as well does not count again.

        Args:
            query: the words of a query that count, as `query_words` gives them.
        """
        units: dict[tuple[bool, tuple[str, ...]], Unit] = {}
        for start, end in self._parts(query):
            typed = tuple(dict.fromkeys(query[start:end]))
            stems = tuple(map(stem, query[start:end]))
            unit = Unit(typed, is_last=end == len(query))
            if group := self.groups.get(stems):
                others = tuple(other for other in group if other != frozenset(stems))
                unit = Unit(typed, is_phrase=True, others=others)
            units[unit.is_phrase, typed] = unit
        return [
            unit
            for unit in units.values()
            if not any(_says(other, unit) for other in units.values())
        ]

    def has_old_fashioned(self, query: Sequence[str]) -> bool:
        """Whether one of the phrases in a query is old-fashioned; words as for `units`."""
        return any(
            tuple(map(stem, query[start:end])) in self.old_fashioned
            for start, end in self._parts(query)
        )

    def _parts(self, query: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Where each phrase, and each word outside of one, begins and ends."""
        stems = tuple(map(stem, query))
        start = 0
        while start < len(stems):
            for end in range(min(start + self.longest, len(stems)), start, -1):
                if stems[start:end] in self.groups:
                    break
            else:
                end = start + 1
            yield start, end
            start = end


@cache
def synonyms() -> Synonyms:
    """The groups that ship with this package, read once.

    Raises:
        pydantic.ValidationError: The file is not written as it should be.
        ValueError: A phrase stands in two groups or twice in one, or has only stop words.
    """
    return read_synonyms(files("app.search.text").joinpath("synonyms.json").read_bytes())


def read_synonyms(text: str | bytes) -> Synonyms:
    """The groups written in a JSON text; errors as `synonyms`."""
    groups: dict[Stems, tuple[frozenset[str], ...]] = {}
    old_fashioned: set[Stems] = set()
    for group in TypeAdapter(list[Group]).validate_json(text):
        written = [*group.phrases, *group.old_fashioned]
        if len({tuple(words(phrase)) for phrase in written}) < len(written):
            raise ValueError(f"A phrase stands twice in one group: {written}")
        shown = {frozenset(_stems(phrase)) for phrase in group.phrases}
        # What has all of a longer phrase has all of a shorter one in it, which counts as much.
        shortest = tuple(one for one in shown if not any(other < one for other in shown))
        for stems in dict.fromkeys(map(_stems, written)):
            if stems in groups:
                raise ValueError(f"A phrase stands in two groups, by its stems: {stems}")
            groups[stems] = shortest
        old_fashioned.update(map(_stems, group.old_fashioned))
    return Synonyms(groups, frozenset(old_fashioned), max(map(len, groups), default=0))


def _stems(phrase: str) -> Stems:
    stems = tuple(stem(word) for word in words(phrase) if word not in STOP_WORDS)
    if not stems:
        raise ValueError(f"A phrase needs a word that is no stop word: {phrase}")
    return stems


def _says(one: Unit, other: Unit) -> bool:
    """Whether a unit says all that another says, and more, or the same as a phrase."""
    return set(other.words) <= set(one.words) and (len(one.words), one.is_phrase) > (
        len(other.words),
        other.is_phrase,
    )
