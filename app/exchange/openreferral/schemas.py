"""The shapes of Open Referral UK 3.0, with the fields of HSDS that its profile leaves out.

What is not stated is left out, never null and never empty. Names that begin with `x_` are ours.
"""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Status = Literal["active", "inactive", "defunct", "temporarily closed"]


class Foreign(BaseModel):
    """The base of every shape: a field that is not stated is not there."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Its schema, in which nothing may be null."""
        made = handler(schema)
        found = handler.resolve_ref_schema(made)
        for name, described in found.get("properties", {}).items():
            others = [one for one in described.get("anyOf", ()) if one != {"type": "null"}]
            if others:
                rest = {k: v for k, v in described.items() if k not in {"anyOf", "default"}}
                shape = others[0] if len(others) == 1 else {"anyOf": others}
                found["properties"][name] = {**shape, **rest}
        return made


class FeedDetails(Foreign):
    """What this feed is."""

    version: str = Field(description="The standard and its version.")
    profile: str
    openapi_url: str = Field(description="The standard's own description of these operations.")
    x_title: str | None = None
    x_licence: str | None = Field(None, description="Under what the data may be used.")
    x_changes_url: str | None = Field(
        None, description="Where every change can be followed, with what was removed."
    )


class FeedTerm(Foreign):
    """A term of one of our vocabularies."""

    id: UUID
    name: str
    description: str
    code: str | None = None
    parent_id: UUID | None = None
    taxonomy: str | None = None
    taxonomy_id: UUID | None = None
    term_uri: str | None = None
    term: str | None = None
    x_crosswalks: list["FeedCrosswalk"] | None = Field(
        None, description="What councils call it in their own pages."
    )


class FeedCrosswalk(Foreign):
    """A council's own words for a term."""

    council: str = Field(description="The council's GSS code.")
    council_uri: str
    source: str
    label: str
    code: str | None = None


class FeedTaxonomy(Foreign):
    """One of our vocabularies."""

    id: UUID
    name: str
    description: str
    uri: str | None = None
    version: str | None = None
    taxonomy_terms: list[FeedTerm] | None = None


class FeedAttribute(Foreign):
    """A term that is stated of something; `value` says whether wholly or partly."""

    id: UUID
    link_id: UUID
    link_type: str
    link_entity: str
    taxonomy_term_id: UUID
    value: str | None = None
    label: str | None = Field(None, description="What the provider adds to it.")
    taxonomy_term: FeedTerm


class FeedPhone(Foreign):
    """A telephone number."""

    id: UUID
    number: str
    type: Literal["voice", "textphone"]
    contact_id: UUID | None = None
    description: str | None = None


class FeedContact(Foreign):
    """How to reach somebody, by role; there are no names of people in this catalogue."""

    id: UUID
    service_id: UUID | None = None
    organization_id: UUID | None = None
    title: str | None = None
    email: str | None = None
    phones: list[FeedPhone] | None = None


class FeedIdentifier(Foreign):
    """A number in a public register."""

    id: UUID
    organization_id: UUID
    identifier_scheme: str
    identifier_type: str
    identifier: str


class FeedAddress(Foreign):
    """A postal address of a location."""

    id: UUID
    location_id: UUID
    address_1: str
    address_2: str | None = None
    city: str
    state_province: str
    postal_code: str
    country: str
    address_type: Literal["physical"]


class FeedAccessibility(Foreign):
    """What is stated of one access feature."""

    id: UUID
    location_id: UUID
    description: str
    accessibility: str
    details: str | None = None


class FeedLocation(Foreign):
    """A place. One that shows its district alone has no address, and stands in its middle."""

    id: UUID
    location_type: Literal["physical", "virtual"]
    name: str | None = None
    description: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    external_identifier: str | None = None
    external_identifier_type: str | None = None
    organization_id: UUID | None = None
    transportation: str | None = None
    addresses: list[FeedAddress] | None = None
    accessibility: list[FeedAccessibility] | None = None
    attributes: list[FeedAttribute] | None = None
    x_postcode_district: str | None = None


class FeedSchedule(Foreign):
    """When it runs. Times carry the offset of the first date, `timezone` tells how it changes."""

    id: UUID
    service_id: UUID
    service_at_location_id: UUID | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    dtstart: date | None = None
    freq: Literal["WEEKLY", "MONTHLY"] | None = None
    interval: int | None = None
    byday: str | None = None
    description: str | None = None
    opens_at: str
    closes_at: str
    timezone: Literal["Europe/London"]
    attending_type: str | None = None
    notes: str | None = None


class FeedArea(Foreign):
    """An area that is served."""

    id: UUID
    service_id: UUID
    name: str
    service_area: str
    extent: str | None = None
    extent_type: Literal["geojson", "text"] | None = None
    uri: str | None = None


class FeedCost(Foreign):
    """One part of a price, in pounds."""

    id: UUID
    service_id: UUID
    valid_from: date | None = None
    valid_to: date | None = None
    option: str | None = None
    amount: float | None = None
    amount_description: str | None = None
    currency: Literal["gbp"]


class FeedLanguage(Foreign):
    """A language that is spoken."""

    id: UUID
    service_id: UUID
    name: str
    code: str


class FeedFunding(Foreign):
    """How it can be paid for."""

    id: UUID
    service_id: UUID
    source: str


class FeedUnit(Foreign):
    """What is counted."""

    id: UUID
    name: str


class FeedCapacity(Foreign):
    """How many places there are, as it stood on a day."""

    id: UUID
    service_id: UUID
    unit: FeedUnit
    available: int
    updated: date
    description: str | None = None


class FeedOrganization(Foreign):
    """A provider."""

    id: UUID
    name: str
    description: str
    email: str | None = None
    website: str | None = None
    legal_status: str | None = None
    organization_identifiers: list[FeedIdentifier] | None = None
    contacts: list[FeedContact] | None = None
    phones: list[FeedPhone] | None = None
    services: list["FeedService"] | None = None
    last_modified: Moment | None = None
    x_council_uri: str | None = Field(None, description="The home council's area.")


class FeedPlace(Foreign):
    """A service at one of its locations."""

    id: UUID
    service_id: UUID
    location_id: UUID
    location: FeedLocation | None = None
    service: "FeedService | None" = None


class FeedDeclared(Foreign):
    """What the provider declares; shown as declared and never as checked."""

    name: str
    declared_on: date


class FeedService(Foreign):
    """An activity. In lists with what it has one of; with `full` and by itself with all."""

    id: UUID
    organization_id: UUID | None = None
    name: str
    description: str | None = None
    url: str | None = None
    email: str | None = None
    status: Status
    application_process: str | None = None
    eligibility_description: str | None = None
    interpretation_services: str | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    assured_date: date | None = None
    alert: str | None = None
    last_modified: Moment
    modified_date: Moment | None = Field(None, description="With `minimal`: the same again.")
    organization: FeedOrganization | None = None
    phones: list[FeedPhone] | None = None
    schedules: list[FeedSchedule] | None = None
    service_areas: list[FeedArea] | None = None
    service_at_locations: list[FeedPlace] | None = None
    languages: list[FeedLanguage] | None = None
    funding: list[FeedFunding] | None = None
    cost_options: list[FeedCost] | None = None
    contacts: list[FeedContact] | None = None
    attributes: list[FeedAttribute] | None = None
    capacities: list[FeedCapacity] | None = None
    x_summary: str | None = None
    x_easy_read: dict[str, str] | None = None
    x_capacity_status: str | None = None
    x_capacity_as_of: date | None = None
    x_declarations: list[FeedDeclared] | None = None


class FeedPage(Foreign):
    """One page of a list."""

    total_items: int
    total_pages: int
    page_number: int
    size: int = Field(description="How many items this page holds.")
    first_page: bool
    last_page: bool
    empty: bool


class ServicePage(FeedPage):
    """One page of services."""

    contents: list[FeedService]


class OrganizationPage(FeedPage):
    """One page of organizations."""

    contents: list[FeedOrganization]


class PlacePage(FeedPage):
    """One page of services at locations."""

    contents: list[FeedPlace]


class TaxonomyPage(FeedPage):
    """One page of taxonomies."""

    contents: list[FeedTaxonomy]


class TermPage(FeedPage):
    """One page of terms."""

    contents: list[FeedTerm]
