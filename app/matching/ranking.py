"""Each activity's best session, the list that it ends in, and the order of each list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from app.catalogue.freshness import CAPACITY_DAYS
from app.matching.filters import (
    ASK_FIRST,
    EXCLUDED,
    MATCH,
    NEAR_MISS,
    Statuses64,
    Wanted,
    common_statuses,
    side_statuses,
)
from app.matching.person import Side
from app.matching.policy import DUE_DAYS, FRESH_DAYS
from app.matching.reach import Statuses
from app.matching.rows import Flags, Numbers, Sessions
from app.matching.scoring import Fits, fits_of, stated_facts
from app.search.index.bits import Masks, bit_numbers, mask_of
from app.search.index.facts import NOT_KNOWN

MANY_MILES = 1_000


@dataclass(repr=False)
class Judged:
    """Sessions judged by somebody's answers, and the best of each activity.

    `best` are places in `sessions`, one for each activity, in their order.
    """

    side: Side
    sessions: Sessions
    statuses: Statuses64
    groups: Statuses
    fits: Fits
    best: npt.NDArray[np.intp]


@dataclass(repr=False)
class Outcome:
    """Where each activity ended: its row, its list, its score, and by whose answers.

    `side` is the number of a judgement, `best` the place of the session in it. Those that are
    excluded whatever they would have scored are only counted, in `counted`, by the bit of what they
    failed first. `unmet` holds for each judgement what each of its sessions lacks, chosen or not.
    """

    judged: list[Judged]
    unmet: list[tuple[Sessions, Masks]]
    counted: dict[int, int]
    activities: npt.NDArray[np.int32]
    groups: Statuses
    scores: Numbers
    side: npt.NDArray[np.uint8]
    best: npt.NDArray[np.intp]


def judge(sessions: Sessions, wanted: Wanted) -> Outcome:
    """Judge every session by the person's answers, and those of breaks by both sides'."""
    own, *others = wanted.person.sides
    common = common_statuses(sessions, wanted)
    statuses = common.joined(side_statuses(sessions, own))
    counted: dict[int, int] = {}
    first = _judged(sessions, wanted, own, statuses, None if others else counted)
    groups, scores = first.groups[first.best], _scores(first)
    outcome = Outcome(
        judged=[first],
        unmet=[(sessions, statuses.fails | statuses.asks)],
        counted=counted,
        activities=first.sessions.activities[first.sessions.starts],
        groups=groups.copy(),
        scores=scores.copy(),
        side=np.zeros(len(groups), dtype=np.uint8),
        best=first.best.copy(),
    )
    for number, side in enumerate(others, start=1):
        outcomes = sessions.activity("outcome")
        breaks = outcomes & outcomes.dtype.type(mask_of("outcome", ["carer_break"]))
        keep = np.flatnonzero(breaks)
        if not len(keep):
            continue
        theirs = sessions.at(keep)
        statuses = common.at(keep).joined(side_statuses(theirs, side))
        again = _judged(theirs, wanted, side, statuses, None)
        outcome.judged.append(again)
        outcome.unmet.append((theirs, statuses.fails | statuses.asks))
        _prefer(outcome, again, number)
    return outcome


def _judged(
    sessions: Sessions,
    wanted: Wanted,
    side: Side,
    statuses: Statuses64,
    counted: dict[int, int] | None,
) -> Judged:
    """The judgement of some sessions; what does not contend is left out of it."""
    groups = statuses.groups()
    places = np.flatnonzero(_contending(sessions, statuses, groups, counted))
    sessions, statuses, groups = sessions.at(places), statuses.at(places), groups.take(places)
    fits = fits_of(sessions, wanted, side, statuses)
    return Judged(side, sessions, statuses, groups, fits, _best(sessions, statuses, fits))


def _contending(
    sessions: Sessions, statuses: Statuses64, groups: Statuses, counted: dict[int, int] | None
) -> Flags:
    """The sessions of which one is its activity's best: no others need to be scored.

    They are those that put their activity into its best list. Where there is somewhere to count
    them, excluded activities are counted that fail the same first in every session.
    """
    best = np.full(len(sessions.starts), EXCLUDED, dtype=np.uint8)
    for group in (NEAR_MISS, ASK_FIRST, MATCH):
        best[sessions.owners.compress(groups == group)] = group
    contending: Flags = groups == sessions.spread(best)
    if counted is None or not len(sessions):
        return contending
    lowest = statuses.fails & (~statuses.fails + np.uint64(1))
    alike = (best == EXCLUDED) & ~sessions.varied(lowest)
    _count(lowest[sessions.starts[alike]], counted)
    return contending & ~sessions.spread(alike)


def _count(bits: Masks, counted: dict[int, int]) -> None:
    """Count single bits by their numbers."""
    totals = np.bincount(np.bitwise_count(bits - np.uint64(1)))
    for place in np.flatnonzero(totals).tolist():
        counted[place] = counted.get(place, 0) + int(totals[place])


def _prefer(outcome: Outcome, again: Judged, number: int) -> None:
    """Take another judgement where its list, or then its score, is better."""
    activities = again.sessions.activities[again.sessions.starts]
    places = np.searchsorted(outcome.activities, activities)
    groups, scores = again.groups[again.best], _scores(again)
    better = (groups < outcome.groups[places]) | (
        (groups == outcome.groups[places]) & (scores > outcome.scores[places])
    )
    chosen = places[better]
    outcome.groups[chosen] = groups[better]
    outcome.scores[chosen] = scores[better]
    outcome.side[chosen] = number
    outcome.best[chosen] = again.best[better]


def _scores(judged: Judged) -> Numbers:
    if judged.fits.score is None:
        return np.zeros(len(judged.best), dtype=np.int64)
    return judged.fits.score[judged.best]


def _best(sessions: Sessions, statuses: Statuses64, fits: Fits) -> npt.NDArray[np.intp]:
    """The best of those that contend for each activity: score, fewest failures, earliest."""
    count = len(sessions)
    if count == len(sessions.starts):
        return np.arange(count)
    day = sessions.session("day").astype(np.int64)
    early = np.where(day < 0, 7, day) * 1440 + np.maximum(sessions.session("starts"), 0)
    failures = np.bitwise_count(statuses.fails).astype(np.int64)
    score = np.zeros(count, dtype=np.int64) if fits.score is None else fits.score
    key = ((255 - score << 7 | failures) << 14) | early
    placed = (key << 24) | np.arange(count)
    return (np.minimum.reduceat(placed, sessions.starts) & ((1 << 24) - 1)).astype(np.intp)


def first_failures(outcome: Outcome) -> dict[int, int]:
    """How many of the excluded failed each filter first, by the filter's bit."""
    counts = dict(outcome.counted)
    for number, judged in enumerate(outcome.judged):
        mine = (outcome.groups == EXCLUDED) & (outcome.side == number)
        fails = judged.statuses.fails[outcome.best[mine]]
        _count(fails & (~fails + np.uint64(1)), counts)
    return counts


def in_order(outcome: Outcome, wanted: Wanted, group: int, offset: int, limit: int) -> list[int]:
    """The places, in an outcome, of the activities that a list shows, in its order."""
    return all_in_order(outcome, wanted, (group,), offset, limit)[0]


def all_in_order(
    outcome: Outcome, wanted: Wanted, groups: Sequence[int], offset: int, limit: int
) -> list[list[int]]:
    """The places, in an outcome, of the activities that some lists show, each in its order."""
    stop = offset + limit
    lists = [_highest(outcome, group, stop) for group in groups]
    members = np.concatenate(lists)
    key = _order_keys(outcome, wanted, members)
    turns = turn(outcome.judged[0].sessions, outcome.activities[members], wanted.person.day)
    order = members[np.lexsort((turns, key, np.repeat(np.arange(len(lists)), [*map(len, lists)])))]
    ends = np.cumsum([*map(len, lists)])[:-1]
    return [some[offset:stop].tolist() for some in np.split(order, ends)]


def _highest(outcome: Outcome, group: int, most: int) -> npt.NDArray[np.intp]:
    """The places of those of a list whose score is among the highest."""
    members: npt.NDArray[np.intp] = (outcome.groups == group).nonzero()[0]
    if most >= len(members):
        return members
    # The score comes first: the rest is looked at only where that is high enough.
    scores = outcome.scores[members]
    highest: npt.NDArray[np.intp] = members[scores >= np.partition(scores, -most)[-most]]
    return highest


def _order_keys(outcome: Outcome, wanted: Wanted, members: npt.NDArray[np.intp]) -> Numbers:
    """One number for each: score, places, facts stated, how long ago confirmed, whole miles."""
    key = np.zeros(len(members), dtype=np.int64)
    sides = outcome.side[members]
    for number, judged in enumerate(outcome.judged):
        mine = sides == number
        places = outcome.best[members[mine]]
        rows = judged.sessions.at(places)
        part = 255 - outcome.scores[members[mine]]
        part = part << 2 | waiting(rows, wanted.person.day)
        part = part << 7 | (127 - stated_facts(rows, wanted.person))
        part = part << 2 | _staleness(rows, wanted.person.day)
        key[mine] = part << 10 | _whole_miles(rows, wanted)
    return key


def waiting(sessions: Sessions, day: date) -> Numbers:
    """0 where there is a place or nobody knows, 1 for a waiting list, 2 for full."""
    numbers = bit_numbers("capacity")
    capacity = sessions.session("capacity").astype(np.int64)
    believed = day.toordinal() - sessions.session("capacity_day") <= CAPACITY_DAYS
    found = np.where(capacity == 1 << numbers["waiting_list"], 1, 0)
    found = np.where(capacity == 1 << numbers["full"], 2, found)
    return np.where(believed, found, 0)


def _staleness(sessions: Sessions, day: date) -> Numbers:
    age = day.toordinal() - sessions.activity("confirmed").astype(np.int64)
    return (age > FRESH_DAYS).astype(np.int64) + (age > DUE_DAYS)


def _whole_miles(sessions: Sessions, wanted: Wanted) -> Numbers:
    """Whole miles; none for what comes to people or is online, many where nothing is stated."""
    if wanted.spot is None:
        return np.zeros(len(sessions), dtype=np.int64)
    tenths = sessions.tenths(wanted.spot.point)
    blank = sessions.session("day") < 0
    miles = np.where(tenths == NOT_KNOWN, 0, np.minimum(tenths // 10, MANY_MILES))
    return np.where(blank, MANY_MILES, miles)


def turn(
    sessions: Sessions, activities: npt.NDArray[np.integer], day: date
) -> npt.NDArray[np.uint64]:
    """A number that mixes an activity's id and the day, so that equal results take turns.

    It is the finisher of SplitMix64 (Steele, Lea and Flood, 2014) over both halves of the id.
    """
    columns = sessions.snapshot.activities
    mixed = _mixed(columns["id_high"][activities] ^ np.uint64(day.toordinal()))
    return _mixed(mixed ^ columns["id_low"][activities])


def _mixed(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
