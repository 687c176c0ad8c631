"""The questions, as their file writes them. The file is the questionnaire; this checks it."""

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from app.matching.questionnaire.conditions import Pointer, ShowIf, paths_of
from app.vocabulary.terms import Term, vocabulary

Kind = Literal[
    "choice", "choices", "ranked", "place", "distance", "slots", "money", "number", "wishes"
]
Words = Annotated[str, Field(min_length=1, max_length=400)]
Id = Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]

WITHOUT_OPTIONS = {"place", "number"}
BOUNDED = {"ranked", "distance", "slots", "money", "number", "place"}
"""Kinds that need bounds. A `choices` may have some; the rest have none."""


class InFile(BaseModel):
    """The base of what stands in the file: closed, and never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Help(InFile):
    """What makes a question easier to answer, in both ways of writing."""

    text: Words
    easy_read: Words


class WordedOption(InFile):
    """An answer that is no term of the vocabulary. True and false are yes and no."""

    code: str | bool
    label: Words
    easy_read: Words
    icon: Words


class WordedOptions(InFile):
    """Answers written out in the file."""

    words: Annotated[tuple[WordedOption, ...], Field(min_length=2)]


class TermOptions(InFile):
    """Answers that are the terms of a scheme: all of them, or those that are so limited."""

    scheme: str
    kind: Literal["group", "need"] | None = None
    person: Literal[True] | None = None
    leave_out: tuple[str, ...] = ()

    @model_validator(mode="after")
    def leaves_out_terms_of_the_scheme(self) -> Self:
        """Refuse a scheme or a code that the vocabulary does not have."""
        for code in self.leave_out:
            vocabulary().term(self.scheme, code)
        if not self.terms:
            raise ValueError(f"nothing of {self.scheme} is left to choose from")
        return self

    @property
    def terms(self) -> list[Term]:
        """The terms to choose from, in the order in which to show them."""
        return [
            term
            for term in vocabulary().scheme(self.scheme).terms
            if term.code not in self.leave_out
            and self.kind in {None, term.kind}
            and self.person in {None, term.person}
        ]


class CouncilOptions(InFile):
    """Answers that are the councils which this service knows, by GSS code."""

    councils: Literal[True]


class Question(InFile):
    """One question. `path` is where its answer belongs in the body of `POST /v1/matches`."""

    id: Id
    path: Pointer
    kind: Kind
    text: Words
    easy_read: Words
    help: Help | None
    options: WordedOptions | TermOptions | CouncilOptions | None
    show_if: ShowIf | None
    required: bool
    skippable: bool
    must_allowed: bool
    at_least: Annotated[int, Field(ge=0)] | None
    at_most: Annotated[int, Field(ge=1)] | None

    @model_validator(mode="after")
    def can_be_answered(self) -> Self:
        """Refuse a question that a front end could not show."""
        if (self.options is None) != (self.kind in WITHOUT_OPTIONS):
            raise ValueError(f"{self.id} has options that its kind does not take, or lacks some")
        if self.kind in BOUNDED and (self.at_least is None or self.at_most is None):
            raise ValueError(f"{self.id} needs bounds")
        if self.must_allowed and self.kind not in {"wishes", "money"}:
            raise ValueError(f"{self.id} cannot hold a must")
        if self.required and self.skippable:
            raise ValueError(f"{self.id} is required and may be skipped")
        return self


class Questionnaire(InFile):
    """All questions, in the order in which they are asked."""

    id: Annotated[str, Field(pattern=r"^[a-z]+(-[a-z]+)*$")]
    version: Annotated[str, Field(pattern=r"^[1-9][0-9]*$")]
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def each_stands_once_and_waits_for_an_earlier_one(self) -> Self:
        """Refuse a question asked twice, and one that waits for a later answer than its own."""
        paths: list[str] = []
        for question in self.questions:
            if late := set(paths_of(question.show_if)) - set(paths):
                raise ValueError(f"{question.id} waits for {late}, which nobody was asked yet")
            paths.append(question.path)
        ids = [question.id for question in self.questions]
        if len(set(ids)) != len(ids) or len(set(paths)) != len(paths):
            raise ValueError("a question or its answer stands twice")
        return self


@cache
def questionnaire() -> Questionnaire:
    """The questionnaire that ships with this package, read once and checked.

    Raises:
        pydantic.ValidationError: The file is not written as it should be.
    """
    text = files("app.matching.questionnaire").joinpath("questions.json").read_bytes()
    return Questionnaire.model_validate_json(text)
