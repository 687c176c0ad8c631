"""From what a person typed to a place on the map."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from typing import Literal

from app.geo.distance import Point
from app.geo.gazetteer import outcodes, sectors, settlements
from app.geo.geocoder import Geocoder, Place
from app.geo.names import WIDER_COUNTIES, council_key, name_key
from app.geo.postcode import find_postcode
from app.geo.shipped import ShippedTables
from app.problems import NotFound

__all__ = [
    "GEOCODERS",
    "OutsideGreatBritain",
    "Place",
    "UnknownPlace",
    "place_at",
    "resolve_places",
]

GEOCODERS: tuple[Geocoder, ...] = (ShippedTables(),)
"""Who is asked, in order; the first that knows anything answers."""

MOST_PLACES = 10

OFF_THE_MAP_MILES = 25.0
"""No home in Great Britain is further than this from the middle of its sector, save on the
remotest islands; Northern Ireland and France are further."""

NAMED_BESIDE_MILES = 15.0
"""Beyond this, a point is not described by the place nearest to it."""

Understanding = Literal["postcode", "place_name", "place_in_county", "county", "text", "nothing"]

_EXPLANATIONS: dict[Understanding, tuple[str, str]] = {
    "postcode": (
        "This looks like a postcode, but its first part is not one in use.",
        "We do not know this postcode. Please check it.",
    ),
    "place_name": (
        "We read this as a place name and found no place of that name in England.",
        "We do not know this place. Please try a town near you, or your postcode.",
    ),
    "place_in_county": (
        "We know a place of that name, but none in that county of England.",
        "We do not know this place. Please try a town near you, or your postcode.",
    ),
    "county": (
        "This is the name of a county or council, too large to measure from. Please give a town.",
        "This place is too big. Please tell us your town or your postcode.",
    ),
    "text": (
        "We could not read this as a postcode, and found no place of that name in England.",
        "We do not know this place. Please try your town or your postcode.",
    ),
    "nothing": (
        "There are no letters or digits here that we could read as a postcode or a place name.",
        "We could not read this. Please tell us your town or your postcode.",
    ),
}


class UnknownPlace(NotFound):
    """No postcode in use and no place in England was found in the text."""

    title = "We do not know this place"
    code = "unknown_place"


class OutsideGreatBritain(NotFound):
    """The place is not in England, Scotland or Wales."""

    title = "Outside England, Scotland and Wales"
    code = "outside_great_britain"


def resolve_places(
    text: str,
    *,
    geocoders: Sequence[Geocoder] = GEOCODERS,
    preferred: AbstractSet[str] = frozenset(),
    limit: int = MOST_PLACES,
) -> tuple[Place, ...]:
    """The places that a text can mean, best first; there is at least one.

    A full postcode is resolved to its sector. A name that several places bear gives each of them
    with its county, the most populous first.

    Args:
        text: a postcode, sector, outcode or name of a place, or the beginning of one.
        geocoders: who is asked, in order.
        preferred: `council_key`s of counties whose places go before other places.
        limit: the most places to answer with.

    Raises:
        UnknownPlace: nothing was found. It says how the text was read, and never repeats it.
        OutsideGreatBritain: a postcode of Northern Ireland, the Channel Islands or the Isle of Man.
    """
    reading = find_postcode(text, outcodes().by_name.keys())
    elsewhere = reading is not None and reading.standing == "outside_great_britain"
    if reading and not reading.changes:
        if elsewhere:
            raise _outside("This postcode")
        if reading.standing == "non_geographic":
            raise UnknownPlace(
                "This postcode is one for business post and belongs to no one place. "
                "Please give the postcode of a home or the name of a town.",
                understood_as="postcode",
                easy_read="This postcode is not a home. Please tell us your home postcode.",
            )
    for geocoder in geocoders:
        if found := geocoder.locate(text):
            return tuple(sorted(found, key=lambda place: _turn(place, preferred)))[:limit]
    if elsewhere:
        raise _outside("This postcode")
    understood_as = _understand(text)
    detail, easy_read = _EXPLANATIONS[understood_as]
    raise UnknownPlace(detail, understood_as=understood_as, easy_read=easy_read)


def place_at(point: Point) -> Place:
    """The place at coordinates that somebody gave, described by the town or village nearest to it.

    Raises:
        OutsideGreatBritain: the point lies far from every postcode of Great Britain.
    """
    if sectors().nearest(point).miles > OFF_THE_MAP_MILES:
        raise _outside("This point")
    nearest, miles = settlements().nearest(point)
    return Place(
        label=f"Near {nearest.name}" if miles <= NAMED_BESIDE_MILES else "A point on the map",
        kind="point",
        latitude=point.latitude,
        longitude=point.longitude,
        accuracy_miles=0.0,
        county=None,
        source="The coordinates that were given",
    )


def _turn(place: Place, preferred: AbstractSet[str]) -> int:
    """Where a place stands among those found; within a turn the geocoder's order is kept."""
    if place.kind != "place":
        return 0
    return 1 if place.county and council_key(place.county) in preferred else 2


def _outside(what: str) -> OutsideGreatBritain:
    return OutsideGreatBritain(
        f"{what} is not in England, Scotland or Wales. We only know places there.",
        easy_read="This place is not in England, Scotland or Wales.",
    )


def _understand(text: str) -> Understanding:
    key = name_key(text)
    if not key:
        return "nothing"
    if find_postcode(text, outcodes().by_name.keys()):
        return "postcode"
    if key in _county_keys():
        return "county"
    if any(character.isdigit() for character in key):
        return "text"
    words = key.split()
    known = any(settlements().named(" ".join(words[:count])) for count in range(1, len(words)))
    return "place_in_county" if known else "place_name"


@cache
def _county_keys() -> frozenset[str]:
    named = {name_key(row.county) for row in settlements().rows if row.county}
    return frozenset(named | {council_key(name) for name in named} | WIDER_COUNTIES.keys())
