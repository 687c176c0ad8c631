"""Which activities an export holds: the criteria of the search that say which, and no others."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from fastapi.exceptions import RequestValidationError

from app.search.criteria import SearchCriteria
from app.search.index.filters import asked_of
from app.search.index.find import NO_WORDS, candidates, each_once
from app.search.index.snapshot import Snapshot
from app.search.places import places_of, whereabouts
from app.search.reading import Pairs, criteria_in, documented_parameters

OF_LISTS_ALONE = frozenset({"page", "per_page", "lang", "sort", "facets"})
"""The parameters of the search that do not say which activities are meant."""


def documented_criteria() -> list[dict[str, Any]]:
    """The parameters of an export as OpenAPI describes them."""
    return [one for one in documented_parameters() if one["name"] not in OF_LISTS_ALONE]


def export_criteria(query: Pairs) -> SearchCriteria | None:
    """The criteria that a query states; None where it states none.

    Raises:
        RequestValidationError: something in it is not known or cannot be understood.
    """
    if strange := OF_LISTS_ALONE.intersection(name for name, _ in query):
        raise RequestValidationError(
            [
                {"type": "extra_forbidden", "loc": ("query", name), "msg": ""}
                for name in sorted(strange)
            ]
        )
    return criteria_in(query) if query else None


def activities_meant(snapshot: Snapshot, criteria: SearchCriteria) -> Collection[UUID]:
    """The ids of the activities that the search finds, in no order.

    Raises:
        PlaceNotResolved: the place asked about is not known.
    """
    places = places_of(snapshot, criteria)
    words = None
    if criteria.q is not None:
        words = snapshot.text.search(criteria.q, snapshot.alive) or NO_WORDS
    asked = asked_of(snapshot, criteria, whereabouts(places[0]) if places else None)
    passing = candidates(snapshot, asked, words).passing()
    rows = each_once(snapshot, passing, priced=False).activities
    high, low = snapshot.activities["id_high"][rows], snapshot.activities["id_low"][rows]
    pairs = zip(high.tolist(), low.tolist(), strict=True)
    return {UUID(int=first << 64 | second) for first, second in pairs}
