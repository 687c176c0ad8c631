"""What a council's own people read and write of it."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.catalogue.documents import CouncilDocument
from app.catalogue.documents.base import Contact
from app.catalogue.documents.councils import (
    FreshnessDays,
    Information,
    OutcodeShare,
    PaymentRule,
    Safeguarding,
)
from app.listings.activities.drafts import WRITABLE
from app.listings.bodies import Body

TrustedField = Annotated[
    str,
    Field(
        pattern=f"^({'|'.join(sorted(WRITABLE))})$",
        description="A field of activities, as PATCH /v1/manage/activities/{id} names it.",
    ),
]


class TrustChange(Body):
    """Whose changes, and changes of which fields, go out without being looked at first."""

    providers: list[UUID] | None = Field(None, max_length=1_000)
    fields: list[TrustedField] | None = Field(None, max_length=100)


class CouncilChange(Body):
    """A change of what a council says, as a JSON merge patch (RFC 7396)."""

    contacts: list[Contact] | None = Field(None, max_length=10)
    safeguarding: Safeguarding | None = None
    direct_payments: Information | None = None
    personal_assistants: Information | None = None
    payment_rules: list[PaymentRule] | None = Field(None, max_length=100)
    disclaimer: Information | None = None
    own_home_in_scope: bool | None = None
    freshness: FreshnessDays | None = None
    outcodes: list[OutcodeShare] | None = Field(None, max_length=500)
    trusted: TrustChange | None = None


class Trust(BaseModel):
    """Whose changes, and changes of which fields, go out without being looked at first."""

    providers: list[UUID]
    fields: list[str]


class ManagedCouncil(BaseModel):
    """A council as its own people see it."""

    role: Literal["officer", "admin"]
    council: CouncilDocument
    trusted: Trust
    waiting: int = Field(description="How much waits in the queue.")
    public_url: str
