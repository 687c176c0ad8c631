"""Whether served areas cover a place: surely, perhaps, or not. Nothing about a place is kept."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from app.geo.areas import in_england, outcode_of
from app.geo.councils import PlaceFound
from app.geo.distance import Point
from app.search.index.areas import AreaSets

MET, ASK, FAILED = 0, 1, 2

Statuses = npt.NDArray[np.uint8]


@dataclass(frozen=True, repr=False)
class Spot:
    """Where the person lives, as far as that is known.

    `councils` may be responsible; only one is where that is `sure`. `uncertainty` is in miles.
    """

    point: Point
    uncertainty: float
    councils: frozenset[str]
    sure: bool
    outcode: str | None
    in_england: bool


def spot_of(found: PlaceFound, council: str | None) -> Spot:
    """A place as served areas are compared with it; a council that was named settles a border."""
    guess = found.council
    named = {guess.gss, *(candidate.gss for candidate in guess.candidates)}
    councils = {council} if council else {gss for gss in named if gss is not None}
    return Spot(
        point=found.place.point,
        uncertainty=found.place.accuracy_miles,
        councils=frozenset(councils),
        sure=council is not None or not guess.candidates,
        outcode=outcode_of(found.place),
        in_england=in_england(found.place),
    )


def covered(sets: AreaSets, spot: Spot | None) -> Statuses:
    """For each set of areas, whether it covers a place: MET, ASK or FAILED.

    A set without areas is not stated. A council that is only perhaps the place's, and a district,
    which cannot be told, have to be asked about. A circle is allowed the place's uncertainty.
    Without a place, everything has to be asked about.
    """
    tables, count = sets.tables, len(sets.sets)
    if spot is None:
        return np.full(count, ASK, dtype=np.uint8)
    found: Statuses = np.full(count, FAILED, dtype=np.uint8)
    found[tables.unstated] = ASK
    for gss in spot.councils:
        found[tables.district.get(gss, [])] = ASK
        if not spot.sure:
            found[tables.council.get(gss, [])] = ASK
    if spot.sure:
        for gss in spot.councils:
            found[tables.council.get(gss, [])] = MET
    if spot.in_england:
        found[tables.england] = MET
    found[tables.outcode.get(spot.outcode, [])] = MET
    found[tables.around(spot.point, spot.uncertainty)] = MET
    return found
