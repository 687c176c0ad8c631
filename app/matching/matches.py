"""The whole answer: every live activity judged for one person, from memory, and forgotten."""

from datetime import date, timedelta
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic_core import to_json

from app.matching.advising import advice, assumed, next_questions, notice
from app.matching.answers import MatchesWanted, Submission
from app.matching.changes import change_view, excluded_words
from app.matching.explaining import results_json
from app.matching.filters import ASK_FIRST, EXCLUDED, MATCH, NEAR_MISS, Wanted
from app.matching.person import Person
from app.matching.places import council_view, homes_of, paying_council, payment_rules
from app.matching.policy import BITS, FILTERS, REOPENS_WITHIN_DAYS, VERSION
from app.matching.prices import bills_of
from app.matching.ranking import Outcome, all_in_order, first_failures, judge
from app.matching.reach import FAILED, covered, spot_of
from app.matching.reading import Reading
from app.matching.relaxing import Change, World, best_pair, miles_change, single_changes, world_of
from app.matching.rows import sessions_of
from app.matching.shares import rules_for
from app.matching.shown import all_shown
from app.matching.words import voice_of
from app.problems import Fault, Malformed
from app.search.index.facts import BLANK
from app.search.index.snapshot import Snapshot
from app.search.places import place_understood

DAYS_AHEAD = 366
WIDER = 4
"""By what the circle grows in which more matches are looked for, before all are."""

LISTS = (("matches", MATCH), ("ask_first", ASK_FIRST), ("near_misses", NEAR_MISS))
Rows = npt.NDArray[np.intp]


class DayOutOfRange(Malformed):
    """The day lies in the past, or more than a year ahead."""

    code = "day_out_of_range"

    def __init__(self) -> None:
        fault = Fault(
            **{"in": "body"},
            name="/date",
            code=self.code,
            message=f"Give a day from today to {DAYS_AHEAD} days ahead.",
        )
        super().__init__([fault])


def day_of(asked: Submission, today: date) -> date:
    """The day to look from.

    Raises:
        DayOutOfRange: it is not from today to 366 days ahead.
    """
    day = asked.date or today
    if not today <= day <= today + timedelta(days=DAYS_AHEAD):
        raise DayOutOfRange
    return day


def matches_found(snapshot: Snapshot, asked: MatchesWanted) -> bytes:
    """The JSON of `MatchesFound`.

    Raises:
        DayOutOfRange: the day is not one of the next year.
        HomeNotResolved: the place told is not known.
        CouncilNotHeld: the council named is not held.
    """
    day = day_of(asked, snapshot.today)
    answers = asked.answers
    homes = homes_of(snapshot, answers)
    home = homes[0] if homes else None
    spot = spot_of(home, answers.council) if home else None
    wanted = Wanted(Person(answers, day, has_place=spot is not None), spot)
    rows = rows_to_judge(snapshot, wanted, 1)
    outcome = judge(sessions_of(snapshot, rows, day), wanted)
    payer = paying_council(snapshot, answers, home)
    reading = Reading(
        snapshot=snapshot,
        wanted=wanted,
        rules=rules_for(answers.funding, payment_rules(payer)),
        bills=bills_of(snapshot),
        voice=voice_of(answers.for_whom),
        lang=asked.lang,
    )
    groups = np.bincount(outcome.groups, minlength=4).tolist()
    counts = {group: int(groups[group]) for group in range(4)}
    considered = snapshot.total
    counts[EXCLUDED] += considered - len(rows) + sum(outcome.counted.values())
    council = council_view(snapshot, answers, home, asked.lang)
    place = place_understood(homes)
    head = {
        "policy_version": VERSION,
        "catalogue_version": f"{snapshot.epoch}-{snapshot.sequence}",
        "place": place.model_dump(mode="json") if place else None,
        "assumed": assumed(answers, wanted, homes, payer),
        "considered": considered,
        "counts": {
            "matches": counts[MATCH],
            "ask_first": counts[ASK_FIRST],
            "near_misses": counts[NEAR_MISS],
            "excluded": counts[EXCLUDED],
        },
    }
    tail = {
        "excluded_summary": _excluded(snapshot, wanted, outcome, rows),
        "relaxations": [
            change_view(change, reading.voice)
            for change in relaxations(snapshot, wanted, outcome, rows)
        ],
        "next_questions": next_questions(answers),
        "advice": advice(answers, counts),
        "council": council,
        "notice": notice(council),
    }
    groups_shown = [group for _, group in LISTS]
    lists = all_in_order(outcome, wanted, groups_shown, asked.offset, asked.limit)
    # What all lists show is put into words together, and then told apart again.
    shown = all_shown(reading, outcome, [place for places in lists for place in places])
    results = iter(results_json(shown))
    chunks = [to_json(head)[:-1]]
    for (name, _), places in zip(LISTS, lists, strict=True):
        chunks.append(f',"{name}":['.encode())
        for number, result in enumerate(islice(results, len(places))):
            if number:
                chunks.append(b",")
            chunks += result
        chunks.append(b"]")
    return b"".join((*chunks, b",", to_json(tail)[1:]))


def rows_to_judge(snapshot: Snapshot, wanted: Wanted, wider: float) -> Rows:
    """The living activities that may end in a list: all but those that are too far to come close.

    Args:
        snapshot: the catalogue.
        wanted: the person and their place.
        wider: how many times as far as a near miss to look; infinity takes all.
    """
    person, spot = wanted.person, wanted.spot
    alive = snapshot.alive
    bounded = person.only_online or (person.limit is not None and spot is not None)
    if wider == np.inf or not bounded:
        return np.flatnonzero(alive)
    columns = snapshot.sessions
    marked = np.zeros(len(alive), dtype=np.bool_)
    ground, around = snapshot.ground, []
    reached = covered(snapshot.area_sets, spot) != FAILED
    if spot is not None and person.limit is not None:
        reach = person.close_limit * wider + spot.uncertainty
        around = ground.around(spot.point, reach)
    places, at_venue = ground.within(around, ground.of_sets(reached), (), columns)
    owners = ground.column("activity", columns).take(places)
    marked[owners[:at_venue]] = True
    coming = owners[at_venue:]
    marked[coming[reached[snapshot.activities["areas"][coming]]]] = True
    marked[columns["activity"][np.flatnonzero(columns["place"] == BLANK)]] = True
    marked[columns["activity"][snapshot.settled_sessions :]] = True
    if person.day > snapshot.today:
        # What is over by then may leave an activity of which nothing is stated.
        over = columns["last_day"] < person.day.toordinal()
        marked[columns["activity"][over]] = True
    return np.flatnonzero(marked & alive)


def _excluded(
    snapshot: Snapshot, wanted: Wanted, outcome: Outcome, rows: Rows
) -> list[dict[str, Any]]:
    """Why activities are left out, in the order of the policy."""
    counts = first_failures(outcome)
    beyond = snapshot.total - len(rows)
    if beyond:
        away = snapshot.alive.copy()
        away[rows] = False
        closed = int(np.count_nonzero(away[_closed_long(snapshot, wanted)]))
        counts[BITS["open"]] = counts.get(BITS["open"], 0) + closed
        counts[BITS["travel"]] = counts.get(BITS["travel"], 0) + beyond - closed
    return [
        {"reason": one.code, **excluded_words(one, wanted.person), "count": counts[number]}
        for number, one in enumerate(FILTERS)
        if counts.get(number)
    ]


def _closed_long(snapshot: Snapshot, wanted: Wanted) -> Rows:
    day, columns = wanted.person.day.toordinal(), snapshot.activities
    # Few say that they close at all.
    closing = np.flatnonzero(columns["closed_from"] > 0)
    closed_from, reopens = columns["closed_from"][closing], columns["reopens_on"][closing]
    return closing[(closed_from <= day) & (reopens - day > REOPENS_WITHIN_DAYS)]


def relaxations(snapshot: Snapshot, wanted: Wanted, outcome: Outcome, rows: Rows) -> list[Change]:
    """The smallest changes that bring more matches; where no single one does, the best pair."""
    world = world_of(outcome, wanted)
    found = single_changes(world)
    limited = wanted.person.limit is not None and wanted.spot is not None
    known = 1.0
    for wider in (float(WIDER), np.inf) if limited else ():
        if any(change.kind == "miles" and _all_known(change, wanted, known) for change in found):
            break
        known = wider
        more = _world_further(snapshot, wanted, rows, wider)
        if more is not None:
            world = more
            others = [change for change in found if change.kind != "miles"]
            found = [*miles_change(more), *others]
    if found:
        return found
    pair = best_pair(world)
    return [pair] if pair else []


def _all_known(change: Change, wanted: Wanted, wider: float) -> bool:
    """Whether nothing was left out that lies within the miles of a change.

    What is online or comes to people is known with all its places, however far they are.
    """
    known: bool = change.detail["miles"] <= wanted.person.close_limit * wider
    return known


def _world_further(snapshot: Snapshot, wanted: Wanted, known: Rows, wider: float) -> World | None:
    """The world with what lies further away; None where nothing more does."""
    rows = rows_to_judge(snapshot, wanted, wider)
    if len(rows) == len(known):
        return None
    return world_of(judge(sessions_of(snapshot, rows, wanted.person.day), wanted), wanted)
