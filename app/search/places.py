"""The place that a search asks about."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.geo.areas import in_england, outcode_of
from app.geo.councils import PlaceFound
from app.geo.distance import Point
from app.geo.gazetteer import outcodes
from app.geo.places import OutsideGreatBritain, UnknownPlace, place_at
from app.geo.postcode import find_postcode
from app.geo.schemas import place_view
from app.problems import Fault, Malformed, NotFound
from app.search.criteria import SearchCriteria
from app.search.index.areas import Whereabouts
from app.search.index.snapshot import MOST_REMEMBERED, Snapshot
from app.search.schemas import PlaceUnderstood

FULL_POSTCODE = re.compile(r"([A-Za-z]{1,2}[0-9][A-Za-z0-9]?) ?([0-9])[A-Za-z]{2}", re.ASCII)


class PlaceNotResolved(Malformed):
    """The place that was asked about is not known."""

    code = "unknown_place"
    title = "We do not know this place"

    def __init__(self, parameter: str, problem: NotFound) -> None:
        fault = Fault(**{"in": "query"}, name=parameter, code=problem.code, message=problem.detail)
        super().__init__([fault])
        self.detail = problem.detail
        self.extensions |= problem.extensions


@dataclass(frozen=True)
class Understood:
    """What is remembered of a place that was asked about: all that a search needs of it."""

    found: Sequence[PlaceFound]
    whereabouts: Whereabouts
    json: bytes
    """How it was understood, as it stands in an answer."""


def place_asked(snapshot: Snapshot, criteria: SearchCriteria) -> Understood | None:
    """The place that is asked about; None where none is.

    Raises:
        PlaceNotResolved: what was asked about is no place that we know.
    """
    try:
        if criteria.near is not None:
            return _remembered(snapshot, criteria.near)
        if criteria.latitude is not None and criteria.longitude is not None:
            place = place_at(Point(criteria.latitude, criteria.longitude))
            return _understood([PlaceFound(place, snapshot.areas.council_of(place))])
    except (UnknownPlace, OutsideGreatBritain) as problem:
        parameter = "near" if criteria.near is not None else "latitude"
        raise PlaceNotResolved(parameter, problem) from None
    return None


def places_of(snapshot: Snapshot, criteria: SearchCriteria) -> Sequence[PlaceFound]:
    """The places that may be meant, the likeliest first; none where no place is asked about.

    Raises:
        PlaceNotResolved: what was asked about is no place that we know.
    """
    asked = place_asked(snapshot, criteria)
    return asked.found if asked else ()


def _remembered(snapshot: Snapshot, text: str) -> Understood:
    """The places of a text. Of a full postcode the sector alone is looked up, and remembered."""
    typed = text.casefold()
    known: Understood | None = snapshot.places.get(typed)
    if known is not None:
        return known
    key = sector_in(text)
    if key is None:
        postcode = find_postcode(text, outcodes().by_name.keys())
        key = postcode.sector if postcode and postcode.sector else typed
    known = snapshot.places.get(key)
    if known is None:
        if len(snapshot.places) >= MOST_REMEMBERED:
            snapshot.places.clear()
        known = snapshot.places[key] = _understood(snapshot.areas.find_places(text))
    return known


def sector_in(text: str) -> str | None:
    """The sector of a full postcode that is written as it should be and in use, else None.

    It is what `find_postcode` makes of it, without a look at what else the text might be.
    """
    written = FULL_POSTCODE.fullmatch(text)
    if written is None:
        return None
    outcode, digit = written[1].upper(), written[2]
    return f"{outcode} {digit}" if outcode in outcodes().by_name else None


def _understood(found: Sequence[PlaceFound]) -> Understood:
    shown = place_understood(found)
    json = b"null" if shown is None else shown.model_dump_json().encode()
    return Understood(found, whereabouts(found[0]), json)


def whereabouts(found: PlaceFound) -> Whereabouts:
    """A place as the index compares activities with it."""
    council = found.council
    gss = {council.gss, *(candidate.gss for candidate in council.candidates)}
    return Whereabouts(
        point=found.place.point,
        uncertainty=found.place.accuracy_miles,
        councils=frozenset(code for code in gss if code is not None),
        outcode=outcode_of(found.place),
        in_england=in_england(found.place),
    )


def place_understood(places: Sequence[PlaceFound]) -> PlaceUnderstood | None:
    """How the place was understood: the likeliest, and the others beside it."""
    if not places:
        return None
    best, *others = (place_view(place) for place in places)
    return PlaceUnderstood(**best.model_dump(), candidates=others)
