"""What officers see of what waits for them, and what they answer."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.catalogue.documents import ActivityDocument, ProviderDocument, VenueDocument
from app.catalogue.documents.base import Words
from app.catalogue.schemas import CouncilReference, Reference
from app.listings.bodies import Body
from app.listings.differences import Difference

ReviewKind = Literal["activities", "providers", "venues", "claims", "proposals"]
ReviewStage = Literal[
    "clean", "draft", "submitted", "changes_requested", "withdrawn", "rejected", "approved"
]


class WaitingItem(BaseModel):
    """Something that waits for an officer."""

    kind: ReviewKind
    id: UUID
    name: str
    new: bool = Field(description="False for the change of something that is live.")
    provider: Reference | None = Field(description="Null while the provider itself waits.")
    council: CouncilReference
    submitted_at: datetime
    url: str


class ClaimFacts(BaseModel):
    """Who asks to manage a provider, and why they may."""

    email: str
    message: str


class ProposalFacts(BaseModel):
    """A term or a place that somebody misses."""

    kind: Literal["term", "place"]
    scheme: str | None
    name: str
    why: str


class Review(BaseModel):
    """Something to decide about, with all that a decision needs."""

    kind: ReviewKind
    id: UUID
    name: str
    stage: ReviewStage
    new: bool
    provider: Reference | None
    council: CouncilReference
    submitted_at: datetime | None
    reason: str | None = Field(description="What was said about it last.")
    may_decide: bool
    why_not: str | None = Field(description="Why whoever asks may not decide; null if they may.")
    live: ActivityDocument | ProviderDocument | VenueDocument | None
    submitted: ActivityDocument | ProviderDocument | VenueDocument | ClaimFacts | ProposalFacts
    differences: list[Difference]
    affects: list[Reference] = Field(
        description="Of a venue: the live activities there. Of an activity: its new venues."
    )


class Approval(Body):
    """A yes."""

    reason: Words | None = None


class Refusal(Body):
    """A no, or a not yet, with its reason."""

    reason: Words
