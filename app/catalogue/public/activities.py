"""An activity in lists, and with everything that a person needs to decide."""

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
from app.catalogue.freshness import freshness
from app.catalogue.occurrences import local_days
from app.catalogue.public.prices import price_from, price_view
from app.catalogue.public.references import (
    contact_views,
    council_reference,
    first_contact,
    provider_reference,
)
from app.catalogue.public.sessions import capacity_view, next_session, session_view
from app.catalogue.public.venues import area_view, nearest_venue, venue_view
from app.catalogue.public.wording import all_facts, coded_all, coded_or_none, in_language, stated
from app.catalogue.safeguarding import safeguarding_view
from app.catalogue.schemas import (
    ActivityDetail,
    ActivitySummary,
    AlertView,
    ClosureView,
    DeclarationView,
    FirstContact,
    FreshnessView,
    OutcomeTerm,
    PoliciesView,
)
from app.parameters import Language
from app.vocabulary.schemas import coded


@dataclass(frozen=True)
class Entry:
    """One activity with all of others that it is shown with."""

    activity: ActivityDocument
    provider: ProviderDocument
    council: CouncilDocument
    venues: dict[UUID, VenueDocument]


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
        "name": in_language(lang, activity.name, easy.name),
        "summary": in_language(lang, activity.summary, easy.summary),
        "easy_read_missing": lang == "easy" and easy.summary is None,
        "provider": provider_reference(entry.provider),
        "cohorts": coded_all("cohort", activity.cohorts, lang),
        "outcomes": [
            OutcomeTerm(**coded("outcome", one.code, lang).model_dump(), primary=one.primary)
            for one in activity.outcomes
        ],
        "activity_types": coded_all("activity_type", activity.activity_types, lang),
        "settings": coded_all("setting", activity.settings, lang),
        "open_to": coded_or_none("open_to", activity.open_to, lang),
        "how_to_start": coded_all("how_to_start", activity.how_to_start, lang),
        "contact": _first_contact(entry),
        "nearest_venue": nearest_venue(entry.venues.values()),
        "distance_miles": None,
        "online": "online" in places,
        "comes_to_you": "comes_to_you" in places,
        "next_session": next_session(activity, today, local_days(entry.council)),
        "price": price_from(activity, today, lang),
        "funding": stated("funding", activity.funding, lang),
        "capacity": capacity_view(activity.capacity, today, lang),
        "freshness": FreshnessView(
            confirmed_on=fresh.confirmed_on,
            code=fresh.code,
            label=in_language(lang, fresh.text, fresh.easy_read),
        ),
        "alert": alert
        and AlertView(text=in_language(lang, alert.text, alert.easy_read), until=alert.until),
        "closure": closure
        and ClosureView(
            reason=in_language(lang, closure.reason, closure.easy_read),
            closed_from=closure.closed_from,
            reopens_on=closure.reopens_on,
        ),
        "url": f"/v1/activities/{activity.id}",
    }


def activity_detail(entry: Entry, today: date, lang: Language) -> ActivityDetail:
    """Everything that a person needs to decide."""
    activity, easy = entry.activity, entry.activity.easy_read
    local = local_days(entry.council)
    fields = _summary_fields(entry, today, lang)
    fields["easy_read_missing"] = lang == "easy" and not (easy.summary and easy.description)
    return ActivityDetail(
        **fields,
        description=in_language(lang, activity.description, easy.description),
        easy_read=easy.model_dump(),
        council=council_reference(entry.council),
        attendance=coded_all("attendance", activity.attendance, lang),
        how_to_start_note=activity.how_to_start_note
        and in_language(lang, activity.how_to_start_note, easy.how_to_start),
        languages=coded_all("language", activity.languages, lang),
        ages=activity.ages.model_dump(),
        support_modes=all_facts("support_mode", activity.support_modes, lang),
        support_needs=all_facts("support_need", activity.support_needs, lang),
        communication=all_facts("communication", activity.communication, lang),
        preferences=all_facts("preference", activity.preferences, lang),
        travel=all_facts("travel", activity.travel, lang),
        venues=[venue_view(venue, lang) for venue in entry.venues.values()],
        sessions=[session_view(one, activity, today, lang, local) for one in activity.sessions],
        prices=[price_view(price, lang) for price in activity.prices],
        policies=PoliciesView(
            absence=coded_or_none("absence_rule", activity.policies.absence, lang),
            notice_weeks=activity.policies.notice_weeks,
            trial=activity.policies.trial,
            if_closed=activity.policies.if_closed,
        ),
        served_areas=[area_view(area, entry.venues.values()) for area in activity.served_areas],
        pick_up_areas=[area_view(area, entry.venues.values()) for area in activity.pick_up_areas],
        contacts=contact_views(activity.contacts or entry.provider.contacts),
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


def _first_contact(entry: Entry) -> FirstContact:
    """For enquiries first; the provider's own where the activity has none."""
    contacts = entry.activity.contacts or entry.provider.contacts
    return first_contact(contacts)
