"""Which activities meet the criteria, in which order, and what the terms would find."""

from collections.abc import Mapping, Sequence
from functools import reduce
from math import inf
from operator import and_
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from app.search.criteria import SearchCriteria
from app.search.index.areas import Whereabouts
from app.search.index.facts import NOT_KNOWN
from app.search.index.filters import (
    Asked,
    Flags,
    Miles,
    Test,
    looked_at,
    miles_of,
    reached,
    serves,
)
from app.search.index.grid import Rows, ranges
from app.search.index.ground import Overlap
from app.search.index.snapshot import Snapshot
from app.search.text.postings import TextMatches

Matched = Literal["all_words", "any_word"]
Numbers = npt.NDArray[np.int32]

AS_DEAR = 8
"""To fetch an activity that has the words, and its sessions, costs as much as to look at so many
sessions around a place, which lie side by side."""

NO_WORDS = TextMatches(np.zeros(0, np.int32), np.zeros(0, np.int32), "all_words")
"""What a query without any word to search for finds: nothing."""


class Candidates(NamedTuple):
    """Rows that passed every test but those held back, and how each did in these.

    `sessions` is None where nothing is asked of sessions: then `activities` has each activity
    once. Otherwise both have an entry for each session, with its activity beside it.
    """

    activities: Rows
    sessions: Rows | None
    miles: Miles | None
    held_back: Mapping[str, Flags] = MappingProxyType({})

    def passing(self, *, besides: str | None = None) -> "Candidates":
        """Those that pass what was held back as well, one test aside."""
        if not self.held_back:
            return self
        tests = [flags for name, flags in self.held_back.items() if name != besides]
        if not tests:
            return Candidates(self.activities, self.sessions, self.miles)
        return _narrowed(self, reduce(and_, tests))


class Found(NamedTuple):
    """The activities that meet the criteria, each once, in no order yet.

    `sessions` is the session that each is shown with, or NOT_KNOWN; `miles` is how far it is,
    infinite where it is at no venue, and None where no place was asked about. `prices` is what
    each costs at least, or NOT_KNOWN; None where no prices were wanted.
    """

    activities: Rows
    sessions: Numbers
    miles: Miles | None
    prices: Numbers | None


def candidates(  # noqa: PLR0913 - each says what is looked for.
    snapshot: Snapshot,
    asked: Asked,
    words: TextMatches | None,
    *,
    held_back: Sequence[str] = (),
    whole: bool = False,
    thin: bool = False,
) -> Candidates:
    """The rows that may answer, tested from the most to the least telling.

    Args:
        snapshot: the catalogue.
        asked: what is asked.
        words: the activities in which the words were found; None where no words are asked for.
        held_back: tests whose outcome is kept beside the rows, because facets need them apart.
        whole: whether sessions are looked at even where nothing is asked of them.
        thin: whether of those of an activity at one venue, or at none, the first will do where
            nothing is asked of sessions.
    """
    of_activities, of_sessions = dict(asked.of_activities), dict(asked.of_sessions)
    kept = {name: of_activities.pop(name) for name in held_back if name in of_activities}
    kept_of_sessions = {name: of_sessions.pop(name) for name in held_back if name in of_sessions}
    tests, place = list(of_activities.values()), asked.place
    if len(kept) > 1:
        tests.append(_all_but_one([*kept.values()]))
    thin = thin and not whole and not asked.of_sessions
    rows: Candidates
    if place is not None and (
        words is None or len(words.rows) * AS_DEAR > looked_at(snapshot, place, asked.within)
    ):
        rows = _around(snapshot, place, asked.within, tests, words, thin=thin)
    else:
        rows = _of_activities(snapshot, tests, words)
        if asked.of_sessions or place is not None or whole:
            rows = _with_sessions(snapshot, rows.activities, thin=thin)
    for test in of_sessions.values():
        if rows.sessions is not None:
            rows = _narrowed(rows, test(rows.sessions))
    if place is not None and rows.sessions is not None and rows.miles is None:
        miles = miles_of(snapshot, place, rows.sessions)
        reaching = serves(snapshot, place, asked.within, rows.sessions, miles)
        rows = _narrowed(rows._replace(miles=miles), reaching)
    if not kept and not kept_of_sessions:
        return rows
    held = _outcomes(kept, rows.activities) | _outcomes(kept_of_sessions, rows.sessions)
    return rows._replace(held_back=held)


def _around(  # noqa: PLR0913 - each says what is looked for.
    snapshot: Snapshot,
    place: Whereabouts,
    within: float,
    tests: Sequence[Test],
    words: TextMatches | None,
    *,
    thin: bool,
) -> Candidates:
    """The sessions within reach of a place whose activities pass the tests and have the words."""
    overlaps = [test for test in tests if isinstance(test, Overlap)]
    others: list[Test] = [test for test in tests if not isinstance(test, Overlap)]
    if words is not None:
        others.insert(0, _among(words.rows, len(snapshot.alive)))
    if snapshot.some_dead:
        others.insert(0, snapshot.alive.take)
    return Candidates(*reached(snapshot, place, within, overlaps, others, thin=thin))


def _of_activities(
    snapshot: Snapshot, tests: Sequence[Test], words: TextMatches | None
) -> Candidates:
    """The activities that pass the tests and have the words."""
    activities: Rows
    if words is not None:
        activities = words.rows
    else:
        activities = np.flatnonzero(snapshot.alive).astype(np.int32)
    for test in tests:
        activities = activities[test(activities)]
    return Candidates(activities, None, None)


def _with_sessions(snapshot: Snapshot, activities: Rows, *, thin: bool) -> Candidates:
    """All sessions of some activities; or of those at one venue, or at none, the first."""
    counts = snapshot.activities["sessions"].take(activities)
    sessions = ranges(snapshot.activities["first_session"].take(activities), counts)
    rows = Candidates(np.repeat(activities, counts), sessions, None)
    if not thin:
        return rows
    return _narrowed(rows, snapshot.ground.needed(sessions, snapshot.sessions))


def _all_but_one(tests: Sequence[Test]) -> Test:
    """The test that at most one of some is failed: what fails more counts for no facet."""

    def passes(rows: Rows) -> Flags:
        passed = sum((test(rows) for test in tests), np.zeros(len(rows), dtype=np.int8))
        flags: Flags = passed >= len(tests) - 1
        return flags

    return passes


def _among(others: Rows, length: int) -> Test:
    """The test that a row is among others, of so many that there are."""
    flags = np.zeros(length, dtype=np.bool_)
    flags[others] = True
    return flags.take


def _narrowed(rows: Candidates, keep: Flags) -> Candidates:
    at = keep.nonzero()[0]
    return Candidates(
        rows.activities.take(at),
        None if rows.sessions is None else rows.sessions.take(at),
        None if rows.miles is None else rows.miles.take(at),
    )


def _outcomes(tests: Mapping[str, Test], rows: Rows | None) -> dict[str, Flags]:
    return {} if rows is None else {name: test(rows) for name, test in tests.items()}


def each_once(snapshot: Snapshot, passing: Candidates, *, priced: bool) -> Found:
    """The activities of some candidates, each with the session that it is shown with.

    Args:
        snapshot: the catalogue.
        passing: the candidates.
        priced: whether prices matter; without, they are left out.
    """
    columns = snapshot.activities
    if passing.sessions is None:
        return Found(
            passing.activities,
            columns["shown_session"][passing.activities],
            None,
            columns["least_price"][passing.activities],
        )
    # Sessions lie in the order of their activities, so that this brings together each one's own.
    by_row = np.argsort(passing.sessions)
    sessions, activities = passing.sessions[by_row], passing.activities[by_row]
    starts = starts_of(activities)
    # A session of a place is better the nearer it is, and of two the earlier listed. Without a
    # place one at a venue is better than any other.
    at_venue = snapshot.sessions["venue"].take(sessions) != NOT_KNOWN
    far = passing.miles[by_row] if passing.miles is not None else (~at_venue).astype(np.int8)
    best = _least(far, starts)
    return Found(
        activities[starts],
        np.where(at_venue[best], sessions[best], NOT_KNOWN).astype(np.int32),
        None if passing.miles is None else far[best],
        _least_prices(snapshot, sessions, starts) if priced else None,
    )


class Shown(NamedTuple):
    """What a page shows: the rows of activities in order, with the session of each and its miles.

    The session is NOT_KNOWN where none is at a venue, the miles are infinite where they are not
    known.
    """

    rows: list[int]
    sessions: list[int]
    miles: list[float]


def nearest(snapshot: Snapshot, passing: Candidates, start: int, stop: int) -> tuple[int, Shown]:
    """How many activities some candidates around a place have, and those on a page, by distance.

    It is what `each_once` and `ordered` find, in a fraction of the time.

    Args:
        snapshot: the catalogue.
        passing: the candidates, with miles.
        start: how many activities stand before the page.
        stop: how many stand before its end.
    """
    activities, sessions, miles = passing.activities, passing.sessions, passing.miles
    assert sessions is not None  # noqa: S101 - tells mypy what holds around a place.
    assert miles is not None  # noqa: S101 - the same.
    total = len(starts_of(np.sort(activities)))
    first: list[int] = []
    # Activities have few sessions each, so that these hold those of the page, or else all do.
    enough = 4 * stop
    if enough < len(miles) // 2:
        some = (miles <= np.partition(miles, enough)[enough]).nonzero()[0]
        chosen = _walked(snapshot, activities[some], sessions[some], miles[some], stop)
        first = some[chosen].tolist()
    if len(first) < min(stop, total):
        first = _walked(snapshot, activities, sessions, miles, stop)
    page = np.array(first[start:], dtype=np.intp)
    far: list[float] = miles[page].tolist()
    at: list[int] = sessions[page].tolist()
    shown = [NOT_KNOWN if one == inf else session for session, one in zip(at, far, strict=True)]
    return total, Shown(activities[page].tolist(), shown, far)


def _walked(
    snapshot: Snapshot, activities: Rows, sessions: Rows, miles: Miles, stop: int
) -> list[int]:
    """The places of the nearest activities, as many as are wanted, each with its nearest session.

    Of two as near the one earlier by name comes first, and of its sessions the one listed first.
    """
    order = np.lexsort((sessions, snapshot.by_name.rank.of(activities), miles))
    first: dict[int, int] = {}
    for row, place in zip(activities[order].tolist(), order.tolist(), strict=True):
        if row not in first:
            first[row] = place
            if len(first) == stop:
                break
    return [*first.values()]


def starts_of(sorted_rows: Rows) -> npt.NDArray[np.intp]:
    """Where each stretch of equal rows begins."""
    first = np.empty(len(sorted_rows), dtype=np.bool_)
    first[:1] = True
    np.not_equal(sorted_rows[1:], sorted_rows[:-1], out=first[1:])
    return first.nonzero()[0]


def _least(
    numbers: npt.NDArray[np.float64 | np.int8], starts: npt.NDArray[np.intp]
) -> npt.NDArray[np.intp]:
    """The place of the first of the least numbers in each stretch."""
    if len(starts) == len(numbers):
        return starts
    lengths = np.empty(len(starts), dtype=np.intp)
    np.subtract(starts[1:], starts[:-1], out=lengths[:-1])
    lengths[-1] = len(numbers) - starts[-1]
    least = np.minimum.reduceat(numbers, starts).repeat(lengths)
    places = (numbers == least).nonzero()[0]
    # The first such place at or behind the beginning of each stretch lies within the stretch.
    first: npt.NDArray[np.intp] = places[places.searchsorted(starts)]
    return first


def _least_prices(snapshot: Snapshot, sessions: Rows, starts: npt.NDArray[np.intp]) -> Numbers:
    """The least price that is known in each stretch of sessions."""
    # As numbers without a sign, what is not known is more than any price.
    prices: npt.NDArray[np.uint32] = snapshot.sessions["price"].take(sessions).view(np.uint32)
    if len(starts) < len(sessions):
        prices = np.minimum.reduceat(prices, starts)
    known: Numbers = prices.view(np.int32)
    return known


def ordered(
    snapshot: Snapshot,
    found: Found,
    criteria: SearchCriteria,
    scores: npt.NDArray[np.int32] | None,
) -> npt.NDArray[np.intp]:
    """Which of the found stand on the page asked for, in the order asked for.

    Args:
        snapshot: the catalogue.
        found: what was found.
        criteria: name the order and the page.
        scores: how well the words were found in each, where words were asked for.
    """
    start = (criteria.page - 1) * criteria.per_page
    stop = start + criteria.per_page
    keys = [
        snapshot.by_name.rank.of(found.activities),
        *_keys(snapshot, found, criteria.order, scores),
    ]
    primary = keys[-1]
    if stop < len(primary) // 4:
        # Only those that can come so early need to be put in order.
        limit = np.partition(primary, stop)[stop]
        chosen = np.flatnonzero(primary <= limit)
        order = np.lexsort([key[chosen] for key in keys])
        return chosen[order[start:stop]]
    return np.lexsort(keys)[start:stop]


def _keys(
    snapshot: Snapshot, found: Found, order: str, scores: npt.NDArray[np.int32] | None
) -> list[npt.NDArray[np.float64]]:
    """The keys before the name, the most telling last; less is earlier, unknown is infinite."""
    name = order.removeprefix("-")
    sign = -1.0 if order.startswith("-") else 1.0
    columns = snapshot.activities
    if name == "relevance" and scores is not None:
        first = -scores.astype(np.float64)
    elif name == "distance" and found.miles is not None:
        first = found.miles
    elif name == "price" and found.prices is not None:
        first = np.where(found.prices == NOT_KNOWN, np.inf, found.prices.astype(np.float64))
    elif name == "confirmed":
        first = -columns["confirmed"][found.activities].astype(np.float64)
    elif name == "newest":
        first = -columns["published"][found.activities].astype(np.float64)
    else:
        first = snapshot.by_name.name_rank.of(found.activities)
    reversed_first = first
    if sign < 0:
        reversed_first = np.where(np.isinf(first), first, -first)
    if name == "relevance" and found.miles is not None:
        return [found.miles, reversed_first]
    return [reversed_first]


def scores_of(words: TextMatches | None, rows: Rows) -> npt.NDArray[np.int32] | None:
    """How well the words were found in some of the rows in which they were."""
    if words is None:
        return None
    scores: npt.NDArray[np.int32] = words.scores[np.searchsorted(words.rows, rows)]
    return scores
