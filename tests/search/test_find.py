"""The quick ways of the index find what the plain ones do, whatever the rows are."""

from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from app.search.index import ground as grounds
from app.search.index.by_name import Ranks
from app.search.index.columns import Columns
from app.search.index.facts import AT_VENUE, BLANK, COMES_TO_YOU, NOT_KNOWN, ONLINE
from app.search.index.find import Candidates, nearest
from app.search.index.ground import Ground, Overlap

SESSIONS = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from([0.0, 0.5, 0.5, 2.0, np.inf])), max_size=120
)
"""Sessions as an activity and the miles to it: many of few activities, and many as near."""


@settings(max_examples=300, deadline=None)
@given(SESSIONS, st.integers(0, 6), st.integers(1, 4), st.permutations(range(10)))
def test_a_page_of_the_nearest_is_that_of_a_plain_walk(
    sessions: list[tuple[int, float]], start: int, size: int, rank: list[int]
) -> None:
    activities = np.array([activity for activity, _ in sessions], dtype=np.int32)
    miles = np.array([far for _, far in sessions], dtype=np.float64)
    numbers = np.arange(len(sessions), dtype=np.int32)
    ranks = Ranks(np.array(rank, dtype=np.float64), np.zeros(0))
    snapshot = cast("Any", SimpleNamespace(by_name=SimpleNamespace(rank=ranks)))
    total, page = nearest(snapshot, Candidates(activities, numbers, miles), start, start + size)
    best: dict[int, tuple[float, int]] = {}
    for number, (activity, far) in enumerate(sessions):
        best[activity] = min(best.get(activity, (np.inf, len(sessions))), (far, number))
    walked = sorted(best, key=lambda one: (best[one][0], rank[one]))
    assert total == len(best)
    assert page.rows == walked[start : start + size]
    assert page.miles == [best[one][0] for one in page.rows]
    shown = [NOT_KNOWN if best[one][0] == np.inf else best[one][1] for one in page.rows]
    assert page.sessions == shown


KINDS = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from([AT_VENUE, ONLINE, COMES_TO_YOU])), max_size=8
)
VENUES = Columns({"latitude": np.linspace(51.5, 51.6, 10), "longitude": np.full(10, 0.1)}, 10)

ROWS = st.lists(KINDS, min_size=1, max_size=8).map(
    lambda drawn: [
        (activity, *session)
        for activity, sessions in enumerate(drawn)
        # An activity without sessions has a blank one.
        for session in sessions or [(0, BLANK)]
    ]
)
"""Sessions in the order of their activities, each with a venue and how it takes place."""


@settings(max_examples=200, deadline=None)
@given(
    ROWS,
    st.lists(st.integers(0, 7), min_size=8, max_size=8),
    st.lists(st.integers(0, 7), min_size=8, max_size=8),
    st.integers(1, 7),
    st.integers(1, 7),
)
def test_the_ground_gives_what_passes_every_test_and_thinned_each_place_once(
    rows: list[tuple[int, int, int]], cohorts: list[int], outcomes: list[int], one: int, two: int
) -> None:
    place = np.array([kind for _, _, kind in rows], dtype=np.int8)
    venue = np.array([at for _, at, _ in rows], dtype=np.int32)
    sessions = Columns(
        {
            "activity": np.array([activity for activity, _, _ in rows], dtype=np.int32),
            "venue": np.where(place == AT_VENUE, venue, NOT_KNOWN).astype(np.int32),
            "place": place,
        },
        len(rows),
    )
    activities = Columns(
        {
            "areas": np.zeros(8, dtype=np.int32),
            "cohort": np.array(cohorts, dtype=np.uint64),
            "outcome": np.array(outcomes, dtype=np.uint64),
        },
        8,
    )
    ground = Ground.of(activities, sessions, VENUES, 1)
    tests = [
        Overlap("cohort", activities["cohort"], one),
        Overlap("outcome", activities["outcome"], two),
    ]
    for asked in ([], tests[:1], tests):
        passing = [
            number
            for number, (activity, _, kind) in enumerate(rows)
            if kind != BLANK and all(int(test.column[activity]) & test.bits for test in asked)
        ]
        first: dict[tuple[int, int], int] = {}
        for number in passing:
            first.setdefault((rows[number][0], int(sessions["venue"][number])), number)
        expected = [(ground, passing), (ground.thin(sessions), sorted(first.values()))]
        for looked_at, wanted in expected:
            around = [(0, len(looked_at.grid.order))]
            coming = looked_at.of_sets(np.ones(1, dtype=np.bool_))
            places, at_venues = looked_at.within(around, coming, asked, sessions)
            found = looked_at.order[places]
            assert sorted(found.tolist()) == wanted
            assert (sessions["place"][found[:at_venues]] == AT_VENUE).all()
            assert (sessions["place"][found[at_venues:]] != AT_VENUE).all()


def test_what_passed_which_test_takes_no_more_memory_than_it_may(monkeypatch: Any) -> None:
    rows = 100
    sessions = Columns(
        {
            "activity": np.arange(rows, dtype=np.int32),
            "venue": np.zeros(rows, dtype=np.int32),
            "place": np.full(rows, AT_VENUE, dtype=np.int8),
        },
        rows,
    )
    column = np.full(rows, 0xFF, dtype=np.uint64)
    activities = Columns({"areas": np.zeros(rows, dtype=np.int32), "cohort": column}, rows)
    monkeypatch.setattr(grounds, "MOST_BYTES", 3 * 4 * rows)
    ground = Ground.of(activities, sessions, VENUES, 1)
    nothing_comes = np.zeros((0, 2), dtype=np.int32)
    for bit in range(8):
        test = Overlap("cohort", activities["cohort"], 1 << bit)
        places, at_venues = ground.within([(0, rows)], nothing_comes, [test], sessions)
        assert len(places) == at_venues == rows
    assert [bits for _, bits in ground.passing] == [1 << bit for bit in range(5, 8)]
