"""The index gives the oracle's answers, whatever the catalogue, the question and its history."""

import json
from datetime import date
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from search.oracle import OracleEntry, answer, json_differences
from search.strategies import AREAS_HELD, Catalogue, catalogues, place_asked, queries

from app.search.answers import activities_found
from app.search.index import find
from app.search.index.cards import Card
from app.search.index.facts import Indexable
from app.search.index.snapshot import Snapshot, built, changed, empty_snapshot, settled

QUESTIONS = 12
"""How many questions are asked of each catalogue."""


def cards(entries: list[OracleEntry], today: date) -> list[Card]:
    """Their cards, as they come out of the database."""
    made = [Card.of(Indexable(entry, entry.published_at), today) for entry in entries]
    return [Card.unpacked(one.packed()) for one in made]


def snapshot_with_a_past(data: Any, catalogue: Catalogue) -> Snapshot:
    """A snapshot of a catalogue whose activities came, changed and went in any order before."""
    entries = list(catalogue.entries)
    first = data.draw(st.integers(0, len(entries)), label="there from the beginning")
    start = empty_snapshot("epoch", 0, catalogue.today, AREAS_HELD, None)
    snapshot = built(start, [cards(entries[:first], catalogue.today)] if first else [])
    rest = entries[first:]
    sequence = 0
    while rest:
        count = data.draw(st.integers(1, len(rest)), label="come together")
        sequence += 1
        snapshot = changed(
            snapshot,
            sequence,
            [entry.activity.id for entry in rest[:count]],
            cards(rest[:count], catalogue.today),
        )
        rest = rest[count:]
    if entries and data.draw(st.booleans(), label="some change"):
        touched = data.draw(st.lists(st.sampled_from(entries), max_size=5, unique_by=id))
        ids = [entry.activity.id for entry in touched]
        # They go first, and come back: once as they are, and once more.
        snapshot = changed(snapshot, sequence + 1, ids, [])
        snapshot = changed(snapshot, sequence + 2, ids, cards(touched, catalogue.today))
        snapshot = changed(snapshot, sequence + 3, ids, cards(touched, catalogue.today))
    return settled(snapshot) if data.draw(st.booleans(), label="settled") else snapshot


@settings(
    max_examples=180,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_every_answer_is_the_oracles(data: Any) -> None:
    catalogue = data.draw(catalogues(), label="catalogue")
    snapshot = snapshot_with_a_past(data, catalogue)
    for _ in range(QUESTIONS):
        criteria = data.draw(queries(catalogue), label="question")
        expected = answer(catalogue.entries, criteria, catalogue.today, place_asked(criteria))
        # The words first, whichever is less, or what lies around the place first: all find alike.
        dear = data.draw(st.sampled_from((0, find.AS_DEAR, 10_000)), label="as dear")
        with patch.object(find, "AS_DEAR", dear):
            body = json.loads(activities_found(snapshot, criteria))
        differences = json_differences(body, expected, criteria, catalogue.entries)
        assert not differences, "\n".join(differences)
