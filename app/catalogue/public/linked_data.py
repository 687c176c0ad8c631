"""An activity in the words of schema.org, so that search engines and others understand it.

The activity is a `Service`; each session still to come is an `Event` of it with its schedule,
because that is what search engines show.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from app.catalogue.documents import VenueDocument
from app.catalogue.documents.activities import ServedArea
from app.catalogue.documents.prices import PriceDocument, PricePart
from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.occurrences import local_span, next_dates
from app.catalogue.public.activities import Entry
from app.catalogue.public.prices import price_from
from app.catalogue.public.references import first_contact
from app.catalogue.public.venues import area_view, postcode_district, shown_point
from app.catalogue.public.wording import in_language
from app.parameters import Language
from app.vocabulary.terms import vocabulary

METRES_PER_MILE = 1609.344

DAYS = {
    "mon": "Monday",
    "tue": "Tuesday",
    "wed": "Wednesday",
    "thu": "Thursday",
    "fri": "Friday",
    "sat": "Saturday",
    "sun": "Sunday",
}

EVERY = {"weekly": "P1W", "fortnightly": "P2W", "monthly": "P1M"}
"""How often a session repeats, as ISO 8601 writes a length of time."""

ATTENDANCE = {
    "venue": "OfflineEventAttendanceMode",
    "online": "OnlineEventAttendanceMode",
    "comes_to_you": "OfflineEventAttendanceMode",
}

Node = dict[str, Any]


def linked_data(entry: Entry, today: date, lang: Language) -> Node:
    """An activity as a graph of schema.org; addresses are relative to this service.

    Args:
        entry: the activity and what it is shown with.
        today: the day it is in London.
        lang: in which language its own words are.
    """
    service = _service(entry, today, lang)
    events = [
        event
        for session in entry.activity.sessions
        if (event := _event(entry, session, service, today)) is not None
    ]
    return {"@context": "https://schema.org", "@graph": [service, *events]}


def _stated(node: Mapping[str, Any]) -> Node:
    """A node without what is not stated."""
    return {key: value for key, value in node.items() if value not in (None, [], {}, "")}


def _label(scheme: str, code: str) -> str:
    return vocabulary().term(scheme, code).label


def _service(entry: Entry, today: date, lang: Language) -> Node:
    activity, easy = entry.activity, entry.activity.easy_read
    contact = first_contact(activity.contacts or entry.provider.contacts)
    lowest = price_from(activity, today, lang)
    return _stated(
        {
            "@type": "Service",
            "@id": f"/v1/activities/{activity.id}",
            "identifier": str(activity.id),
            "name": in_language(lang, activity.name, easy.name),
            "description": in_language(lang, activity.description, easy.description),
            "disambiguatingDescription": in_language(lang, activity.summary, easy.summary),
            "url": contact.website,
            "serviceType": [_label("activity_type", code) for code in activity.activity_types],
            "category": [_label("setting", code) for code in activity.settings],
            "serviceOutput": [
                {"@type": "Thing", "name": _label("outcome", one.code)} for one in activity.outcomes
            ],
            "audience": _audience(entry),
            "areaServed": [_area(entry, area) for area in activity.served_areas],
            "provider": _provider(entry),
            "availableChannel": _channel(entry, contact.phone, contact.website),
            "isAccessibleForFree": None if lowest is None else lowest.free,
            "offers": [offer for price in activity.prices for offer in _offers(price, today)],
        }
    )


def _audience(entry: Entry) -> Node | None:
    activity = entry.activity
    people = [_label("cohort", code) for code in activity.cohorts]
    audience = _stated(
        {
            "audienceType": ", ".join(people),
            "suggestedMinAge": activity.ages.minimum,
            "suggestedMaxAge": activity.ages.maximum,
        }
    )
    return {"@type": "PeopleAudience", **audience} if audience else None


def _provider(entry: Entry) -> Node:
    provider = entry.provider
    contact = first_contact(provider.contacts)
    return _stated(
        {
            "@type": "Organization",
            "@id": f"/v1/providers/{provider.id}",
            "name": provider.name,
            "description": provider.description,
            "email": contact.email,
            "telephone": contact.phone,
            "url": contact.website,
        }
    )


def _channel(entry: Entry, phone: str | None, website: str | None) -> Node:
    return _stated(
        {
            "@type": "ServiceChannel",
            "serviceUrl": website,
            "servicePhone": phone and {"@type": "ContactPoint", "telephone": phone},
            "availableLanguage": list(entry.activity.languages),
            "serviceLocation": [_place(venue) for venue in entry.venues.values()],
        }
    )


def _area(entry: Entry, area: ServedArea) -> Node:
    shown = area_view(area, entry.venues.values())
    if shown.latitude is not None and shown.miles is not None:
        return {
            "@type": "GeoCircle",
            "name": shown.name,
            "geoMidpoint": {
                "@type": "GeoCoordinates",
                "latitude": shown.latitude,
                "longitude": shown.longitude,
            },
            "geoRadius": round(shown.miles * METRES_PER_MILE),
        }
    return _stated({"@type": "AdministrativeArea", "name": shown.name, "identifier": shown.gss})


def _place(venue: VenueDocument) -> Node:
    hidden = venue.shows == "district"
    point, address = shown_point(venue), venue.address
    terms = vocabulary().scheme("access")
    return _stated(
        {
            "@type": "Place",
            "@id": f"urn:uuid:{venue.id}",
            "name": None if hidden else venue.name,
            "address": _stated(
                {
                    "@type": "PostalAddress",
                    "streetAddress": None if hidden else ", ".join(address.lines),
                    "addressLocality": address.town,
                    "addressRegion": address.county,
                    "postalCode": postcode_district(venue) if hidden else address.postcode,
                    "addressCountry": "GB",
                }
            ),
            "geo": {
                "@type": "GeoCoordinates",
                "latitude": point.latitude,
                "longitude": point.longitude,
            },
            "amenityFeature": [
                _stated(
                    {
                        "@type": "LocationFeatureSpecification",
                        "name": terms.term(one.code).label,
                        # What is there in part is told in words, and is neither true nor false.
                        "value": {"yes": True, "no": False}.get(one.value, one.value),
                        "description": one.note,
                    }
                )
                for one in venue.features
            ],
        }
    )


def _offers(price: PriceDocument, today: date) -> list[Node]:
    if price.payer == "council" or (price.valid_to and price.valid_to < today):
        return []
    return [_offer(price, part) for part in price.parts if part.amount_pence is not None]


def _offer(price: PriceDocument, part: PricePart) -> Node:
    pounds = f"{(part.amount_pence or 0) / 100:.2f}"
    return _stated(
        {
            "@type": "Offer",
            "name": f"{_label('price_part', part.part)}: {_label('price_unit', part.unit)}",
            "description": price.label,
            "price": pounds,
            "priceCurrency": "GBP",
            "validFrom": price.valid_from and price.valid_from.isoformat(),
            "validThrough": price.valid_to and price.valid_to.isoformat(),
        }
    )


def _event(entry: Entry, session: SessionDocument, service: Node, today: date) -> Node | None:
    """A session as an event that starts on its next day; None where it has none."""
    activity = entry.activity
    days = next_dates(session, today, closure=activity.closure)
    if not days:
        return None
    starts, ends = local_span(session, days[0])
    kept = ("offers", "audience", "isAccessibleForFree", "url")
    return _stated(
        {
            "@type": "Event",
            "@id": f"urn:uuid:{session.id}",
            "name": f"{service['name']}: {session.label}" if session.label else service["name"],
            "description": service.get("disambiguatingDescription"),
            "about": {"@id": service["@id"]},
            "startDate": starts.isoformat(),
            "endDate": ends.isoformat(),
            "eventStatus": "https://schema.org/EventScheduled",
            "eventAttendanceMode": f"https://schema.org/{ATTENDANCE[session.place]}",
            "location": _location(entry, session),
            "organizer": {"@id": f"/v1/providers/{entry.provider.id}"},
            "eventSchedule": _schedule(session, days[0]),
            **{name: service[name] for name in kept if name in service},
        }
    )


def _location(entry: Entry, session: SessionDocument) -> Node | list[Node]:
    if session.venue_id is not None:
        return _place(entry.venues[session.venue_id])
    if session.place == "online":
        contact = first_contact(entry.activity.contacts or entry.provider.contacts)
        return _stated({"@type": "VirtualLocation", "name": "Online", "url": contact.website})
    areas = [_area(entry, area) for area in entry.activity.served_areas]
    return areas or {"@type": "AdministrativeArea", "name": entry.council.area.name}


def _schedule(session: SessionDocument, first: date) -> Node | None:
    if session.repeats == "dated":
        return None
    day = f"https://schema.org/{DAYS[session.day or 'mon']}"
    weeks = [f"{nth}{(session.day or 'mon')[:2].upper()}" for nth in session.nth]
    return _stated(
        {
            "@type": "Schedule",
            "repeatFrequency": EVERY[session.repeats],
            # Of a month's days one says which, in the notation of iCalendar (RFC 5545).
            "byDay": weeks if session.repeats == "monthly" else day,
            "startDate": (session.valid_from or first).isoformat(),
            "endDate": session.valid_to and session.valid_to.isoformat(),
            "startTime": f"{session.starts_at:%H:%M:%S}",
            "endTime": f"{session.ends_at:%H:%M:%S}",
            "scheduleTimezone": "Europe/London",
        }
    )
