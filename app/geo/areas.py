"""The areas of the councils that a deployment knows, on a day, and the councils of places."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.geo.councils import (
    COUNTY_MILES,
    CouncilGuess,
    Evidence,
    Holding,
    Listing,
    PlaceFound,
    county_key,
    guess_council,
    lies_in_england,
)
from app.geo.gazetteer import sectors, settlements
from app.geo.geocoder import Place
from app.geo.places import resolve_places


@dataclass(frozen=True)
class Areas:
    """Every responsible council's area that is valid on a day, and who lists which outcode."""

    holdings: Sequence[Holding]
    listings: Mapping[str, Sequence[Listing]]

    @cached_property
    def counties_held(self) -> frozenset[str]:
        """The counties of the councils that this deployment holds."""
        return frozenset(county_key(holding) for holding in self.holdings)

    def find_places(self, text: str) -> list[PlaceFound]:
        """The places that a text can mean, best first, each with its council.

        Of places with the same name, those in councils that this deployment holds come first.

        Args:
            text: a postcode, sector, outcode or name of a place, or the beginning of one.

        Raises:
            UnknownPlace: nothing was found.
            OutsideGreatBritain: the postcode is not in England, Scotland or Wales.
        """
        places = resolve_places(text, preferred=self.counties_held)
        return [PlaceFound(place, self.council_of(place)) for place in places]

    def council_of(self, place: Place) -> CouncilGuess:
        """The council that is responsible for a place, with the other side of a border beside it.

        Args:
            place: as `find_places`, `resolve_places` or `place_at` gave it.
        """
        return guess_council(
            Evidence(
                listings=list(self.listings.get(outcode_of(place), ())),
                counties=settlements().nearest_counties(place.point, COUNTY_MILES),
                around_a_point=place.outcode is None,
                weigh_county=place.kind != "outcode",
                in_england=in_england(place),
            ),
            self.holdings,
        )


def outcode_of(place: Place) -> str:
    """The outcode that was given, or that of the sector nearest to the place."""
    return place.outcode or sectors().nearest(place.point).name.split()[0]


def in_england(place: Place) -> bool:
    """Whether a place lies in England, as far as its outcode can say."""
    return place.county is not None or lies_in_england(outcode_of(place))
