"""Weeks that work for one person, from memory, and forgotten."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from pydantic_core import from_json, to_json

from app.catalogue.occurrences import DAYS
from app.catalogue.pricing import half_up
from app.geo.councils import PlaceFound
from app.matching.advising import notice
from app.matching.filters import Wanted
from app.matching.matches import day_of, relaxations, rows_to_judge
from app.matching.person import Person
from app.matching.places import council_view, homes_of, paying_council, payment_rules
from app.matching.plans.answers import PlansWanted
from app.matching.plans.candidates import (
    Choice,
    Choices,
    Ways,
    choices_of,
    ways_of,
    week_of,
    with_days,
)
from app.matching.plans.costing import PlanCost, cost_of_plan
from app.matching.plans.kinds import Kind, Plan, plans_of
from app.matching.plans.nearest import nearest_change
from app.matching.plans.wording import plan_words
from app.matching.policy import VERSION
from app.matching.prices import bills_of
from app.matching.ranking import Outcome, judge
from app.matching.reach import spot_of
from app.matching.reading import Reading
from app.matching.reasons import times_of
from app.matching.rows import sessions_of
from app.matching.shares import Columns, rules_for
from app.matching.words import clock, voice_of
from app.search.index.snapshot import Snapshot
from app.search.places import place_understood
from app.vocabulary.schemas import coded


@dataclass(frozen=True, repr=False)
class Weeks:
    """Everything that was worked out of what was asked."""

    asked: PlansWanted
    reading: Reading
    homes: list[PlaceFound]
    outcome: Outcome
    rows: "np.ndarray[Any, np.dtype[np.intp]]"
    choices: Choices
    ways: Ways
    plans: list[Plan]

    @property
    def person(self) -> Person:
        """Who asks."""
        return self.reading.wanted.person

    def of(self, plan: Plan) -> list[Choice]:
        """The sessions of a plan, in the order of the week."""
        return [self.choices.found[number] for number in plan.candidates]

    def best(self, kind: Kind | None) -> Plan | None:
        """The plan of a kind; where it would be none of its own, the best fit is of that kind."""
        named = [plan for plan in self.plans if plan.kind == (kind or "best_fit")]
        return next(iter([*named, *self.plans]), None)


def weeks_of(snapshot: Snapshot, asked: PlansWanted) -> Weeks:
    """The plans for what was asked.

    Raises:
        DayOutOfRange: the day is not one of the next year.
        HomeNotResolved: the place told is not known.
        CouncilNotHeld: the council named is not held.
    """
    day = day_of(asked, snapshot.today)
    asked = with_days(asked)
    answers = asked.answers
    homes = homes_of(snapshot, answers)
    home = homes[0] if homes else None
    spot = spot_of(home, answers.council) if home else None
    wanted = Wanted(Person(answers, day, has_place=spot is not None), spot)
    rows = rows_to_judge(snapshot, wanted, 1)
    outcome = judge(sessions_of(snapshot, rows, day), wanted)
    reading = Reading(
        snapshot=snapshot,
        wanted=wanted,
        rules=rules_for(answers.funding, payment_rules(paying_council(snapshot, answers, home))),
        bills=bills_of(snapshot),
        voice=voice_of(answers.for_whom),
        lang=asked.lang,
    )
    choices = choices_of(reading, outcome, asked)
    ways = ways_of(choices.found, spot.point if spot else None)
    plans = plans_of(week_of(choices.found, ways, reading, asked))
    return Weeks(asked, reading, homes, outcome, rows, choices, ways, plans)


def plans_found(snapshot: Snapshot, asked: PlansWanted, kind: Kind | None) -> bytes:
    """The JSON of `PlansFound`.

    Args:
        snapshot: the catalogue.
        asked: what was asked.
        kind: only this kind of plan; all if not given.

    Raises:
        DayOutOfRange: the day is not one of the next year.
        HomeNotResolved: the place told is not known.
        CouncilNotHeld: the council named is not held.
    """
    weeks = weeks_of(snapshot, asked)
    place = place_understood(weeks.homes)
    home = weeks.homes[0] if weeks.homes else None
    answers = weeks.asked.answers
    council = council_view(snapshot, answers, home, asked.lang)
    shown = [plan for plan in weeks.plans if kind is None or plan.kind == kind]
    return to_json(
        {
            "policy_version": VERSION,
            "catalogue_version": f"{snapshot.epoch}-{snapshot.sequence}",
            "place": place.model_dump(mode="json") if place else None,
            "sessions_that_fit": weeks.choices.fitting,
            "sessions_considered": weeks.choices.looked_at,
            "plans": [_plan_view(weeks, plan) for plan in shown],
            "nearest_change": None if weeks.plans else _nearest(snapshot, weeks),
            "notice": notice(council),
        }
    )


def _nearest(snapshot: Snapshot, weeks: Weeks) -> dict[str, Any] | None:
    changes = []
    if not weeks.choices.looked_at:
        changes = relaxations(snapshot, weeks.reading.wanted, weeks.outcome, weeks.rows)
    return nearest_change(weeks.asked, weeks.person, weeks.choices, changes, weeks.reading.voice)


def _plan_view(weeks: Weeks, plan: Plan) -> dict[str, Any]:
    chosen, person, lang = weeks.of(plan), weeks.person, weeks.reading.lang
    cost = cost_of_plan(chosen, weeks.reading.rules)
    left = left_of(person.weekly_budget, cost)
    served = frozenset[int]().union(*(choice.serves for choice in chosen))
    activities = person.answers.activities or []
    outcomes = person.answers.outcomes or []
    return {
        "kind": plan.kind,
        "sessions": [
            _session_view(weeks, number, before)
            for number, before in zip(plan.candidates, (None, *plan.candidates), strict=False)
        ],
        "value": plan.value,
        "cost": {
            "per_week": _columns(cost.columns),
            "unknown": [coded("price_part", part, lang).model_dump() for part in cost.unknown],
        },
        "left_of_budget_pence": left,
        "activities_covered": _covered("activity_type", activities, 0, served, weeks),
        "outcomes_covered": _covered("outcome", outcomes, len(activities), served, weeks),
        "proved_best": plan.proved,
        **plan_words(chosen, cost, person, left, weeks.reading.voice).said(),
    }


def left_of(budget: Fraction | None, cost: PlanCost) -> int | None:
    """What a plan leaves of a week's budget, in whole pence."""
    if budget is None or cost.exact is None:
        return None
    return half_up(budget - cost.exact)


def _columns(columns: Columns | None) -> dict[str, int] | None:
    if columns is None:
        return None
    return {
        "total_pence": columns.total,
        "from_direct_payment_pence": columns.direct_payment,
        "own_money_pence": columns.own_money,
        "to_ask_pence": columns.to_ask,
    }


def _covered(
    scheme: str, codes: Sequence[str], first: int, served: frozenset[int], weeks: Weeks
) -> list[dict[str, Any]]:
    return [
        coded(scheme, code, weeks.reading.lang).model_dump()
        for number, code in enumerate(codes, start=first)
        if number in served
    ]


def _session_view(weeks: Weeks, number: int, before: int | None) -> dict[str, Any]:
    choice = weeks.choices.found[number]
    session, shown = choice.session, choice.shown
    summary = from_json(weeks.reading.snapshot.summaries.read(shown.row, weeks.reading.lang) + b"}")
    day, times = session.number("day"), times_of(session)
    same_day = before is not None and weeks.choices.found[before].session.number("day") == day
    if before is not None and same_day:
        minutes: int | None = weeks.ways.minutes(before, number)
    else:
        minutes = weeks.ways.from_home[number]
    return {
        "activity": {name: summary[name] for name in ("id", "slug", "name")},
        "session_id": (session.stated or {})["id"],
        "day": DAYS[day],
        "starts_at": clock(choice.starts),
        "ends_at": clock(choice.ends),
        "times": times.easy_read if weeks.reading.lang == "easy" else times.text,
        "place": session.place,
        "venue": session.venue,
        "travel_minutes_before": minutes,
    }
