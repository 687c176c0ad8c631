"""Working copies, what goes out at once, and what providers may not write."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from listed import (
    DRAFT,
    LIVE,
    VENUE,
    Caller,
    admin,
    letters_to,
    officer,
    owner,
    provider_of,
    public,
    published,
    settle,
    submitted,
)

from app.database import uuid7

MINE = "/v1/manage/activities"


def made(who: Caller, **over: Any) -> str:
    """The address of a new draft."""
    answer = who.post("/v1/manage/providers/two-oars/activities", {**DRAFT, **over})
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def codes(answer: Any) -> list[tuple[str | None, str]]:
    assert answer.status_code == 422, answer.text
    return [(one["name"], one["code"]) for one in answer.json()["errors"]]


# What may be written


@pytest.mark.parametrize(
    "field",
    [
        *("id", "slug", "status", "provider_id", "origin", "contracts", "confirmed_on", "closure"),
        *("capacity", "alert", "approved_by", "published_at", "version", "hidden_from", "stage"),
    ],
)
def test_what_is_not_a_provider_s_to_write_is_refused(work: TestClient, field: str) -> None:
    me = owner(work)
    assert ("", "extra_forbidden") in codes(
        me.post("/v1/manage/providers/two-oars/activities", {**DRAFT, field: "x"})
    )
    assert ("", "extra_forbidden") in codes(me.patch(made(me), {field: "x"}))


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"ages": {"minimum": "18"}}, "/ages/minimum"),
        (
            {"declarations": [{"code": "dbs_checks", "declared_on": 0}]},
            "/declarations/0/declared_on",
        ),
        ({"outcomes": [{"code": "interests", "primary": "yes"}]}, "/outcomes/0/primary"),
        ({"cohorts": ["nonsense"]}, "/cohorts/0"),
        ({"name": None}, "/name"),
        ({"ages": {"minimum": 80, "maximum": 18}}, "/ages"),
        ({"cohorts": ["autism", "autism"]}, ""),
    ],
)
def test_json_is_read_strictly_and_faults_are_pointed_at(
    work: TestClient, body: dict[str, Any], name: str
) -> None:
    me = owner(work)
    assert name in [where for where, _ in codes(me.patch(made(me), body))]


def test_others_venues_and_ids_are_refused(work: TestClient) -> None:
    me, other = owner(work), owner(work, "damson-yard")
    venue = other.get("/v1/manage/providers/damson-yard/venues").json()["items"][0]["id"]
    session = {"day": "tue", "starts_at": "10:00", "ends_at": "12:00", "venue_id": venue}
    mine = made(me)
    assert codes(me.patch(mine, {"sessions": [session]})) == [
        ("/sessions/0/venue_id", "unknown_venue")
    ]
    taken = public(work).get(f"/v1/activities/{LIVE}").json()["sessions"][0]["id"]
    online = {"day": "tue", "starts_at": "10:00", "ends_at": "12:00", "place": "online"}
    assert codes(me.patch(mine, {"sessions": [{**online, "id": taken}]})) == [
        ("/sessions/0/id", "id_taken")
    ]


def test_a_merge_patch_touches_only_what_it_names(work: TestClient) -> None:
    me = owner(work)
    session = {"day": "tue", "starts_at": "10:00", "ends_at": "12:00", "place": "online"}
    mine = made(me, cohorts=["autism"], ages={"minimum": 18, "maximum": 64}, sessions=[session])
    before = me.get(mine).json()["activity"]
    kept = before["sessions"][0]["id"]
    longer = {**session, "id": kept, "ends_at": "13:00"}
    body = {"ages": {"maximum": None}, "cohorts": None, "sessions": [longer, session]}
    after = me.patch(mine, body).json()["activity"]
    assert after["ages"] == {"minimum": 18, "maximum": None}
    assert after["cohorts"] == []
    assert [one["ends_at"] for one in after["sessions"]] == ["13:00", "12:00"]
    assert after["sessions"][0]["id"] == kept != after["sessions"][1]["id"]
    assert after["name"] == DRAFT["name"]


# Editing without overwriting


def test_a_change_says_what_it_was_based_on(work: TestClient) -> None:
    me = owner(work)
    mine = made(me)
    etag = me.get(mine).headers["etag"]
    assert me.ask("PATCH", mine, {"summary": "Other."}).status_code == 428
    assert me.ask("DELETE", mine).status_code == 428
    assert me.ask("PUT", f"{mine}/capacity", {"status": "full"}).status_code == 428
    assert me.patch(mine, {"summary": "Other."}, etag).status_code == 200
    assert me.patch(mine, {"summary": "Late."}, etag).status_code == 412
    assert me.ask("DELETE", mine, If_Match=etag).status_code == 412
    assert me.get(mine).json()["activity"]["summary"] == "Other."


def test_reading_a_live_one_for_the_first_time_does_not_make_its_tag_stale(
    work: TestClient,
) -> None:
    me, key = owner(work), published(work, owner(work))
    etag = me.get(f"{MINE}/{key}").headers["etag"]
    assert me.get(f"{MINE}/{key}").headers["etag"] == etag
    assert me.patch(f"{MINE}/{key}", {"summary": "Other."}, etag).status_code == 200
    sample = "/v1/manage/activities/second-footing-moving-on-crewe"
    them = admin(work, "cheshire-east")
    listed = them.get("/v1/manage/providers/second-footing/activities").json()["items"]
    sample = listed[0]["url"]
    etag = them.get(sample).headers["etag"]
    assert them.patch(sample, {"summary": "Other."}, etag).status_code == 200


# What the public sees


def test_a_live_activity_stays_as_it_is_until_the_change_is_approved(work: TestClient) -> None:
    me, council = owner(work), officer(work)
    key = published(work, me)
    seen = public(work).get(f"/v1/activities/{key}").content
    assert me.patch(f"{MINE}/{key}", {"name": "Another"}).json()["change"] == "draft"
    assert me.post(f"{MINE}/{key}/submit").json()["change"] == "submitted"
    assert public(work).get(f"/v1/activities/{key}").content == seen
    council.decide(f"/v1/moderation/activities/{key}", "reject", "This is no better.")
    assert public(work).get(f"/v1/activities/{key}").content == seen
    state = me.get(f"{MINE}/{key}").json()
    assert (state["status"], state["change"], state["reason"]) == (
        "live",
        "rejected",
        "This is no better.",
    )
    etag = me.get(f"{MINE}/{key}").headers["etag"]
    assert me.ask("DELETE", f"{MINE}/{key}", If_Match=etag).status_code == 204
    assert me.get(f"{MINE}/{key}").json()["change"] is None
    assert public(work).get(f"/v1/activities/{key}").content == seen


def test_what_is_told_at_once_reaches_the_public_and_survives_a_change_that_waits(
    work: TestClient,
) -> None:
    me, key = owner(work), published(work, owner(work))
    mine = f"{MINE}/{key}"
    me.patch(mine, {"summary": "Other."})
    me.post(f"{mine}/submit")
    assert me.put(f"{mine}/capacity", {"status": "full", "places": 0}).status_code == 200
    alert = {"text": "Bring boots.", "until": "2026-03-20"}
    assert me.put(f"{mine}/alert", alert).status_code == 200
    shown = public(work).get(f"/v1/activities/{key}").json()
    assert shown["capacity"]["status"]["code"] == "full"
    assert shown["alert"]["text"] == "Bring boots."
    assert shown["summary"] == DRAFT["summary"]
    assert officer(work).decide(f"/v1/moderation/activities/{key}", "approve").status_code == 200
    shown = public(work).get(f"/v1/activities/{key}").json()
    assert (shown["summary"], shown["alert"]["text"]) == ("Other.", "Bring boots.")
    assert shown["capacity"]["status"]["code"] == "full"
    assert me.put(f"{mine}/alert", {"text": None}).status_code == 200
    assert public(work).get(f"/v1/activities/{key}").json()["alert"] is None


def test_places_of_one_session_are_told_and_not_written(work: TestClient) -> None:
    me = owner(work)
    session = {"day": "tue", "starts_at": "10:00", "ends_at": "12:00", "place": "online"}
    key = published(work, me, sessions=[session])
    mine = f"{MINE}/{key}"
    kept = me.get(mine).json()["activity"]["sessions"][0]["id"]
    told = me.put(f"{mine}/capacity", {"status": "open", "places": 2, "session_id": kept})
    assert told.json()["activity"]["sessions"][0]["capacity"]["places"] == 2
    shown = public(work).get(f"/v1/activities/{key}").json()["sessions"][0]
    assert shown["capacity"]["status"]["code"] == "open"
    # A change that leaves the places out leaves them as they are; one that alters them is refused.
    later = {**session, "id": kept, "ends_at": "13:00"}
    after = me.patch(mine, {"sessions": [later]}).json()["activity"]["sessions"][0]
    assert after["capacity"]["places"] == 2
    other = {"status": "full", "as_of": "2026-03-16"}
    assert codes(me.patch(mine, {"sessions": [{**later, "capacity": other}]})) == [
        ("/sessions/0/capacity", "told_at_once")
    ]
    unknown = {"status": "open", "session_id": str(uuid7())}
    assert codes(me.put(f"{mine}/capacity", unknown)) == [("/session_id", "unknown_session")]


def test_a_paused_one_stays_marked_and_a_closed_one_leaves_at_once(work: TestClient) -> None:
    me, key = owner(work), published(work, owner(work))
    mine = f"{MINE}/{key}"
    assert codes(me.post(f"{mine}/pause", {"reason": "Flood.", "until": "2026-03-16"})) == [
        ("/until", "later_day")
    ]
    assert me.post(f"{mine}/pause", {"reason": "Flood."}).status_code == 200
    closure = public(work).get(f"/v1/activities/{key}").json()["closure"]
    assert closure == {"reason": "Flood.", "closed_from": "2026-03-16", "reopens_on": None}
    settle(work)
    found = public(work).get("/v1/activities?q=clay&per_page=100").json()["items"]
    assert key in [one["id"] for one in found]
    assert me.post(f"{mine}/close", {}).json()["status"] == "closed"
    gone = public(work).get(f"/v1/activities/{key}")
    assert gone.status_code == 410
    assert "similar" in gone.json()
    settle(work)
    found = public(work).get("/v1/activities?q=clay&per_page=100").json()["items"]
    assert key not in [one["id"] for one in found]
    # Closed is closed, and closing again is no error.
    assert me.post(f"{mine}/close", {}).status_code == 200
    for step in ("submit", "withdraw", "resume", "confirm"):
        assert me.post(f"{mine}/{step}").status_code == 409
    assert me.patch(mine, {"summary": "Other."}).status_code == 409
    assert me.post(f"{mine}/copy").status_code == 201


def test_a_closed_one_may_name_what_takes_its_place(work: TestClient) -> None:
    me = owner(work)
    old, new = published(work, me), published(work, me)
    theirs = public(work).get("/v1/providers/damson-yard").json()["activities"][0]["id"]
    for wrong in (theirs, str(uuid7()), old):
        answer = me.post(f"{MINE}/{old}/close", {"replaced_by": wrong})
        assert codes(answer) == [("/replaced_by", "unknown_activity")]
    assert me.post(f"{MINE}/{old}/close", {"replaced_by": new}).status_code == 200


def test_still_correct_is_said_at_once(work: TestClient) -> None:
    me, key = owner(work), published(work, owner(work))
    answer = me.post(f"{MINE}/{key}/confirm")
    assert answer.json()["freshness"]["confirmed_on"] == "2026-03-16"
    assert answer.json()["confirm_by"] == "2026-06-14"
    assert me.post(f"{made(me).replace(MINE, MINE)}/confirm").status_code == 409


# Steps


def test_a_copy_says_the_same_and_is_another_one(work: TestClient) -> None:
    me = owner(work)
    session = {"day": "tue", "starts_at": "10:00", "ends_at": "12:00", "place": "online"}
    price = {"parts": [{"part": "support", "unit": "session", "amount_pence": 500}]}
    key = published(work, me, sessions=[session], prices=[price])
    me.put(f"{MINE}/{key}/capacity", {"status": "full"})
    original = me.get(f"{MINE}/{key}").json()["activity"]
    copied = me.post(f"{MINE}/{key}/copy").json()
    assert copied["status"] == "draft"
    copy = copied["activity"]
    assert copy["id"] != original["id"]
    assert copy["sessions"][0]["id"] != original["sessions"][0]["id"]
    assert copy["prices"][0]["id"] != original["prices"][0]["id"]
    assert copy["capacity"] is None
    assert copy["summary"] == original["summary"]
    me.post(f"{MINE}/{copy['id']}/submit")
    done = officer(work).decide(f"/v1/moderation/activities/{copy['id']}", "approve")
    assert done.status_code == 200
    slugs = [public(work).get(f"/v1/activities/{one}").json()["slug"] for one in (key, copy["id"])]
    assert len(set(slugs)) == 2


def test_steps_that_cannot_be_taken_now_are_refused_and_say_why(work: TestClient) -> None:
    me = owner(work)
    mine = made(me)
    for step, body in (("withdraw", None), ("resume", None), ("close", {})):
        answer = me.post(f"{mine}/{step}", body)
        assert answer.status_code == 409
        assert answer.json()["type"] == "urn:carefinder:problem:not_possible_now"
    key = published(work, me)
    assert me.post(f"{MINE}/{key}/submit").status_code == 409
    submitted_key = submitted(me)
    etag = me.get(f"{MINE}/{submitted_key}").headers["etag"]
    assert me.ask("DELETE", f"{MINE}/{submitted_key}", If_Match=etag).status_code == 409


def test_what_is_withdrawn_is_taken_off_the_queue_and_can_come_back(work: TestClient) -> None:
    me, council = owner(work), officer(work)
    key = submitted(me)
    queue = f"/v1/moderation/queue?kind=activities&provider={provider_of(work, 'two-oars')}"
    assert key in council.get(f"{queue}&per_page=100").text
    assert me.post(f"{MINE}/{key}/withdraw").json()["status"] == "withdrawn"
    assert me.post(f"{MINE}/{key}/withdraw").json()["status"] == "withdrawn"
    assert key not in council.get(f"{queue}&per_page=100").text
    assert me.patch(f"{MINE}/{key}", {"summary": "Other."}).json()["status"] == "draft"
    assert me.post(f"{MINE}/{key}/submit").json()["status"] == "submitted"


def test_a_deleted_draft_is_gone(work: TestClient) -> None:
    me = owner(work)
    mine = made(me)
    etag = me.get(mine).headers["etag"]
    assert me.ask("DELETE", mine, If_Match=etag).status_code == 204
    assert me.get(mine).status_code == 404


def test_the_list_shows_every_state_and_can_be_narrowed(work: TestClient) -> None:
    me = owner(work)
    draft, key = made(me).rsplit("/", 1)[1], published(work, me)
    url = "/v1/manage/providers/two-oars/activities?per_page=100"
    states = {one["id"]: one["status"] for one in me.get(url).json()["items"]}
    assert states[draft] == "draft"
    assert states[key] == "live"
    only = me.get(f"{url}&status=draft").json()["items"]
    assert {one["status"] for one in only} == {"draft"}
    names = [one["name"] for one in me.get(url).json()["items"]]
    assert names == sorted(names, key=str.casefold)


def test_the_history_tells_who_did_what_and_what_changed(work: TestClient) -> None:
    me, council = owner(work), officer(work)
    key = published(work, me)
    council.patch(f"{MINE}/{key}", {"summary": "An officer's words."})
    items = me.get(f"{MINE}/{key}/history").json()["items"]
    assert [(one["action"], one["by"]) for one in items] == [
        ("edit", "council"),
        ("approve", "council"),
        ("submit", "provider"),
        ("created", "provider"),
    ]
    assert me.person is not None
    assert [one["email"] for one in items] == [None, None, me.person.email, me.person.email]
    step = me.get(items[0]["url"]).json()
    assert [(one["place"], one["after"]) for one in step["differences"]] == [
        ("/summary", "An officer's words.")
    ]
    assert me.get(f"{MINE}/{key}/history/99").status_code == 404


# Other people's


def test_what_is_somebody_else_s_is_not_there(work: TestClient) -> None:
    me, key = owner(work), published(work, owner(work))
    for other in (owner(work, "damson-yard"), officer(work, "cheshire-east")):
        for path in ("", "/preview", "/completeness", "/history"):
            assert other.get(f"{MINE}/{key}{path}").status_code == 404
        assert other.ask("PATCH", f"{MINE}/{key}", {}, If_Match="*").status_code == 404
        assert other.ask("DELETE", f"{MINE}/{key}", If_Match="*").status_code == 404
        for step in ("submit", "withdraw", "resume", "confirm", "copy"):
            assert other.post(f"{MINE}/{key}/{step}").status_code == 404
        assert other.get("/v1/manage/providers/two-oars/activities").status_code == 404
    assert me.get(f"{MINE}/{key}").status_code == 200


def test_contract_facts_are_officers_alone(work: TestClient) -> None:
    me, council, key = owner(work), officer(work), published(work, owner(work))
    facts = {"contracts": [{"council_gss": "E10000012", "route": "framework", "lot": "Lot 2"}]}
    assert me.put(f"{MINE}/{key}/contracts", facts).status_code == 403
    assert council.put(f"{MINE}/{key}/contracts", facts).status_code == 200
    assert me.get(f"{MINE}/{key}").json()["activity"]["contracts"][0]["route"] == "framework"
    me.patch(f"{MINE}/{key}", {"summary": "Other."})
    assert me.get(f"{MINE}/{key}").json()["activity"]["contracts"][0]["lot"] == "Lot 2"


def test_an_officer_who_acts_for_a_provider_is_told_apart_in_the_audit_log(
    work: TestClient,
) -> None:
    council = officer(work)
    key = submitted(council)
    entries = council.get(f"/v1/audit?subject_kind=activity&subject={key}").json()["items"]
    assert [one["action"] for one in entries] == ["activity.submitted", "activity.created"]
    assert all(one["as_officer"] for one in entries)
    # Whoever wrote it does not approve it: another officer does.
    refused = council.decide(f"/v1/moderation/activities/{key}", "approve")
    assert refused.status_code == 403
    assert officer(work).decide(f"/v1/moderation/activities/{key}", "approve").status_code == 200


def test_the_same_request_sent_again_makes_nothing_twice(work: TestClient) -> None:
    me = owner(work)
    url = "/v1/manage/providers/two-oars/activities"
    first = me.post(url, DRAFT, Idempotency_Key="clay-1")
    again = me.post(url, DRAFT, Idempotency_Key="clay-1")
    assert (again.status_code, again.content) == (201, first.content)
    other = me.post(url, {**DRAFT, "name": "Other"}, Idempotency_Key="clay-1")
    assert other.status_code == 422
    assert me.post(url, DRAFT, Idempotency_Key="clay-2").json()["id"] != first.json()["id"]


def test_completeness_says_what_each_gap_costs(work: TestClient) -> None:
    me = owner(work)
    empty = me.get(f"{made(me)}/completeness").json()
    gaps = {one["field"]: one for one in empty["gaps"]}
    assert {"cohorts", "activity_types", "outcomes", "sessions", "prices", "funding"} <= set(gaps)
    (points,) = gaps["cohorts"]["costs"]
    assert (points["kind"], points["code"], points["points"]) == ("points", "who_it_is_for", 15.0)
    asked = [one["code"] for one in gaps["prices"]["costs"] if one["kind"] == "ask_first"]
    assert asked == ["budget"]
    fuller = me.get(f"{MINE}/{LIVE}/completeness").json()
    assert fuller["points"] > empty["points"]
    assert len(fuller["gaps"]) < len(empty["gaps"])


def test_a_new_venue_comes_to_the_public_with_its_activity(work: TestClient) -> None:
    me = owner(work)
    venue = me.post("/v1/manage/providers/two-oars/venues", VENUE).json()["id"]
    session = {"day": "tue", "starts_at": "10:00", "ends_at": "12:00", "venue_id": venue}
    key = submitted(me, sessions=[session])
    council = officer(work)
    review = f"/v1/moderation/activities/{key}"
    etag = council.get(review).headers["etag"]
    # The venue is a part of what was looked at.
    me.patch(f"/v1/manage/venues/{venue}", {"name": "The New Boathouse"})
    assert council.post(f"{review}/approve", {}, If_Match=etag).status_code == 412
    assert council.decide(review, "approve").status_code == 200
    shown = public(work).get(f"/v1/activities/{key}").json()
    assert shown["venues"][0]["name"] == "The New Boathouse"
    assert letters_to(work, me)[-1].endswith("is approved")
