"""What providers read and write of their venues."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.catalogue.documents import VenueDocument
from app.catalogue.documents.base import AccessStatement, Latitude, Longitude, ShortLine, Words
from app.catalogue.documents.providers import Address
from app.catalogue.schemas import Reference
from app.listings.bodies import Body
from app.listings.differences import Difference
from app.listings.stages import Pending, Status


class VenueChange(Body):
    """A change of a venue, as a JSON merge patch (RFC 7396)."""

    name: ShortLine | None = None
    address: Address | None = None
    uprn: Annotated[str, Field(pattern=r"^[0-9]{1,12}$")] | None = None
    latitude: Latitude | None = Field(None, description="Left out: the middle of the postcode.")
    longitude: Longitude | None = Field(None, description="Left out: the middle of the postcode.")
    shows: Literal["address", "district"] | None = None
    features: list[AccessStatement] | None = Field(None, max_length=100)
    directions: Words | None = None


class VenueDraft(VenueChange):
    """A new venue."""

    name: ShortLine
    address: Address


class ManagedVenue(BaseModel):
    """A venue as its provider works on it."""

    id: UUID
    status: Status
    change: Pending | None = Field(description="Where a change of a shown one stands; else null.")
    reason: str | None = Field(description="What the council last said about it.")
    updated_at: datetime
    venue: VenueDocument = Field(description="The working copy.")
    differences: list[Difference] = Field(
        description="What the working copy says otherwise than the public sees."
    )
    used_by: list[Reference] = Field(description="The live activities there.")
    url: str
