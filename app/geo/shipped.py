"""The tables that ship with the product, as a geocoder."""

import math
from collections.abc import Iterator, Sequence
from functools import cache

from app.geo.distance import Point, miles_from_km
from app.geo.gazetteer import Cell, Settlement, outcodes, sectors, settlements
from app.geo.geocoder import Place, PlaceKind
from app.geo.names import WIDER_COUNTIES, council_key, name_key
from app.geo.postcode import Postcode, find_postcode

OS_SOURCE = "OS Code-Point Open"
GEONAMES_SOURCE = "GeoNames"

LEAST_POSTCODE_MILES = 0.1
"""A sector of one postcode has a spread of 0, but no address is known as well as that."""

LEAST_PLACE_MILES = 1.0
"""Farms and lanes that bear a village's name lie about a mile around it."""

PEOPLE_PER_SQUARE_KM = 4_000
"""How densely the towns of England are lived in, roughly."""

NEIGHBOUR_MILES = 10.0
"""A place this near to a county may be written with its name: borders moved, addresses did not."""

OUTCODES_BESIDE_NAMES = 5

_COUNTRY_WORDS = frozenset({"england", "uk", "gb", "united kingdom", "great britain", "britain"})
_LONGEST_OUTCODE = 4
_POSTCODE_WORDS = 2


class ShippedTables:
    """Answers for every postcode of Great Britain and every place of the shipped table."""

    def locate(self, text: str) -> Sequence[Place]:
        """The places that a text can mean, best first.

        Tried in this order, and the first that finds anything answers: a postcode, sector or
        outcode as it stands; the exact name of a place; a postcode with look-alikes put right; a
        name with its county or postcode; the beginning of a name or an outcode; and, since
        letters alone are rarely a postcode, letters put right into one.
        """
        reading = find_postcode(text, outcodes().by_name.keys())
        postcode = reading if reading and reading.standing == "in_use" else None
        if postcode and not postcode.changes:
            return [_place_of_postcode(postcode)]
        if called := settlements().called(text):
            return [_place_of_settlement(row) for row in called]
        has_digit = any(character.isdigit() for character in text)
        if postcode and has_digit:
            return [_place_of_postcode(postcode)]
        if found := _qualified(name_key(text).split()) or _beginning(text):
            return found
        return [_place_of_postcode(postcode)] if postcode else []


def _place_of_postcode(postcode: Postcode) -> Place:
    """The sector, or the outcode where the sector is not known."""
    sector = sectors().find(postcode.sector) if postcode.sector else None
    if sector:
        return _place_of_cell(sector, "sector")
    return _place_of_cell(outcodes().by_name[postcode.outcode], "outcode")


def _place_of_cell(cell: Cell, kind: PlaceKind) -> Place:
    return Place(
        label=cell.name,
        kind=kind,
        latitude=cell.latitude,
        longitude=cell.longitude,
        accuracy_miles=max(LEAST_POSTCODE_MILES, miles_from_km(cell.p90_km)),
        county=None,
        source=OS_SOURCE,
        outcode=cell.name.split()[0],
    )


def _place_of_settlement(row: Settlement) -> Place:
    return Place(
        label=_label(row),
        kind="place",
        latitude=row.latitude,
        longitude=row.longitude,
        accuracy_miles=_reach_miles(row.population),
        county=row.county,
        source=GEONAMES_SOURCE,
    )


@cache
def _label(row: Settlement) -> str:
    """The name with its county, and with an outcode where that leaves two places alike."""
    parts = [row.name]
    key = name_key(row.name)
    if row.county and name_key(row.county) not in {key, f"greater {key}"}:
        parts.append(row.county)
    if not settlements().alone_in_county(row):
        parts.append(_outcode_of(row))
    return ", ".join(parts)


def _outcode_of(row: Settlement) -> str:
    return sectors().nearest(Point(row.latitude, row.longitude)).name.split()[0]


def _reach_miles(population: int) -> float:
    """The miles from the middle of a place within which nine in ten of its people live.

    An estimate: the people are spread evenly over a disc, of which nine tenths lie within the
    square root of 0.9 of its radius.
    """
    square_km = population / PEOPLE_PER_SQUARE_KM
    return max(LEAST_PLACE_MILES, miles_from_km(math.sqrt(0.9 * square_km / math.pi)))


def _qualified(words: list[str]) -> list[Place]:
    """A name with its county ("newport essex"), or anything that ends in a full postcode."""
    while words and (words[-1] in _COUNTRY_WORDS or " ".join(words[-2:]) in _COUNTRY_WORDS):
        words = words[:-1] if words[-1] in _COUNTRY_WORDS else words[:-2]
    postcode, rest = _ending(words)
    if postcode and postcode.kind == "unit":
        return [_place_of_postcode(postcode)]
    rows = list(_named_with_county(rest))
    if postcode and rows:
        there = [row for row in rows if _outcode_of(row) == postcode.text]
        return [_place_of_settlement(row) for row in there] or [_place_of_postcode(postcode)]
    return [_place_of_settlement(row) for row in rows]


def _ending(words: list[str]) -> tuple[Postcode | None, list[str]]:
    """The postcode that the last words are, and the words before it."""
    for count in range(_POSTCODE_WORDS, 0, -1):
        postcode = find_postcode(" ".join(words[-count:]), outcodes().by_name.keys())
        if postcode and not postcode.changes and postcode.standing == "in_use":
            return postcode, words[:-count]
    return None, words


def _named_with_county(words: list[str]) -> Iterator[Settlement]:
    """The places of a name that is followed by its county; the longest name is tried first."""
    for count in range(len(words), 0, -1):
        rows = settlements().called(" ".join(words[:count]))
        county = " ".join(words[count:])
        for lies in (_lies_in, _lies_in_wider, _lies_beside):
            if found := [row for row in rows if lies(row, county)]:
                yield from found
                return


def _lies_in(row: Settlement, county: str) -> bool:
    """Whether a place lies in the county of this name; any place does when none is named."""
    return not county or (row.county is not None and name_key(row.county) == county)


def _lies_in_wider(row: Settlement, county: str) -> bool:
    """Whether its county is part of this one, as Cheshire East of Cheshire."""
    if row.county is None:
        return False
    if set(county.split()) <= set(name_key(row.county).split()):
        return True
    return council_key(row.county) in WIDER_COUNTIES.get(county, ())


def _lies_beside(row: Settlement, county: str) -> bool:
    """Whether a county begins within a few miles of a place."""
    point = Point(row.latitude, row.longitude)
    near = settlements().nearest_counties(point, NEIGHBOUR_MILES)
    return any(council_key(name) == county for name, _ in near)


def _beginning(text: str) -> list[Place]:
    """The places and outcodes that begin with a text."""
    names = [_place_of_settlement(row) for row in settlements().beginning(text)]
    start = "".join(text.split()).upper()
    cells = outcodes().beginning(start) if 0 < len(start) <= _LONGEST_OUTCODE else ()
    if start.isalpha():
        # Letters alone begin an outcode only when they are the whole of its area: CM, not C.
        cells = tuple(cell for cell in cells if cell.name.rstrip("0123456789") == start)
    if names:
        cells = cells[:OUTCODES_BESIDE_NAMES]
    return [*(_place_of_cell(cell, "outcode") for cell in cells), *names]
