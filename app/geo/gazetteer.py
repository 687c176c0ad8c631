"""The tables that ship with the product, held in memory.

Sectors and outcodes of Great Britain, and places of England. Each table is read when it is first
needed and then kept.
"""

import csv
import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from math import inf
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from app.geo.distance import Floats, Point, miles_to_many
from app.geo.names import EVERYDAY_NAMES, name_key, plain_council_name, words_of
from app.geo.postcode import NON_GEOGRAPHIC

ATTRIBUTION: tuple[str, ...] = (
    "Contains OS data © Crown copyright and database right 2025.",
    "Contains Royal Mail data © Royal Mail copyright and database right 2025.",
    "Contains National Statistics data © Crown copyright and database right 2025.",
    "Postcode data are used under the Open Government Licence v3.0.",
    "Place names: GeoNames (https://www.geonames.org), used under CC BY 4.0.",
)
"""What whoever shows places or distances from these tables must print."""

MILES_A_DEGREE = 68.0
"""Fewer than lie between one degree of latitude and the next anywhere."""

MOSTLY_WITHIN_MILES = 5.0
"""Who looks for what is nearest looks so far at first."""

_NATURAL = re.compile(r"([A-Z]+)(\d+)([A-Z]*)")
_ST = re.compile(r"\bst\b")
_GOING_ON = (["by"], ["in"], ["le"], ["on"], ["super"], ["under"], ["upon"])
_AFTER_EVERY_KEY = "~"


class Cell(NamedTuple):
    """A sector or outcode: the middle of its postcodes, and how far nine in ten lie from it."""

    name: str
    latitude: float
    longitude: float
    p90_km: float


class Settlement(NamedTuple):
    """A town, a village or a part of a town.

    `population` is 0 where GeoNames knows none. `county` is the plain name of the county or
    unitary authority, None where GeoNames names none.
    """

    name: str
    latitude: float
    longitude: float
    population: int
    county: str | None


class Nearby(NamedTuple):
    """Something by its name, and how many miles away it is."""

    name: str
    miles: float


@dataclass(frozen=True)
class SouthToNorth:
    """Points in the order of their latitudes: those near one lie in a short stretch of it.

    `rows` has their numbers.
    """

    rows: npt.NDArray[np.intp]
    latitudes: Floats
    longitudes: Floats

    @classmethod
    def of(cls, rows: Sequence[Cell] | Sequence[Settlement]) -> "SouthToNorth":
        """The points of some rows."""
        latitudes = np.array([row.latitude for row in rows])
        longitudes = np.array([row.longitude for row in rows])
        order = latitudes.argsort(kind="stable")
        return cls(order, latitudes[order], longitudes[order])

    def around(self, point: Point, miles: float) -> tuple[npt.NDArray[np.intp], Floats]:
        """The numbers of all within some miles, and of some others, each with its miles."""
        reach = miles / MILES_A_DEGREE
        begin, end = self.latitudes.searchsorted([point.latitude - reach, point.latitude + reach])
        straight = miles_to_many(point, self.latitudes[begin:end], self.longitudes[begin:end])
        return self.rows[begin:end], straight

    def nearest(self, point: Point) -> tuple[int, float]:
        """The number of the nearest point, the first of those that are as near, and its miles."""
        rows, miles = self.around(point, MOSTLY_WITHIN_MILES)
        if miles.min(initial=inf) > MOSTLY_WITHIN_MILES:
            rows, miles = self.around(point, inf)
        least = float(miles.min())
        return int(rows[miles == least].min()), least


@dataclass(frozen=True)
class Cells:
    """All outcodes, or all sectors, by name."""

    by_name: Mapping[str, Cell]

    def find(self, name: str) -> Cell | None:
        """The cell of this name."""
        return self.by_name.get(name)

    def beginning(self, prefix: str) -> tuple[Cell, ...]:
        """Those that begin with this, as people count: CM2 before CM10. Not where nobody lives."""
        found = (cell for cell in self._lived_in if cell.name.startswith(prefix))
        return tuple(sorted(found, key=_natural))

    def nearest(self, point: Point) -> Nearby:
        """The one whose middle is nearest to a point. Never one where nobody lives."""
        row, miles = self._points.nearest(point)
        return Nearby(self._lived_in[row].name, miles)

    @cached_property
    def _lived_in(self) -> tuple[Cell, ...]:
        return tuple(
            cell for cell in self.by_name.values() if cell.name.split()[0] not in NON_GEOGRAPHIC
        )

    @cached_property
    def _points(self) -> SouthToNorth:
        return SouthToNorth.of(self._lived_in)


@dataclass(frozen=True)
class Settlements:
    """The places of England."""

    rows: tuple[Settlement, ...]

    def named(self, name: str) -> tuple[Settlement, ...]:
        """The places of this name, most populous first. Spelling is forgiven as in `name_key`."""
        key = name_key(name)
        return self._by_key.get(EVERYDAY_NAMES.get(key, key), ())

    def called(self, name: str) -> tuple[Settlement, ...]:
        """The places that people call by this name, most populous first.

        They are those of this name and, where more people live there, those whose name goes on
        with a river or a region: `Stoke` is a village, but mostly stands for Stoke-on-Trent.
        """
        named = self.named(name)
        if not named:
            return ()
        words = name_key(named[0].name).split()
        longer = (
            row
            for row in self.beginning(named[0].name)
            if row.population > named[0].population
            and _goes_on(name_key(row.name).split(), after=words)
        )
        return (*longer, *named)

    def beginning(self, prefix: str) -> tuple[Settlement, ...]:
        """The places whose names begin with this, most populous first."""
        begun = " ".join(words_of(prefix))
        if not begun:
            return ()
        start = bisect_left(self._spellings, (begun, ""))
        end = bisect_left(self._spellings, (begun + _AFTER_EVERY_KEY, ""))
        found = dict.fromkeys(key for _, key in self._spellings[start:end])
        rows = (row for key in found for row in self._by_key[key])
        return tuple(sorted(rows, key=_most_populous_first))

    def alone_in_county(self, place: Settlement) -> bool:
        """Whether the county tells this place apart from every other called by its name."""
        others = [row for row in self.called(place.name) if row is not place]
        return not others or (
            place.county is not None and all(row.county != place.county for row in others)
        )

    def nearest(self, point: Point) -> tuple[Settlement, float]:
        """The place nearest to a point, and how many miles away it is."""
        row, miles = self._points.nearest(point)
        return self.rows[row], miles

    def nearest_counties(self, point: Point, within: float = inf) -> tuple[Nearby, ...]:
        """Counties and unitary authorities by the miles to their nearest place.

        Args:
            point: where to measure from.
            within: the most miles.
        """
        counties, county_of, points = self._by_county
        rows, straight = points.around(point, within)
        miles = np.full(len(counties), inf)
        np.minimum.at(miles, county_of[rows], straight)
        near = (miles <= within).nonzero()[0]
        return tuple(
            Nearby(counties[row], float(miles[row])) for row in near[miles[near].argsort()]
        )

    @cached_property
    def _by_key(self) -> Mapping[str, tuple[Settlement, ...]]:
        found: dict[str, list[Settlement]] = defaultdict(list)
        for row in sorted(self.rows, key=_most_populous_first):
            found[name_key(row.name)].append(row)
        return {key: tuple(rows) for key, rows in found.items()}

    @cached_property
    def _spellings(self) -> list[tuple[str, str]]:
        """Every way to begin a name, in order, with the key that it stands for."""
        found = [(key, key) for key in self._by_key]
        found += [(_ST.sub("saint", key), key) for key in self._by_key if _ST.search(key)]
        found += [(name, key) for name, key in EVERYDAY_NAMES.items() if key in self._by_key]
        return sorted(found)

    @cached_property
    def _points(self) -> SouthToNorth:
        return SouthToNorth.of(self.rows)

    @cached_property
    def _by_county(self) -> tuple[list[str], npt.NDArray[np.intp], SouthToNorth]:
        """The counties, the number of each place's among them, and the places."""
        rows = [row for row in self.rows if row.county]
        counties, numbers = np.unique([row.county for row in rows], return_inverse=True)
        return [str(name) for name in counties], numbers, SouthToNorth.of(rows)


@cache
def outcodes() -> Cells:
    """The outcodes of Great Britain."""
    return Cells({cell.name: cell for cell in _cells("outcodes.csv")})


@cache
def sectors() -> Cells:
    """The postcode sectors of Great Britain."""
    return Cells({cell.name: cell for cell in _cells("sectors.csv")})


@cache
def settlements() -> Settlements:
    """The places of England."""
    return Settlements(tuple(_settlements("england_places.csv")))


def _rows(name: str) -> Iterator[list[str]]:
    with (files("app.geo") / "data" / name).open(encoding="utf-8") as table:
        rows = csv.reader(table)
        next(rows)
        yield from rows


def _cells(name: str) -> Iterator[Cell]:
    for cell, latitude, longitude, _, _, p90_km in _rows(name):
        yield Cell(cell, float(latitude), float(longitude), float(p90_km))


def _settlements(name: str) -> Iterator[Settlement]:
    counties: dict[str, str | None] = {"": None}
    for place, latitude, longitude, population, county, _ in _rows(name):
        if county not in counties:
            counties[county] = plain_council_name(county)
        yield Settlement(
            place, float(latitude), float(longitude), int(population), counties[county]
        )


def _goes_on(words: Sequence[str], *, after: Sequence[str]) -> bool:
    count = len(after)
    return words[:count] == after and words[count:][:1] in _GOING_ON


def _natural(cell: Cell) -> tuple[str, int, str]:
    parts = _NATURAL.match(cell.name)
    return (parts[1], int(parts[2]), parts[3]) if parts else (cell.name, 0, "")


def _most_populous_first(row: Settlement) -> tuple[int, str, str]:
    return -row.population, row.name, row.county or ""
