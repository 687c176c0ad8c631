"""What the public sees of a document, on a day and in a language. Values in, values out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from app.catalogue.documents import (
    ActivityDocument,
    CouncilDocument,
    ProviderDocument,
    VenueDocument,
)
from app.catalogue.documents.base import Contact, Statement
from app.catalogue.documents.councils import Information
from app.catalogue.documents.prices import PricePart
from app.catalogue.documents.sessions import Capacity, SessionDocument
from app.catalogue.freshness import believed_capacity, freshness
from app.catalogue.occurrences import describe_times, local_span, next_dates
from app.catalogue.safeguarding import safeguarding_view
from app.catalogue.schemas import (
    ActivityDetail,
    ActivitySummary,
    AddressView,
    AlertView,
    CapacityView,
    ClosureView,
    ContactView,
    CouncilDetail,
    CouncilReference,
    CouncilSummary,
    DeclarationView,
    FirstContact,
    FreshnessView,
    InformationView,
    NearestVenue,
    NextSession,
    OutcomeTerm,
    PaymentRuleView,
    PoliciesView,
    PriceFrom,
    PricePartView,
    PriceView,
    ProviderDetail,
    ProviderSummary,
    Reference,
    SessionView,
    VenueView,
)
from app.geo.distance import Point
from app.geo.gazetteer import outcodes
from app.parameters import Language
from app.vocabulary.schemas import CodedTerm, FactTerm, coded, fact
from app.vocabulary.terms import vocabulary

NEXT_DATES = 6
"""How many days of each session are told."""

_UNIT_ORDER = ("free", "session", "half_day", "hour", "day", "week", "month", "term", "course")
"""The units a lowest price is told in, the easiest to understand first."""


@dataclass(frozen=True)
class Entry:
    """One activity with all of others that it is shown with."""

    activity: ActivityDocument
    provider: ProviderDocument
    council: CouncilDocument
    venues: dict[UUID, VenueDocument]


# Terms


def _coded(scheme: str, codes: Iterable[str], lang: Language) -> list[CodedTerm]:
    return [coded(scheme, code, lang) for code in codes]


def _coded_or_none(scheme: str, code: str | None, lang: Language) -> CodedTerm | None:
    return None if code is None else coded(scheme, code, lang)


def _stated(scheme: str, statements: Sequence[Any], lang: Language) -> list[FactTerm]:
    return [fact(scheme, one.code, one.value, one.note, lang) for one in statements]


def _all_facts(scheme: str, statements: Sequence[Any], lang: Language) -> list[FactTerm]:
    """Every term of a scheme in its order, those that are not stated too."""
    said: dict[str, Statement] = {one.code: one for one in statements}
    return [
        fact(scheme, code, said[code].value, said[code].note, lang)
        if code in said
        else fact(scheme, code, "not_stated", None, lang)
        for code in vocabulary().scheme(scheme).codes
        if code != "not_sure"
    ]


# Words


def _in(lang: Language, plain: str, easy_read: str | None) -> str:
    return easy_read if lang == "easy" and easy_read else plain


# People and places


def council_reference(council: CouncilDocument) -> CouncilReference:
    """A council, enough to name it and to find it."""
    return CouncilReference(gss=council.area.gss, slug=council.slug, name=council.name)


def _contacts(contacts: Sequence[Contact]) -> list[ContactView]:
    return [ContactView.model_validate(contact.model_dump()) for contact in contacts]


def _first_contact(entry: Entry) -> FirstContact:
    """For enquiries first; the provider's own where the activity has none."""
    contacts = entry.activity.contacts or entry.provider.contacts
    return first_contact(contacts)


def first_contact(contacts: Sequence[Contact]) -> FirstContact:
    """How to reach the provider first: for enquiries, else whatever there is."""
    chosen = next((one for one in contacts if one.role == "enquiries"), None)
    chosen = chosen or next(iter(contacts), None)
    if chosen is None:
        return FirstContact(phone=None, email=None, website=None)
    return FirstContact(phone=chosen.phone, email=chosen.email, website=chosen.website)


def postcode_district(venue: VenueDocument) -> str:
    """The outcode of a venue, which everybody may know."""
    return venue.address.postcode.split()[0]


def shown_point(venue: VenueDocument) -> Point:
    """The point that is shown of a venue, and to which every distance is measured.

    Where the district alone is shown, it is the middle of the district, for everybody: distances
    to the true point from three places would give the address away.
    """
    if venue.shows == "district" and (cell := outcodes().find(postcode_district(venue))):
        return Point(cell.latitude, cell.longitude)
    return Point(venue.latitude, venue.longitude)


def _venue_view(venue: VenueDocument, lang: Language) -> VenueView:
    masked = venue.shows == "district"
    point = shown_point(venue)
    return VenueView(
        id=venue.id,
        name=None if masked else venue.name,
        address=None if masked else AddressView.model_validate(venue.address.model_dump()),
        town=venue.address.town,
        postcode_district=postcode_district(venue),
        latitude=point.latitude,
        longitude=point.longitude,
        only_district_shown=masked,
        access=_all_facts("access", venue.features, lang),
        directions=None if masked else venue.directions,
    )


def _nearest_venue(entry: Entry) -> NearestVenue | None:
    venue = next(iter(entry.venues.values()), None)
    if venue is None:
        return None
    point = shown_point(venue)
    return NearestVenue(
        name=None if venue.shows == "district" else venue.name,
        town=venue.address.town,
        postcode_district=postcode_district(venue),
        latitude=point.latitude,
        longitude=point.longitude,
    )


# Times, prices, places


def _next_session(activity: ActivityDocument, today: date) -> NextSession | None:
    spans = [
        local_span(session, day)
        for session in activity.sessions
        for day in next_dates(session, today, closure=activity.closure)
    ]
    if not spans:
        return None
    starts, ends = min(spans)
    return NextSession(starts=starts, ends=ends)


def _capacity_view(capacity: Capacity | None, today: date, lang: Language) -> CapacityView:
    believed = believed_capacity(capacity, today)
    return CapacityView(
        status=coded("capacity", believed.status if believed else "unknown", lang),
        places=believed.places if believed else None,
        as_of=believed.as_of if believed else None,
    )


def _session_view(
    session: SessionDocument, activity: ActivityDocument, today: date, lang: Language
) -> SessionView:
    return SessionView(
        id=session.id,
        label=session.label,
        place=session.place,
        venue_id=session.venue_id,
        times=describe_times(session),
        repeats=session.repeats,
        day=session.day,
        nth=list(session.nth),
        starts_at=f"{session.starts_at:%H:%M}",
        ends_at=f"{session.ends_at:%H:%M}",
        timezone="Europe/London",
        term_time_only=session.term_time_only,
        valid_from=session.valid_from,
        valid_to=session.valid_to,
        next_dates=next_dates(session, today, closure=activity.closure, limit=NEXT_DATES),
        bank_holidays=_coded_or_none("bank_holiday_rule", session.bank_holidays, lang),
        staff_ratio=session.staff_ratio and session.staff_ratio.model_dump(),
        group_size=session.group_size and session.group_size.model_dump(),
        capacity=_capacity_view(session.capacity, today, lang),
    )


def _headline(parts: Sequence[PricePart]) -> PricePart | None:
    """The part that a price is known by: what everybody pays who comes."""
    always = [
        part
        for part in parts
        if part.required == "always" and part.staff_ratio is None and part.unit in _UNIT_ORDER
    ]
    return next((part for part in always if part.part == "support"), next(iter(always), None))


def _price_from(activity: ActivityDocument, today: date, lang: Language) -> PriceFrom | None:
    headlines = [
        part
        for price in activity.prices
        if (price.valid_from is None or price.valid_from <= today)
        and (price.valid_to is None or today <= price.valid_to)
        and (part := _headline(price.parts))
    ]
    if not headlines:
        return None
    lowest = min(headlines, key=lambda part: (_UNIT_ORDER.index(part.unit), part.amount_pence or 0))
    amount = lowest.amount_pence or 0
    unit = coded("price_unit", lowest.unit, lang)
    return PriceFrom(from_pence=amount, currency="GBP", unit=unit, free=amount == 0)


# Activities


def activity_summary(entry: Entry, today: date, lang: Language) -> ActivitySummary:
    """An activity as lists show it."""
    return ActivitySummary(**_summary_fields(entry, today, lang))


def _summary_fields(entry: Entry, today: date, lang: Language) -> dict[str, Any]:
    activity, easy = entry.activity, entry.activity.easy_read
    fresh = freshness(activity.confirmed_on, today, entry.council.freshness)
    alert = activity.alert if activity.alert and today <= activity.alert.until else None
    closure = activity.closure
    if closure and closure.reopens_on and closure.reopens_on <= today:
        closure = None
    places = {session.place for session in activity.sessions}
    return {
        "id": activity.id,
        "slug": activity.slug,
        "name": _in(lang, activity.name, easy.name),
        "summary": _in(lang, activity.summary, easy.summary),
        "easy_read_missing": lang == "easy" and easy.summary is None,
        "provider": _provider_reference(entry.provider),
        "cohorts": _coded("cohort", activity.cohorts, lang),
        "outcomes": [
            OutcomeTerm(**coded("outcome", one.code, lang).model_dump(), primary=one.primary)
            for one in activity.outcomes
        ],
        "activity_types": _coded("activity_type", activity.activity_types, lang),
        "settings": _coded("setting", activity.settings, lang),
        "open_to": _coded_or_none("open_to", activity.open_to, lang),
        "how_to_start": _coded("how_to_start", activity.how_to_start, lang),
        "contact": _first_contact(entry),
        "nearest_venue": _nearest_venue(entry),
        "distance_miles": None,
        "online": "online" in places,
        "comes_to_you": "comes_to_you" in places,
        "next_session": _next_session(activity, today),
        "price": _price_from(activity, today, lang),
        "funding": _stated("funding", activity.funding, lang),
        "capacity": _capacity_view(activity.capacity, today, lang),
        "freshness": FreshnessView(
            confirmed_on=fresh.confirmed_on,
            code=fresh.code,
            label=_in(lang, fresh.text, fresh.easy_read),
        ),
        "alert": alert
        and AlertView(text=_in(lang, alert.text, alert.easy_read), until=alert.until),
        "closure": closure
        and ClosureView(
            reason=_in(lang, closure.reason, closure.easy_read),
            closed_from=closure.closed_from,
            reopens_on=closure.reopens_on,
        ),
        "url": f"/v1/activities/{activity.id}",
    }


def activity_detail(entry: Entry, today: date, lang: Language) -> ActivityDetail:
    """Everything that a person needs to decide."""
    activity, easy = entry.activity, entry.activity.easy_read
    fields = _summary_fields(entry, today, lang)
    fields["easy_read_missing"] = lang == "easy" and not (easy.summary and easy.description)
    return ActivityDetail(
        **fields,
        description=_in(lang, activity.description, easy.description),
        easy_read=easy.model_dump(),
        council=council_reference(entry.council),
        attendance=_coded("attendance", activity.attendance, lang),
        how_to_start_note=activity.how_to_start_note
        and _in(lang, activity.how_to_start_note, easy.how_to_start),
        languages=_coded("language", activity.languages, lang),
        ages=activity.ages.model_dump(),
        support_modes=_all_facts("support_mode", activity.support_modes, lang),
        support_needs=_all_facts("support_need", activity.support_needs, lang),
        communication=_all_facts("communication", activity.communication, lang),
        preferences=_all_facts("preference", activity.preferences, lang),
        travel=_all_facts("travel", activity.travel, lang),
        venues=[_venue_view(venue, lang) for venue in entry.venues.values()],
        sessions=[_session_view(one, activity, today, lang) for one in activity.sessions],
        prices=[
            PriceView(
                **price.model_dump(exclude={"parts"}),
                currency="GBP",
                parts=[_part_view(part, lang) for part in price.parts],
            )
            for price in activity.prices
        ],
        policies=PoliciesView(
            absence=_coded_or_none("absence_rule", activity.policies.absence, lang),
            notice_weeks=activity.policies.notice_weeks,
            trial=activity.policies.trial,
            if_closed=activity.policies.if_closed,
        ),
        served_areas=[area.model_dump() for area in activity.served_areas],
        pick_up_areas=[area.model_dump() for area in activity.pick_up_areas],
        contacts=_contacts(activity.contacts or entry.provider.contacts),
        declarations=[
            DeclarationView(
                declaration=coded("declaration", one.code, lang),
                declared_on=one.declared_on,
                evidence=one.evidence,
            )
            for one in activity.declarations
        ],
        safeguarding=safeguarding_view(entry.council.safeguarding, lang),
    )


def _part_view(part: PricePart, lang: Language) -> PricePartView:
    return PricePartView(
        **part.model_dump(exclude={"part", "unit"}),
        part=coded("price_part", part.part, lang),
        unit=coded("price_unit", part.unit, lang),
    )


# Providers


def _provider_reference(provider: ProviderDocument) -> Reference:
    return Reference(id=provider.id, slug=provider.slug, name=provider.name)


def provider_summary(
    provider: ProviderDocument, council: CouncilDocument, activities: int, lang: Language
) -> ProviderSummary:
    """A provider as lists show it; `activities` is how many live ones it has."""
    return ProviderSummary(
        id=provider.id,
        slug=provider.slug,
        name=provider.name,
        description=_in(lang, provider.description, provider.easy_read),
        easy_read_missing=lang == "easy" and provider.easy_read is None,
        legal_form=provider.legal_form,
        council=council_reference(council),
        contact=first_contact(provider.contacts),
        activities=activities,
        url=f"/v1/providers/{provider.id}",
    )


def provider_detail(
    provider: ProviderDocument,
    council: CouncilDocument,
    activities: Sequence[ActivitySummary],
    total: int,
    lang: Language,
) -> ProviderDetail:
    """A provider with the first of its `total` live activities."""
    return ProviderDetail(
        id=provider.id,
        slug=provider.slug,
        name=provider.name,
        description=_in(lang, provider.description, provider.easy_read),
        easy_read_missing=lang == "easy" and provider.easy_read is None,
        legal_form=provider.legal_form,
        charity_number=provider.charity_number,
        company_number=provider.company_number,
        council=council_reference(council),
        contacts=_contacts(provider.contacts),
        activities=list(activities),
        activities_total=total,
        activities_url=f"/v1/activities?provider={provider.id}",
    )


# Councils


def council_summary(council: CouncilDocument) -> CouncilSummary:
    """A council as lists show it."""
    return CouncilSummary(**_council_fields(council))


def _council_fields(council: CouncilDocument) -> dict[str, Any]:
    return {
        "id": council.id,
        "gss": council.area.gss,
        "slug": council.slug,
        "name": council.name,
        "tier": council.area.tier,
        "served": council.served,
        "url": f"/v1/councils/{council.area.gss or council.slug}",
    }


def council_detail(council: CouncilDocument, lang: Language) -> CouncilDetail:
    """What a council says to its residents."""
    return CouncilDetail(
        **_council_fields(council),
        valid_from=council.area.valid_from,
        valid_to=council.area.valid_to,
        successor_gss=council.area.successor_gss,
        contacts=_contacts(council.contacts),
        safeguarding=safeguarding_view(council.safeguarding, lang),
        direct_payments=_information(council.direct_payments, lang),
        personal_assistants=_information(council.personal_assistants, lang),
        payment_rules=[
            PaymentRuleView(
                part=coded("price_part", rule.part, lang),
                pays=rule.pays,
                ceiling_pence=rule.ceiling_pence,
                ceiling_unit=_coded_or_none("price_unit", rule.ceiling_unit, lang),
            )
            for rule in council.payment_rules
        ],
        disclaimer=_information(council.disclaimer, lang),
        own_home_in_scope=council.own_home_in_scope,
    )


def _information(information: Information | None, lang: Language) -> InformationView | None:
    if information is None:
        return None
    text = _in(lang, information.text, information.easy_read)
    return InformationView(text=text, url=information.url)
