"""Both databases give the same answers, byte for byte, over the whole sample."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import KINDS, Kind
from contract import JSON, documented_operations
from fastapi.testclient import TestClient

Readers = Callable[[Kind], TestClient]

PLAIN = {"Accept-Encoding": "identity"}


def alike(readers: Readers, address: str) -> Any:
    """The answer, which must be the same on both."""
    first, second = (readers(kind).get(address, headers=PLAIN) for kind in KINDS)
    assert first.status_code == second.status_code == 200, address
    assert first.content == second.content, address
    return first.json()


def walk(readers: Readers, address: str) -> Iterator[dict[str, Any]]:
    """Every item of a list, a hundred at a time."""
    joined = "&" if "?" in address else "?"
    page = 1
    while items := alike(readers, f"{address}{joined}per_page=100&page={page}")["items"]:
        yield from items
        page += 1


@pytest.mark.parametrize("lang", ["en", "easy"])
def test_every_activity_is_the_same_on_both(readers: Readers, lang: str) -> None:
    met = [one["url"] for one in walk(readers, f"/v1/activities?lang={lang}")]
    assert len(met) == 200
    for url in met:
        alike(readers, f"{url}?lang={lang}")


def test_the_activities_like_one_are_the_same_on_both(readers: Readers) -> None:
    for one in [*walk(readers, "/v1/activities")][::4]:
        alike(readers, f"{one['url']}/similar")


@pytest.mark.parametrize("lang", ["en", "easy"])
def test_every_provider_is_the_same_on_both(readers: Readers, lang: str) -> None:
    met = [one["url"] for one in walk(readers, f"/v1/providers?lang={lang}")]
    assert len(met) == 57
    for url in met:
        alike(readers, f"{url}?lang={lang}")


@pytest.mark.parametrize("lang", ["en", "easy"])
def test_every_council_and_scheme_is_the_same_on_both(readers: Readers, lang: str) -> None:
    for address in ("/v1/councils", "/v1/vocabularies"):
        for one in walk(readers, address):
            alike(readers, f"{one['url']}?lang={lang}")


@pytest.mark.parametrize(
    "query",
    [
        "q=gardening",
        "q=caf%C3%A9",
        "q=gardning",
        "q=nothing+of+the+kind",
        "near=CW1+2AB",
        "near=Newport",
        "latitude=52.63&longitude=-1.13&within=3",
        "cohort=dementia&day=tue",
        "access=step_free&include_unknown=true",
        "sort=price",
        "sort=-confirmed",
        "sort=newest",
        "council=E06000049&facets=cohort&facets=council",
        "provider=two-oars&provider=fennel-yard",
        "free=true&facets=activity_type",
        "max_price_pence=500&sort=-price",
    ],
)
def test_every_way_of_searching_finds_the_same_on_both(readers: Readers, query: str) -> None:
    assert alike(readers, f"/v1/activities?{query}")["total"] >= 0


@pytest.mark.parametrize("q", ["CW1 2AB", "CM1", "Newport", "Chelm", "LE2"])
def test_every_place_is_the_same_on_both(readers: Readers, q: str) -> None:
    assert alike(readers, f"/v1/places?q={q}")["items"]


OF_THE_DATABASE = {
    "list_changes": "when each came, and the epoch in the cursors",
    "export_activities": "when each was published",
}
"""What tells of the database itself, and so is another in each. The feed has tests of its own."""


def test_every_operation_that_reads_is_the_same_on_both(readers: Readers) -> None:
    for operation in documented_operations():
        public = operation.cacheable and operation.path.startswith("/v1")
        if public and operation.media_type == JSON and operation.id not in OF_THE_DATABASE:
            alike(readers, operation.address())
