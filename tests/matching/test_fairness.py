"""Providers of every size stand on the first page about as often as what fits would have it."""

import asyncio
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

import httpx
import pytest
from conftest import Kind
from fastapi.testclient import TestClient

from scripts.fairness import (
    Exposure,
    by_chance,
    exposures_of,
    measure,
    report,
    shares_of,
    size_of,
    somebody,
)

PEOPLE = 80
WORTH_JUDGING = 0.05
"""A share of the first page below this is of too few people to say anything."""


def found(*activities: str) -> Mapping[str, Any]:
    return {"matches": [{"activity": {"id": one}} for one in activities]}


def test_shares_are_counted_as_they_are_explained() -> None:
    results = iter([found("big 1", "big 2", "small 1"), found("big 3"), found()])

    async def ask(_: dict[str, Any]) -> Mapping[str, Any]:
        return next(results)

    providers = {f"big {number}": "big" for number in range(8)} | {"small 1": "small"}
    counted = asyncio.run(measure(ask, providers, [{}, {}, {}], first=2))
    by_size = {one.size: one for one in counted}
    small, big = by_size["1 or 2"], by_size["8 and more"]
    assert (small.providers, small.activities, big.providers, big.activities) == (1, 1, 1, 8)
    assert (small.fitting, small.first) == (1 / 4, 0)
    assert small.even == pytest.approx(2 / 9)
    # Of three places on two first pages, big has all; evenly it would have 4/3 and 1 of them.
    assert (big.fitting, big.first) == (3 / 4, 1)
    assert big.even == pytest.approx(7 / 9)
    assert big.ratio == pytest.approx(9 / 7)
    assert by_size["3 or 4"].ratio == 1
    assert "1.29" in report(counted, people=3, first=2, seed=1)


def test_chance_alone_is_about_even_and_favour_is_outside_it() -> None:
    activities = [f"activity {number}" for number in range(60)]
    of_size = {
        name: "1 or 2" if number % 2 else "8 and more" for number, name in enumerate(activities)
    }
    random = Random(3)
    fair = [random.sample(activities, 20) for _ in range(100)]
    low, high = by_chance(fair, of_size, 5)["8 and more"]
    assert 0.8 < low < 1 < high < 1.2
    assert low < shares_of(fair, of_size, 5)["8 and more"].ratio < high
    favoured = [sorted(one, key=lambda name: of_size[name] != "8 and more") for one in fair]
    low, high = by_chance(favoured, of_size, 5)["8 and more"]
    assert shares_of(favoured, of_size, 5)["8 and more"].ratio > high


@pytest.mark.parametrize(
    ("activities", "size"),
    [(1, "1 or 2"), (2, "1 or 2"), (3, "3 or 4"), (7, "5 to 7"), (8, "8 and more")],
)
def test_a_provider_is_as_large_as_what_it_offers(activities: int, size: str) -> None:
    assert size_of(activities) == size


def test_the_same_seed_draws_the_same_people() -> None:
    assert [somebody(Random(7)) for _ in range(3)] == [somebody(Random(7)) for _ in range(3)]


def test_no_size_of_provider_is_favoured_on_the_first_page(
    readers: Callable[[Kind], TestClient],
) -> None:
    async def count() -> list[Exposure]:
        transport = httpx.ASGITransport(app=readers("sqlite").app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await exposures_of(client, PEOPLE, seed=1, first=5)

    counted = asyncio.run(count())
    assert sum(one.first for one in counted) == pytest.approx(1)
    assert sum(one.even for one in counted) == pytest.approx(1)
    judged = [one for one in counted if one.even >= WORTH_JUDGING]
    assert len(judged) >= 3
    for one in judged:
        low, high = one.by_chance
        assert 0.9 * low < one.ratio < 1.1 * high, one
