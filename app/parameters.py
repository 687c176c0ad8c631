"""What every operation takes in the same way: strict queries, clean text, language and day."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from fastapi import Depends, Request
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from app import problems

LONDON = ZoneInfo("Europe/London")

problems.OWN_KINDS.add("control_character")

_CONTROL_CHARACTER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""The categories Cc and Cs of Unicode, without line breaks and tabs."""


def refuse_control_characters(text: str) -> str:
    """The text itself, if every character can be shown and stored.

    Line breaks and tabs are allowed. Raises a pydantic error for NUL and other control
    characters, which PostgreSQL or a terminal would stumble over, and for half of a pair.
    """
    if _CONTROL_CHARACTER.search(text):
        raise PydanticCustomError("control_character", "Please leave out control characters.")
    return text


def refuse_line_breaks(text: str) -> str:
    """The text itself, if it is one line."""
    if "\n" in text or "\t" in text:
        raise PydanticCustomError("control_character", "Please write this on one line.")
    return refuse_control_characters(text)


@dataclass(frozen=True)
class Documented:
    """Says in the document what a validator refuses, so that programs know it as well."""

    pattern: str

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The type's own schema and the pattern."""
        return {**handler(schema), "pattern": self.pattern}


Line = Annotated[
    str,
    AfterValidator(refuse_line_breaks),
    Documented(r"^[^\u0000-\u001f\u007f-\u009f]*$"),
]
"""One line of text. Say how long it may be where it is used."""

Passage = Annotated[
    str,
    AfterValidator(refuse_control_characters),
    Documented(r"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f]*$"),
]
"""Text of one or more paragraphs. Say how long it may be where it is used."""


_NUMBER = re.compile(r"-?[0-9]+")


def refuse_odd_numbers(value: object) -> object:
    """The value itself, unless it is text that is no plain number, or true or false.

    Python reads `1_0`, `+1`, `1.0` and ` 1` as numbers too, and true as 1.
    """
    if isinstance(value, bool) or (isinstance(value, str) and not _NUMBER.fullmatch(value)):
        raise PydanticCustomError("int_parsing", "This should be a whole number.")
    return value


InDigits = BeforeValidator(refuse_odd_numbers)
"""Has a whole number written in digits. It stands last, or the bounds miss in the document:
`Annotated[int, Field(ge=0, le=9), InDigits]`."""

Language = Literal["en", "easy"]


class QueryModel(BaseModel):
    """The base of every operation's query parameters: one that is not known is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True)


async def refuse_repeated(request: Request) -> None:
    """Refuse a parameter that stands twice in the query and is no list: which one was meant?

    What the documentation calls an array may be repeated. One that is not known at all is left
    to the operation, which says so.

    Raises:
        Malformed: it names each such parameter.
    """
    counts = Counter(name for name, _ in request.query_params.multi_items())
    repeated = {name for name, count in counts.items() if count > 1}
    if not repeated:
        return
    route: APIRoute = request.scope["route"]
    known: dict[str, frozenset[str]] = request.app.state.singles
    operation = f"{request.method} {route.path_format}"
    if operation not in known:
        known[operation] = _singles(route, request.method.lower())
    given_once(name for name in counts if name in repeated & known[operation])


def _singles(route: APIRoute, method: str) -> frozenset[str]:
    """The parameters of an operation's query that are no lists, from its own documentation.

    To make that of all operations takes seconds, in which nobody else would be answered.
    """
    described = get_openapi(title="", version="", routes=[route])["paths"]
    parameters = described.get(route.path_format, {}).get(method, {}).get("parameters", [])
    return frozenset(
        one["name"]
        for one in parameters
        if one["in"] == "query" and one["schema"].get("type") != "array"
    )


def given_once(repeated: Iterable[str]) -> None:
    """Refuse parameters of a query that were given more than once, if there are any.

    Raises:
        Malformed: it names each of them.
    """
    faults = [
        problems.Fault(**{"in": "query"}, name=name, code="repeated", message="Give this once.")
        for name in repeated
    ]
    if faults:
        raise problems.Malformed(faults)


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


async def _today(request: Request) -> date:
    day: date = request.app.state.today()
    return day


Today = Annotated[date, Depends(_today)]
"""The day for which the application answers: the one in London, unless it was given another."""
