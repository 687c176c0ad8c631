"""The engine's lists are the oracle's, whatever the catalogue, its past, and the answers."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matching.oracle import GROUPS, Question, Verdict, lists_of
from matching.strategies import DAYS_TOLD, place_told, places_to_go, told
from search.strategies import COUNCILS, Catalogue
from search.test_index import snapshot_with_a_past

from app.catalogue.pricing import half_up
from app.matching.answers import Answers, MatchesWanted
from app.matching.matches import matches_found
from app.search.index.snapshot import Snapshot

EXAMPLES = 50
"""Some seconds; by hand many hundreds were run."""
PEOPLE = 12
"""How many people ask of each catalogue."""


def snapshot_of(data: Any, catalogue: Catalogue) -> Snapshot:
    """A snapshot with any past, that holds what the councils say."""
    councils = {one.area.gss: one for one in COUNCILS if one.area.gss}
    return replace(snapshot_with_a_past(data, catalogue), councils_said=councils)


def answered(snapshot: Snapshot, answers: Answers, day: date | None = None, **more: Any) -> Any:
    """The whole answer, as JSON."""
    asked = {"answers": answers.model_dump(), "limit": 100, **more}
    if day is not None:
        asked["date"] = day.isoformat()
    return json.loads(matches_found(snapshot, MatchesWanted.model_validate(asked)))


def differences(body: Any, expected: dict[str, list[Verdict]]) -> list[str]:
    """What is not as it should be, in words."""
    found = []
    for group in GROUPS[:3]:
        ids = [one["activity"]["id"] for one in body[group]]
        wanted = [str(one.id) for one in expected[group]]
        if ids != wanted:
            found.append(f"{group}: {ids}, and not {wanted}")
            continue
        for one, verdict in zip(body[group], expected[group], strict=True):
            found += [f"{group} {verdict.id}: {text}" for text in _differences(one, verdict)]
    counts = {group: len(expected[group]) for group in GROUPS}
    if body["counts"] != counts:
        found.append(f"counts {body['counts']}, and not {counts}")
    reasons: dict[str, int] = {}
    for verdict in expected["excluded"]:
        reasons[verdict.first_failure or ""] = reasons.get(verdict.first_failure or "", 0) + 1
    summary = {one["reason"]: one["count"] for one in body["excluded_summary"]}
    if summary != reasons:
        found.append(f"excluded for {summary}, and not {reasons}")
    return found


def _differences(one: Any, verdict: Verdict) -> list[str]:
    pairs = {
        "score": (one["score"], verdict.score),
        "serves": (one["serves"], verdict.serves),
        "points": (
            {reason["criterion"]: Fraction(str(reason["points"])) for reason in one["reasons"]},
            verdict.points,
        ),
        "sessions": (
            sorted(each["session_id"] for each in one["sessions_that_fit"]),
            sorted(map(str, verdict.sessions)),
        ),
        "attendances": (one["cost"]["attendances_per_week"], verdict.attendances),
        "musts": (
            {
                must["code"]: must["status"]
                for must in one["musts"]
                if must["code"] in verdict.musts
            },
            {
                code: status
                for code, status in verdict.musts.items()
                if code in {must["code"] for must in one["musts"]}
            },
        ),
        "unmet": (
            {must["code"] for must in one["musts"] if must["status"] != "met"},
            {code for code, status in verdict.musts.items() if status != "met"},
        ),
        "known": (one["cost"]["per_week"] is not None, verdict.cost.known),
    }
    if verdict.cost.known and verdict.score is not None:
        week = verdict.cost.each * verdict.attendances + verdict.cost.weekly
        total = one["cost"]["per_week"]["total_pence"] if one["cost"]["per_week"] else None
        # Each of the three columns is rounded by itself.
        pairs["week"] = (total is not None and abs(total - half_up(week)) <= 1, True)
    return [
        f"{name} {mine}, and not {theirs}"
        for name, (mine, theirs) in pairs.items()
        if mine != theirs
    ]


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_every_list_is_the_oracles(data: Any) -> None:
    catalogue = data.draw(places_to_go(), label="catalogue")
    snapshot = snapshot_of(data, catalogue)
    for _ in range(PEOPLE):
        answers = data.draw(told(), label="answers")
        answers_shown = answers.model_dump(exclude_defaults=True)
        day = data.draw(st.sampled_from(DAYS_TOLD), label=f"day for {answers_shown}")
        question = Question(answers, day, place_told(answers))
        body = answered(snapshot, answers, day)
        found = differences(body, lists_of(catalogue.entries, question))
        assert not found, "\n".join([str(answers_shown), *found])
        assert sum(body["counts"].values()) == body["considered"] == len(catalogue.entries)
