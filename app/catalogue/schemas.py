"""How the catalogue looks to the public. Fields that are not known are null, never left out."""

from datetime import date, datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.catalogue.council_days import BankHolidayView, SchoolTermView
from app.catalogue.documents.base import Day
from app.catalogue.documents.providers import LegalForm
from app.vocabulary.schemas import CodedTerm, FactTerm

LocalTime = Annotated[
    str, Field(pattern=r"^[0-2][0-9]:[0-5][0-9]$", description="Local time in London, `HH:MM`.")
]
EasyReadMissing = Annotated[
    bool,
    Field(description="With `lang=easy`: some of these words have no Easy Read; they are plain."),
]


class Reference(BaseModel):
    """Another record, enough to name it and to find it."""

    id: UUID
    slug: str
    name: str


class CouncilReference(BaseModel):
    """A council, enough to name it and to find it."""

    gss: str | None = Field(description="Its code in the register of the ONS; null if not held.")
    slug: str
    name: str


class OutcomeTerm(CodedTerm):
    """An outcome; the primary ones are what an activity is for."""

    primary: bool


class ContactView(BaseModel):
    """How to reach somebody, by role."""

    role: Literal["enquiries", "bookings", "manager", "complaints"]
    phone: str | None
    text_phone: str | None
    email: str | None
    website: str | None


class FirstContact(BaseModel):
    """How to reach the provider first."""

    phone: str | None
    email: str | None
    website: str | None


class NearestVenue(BaseModel):
    """A venue as a list shows it. Where only the district is shown, name is null."""

    name: str | None
    town: str
    postcode_district: str
    latitude: float
    longitude: float


class NextSession(BaseModel):
    """The first session on or after today, in London's time with its offset."""

    starts: datetime
    ends: datetime


class PriceFrom(BaseModel):
    """The lowest price, as it is stated."""

    from_pence: int
    currency: Literal["GBP"]
    unit: CodedTerm
    free: bool


class CapacityView(BaseModel):
    """Whether there is a place. What was said more than 42 days ago reads as unknown."""

    status: CodedTerm
    places: int | None
    as_of: date | None = Field(description="The day on which the provider said so.")


class FreshnessView(BaseModel):
    """How long ago the provider confirmed that all of this is right."""

    confirmed_on: date
    code: Literal["fresh", "due", "stale"]
    label: str


class AlertView(BaseModel):
    """Something that people should know now."""

    text: str
    until: date


class ClosureView(BaseModel):
    """A temporary closure; `reopens_on` is null where nobody knows yet."""

    reason: str
    closed_from: date
    reopens_on: date | None


class ActivitySummary(BaseModel):
    """An activity as lists show it."""

    id: UUID
    slug: str
    name: str
    summary: str
    easy_read_missing: EasyReadMissing
    provider: Reference
    cohorts: list[CodedTerm]
    outcomes: list[OutcomeTerm]
    activity_types: list[CodedTerm]
    settings: list[CodedTerm]
    open_to: CodedTerm | None
    how_to_start: list[CodedTerm]
    contact: FirstContact
    nearest_venue: NearestVenue | None
    distance_miles: float | None = Field(
        description="From the place asked about, in a straight line; null where none was given."
    )
    online: bool
    comes_to_you: bool
    next_session: NextSession | None
    price: PriceFrom | None
    funding: list[FactTerm]
    capacity: CapacityView
    freshness: FreshnessView
    alert: AlertView | None
    closure: ClosureView | None
    url: str = Field(description="Where everything about it is, relative to this service.")


class AddressView(BaseModel):
    """Where a venue is."""

    lines: list[str]
    town: str
    county: str | None
    postcode: str


class VenueView(BaseModel):
    """A venue. Where it shows its district alone, name, address and directions are null."""

    id: UUID
    name: str | None
    address: AddressView | None
    town: str
    postcode_district: str
    latitude: float
    longitude: float
    only_district_shown: bool
    access: list[FactTerm]
    directions: str | None


class StaffRatioView(BaseModel):
    """How many staff support how many people."""

    staff: int
    people: int


class GroupSizeView(BaseModel):
    """How many people usually come."""

    minimum: int | None
    maximum: int | None


class SessionView(BaseModel):
    """One time at which the activity runs, at one place."""

    id: UUID
    label: str | None
    place: Literal["venue", "online", "comes_to_you"]
    venue_id: UUID | None
    times: str = Field(description="When it runs, in words.")
    repeats: Literal["weekly", "fortnightly", "monthly", "dated"]
    day: Day | None
    nth: list[int] = Field(description="For monthly ones: 1 the first such day, -1 the last.")
    starts_at: LocalTime
    ends_at: LocalTime
    timezone: Literal["Europe/London"]
    term_time_only: bool
    valid_from: date | None
    valid_to: date | None
    next_dates: list[date] = Field(description="Up to six days on which it runs next.")
    bank_holidays: CodedTerm | None
    staff_ratio: StaffRatioView | None
    group_size: GroupSizeView | None
    capacity: CapacityView


class PricePartView(BaseModel):
    """One part of a price."""

    part: CodedTerm
    unit: CodedTerm
    amount_pence: int | None = Field(description="Null for a donation or a price on request.")
    required: Literal["always", "if_chosen"]
    staff_ratio: StaffRatioView | None
    ratio_effect: Literal["replaces", "adds"] | None


class PriceView(BaseModel):
    """What one kind of payer pays."""

    id: UUID
    label: str | None
    payer: Literal["anyone", "direct_payment", "self_funder", "council"]
    currency: Literal["GBP"]
    session_ids: list[UUID] = Field(description="The sessions it holds for; empty means all.")
    weeks_per_year: int | None
    valid_from: date | None
    valid_to: date | None
    parts: list[PricePartView]


class AgesView(BaseModel):
    """The ages that may come, both ends included; null is no limit."""

    minimum: int | None
    maximum: int | None


class PoliciesView(BaseModel):
    """What happens when somebody is away, leaves, or wants to try first."""

    absence: CodedTerm | None
    notice_weeks: int | None
    trial: Literal["free", "paid", "none"] | None
    if_closed: str | None


class AreaView(BaseModel):
    """An area that is served, or in which people are picked up."""

    kind: Literal["england", "council", "district", "outcodes", "radius"]
    name: str
    gss: str | None
    outcodes: list[str]
    latitude: float | None
    longitude: float | None
    miles: float | None


class DeclarationView(BaseModel):
    """What the provider declares; nobody else has checked it."""

    declaration: CodedTerm
    declared_on: date
    evidence: str | None


class SafeguardingLineView(BaseModel):
    """A telephone line, with where its number was read and when."""

    phone: str
    hours: str | None
    source: str
    source_url: str | None
    checked_on: date


class SafeguardingFormView(BaseModel):
    """A form or page, with where its address was read and when."""

    url: str
    source: str
    source_url: str | None
    checked_on: date


class SafeguardingView(BaseModel):
    """What to do about a worry that somebody is not safe."""

    emergency: str = Field(description="What comes first, always.")
    adult_line: SafeguardingLineView | None
    out_of_hours_line: SafeguardingLineView | None
    organisational_line: SafeguardingLineView | None
    form: SafeguardingFormView | None
    when: list[str]
    when_not: list[str]


class ActivityWordsView(BaseModel):
    """An activity's words in Easy Read, as far as its provider wrote them."""

    name: str | None
    summary: str | None
    description: str | None
    how_to_start: str | None


class ActivityDetail(ActivitySummary):
    """Everything that a person needs to decide."""

    description: str
    easy_read: ActivityWordsView
    council: CouncilReference
    attendance: list[CodedTerm]
    how_to_start_note: str | None
    languages: list[CodedTerm]
    ages: AgesView
    support_modes: list[FactTerm] = Field(
        description="Every term of the scheme, also those that are not stated; so for the rest."
    )
    support_needs: list[FactTerm]
    communication: list[FactTerm]
    preferences: list[FactTerm]
    travel: list[FactTerm]
    venues: list[VenueView]
    sessions: list[SessionView]
    prices: list[PriceView]
    policies: PoliciesView
    served_areas: list[AreaView]
    pick_up_areas: list[AreaView]
    contacts: list[ContactView]
    declarations: list[DeclarationView]
    safeguarding: SafeguardingView


class ProviderSummary(BaseModel):
    """A provider as lists show it."""

    id: UUID
    slug: str
    name: str
    description: str
    easy_read_missing: EasyReadMissing
    legal_form: LegalForm | None
    council: CouncilReference
    contact: FirstContact
    activities: int = Field(description="How many live activities it has.")
    url: str


class ProviderDetail(BaseModel):
    """A provider and its live activities."""

    id: UUID
    slug: str
    name: str
    description: str
    easy_read_missing: EasyReadMissing
    legal_form: LegalForm | None
    charity_number: str | None
    company_number: str | None
    council: CouncilReference
    contacts: list[ContactView]
    activities: list[ActivitySummary] = Field(description="The first hundred, by name.")
    activities_total: int
    activities_url: str = Field(description="All of them, a page at a time.")


class PaymentRuleView(BaseModel):
    """Whether a direct payment usually pays for one part of a price, and up to how much."""

    part: CodedTerm
    pays: Literal["yes", "no", "if_in_plan", "ask"]
    ceiling_pence: int | None
    ceiling_unit: CodedTerm | None


class InformationView(BaseModel):
    """A short text on one subject."""

    text: str
    url: str | None


class CouncilSummary(BaseModel):
    """A council as lists show it."""

    id: UUID
    gss: str | None
    slug: str
    name: str
    tier: str
    served: bool = Field(description="Whether its activities are held here.")
    url: str


class CouncilDetail(CouncilSummary):
    """What a council says to its residents."""

    valid_from: date | None
    valid_to: date | None
    successor_gss: str | None
    contacts: list[ContactView]
    safeguarding: SafeguardingView
    direct_payments: InformationView | None
    personal_assistants: InformationView | None
    payment_rules: list[PaymentRuleView]
    disclaimer: InformationView | None
    own_home_in_scope: bool
    bank_holidays: list[BankHolidayView] = Field(
        description="Only what differs from England's bank holidays."
    )
    school_terms: list[SchoolTermView] = Field(description="As far as they are known.")


class LiveCounts(BaseModel):
    """How much the public can see."""

    activities: int
    providers: int


class ServiceView(BaseModel):
    """What this service is and where everything is."""

    name: str
    version: str
    links: dict[str, str] = Field(description="Where to go on, relative to this service.")
    counts: LiveCounts
    sample_data: bool = Field(description="Whether the invented sample catalogue is loaded.")
    attribution: list[str] = Field(description="Whose data this builds on.")
