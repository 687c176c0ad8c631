"""The best plans, held to looking at every set of sessions, and by hand."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from matching.plans.plain import best_of_each_kind, days_of, feasible, merits, value_of
from matching.plans.weeks import WORTH, large_week, weeks

from app.matching.plans.kinds import KINDS, plans_of
from app.matching.plans.problem import Candidate, Week

EXAMPLES = 300
"""Thousands were looked at once; these many are looked at in every run."""


def check(week: Week) -> None:
    """Fail unless each plan is the best of its kind."""
    plans = plans_of(week)
    best = next((plan for plan in plans if plan.kind == "best_fit"), None)
    expected = best_of_each_kind(week, days_of(week, best.candidates) if best else None)
    assert bool(plans) == bool(expected)
    found = [merits(week, plan.candidates) for plan in plans]
    for plan, merit in zip(plans, found, strict=True):
        assert plan.proved
        assert feasible(week, plan.candidates)
        assert merit == expected[plan.kind]
        assert Fraction(plan.value) == value_of(week, plan.candidates) / 10 or plan.value == float(
            value_of(week, plan.candidates) / 10
        )
    # A kind is missing only where its plan would be none of its own.
    assert all(expected[kind] in found for kind in expected)
    assert [plan.kind for plan in plans] == [
        kind for kind in KINDS if kind in {p.kind for p in plans}
    ]
    assert len({plan.candidates for plan in plans}) == len(plans)
    assert plans_of(week) == plans


@settings(max_examples=EXAMPLES, deadline=None)
@given(weeks())
def test_each_plan_is_the_best_of_all_sets_of_sessions(week: Week) -> None:
    check(week)


@pytest.mark.parametrize(
    "over",
    [
        {},
        {"alike": True, "price": 2_000},
        {"fees": 0.9},
        {"odd_prices": True},
        {"odd_prices": True, "alike": True},
        {"days": 3},
        {"budget": None},
        {"budget": Fraction(3_000)},
        {"over_days": 1},
        {"served": 0.6},
        {"lengths": (30, 45), "gap": 0},
    ],
    ids=str,
)
def test_the_plan_of_a_large_week_is_proved_to_be_the_best(over: dict[str, Any]) -> None:
    week = large_week(1, **over)
    plans = plans_of(week)
    assert plans[0].kind == "best_fit"
    for plan in plans:
        assert plan.proved
        assert feasible(week, plan.candidates)


# By hand


def candidate(day: int, starts: int, points: int = 100, **over: Any) -> Candidate:
    """Two hours, free, serving nothing."""
    fields = {"serves": frozenset(), "each": Fraction(0), **over}
    length = fields.pop("length", 120)
    return Candidate(
        day=day, starts=starts * 60, ends=starts * 60 + length, points=points, **fields
    )


def week_of(*candidates: Candidate, **over: Any) -> Week:
    """Nothing is far from anything."""
    fields = {"wanted": (), "minutes": lambda _one, _other: 0, "gap": 30, **over}
    return Week(candidates, **fields)


def kinds(week: Week) -> dict[str, tuple[int, ...]]:
    return {plan.kind: plan.candidates for plan in plans_of(week)}


def test_nobody_is_in_two_places_and_the_gap_is_kept() -> None:
    ten, one, half_past_twelve = candidate(0, 10), candidate(0, 13), candidate(0, 12, length=60)
    assert kinds(week_of(ten, one)) == {"best_fit": (0, 1)}
    assert kinds(week_of(ten, half_past_twelve, gap=0)) == {"best_fit": (0, 1)}
    assert len(kinds(week_of(ten, half_past_twelve))["best_fit"]) == 1


def test_the_way_between_two_places_takes_its_time() -> None:
    pair = (candidate(0, 10), candidate(0, 13))
    assert kinds(week_of(*pair, minutes=lambda _one, _other: 60)) == {"best_fit": (0, 1)}
    assert len(kinds(week_of(*pair, minutes=lambda _one, _other: 61))["best_fit"]) == 1
    # On different days there is the night in between.
    apart = (candidate(0, 10), candidate(1, 13))
    assert kinds(week_of(*apart, minutes=lambda _one, _other: 999)) == {"best_fit": (0, 1)}


def test_variety_is_worth_more_than_the_same_again() -> None:
    same = candidate(0, 10, serves=frozenset({0}))
    again = candidate(1, 10, 140, serves=frozenset({0}))
    other = candidate(1, 10, 100, serves=frozenset({1}))
    # The second of its kind gives 62.5, a first one of another kind 100.
    week = week_of(same, again, other, wanted=WORTH[:2])
    assert kinds(week) == {"best_fit": (0, 1)}
    more = Week(
        [same, again, candidate(1, 10, 103, serves=frozenset({1}))], WORTH[:2], lambda *_: 0, 0
    )
    assert kinds(more) == {"best_fit": (0, 2)}


def test_a_weekly_price_is_paid_once_for_an_activity() -> None:
    fee = Fraction(1_500)
    paid = [candidate(day, 10, fee=fee, fee_of="club") for day in range(3)]
    assert kinds(week_of(*paid, budget=Fraction(1_500))) == {"best_fit": (0, 1, 2)}
    assert kinds(week_of(*paid, budget=Fraction(1_499))) == {}
    others = [candidate(day, 10, fee=fee, fee_of=day) for day in range(3)]
    assert len(kinds(week_of(*others, budget=Fraction(4_499)))["best_fit"]) == 2


def test_the_budget_is_kept_to_the_fraction_of_a_penny() -> None:
    thirds = [candidate(day, 10, each=Fraction(1_000, 3)) for day in range(3)]
    assert kinds(week_of(*thirds, budget=Fraction(1_000))) == {"best_fit": (0, 1, 2)}
    assert len(kinds(week_of(*thirds, budget=Fraction(99_999, 100)))["best_fit"]) == 2


def test_money_of_any_fraction_is_exact() -> None:
    """So many different fractions that no floating point number holds their sum."""
    primes = (7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53)
    each = [Fraction(1_000, prime) for prime in primes]
    sessions = [candidate(n % 7, 9 + 4 * (n // 7), each=one) for n, one in enumerate(each)]
    enough = sum(each, Fraction(0))
    assert len(kinds(week_of(*sessions, budget=enough))["best_fit"]) == 13
    assert len(kinds(week_of(*sessions, budget=enough - Fraction(1, 10**15)))["best_fit"]) == 12


def test_a_price_that_is_not_known_fits_no_budget() -> None:
    unknown = candidate(0, 10, each=None)
    assert kinds(week_of(unknown, budget=Fraction(100_000))) == {}
    assert kinds(week_of(unknown)) == {"best_fit": (0,)}
    # It counts as dearer than any price that is known.
    dear = candidate(0, 14, 50, each=Fraction(90_000))
    assert kinds(week_of(unknown, dear)) == {"best_fit": (0, 1), "lowest_cost": (1,)}


def test_of_what_is_not_known_as_little_as_can_be() -> None:
    """Two days, of which only the first has sessions with a known price."""
    sessions = [
        candidate(0, 10, 100, each=None),
        candidate(0, 10, 50, each=Fraction(700)),
        candidate(0, 10, 10, each=Fraction(500)),
        candidate(1, 10, 100, each=None),
        candidate(1, 14, 100, each=None),
    ]
    assert kinds(week_of(*sessions)) == {"best_fit": (0, 3, 4), "lowest_cost": (2, 3)}


def test_three_plans_that_differ() -> None:
    dear = candidate(0, 10, 900, each=Fraction(2_000))
    cheap = candidate(0, 10, 100, each=Fraction(500))
    small = candidate(1, 10, 50, each=Fraction(1_500))
    week = week_of(dear, cheap, small, budget=Fraction(2_000))
    assert kinds(week) == {"best_fit": (0,), "lowest_cost": (1,), "most_days": (1, 2)}


def test_no_more_days_than_wanted() -> None:
    sessions = [candidate(day, 10, 100 + day) for day in range(7)]
    assert kinds(week_of(*sessions, days=2)) == {"best_fit": (5, 6)}
    assert len(kinds(week_of(*sessions))["best_fit"]) == 7


def test_a_session_that_gives_nothing_is_still_a_plan() -> None:
    assert kinds(week_of(candidate(0, 10, 0))) == {"best_fit": (0,)}
    assert kinds(week_of(candidate(0, 10, 0, each=None), days=1)) == {"best_fit": (0,)}
    assert plans_of(week_of()) == []
