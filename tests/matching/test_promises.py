"""The promises that matching makes, held for whatever hypothesis draws."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matching.asking import LISTS, answered, bytes_for, club, snapshot_with
from matching.strategies import DAYS_TOLD, places_to_go, told
from search.oracle import OracleEntry
from search.strategies import Catalogue, days

from app.catalogue.documents import ActivityDocument
from app.matching.answers import Answers
from app.matching.relaxing import patched
from app.vocabulary.easy_read import lint

EXAMPLES = 40
PEOPLE = 6
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]

RAISED = {"no": "partly", "partly": "yes"}
"""One step up of a four-valued fact."""

STATEMENTS = (
    "support_modes",
    "support_needs",
    "communication",
    "preferences",
    "travel",
    "funding",
)

checked = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=SLOW)


def standing(body: Any) -> dict[str, tuple[int, int]]:
    """For each activity shown how well it stands: its list, then its score, best first."""
    return {
        one["activity"]["id"]: (number, -(one["score"] or 0))
        for number, group in enumerate(LISTS)
        for one in body[group]
    }


@checked
@given(data=st.data())
def test_nothing_vanishes_and_everything_says_why(data: Any) -> None:
    catalogue: Catalogue = data.draw(places_to_go())
    snapshot = snapshot_with(catalogue.entries)
    for _ in range(PEOPLE):
        answers = data.draw(told())
        body = answered(snapshot, answers, data.draw(st.sampled_from(DAYS_TOLD)))
        assert sum(body["counts"].values()) == body["considered"] == len(catalogue.entries)
        shown = [one["activity"]["id"] for group in LISTS for one in body[group]]
        assert len(set(shown)) == len(shown)
        assert {group: len(body[group]) for group in LISTS} == {
            group: body["counts"][group] for group in LISTS
        }
        left_out = sum(one["count"] for one in body["excluded_summary"])
        assert left_out == body["counts"]["excluded"]
        for group in LISTS:
            for one in body[group]:
                _says_why(one, group)


def _says_why(one: Any, group: str) -> None:
    statuses = [must["status"] for must in one["musts"]]
    failed, asked = statuses.count("failed"), statuses.count("ask")
    expected = {
        "matches": failed == asked == 0,
        "ask_first": failed == 0 < asked,
        "near_misses": failed == 1 and not asked,
    }
    assert expected[group]
    if group == "ask_first":
        assert one["questions_to_ask"]
    if one["score"] is not None:
        tenths = sum(round(reason["points"] * 10) for reason in one["reasons"])
        assert one["score"] == (tenths + 5) // 10
        weights = sum(reason["weight"] for reason in one["reasons"])
        assert abs(weights - 100) < 0.5
    for words in (*one["reasons"], *one["musts"], *one["questions_to_ask"]):
        assert words["text"]
        assert words["easy_read"]
        assert not lint(words["easy_read"]), words["easy_read"]


@checked
@given(data=st.data())
def test_the_same_question_gets_the_same_bytes_from_any_past(data: Any) -> None:
    catalogue: Catalogue = data.draw(places_to_go())
    answers, day = data.draw(told()), data.draw(st.sampled_from(DAYS_TOLD))
    first = snapshot_with(catalogue.entries)
    order = data.draw(st.permutations(catalogue.entries))
    second = snapshot_with(order)
    assert bytes_for(first, answers, day) == bytes_for(second, answers, day)
    assert bytes_for(first, answers, day) == bytes_for(first, answers, day)


@checked
@given(data=st.data())
def test_raising_a_fact_never_makes_an_activity_stand_worse(data: Any) -> None:
    catalogue: Catalogue = data.draw(places_to_go(max_size=6))
    if not catalogue.entries:
        return
    answers = data.draw(told())
    before = standing(answered(snapshot_with(catalogue.entries), answers))
    number = data.draw(st.integers(0, len(catalogue.entries) - 1))
    entry = catalogue.entries[number]
    raised = data.draw(st.sampled_from([*_raised(entry)] or [entry]))
    entries = [*catalogue.entries]
    entries[number] = raised
    after = standing(answered(snapshot_with(entries), answers))
    key = str(entry.activity.id)
    worst = (len(LISTS), 0)
    assert after.get(key, worst) <= before.get(key, worst)


def _raised(entry: OracleEntry) -> list[OracleEntry]:
    """The entry with one fact raised, in each way in which it can be."""
    values = entry.activity.model_dump(mode="json")
    found = []
    for field in STATEMENTS:
        for place, statement in enumerate(values[field]):
            if statement["value"] in RAISED and statement["code"] != "council_arranged":
                higher = {**statement, "value": RAISED[statement["value"]]}
                changed = [*values[field]]
                changed[place] = higher
                found.append(_with(entry, {**values, field: changed}))
    for code in ("step_free", "hearing_loop"):
        for key, venue in entry.venues.items():
            features = venue.model_dump(mode="json")["features"]
            rest = [one for one in features if one["code"] != code]
            said = next((one["value"] for one in features if one["code"] == code), "no")
            if said in RAISED:
                better = [*rest, {"code": code, "value": RAISED[said]}]
                raised = type(venue).model_validate(
                    {**venue.model_dump(mode="json"), "features": better}
                )
                found.append(replace(entry, venues={**entry.venues, key: raised}))
    known = {one["code"] for one in values["outcomes"]}
    if "interests" not in known:
        more = [*values["outcomes"], {"code": "interests", "primary": False}]
        found.append(_with(entry, {**values, "outcomes": more}))
    if values["sessions"]:
        again = {**values["sessions"][0], "id": "0" * 31 + "9", "day": "thu"}
        if again["repeats"] == "weekly":
            found.append(_with(entry, {**values, "sessions": [*values["sessions"], again]}))
    return found


def _with(entry: OracleEntry, values: Mapping[str, Any]) -> OracleEntry:
    return replace(entry, activity=ActivityDocument.model_validate(values))


@checked
@given(data=st.data())
def test_a_relaxation_gains_exactly_what_it_says_and_loses_nothing(data: Any) -> None:
    catalogue: Catalogue = data.draw(places_to_go())
    snapshot = snapshot_with(catalogue.entries)
    for _ in range(PEOPLE):
        answers = data.draw(told())
        body = answered(snapshot, answers)
        matches = {one["activity"]["id"] for one in body["matches"]}
        for change in body["relaxations"]:
            relaxed = patched(answers, change["patch"])
            again = answered(snapshot, relaxed)
            gained = again["counts"]["matches"] - body["counts"]["matches"]
            assert gained == change["gains"] > 0, (change, answers.model_dump(exclude_unset=True))
            assert matches <= {one["activity"]["id"] for one in again["matches"]}
            assert not lint(change["easy_read"])


@checked
@given(data=st.data())
def test_fewer_miles_than_the_smallest_change_gain_nothing(data: Any) -> None:
    catalogue: Catalogue = data.draw(places_to_go())
    snapshot = snapshot_with(catalogue.entries)
    answers = data.draw(told())
    body = answered(snapshot, answers)
    limit = answers.travel.within_miles if answers.travel else None
    if not isinstance(limit, int) or answers.location is None:
        return
    patches = [one["patch"] for one in body["relaxations"]]
    singles = [
        patch["travel"]["within_miles"]
        for patch in patches
        if [*patch] == ["travel"] and [*patch["travel"]] == ["within_miles"]
    ]
    most = singles[0] - 1 if singles else 100
    if most > limit:
        further = patched(answers, {"travel": {"within_miles": most}})
        again = answered(snapshot, further)
        assert again["counts"]["matches"] == body["counts"]["matches"]


RELAXED: tuple[Mapping[str, Any], ...] = (
    {"travel": {"within_miles": 100}},
    {"travel": {"within_miles": "any"}},
    {"travel": {"online": True}},
    {"travel": {"needs_pick_up": False}},
    {"times": {"only": False}},
    {"budget": {"must": False}},
    {"budget": {"amount_pence": 100_000_000}},
)


@checked
@given(data=st.data())
def test_relaxing_an_answer_never_loses_a_match(data: Any) -> None:
    catalogue: Catalogue = data.draw(places_to_go())
    snapshot = snapshot_with(catalogue.entries)
    for _ in range(PEOPLE):
        answers = data.draw(told())
        patch = data.draw(st.sampled_from(RELAXED))
        if not _can(answers, patch):
            continue
        before = answered(snapshot, answers)
        after = answered(snapshot, patched(answers, dict(patch)))
        matches = {one["activity"]["id"] for one in before["matches"]}
        assert matches <= {one["activity"]["id"] for one in after["matches"]}


def _can(answers: Answers, patch: Mapping[str, Any]) -> bool:
    """Whether a patch relaxes what was answered, and says nothing about what was not."""
    (field,) = patch
    if getattr(answers, field) is None:
        return False
    within = answers.travel.within_miles if answers.travel else None
    return not (field == "travel" and within == "online")


@checked
@given(data=st.data())
def test_for_whom_changes_the_wording_and_nothing_else(data: Any) -> None:
    catalogue: Catalogue = data.draw(places_to_go())
    snapshot = snapshot_with(catalogue.entries)
    answers = data.draw(told())
    bodies = [
        answered(snapshot, answers.model_copy(update={"for_whom": whom}))
        for whom in ("me", "someone_i_work_with")
    ]
    assert _figures(bodies[0]) == _figures(bodies[1])


WORDS = frozenset({"text", "easy_read", "label", "advice"})


def _figures(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _figures(item) for key, item in value.items() if key not in WORDS}
    if isinstance(value, list):
        return [_figures(item) for item in value]
    return value


def test_equal_results_take_turns_by_the_day() -> None:
    entries = [club(number) for number in range(12)]
    snapshot = snapshot_with(entries)
    firsts = {
        answered(snapshot, Answers(), days(ahead))["matches"][0]["activity"]["id"]
        for ahead in range(40)
    }
    assert len(firsts) > 6
    for ahead in (0, 1):
        again = [bytes_for(snapshot, Answers(), days(ahead)) for _ in range(2)]
        assert again[0] == again[1]


def test_no_favour_for_contracts_or_for_the_councils_own() -> None:
    plain, bought = (
        club(1, name="Same"),
        club(
            1,
            name="Same",
            contracts=[{"council_gss": "E06000049", "route": "framework", "lot": "1"}],
        ),
    )
    bodies = [answered(snapshot_with([one]), Answers()) for one in (plain, bought)]
    assert json.dumps(bodies[0]) == json.dumps(bodies[1])
