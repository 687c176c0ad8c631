"""How well every session fits, in whole tenths of points: exact, and all at once.

A fit is a fraction `n / d`; points are weight times fit to one decimal, half up, with the weights
of what was answered rescaled to 100.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
import numpy.typing as npt

from app.matching.answers import Criterion
from app.matching.filters import SHADED_OF_SESSIONS, Statuses64, Wanted, shades, shades_once
from app.matching.person import Person, Side, relative_mask
from app.matching.policy import (
    EXACT,
    FURTHEST_FIT,
    NOT_STATED,
    ONLINE_FITS,
    OPEN_TO_ALL,
    PARTLY,
    RANK_TENTHS,
    RELATIVE,
    SECONDARY,
    UNSTATED,
    YES,
)
from app.matching.rows import Numbers, Sessions
from app.search.index.bits import Masks, mask_of
from app.search.index.facts import AT_VENUE, BLANK, COMES_TO_YOU, ONLINE, PLACES
from app.search.index.times import PARTS, slot_numbers

Floats = npt.NDArray[np.float64]

NEARLY_HALF = 1e-6
"""This near to a half, points worked out in floating point are worked out again exactly."""

BARELY = 1e-9
"""So much is added to a fit before it is rounded, so that a half goes up."""

FOUR_VALUED = ("support_need", "access", "support_mode", "travel", "communication", "preference")


Share = tuple[npt.NDArray[Any], int]
"""Numerators, and the denominator of them all."""


@dataclass(repr=False)
class Fits:
    """What each criterion gave each session: the fit from 0 to 1, and points in tenths.

    `shares` hold the fits as fractions, for each session or for each activity. `covered` are the
    slots and `days` the days of the sessions that serve as this one does, `attendances` how often
    a week one would come.
    """

    sessions: Sessions
    shares: dict[Criterion, Share] = field(default_factory=dict)
    points: dict[Criterion, Numbers] = field(default_factory=dict)
    score: Numbers | None = None
    covered: Masks | None = None
    days: Masks | None = None
    attendances: Numbers | None = None

    def fit(self, criterion: Criterion) -> Floats:
        """The fits of all sessions."""
        n, d = self.shares[criterion]
        return np.asarray(self.sessions.spread(n / d), dtype=np.float64)

    def points_at(self, criterion: Criterion, places: npt.NDArray[np.intp]) -> list[int]:
        """The points of some sessions, by their places."""
        points = self.points[criterion]
        found: list[int] = points.take(self._at(points, places)).tolist()
        return found

    def _at(self, values: npt.NDArray[Any], places: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
        """Where values stand that are told for each session, or for each activity."""
        return places if len(values) == len(self.sessions) else self.sessions.owners.take(places)

    def thousandths_at(self, criterion: Criterion, places: npt.NDArray[np.intp]) -> list[int]:
        """The fits of some sessions in thousandths, half up, by their places."""
        n, d = self.shares[criterion]
        fits = n.take(self._at(n, places)) / d
        found: list[int] = np.rint((fits + BARELY) * 1000).astype(np.int64).tolist()
        return found


def fits_of(sessions: Sessions, wanted: Wanted, side: Side, statuses: Statuses64) -> Fits:
    """What each criterion gives each session, judged by somebody's answers.

    Args:
        sessions: those that put their activity into one and the same list.
        wanted: the person and their place.
        side: by whose answers age and who it is for are judged.
        statuses: how each filter ended for each session.
    """
    person, weights = wanted.person, wanted.person.weights
    found = Fits(sessions)
    _cover(found, sessions, person, statuses)
    makers: dict[Criterion, Callable[[], tuple[Numbers, int]]] = {
        "what_i_do": lambda: _what_i_do(sessions, person),
        "who_it_is_for": lambda: _who_it_is_for(sessions, side),
        "how_near": lambda: _how_near(sessions, wanted),
        "when": lambda: _when(found, sessions, person),
        "support": lambda: _support(sessions, person),
        "language_and_culture": lambda: _culture(sessions, person),
    }
    total = sum(weights.values())
    for criterion, weight in weights.items():
        if criterion == "cost":
            _put_cost(found, sessions, wanted)
            continue
        n, d = makers[criterion]()
        points: Numbers = (2 * 1000 * weight * n + total * d) // (2 * total * d)
        found.points[criterion], found.shares[criterion] = points, (n, d)
    if weights:
        found.score = _score(sessions, [*found.points.values()])
    return found


def _score(sessions: Sessions, points: Sequence[Numbers]) -> Numbers:
    """Points in tenths as a whole score; those of activities are added up first."""
    count = len(sessions)
    total: Numbers = np.full(count, 5, dtype=np.int64)
    of_activities: Numbers = np.zeros(len(sessions.starts), dtype=np.int64)
    for each in points:
        if len(each) == count:
            total += each
        else:
            of_activities += each
    total += sessions.spread(of_activities)
    total //= 10
    return total


# When, and how often


def _cover(found: Fits, sessions: Sessions, person: Person, statuses: Statuses64) -> None:
    """Join the slots and days of an activity's sessions that serve a person in the same way."""
    if not person.slots and (person.days or 1) == 1:
        found.attendances = np.ones(len(sessions), dtype=np.int64)
        return
    wanted = 0
    for day, part in map(slot_numbers().__getitem__, person.slots):
        wanted |= 1 << (day * PARTS + part)
    slots = sessions.session("slots").astype(np.uint64) & np.uint64(wanted)
    both = slots | DAY_BITS.take(sessions.session("day"))
    joined = sessions.spread(np.bitwise_or.reduceat(both, sessions.starts)) if len(both) else both
    varied = sessions.varied(statuses.fails)
    if varied.any():
        some = sessions.spread(varied).nonzero()[0]
        joined[some] = _joined(both[some], sessions.activities[some], statuses.fails[some])
    found.covered, found.days = joined & (LOWEST_DAY - ONE), joined >> DAYS_BEGIN
    count = np.bitwise_count(found.days).astype(np.int64)
    found.attendances = np.clip(count, 1, person.days or 1)


DAYS_BEGIN, ONE = np.uint64(32), np.uint64(1)
LOWEST_DAY = ONE << DAYS_BEGIN
"""Days stand above the slots in one mask."""

DAY_BITS = np.array([*(1 << day + int(DAYS_BEGIN) for day in range(7)), 0], dtype=np.uint64)
"""For each day its bit in such a mask; the last entry is for no day at all."""


def _joined(both: Masks, owners: npt.NDArray[np.int32], fails: Masks) -> Masks:
    """Each one's bits with those of its activity's others that serve in the same way."""
    joined = both.copy()
    step = 1
    here = (owners[step:] == owners[:-step]).nonzero()[0]
    while len(here):
        there = here + step
        same = fails[here] == fails[there]
        one, other = here[same], there[same]
        # Each pair stands in one step once, so nothing is written twice.
        joined[one] |= both[other]
        joined[other] |= both[one]
        step += 1
        here = (owners[step:] == owners[:-step]).nonzero()[0]
    return joined


def _when(found: Fits, sessions: Sessions, person: Person) -> tuple[Numbers, int]:
    n: Numbers = np.zeros(len(sessions), dtype=np.int64)
    d = 1
    if person.slots and found.covered is not None:
        if person.days:
            n, d = np.minimum(_days_in(found.covered), person.days), person.days
        else:
            n, d = np.bitwise_count(found.covered).astype(np.int64), len(person.slots)
    if person.break_minutes is not None:
        length = (sessions.session("ends") - sessions.session("starts")).astype(np.int64)
        shared = np.asarray(np.minimum(length, person.break_minutes), dtype=np.int64)
        if person.slots:
            n = n * person.break_minutes + shared * d
            d = 2 * d * person.break_minutes
        else:
            n, d = shared, person.break_minutes
    return np.where(sessions.session("day") < 0, NOT_STATED * d, EXACT * n), EXACT * d


def _days_in(covered: Masks) -> Numbers:
    """On how many days the slots of a mask are."""
    # The first part of a day stands for all of them.
    any_part = covered.copy()
    for part in range(1, PARTS):
        any_part |= covered >> np.uint64(part)
    first = np.uint64(sum(1 << day * PARTS for day in range(7)))
    days: Numbers = np.bitwise_count(any_part & first).astype(np.int64)
    return days


# What and who


def _what_i_do(sessions: Sessions, person: Person) -> tuple[Numbers, int]:
    told = person.answers
    types = sessions.once("activity_type")
    outcomes, primary = sessions.once("outcome"), sessions.once("outcome_primary")
    n = np.zeros(len(types), dtype=np.int64)
    d = 0
    for rank, code in zip(RANK_TENTHS, told.activities or (), strict=False):
        own, kin = _bits("activity_type", code)
        fit = np.maximum(_where(types, own, EXACT), _where(types, kin, RELATIVE))
        n += np.multiply(fit, rank, dtype=np.int64)
        d += rank
    for rank, code in zip(RANK_TENTHS, told.outcomes or (), strict=False):
        own, kin = _bits("outcome", code)
        fit = np.maximum(_where(primary, own, EXACT), _where(outcomes, own, SECONDARY))
        fit = np.maximum(fit, _where(primary, kin, RELATIVE))
        fit = np.maximum(fit, _where(outcomes, kin, SECONDARY * RELATIVE // EXACT))
        n += np.multiply(fit, rank, dtype=np.int64)
        d += rank
    return n, d * EXACT


def _where(stated: Masks, bits: int, fit: int) -> npt.NDArray[np.uint8]:
    """A fit where any of some bits is stated, and nothing elsewhere."""
    fits: npt.NDArray[np.uint8] = ((stated & stated.dtype.type(bits)) != 0) * np.uint8(fit)
    return fits


def _bits(scheme: str, code: str) -> tuple[int, int]:
    return mask_of(scheme, [code]), relative_mask(scheme, code)


def _who_it_is_for(sessions: Sessions, side: Side) -> tuple[Numbers, int]:
    listed = sessions.once("cohort")
    codes = side.cohorts
    if not codes:
        return np.full(len(listed), NOT_STATED, dtype=np.int64), EXACT
    anyone = mask_of("cohort", ["everyone"]), mask_of("open_to", ["anyone"])
    otherwise = np.maximum(
        _where(listed, anyone[0], OPEN_TO_ALL),
        _where(sessions.once("open_to"), anyone[1], OPEN_TO_ALL),
    )
    otherwise = np.maximum(otherwise, (listed == 0) * np.uint8(NOT_STATED))
    best = np.zeros(len(listed), dtype=np.uint8)
    every = np.zeros(len(listed), dtype=np.int64)
    for code in codes:
        own, kin = _bits("cohort", code)
        fit = np.maximum(_where(listed, own, EXACT), _where(listed, kin, RELATIVE))
        fit = np.maximum(fit, otherwise)
        best = np.maximum(best, fit)
        every += fit
    return np.multiply(best, len(codes), dtype=np.int64) + every, 2 * EXACT * len(codes)


# Near


def _how_near(sessions: Sessions, wanted: Wanted) -> tuple[Numbers, int]:
    person, spot = wanted.person, wanted.spot
    assert spot is not None  # noqa: S101 - nearness counts only where there is a place.
    place = sessions.session("place")
    stretch = person.fit_limit - 1
    d = EXACT * stretch
    tenths = sessions.tenths(spot.point)
    # From 1 at one mile it falls by .7 over the stretch, which is .07 in a tenth of ten miles.
    fall = (EXACT - FURTHEST_FIT) // 10
    n = np.clip(d - fall * (tenths - 10), FURTHEST_FIT * stretch, d)
    if person.only_online:
        online = ONLINE_FITS["only"]
    elif person.online is None:
        online = ONLINE_FITS["not_answered"]
    else:
        online = ONLINE_FITS["wanted"] if person.online else 0
    elsewhere = np.zeros(len(PLACES) + 1, dtype=np.int64)
    elsewhere[[COMES_TO_YOU, ONLINE, BLANK]] = d, online * stretch, NOT_STATED * stretch
    return np.where(place == AT_VENUE, n, elsewhere.take(place)), d


# Money


def _put_cost(found: Fits, sessions: Sessions, wanted: Wanted) -> None:
    """One attendance beside a day's share of the budget: 1 within it, 0 at half as much again."""
    person, weights = wanted.person, wanted.person.weights
    budget, often = person.weekly_budget, found.attendances
    assert budget is not None and often is not None  # noqa: S101, PT018 - cost counts only with a budget.
    share = budget / (person.days or 1)
    costs = wanted.paid(sessions)
    full = 1000 * weights["cost"] / sum(weights.values())
    if share == 0:
        fit: Floats = costs.free.astype(np.float64)
    else:
        each = (costs.each * often + costs.weekly) / (costs.over * often)
        fit = np.asarray(np.clip(3 - 2 * each / float(share), 0.0, 1.0))
    fit = np.asarray(np.where(costs.known, fit, NOT_STATED / EXACT))
    exact = full * fit + 0.5
    points = np.floor(exact).astype(np.int64)
    doubtful = np.abs(exact - np.rint(exact)) < NEARLY_HALF
    known: dict[tuple[int, ...], int] = {}
    for place in np.flatnonzero(doubtful & costs.known).tolist():
        key = tuple(int(c[place]) for c in (costs.each, costs.weekly, costs.over, often))
        if key not in known:
            known[key] = _cost_points(key, share, weights["cost"], sum(weights.values()))
        points[place] = known[key]
    unknown = (2 * 1000 * weights["cost"] * NOT_STATED + sum(weights.values()) * EXACT) // (
        2 * sum(weights.values()) * EXACT
    )
    points[~costs.known] = unknown
    found.shares["cost"], found.points["cost"] = (fit, 1), points


def _cost_points(key: tuple[int, ...], share: Fraction, weight: int, total: int) -> int:
    each, weekly, over, often = key
    cost = Fraction(each * often + weekly, over * often)
    if share == 0:
        fit = Fraction(int(cost == 0))
    else:
        fit = min(max(3 - 2 * cost / share, Fraction(0)), Fraction(1))
    return int(Fraction(1000 * weight, total) * fit + Fraction(1, 2))


# Support, language and culture


class Quarters:
    """Fits of terms, added up in quarters: of activities, and of what is stated of sessions.

    Each of some dozen terms gives four quarters at most: that is no more than a byte holds.
    """

    def __init__(self, sessions: Sessions) -> None:
        """Nothing so far."""
        self.sessions = sessions
        self.once = np.zeros(len(sessions.starts), dtype=np.uint8)
        self.each = np.zeros(len(sessions), dtype=np.uint8)

    def total(self) -> Numbers:
        """All of it, for each session."""
        return np.asarray(self.sessions.spread(self.once), dtype=np.int64) + self.each

    def add(self, scheme: str, codes: Sequence[str]) -> None:
        """Four-valued facts."""
        if not codes:
            return
        yes, partly, unstated = self._asked(scheme, codes)
        found = np.bitwise_count(yes) * np.uint8(YES)
        found += np.bitwise_count(partly) * np.uint8(PARTLY)
        found += np.bitwise_count(unstated) * np.uint8(UNSTATED)
        if scheme in SHADED_OF_SESSIONS:
            self.each += found
        else:
            self.once += found

    def add_best_mode(self, codes: Sequence[str]) -> None:
        """The best of some ways of being supported."""
        if not codes:
            return
        yes, partly, unstated = self._asked("support_mode", codes)
        best = np.maximum((yes != 0) * np.uint8(YES), (partly != 0) * np.uint8(PARTLY))
        self.each += np.maximum(best, (unstated != 0) * np.uint8(UNSTATED))

    def add_listed(self, column: str, scheme: str, codes: Sequence[str]) -> None:
        """Terms that are listed or not; nothing listed is not stated."""
        if not codes:
            return
        stated = self.sessions.once(column)
        asked = stated.dtype.type(mask_of(scheme, codes))
        both = np.bitwise_count(stated & asked) * np.uint8(YES)
        self.once += np.where(stated == 0, np.uint8(UNSTATED * len(codes)), both)

    def _asked(self, scheme: str, codes: Sequence[str]) -> tuple[Masks, Masks, Masks]:
        """Of some terms, which are stated yes, which partly, and which are not stated."""
        of = shades if scheme in SHADED_OF_SESSIONS else shades_once
        yes, partly, no = of(self.sessions, scheme)
        asked = yes.dtype.type(mask_of(scheme, codes))
        return yes & asked, partly & asked, asked & ~(yes | partly | no)


LEVEL_MODES: dict[str, tuple[str, ...]] = {
    "some": ("small_group", "large_group"),
    "a_lot": ("small_group", "one_to_one"),
    "one_to_one": ("one_to_one",),
    "two_to_one": ("two_to_one",),
    "with_pa": ("with_pa",),
}
"""The ways of being supported of which the best answers a level of support."""


def _support(sessions: Sessions, person: Person) -> tuple[Numbers, int]:
    found = Quarters(sessions)
    found.add("support_need", person.asked("support_need"))
    found.add("access", person.asked("access"))
    found.add("support_mode", person.modes)
    found.add("travel", person.travel_how)
    found.add_listed("setting", "setting", person.settings)
    found.add_best_mode(LEVEL_MODES.get(person.level or "", ()))
    return found.total(), YES * person.support_items


def _culture(sessions: Sessions, person: Person) -> tuple[Numbers, int]:
    lists = (person.asked("communication"), person.asked("preference"))
    found = Quarters(sessions)
    found.add("communication", lists[0])
    found.add("preference", lists[1])
    found.add_listed("language", "language", person.languages)
    return found.total(), YES * (sum(map(len, lists)) + len(person.languages))


def stated_facts(sessions: Sessions, person: Person) -> Numbers:
    """How many of the four-valued facts asked for are stated, whatever is stated of them."""
    found = np.zeros(len(sessions), dtype=np.int64)
    modes = {*person.modes, *LEVEL_MODES.get(person.level or "", ())}
    for scheme in FOUR_VALUED:
        codes = {"support_mode": tuple(modes), "travel": person.travel_how}.get(scheme)
        codes = person.asked(scheme) if codes is None else codes
        if codes:
            yes, partly, no = shades(sessions, scheme)
            asked = yes.dtype.type(mask_of(scheme, codes))
            found += np.bitwise_count((yes | partly | no) & asked)
    return found
