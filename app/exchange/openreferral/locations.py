"""Venues and served areas in the standard's words. A hidden venue shows its district alone."""

import json
import math
from collections.abc import Iterator
from uuid import UUID

from app.catalogue import rows
from app.catalogue.documents import ActivityDocument, VenueDocument
from app.catalogue.public import Entry, postcode_district, shown_point
from app.catalogue.public.venues import area_view
from app.catalogue.schemas import AreaView
from app.exchange.openreferral.identity import (
    ENGLAND,
    area_address,
    derived_id,
    place_id,
    venue_or_online,
)
from app.exchange.openreferral.schemas import (
    FeedAccessibility,
    FeedAddress,
    FeedArea,
    FeedLocation,
    FeedPlace,
)
from app.exchange.openreferral.taxonomies import attributes
from app.geo.distance import km_from_miles
from app.vocabulary.terms import vocabulary

CORNERS = 32
"""The corners of the polygon that stands for a circle."""

KM_PER_DEGREE = 111.32
"""The kilometres of a degree of latitude, near enough for the area around a town."""


def places(entry: Entry, *, whole: bool) -> list[FeedPlace]:
    """An activity at each of its venues, and online where it runs online."""
    return [place(entry, venue_id, whole=whole) for venue_id in places_of(entry.activity)]


def places_of(activity: ActivityDocument) -> list[UUID | None]:
    """The venues at which an activity runs, by id, and None at the end where it runs online."""
    return [venue_or_online(values["venue_id"]) for values in rows.place_values(activity)]


def place(entry: Entry, venue_id: UUID | None, *, whole: bool) -> FeedPlace:
    """An activity at one venue, or online where none is named.

    A venue that the entry does not hold stands there with its id alone.
    """
    activity = entry.activity
    if venue_id is None:
        found = FeedLocation(
            id=derived_id("location", activity.id, "online"),
            location_type="virtual",
            name="Online",
        )
    elif venue_id in entry.venues:
        found = location(entry, entry.venues[venue_id], whole=whole)
    else:
        # A venue that is no longer used may be deleted.
        found = FeedLocation(id=venue_id, location_type="physical")
    return FeedPlace(
        id=place_id(activity.id, venue_id),
        service_id=activity.id,
        location_id=found.id,
        location=found,
    )


def location(entry: Entry, venue: VenueDocument, *, whole: bool) -> FeedLocation:
    """A venue. By itself it stands with its address and its access facts."""
    hidden = venue.shows == "district"
    point = shown_point(venue)
    district = postcode_district(venue)
    fields = {
        "id": venue.id,
        "location_type": "physical",
        "name": None if hidden else venue.name,
        "description": f"The address is given by the provider. It is in {district}."
        if hidden
        else venue.directions,
        "latitude": point.latitude,
        "longitude": point.longitude,
        "external_identifier": None if hidden else venue.uprn,
        "external_identifier_type": "UPRN" if venue.uprn and not hidden else None,
        "organization_id": venue.provider_id,
        "x_postcode_district": district,
    }
    if whole:
        fields |= {
            "transportation": _transportation(entry.activity),
            "addresses": None if hidden else [_address(entry, venue)],
            "accessibility": _accessibility(venue) or None,
            "attributes": attributes(
                venue.id,
                "location",
                [("access", one.code, one.value, one.note) for one in venue.features],
            )
            or None,
        }
    return FeedLocation.model_validate(fields)


def _transportation(activity: ActivityDocument) -> str | None:
    terms = vocabulary().scheme("travel")
    stated = [
        f"{terms.term(one.code).label}{f' ({one.note})' if one.note else ''}"
        for one in activity.travel
        if one.value != "no"
    ]
    return "; ".join(stated) or None


def _address(entry: Entry, venue: VenueDocument) -> FeedAddress:
    first, *rest = venue.address.lines
    return FeedAddress(
        id=derived_id("address", venue.id),
        location_id=venue.id,
        address_1=first,
        address_2=", ".join(rest) or None,
        city=venue.address.town,
        # The standard needs one. Where the county is not stated, the council's area says where.
        state_province=venue.address.county or entry.council.area.name,
        postal_code=venue.address.postcode,
        country="GB",
        address_type="physical",
    )


def _accessibility(venue: VenueDocument) -> list[FeedAccessibility]:
    terms = vocabulary().scheme("access")
    found = []
    for one in venue.features:
        said = f"{terms.term(one.code).label}: {one.value}"
        found.append(
            FeedAccessibility(
                id=derived_id("accessibility", venue.id, one.code),
                location_id=venue.id,
                description=said,
                accessibility=said,
                details=one.note,
            )
        )
    return found


def areas(entry: Entry) -> list[FeedArea]:
    """The areas that an activity serves; none where it states none."""
    venues = list(entry.venues.values())
    return [
        made
        for number, area in enumerate(entry.activity.served_areas)
        for made in _areas(entry.activity.id, number, area_view(area, venues))
    ]


def _areas(activity: UUID, number: int, area: AreaView) -> Iterator[FeedArea]:
    gss = ENGLAND if area.kind == "england" else area.gss
    extent, kind = None, None
    if area.outcodes:
        extent, kind = ", ".join(area.outcodes), "text"
    elif area.latitude is not None and area.longitude is not None and area.miles is not None:
        extent, kind = _circle(area.latitude, area.longitude, area.miles), "geojson"
    yield FeedArea.model_validate(
        {
            "id": derived_id("service_area", activity, number),
            "service_id": activity,
            "name": area.name,
            "service_area": area.name,
            "extent": extent,
            "extent_type": kind,
            "uri": area_address(gss) if gss else None,
        }
    )


def _circle(latitude: float, longitude: float, miles: float) -> str:
    """A circle as a GeoJSON polygon, counter-clockwise and closed (RFC 7946, section 3.1.6)."""
    north = km_from_miles(miles) / KM_PER_DEGREE
    east = north / math.cos(math.radians(latitude))
    angles = [2 * math.pi * corner / CORNERS for corner in range(CORNERS)]
    ring = [
        [
            round(longitude + east * math.cos(angle), 5),
            round(latitude + north * math.sin(angle), 5),
        ]
        for angle in angles
    ]
    return json.dumps({"type": "Polygon", "coordinates": [[*ring, ring[0]]]})
