"""Providers of every size stand on the first page about as often as what fits would have it."""

import asyncio
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest

from scripts.fairness import Exposure, measure, report, run, size_of, somebody

PEOPLE = 80
WORTH_JUDGING = 0.05
"""A share of the first page below this is of too few people to say anything."""


def found(*providers: str) -> Mapping[str, Any]:
    return {"matches": [{"activity": {"provider": {"id": one}}} for one in providers]}


def test_shares_are_counted_as_they_are_explained() -> None:
    results = iter([found("big", "big", "small"), found("big"), found()])

    async def ask(_: dict[str, Any]) -> Mapping[str, Any]:
        return next(results)

    counted = asyncio.run(measure(ask, {"big": 12, "small": 1, "other": 3}, [{}, {}, {}], first=2))
    by_size = {one.size: one for one in counted}
    assert by_size["1 activity"] == Exposure(
        size="1 activity", providers=1, activities=1, fitting=1 / 4, even=2 / 9, first=0
    )
    assert by_size["10 and more"].fitting == 3 / 4
    # Of three places on two first pages, big has all; evenly it would have 4/3 and 1 of them.
    assert by_size["10 and more"].first == 1
    assert by_size["10 and more"].even == pytest.approx(7 / 9)
    assert by_size["10 and more"].ratio == pytest.approx(9 / 7)
    assert by_size["2 to 4"].ratio == 1
    assert "1.29" in report(counted, people=3, first=2, seed=1)


@pytest.mark.parametrize(
    ("activities", "size"),
    [(1, "1 activity"), (2, "2 to 4"), (4, "2 to 4"), (5, "5 to 9"), (10, "10 and more")],
)
def test_a_provider_is_as_large_as_what_it_offers(activities: int, size: str) -> None:
    assert size_of(activities) == size


def test_the_same_seed_draws_the_same_people() -> None:
    assert [somebody(Random(7)) for _ in range(3)] == [somebody(Random(7)) for _ in range(3)]


def test_no_size_of_provider_is_favoured_on_the_first_page() -> None:
    counted = asyncio.run(run(PEOPLE, seed=1, first=5))
    assert sum(one.first for one in counted) == pytest.approx(1)
    assert sum(one.even for one in counted) == pytest.approx(1)
    judged = [one for one in counted if one.even >= WORTH_JUDGING]
    assert len(judged) >= 3
    for one in judged:
        assert 0.6 < one.ratio < 1.6, one
