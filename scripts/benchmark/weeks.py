"""How long a week takes to be planned, out of as many sessions as are ever looked at."""

import random
import time
from collections.abc import Iterator
from typing import Any

from app.matching.plans.candidates import MOST_CANDIDATES
from scripts.benchmark.server import Server

PEOPLE = 20
ASKED = 200
"""So many people are asked for at most, until there are enough with so many sessions."""

PLACES = ("Chelmsford", "Leicester", "Crewe", "Bristol", "Leeds", "Croydon", "Stockport", "M14")
WISHES = ("cooking", "gardening", "music", "art", "swimming", "walking", "dance")
OUTCOMES = ("social_connections", "fit_active", "independence", "life_skills", "volunteering")
BUDGETS = (4_000, 9_000, 20_000, 35_000)


def plan_times(server: Server, seed: int) -> list[float]:
    """Milliseconds of whole answers of `POST /v1/plans` to people who differ.

    Args:
        server: the application, serving.
        seed: makes the people.

    Returns:
        One figure for each person with as many sessions as are looked at; none where nobody has.
    """
    found: list[float] = []
    for body in _people(seed):
        if len(found) == PEOPLE:
            break
        begun = time.perf_counter()
        answer = server.tell("/v1/plans", body)
        taken = time.perf_counter() - begun
        if answer.status == 200 and answer.json()["sessions_considered"] >= MOST_CANDIDATES:  # noqa: PLR2004 - what HTTP calls fine.
            found.append(taken * 1000)
    return found


def _people(seed: int) -> Iterator[dict[str, Any]]:
    draw = random.Random(seed)  # noqa: S311 - nothing secret is drawn.
    for _ in range(ASKED):
        yield {
            "answers": {
                "location": {"text": draw.choice(PLACES)},
                "funding": "not_sure",
                "activities": draw.sample(WISHES, draw.randint(0, 4)),
                "outcomes": draw.sample(OUTCOMES, draw.randint(0, 4)),
                "budget": {"amount_pence": draw.choice(BUDGETS)},
                "travel": {"within_miles": draw.choice([10, 20, 40])},
            },
            "days_per_week": draw.choice([2, 3, 5, 7]),
        }
