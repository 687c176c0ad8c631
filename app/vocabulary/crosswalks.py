"""Councils' own words, and the terms that they stand for.

Words that stand for several terms are good for finding any of them. They do not prove that an
activity offers all of them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Annotated, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from app.vocabulary.terms import LOWER_CASE_CODE, Vocabulary, vocabulary

Words = Annotated[str, Field(min_length=1, max_length=200)]
Gss = Annotated[str, Field(pattern=r"^[ENSW][0-9]{8}$")]
SchemeName = Annotated[str, Field(pattern=rf"^{LOWER_CASE_CODE.pattern}$")]


class TermKey(NamedTuple):
    """A term by its scheme and code."""

    scheme: str
    code: str


@dataclass(frozen=True)
class Crosswalk:
    """Words of one council and the terms that they stand for.

    `council` is its GSS code and `source` the title of what was read. `code` is the council's own
    short code, where it prints one; `label` are its words as printed and `easy_read` the same in
    Easy Read; `also` are further ways in which it writes them.
    """

    council: str
    source: str
    code: str | None
    label: str
    easy_read: str
    also: tuple[str, ...]
    terms: tuple[TermKey, ...]

    @property
    def spellings(self) -> frozenset[str]:
        """Everything that is understood as these words, folded as `fold` does."""
        written = (self.label, *self.also, *([self.code] if self.code else []))
        return frozenset(fold(words) for words in written)


@dataclass(frozen=True)
class Crosswalks:
    """All crosswalks, by the term that is meant and by the words that mean it."""

    by_term: Mapping[TermKey, tuple[Crosswalk, ...]]
    by_words: Mapping[tuple[str, str], Crosswalk]


class EntryInFile(BaseModel):
    """A crosswalk as the file writes it, without its council."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Words | None
    label: Words
    easy_read: Words
    also: tuple[Words, ...]
    terms: Annotated[Mapping[SchemeName, tuple[str, ...]], Field(min_length=1)]


class CouncilInFile(BaseModel):
    """A council's source and words, as the file writes them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    source: Words
    entries: Annotated[tuple[EntryInFile, ...], Field(min_length=1)]


CrosswalkFile = TypeAdapter(dict[Gss, CouncilInFile])


@cache
def crosswalks() -> Crosswalks:
    """The crosswalks that ship with this package, read once and checked against the vocabulary.

    Raises:
        pydantic.ValidationError: The file is not written as it should be.
        UnknownScheme: It names a scheme that the vocabulary does not have.
        UnknownCode: It names a code that its scheme does not have.
        ValueError: One council's words stand in two entries.
    """
    text = files("app.vocabulary").joinpath("crosswalks.json").read_bytes()
    return read_crosswalks(text, vocabulary())


def read_crosswalks(text: str | bytes, terms: Vocabulary) -> Crosswalks:
    """The crosswalks written in a JSON text; errors as `crosswalks`."""
    by_term: dict[TermKey, tuple[Crosswalk, ...]] = {}
    by_words: dict[tuple[str, str], Crosswalk] = {}
    for gss, council in CrosswalkFile.validate_json(text).items():
        for entry in council.entries:
            crosswalk = Crosswalk(
                council=gss,
                source=council.source,
                code=entry.code,
                label=entry.label,
                easy_read=entry.easy_read,
                also=entry.also,
                terms=tuple(
                    TermKey(scheme, terms.term(scheme, code).code)
                    for scheme, codes in entry.terms.items()
                    for code in codes
                ),
            )
            for key in crosswalk.terms:
                by_term[key] = (*by_term.get(key, ()), crosswalk)
            for words in crosswalk.spellings:
                if (gss, words) in by_words:
                    raise ValueError(f"{gss} has the same words in two entries: {entry.label}")
                by_words[gss, words] = crosswalk
    return Crosswalks(by_term=by_term, by_words=by_words)


def crosswalks_of(scheme: str, code: str) -> tuple[Crosswalk, ...]:
    """What councils call a term, in the order of the file; empty where none names it.

    Raises:
        UnknownScheme: The vocabulary has no such scheme.
        UnknownCode: The scheme has no such code.
    """
    key = TermKey(scheme, vocabulary().term(scheme, code).code)
    return crosswalks().by_term.get(key, ())


def terms_for(gss: str, words: str) -> tuple[TermKey, ...]:
    """The terms that a council's words or short code stand for; empty where they are not known.

    Args:
        gss: The council's GSS code.
        words: As the council writes them; capitals, spaces and curly apostrophes do not matter.
    """
    found = crosswalks().by_words.get((gss, fold(words)))
    return found.terms if found else ()


def fold(words: str) -> str:
    """Words without what does not matter when they are compared."""
    return "".join(words.casefold().replace("\u2019", "'").split())
