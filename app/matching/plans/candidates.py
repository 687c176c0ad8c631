"""The sessions that serve a person, as candidates of a week: points, prices, places and ways."""

from collections.abc import Hashable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from app.geo.distance import Point, miles_of_pairs, miles_to_many
from app.matching.costs import Bill
from app.matching.filters import MATCH
from app.matching.kept import kept
from app.matching.person import Person, relatives
from app.matching.plans.answers import PlansWanted, minutes_of
from app.matching.plans.problem import DAYS_OF_WEEK, Candidate, Week, Whole
from app.matching.policy import RANK_TENTHS, WEIGHTS
from app.matching.ranking import Judged, Outcome, in_order
from app.matching.reading import Reading
from app.matching.rows import Numbers
from app.matching.shown import SessionShown, Shown, all_shown
from app.search.index.bits import mask_of
from app.search.index.facts import NOT_KNOWN

MOST_CANDIDATES = 200
"""So many sessions are looked at, those of the best matches first."""

MINUTES_A_MILE = Fraction(26, 5)
"""At 15 miles an hour by road, which is 1.3 times a mile in a straight line."""


@dataclass(frozen=True, repr=False)
class Choice:
    """A session that serves the person, and the activity that it is one of."""

    shown: Shown
    session: SessionShown
    points: int
    serves: frozenset[int]

    @kept
    def bill(self) -> Bill:
        """What one would pay for this session."""
        reading = self.shown.reading
        number, day = self.session.number("price_set"), self.shown.person.day
        return reading.bills.bill(number, reading.wanted.payment, day, self.session.tenths)

    @kept
    def starts(self) -> int:
        """Minutes after midnight."""
        return self.session.number("starts")

    @kept
    def ends(self) -> int:
        """Minutes after midnight."""
        return self.session.number("ends")

    @kept
    def point(self) -> Point | None:
        """Where one has to go; None where one stays at home."""
        if self.session.place != "venue":
            return None
        return self.session.judged.sessions.snapshot.point_of(self.session.number("venue"))

    def candidate(self) -> Candidate:
        """The session as numbers."""
        week = self.bill.week
        return Candidate(
            day=self.session.number("day"),
            starts=self.starts,
            ends=self.ends,
            points=self.points,
            serves=self.serves,
            each=week.each,
            fee=week.fee,
            fee_of=fee_key(self),
        )


def fee_key(choice: Choice) -> Hashable:
    """What tells one such price of an activity from another: sessions with it share it."""
    return (choice.shown.row, choice.bill.week.parts)


@dataclass(frozen=True, repr=False)
class Choices:
    """The sessions among which a week is chosen.

    `fitting` counts all that serve the person, `looked_at` those that were taken into account
    before the times of the day were heeded.
    """

    found: list[Choice]
    too_early_or_late: list[Choice]
    fitting: int
    looked_at: int


def choices_of(reading: Reading, outcome: Outcome, asked: PlansWanted) -> Choices:
    """The sessions of matches, those of the best first, as many as are looked at."""
    person = reading.wanted.person
    bits = _wishes(person)
    # No activity has less than one session.
    members = in_order(outcome, reading.wanted, MATCH, 0, MOST_CANDIDATES)
    points = {id(judged): _points(judged, person) for judged in outcome.judged}
    taken: list[Choice] = []
    for shown in all_shown(reading, outcome, members):
        sessions = [one for one in shown.fitting if one.number("day") != NOT_KNOWN]
        serves = frozenset(
            n for n, (column, mask) in enumerate(bits) if _served(shown, column, mask)
        )
        taken += [
            Choice(shown, session, int(points[id(shown.judged)][session.at]), serves)
            for session in sessions[: MOST_CANDIDATES - len(taken)]
        ]
        if len(taken) == MOST_CANDIDATES:
            break
    first = 0 if asked.earliest is None else minutes_of(asked.earliest)
    last = 24 * 60 if asked.latest is None else minutes_of(asked.latest)
    inside = [one for one in taken if first <= one.starts and one.ends <= last]
    outside = [one for one in taken if not (first <= one.starts and one.ends <= last)]
    return Choices(inside, outside, _count_fitting(outcome), len(taken))


def _count_fitting(outcome: Outcome) -> int:
    """How many sessions of matches serve the person as the best one of their activity does."""
    total = 0
    for number, judged in enumerate(outcome.judged):
        mine = (outcome.groups == MATCH) & (outcome.side == number)
        sessions = judged.sessions
        fits = (judged.groups == MATCH) & (sessions.session("day") != NOT_KNOWN)
        fits &= np.isin(sessions.activities, outcome.activities[mine])
        total += int(np.count_nonzero(fits))
    return total


def _wishes(person: Person) -> list[tuple[str, int]]:
    """The column and the bits that serve each wish: the term itself, and those above and below."""
    told = person.answers
    wishes = [("activity_type", code) for code in told.activities or ()]
    wishes += [("outcome", code) for code in told.outcomes or ()]
    return [(scheme, mask_of(scheme, [code, *relatives(scheme, code)])) for scheme, code in wishes]


def _served(shown: Shown, column: str, mask: int) -> bool:
    stated = shown.number(column)
    if column == "outcome":
        stated |= shown.number("outcome_primary")
    return bool(stated & mask)


def _points(judged: Judged, person: Person) -> Numbers:
    """Tenths of points on the original weights, doubled where they matter most, without wishes."""
    total: Numbers = np.zeros(len(judged.sessions), dtype=np.int64)
    for criterion, weight in person.weights.items():
        if criterion != "what_i_do":
            fits = judged.fits.fit(criterion)
            # A fit is a fraction with a small denominator: what is a half is not missed by that
            # much.
            total += (10 * weight * fits + 0.5 + 1e-9).astype(np.int64)
    return total


def worths(person: Person) -> list[int]:
    """What each wish is worth, in tenths of a point, in the order of the answers."""
    told = person.answers
    weight = person.weights.get("what_i_do", WEIGHTS["what_i_do"])
    ranks = [
        *(rank for rank, _ in zip(RANK_TENTHS, told.activities or (), strict=False)),
        *(rank for rank, _ in zip(RANK_TENTHS, told.outcomes or (), strict=False)),
    ]
    return [weight * rank for rank in ranks]


@dataclass(frozen=True, repr=False)
class Ways:
    """How long it takes from one session to another, in whole minutes, and from home.

    Where a place is not known, neither is its latitude nor its longitude.
    """

    latitudes: npt.NDArray[np.float64]
    longitudes: npt.NDArray[np.float64]
    from_home: list[int | None]

    def minutes(self, one: int, other: int) -> int:
        """From one session to another."""
        return int(self.minutes_of_pairs(np.array([one]), np.array([other]))[0])

    def minutes_of_pairs(self, ones: Whole, others: Whole) -> Whole:
        """From each of some sessions to its other. From and to an unknown place takes no time."""
        latitudes, longitudes = self.latitudes, self.longitudes
        straight = miles_of_pairs(
            latitudes[ones], longitudes[ones], latitudes[others], longitudes[others]
        )
        return whole_minutes(np.nan_to_num(straight))


def ways_of(choices: list[Choice], home: Point | None) -> Ways:
    """The ways between all of some sessions. From and to an unknown home it takes no time."""
    points = [choice.point or home for choice in choices]
    latitudes = np.array([np.nan if p is None else p.latitude for p in points], dtype=np.float64)
    longitudes = np.array([np.nan if p is None else p.longitude for p in points], dtype=np.float64)
    from_home: list[int | None] = [None] * len(choices)
    if home is not None and choices:
        from_home = [*whole_minutes(miles_to_many(home, latitudes, longitudes)).tolist()]
    return Ways(latitudes, longitudes, from_home)


def whole_minutes(straight_miles: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """How long it takes by road, every begun minute counted."""
    # A distance that is nothing but for its rounding takes no time.
    taken = np.ceil(np.asarray(straight_miles) * float(MINUTES_A_MILE) - 1e-6)
    return np.asarray(np.maximum(taken, 0), dtype=np.int64)


def week_of(choices: list[Choice], ways: Ways, reading: Reading, asked: PlansWanted) -> Week:
    """Everything that a plan has to heed."""
    person = reading.wanted.person
    return Week(
        candidates=[choice.candidate() for choice in choices],
        wanted=worths(person),
        minutes=ways.minutes,
        minutes_of_pairs=ways.minutes_of_pairs,
        gap=asked.gap_minutes,
        days=person.days or DAYS_OF_WEEK,
        budget=person.weekly_budget,
    )


def with_days(asked: PlansWanted) -> PlansWanted:
    """The same with the days of the plan in place of those that were answered."""
    if asked.days_per_week is None:
        return asked
    answers = asked.answers.model_copy(update={"days_per_week": asked.days_per_week})
    return asked.model_copy(update={"answers": answers})
