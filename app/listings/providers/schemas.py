"""What people write and read of the providers that they manage."""

from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator

from app.catalogue.documents import ProviderDocument
from app.catalogue.documents.base import Contact, ShortLine, Words, refuse
from app.catalogue.documents.providers import LegalForm
from app.catalogue.schemas import Reference
from app.listings.bodies import Body
from app.listings.differences import Difference
from app.listings.stages import Pending, Status
from app.parameters import Line
from app.vocabulary.terms import vocabulary

CharityNumber = Annotated[str, Field(pattern=r"^[0-9]{6,8}(-[0-9]{1,6})?$")]
CompanyNumber = Annotated[str, Field(pattern=r"^[A-Z0-9]{8}$")]
Role = Literal["owner", "editor", "officer"]


class ProviderChange(Body):
    """A change of a provider's own entry, as a JSON merge patch (RFC 7396)."""

    name: ShortLine | None = None
    description: Words | None = None
    easy_read: Words | None = None
    legal_form: LegalForm | None = None
    charity_number: CharityNumber | None = None
    company_number: CompanyNumber | None = None
    contacts: list[Contact] | None = Field(None, max_length=10)


class ProviderRegistration(ProviderChange):
    """A provider that asks to be listed."""

    name: ShortLine
    description: Words
    contacts: list[Contact] = Field(min_length=1, max_length=10)
    council: Annotated[Line, Field(min_length=1, max_length=80)] = Field(
        description="The GSS code, id or slug of its home council, whose officers look at it."
    )


class ManagedProviderLine(BaseModel):
    """A provider that somebody manages, as a list shows it."""

    id: UUID
    slug: str
    name: str
    role: Role
    status: Status
    change: Pending | None
    reason: str | None
    url: str


class ManagedProvider(BaseModel):
    """A provider's own entry as it is worked on."""

    id: UUID
    role: Role
    status: Status
    change: Pending | None = Field(description="Where a change of a live one stands; else null.")
    reason: str | None = Field(description="What the council last said about it.")
    updated_at: datetime
    provider: ProviderDocument = Field(description="The working copy.")
    differences: list[Difference]
    public_url: str | None = Field(description="Where the public sees it; null while it waits.")


class ClaimRequest(Body):
    """Why somebody may manage a provider that is listed already."""

    message: Words = Field(description="Who you are there, and how the council can check it.")


class ClaimView(BaseModel):
    """Where a claim stands."""

    id: UUID
    provider: Reference
    stage: Literal["submitted", "approved", "changes_requested", "rejected"]
    message: str
    reason: str | None
    submitted_at: datetime


class ProposalRequest(Body):
    """A term of a vocabulary, or a place, that is missing."""

    kind: Literal["term", "place"]
    scheme: Annotated[Line, Field(min_length=1, max_length=40)] | None = Field(
        None, description="The vocabulary in which a term is missing."
    )
    name: ShortLine
    why: Words = Field(description="What it is, and why it is needed.")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        known = vocabulary().schemes.keys()
        if self.kind == "place" and self.scheme is not None:
            raise refuse("A place belongs to no vocabulary: leave the scheme out.")
        if self.kind == "term" and self.scheme not in known:
            raise refuse("Say in which vocabulary the term is missing: /v1/vocabularies.")
        return self


class ProposalView(BaseModel):
    """Where a proposal stands. The council decides; nothing follows by itself."""

    id: UUID
    kind: Literal["term", "place"]
    scheme: str | None
    name: str
    why: str
    stage: Literal["submitted", "approved", "changes_requested", "rejected"]
    reason: str | None
    submitted_at: datetime
