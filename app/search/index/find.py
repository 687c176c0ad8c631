"""Which activities meet the criteria, in which order, and what the terms would find."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from app.search.criteria import SearchCriteria
from app.search.index.facts import NOT_KNOWN
from app.search.index.filters import (
    Asked,
    Flags,
    Miles,
    Test,
    miles_of,
    serves,
    sessions_around,
)
from app.search.index.grid import Rows, ranges
from app.search.index.snapshot import Snapshot
from app.search.text.postings import TextMatches

Matched = Literal["all_words", "any_word"]
Numbers = npt.NDArray[np.int32]

NO_WORDS = TextMatches(np.zeros(0, np.int32), np.zeros(0, np.int32), "all_words")
"""What a query without any word to search for finds: nothing."""


@dataclass(frozen=True)
class Candidates:
    """Rows that passed every test but those held back, and how each did in these.

    `sessions` is None where nothing is asked of sessions: then `activities` has each activity
    once. Otherwise both have an entry for each session, with its activity beside it.
    """

    activities: Rows
    sessions: Rows | None
    miles: Miles | None
    held_back: Mapping[str, Flags] = field(default_factory=dict)

    def passing(self, *, besides: str | None = None) -> "Candidates":
        """Those that pass what was held back as well, one test aside."""
        tests = [flags for name, flags in self.held_back.items() if name != besides]
        if not tests:
            return Candidates(self.activities, self.sessions, self.miles)
        keep = np.logical_and.reduce(tests)
        return Candidates(
            self.activities[keep],
            None if self.sessions is None else self.sessions[keep],
            None if self.miles is None else self.miles[keep],
        )


@dataclass(frozen=True)
class Found:
    """The activities that meet the criteria, each once, in no order yet.

    `sessions` is the session that each is shown with, or NOT_KNOWN; `miles` is how far it is,
    infinite where it is at no venue, and None where no place was asked about.
    """

    activities: Rows
    sessions: Numbers
    miles: Miles | None
    prices: Numbers


def candidates(
    snapshot: Snapshot,
    asked: Asked,
    words: TextMatches | None,
    *,
    held_back: Sequence[str] = (),
    whole: bool = False,
) -> Candidates:
    """The rows that may answer, tested from the most to the least telling.

    Args:
        snapshot: the catalogue.
        asked: what is asked.
        words: the activities in which the words were found; None where no words are asked for.
        held_back: tests whose outcome is kept beside the rows, because facets need them apart.
        whole: whether sessions are looked at even where nothing is asked of them.
    """
    of_activities, of_sessions = dict(asked.of_activities), dict(asked.of_sessions)
    kept = {name: of_activities.pop(name) for name in held_back if name in of_activities}
    kept_of_sessions = {name: of_sessions.pop(name) for name in held_back if name in of_sessions}
    by_session = bool(asked.of_sessions) or asked.place is not None or whole
    columns = snapshot.sessions
    sessions: Rows | None = None
    activities: Rows
    if words is not None:
        activities = words.rows
    elif asked.place is not None:
        sessions = sessions_around(snapshot, asked.place, asked.within)
        activities = columns["activity"][sessions]
        sessions, activities = _narrowed(sessions, activities, snapshot.alive[activities])
    else:
        activities = np.flatnonzero(snapshot.alive).astype(np.int32)
    for test in of_activities.values():
        sessions, activities = _narrowed(sessions, activities, test(activities))
    if by_session and sessions is None:
        counts = snapshot.activities["sessions"][activities]
        sessions = ranges(snapshot.activities["first_session"][activities], counts)
        activities = np.repeat(activities, counts)
    if sessions is not None:
        for test in of_sessions.values():
            passed = test(sessions)
            sessions, activities = sessions[passed], activities[passed]
    miles = None
    if asked.place is not None and sessions is not None:
        miles = miles_of(snapshot, asked.place, sessions)
        reached = serves(snapshot, asked.place, asked.within, sessions, miles)
        sessions, activities, miles = sessions[reached], activities[reached], miles[reached]
    return Candidates(
        activities,
        sessions,
        miles,
        _outcomes(kept, activities) | _outcomes(kept_of_sessions, sessions),
    )


def _narrowed(sessions: Rows | None, activities: Rows, keep: Flags) -> tuple[Rows | None, Rows]:
    return None if sessions is None else sessions[keep], activities[keep]


def _outcomes(tests: Mapping[str, Test], rows: Rows | None) -> dict[str, Flags]:
    return {} if rows is None else {name: test(rows) for name, test in tests.items()}


def each_once(snapshot: Snapshot, passing: Candidates) -> Found:
    """The activities of some candidates, each with the session that it is shown with."""
    columns = snapshot.activities
    if passing.sessions is None:
        return Found(
            passing.activities,
            columns["shown_session"][passing.activities],
            None,
            columns["least_price"][passing.activities],
        )
    # A session of a place is better the nearer it is, and of two the earlier listed. Without a
    # place one at a venue is better than any other.
    at_venue = snapshot.sessions["venue"][passing.sessions] != NOT_KNOWN
    far = passing.miles if passing.miles is not None else ~at_venue
    order = np.lexsort((passing.sessions, far, passing.activities))
    activities = passing.activities[order]
    first = np.ones(len(activities), dtype=np.bool_)
    first[1:] = activities[1:] != activities[:-1]
    best = order[first]
    shown = np.where(at_venue[best], passing.sessions[best], NOT_KNOWN)
    prices = snapshot.sessions["price"][passing.sessions[order]].astype(np.int64)
    prices[prices == NOT_KNOWN] = np.iinfo(np.int64).max
    least = np.minimum.reduceat(prices, np.flatnonzero(first)) if len(prices) else prices
    least[least == np.iinfo(np.int64).max] = NOT_KNOWN
    return Found(
        activities[first],
        shown.astype(np.int32),
        None if passing.miles is None else passing.miles[best],
        least.astype(np.int32),
    )


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
    keys = [snapshot.rank[found.activities], *_keys(snapshot, found, criteria.order, scores)]
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
    elif name == "price":
        first = np.where(found.prices == NOT_KNOWN, np.inf, found.prices.astype(np.float64))
    elif name == "confirmed":
        first = -columns["confirmed"][found.activities].astype(np.float64)
    elif name == "newest":
        first = -columns["published"][found.activities].astype(np.float64)
    else:
        first = snapshot.name_rank[found.activities]
    reversed_first = np.where(np.isinf(first), first, sign * first)
    if name == "relevance" and found.miles is not None:
        return [found.miles, reversed_first]
    return [reversed_first]


def scores_of(words: TextMatches | None, rows: Rows) -> npt.NDArray[np.int32] | None:
    """How well the words were found in some of the rows in which they were."""
    if words is None:
        return None
    scores: npt.NDArray[np.int32] = words.scores[np.searchsorted(words.rows, rows)]
    return scores
