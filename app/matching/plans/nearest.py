"""Where no plan is possible: the smallest change with which there is one."""

from collections.abc import Sequence
from fractions import Fraction
from math import ceil
from typing import Any

from app.matching.changes import PERIODS, change_view
from app.matching.person import WEEKS_OF_PERIOD, Person
from app.matching.plans.answers import PlansWanted, minutes_of
from app.matching.plans.candidates import Choice, Choices
from app.matching.relaxing import Change
from app.matching.words import Voice, clock, counted, plain_clock, pounds

MOST_BUDGET = 100_000_000


def nearest_change(
    asked: PlansWanted, person: Person, choices: Choices, changes: Sequence[Change], voice: Voice
) -> dict[str, Any] | None:
    """The smallest change with which there is a plan; None where none is known.

    Args:
        asked: what was asked.
        person: who asks.
        choices: the sessions that serve; none of them makes a plan.
        changes: what brings more matches, where nothing matches at all.
        voice: whom the texts speak to.
    """
    affordable = [one for one in choices.too_early_or_late if _affordable(one, person)]
    if affordable:
        return _other_times(asked, affordable)
    everything = [*choices.found, *choices.too_early_or_late]
    if choices.found and person.weekly_budget is not None:
        return _more_money(choices.found, person)
    if everything and person.weekly_budget is not None:
        return _more_money(everything, person)
    if changes:
        return {**change_view(changes[0], voice), "applies_to": "answers"}
    return None


def _affordable(choice: Choice, person: Person) -> bool:
    budget, cost = person.weekly_budget, _week(choice)
    return budget is None or (cost is not None and cost <= budget)


def _week(choice: Choice) -> Fraction | None:
    """What coming once a week costs; None where it is not known."""
    one = choice.candidate()
    return None if one.each is None else one.each + one.fee


def _other_times(asked: PlansWanted, choices: Sequence[Choice]) -> dict[str, Any]:
    """An earlier start or a later end: the fewest minutes with which one session fits."""
    first = 0 if asked.earliest is None else minutes_of(asked.earliest)
    last = 24 * 60 if asked.latest is None else minutes_of(asked.latest)
    chosen = min(
        choices, key=lambda one: (max(first - one.starts, 0) + max(one.ends - last, 0), one.starts)
    )
    patch: dict[str, Any] = {}
    plain, simple = [], []
    if chosen.starts < first:
        first = chosen.starts
        patch["earliest"] = clock(first)
        plain.append(f"start at {plain_clock(first)}")
        simple.append(f"Start at {plain_clock(first)}.")
    if chosen.ends > last:
        last = chosen.ends
        patch["latest"] = clock(last)
        plain.append(f"stay until {plain_clock(last)}")
        simple.append(f"Stay until {plain_clock(last)}.")
    gains = sum(first <= one.starts and one.ends <= last for one in choices)
    what = " and ".join(plain)
    more = counted(gains, "more time")
    return {
        "patch": patch,
        "applies_to": "body",
        "text": f"{what[0].upper()}{what[1:]}: {more} to choose from",
        "easy_read": f"{' '.join(simple)} Then there {'is' if gains == 1 else 'are'} {more}.",
        "gains": gains,
    }


def _more_money(choices: Sequence[Choice], person: Person) -> dict[str, Any]:
    """The least whole pounds, in the budget's own period, that pay for one session."""
    budget = person.answers.budget
    assert budget is not None  # noqa: S101 - there is one, or money would be no reason.
    costs = [cost for one in choices if (cost := _week(one)) is not None]
    period = WEEKS_OF_PERIOD[budget.period]
    pence = ceil(min(costs) / period / 100) * 100 if costs else MOST_BUDGET + 1
    if pence > MOST_BUDGET:
        return {
            "patch": {"budget": None},
            "applies_to": "answers",
            "text": f"Plan without a budget: {counted(len(choices), 'more time')} to choose from",
            "easy_read": "We do not know what these cost. Plan without saying how much you have.",
            "gains": len(choices),
        }
    gains = sum(cost <= pence * period for cost in costs)
    more, often = pounds(pence - budget.amount_pence), PERIODS[budget.period]
    return {
        "patch": {"budget": {"amount_pence": pence}},
        "applies_to": "answers",
        "text": f"Spend {more} more, up to {pounds(pence)} {often}: "
        f"{counted(gains, 'more time')} to choose from",
        "easy_read": f"Spend {more} more {often}. "
        f"Then there {'is' if gains == 1 else 'are'} {counted(gains, 'more time')}.",
        "gains": gains,
    }
