"""The smallest changes of the answers that bring more matches, each with exactly how many.

Only changes that can lose no match: more miles, slots or money, online allowed, `only` or `must`
off, and nobody to pick up.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np
import numpy.typing as npt

from app.matching.answers import MOST_MILES, Answers
from app.matching.filters import Statuses64, Wanted, chosen_bits, common_statuses
from app.matching.person import WEEKS_OF_PERIOD, Person
from app.matching.policy import BITS, MUST_SCHEMES
from app.matching.ranking import Outcome
from app.matching.rows import Flags, Sessions
from app.search.index.bits import Masks
from app.search.index.facts import AT_VENUE, ONLINE
from app.search.index.times import slot_numbers
from app.vocabulary.terms import vocabulary

Patch = dict[str, Any]
MOST_LACKING = 3


@dataclass(frozen=True, repr=False)
class Change:
    """A change of the answers: a merge patch, what it is for the texts, and what it gains."""

    patch: Patch
    kind: str
    detail: Mapping[str, Any]
    gains: int


@dataclass(frozen=True, repr=False)
class World:
    """Sessions judged by some answers: `unmet` holds the bits of what is not met."""

    wanted: Wanted
    sessions: Sessions
    unmet: Masks
    matching: Flags
    """For every row of the catalogue, whether the activity matches before any change."""

    @property
    def person(self) -> Person:
        """Whose answers they are."""
        return self.wanted.person

    def missing_only(self, code: str) -> Flags:
        """Which lack one thing alone."""
        return np.asarray(self.unmet == np.uint64(1 << BITS[code]), dtype=np.bool_)

    def gained(self, fits: Flags | npt.NDArray[np.intp]) -> int:
        """How many activities match more if these sessions fit as well."""
        matching = self.matching.copy()
        matching[self.sessions.activities[fits]] = True
        return int(np.count_nonzero(matching) - np.count_nonzero(self.matching))


def world_of(outcome: Outcome, wanted: Wanted) -> World:
    """The sessions of every judgement that lack at most three things.

    Two changes make up for no more: to be picked up no longer can also bring the cost down.
    """
    sessions, unmet = outcome.unmet[0]
    matching = np.zeros(sessions.snapshot.activities.length, dtype=np.bool_)
    for some, lacking in outcome.unmet:
        matching[some.activities.compress(lacking == 0)] = True
    for more, theirs in outcome.unmet[1:]:
        sessions, unmet = _beside(sessions, more), np.concatenate([unmet, theirs])
    few = np.flatnonzero((unmet != 0) & (np.bitwise_count(unmet) <= MOST_LACKING))
    return World(wanted, sessions.at(few), unmet.take(few), matching)


def _beside(one: Sessions, other: Sessions) -> Sessions:
    blank = None
    if one.blank is not None or other.blank is not None:
        blanks = [
            np.zeros(len(each), dtype=np.bool_) if each.blank is None else each.blank
            for each in (one, other)
        ]
        blank = np.concatenate(blanks)
    rows = np.concatenate([one.rows, other.rows])
    owners = np.concatenate([one.activities, other.activities])
    return Sessions(one.snapshot, rows, owners, blank)


def single_changes(world: World) -> list[Change]:
    """For each answer the smallest change that gains a match, where there is one."""
    return [change for change in _changes(world) if change.gains > 0]


def miles_change(world: World) -> list[Change]:
    """Of these changes that of the miles, if it is among them."""
    return [change for change in _miles(world) if change.gains > 0]


def best_pair(world: World) -> Change | None:
    """Two changes that gain the most together; the earlier of those that gain as much."""
    best: Change | None = None
    for first in _whole_changes(world):
        changed = _after(world, first)
        for second in _changes(changed):
            if second.gains > (best.gains if best else 0) and second.kind != first.kind:
                patch = merged(first.patch, second.patch)
                best = Change(patch, "both", {"changes": (first, second)}, second.gains)
    return best


def merged(one: Patch, other: Patch) -> Patch:
    """Two merge patches as one; they may touch fields of the same object."""
    result = dict(one)
    for key, value in other.items():
        known = result.get(key)
        if isinstance(known, dict) and isinstance(value, dict):
            result[key] = merged(known, value)
        else:
            result[key] = value
    return result


def patched(answers: Answers, patch: Patch) -> Answers:
    """The answers after a merge patch (RFC 7396)."""
    return Answers.model_validate(_applied(answers.model_dump(exclude_unset=True), patch))


def _applied(target: Any, patch: Any) -> Any:  # noqa: ANN401 - any JSON value, in and out.
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = _applied(result.get(key), value)
    return result


def _changes(world: World) -> Iterator[Change]:
    """The smallest change of each answer, in the order of the filters."""
    yield from _miles(world)
    yield from _online(world)
    yield from _times(world)
    for change in _whole_changes(world):
        if change.kind in {"must", "pick_up"}:
            yield replace(change, gains=_gain_of(world, change))
    yield from _budget(world)


def _whole_changes(world: World) -> Iterator[Change]:
    """Every change that takes a limit away as a whole; what each gains is not worked out."""
    person, told = world.person, world.person.answers
    if _online_refused(person):
        yield Change({"travel": {"online": True}}, "online", {}, 0)
    if person.only_slots:
        yield Change({"times": {"only": False}}, "only", {}, 0)
    for scheme in MUST_SCHEMES:
        for code in person.musts(scheme):
            patch = _must_off(told, scheme, code)
            yield Change(patch, "must", {"scheme": scheme, "code": code}, 0)
    if person.pick_up:
        yield Change({"travel": {"needs_pick_up": False}}, "pick_up", {}, 0)
    if person.budget_is_must:
        yield Change({"budget": {"must": False}}, "budget_off", {}, 0)


def _must_off(told: Answers, scheme: str, code: str) -> Patch:
    """A list in which one term is no longer a must; a merge patch replaces lists whole."""
    lists = {
        "support_need": told.support.needs if told.support else None,
        "access": told.access,
        "communication": told.communication,
        "preference": told.preferences,
    }
    items = [
        {"code": one.code, "must": one.must and one.code != code} for one in lists[scheme] or ()
    ]
    if scheme == "support_need":
        return {"support": {"needs": items}}
    return {"preferences" if scheme == "preference" else scheme: items}


def _after(world: World, change: Change) -> World:
    """The same sessions judged by changed answers."""
    person = replace(world.person, answers=patched(world.person.answers, change.patch))
    wanted = replace(world.wanted, person=person)
    return replace(world, wanted=wanted, unmet=_unmet(world, wanted))


def _unmet(world: World, wanted: Wanted) -> Masks:
    """What is not met by changed answers; age and who it is for are as before."""
    common: Statuses64 = common_statuses(world.sessions, wanted)
    of_sides = np.uint64((1 << BITS["age"]) | (1 << BITS["who_it_is_for"]))
    return common.fails | common.asks | (world.unmet & of_sides)


def _gain_of(world: World, change: Change) -> int:
    bits = {"must": str(change.detail.get("code")), "only": "times", "budget_off": "budget"}
    code = bits.get(change.kind)
    if code is not None:
        return world.gained((world.unmet & ~np.uint64(1 << BITS[code])) == 0)
    return world.gained(_after(world, change).unmet == 0)


def _online_refused(person: Person) -> bool:
    return person.online is False and person.has_place


def _online(world: World) -> Iterator[Change]:
    if _online_refused(world.person):
        change = Change({"travel": {"online": True}}, "online", {}, 0)
        here = world.sessions.session("place") == ONLINE
        gains = world.gained((_after(world, change).unmet == 0) & here)
        yield replace(change, gains=gains)


def miles_needed(world: World, places: npt.NDArray[np.intp]) -> npt.NDArray[np.float64]:
    """For some sessions at a venue, the least whole miles with which they are near enough."""
    spot = world.wanted.spot
    assert spot is not None  # noqa: S101 - a limit of miles counts only from a place.
    least = np.ceil(world.sessions.miles(spot.point)[places] - spot.uncertainty)
    return np.maximum(least, 1.0)


def _miles(world: World) -> Iterator[Change]:
    person = world.person
    if person.limit is None or world.wanted.spot is None:
        return
    there = world.missing_only("travel") & (world.sessions.session("place") == AT_VENUE)
    places = there.nonzero()[0]
    needed = miles_needed(world, places)
    least = needed.min(initial=np.inf)
    if least <= MOST_MILES:
        gains = world.gained(places[needed <= least])
        detail = {"miles": int(least), "more": int(least) - person.limit}
        yield Change({"travel": {"within_miles": int(least)}}, "miles", detail, gains)


def _times(world: World) -> Iterator[Change]:
    person = world.person
    if not person.only_slots:
        return
    lacking = world.missing_only("times")
    day, inside = world.sessions.session("day"), world.sessions.session("inside")
    best: Change | None = None
    for code in vocabulary().scheme("slot").codes:
        if code in person.slots:
            continue
        number, part = slot_numbers()[code]
        parts = list(person.parts_of_days)
        parts[number] |= 1 << part
        fits = lacking & (day == number) & ((inside & chosen_bits(tuple(parts))[day]) != 0)
        gains = world.gained(fits)
        if gains > (best.gains if best else 0):
            patch = {"times": {"slots": [*_slots_told(person), code]}}
            best = Change(patch, "slot", {"slot": code}, gains)
    if best is None:
        best = Change({"times": {"only": False}}, "only", {}, world.gained(lacking))
    yield best


def _slots_told(person: Person) -> list[str]:
    return list((person.answers.times.slots if person.answers.times else None) or ())


def _budget(world: World) -> Iterator[Change]:
    person, budget = world.person, world.person.answers.budget
    if budget is None or not person.budget_is_must:
        return
    lacking = world.missing_only("budget")
    costs = world.wanted.paid(world.sessions)
    # A week with one attendance, in the budget's own period.
    period = WEEKS_OF_PERIOD[budget.period]
    places = np.flatnonzero(lacking & costs.known)
    if len(places):
        weeks = (costs.each[places] + costs.weekly[places]) / costs.over[places]
        cheapest = places[int(np.argmin(weeks))]
        over = int(costs.over[cheapest])
        pence = (int(costs.each[cheapest]) + int(costs.weekly[cheapest])) / (over * period)
        pounds = ceil(pence / 100)
        enough = pounds * 100 * period
        gains = world.gained(lacking & costs.within(enough.numerator, enough.denominator))
        most = 100_000_000
        if pounds * 100 <= most and gains:
            more = pounds * 100 - budget.amount_pence
            detail = {"pence": pounds * 100, "more": more, "period": budget.period}
            yield Change({"budget": {"amount_pence": pounds * 100}}, "budget", detail, gains)
            return
    yield Change({"budget": {"must": False}}, "budget_off", {}, world.gained(lacking))
