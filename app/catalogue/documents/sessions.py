"""When and where an activity runs."""

from datetime import date, time
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from app.catalogue.documents.base import Day, Document, ShortLine, refuse
from app.vocabulary.codes import BankHolidayRuleCode, CapacityCode


def _clock(at: time) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _whole_seconds(at: time) -> time:
    if at.microsecond:
        raise refuse("Times are told to the minute.")
    return at


ClockTime = Annotated[
    time,
    AfterValidator(_whole_seconds),
    PlainSerializer(_clock, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "type": "string",
            "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$",
            "examples": ["10:00"],
        }
    ),
]
"""A time of day as clocks in London show it, written `HH:MM`."""


class StaffRatio(Document):
    """How many staff support how many people."""

    staff: Annotated[int, Field(ge=1, le=10)]
    people: Annotated[int, Field(ge=1, le=100)]


class GroupSize(Document):
    """How many people usually come."""

    minimum: Annotated[int, Field(ge=1, le=1_000)] | None = None
    maximum: Annotated[int, Field(ge=1, le=1_000)] | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.minimum is None and self.maximum is None:
            raise refuse("A group size has a smallest or a largest number.")
        if self.minimum and self.maximum and self.minimum > self.maximum:
            raise refuse("The smallest number is above the largest.")
        return self


class Capacity(Document):
    """Whether there is a place, as it stood on a day."""

    status: CapacityCode
    places: Annotated[int, Field(ge=0, le=1_000)] | None = None
    as_of: date


class SessionDocument(Document):
    """One time at which the activity runs, at one place. Times are local, in London.

    `weekly` needs `day`. `fortnightly` needs `day` and `week_of`, any date in a week when it
    runs. `monthly` needs `day` and `nth`: 1 is the month's first such day, -1 its last. `dated`
    needs `dates`.
    """

    id: UUID
    label: ShortLine | None = None
    place: Literal["venue", "online", "comes_to_you"] = "venue"
    venue_id: UUID | None = None
    repeats: Literal["weekly", "fortnightly", "monthly", "dated"] = "weekly"
    day: Day | None = None
    week_of: date | None = None
    nth: list[Literal[1, 2, 3, 4, -1]] = Field(default_factory=list)
    dates: list[date] = Field(default_factory=list, max_length=200)
    starts_at: ClockTime
    ends_at: ClockTime
    term_time_only: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    bank_holidays: BankHolidayRuleCode | None = None
    staff_ratio: StaffRatio | None = None
    group_size: GroupSize | None = None
    capacity: Capacity | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.place == "venue") != (self.venue_id is not None):
            raise refuse("A session at a venue names its venue; any other names none.")
        # Before they are compared: a time with a zone cannot be compared with one without.
        if self.starts_at.tzinfo or self.ends_at.tzinfo:
            raise refuse("Times are local: leave out the zone.")
        if self.ends_at <= self.starts_at:
            raise refuse("A session ends after it starts, on the same day.")
        wanted = {
            "weekly": {"day"},
            "fortnightly": {"day", "week_of"},
            "monthly": {"day", "nth"},
            "dated": {"dates"},
        }[self.repeats]
        stated = {name for name in ("day", "week_of", "nth", "dates") if getattr(self, name)}
        if stated != wanted:
            raise refuse(
                "Weekly needs day; fortnightly day and week_of; monthly day and nth; dated dates."
            )
        if len(set(self.nth)) != len(self.nth) or len(set(self.dates)) != len(self.dates):
            raise refuse("Each entry of nth and of dates may stand there once.")
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise refuse("A session stops being valid after it starts being valid.")
        return self
