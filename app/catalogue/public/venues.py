"""Where an activity is. Where only the district is shown, nothing more can be worked out."""

from collections.abc import Iterable

from app.catalogue.documents import VenueDocument
from app.catalogue.documents.activities import ServedArea
from app.catalogue.public.wording import all_facts
from app.catalogue.schemas import AddressView, AreaView, NearestVenue, VenueView
from app.geo.distance import Point, miles_between
from app.geo.gazetteer import outcodes
from app.parameters import Language

TELLTALE_MILES = 1.0
"""The centre of a circle this near to a hidden venue would give it away."""


def postcode_district(venue: VenueDocument) -> str:
    """The outcode of a venue, which everybody may know."""
    return venue.address.postcode.split()[0]


def shown_point(venue: VenueDocument) -> Point:
    """The point that is shown of a venue, and to which every distance is measured.

    Where the district alone is shown, it is the middle of the district, for everybody: distances
    to the true point from three places would give the address away.
    """
    if venue.shows == "address":
        return Point(venue.latitude, venue.longitude)
    cell = outcodes().find(postcode_district(venue))
    if cell is None:
        # A district newer than our table: a tenth of a degree is some miles, and hides as much.
        return Point(round(venue.latitude, 1), round(venue.longitude, 1))
    return Point(cell.latitude, cell.longitude)


def venue_view(venue: VenueDocument, lang: Language) -> VenueView:
    """A venue, with every access feature, stated or not."""
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
        access=all_facts("access", venue.features, lang),
        directions=None if masked else venue.directions,
    )


def nearest_venue(venues: Iterable[VenueDocument]) -> NearestVenue | None:
    """The first venue, as lists show it."""
    venue = next(iter(venues), None)
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


def area_view(area: ServedArea, venues: Iterable[VenueDocument]) -> AreaView:
    """An area. A circle around a venue that shows its district alone is drawn around that."""
    shown = AreaView.model_validate(area.model_dump())
    if area.latitude is None or area.longitude is None:
        return shown
    centre = Point(area.latitude, area.longitude)
    for venue in venues:
        there = Point(venue.latitude, venue.longitude)
        if venue.shows == "district" and miles_between(centre, there) < TELLTALE_MILES:
            point = shown_point(venue)
            moved = {"latitude": point.latitude, "longitude": point.longitude}
            return shown.model_copy(update=moved)
    return shown
