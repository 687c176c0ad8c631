"""The areas that activities without a venue serve, and which of them cover a place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt

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


@dataclass(frozen=True)
class AreaSets:
    """Each different set of served areas once. An activity names its set by number."""

    numbers: dict[tuple[str | None, str], int] = field(default_factory=dict)
    sets: tuple[tuple[str | None, tuple[ServedArea, ...]], ...] = ()

    def with_sets(
        self, wanted: Iterable[tuple[str | None, Sequence[ServedArea]]]
    ) -> tuple[Self, list[int]]:
        """These sets and more, and the number of each that was wanted.

        Args:
            wanted: for each activity, its home council's GSS code and the areas that it serves.
        """
        numbers, sets, found = dict(self.numbers), list(self.sets), []
        for home, areas in wanted:
            key = (home, "|".join(area.model_dump_json() for area in areas))
            if key not in numbers:
                numbers[key] = len(sets)
                sets.append((home, tuple(areas)))
            found.append(numbers[key])
        return type(self)(numbers, tuple(sets)), found

    def saved(self) -> list[tuple[str | None, list[dict[str, Any]]]]:
        """The sets as JSON can hold them, in the order of their numbers."""
        return [
            (home, [area.model_dump(mode="json") for area in areas]) for home, areas in self.sets
        ]

    @classmethod
    def loaded(cls, saved: Iterable[tuple[str | None, list[dict[str, Any]]]]) -> Self:
        """The sets that `saved` gave.

        Raises:
            ValueError: they are no sets of areas.
        """
        wanted = (
            (home, [ServedArea.model_validate(one) for one in areas]) for home, areas in saved
        )
        return cls().with_sets(wanted)[0]

    def covering(self, place: Whereabouts) -> Flags:
        """For each set, whether it covers a place as far as that can be known.

        Nobody is left out for what we do not know: the place's uncertainty is allowed for, and
        near a border either council will do. A set without areas, or with a district, which we
        cannot tell, is taken for the area of the home council.
        """
        covers = np.zeros(len(self.sets), dtype=np.bool_)
        circles: list[tuple[int, ServedArea]] = []
        for number, (home, areas) in enumerate(self.sets):
            covers[number] = (not areas and home in place.councils) or any(
                _covers(area, home, place) for area in areas
            )
            circles += [(number, area) for area in areas if area.kind == "radius"]
        if circles:
            straight = miles_to_many(
                place.point,
                np.array([area.latitude for _, area in circles], dtype=np.float64),
                np.array([area.longitude for _, area in circles], dtype=np.float64),
            )
            reach = np.array([area.miles for _, area in circles], dtype=np.float64)
            inside = straight - place.uncertainty <= reach
            covers[[number for (number, _), near in zip(circles, inside, strict=True) if near]] = (
                True
            )
        return covers


def _covers(area: ServedArea, home: str | None, place: Whereabouts) -> bool:
    if area.kind == "england":
        return place.in_england
    if area.kind == "council":
        return area.gss in place.councils
    if area.kind == "district":
        return home in place.councils
    if area.kind == "outcodes":
        return place.outcode in area.outcodes
    return False
