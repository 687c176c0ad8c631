"""Activities and providers as integrations keep them: everything stated, and nothing that ages.

A record depends on the catalogue alone and never on the day, so that it stays right until a
change says otherwise. What a day makes of it, as how fresh it is or when it runs next, is told by
`/v1/activities/{id}`.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.catalogue.documents import CouncilDocument, ProviderDocument, VenueDocument
from app.catalogue.documents.base import Day
from app.catalogue.documents.providers import LegalForm
from app.catalogue.documents.sessions import Capacity, SessionDocument
from app.catalogue.models import Activity
from app.catalogue.occurrences import describe_times
from app.catalogue.public import Entry
from app.catalogue.public.prices import price_view
from app.catalogue.public.references import (
    contact_views,
    council_reference,
    provider_reference,
)
from app.catalogue.public.venues import area_view, venue_view
from app.catalogue.public.wording import coded_all, coded_or_none, stated
from app.catalogue.schemas import (
    AgesView,
    AreaView,
    ContactView,
    CouncilReference,
    DeclarationView,
    GroupSizeView,
    OutcomeTerm,
    PoliciesView,
    PriceView,
    Reference,
    StaffRatioView,
    VenueView,
)
from app.vocabulary.schemas import CodedTerm, FactTerm, coded


class EasyReadRecord(BaseModel):
    """The provider's own words in Easy Read; null where it wrote none."""

    name: str | None
    summary: str | None
    description: str | None
    how_to_start: str | None


class CapacityRecord(BaseModel):
    """Whether there is a place, as the provider said on a day; believe it for six weeks."""

    status: CodedTerm
    places: int | None
    as_of: date


class AlertRecord(BaseModel):
    """Something that people should know until a day."""

    text: str
    easy_read: str | None
    until: date


class ClosureRecord(BaseModel):
    """A temporary closure; no `reopens_on`: not known."""

    reason: str
    easy_read: str | None
    closed_from: date
    reopens_on: date | None


class SessionRecord(BaseModel):
    """One time at which it runs, in London's time."""

    id: UUID
    label: str | None
    place: Literal["venue", "online", "comes_to_you"]
    venue_id: UUID | None
    times: str = Field(description="When it runs, in words.")
    repeats: Literal["weekly", "fortnightly", "monthly", "dated"]
    day: Day | None
    week_of: date | None = Field(description="For fortnightly ones: a day in a week that counts.")
    nth: list[int] = Field(description="For monthly ones: 1 the first such day, -1 the last.")
    dates: list[date] = Field(description="For dated ones: all dates.")
    starts_at: str
    ends_at: str
    timezone: Literal["Europe/London"]
    term_time_only: bool
    valid_from: date | None
    valid_to: date | None
    bank_holidays: CodedTerm | None
    staff_ratio: StaffRatioView | None
    group_size: GroupSizeView | None
    capacity: CapacityRecord | None


class ActivityRecord(BaseModel):
    """Everything that is stated of an activity; what is not stated of access is not listed."""

    id: UUID
    slug: str
    etag: str = Field(description="Another one stands for another record.")
    published_at: datetime
    confirmed_on: date = Field(description="The day on which the provider last confirmed it.")
    name: str
    summary: str
    description: str
    easy_read: EasyReadRecord
    provider: Reference
    council: CouncilReference
    cohorts: list[CodedTerm]
    open_to: CodedTerm | None
    outcomes: list[OutcomeTerm]
    activity_types: list[CodedTerm]
    settings: list[CodedTerm]
    attendance: list[CodedTerm]
    how_to_start: list[CodedTerm]
    how_to_start_note: str | None
    languages: list[CodedTerm]
    support_modes: list[FactTerm]
    support_needs: list[FactTerm]
    communication: list[FactTerm]
    funding: list[FactTerm]
    preferences: list[FactTerm]
    travel: list[FactTerm]
    ages: AgesView
    venues: list[VenueView]
    sessions: list[SessionRecord]
    prices: list[PriceView]
    policies: PoliciesView
    served_areas: list[AreaView]
    pick_up_areas: list[AreaView]
    contacts: list[ContactView]
    capacity: CapacityRecord | None
    alert: AlertRecord | None
    closure: ClosureRecord | None
    declarations: list[DeclarationView]
    url: str = Field(description="Where it is as people see it on a day, relative to this service.")


class ProviderRecord(BaseModel):
    """Everything that is stated of a provider."""

    id: UUID
    slug: str
    etag: str = Field(description="Another one stands for another record.")
    name: str
    description: str
    easy_read: str | None
    legal_form: LegalForm | None
    charity_number: str | None
    company_number: str | None
    council: CouncilReference
    contacts: list[ContactView]
    url: str


def activity_record(entry: Entry, row: Activity) -> ActivityRecord:
    """The record of an activity.

    Args:
        entry: with all of others that it is shown with.
        row: its row, for what no document holds.
    """
    activity = entry.activity
    venues = list(entry.venues.values())
    policies = activity.policies
    return ActivityRecord(
        id=activity.id,
        slug=activity.slug,
        etag=row.digest,
        published_at=row.published_at,
        confirmed_on=activity.confirmed_on,
        name=activity.name,
        summary=activity.summary,
        description=activity.description,
        easy_read=EasyReadRecord(**activity.easy_read.model_dump()),
        provider=provider_reference(entry.provider),
        council=council_reference(entry.council),
        cohorts=coded_all("cohort", activity.cohorts, "en"),
        open_to=coded_or_none("open_to", activity.open_to, "en"),
        outcomes=[
            OutcomeTerm(**coded("outcome", one.code, "en").model_dump(), primary=one.primary)
            for one in activity.outcomes
        ],
        activity_types=coded_all("activity_type", activity.activity_types, "en"),
        settings=coded_all("setting", activity.settings, "en"),
        attendance=coded_all("attendance", activity.attendance, "en"),
        how_to_start=coded_all("how_to_start", activity.how_to_start, "en"),
        how_to_start_note=activity.how_to_start_note,
        languages=coded_all("language", activity.languages, "en"),
        support_modes=stated("support_mode", activity.support_modes, "en"),
        support_needs=stated("support_need", activity.support_needs, "en"),
        communication=stated("communication", activity.communication, "en"),
        funding=stated("funding", activity.funding, "en"),
        preferences=stated("preference", activity.preferences, "en"),
        travel=stated("travel", activity.travel, "en"),
        ages=AgesView(**activity.ages.model_dump()),
        venues=[_venue(venue) for venue in venues],
        sessions=[_session(session) for session in activity.sessions],
        prices=[price_view(price, "en") for price in activity.prices],
        policies=PoliciesView(
            absence=coded_or_none("absence_rule", policies.absence, "en"),
            notice_weeks=policies.notice_weeks,
            trial=policies.trial,
            if_closed=policies.if_closed,
        ),
        served_areas=[area_view(area, venues) for area in activity.served_areas],
        pick_up_areas=[area_view(area, venues) for area in activity.pick_up_areas],
        contacts=contact_views(activity.contacts or entry.provider.contacts),
        capacity=_capacity(activity.capacity),
        alert=activity.alert and AlertRecord(**activity.alert.model_dump()),
        closure=activity.closure and ClosureRecord(**activity.closure.model_dump()),
        declarations=[
            DeclarationView(
                declaration=coded("declaration", one.code, "en"),
                declared_on=one.declared_on,
                evidence=one.evidence,
            )
            for one in activity.declarations
        ],
        url=f"/v1/activities/{activity.id}",
    )


def _venue(venue: VenueDocument) -> VenueView:
    view = venue_view(venue, "en")
    said: Sequence[FactTerm] = [one for one in view.access if one.value != "not_stated"]
    return view.model_copy(update={"access": said})


def _capacity(capacity: Capacity | None) -> CapacityRecord | None:
    if capacity is None:
        return None
    status = coded("capacity", capacity.status, "en")
    return CapacityRecord(status=status, places=capacity.places, as_of=capacity.as_of)


def _session(session: SessionDocument) -> SessionRecord:
    fields: dict[str, Any] = session.model_dump(
        include={
            *("id", "label", "place", "venue_id", "repeats", "day", "week_of", "nth", "dates"),
            *("term_time_only", "valid_from", "valid_to", "staff_ratio", "group_size"),
        }
    )
    return SessionRecord(
        **fields,
        times=describe_times(session),
        starts_at=f"{session.starts_at:%H:%M}",
        ends_at=f"{session.ends_at:%H:%M}",
        timezone="Europe/London",
        bank_holidays=coded_or_none("bank_holiday_rule", session.bank_holidays, "en"),
        capacity=_capacity(session.capacity),
    )


def provider_record(
    provider: ProviderDocument, council: CouncilDocument, digest: str
) -> ProviderRecord:
    """The record of a provider; `digest` tells one state of it from another."""
    return ProviderRecord(
        id=provider.id,
        slug=provider.slug,
        etag=digest,
        name=provider.name,
        description=provider.description,
        easy_read=provider.easy_read,
        legal_form=provider.legal_form,
        charity_number=provider.charity_number,
        company_number=provider.company_number,
        council=council_reference(council),
        contacts=contact_views(provider.contacts),
        url=f"/v1/providers/{provider.id}",
    )
