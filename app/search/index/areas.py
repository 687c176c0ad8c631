"""The areas that activities without a venue serve, and which of them cover a place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from pydantic import TypeAdapter

from app.catalogue.documents.activities import ServedArea
from app.geo.distance import Point, miles_to_many

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Whereabouts:
    """What is known of the place that somebody asks about.

    `uncertainty` is in miles. `councils` are the GSS codes of every council that may be
    responsible for it, `outcode` the first part of its postcode.
    """

    point: Point
    uncertainty: float
    councils: frozenset[str]
    outcode: str | None
    in_england: bool


Circles = npt.NDArray[np.float64]


@dataclass
class AreaTables:
    """Sets of areas by what they can be found by, so that a place is not compared with each.

    `unstated` are the sets without areas; `home` has them by their home council, and `district`
    those with a district.
    A row of `circles` has a set's number, the point in the middle, and miles.
    """

    unstated: list[int] = field(default_factory=list)
    home: dict[str | None, list[int]] = field(default_factory=dict)
    england: list[int] = field(default_factory=list)
    council: dict[str | None, list[int]] = field(default_factory=dict)
    district: dict[str | None, list[int]] = field(default_factory=dict)
    outcode: dict[str | None, list[int]] = field(default_factory=dict)
    circles: Circles = field(default_factory=lambda: np.zeros((0, 4), dtype=np.float64))

    @classmethod
    def of(cls, sets: Iterable[tuple[str | None, Sequence[ServedArea]]]) -> "AreaTables":
        """The tables of some sets, each with its home council."""
        tables, circles = cls(), []
        for number, (home, areas) in enumerate(sets):
            if not areas:
                tables.unstated.append(number)
                tables.home.setdefault(home, []).append(number)
            for area in areas:
                if area.kind == "england":
                    tables.england.append(number)
                elif area.kind == "council":
                    tables.council.setdefault(area.gss, []).append(number)
                elif area.kind == "district":
                    tables.district.setdefault(home, []).append(number)
                elif area.kind == "outcodes":
                    for outcode in area.outcodes:
                        tables.outcode.setdefault(outcode, []).append(number)
                else:
                    circle = (area.latitude or 0.0, area.longitude or 0.0, area.miles or 0.0)
                    circles.append((number, *circle))
        tables.circles = np.array(circles, dtype=np.float64).reshape(-1, 4)
        return tables

    def around(self, point: Point, uncertainty: float) -> npt.NDArray[np.intp]:
        """The sets with a circle in which a point lies, if it may be so many miles off."""
        numbers, latitudes, longitudes, reach = self.circles.T
        inside = miles_to_many(point, latitudes, longitudes) - uncertainty <= reach
        found: npt.NDArray[np.intp] = numbers[inside].astype(np.intp)
        return found


_AREAS = TypeAdapter(list[ServedArea])


def areas_text(areas: Sequence[ServedArea]) -> str:
    """Areas as JSON; the same for the same areas in the same order."""
    return _AREAS.dump_json([*areas]).decode()


@dataclass(frozen=True)
class AreaSets:
    """Each different set of served areas once. An activity names its set by number."""

    numbers: dict[tuple[str | None, str], int] = field(default_factory=dict)
    sets: tuple[tuple[str | None, tuple[ServedArea, ...]], ...] = ()

    @cached_property
    def tables(self) -> AreaTables:
        """The same sets by what they can be found by."""
        return AreaTables.of(self.sets)

    def with_sets(self, wanted: Iterable[tuple[str | None, str]]) -> tuple[Self, list[int]]:
        """These sets and more, and the number of each that was wanted.

        Args:
            wanted: for each activity, its home council's GSS code and the areas that it serves,
                as `areas_text` writes them.

        Raises:
            ValueError: they are no sets of areas.
        """
        added: dict[tuple[str | None, str], int] = {}
        found = []
        for key in wanted:
            number = self.numbers.get(key)
            if number is None:
                number = added.setdefault(key, len(self.sets) + len(added))
            found.append(number)
        if not added:
            return self, found
        sets = ((home, tuple(_AREAS.validate_json(areas))) for home, areas in added)
        return type(self)({**self.numbers, **added}, (*self.sets, *sets)), found

    def saved(self) -> list[tuple[str | None, str]]:
        """The sets as JSON can hold them, in the order of their numbers."""
        return list(self.numbers)

    @classmethod
    def loaded(cls, saved: Iterable[Sequence[Any]]) -> Self:
        """The sets that `saved` gave.

        Raises:
            ValueError: they are no sets of areas.
        """
        return cls().with_sets((home, areas) for home, areas in saved)[0]

    def covering(self, place: Whereabouts) -> Flags:
        """For each set, whether it covers a place as far as that can be known.

        Nobody is left out for what we do not know: the place's uncertainty is allowed for, and
        near a border either council will do. A set without areas, or with a district, which we
        cannot tell, is taken for the area of the home council.
        """
        covers, tables = np.zeros(len(self.sets), dtype=np.bool_), self.tables
        covers[tables.around(place.point, place.uncertainty)] = True
        covers[tables.outcode.get(place.outcode, [])] = True
        if place.in_england:
            covers[tables.england] = True
        for council in place.councils:
            for table in (tables.home, tables.district, tables.council):
                covers[table.get(council, [])] = True
        return covers
