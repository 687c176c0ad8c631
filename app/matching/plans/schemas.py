"""The answer of `POST /v1/plans`. Unknown is null, never left out."""

from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.catalogue.documents.base import Day
from app.catalogue.schemas import LocalTime, NearestVenue
from app.matching.plans.kinds import Kind
from app.matching.schemas import CostColumns, Pence, Relaxation, Said
from app.search.schemas import PlaceUnderstood
from app.vocabulary.schemas import CodedTerm


class PlannedActivity(BaseModel):
    """An activity, enough to name it and to find it."""

    id: UUID
    slug: str
    name: str


class PlannedSession(BaseModel):
    """One session of a plan."""

    activity: PlannedActivity
    session_id: UUID
    day: Day
    starts_at: LocalTime
    ends_at: LocalTime
    times: str = Field(description="When it runs, in words: not every one runs every week.")
    place: Literal["venue", "online", "comes_to_you"]
    venue: NearestVenue | None = Field(description="Null where it is online or comes to people.")
    travel_minutes_before: int | None = Field(
        description="About how long it takes from home, or from the session before, by road at "
        "15 miles an hour; null where home is not known."
    )


class PlanCostView(BaseModel):
    """What a week of the plan costs; what is paid once for an activity is counted once."""

    per_week: CostColumns | None = Field(description="Null where a price is not known.")
    unknown: list[CodedTerm] = Field(description="The parts whose price is not known.")


class PlanView(Said):
    """A week that works."""

    kind: Kind
    sessions: list[PlannedSession] = Field(description="In the order of the week.")
    value: float = Field(description="Points on the original weights, with variety counted.")
    cost: PlanCostView
    left_of_budget_pence: Pence | None = Field(
        description="Of a week's budget; null where none was given."
    )
    activities_covered: list[CodedTerm]
    outcomes_covered: list[CodedTerm]
    proved_best: bool = Field(
        description="Whether no plan is better. False only where the search became too long."
    )


class PlanChange(Relaxation):
    """The smallest change with which there is a plan. Nothing applies it by itself."""

    applies_to: Literal["answers", "body"] = Field(
        description="Whether the patch is to `answers` or to the whole body."
    )
    gains: int = Field(
        description="How many more matches applying it brings; for a budget and for times of the "
        "day, how many more sessions can be planned."
    )


class PlansFound(BaseModel):
    """Up to three weeks that work and differ."""

    policy_version: str
    catalogue_version: str
    place: PlaceUnderstood | None = Field(description="How the place was understood.")
    sessions_that_fit: int = Field(description="How many sessions of matches serve the person.")
    sessions_considered: int = Field(
        description="How many of them were looked at: those of the best 200, in order."
    )
    plans: list[PlanView]
    nearest_change: PlanChange | None = Field(
        description="Where there is no plan: the smallest change with which there is one."
    )
    notice: Said = Field(description="A plan is not a decision, and whom to call.")
