"""Whether served areas cover a place: surely, perhaps, or not. Nothing about a place is kept."""

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from app.geo.areas import in_england, outcode_of
from app.geo.councils import PlaceFound
from app.geo.distance import Point, miles_to_many
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


@dataclass
class AreaTables:
    """Sets of areas by what they can be found by, so that a place is not compared with each."""

    count: int
    empty: list[int] = field(default_factory=list)
    england: list[int] = field(default_factory=list)
    council: dict[str, list[int]] = field(default_factory=dict)
    district: dict[str, list[int]] = field(default_factory=dict)
    outcode: dict[str, list[int]] = field(default_factory=dict)
    circles: list[tuple[int, float, float, float]] = field(default_factory=list)

    @classmethod
    def of(cls, sets: AreaSets) -> "AreaTables":
        """The tables of some sets."""
        tables = cls(len(sets.sets))
        for number, (home, areas) in enumerate(sets.sets):
            if not areas:
                tables.empty.append(number)
            for area in areas:
                if area.kind == "england":
                    tables.england.append(number)
                elif area.kind == "council":
                    tables.council.setdefault(area.gss or "", []).append(number)
                elif area.kind == "district":
                    tables.district.setdefault(home or "", []).append(number)
                elif area.kind == "outcodes":
                    for outcode in area.outcodes:
                        tables.outcode.setdefault(outcode, []).append(number)
                else:
                    circle = (area.latitude or 0.0, area.longitude or 0.0, area.miles or 0.0)
                    tables.circles.append((number, *circle))
        tables.circle_columns = np.array(tables.circles, dtype=np.float64).reshape(-1, 4)
        return tables

    circle_columns: npt.NDArray[np.float64] = field(
        default_factory=lambda: np.zeros((0, 4), dtype=np.float64)
    )


_made: list[tuple[AreaSets, AreaTables]] = []
"""The tables of the newest sets: they say nothing of anybody who asks."""


def tables_of(sets: AreaSets) -> AreaTables:
    """The tables of some sets, made once."""
    for known, tables in _made:
        if known is sets:
            return tables
    tables = AreaTables.of(sets)
    _made[:] = [*_made[-1:], (sets, tables)]
    return tables


def covered(sets: AreaSets, spot: Spot | None) -> Statuses:
    """For each set of areas, whether it covers a place: MET, ASK or FAILED.

    A set without areas is not stated. A council that is only perhaps the place's, and a district,
    which cannot be told, have to be asked about. A circle is allowed the place's uncertainty.
    Without a place, everything has to be asked about.
    """
    tables = tables_of(sets)
    if spot is None:
        return np.full(tables.count, ASK, dtype=np.uint8)
    found: Statuses = np.full(tables.count, FAILED, dtype=np.uint8)
    found[tables.empty] = ASK
    for gss in spot.councils:
        found[tables.district.get(gss, [])] = ASK
        if not spot.sure:
            found[tables.council.get(gss, [])] = ASK
    if spot.sure:
        for gss in spot.councils:
            found[tables.council.get(gss, [])] = MET
    if spot.in_england:
        found[tables.england] = MET
    found[tables.outcode.get(spot.outcode or "", [])] = MET
    circles = tables.circle_columns
    if len(circles):
        straight = miles_to_many(spot.point, circles[:, 1], circles[:, 2])
        inside = straight - spot.uncertainty <= circles[:, 3]
        found[circles[inside, 0].astype(np.intp)] = MET
    return found
