"""Where synthetic activities lie and people search: sectors of England, as densely as postcodes.

A small catalogue is that of a council, a larger one that of a region, and a large one that of all
England, so that about as much is found around a place in each as in such a catalogue.

Councils are the counties and unitary authorities of the shipped places, London in boroughs around
its largest places. Their codes are the register's for those that the sample has, else invented.
"""

import csv
from bisect import bisect
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from itertools import accumulate
from random import Random

import numpy as np

from app.geo.councils import lies_in_england
from app.geo.distance import Floats, Point, miles_to_many
from app.geo.gazetteer import Settlement, sectors, settlements
from app.geo.postcode import NON_GEOGRAPHIC

KM_PER_DEGREE = 111.0
LONDON = "Greater London"
BOROUGHS = 32
UNIT_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
"""The letters that the last part of a postcode is made of."""

KNOWN_CODES = {
    "Cheshire East": "E06000049",
    "Essex": "E10000012",
    "Leicester": "E06000016",
    "Southend-on-Sea": "E06000033",
    "Thurrock": "E06000034",
}

LARGEST_OF_A_COUNCIL = 10_000
A_COUNCIL = ("Essex",)
LARGEST_OF_A_REGION = 100_000
A_REGION = (
    "Bedford",
    "Cambridgeshire",
    "Central Bedfordshire",
    "Essex",
    "Hertfordshire",
    "Luton",
    "Norfolk",
    "Peterborough",
    "Southend-on-Sea",
    "Suffolk",
    "Thurrock",
)


@dataclass(frozen=True, slots=True)
class Sector:
    """A postcode sector, with the town and the council that it is taken to lie in."""

    name: str
    latitude: float
    longitude: float
    p90_km: float
    postcodes: int
    town: str
    council: str

    @property
    def outcode(self) -> str:
        """The first part of its postcodes."""
        return self.name.split()[0]

    def postcode(self, random: Random) -> str:
        """A postcode in it, which need not be in use."""
        return self.name + "".join(random.choices(UNIT_LETTERS, k=2))

    def point(self, random: Random) -> tuple[float, float]:
        """The latitude and longitude of an address in it: nine in ten lie within its reach."""
        # For two normal distributions of deviation s, nine in ten points lie within 2.146 s.
        spread = max(self.p90_km, 0.1) / 2.146 / KM_PER_DEGREE
        latitude = random.gauss(self.latitude, spread)
        longitude = random.gauss(self.longitude, spread * 1.6)
        return round(latitude, 5), round(longitude, 5)


@dataclass(frozen=True)
class Sectors:
    """The sectors of an area."""

    rows: tuple[Sector, ...]

    def draw(self, random: Random) -> Sector:
        """A sector; one with twice the postcodes is drawn twice as often."""
        return self.rows[bisect(self._postcodes_up_to, random.random() * self._postcodes_up_to[-1])]

    def beside(self, sector: Sector) -> tuple[Sector, ...]:
        """The sectors of its outcode."""
        return self._by_outcode[sector.outcode]

    def share_within(self, sector: Sector, miles: float) -> float:
        """What part of all postcodes lies this near to a sector's middle."""
        latitudes, longitudes, postcodes = self._positions
        near = miles_to_many(Point(sector.latitude, sector.longitude), latitudes, longitudes)
        return float(postcodes[near <= miles].sum() / postcodes.sum())

    @cached_property
    def councils(self) -> dict[str, dict[str, float]]:
        """For each council its outcodes, with the share of each one's postcodes that it has."""
        whole: Counter[str] = Counter()
        parts: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.rows:
            whole[row.outcode] += row.postcodes
            parts[row.council][row.outcode] += row.postcodes
        return {
            council: {
                outcode: max(0.001, round(count / whole[outcode], 3))
                for outcode, count in sorted(counts.items())
            }
            for council, counts in sorted(parts.items())
        }

    @cached_property
    def _postcodes_up_to(self) -> list[int]:
        return [*accumulate(row.postcodes for row in self.rows)]

    @cached_property
    def _by_outcode(self) -> dict[str, tuple[Sector, ...]]:
        found: dict[str, list[Sector]] = defaultdict(list)
        for row in self.rows:
            found[row.outcode].append(row)
        return {outcode: tuple(rows) for outcode, rows in found.items()}

    @cached_property
    def _positions(self) -> tuple[Floats, Floats, Floats]:
        columns = [(row.latitude, row.longitude, float(row.postcodes)) for row in self.rows]
        latitudes, longitudes, postcodes = np.array(columns).T
        return latitudes, longitudes, postcodes


@cache
def sectors_of_england() -> Sectors:
    """The sectors of England, each with its postcodes, its town and its council."""
    boroughs = _boroughs()
    found = []
    for name, count in _postcodes().items():
        outcode = name.split()[0]
        if not lies_in_england(outcode) or outcode in NON_GEOGRAPHIC:
            continue
        cell = sectors().by_name[name]
        point = Point(cell.latitude, cell.longitude)
        town, _ = settlements().nearest(point)
        county = town.county or settlements().nearest_counties(point)[0].name
        council = _nearest(point, boroughs) if county == LONDON else county
        found.append(
            Sector(name, cell.latitude, cell.longitude, cell.p90_km, count, town.name, council)
        )
    return Sectors(tuple(found))


@cache
def sectors_for(size: int) -> Sectors:
    """The sectors in which a catalogue of so many activities lies."""
    if size > LARGEST_OF_A_REGION:
        return sectors_of_england()
    councils = A_COUNCIL if size <= LARGEST_OF_A_COUNCIL else A_REGION
    return Sectors(tuple(row for row in sectors_of_england().rows if row.council in councils))


def code_of(council: str, number: int) -> str:
    """The code of a council: the register's where it is known, else an invented one."""
    return KNOWN_CODES.get(council, f"E{'09' if council in _boroughs() else '06'}9{number:05}")


def tier_of(council: str) -> str:
    """The tier of a council."""
    return "london_borough" if council in _boroughs() else "unitary"


@cache
def _boroughs() -> dict[str, Settlement]:
    """London's largest places but the city itself, each in the middle of a borough."""
    inside = [row for row in settlements().rows if row.county == LONDON and row.name != "London"]
    largest = sorted(inside, key=lambda row: (-row.population, row.name))
    named = {f"{row.name}, London": row for row in largest}
    return dict(list(named.items())[:BOROUGHS])


def _nearest(point: Point, boroughs: dict[str, Settlement]) -> str:
    rows = list(boroughs.values())
    latitudes = np.array([row.latitude for row in rows])
    longitudes = np.array([row.longitude for row in rows])
    return list(boroughs)[int(miles_to_many(point, latitudes, longitudes).argmin())]


def _postcodes() -> dict[str, int]:
    """How many postcodes each sector has; the gazetteer keeps no count in memory."""
    with (files("app.geo") / "data" / "sectors.csv").open(encoding="utf-8") as table:
        return {row["sector"]: int(row["postcodes"]) for row in csv.DictReader(table)}
