"""The place that a search asks about."""

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


class PlaceNotResolved(Malformed):
    """The place that was asked about is not known."""

    code = "unknown_place"
    title = "We do not know this place"

    def __init__(self, parameter: str, problem: NotFound) -> None:
        fault = Fault(**{"in": "query"}, name=parameter, code=problem.code, message=problem.detail)
        super().__init__([fault])
        self.detail = problem.detail
        self.extensions |= problem.extensions


def places_of(snapshot: Snapshot, criteria: SearchCriteria) -> list[PlaceFound]:
    """The places that may be meant, the likeliest first; none where no place is asked about.

    Raises:
        PlaceNotResolved: what was asked about is no place that we know.
    """
    try:
        if criteria.near is not None:
            return _remembered(snapshot, criteria.near)
        if criteria.latitude is not None and criteria.longitude is not None:
            place = place_at(Point(criteria.latitude, criteria.longitude))
            return [PlaceFound(place, snapshot.areas.council_of(place))]
    except (UnknownPlace, OutsideGreatBritain) as problem:
        parameter = "near" if criteria.near is not None else "latitude"
        raise PlaceNotResolved(parameter, problem) from None
    return []


def _remembered(snapshot: Snapshot, text: str) -> list[PlaceFound]:
    """The places of a text. Of a full postcode the sector alone is looked up, and remembered."""
    postcode = find_postcode(text, outcodes().by_name.keys())
    key = postcode.sector if postcode and postcode.sector else text.casefold()
    if key not in snapshot.places:
        if len(snapshot.places) >= MOST_REMEMBERED:
            snapshot.places.clear()
        snapshot.places[key] = snapshot.areas.find_places(text)
    return snapshot.places[key]


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


def place_understood(places: list[PlaceFound]) -> PlaceUnderstood | None:
    """How the place was understood: the likeliest, and the others beside it."""
    if not places:
        return None
    best, *others = (place_view(place) for place in places)
    return PlaceUnderstood(**best.model_dump(), candidates=others)
