"""Report how often providers of each size stand on the first page, over many invented people."""

import argparse
import asyncio
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random
from typing import Any, NamedTuple

import httpx

from app.vocabulary.terms import vocabulary
from scripts.golden import asking

SIZES = ((2, "1 or 2"), (4, "3 or 4"), (7, "5 to 7"), (10**9, "8 and more"))
"""Bounds of a provider's live activities, and what to call them."""

DEALS = 200
"""How often activities are dealt to providers at random, to see what chance does."""

LIVED_IN = {
    "Cheshire East": ("CW1", "CW2", "CW4", "CW5", "CW10", "CW11", "CW12", "SK9", "SK10", "SK11"),
    "Essex": ("CM1", "CM2", "CM7", "CM8", "CM20", "CO1", "CO3", "CO15", "SS6", "SS14"),
    "Leicester": ("LE1", "LE2", "LE3", "LE4", "LE5"),
}

Body = dict[str, Any]
Ask = Callable[[Body], Awaitable[Mapping[str, Any]]]


@dataclass(frozen=True)
class Exposure:
    """What providers of one size have of everything: shares from 0 to 1.

    `fitting` is their share of all activities that fitted somebody, `first` of the places on the
    first page, and `even` what their share of the first page would be if everything that fitted a
    person stood there equally often. `ratio` is `first` over `even`. `by_chance` are the ratios
    between which 19 of 20 lie if the same activities are dealt to providers at random.
    """

    size: str
    providers: int
    activities: int
    fitting: float
    even: float
    first: float
    by_chance: tuple[float, float]

    @property
    def ratio(self) -> float:
        """1 where the size makes no difference."""
        return self.first / self.even if self.even else 1.0


def somebody(random: Random) -> Body:
    """Invented answers, in the proportions in which people tend to answer."""
    terms = vocabulary()
    needs = [term.code for term in terms.scheme("cohort").terms if term.kind == "need"]
    activities = [term.code for term in terms.scheme("activity_type").terms]
    outcomes = terms.scheme("outcome").codes
    paying = ("direct_payment", "direct_payment", "self_funded", "self_funded", "not_sure")
    answers: Body = {
        "location": {"text": random.choice(random.choice([*LIVED_IN.values()]))},
        "needs": random.sample(needs, random.choice((1, 1, 2))),
        "funding": random.choice(paying),
        "activities": random.sample(activities, random.choice((1, 2, 3))),
        "travel": {"within_miles": random.choice((3, 5, 10, 20))},
    }
    if random.random() < 0.5:  # noqa: PLR2004 - half of them.
        answers["outcomes"] = random.sample(outcomes, 2)
    if random.random() < 0.4:  # noqa: PLR2004 - two in five.
        answers["age_band"] = random.choice(("18_25", "26_64", "65_79", "80_plus"))
    if random.random() < 0.3:  # noqa: PLR2004 - three in ten.
        answers["times"] = {"slots": random.sample(terms.scheme("slot").codes, 4)}
    return {"answers": answers, "limit": 100}


async def measure(
    ask: Ask, providers: Mapping[str, str], people: Iterable[Body], first: int
) -> list[Exposure]:
    """What providers of each size have, over these people.

    Args:
        ask: answers with the result for a body.
        providers: the provider of each live activity, by the activity's id.
        people: what is posted for each.
        first: how many places the first page has.
    """
    results = [[one["activity"]["id"] for one in (await ask(body))["matches"]] for body in people]
    counts = Counter(providers.values())
    of_size = {activity: size_of(counts[provider]) for activity, provider in providers.items()}
    shares = shares_of(results, of_size, first)
    chances = by_chance(results, of_size, first)
    return [
        Exposure(
            size=name,
            providers=sum(size_of(count) == name for count in counts.values()),
            activities=sum(size == name for size in of_size.values()),
            fitting=shares[name].fitting,
            even=shares[name].even,
            first=shares[name].first,
            by_chance=chances[name],
        )
        for _, name in SIZES
    ]


class Shares(NamedTuple):
    """What the activities of providers of one size have: shares from 0 to 1."""

    fitting: float
    even: float
    first: float

    @property
    def ratio(self) -> float:
        """1 where they stand on the first page as often as everything else that fits."""
        return self.first / self.even if self.even else 1.0


def shares_of(
    results: Sequence[Sequence[str]], of_size: Mapping[str, str], first: int
) -> dict[str, Shares]:
    """The shares of each size, from the activities that fitted each person in their order."""
    fitting: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    even: dict[str, Fraction] = defaultdict(Fraction)
    for activities in results:
        named = [of_size[activity] for activity in activities]
        fitting.update(named)
        shown.update(named[:first])
        for size, count in Counter(named).items():
            # Exact, so that the shares add up however many people there are.
            even[size] += Fraction(count * min(first, len(named)), len(named))
    every, places = max(1, fitting.total()), max(1, shown.total())
    return {
        name: Shares(fitting[name] / every, float(even[name] / places), shown[name] / places)
        for _, name in SIZES
    }


def by_chance(
    results: Sequence[Sequence[str]], of_size: Mapping[str, str], first: int
) -> dict[str, tuple[float, float]]:
    """Between which ratios 19 of 20 lie where activities are dealt to providers at random."""
    random = Random(0)  # noqa: S311 - shuffling needs no secret source.
    activities, sizes = [*of_size], [*of_size.values()]
    ratios: dict[str, list[float]] = defaultdict(list)
    for _ in range(DEALS):
        random.shuffle(sizes)
        dealt = dict(zip(activities, sizes, strict=True))
        for name, shares in shares_of(results, dealt, first).items():
            ratios[name].append(shares.ratio)
    cut = DEALS // 40
    return {name: (sorted(all_)[cut], sorted(all_)[-1 - cut]) for name, all_ in ratios.items()}


def size_of(activities: int) -> str:
    """What to call a provider with so many live activities."""
    return next(name for most, name in SIZES if activities <= most)


def report(exposures: Sequence[Exposure], people: int, first: int, seed: int) -> str:
    """The table, as text."""
    counted = f"{'provider with':<14}{'providers':>10}{'activities':>11}"
    shares = f"{'fitting':>9}{'even':>8}{'first':>8}{'ratio':>8}{'by chance':>16}"
    lines = [
        f"{people} invented people (seed {seed}), the first {first} of what fits each",
        "",
        counted + shares,
    ]
    lines += [
        f"{one.size:<14}{one.providers:>10}{one.activities:>11}{one.fitting:>9.1%}"
        f"{one.even:>8.1%}{one.first:>8.1%}{one.ratio:>8.2f}"
        f"{one.by_chance[0]:>9.2f} to {one.by_chance[1]:.2f}"
        for one in exposures
    ]
    return "\n".join(lines)


async def exposures_of(
    client: httpx.AsyncClient, people: int, seed: int, first: int
) -> list[Exposure]:
    """Ask for so many invented people, and measure."""
    random = Random(seed)  # noqa: S311 - invented people need no secret source.
    providers: dict[str, str] = {}
    page = 1
    while items := (await client.get(f"/v1/activities?per_page=100&page={page}")).json()["items"]:
        providers |= {one["id"]: one["provider"]["id"] for one in items}
        page += 1

    async def ask(body: Body) -> Mapping[str, Any]:
        answer = await client.post("/v1/matches", json=body)
        answer.raise_for_status()
        found: Mapping[str, Any] = answer.json()
        return found

    return await measure(ask, providers, (somebody(random) for _ in range(people)), first)


async def run(people: int, seed: int, first: int) -> list[Exposure]:
    """The exposures on the sample catalogue."""
    with tempfile.TemporaryDirectory() as folder:
        async with asking(folder) as (_, client):
            return await exposures_of(client, people, seed, first)


def main(arguments: list[str]) -> int:
    """Print the report."""
    parser = argparse.ArgumentParser(prog="scripts/fairness")
    parser.add_argument("--people", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=5)
    chosen = parser.parse_args(arguments)
    exposures = asyncio.run(run(chosen.people, chosen.seed, chosen.first))
    print(report(exposures, chosen.people, chosen.first, chosen.seed))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
