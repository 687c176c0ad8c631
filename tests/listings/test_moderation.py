"""What officers decide, about exactly what they looked at, and never about their own."""

import pytest
from fastapi.testclient import TestClient
from listed import (
    Caller,
    admin,
    caller,
    letters_to,
    officer,
    owner,
    provider_of,
    public,
    published,
    submitted,
)

from app.database import uuid7

MINE = "/v1/manage/activities"
REVIEWS = "/v1/moderation/activities"


def review_of(who: Caller, key: str) -> str:
    """The ETag of what an officer looks at."""
    return str(who.get(f"{REVIEWS}/{key}").headers["etag"])


def test_exactly_what_was_looked_at_is_approved(work: TestClient) -> None:
    me, council = owner(work), officer(work)
    key = submitted(me)
    etag = review_of(council, key)
    assert council.post(f"{REVIEWS}/{key}/approve", {}).status_code == 428
    assert council.post(f"{REVIEWS}/{key}/approve", {}, If_Match="*").status_code == 412
    assert council.post(f"{REVIEWS}/{key}/approve", {}, If_Match='"other"').status_code == 412
    me.patch(f"{MINE}/{key}", {"summary": "Something else."})
    assert council.post(f"{REVIEWS}/{key}/approve", {}, If_Match=etag).status_code == 412
    assert public(work).get(f"/v1/activities/{key}").status_code == 404
    again = review_of(council, key)
    assert council.post(f"{REVIEWS}/{key}/approve", {}, If_Match=again).status_code == 200
    assert public(work).get(f"/v1/activities/{key}").json()["summary"] == "Something else."
    # Decided once, it is decided.
    assert council.post(f"{REVIEWS}/{key}/approve", {}, If_Match=again).status_code == 412
    assert council.decide(f"{REVIEWS}/{key}", "approve").status_code == 409


@pytest.mark.parametrize("verdict", ["request-changes", "reject"])
def test_a_no_has_a_reason_and_it_reaches_the_provider(work: TestClient, verdict: str) -> None:
    me, council = owner(work), officer(work)
    key = submitted(me)
    etag = review_of(council, key)
    assert council.post(f"{REVIEWS}/{key}/{verdict}", {}, If_Match=etag).status_code == 422
    done = council.decide(f"{REVIEWS}/{key}", verdict, "Please say what it costs.")
    assert done.json()["stage"] == {"request-changes": "changes_requested"}.get(verdict, "rejected")
    assert me.get(f"{MINE}/{key}").json()["reason"] == "Please say what it costs."
    assert letters_to(work, me) != []
    assert me.post(f"{MINE}/{key}/submit").json()["reason"] is None


def test_nobody_decides_about_their_own(work: TestClient) -> None:
    both = caller(work, providers={"two-oars": "owner"}, councils={"essex": "admin"})
    key = submitted(both)
    shown = both.get(f"{REVIEWS}/{key}").json()
    assert not shown["may_decide"]
    assert shown["why_not"]
    assert both.decide(f"{REVIEWS}/{key}", "approve").status_code == 403
    # Whoever belongs to the provider does not, even where a colleague wrote it.
    assert both.decide(f"{REVIEWS}/{submitted(owner(work))}", "approve").status_code == 403
    # An officer who edited what waits has taken part in it.
    council, key = officer(work), submitted(owner(work))
    council.patch(f"{MINE}/{key}", {"summary": "Mine now."})
    assert council.decide(f"{REVIEWS}/{key}", "approve").status_code == 403
    assert officer(work).decide(f"{REVIEWS}/{key}", "approve").status_code == 200
    # Once it is approved, the next change is nobody's but its author's.
    me = owner(work)
    me.patch(f"{MINE}/{key}", {"summary": "Ours again."})
    me.post(f"{MINE}/{key}/submit")
    assert council.decide(f"{REVIEWS}/{key}", "approve").status_code == 200


def test_another_council_s_is_not_there(work: TestClient) -> None:
    key = submitted(owner(work))
    for other in (officer(work, "cheshire-east"), admin(work, "leicester")):
        assert other.get(f"{REVIEWS}/{key}").status_code == 404
        for verdict in ("approve", "request-changes", "reject"):
            answer = other.post(f"{REVIEWS}/{key}/{verdict}", {"reason": "No."}, If_Match="*")
            assert answer.status_code == 404
        assert key not in other.get("/v1/moderation/queue?per_page=100").text
    me = owner(work)
    assert me.get(f"{REVIEWS}/{key}").status_code == 403
    assert me.get("/v1/moderation/queue").status_code == 403
    council = officer(work)
    assert council.get(f"{REVIEWS}/{uuid7()}").status_code == 404
    assert council.get(f"/v1/moderation/venues/{key}").status_code == 404


def test_the_queue_is_oldest_first_and_can_be_narrowed(work: TestClient) -> None:
    me, council = owner(work), officer(work)
    keys = [submitted(me) for _ in range(3)]
    queue = "/v1/moderation/queue?kind=activities&per_page=100"
    waiting = [one["id"] for one in council.get(queue).json()["items"]]
    assert [key for key in waiting if key in keys] == keys
    mine = council.get(f"{queue}&provider={provider_of(work, 'two-oars')}").json()["items"]
    assert {one["provider"]["slug"] for one in mine} == {"two-oars"}
    assert council.get(f"{queue}&provider={uuid7()}").json()["total"] == 0
    moments = [one["submitted_at"] for one in council.get(queue).json()["items"]]
    assert moments == sorted(moments)


def test_a_trusted_provider_s_listings_go_out_at_once(work: TestClient) -> None:
    boss = admin(work, "cheshire-east")
    settings = "/v1/manage/councils/E06000049"
    trusted = {"providers": [provider_of(work, "fern-hollow-days")]}
    assert boss.patch(settings, {"trusted": trusted}).status_code == 200
    me = owner(work, "fern-hollow-days")
    key = submitted(me, "fern-hollow-days")
    assert me.get(f"{MINE}/{key}").json()["status"] == "live"
    assert public(work).get(f"/v1/activities/{key}").status_code == 200
    actions = [one["action"] for one in me.get(f"{MINE}/{key}/history").json()["items"]]
    assert actions == ["trusted", "submit", "created"]
    assert boss.patch(settings, {"trusted": {"providers": []}}).status_code == 200
    key = submitted(me, "fern-hollow-days")
    assert me.get(f"{MINE}/{key}").json()["status"] == "submitted"


def test_trusted_fields_go_out_at_once_and_no_others_with_them(work: TestClient) -> None:
    boss = admin(work, "leicester")
    settings = "/v1/manage/councils/leicester"
    assert boss.patch(settings, {"trusted": {"fields": ["summary"]}}).status_code == 200
    me = owner(work, "limekiln-room")
    key = submitted(me, "limekiln-room")
    # What is new is looked at.
    assert me.get(f"{MINE}/{key}").json()["status"] == "submitted"
    council = officer(work, "leicester")
    assert council.decide(f"{REVIEWS}/{key}", "approve").status_code == 200
    me.patch(f"{MINE}/{key}", {"summary": "Other."})
    assert me.post(f"{MINE}/{key}/submit").json()["change"] is None
    assert public(work).get(f"/v1/activities/{key}").json()["summary"] == "Other."
    me.patch(f"{MINE}/{key}", {"summary": "Third.", "name": "Another"})
    assert me.post(f"{MINE}/{key}/submit").json()["change"] == "submitted"
    assert public(work).get(f"/v1/activities/{key}").json()["summary"] == "Other."
    boss.patch(settings, {"trusted": {"fields": []}})


def test_officers_are_told_once_until_the_queue_was_empty(work: TestClient) -> None:
    me, council = owner(work, "saltlode-day-opportunities"), officer(work, "cheshire-east")
    queue = "/v1/moderation/queue?per_page=100"
    for one in council.get(queue).json()["items"]:
        council.decide(one["url"], "reject", "To begin with an empty queue.")
    first = submitted(me, "saltlode-day-opportunities")
    submitted(me, "saltlode-day-opportunities")
    assert letters_to(work, council) == ["Something waits for you in Care Finder"]
    assert first in council.get(queue).text


def test_every_decision_is_in_the_audit_log(work: TestClient) -> None:
    key = published(work, owner(work))
    council = officer(work)
    entries = council.get(f"/v1/audit?subject_kind=activity&subject={key}").json()["items"]
    actions = [one["action"] for one in entries]
    assert actions == ["activity.approved", "activity.submitted", "activity.created"]
