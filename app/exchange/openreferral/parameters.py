"""What one may ask of the feed. What is not known is ignored: harvesters send extras."""

import re
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from app import problems
from app.parameters import Documented, InDigits, Line

problems.OWN_KINDS.add("feed")

MOST_PER_PAGE = 1_000
MINIMAL_PER_PAGE = 10_000
"""How many items a page holds at most where only ids and dates are asked for."""

MOST_METRES = 160_000
DAY = r"(MO|TU|WE|TH|FR|SA|SU)"

_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?"
    r"([Zz]|[+ -][0-9]{2}:[0-9]{2})"
)


def _moment(text: str) -> str:
    """The same moment as ISO 8601 writes it, in UTC."""
    # A plus that was not encoded arrives as a space.
    head, zone = (text[:-1], "+00:00") if text[-1:] in "Zz" else (text[:-6], text[-6:])
    cut = re.sub(r"(\.[0-9]{6})[0-9]+$", r"\1", head) if _MOMENT.fullmatch(text) else ""
    try:
        return datetime.fromisoformat(cut + zone.replace(" ", "+")).astimezone(UTC).isoformat()
    except (ValueError, OverflowError):
        raise PydanticCustomError(
            "feed", "Give the date and time with the zone, as in 2026-03-01T09:00:00Z."
        ) from None


def _local_time(text: str) -> str:
    hours, minutes = int(text[:2]), int(text[3:5])
    if hours > 23 or minutes > 59:  # noqa: PLR2004 - a day's hours, an hour's minutes.
        raise PydanticCustomError("feed", "Write a time as HH:MM, from 00:00 to 23:59.")
    return text[:5]


Moment = Annotated[
    str,
    StringConstraints(min_length=16, max_length=40),
    AfterValidator(_moment),
    Documented(rf"^{_MOMENT.pattern}$"),
]
LocalTime = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{2}:[0-9]{2}(:[0-9]{2})?$"),
    AfterValidator(_local_time),
]
Words = Annotated[Line, Field(max_length=400)]


class FeedParams(BaseModel):
    """The base of every operation's parameters here."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class FeedListParams(FeedParams):
    """Which part of a list, and in which format."""

    search: Words | None = Field(
        None, description="Words that must all be found.", examples=["gardening"]
    )
    page: Annotated[int, Field(ge=1, le=100_000), InDigits] = Field(
        1, description="The page, counted from 1."
    )
    per_page: Annotated[int, Field(ge=1, le=MOST_PER_PAGE), InDigits] = Field(
        50, description="How many items a page holds."
    )
    format: Literal["json", "ndjson"] = Field(
        "json",
        description="`ndjson` streams everything that is found, an item a line, without pages.",
    )

    @property
    def words(self) -> list[str]:
        """The words to look for, in lower case."""
        return (self.search or "").casefold().split()


class TermParams(FeedListParams):
    """Which terms."""

    taxonomy_id: UUID | None = Field(None, description="Terms of this taxonomy.")
    parent_id: UUID | None = Field(None, description="Terms right below this one.")
    top_only: bool = Field(default=False, description="Only terms that stand below no other.")


class OrganizationParams(FeedListParams):
    """Which organizations, and with how much of each."""

    full: bool = Field(
        default=False, description="With contacts, telephone numbers and numbers in registers."
    )
    full_service: bool = Field(default=False, description="With all their services, nested.")


class OneOrganizationParams(FeedParams):
    """How much of one organization."""

    full_service: bool = Field(default=False, description="With all its services, nested.")


class PlaceParams(FeedListParams):
    """Which services at which locations, and with how much of each."""

    taxonomy_term_id: UUID | None = Field(
        None, description="Stated to have this term, or one below it."
    )
    taxonomy_id: UUID | None = Field(None, description="With any term of this taxonomy.")
    organization_id: UUID | None = Field(None, description="Services of this organization.")
    modified_after: Moment | None = Field(
        None,
        description="Modified then or later; the zone is needed.",
        examples=["2026-03-01T00:00:00Z"],
    )
    full: bool = Field(default=False, description="With everything nested.")
    minimum_age: float | None = Field(
        None,
        ge=0,
        le=150,
        allow_inf_nan=False,
        description="States a minimum age of at least this.",
    )
    maximum_age: float | None = Field(
        None, ge=0, le=150, allow_inf_nan=False, description="States a maximum age of at most this."
    )
    day: Annotated[str, StringConstraints(pattern=rf"^{DAY}(,{DAY}){{0,6}}$")] | None = Field(
        None, description="Runs on this day, or on one of several with commas.", examples=["TU"]
    )
    start_time: LocalTime | None = Field(
        None, description="A session that starts then or later, in London.", examples=["09:00"]
    )
    end_time: LocalTime | None = Field(
        None, description="A session that ends then or earlier.", examples=["17:00"]
    )
    postcode: Annotated[Line, Field(min_length=1, max_length=100)] | None = Field(
        None,
        description="Serves this postcode, or lies within `proximity` of it.",
        examples=["CW1 2AB"],
    )
    proximity: float | None = Field(
        None,
        gt=0,
        le=MOST_METRES,
        allow_inf_nan=False,
        description="Metres from the middle of the postcode, in a straight line.",
        examples=[5000],
    )

    @field_validator("proximity")
    @classmethod
    def _measured_from(cls, metres: float | None, info: ValidationInfo) -> float | None:
        # A postcode that is itself refused is not missing.
        if metres is not None and info.data.get("postcode", "") is None:
            raise PydanticCustomError("feed", "proximity needs a postcode to measure from.")
        return metres

    @property
    def after(self) -> datetime | None:
        """The moment since which something was modified."""
        return datetime.fromisoformat(self.modified_after) if self.modified_after else None

    @property
    def past_too(self) -> bool:
        """Whether what is no longer there is found: by organization and date alone."""
        asked = {name for name in PlaceParams.model_fields if getattr(self, name) is not None}
        return asked.isdisjoint(OF_WHAT_IS_THERE)

    @property
    def days(self) -> list[str]:
        """The days on which it runs, in the order given."""
        return self.day.split(",") if self.day else []


OF_WHAT_IS_THERE = (
    *("taxonomy_term_id", "taxonomy_id", "minimum_age", "maximum_age"),
    *("day", "start_time", "end_time", "postcode", "search"),
)
"""Parameters that what was removed does not meet: it has no terms, ages, times or places."""


class ServiceParams(PlaceParams):
    """Which services, and with how much of each."""

    minimal: bool = Field(
        default=False,
        description=(
            "With id, name, status and date alone, up to 10,000 on a page where `per_page` is "
            "not given."
        ),
    )

    @property
    def page_size(self) -> int:
        """How many items a page holds."""
        chosen = "per_page" in self.model_fields_set
        return MINIMAL_PER_PAGE if self.minimal and not chosen else self.per_page
