"""Weeks to plan, drawn by hypothesis or made from a seed."""

import random
from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from app.matching.plans.problem import Candidate, Week

WORTH = (250, 200, 150, 125, 100)
PENCE = st.sampled_from([0, 0, 500, 1_000, 1_000, 1_500, 2_550]) | st.integers(0, 4_000)


@st.composite
def amounts(draw: st.DrawFn) -> Fraction:
    """Pence, whole or shared by weeks, hours or the sessions of a course."""
    return Fraction(draw(PENCE), draw(st.sampled_from([1, 1, 1, 4, 12, 13, 50, 60])))


@st.composite
def weeks(draw: st.DrawFn, most: int = 8) -> Week:
    """A small week, often with ties, shared fees and little money."""
    wanted = WORTH[: draw(st.integers(0, 3))] + WORTH[: draw(st.integers(0, 2))]
    points = st.sampled_from([0, 100, 100, 250]) | st.integers(0, 750)
    candidates = [
        Candidate(
            day=draw(st.integers(0, 3)),
            starts=(starts := draw(st.integers(16, 40)) * 30),
            ends=starts + draw(st.sampled_from([30, 60, 90, 120, 240])),
            points=draw(points),
            serves=frozenset(
                draw(st.sets(st.integers(0, len(wanted) - 1), max_size=3)) if wanted else ()
            ),
            each=draw(st.none() | amounts() | amounts() | amounts()),
            fee=draw(st.just(Fraction(0)) | amounts()),
            fee_of=draw(st.sampled_from([None, "a", "a", "b", "c"])),
        )
        for _ in range(draw(st.integers(0, most)))
    ]
    places = [draw(st.integers(0, 60)) for _ in candidates]
    return Week(
        candidates,
        wanted,
        lambda one, other: abs(places[one] - places[other]),
        gap=draw(st.sampled_from([0, 30, 60])),
        days=draw(st.integers(1, 7)),
        budget=draw(st.none() | amounts() | st.integers(0, 8_000).map(Fraction)),
    )


def large_week(seed: int, size: int = 200, **over: Any) -> Week:
    """A week with many candidates. Each of `over` makes it awkward in some way."""
    draw = random.Random(seed)
    days = over.get("over_days", 7)
    wanted = over.get("wanted", WORTH + WORTH)
    lengths = over.get("lengths", (60, 90, 120, 150, 180, 240, 300))
    alike = over.get("alike", False)
    candidates = []
    for number in range(size):
        starts = draw.randrange(8 * 60, 20 * 60, over.get("grid", 15))
        each: Fraction | None = Fraction(
            draw.choice([0, 500, 800, 1_000, 1_250, 2_000, 4_500, 6_000])
        )
        if over.get("odd_prices"):
            each = Fraction(draw.randrange(300, 7_000) * draw.choice([60, 90, 150]), 60)
        fee = Fraction(0)
        activity = number // over.get("sessions_each", 3)
        if draw.random() < over.get("fees", 0.2):
            each, fee = Fraction(0), Fraction(draw.choice([1_500, 3_000, 5_000]) * 12, 52)
        candidates.append(
            Candidate(
                day=draw.randrange(days),
                starts=starts,
                ends=starts + draw.choice(lengths),
                points=400 if alike else draw.randrange(150, 750),
                serves=frozenset(
                    wish for wish in range(len(wanted)) if draw.random() < over.get("served", 0.2)
                ),
                each=Fraction(over["price"]) if "price" in over else each,
                fee=fee,
                fee_of=activity,
            )
        )
    at = [(draw.random() * 10, draw.random() * 10) for _ in candidates]

    def minutes(one: int, other: int) -> int:
        (x, y), (u, v) = at[one], at[other]
        return int(5.2 * ((x - u) ** 2 + (y - v) ** 2) ** 0.5)

    return Week(
        candidates,
        wanted,
        minutes,
        gap=over.get("gap", 30),
        days=over.get("days", 7),
        budget=over.get("budget", Fraction(20_000)),
    )
