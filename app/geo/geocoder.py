"""The seam between a text and a place on the map: what comes out, and who may answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from app.geo.distance import Point

PlaceKind = Literal["sector", "outcode", "place", "point"]


@dataclass(frozen=True, slots=True)
class Place:
    """A place that somebody may have meant.

    `label` is for people and never holds a full postcode. Nine times in ten the truth lies within
    `accuracy_miles` of the coordinates (WGS 84 degrees). `county` is the county or unitary
    authority of a place of that kind, where the source names one. `outcode` is the first part of
    the postcode, where one was given. `source` names who publishes the position.
    """

    label: str
    kind: PlaceKind
    latitude: float
    longitude: float
    accuracy_miles: float
    county: str | None
    source: str
    outcode: str | None = None

    @property
    def point(self) -> Point:
        """The coordinates."""
        return Point(self.latitude, self.longitude)


class Geocoder(Protocol):
    """Somebody who can say where a place is: the shipped tables, an imported one, a service."""

    def locate(self, text: str) -> Sequence[Place]:
        """The places that a text can mean, best first; none when this geocoder knows none.

        The text is what a person typed and can hold a full postcode. An implementation that asks
        somebody else sends the sector alone, and answers with nothing when it cannot be reached.
        """
        ...
