"""What is asked when a week is to be planned."""

import re
from typing import Annotated, Self

from pydantic import AfterValidator, ConfigDict, Field, StrictInt, model_validator

from app.matching.answers import Submission, refuse
from app.matching.plans.kinds import Kind
from app.parameters import Documented, QueryModel

MOST_GAP = 480
"""Minutes: whoever wants more than a working day in between wants two days."""


CLOCK = "([01][0-9]|2[0-3]):[0-5][0-9]"


def _clock(text: str) -> str:
    if not re.fullmatch(CLOCK, text):
        raise refuse("Write a time as HH:MM, from 00:00 to 23:59.", "answer")
    return text


Clock = Annotated[str, AfterValidator(_clock), Documented(f"^{CLOCK}$"), Field(max_length=5)]


def minutes_of(clock: str) -> int:
    """Minutes after midnight."""
    return int(clock[:2]) * 60 + int(clock[3:])


class PlansWanted(Submission):
    """The body of `POST /v1/plans`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "answers": {
                        "location": {"text": "CW1 2AB"},
                        "needs": ["learning_disability"],
                        "funding": "direct_payment",
                        "budget": {"amount_pence": 20_000, "period": "week"},
                        "activities": ["cooking", "gardening"],
                        "travel": {"within_miles": 10},
                    },
                    "days_per_week": 3,
                    "earliest": "09:30",
                    "latest": "16:00",
                }
            ]
        }
    )

    days_per_week: Annotated[StrictInt, Field(ge=1, le=7)] | None = Field(
        None, description="On how many days at most; else what was answered, or 7."
    )
    earliest: Clock | None = Field(
        None, description="No session starts earlier, in London.", examples=["09:30"]
    )
    latest: Clock | None = Field(
        None, description="No session ends later, in London.", examples=["16:00"]
    )
    gap_minutes: Annotated[StrictInt, Field(ge=0, le=MOST_GAP)] = Field(
        30, description="Minutes between two sessions of a day at least; travel may take longer."
    )

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.earliest is not None and self.latest is not None and self.latest <= self.earliest:
            raise refuse("The latest time has to be after the earliest.")
        return self


class PlanParams(QueryModel):
    """Which plan is wanted."""

    plan: Kind | None = Field(
        None,
        description=(
            "Only this kind of plan. As a calendar (`Accept: text/calendar`) it is `best_fit` if "
            "not given; a kind that would be no plan of its own is the best fit too."
        ),
    )
