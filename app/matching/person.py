"""A person's answers as matching reads them: complete, with numbers for what is compared."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cache
from typing import Literal

from app.matching.answers import (
    AccessNeed,
    Answers,
    Budget,
    CommunicationWish,
    Criterion,
    PreferenceWish,
    SupportNeed,
    ages_of,
)
from app.matching.kept import kept
from app.matching.policy import ANY_LIMIT, LEAST_LIMIT, NEAR_MISS_MILES, WEIGHTS
from app.search.index.bits import mask_of
from app.search.index.times import slot_numbers
from app.vocabulary.terms import vocabulary

Serves = Literal["you", "the_person_you_care_for"]
Payer = Literal["anyone", "direct_payment", "self_funder", "council"]
Ratio = tuple[int, int]
Wish = SupportNeed | AccessNeed | CommunicationWish | PreferenceWish

PAYERS: dict[str, Payer] = {
    "direct_payment": "direct_payment",
    "prepaid_card": "direct_payment",
    "managed_dp": "direct_payment",
    "isf": "direct_payment",
    "nhs_phb": "direct_payment",
    "self_funded": "self_funder",
    "council_arranged": "council",
}
"""Whose prices hold for each way of paying; for any other, those for anyone."""

PERSONAL_BUDGETS = ("direct_payment", "prepaid_card", "managed_dp", "isf", "nhs_phb")
"""Ways of paying with public money that the person directs."""

RATIOS: dict[str, Ratio] = {"one_to_one": (1, 1), "two_to_one": (2, 1)}
"""The staffing ratio that a level of support needs, workers to people."""

OLD = 65
YOUNG = (18, 25)

WEEKS_OF_PERIOD = {
    "week": Fraction(1),
    "four_weeks": Fraction(1, 4),
    "month": Fraction(12, 52),
}
"""By what an amount for a period is multiplied to give a week's."""


@dataclass(frozen=True, repr=False)
class Side:
    """Somebody who is judged on age and on who it is for. `known` is False where nothing was told.

    `cohorts` are the groups and needs answered; `by_age` those that follow from the age.
    """

    serves: Serves
    ages: tuple[int, int] | None
    group: tuple[str, ...]
    needs: tuple[str, ...]
    known: bool = True

    @property
    def cohorts(self) -> tuple[str, ...]:
        """Every group and need that was answered."""
        return (*self.group, *self.needs)

    @property
    def by_age(self) -> tuple[str, ...]:
        """The cohorts that an age puts somebody in, where the whole of the answer lies there."""
        if self.ages is None:
            return ()
        youngest, oldest = self.ages
        if youngest >= YOUNG[0] and oldest <= YOUNG[1]:
            return ("young_adults",)
        return ("older_people",) if youngest >= OLD else ()


@dataclass(frozen=True, repr=False)
class Person:
    """Everything that was answered, ready to be compared. Nothing here depends on the catalogue."""

    answers: Answers
    day: date
    has_place: bool

    # Who

    @kept
    def sides(self) -> tuple[Side, ...]:
        """The person, and for an unpaid carer the person they care for."""
        told = self.answers
        own = Side(
            "you",
            ages_of(told.age_band, told.age),
            tuple(told.group or ()),
            tuple(told.needs or ()),
        )
        if "unpaid_carers" not in own.group:
            return (own,)
        other = told.cared_for
        if other is None or not (other.group or other.needs or other.age_band):
            return own, Side("the_person_you_care_for", None, (), (), known=False)
        return own, Side(
            "the_person_you_care_for",
            ages_of(other.age_band, None),
            tuple(other.group or ()),
            tuple(other.needs or ()),
        )

    # How far

    @kept
    def limit(self) -> int | None:
        """How many whole miles away at most; None where any distance will do."""
        within = self.answers.travel.within_miles if self.answers.travel else None
        return within if isinstance(within, int) else None

    @kept
    def close_limit(self) -> int:
        """Within how many miles something comes close to what was asked for."""
        limit = self.limit or 0
        return limit + max(NEAR_MISS_MILES, limit)

    @kept
    def only_online(self) -> bool:
        """Whether only what is online is wanted."""
        return bool(self.answers.travel and self.answers.travel.within_miles == "online")

    @kept
    def online(self) -> bool | None:
        """Whether joining online is wanted; None where it was not answered."""
        return self.answers.travel.online if self.answers.travel else None

    @kept
    def fit_limit(self) -> int:
        """At how many miles the fit of nearness is least."""
        return max(ANY_LIMIT if self.limit is None else self.limit, LEAST_LIMIT)

    @kept
    def pick_up(self) -> bool:
        """Whether they must be picked up."""
        return bool(self.answers.travel and self.answers.travel.needs_pick_up)

    @kept
    def travel_how(self) -> tuple[str, ...]:
        """The ways of getting there that were chosen."""
        return tuple(self.answers.travel.how or ()) if self.answers.travel else ()

    # Money

    @kept
    def payer(self) -> Payer:
        """Whose prices hold."""
        return PAYERS.get(self.answers.funding or "", "anyone")

    @kept
    def ratio(self) -> Ratio | None:
        """The staffing ratio that is needed, if one is."""
        return RATIOS.get(self.level or "")

    @kept
    def weekly_budget(self) -> Fraction | None:
        """What there is for a week, in pence."""
        budget = self.answers.budget
        return None if budget is None else weekly(budget)

    @kept
    def day_budget(self) -> int | None:
        """A day's share of that, in whole pence."""
        return None if self.weekly_budget is None else int(self.weekly_budget / (self.days or 1))

    @kept
    def budget_is_must(self) -> bool:
        """Whether what costs more is left out."""
        return bool(self.answers.budget and self.answers.budget.must)

    @kept
    def days(self) -> int | None:
        """On how many days a week to go out."""
        return self.answers.days_per_week

    # When

    @kept
    def slots(self) -> tuple[str, ...]:
        """The slots that were chosen, in the vocabulary's order."""
        chosen = set(self.answers.times.slots or ()) if self.answers.times else set()
        return tuple(code for code in vocabulary().scheme("slot").codes if code in chosen)

    @kept
    def only_slots(self) -> bool:
        """Whether no other times will do; nothing is meant where no slot was chosen."""
        return bool(self.slots and self.answers.times and self.answers.times.only)

    @kept
    def parts_of_days(self) -> tuple[int, ...]:
        """For each day of the week, the set of its parts that was chosen, as bits."""
        return parts_chosen(self.slots)

    @kept
    def break_minutes(self) -> int | None:
        """How long a carer's break should be."""
        hours = self.answers.break_hours
        return None if hours is None else int(hours * 60)

    # Support, access, culture

    @kept
    def level(self) -> str | None:
        """The level of support."""
        return self.answers.support.level if self.answers.support else None

    def asked(self, scheme: str) -> tuple[str, ...]:
        """The codes of a scheme that were asked for, musts and wishes."""
        return self._asked[scheme]

    def musts(self, scheme: str) -> tuple[str, ...]:
        """The codes of a scheme that cannot be gone without."""
        return self._musts[scheme]

    @kept
    def _wishes(self) -> Mapping[str, Sequence[Wish]]:
        told = self.answers
        needs = told.support.needs if told.support else None
        return {
            "support_need": needs or (),
            "access": told.access or (),
            "communication": told.communication or (),
            "preference": told.preferences or (),
        }

    @kept
    def _asked(self) -> Mapping[str, tuple[str, ...]]:
        return {scheme: tuple(one.code for one in some) for scheme, some in self._wishes.items()}

    @kept
    def _musts(self) -> Mapping[str, tuple[str, ...]]:
        return {
            scheme: tuple(one.code for one in some if one.must)
            for scheme, some in self._wishes.items()
        }

    @kept
    def languages(self) -> tuple[str, ...]:
        """The languages spoken."""
        return tuple(self.answers.languages or ())

    @kept
    def settings(self) -> tuple[str, ...]:
        """The kinds of places wanted."""
        return tuple(self.answers.settings or ())

    @kept
    def modes(self) -> tuple[str, ...]:
        """The ways of being supported wanted."""
        return tuple(self.answers.support_modes or ())

    # What counts

    @kept
    def weights(self) -> dict[Criterion, int]:
        """The weight of each criterion that was answered, doubled where it matters most."""
        most = self.answers.matters_most or ()
        return {
            criterion: weight * (2 if criterion in most else 1)
            for criterion, weight in WEIGHTS.items()
            if self._answered(criterion)
        }

    @kept
    def shown_weights(self) -> dict[Criterion, float]:
        """The same rescaled to 100, to one decimal, half up."""
        total = sum(self.weights.values())
        return {
            criterion: (2000 * weight + total) // (2 * total) / 10
            for criterion, weight in self.weights.items()
        }

    @kept
    def answered_weight(self) -> int:
        """The original weights of all that was answered, of 100."""
        return sum(WEIGHTS[criterion] for criterion in self.weights)

    def _answered(self, criterion: Criterion) -> bool:
        told = self.answers
        culture = (self.asked("communication"), self.languages, self.asked("preference"))
        return {
            "what_i_do": bool(told.activities or told.outcomes),
            "who_it_is_for": bool(self.sides[0].cohorts),
            "how_near": self.has_place,
            "when": bool(self.slots) or told.break_hours is not None,
            "cost": told.budget is not None,
            "support": self.support_items > 0,
            "language_and_culture": any(culture),
        }[criterion]

    @kept
    def support_items(self) -> int:
        """How many things the fit of support is the mean of."""
        level = int(self.level not in {None, "none"})
        lists = (self.asked("support_need"), self.asked("access"), self.settings, self.modes)
        return level + sum(map(len, lists)) + len(self.travel_how)


def weekly(budget: Budget) -> Fraction:
    """What a budget comes to in a week, in pence."""
    return budget.amount_pence * WEEKS_OF_PERIOD[budget.period]


def parts_chosen(slots: Iterable[str]) -> tuple[int, ...]:
    """For each day of the week, the parts of it among some slots, as bits."""
    chosen = [0] * 7
    for code in slots:
        day, part = slot_numbers()[code]
        chosen[day] |= 1 << part
    return tuple(chosen)


@cache
def relatives(scheme: str, code: str) -> tuple[str, ...]:
    """The terms above and below one."""
    words = vocabulary()
    below = words.descendants(scheme, code)
    return (*words.ancestors(scheme, code), *(one for one in below if one != code))


@cache
def relative_mask(scheme: str, code: str) -> int:
    """The bits of the terms above and below one."""
    return mask_of(scheme, relatives(scheme, code))


@cache
def kind_mask(kind: str) -> int:
    """The bits of all cohorts of a kind: `group` or `need`."""
    return mask_of(
        "cohort", [t.code for t in vocabulary().scheme("cohort").terms if t.kind == kind]
    )
