"""Shapes that every document uses."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

from app import problems
from app.parameters import Line, Passage
from app.vocabulary.codes import AccessCode

problems.OWN_KINDS.add("document")

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Gss = Annotated[str, Field(pattern=r"^[A-Z][0-9]{8}$")]
Outcode = Annotated[str, Field(pattern=r"^[A-Z]{1,2}[0-9][A-Z0-9]?$")]
Latitude = Annotated[float, Field(ge=49.0, le=61.0)]
# The meridian runs through England; -0.0, which is 0.0 but reads otherwise, becomes 0.0.
Longitude = Annotated[float, Field(ge=-9.0, le=2.5), AfterValidator(lambda degrees: degrees + 0.0)]
Pence = Annotated[int, Field(ge=0, le=10_000_000)]
Age = Annotated[int, Field(ge=0, le=120)]

ShortLine = Annotated[Line, Field(min_length=1, max_length=120)]
LongLine = Annotated[Line, Field(min_length=1, max_length=300)]
Words = Annotated[Passage, Field(min_length=1, max_length=4_000)]

_PHONE = re.compile(r"[+0-9][0-9 ]{8,18}[0-9]")
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")
_WEBSITE = re.compile(r"https?://[^\s/]+\.[^\s]+")


def refuse(message: str) -> PydanticCustomError:
    """The error that tells what to change in a document; the message holds no input."""
    return PydanticCustomError("document", message)


def _phone(text: str) -> str:
    if not _PHONE.fullmatch(text):
        raise refuse("This should be a telephone number: digits and spaces.")
    return text


def _email(text: str) -> str:
    if not _EMAIL.fullmatch(text):
        raise refuse("This should be an e-mail address.")
    return text


def _website(text: str) -> str:
    if not _WEBSITE.fullmatch(text):
        raise refuse("This should be a web address that begins with http:// or https://.")
    return text


Phone = Annotated[Line, Field(max_length=20), AfterValidator(_phone)]
Email = Annotated[Line, Field(max_length=254), AfterValidator(_email)]
Website = Annotated[Line, Field(max_length=500), AfterValidator(_website)]


class Document(BaseModel):
    """The base of every document: strict, fixed once made, and nothing unknown in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Origin(Document):
    """Where a record came from, so that it is found again: unique by source and id."""

    source: LongLine
    source_id: LongLine


class Contact(Document):
    """How to reach somebody, by role and never by a person's name."""

    role: Literal["enquiries", "bookings", "manager", "complaints"] = "enquiries"
    phone: Phone | None = None
    text_phone: Phone | None = None
    email: Email | None = None
    website: Website | None = None


class Statement(Document):
    """What is stated of one four-valued term. Not stated means that it is not in the list."""

    value: Literal["yes", "partly", "no"] = "yes"
    note: LongLine | None = None


class AccessStatement(Statement):
    """An access feature of a venue."""

    code: AccessCode
