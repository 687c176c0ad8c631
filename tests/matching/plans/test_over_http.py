"""Plans over HTTP: what is answered, to whom it is not shown, and what cannot be asked."""

import itertools
from collections import Counter
from datetime import date
from typing import Any

import pytest
from conftest import TODAY
from contract import check_problem
from fastapi.testclient import TestClient
from icalendar import Calendar
from matching.plans.plain import best_of_each_kind, days_of, merits

from app.matching.plans.answers import PlansWanted, minutes_of
from app.matching.plans.candidates import week_of, worths
from app.matching.plans.weeks import Weeks, weeks_of
from app.vocabulary.easy_read import lint

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
ANSWERS: dict[str, Any] = {
    "location": {"text": "CW1 2AB"},
    "needs": ["learning_disability"],
    "funding": "direct_payment",
    "budget": {"amount_pence": 20_000},
    "activities": ["cooking", "gardening"],
    "outcomes": ["social_connections"],
    "travel": {"within_miles": 10},
}


def ask(client: TestClient, query: str = "", **over: Any) -> Any:
    """The answer to somebody near Crewe; `over` changes the answers or, by name, the body."""
    body = {name: over.pop(name) for name in BODY if name in over}
    answer = client.post(f"/v1/plans{query}", json={"answers": {**ANSWERS, **over}, **body})
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


BODY = ("days_per_week", "earliest", "latest", "gap_minutes", "date", "lang")


def matches(client: TestClient, **over: Any) -> dict[str, Any]:
    """What matches the same answers, by activity."""
    answers = {**ANSWERS, **over}
    found = client.post("/v1/matches", json={"answers": answers, "limit": 100}).json()
    assert found["counts"]["matches"] == len(found["matches"])
    return {one["activity"]["id"]: one for one in found["matches"]}


def spans(plan: dict[str, Any]) -> list[tuple[int, int, int, int]]:
    return [
        (
            DAYS.index(one["day"]),
            minutes_of(one["starts_at"]),
            minutes_of(one["ends_at"]),
            one["travel_minutes_before"],
        )
        for one in plan["sessions"]
    ]


def test_every_plan_keeps_to_what_was_asked(client: TestClient) -> None:
    asked: dict[str, Any] = {
        "days_per_week": 3,
        "earliest": "09:30",
        "latest": "16:00",
        "gap_minutes": 45,
    }
    found = ask(client, **asked)
    serving = {
        (key, session["session_id"])
        for key, one in matches(client).items()
        for session in one["sessions_that_fit"]
    }
    assert [plan["kind"] for plan in found["plans"]] == ["best_fit", "lowest_cost"]
    for plan in found["plans"]:
        assert plan["proved_best"]
        assert {(one["activity"]["id"], one["session_id"]) for one in plan["sessions"]} <= serving
        times = spans(plan)
        assert times == sorted(times)
        assert len({day for day, *_ in times}) <= 3
        assert all(starts >= 570 and ends <= 960 for _, starts, ends, _ in times)
        for (day, _, ends, _), (other, starts, _, travel) in itertools.pairwise(times):
            assert day != other or starts >= ends + max(45, travel)
        cost = plan["cost"]["per_week"]
        total = cost.pop("total_pence")
        assert total == sum(cost.values()) <= 20_000
        assert plan["left_of_budget_pence"] == 20_000 - total


def test_a_plan_of_single_visits_costs_what_the_matches_cost(client: TestClient) -> None:
    """Each activity's own week with one attendance, added up."""
    known = matches(client, days_per_week=1)
    checked = 0
    for days in (1, 2, 3, 5):
        for plan in ask(client, days_per_week=days)["plans"]:
            visits = Counter(one["activity"]["id"] for one in plan["sessions"])
            if max(visits.values()) > 1:
                continue
            checked += 1
            expected = Counter[str]()
            for key in visits:
                expected.update(known[key]["cost"]["per_week"])
            assert plan["cost"]["per_week"] == pytest.approx(dict(expected), abs=len(visits) / 2)
    assert checked >= 3


NEAR = {"travel": {"within_miles": 1}}
TWO_SLOTS = {"slots": ["tue_morning", "wed_afternoon"], "only": True}
ONE_TO_ONE = {"support": {"level": "one_to_one"}}


def weeks(client: TestClient, answers: dict[str, Any], **body: Any) -> Weeks:
    """What was worked out for somebody."""
    asked = PlansWanted.model_validate({"answers": {**ANSWERS, **answers}, **body})
    app: Any = client.app
    return weeks_of(app.state.index.snapshot(), asked)


@pytest.mark.parametrize(
    ("answers", "body"),
    [
        (NEAR, {"latest": "12:00"}),
        ({**NEAR, "budget": {"amount_pence": 3_000}}, {"latest": "12:00", "gap_minutes": 120}),
        ({**NEAR, "times": TWO_SLOTS, "funding": "self_funded"}, {"days_per_week": 2}),
        ({**NEAR, "times": TWO_SLOTS, "matters_most": ["what_i_do", "when"]}, {}),
        ({**ONE_TO_ONE, "budget": {"amount_pence": 9_000}}, {"latest": "15:00"}),
        ({**ONE_TO_ONE, "budget": None}, {"latest": "14:00"}),
    ],
)
def test_the_plans_are_the_best_of_all_sets_of_sessions(
    client: TestClient, answers: dict[str, Any], body: dict[str, Any]
) -> None:
    worked_out = weeks(client, answers, **body)
    assert 3 <= len(worked_out.choices.found) <= 14
    week = week_of(worked_out.choices.found, worked_out.ways, worked_out.reading, worked_out.asked)
    expected = best_of_each_kind(week, days_of(week, worked_out.plans[0].candidates))
    for plan in worked_out.plans:
        assert merits(week, plan.candidates) == expected[plan.kind]


def test_points_are_on_the_original_weights(client: TestClient) -> None:
    """Of every session by which its activity is judged: from the fits that the match tells."""
    answers = {"matters_most": ["how_near"], "times": {"slots": ["tue_morning", "fri_morning"]}}
    original = {"who_it_is_for": 20, "how_near": 30, "when": 10, "cost": 10}
    known = matches(client, **answers)
    checked = 0
    for choice in weeks(client, answers).choices.found:
        if choice.session.at != choice.shown.at:
            continue
        checked += 1
        (match,) = [
            one
            for one in known.values()
            if any(
                s["session_id"] == (choice.session.stated or {})["id"]
                for s in one["sessions_that_fit"]
            )
        ]
        fits = {one["criterion"]: one["fit"] for one in match["reasons"]}
        fits.pop("what_i_do")
        assert fits.keys() == original.keys()
        points = sum(weight * fits[criterion] for criterion, weight in original.items())
        assert choice.points / 10 == pytest.approx(points, abs=0.25)
    assert checked > 20


def test_a_wish_is_worth_its_rank_and_doubled_where_it_matters_most(client: TestClient) -> None:
    worked_out = weeks(client, {})
    assert worths(worked_out.person) == [250, 200, 250]
    doubled = weeks(client, {"matters_most": ["what_i_do"], "outcomes": None})
    assert worths(doubled.person) == [500, 400]


def test_days_of_the_plan_win_over_days_that_were_answered(client: TestClient) -> None:
    for over in ({"days_per_week": 1}, {}):
        found = client.post(
            "/v1/plans", json={"answers": {**ANSWERS, "days_per_week": 2}, **over}
        ).json()
        most = max(len({one["day"] for one in plan["sessions"]}) for plan in found["plans"])
        assert most == over.get("days_per_week", 2)


def test_only_the_kind_that_is_wanted(client: TestClient) -> None:
    (plan,) = ask(client, "?plan=lowest_cost", days_per_week=2)["plans"]
    assert plan["kind"] == "lowest_cost"


def test_the_same_question_has_the_same_answer(client: TestClient) -> None:
    assert ask(client) == ask(client)


def test_words_are_in_easy_read_too(client: TestClient) -> None:
    for over in (
        {},
        {"budget": None},
        {"for_whom": "someone_i_care_for", "funding": "self_funded"},
    ):
        for plan in ask(client, **over)["plans"]:
            words = plan["easy_read"]
            for session in plan["sessions"]:
                words = words.replace(session["activity"]["name"], "It")
            assert lint(words) == []
            assert plan["text"].count(":") >= len(plan["sessions"])


# Nothing that fits


def test_a_budget_of_nothing_leaves_what_is_free(client: TestClient) -> None:
    found = ask(client, budget={"amount_pence": 0})
    assert found["plans"]
    for plan in found["plans"]:
        assert plan["cost"]["per_week"]["total_pence"] == plan["left_of_budget_pence"] == 0


@pytest.mark.parametrize(
    ("over", "applies_to", "patch"),
    [
        # Nothing near by: further is the nearest.
        (
            {
                "location": {"text": "CM0 7AA"},
                "travel": {"within_miles": 1, "online": False},
                "access": [{"code": "changing_places"}],
            },
            "answers",
            None,
        ),
        # Nobody works one to one for nothing.
        ({**ONE_TO_ONE, "budget": {"amount_pence": 0}}, "answers", {"budget"}),
        ({**ONE_TO_ONE, "budget": {"amount_pence": 500, "period": "month"}}, "answers", {"budget"}),
        ({"earliest": "05:00", "latest": "06:00"}, "body", {"latest"}),
        ({"earliest": "23:00"}, "body", {"earliest"}),
    ],
)
def test_where_there_is_no_plan_the_nearest_change_makes_one(
    client: TestClient, over: dict[str, Any], applies_to: str, patch: set[str] | None
) -> None:
    found = ask(client, **over)
    assert found["plans"] == []
    change = found["nearest_change"]
    assert change["applies_to"] == applies_to
    assert patch is None or set(change["patch"]) == patch
    assert change["gains"] > 0
    assert lint(change["easy_read"]) == []
    merged = {
        name: {**over.get(name, ANSWERS.get(name, {})), **value}
        if isinstance(value, dict)
        else value
        for name, value in change["patch"].items()
    }
    changed = ask(client, **{**over, **merged})
    assert changed["plans"]
    assert changed["nearest_change"] is None


@pytest.mark.parametrize(
    ("over", "name"),
    [
        ({"days_per_week": 0}, "/days_per_week"),
        ({"days_per_week": 8}, "/days_per_week"),
        ({"days_per_week": "3"}, "/days_per_week"),
        ({"earliest": "16:00", "latest": "09:30"}, ""),
        ({"earliest": "09:30", "latest": "09:30"}, ""),
        ({"earliest": "9:30"}, "/earliest"),
        ({"latest": "24:00"}, "/latest"),
        ({"gap_minutes": 1_440}, "/gap_minutes"),
        ({"gap_minutes": -1}, "/gap_minutes"),
        ({"date": "2026-03-15"}, "/date"),
        ({"limit": 5}, ""),
        ({"answers": {"budget": {"amount_pence": -1}}}, "/answers/budget/amount_pence"),
        ({"answers": {"location": {"text": "Zzyzx"}}}, "/answers/location"),
    ],
)
def test_what_cannot_be_asked_is_refused_and_never_repeated(
    client: TestClient, over: dict[str, Any], name: str
) -> None:
    answer = client.post("/v1/plans", json={"answers": ANSWERS, **over})
    assert answer.status_code == 422
    check_problem(answer)
    assert [one["name"] for one in answer.json()["errors"]] == [name]
    assert "Zzyzx" not in answer.text


def test_a_kind_that_is_unknown_is_refused(client: TestClient) -> None:
    answer = client.post("/v1/plans?plan=cheapest", json={"answers": ANSWERS})
    assert answer.status_code == 422
    assert [one["name"] for one in answer.json()["errors"]] == ["plan"]
    assert "cheapest" not in answer.text


# As a calendar


def calendar(client: TestClient, query: str = "", **body: Any) -> list[Any]:
    answer = client.post(
        f"/v1/plans{query}",
        json={"answers": ANSWERS, **body},
        headers={"Accept": "text/calendar"},
    )
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    return list(Calendar.from_ical(answer.content).events)


def test_a_plan_as_a_calendar_has_its_sessions_from_the_day_on(client: TestClient) -> None:
    (plan,) = ask(client, "?plan=best_fit", days_per_week=2)["plans"]
    events = calendar(client, "?plan=best_fit", days_per_week=2)
    planned = {one["session_id"]: one for one in plan["sessions"]}
    assert {str(event["UID"])[:36] for event in events} == set(planned)
    for event in events:
        starts = event["DTSTART"].dt
        assert starts.date() >= TODAY
        one = planned[str(event["UID"])[:36]]
        assert f"{starts:%H:%M}" == one["starts_at"]
        assert DAYS[starts.weekday()] == one["day"]
    later = calendar(client, days_per_week=2, date="2026-09-01")
    assert min(event["DTSTART"].dt.date() for event in later) >= date(2026, 9, 1)
    # Without a kind it is the best fit, and so is a kind without a plan of its own.
    uids = sorted(str(event["UID"]) for event in events)
    for query in ("", "?plan=most_days"):
        again = calendar(client, query, days_per_week=2)
        assert sorted(str(event["UID"]) for event in again) == uids


def test_a_calendar_without_a_plan_has_no_events(client: TestClient) -> None:
    assert calendar(client, earliest="23:00") == []


def test_whoever_takes_anything_gets_json(client: TestClient) -> None:
    for accepted in ("*/*", "application/json, text/calendar"):
        answer = client.post("/v1/plans", json={"answers": ANSWERS}, headers={"Accept": accepted})
        assert answer.headers["content-type"] == "application/json"
