"""What every operation takes in the same way: strict queries, clean text, language and day."""

import unicodedata
from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import Depends
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from app import problems

LONDON = ZoneInfo("Europe/London")

problems.OWN_KINDS.add("control_character")


def refuse_control_characters(text: str) -> str:
    """The text itself, if every character can be shown and stored.

    Line breaks and tabs are allowed. Raises a pydantic error for NUL and other control
    characters, which PostgreSQL or a terminal would stumble over, and for half of a pair.
    """
    for character in text:
        if unicodedata.category(character) in {"Cc", "Cs"} and character not in "\n\t":
            raise PydanticCustomError("control_character", "Please leave out control characters.")
    return text


def refuse_line_breaks(text: str) -> str:
    """The text itself, if it is one line."""
    if "\n" in text or "\t" in text:
        raise PydanticCustomError("control_character", "Please write this on one line.")
    return refuse_control_characters(text)


Line = Annotated[str, AfterValidator(refuse_line_breaks)]
"""One line of text. Say how long it may be where it is used."""

Passage = Annotated[str, AfterValidator(refuse_control_characters)]
"""Text of one or more paragraphs. Say how long it may be where it is used."""

Language = Literal["en", "easy"]


class QueryModel(BaseModel):
    """The base of every operation's query parameters: one that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class LanguageParams(QueryModel):
    """For operations that serve words."""

    lang: Language = Field(
        "en",
        description=(
            "`en` for plain English. `easy` for Easy Read: short sentences in place of labels, "
            "and the plain text with `easy_read_missing: true` where nobody wrote one."
        ),
    )


def london_today() -> date:
    """The day that it is in London, on which freshness, next dates and ETags depend."""
    return datetime.now(LONDON).date()


Today = Annotated[date, Depends(london_today)]
