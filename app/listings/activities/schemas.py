"""What providers read and write of their own activities."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.catalogue.documents import ActivityDocument
from app.catalogue.documents.activities import Contract
from app.catalogue.documents.base import LongLine
from app.catalogue.schemas import CapacityView, FreshnessView
from app.listings.bodies import Body
from app.listings.differences import Difference
from app.listings.stages import Pending, Status, Step
from app.vocabulary.codes import CapacityCode

Can = Annotated[list[Step], Field(description="What can be done with it now.")]
Reason = Annotated[
    str | None, Field(description="What the council last said about it; null if nothing.")
]


class ManagedActivityLine(BaseModel):
    """An activity as the list of a provider's own shows it."""

    id: UUID
    slug: str
    name: str
    status: Status
    change: Pending | None = Field(description="Where a change of a live one stands; else null.")
    can: Can
    reason: Reason
    submitted_at: datetime | None
    updated_at: datetime
    hidden: bool = Field(description="Whether it is out of sight because nobody confirmed it.")
    freshness: FreshnessView
    capacity: CapacityView
    url: str


class ManagedActivity(BaseModel):
    """An activity as its provider works on it."""

    id: UUID
    status: Status
    change: Pending | None = Field(description="Where a change of a live one stands; else null.")
    can: Can
    reason: Reason
    submitted_at: datetime | None
    updated_at: datetime
    hidden: bool = Field(description="Whether it is out of sight because nobody confirmed it.")
    freshness: FreshnessView
    confirm_by: date = Field(description="The day by which to say that all of it is still right.")
    public_url: str | None = Field(description="Where the public sees it; null while it does not.")
    activity: ActivityDocument = Field(description="The working copy.")
    differences: list[Difference] = Field(
        description="What the working copy says otherwise than the live one; empty for a new one."
    )


class CapacityReport(Body):
    """Whether there is a place, as it stands today."""

    status: CapacityCode
    places: Annotated[int, Field(ge=0, le=1_000)] | None = None
    session_id: UUID | None = Field(
        None, description="The one session it holds for; left out: the whole activity."
    )


class AlertReport(Body):
    """Something that people should know now."""

    text: LongLine | None = Field(description="In plain English; null takes the alert away.")
    easy_read: LongLine | None = None
    until: date | None = Field(None, description="The last day on which it is shown.")


class Pause(Body):
    """A temporary closure: the activity stays in the catalogue, marked with it."""

    reason: LongLine
    easy_read: LongLine | None = None
    until: date | None = Field(None, description="The day it opens again; left out: not known.")


class Closing(Body):
    """The end of an activity."""

    replaced_by: UUID | None = Field(
        None, description="A live activity of the same provider that takes its place."
    )


class ContractFacts(Body):
    """How councils buy from an activity."""

    contracts: list[Contract] = Field(max_length=20)


class HistoryEntry(BaseModel):
    """One step in the history of a listing."""

    revision: int
    action: str = Field(description="What was done.")
    at: datetime
    by: Literal["provider", "council", "service"]
    email: str | None = Field(description="Of a colleague; officers are not named.")
    reason: Reason
    url: str


class HistoryRevision(HistoryEntry):
    """One step, what it changed, and how the activity stood after it."""

    differences: list[Difference] = Field(description="From the step before.")
    activity: ActivityDocument
