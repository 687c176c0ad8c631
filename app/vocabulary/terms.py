"""The controlled terms that listings, answers and searches are written in."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache, cached_property
from importlib.resources import files
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

NEAR_SPELLINGS = 3
LIKENESS = 0.7
"""How alike two spellings must be, from 0 to 1, to be named as near."""

LIKENESS_GAP = 0.25
"""A spelling this much less alike than the best one is left out."""

LONGEST_SLIP = 60
"""A longer text is no slip of the pen, and comparing it would cost more than it helps."""

SHORTEST_WORD = 4
"""Shorter words of a label are too common to tell terms apart."""

LOWER_CASE_CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
LANGUAGE_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")

Text = Annotated[str, Field(min_length=1, max_length=1_000)]
Age = Annotated[int, Field(ge=0, le=120)]
ClockTime = Annotated[str, Field(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


class UnknownScheme(LookupError):  # noqa: N818 - errors here are nouns.
    """No scheme of the vocabulary has this name; `near` holds names that look like it."""

    def __init__(self, near: tuple[str, ...]) -> None:
        super().__init__("The vocabulary has no scheme of this name.")
        self.near = near


class UnknownCode(LookupError):  # noqa: N818 - errors here are nouns.
    """The scheme has no such code; `near` holds codes that look like it."""

    def __init__(self, scheme: str, near: tuple[str, ...]) -> None:
        super().__init__(f"This is not a code of the scheme {scheme}.")
        self.scheme = scheme
        self.near = near


class Term(BaseModel):
    """One thing that can be said about an activity, a person, a price or a place.

    `code` never changes its meaning. `label` is plain English, `easy_read` one or two short
    sentences, `icon` the key of a picture that a front end draws. The rest is there only where
    it means something: ages in whole years, times of day as local `HH:MM` (a day ends at 24:00),
    `ratio` as workers to people, `salt_psr` the primary support reason of the national return,
    `care_act` the section or regulation an outcome serves, `direct_payment_pays` what a direct
    payment usually covers until a council says otherwise, `person` whether it can be an answer
    of a person rather than only a fact of a listing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: Text
    label: Text
    easy_read: Text
    icon: Text
    parent: Text | None = None
    seeds: Mapping[str, Text]
    kind: Literal["group", "need", "broad", "activity"] | None = None
    min_age: Age | None = None
    max_age: Age | None = None
    ratio: Text | None = None
    care_act: Text | None = None
    salt_psr: Text | None = None
    direct_payment_pays: Literal["yes", "no", "if_in_plan", "ask"] | None = None
    day: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] | None = None
    starts: ClockTime | None = None
    ends: ClockTime | None = None
    person: bool | None = None


@dataclass(frozen=True)
class Scheme:
    """One list of terms, in the order in which they are shown.

    Where `four_valued` is true, a listing says yes, partly, no or nothing about each term.
    """

    name: str
    title: str
    note: str
    four_valued: bool
    terms: tuple[Term, ...]

    @cached_property
    def by_code(self) -> Mapping[str, Term]:
        """The terms by their codes."""
        return {term.code: term for term in self.terms}

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes in the order in which they are shown."""
        return tuple(self.by_code)

    def term(self, code: str) -> Term:
        """The term with this code.

        Raises:
            UnknownCode: The scheme has no such code.
        """
        found = self.by_code.get(code)
        if found is None:
            raise UnknownCode(self.name, self.near(code))
        return found

    def ancestors(self, code: str) -> tuple[str, ...]:
        """The codes above this one, nearest first; empty for a term at the top.

        Raises:
            UnknownCode: The scheme has no such code.
        """
        self.term(code)
        return self._ancestors[code]

    def descendants(self, code: str) -> tuple[str, ...]:
        """This code and all codes below it, in the order of the scheme.

        Raises:
            UnknownCode: The scheme has no such code.
        """
        self.term(code)
        return self._descendants[code]

    def near(self, text: str) -> tuple[str, ...]:
        """The codes whose code or label looks like a text, most alike first, at most three."""
        return most_alike(text, self._spellings)

    @cached_property
    def _ancestors(self) -> Mapping[str, tuple[str, ...]]:
        return {term.code: tuple(chain_of_parents(term, self.by_code)) for term in self.terms}

    @cached_property
    def _descendants(self) -> Mapping[str, tuple[str, ...]]:
        return {
            above: tuple(
                code for code in self.codes if code == above or above in self._ancestors[code]
            )
            for above in self.codes
        }

    @cached_property
    def _spellings(self) -> Mapping[str, frozenset[str]]:
        return {term.code: spellings(term.code, term.label) for term in self.terms}


@dataclass(frozen=True)
class Vocabulary:
    """All schemes of one version of the vocabulary, by name."""

    version: str
    schemes: Mapping[str, Scheme]

    def scheme(self, name: str) -> Scheme:
        """The scheme with this name.

        Raises:
            UnknownScheme: The vocabulary has no such scheme.
        """
        found = self.schemes.get(name)
        if found is None:
            raise UnknownScheme(most_alike(name, self._spellings))
        return found

    def term(self, scheme: str, code: str) -> Term:
        """The term of a scheme with this code.

        Raises:
            UnknownScheme: The vocabulary has no such scheme.
            UnknownCode: The scheme has no such code.
        """
        return self.scheme(scheme).term(code)

    def ancestors(self, scheme: str, code: str) -> tuple[str, ...]:
        """The codes above one, nearest first; errors as `term`."""
        return self.scheme(scheme).ancestors(code)

    def descendants(self, scheme: str, code: str) -> tuple[str, ...]:
        """A code and all codes below it, in the order of the scheme; errors as `term`."""
        return self.scheme(scheme).descendants(code)

    def near(self, scheme: str, text: str) -> tuple[str, ...]:
        """At most three codes that look like a text, most alike first.

        Raises:
            UnknownScheme: The vocabulary has no such scheme.
        """
        return self.scheme(scheme).near(text)

    @cached_property
    def _spellings(self) -> Mapping[str, frozenset[str]]:
        return {name: spellings(name, scheme.title) for name, scheme in self.schemes.items()}


class SchemeInFile(BaseModel):
    """A scheme as the file writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Text
    note: Annotated[str, Field(max_length=1_000)] = ""
    terms: Annotated[tuple[Term, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def codes_and_parents_fit(self) -> Self:
        """Refuse a code used twice, a parent that is not there, and a circle of parents."""
        twice = [code for code, n in Counter(term.code for term in self.terms).items() if n > 1]
        if twice:
            raise ValueError(f"codes are used twice: {', '.join(twice)}")
        by_code = {term.code: term for term in self.terms}
        for term in self.terms:
            if term.parent is not None and term.parent not in by_code:
                raise ValueError(f"the parent of {term.code} does not exist: {term.parent}")
        for term in self.terms:
            chain_of_parents(term, by_code)
        return self


class VocabularyFile(BaseModel):
    """The vocabulary as its file writes it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Annotated[str, Field(pattern=r"^[0-9]{4}\.[0-9]{1,2}(\.[0-9]+)?$")]
    seeds: Mapping[str, Text]
    four_valued: tuple[str, ...]
    schemes: Mapping[str, SchemeInFile]

    @model_validator(mode="after")
    def names_are_known(self) -> Self:
        """Refuse misspelt codes and names, and references to schemes or seeds not in the file."""
        for name in self.four_valued:
            if name not in self.schemes:
                raise ValueError(f"four_valued names a scheme that does not exist: {name}")
        for name, scheme in self.schemes.items():
            if not LOWER_CASE_CODE.fullmatch(name):
                raise ValueError(f"a scheme's name is not lower case: {name}")
            spelling = LANGUAGE_TAG if name == "language" else LOWER_CASE_CODE
            for term in scheme.terms:
                if not spelling.fullmatch(term.code):
                    raise ValueError(f"the code {term.code} of {name} is not spelt as codes are")
                if strange := set(term.seeds) - set(self.seeds):
                    raise ValueError(f"{term.code} of {name} names unknown seeds: {strange}")
        return self


@cache
def vocabulary() -> Vocabulary:
    """The vocabulary that ships with this package, read once and checked.

    Raises:
        pydantic.ValidationError: The file breaks a rule of the vocabulary.
    """
    return read_vocabulary(files("app.vocabulary").joinpath("vocabulary.json").read_bytes())


def read_vocabulary(text: str | bytes) -> Vocabulary:
    """The vocabulary written in a JSON text.

    Raises:
        pydantic.ValidationError: The text breaks a rule of the vocabulary.
    """
    read = VocabularyFile.model_validate_json(text)
    return Vocabulary(
        version=read.version,
        schemes={
            name: Scheme(
                name=name,
                title=scheme.title,
                note=scheme.note,
                four_valued=name in read.four_valued,
                terms=scheme.terms,
            )
            for name, scheme in read.schemes.items()
        },
    )


def chain_of_parents(term: Term, by_code: Mapping[str, Term]) -> list[str]:
    """The codes above a term, nearest first.

    Raises:
        ValueError: The parents form a circle.
    """
    chain: list[str] = []
    above = term.parent
    while above is not None:
        if above == term.code or above in chain:
            raise ValueError(f"the parents of {term.code} form a circle")
        chain.append(above)
        above = by_code[above].parent
    return chain


def spellings(code: str, label: str) -> frozenset[str]:
    """What someone may write who means a term: its code, its label, a longer word of the label."""
    plain = label.casefold()
    words = (word for word in re.findall(r"[^\W\d_]+", plain) if len(word) >= SHORTEST_WORD)
    return frozenset({code.casefold(), code.casefold().replace("_", " "), plain, *words})


def most_alike(text: str, names: Mapping[str, frozenset[str]]) -> tuple[str, ...]:
    """The names of which some spelling looks like a text, most alike first, at most three."""
    if len(text) > LONGEST_SLIP:
        return ()
    matcher = SequenceMatcher(autojunk=False)
    matcher.set_seq2(text.strip().casefold())
    likeness: dict[str, float] = {}
    for name, written in names.items():
        for spelling in written:
            matcher.set_seq1(spelling)
            # The two quick ratios are upper bounds, so the slow one runs only where it can matter.
            if matcher.real_quick_ratio() >= LIKENESS and matcher.quick_ratio() >= LIKENESS:
                likeness[name] = max(likeness.get(name, 0.0), matcher.ratio())
    best = max(likeness.values(), default=0.0)
    alike = [
        name
        for name, ratio in likeness.items()
        if ratio >= LIKENESS and ratio > best - LIKENESS_GAP
    ]
    return tuple(sorted(alike, key=lambda name: -likeness[name])[:NEAR_SPELLINGS])
