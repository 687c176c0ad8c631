"""The articles of advice, as their files write them. Each file is one article; this checks it."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from app.parameters import Language

Words = Annotated[str, Field(min_length=1, max_length=1_000)]

ORDER = (
    "what-is-a-direct-payment",
    "managed-accounts-and-cards",
    "paying-for-yourself",
    "personal-assistants",
    "carers",
    "trying-something-first",
    "staying-safe",
    "what-to-ask-a-provider",
)
"""The slugs, in the order in which the articles are listed. A file's name is its slug."""


class InFile(BaseModel):
    """The base of what stands in the files: closed, and never changed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Section(InFile):
    """A part of an article: first its paragraphs, then its points."""

    heading: Words
    paragraphs: tuple[Words, ...]
    points: tuple[Words, ...]


class Writing(InFile):
    """An article in one way of writing. `call` says which human to turn to."""

    title: Words
    summary: Words
    sections: Annotated[tuple[Section, ...], Field(min_length=1)]
    call: Words


class Source(InFile):
    """Where something in the article comes from: a law, or guidance."""

    title: Words
    publisher: Words
    url: Annotated[str, Field(pattern=r"^https://", max_length=300)] | None


class Article(InFile):
    """One article in plain English and in Easy Read, with its sources.

    `checked_on` is the day on which what it says was last held against its sources; `version`
    rises with every change of it.
    """

    slug: str
    version: Annotated[str, Field(pattern=r"^[1-9][0-9]*$")]
    checked_on: date
    plain: Writing
    easy_read: Writing
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]

    def written(self, lang: Language) -> Writing:
        """The article in a language."""
        return self.easy_read if lang == "easy" else self.plain


@cache
def articles() -> Mapping[str, Article]:
    """All articles by slug, in the order in which they are listed; read once and checked.

    Raises:
        pydantic.ValidationError: a file is not written as it should be.
        ValueError: a file's name is not its slug.
    """
    folder = files("app.catalogue.advice")
    read = [
        Article.model_validate_json(folder.joinpath(f"{slug}.json").read_bytes()) for slug in ORDER
    ]
    found = {article.slug: article for article in read}
    if tuple(found) != ORDER:
        raise ValueError("an article of advice has another slug than its file")
    return found
