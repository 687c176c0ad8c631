"""Who runs activities, and the places that they use."""

from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.catalogue.documents.base import (
    AccessStatement,
    Contact,
    Document,
    Latitude,
    Longitude,
    Origin,
    ShortLine,
    Slug,
    Words,
    refuse,
)
from app.parameters import Line


class Address(Document):
    """Where a venue is."""

    lines: list[ShortLine] = Field(min_length=1, max_length=4)
    town: ShortLine
    county: ShortLine | None = None
    postcode: Annotated[Line, Field(pattern=r"^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$")]


class VenueDocument(Document):
    """A place of a provider's, shared by its activities.

    `shows="district"` shows its postcode district alone (a refuge, a person's home, a farm that
    asks for it); every distance is then measured to the point shown.
    """

    id: UUID
    slug: Slug
    provider_id: UUID
    origin: Origin | None = None
    name: ShortLine
    address: Address
    uprn: Annotated[str, Field(pattern=r"^[0-9]{1,12}$")] | None = None
    latitude: Latitude
    longitude: Longitude
    shows: Literal["address", "district"] = "address"
    features: list[AccessStatement] = Field(default_factory=list)
    directions: Words | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        codes = [feature.code for feature in self.features]
        if len(set(codes)) != len(codes):
            raise refuse("Each feature may stand there once.")
        return self


LegalForm = Literal[
    "charity",
    "community_interest_company",
    "company",
    "cooperative",
    "partnership",
    "sole_trader",
    "unincorporated_group",
    "public_body",
    "faith_group",
]


class ProviderDocument(Document):
    """An organisation or a person that runs activities."""

    id: UUID
    slug: Slug
    origin: Origin | None = None
    name: ShortLine
    description: Words
    easy_read: Words | None = None
    legal_form: LegalForm | None = None
    charity_number: Annotated[str, Field(pattern=r"^[0-9]{6,8}(-[0-9]{1,6})?$")] | None = None
    company_number: Annotated[str, Field(pattern=r"^[A-Z0-9]{8}$")] | None = None
    council_id: UUID = Field(description="Its home council, whose officers moderate it.")
    contacts: list[Contact] = Field(default_factory=list, max_length=10)
