"""Plans found the plain way: by looking at every set of sessions."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations, pairwise

from app.matching.plans.problem import Week


def feasible(week: Week, chosen: Sequence[int]) -> bool:
    """Whether one can go to these sessions in one week, in the order of their times."""
    days = {week.candidates[number].day for number in chosen}
    if len(days) > week.days:
        return False
    ordered = sorted(chosen, key=lambda number: _when(week, number))
    for one, other in pairwise(ordered):
        first, second = week.candidates[one], week.candidates[other]
        wait = max(week.gap, week.minutes(one, other))
        if first.day == second.day and second.starts < first.ends + wait:
            return False
    unknown, cost = cost_of(week, chosen)
    return week.budget is None or (not unknown and cost <= week.budget)


def _when(week: Week, number: int) -> tuple[int, int, int, int]:
    one = week.candidates[number]
    return (one.day, one.starts, one.ends, number)


def value_of(week: Week, chosen: Sequence[int]) -> Fraction:
    """In tenths of a point, exactly."""
    value = Fraction(sum(week.candidates[number].points for number in chosen))
    for wish, worth in enumerate(week.wanted):
        times = sum(wish in week.candidates[number].serves for number in chosen)
        value += worth * (1 - Fraction(1, 2**times))
    return value


def cost_of(week: Week, chosen: Sequence[int]) -> tuple[int, Fraction]:
    """How many prices are not known, and what the others come to."""
    unknown, cost, fees = 0, Fraction(0), dict[object, Fraction]()
    for number in chosen:
        one = week.candidates[number]
        if one.each is None:
            unknown += 1
            continue
        cost += one.each
        key = ("alone", number) if one.fee_of is None else one.fee_of
        fees[key] = max(fees.get(key, Fraction(0)), one.fee)
    return unknown, cost + sum(fees.values(), Fraction(0))


def days_of(week: Week, chosen: Sequence[int]) -> int:
    return len({week.candidates[number].day for number in chosen})


def all_plans(week: Week) -> Iterator[tuple[int, ...]]:
    """Every plan of at least one session."""
    numbers = range(len(week.candidates))
    for size in range(1, len(week.candidates) + 1):
        for chosen in combinations(numbers, size):
            if feasible(week, chosen):
                yield chosen


Merits = tuple[int, Fraction, tuple[int, Fraction]]
"""Days, value and cost of a plan."""


def merits(week: Week, chosen: Sequence[int]) -> Merits:
    return days_of(week, chosen), value_of(week, chosen), cost_of(week, chosen)


def best_of_each_kind(week: Week, full: int | None = None) -> dict[str, Merits]:
    """The best plan by kind; none where there is no plan.

    Where several plans are the best fit, the cheapest as full is as full as the one that was
    chosen of them, on `full` days.
    """
    plans = [merits(week, one) for one in all_plans(week)]
    if not plans:
        return {}
    best = min(plans, key=lambda plan: (-plan[1], plan[2], plan[0] != full))
    same = [plan for plan in plans if plan[0] == best[0]]
    return {
        "best_fit": best,
        "lowest_cost": min(same, key=lambda plan: (plan[2], -plan[1])),
        "most_days": min(plans, key=lambda plan: (-plan[0], -plan[1], plan[2])),
    }
