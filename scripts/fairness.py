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
from typing import Any

from app.vocabulary.terms import vocabulary
from scripts.golden import asking

SIZES = ((1, "1 activity"), (4, "2 to 4"), (9, "5 to 9"), (10**9, "10 and more"))
"""Bounds of a provider's live activities, and what to call them."""

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
    person stood there equally often. `ratio` is `first` over `even`.
    """

    size: str
    providers: int
    activities: int
    fitting: float
    even: float
    first: float

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
    ask: Ask, sizes: Mapping[str, int], people: Iterable[Body], first: int
) -> list[Exposure]:
    """What providers of each size have, over these people.

    Args:
        ask: answers with the result for a body.
        sizes: the number of live activities of each provider, by its id.
        people: what is posted for each.
        first: how many places the first page has.
    """
    fitting: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    even: dict[str, Fraction] = defaultdict(Fraction)
    for body in people:
        found = await ask(body)
        of_size = [size_of(sizes[one["activity"]["provider"]["id"]]) for one in found["matches"]]
        fitting.update(of_size)
        shown.update(of_size[:first])
        for size in of_size:
            # Exact, so that the shares add up however many people there are.
            even[size] += Fraction(min(first, len(of_size)), len(of_size))
    every = max(1, fitting.total())
    places = max(1, shown.total())
    return [
        Exposure(
            size=name,
            providers=sum(size_of(count) == name for count in sizes.values()),
            activities=sum(count for count in sizes.values() if size_of(count) == name),
            fitting=fitting[name] / every,
            even=float(even[name] / places),
            first=shown[name] / places,
        )
        for _, name in SIZES
    ]


def size_of(activities: int) -> str:
    """What to call a provider with so many live activities."""
    return next(name for most, name in SIZES if activities <= most)


def report(exposures: Sequence[Exposure], people: int, first: int, seed: int) -> str:
    """The table, as text."""
    counted = f"{'provider with':<14}{'providers':>10}{'activities':>11}"
    shares = f"{'fitting':>9}{'even':>8}{'first':>8}{'ratio':>8}"
    lines = [
        f"{people} invented people (seed {seed}), the first {first} of what fits each",
        "",
        counted + shares,
    ]
    lines += [
        f"{one.size:<14}{one.providers:>10}{one.activities:>11}{one.fitting:>9.1%}"
        f"{one.even:>8.1%}{one.first:>8.1%}{one.ratio:>8.2f}"
        for one in exposures
    ]
    return "\n".join(lines)


async def run(people: int, seed: int, first: int) -> list[Exposure]:
    """Ask for so many people, on the sample catalogue."""
    random = Random(seed)  # noqa: S311 - invented people need no secret source.
    with tempfile.TemporaryDirectory() as folder:
        async with asking(folder) as (post, client):
            sizes: Counter[str] = Counter()
            page = 1
            while items := (await client.get(f"/v1/activities?per_page=100&page={page}")).json()[
                "items"
            ]:
                sizes.update(one["provider"]["id"] for one in items)
                page += 1

            async def ask(body: Body) -> Mapping[str, Any]:
                answer = await post(body)
                answer.raise_for_status()
                found: Mapping[str, Any] = answer.json()
                return found

            return await measure(ask, sizes, (somebody(random) for _ in range(people)), first)


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
