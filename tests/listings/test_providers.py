"""Registering and claiming a provider, its entry, its venues, proposals, and the council's own."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from listed import (
    DRAFT,
    VENUE,
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

NEW: dict[str, Any] = {
    "name": "Boathouse Pots",
    "description": "Two potters in an old boathouse.",
    "contacts": [{"email": "pots@example.org"}],
    "council": "essex",
}


def codes(answer: Any) -> list[tuple[str | None, str]]:
    assert answer.status_code == 422, answer.text
    return [(one["name"], one["code"]) for one in answer.json()["errors"]]


# Registering


def test_a_registration_waits_and_can_be_put_right(work: TestClient) -> None:
    me, council = caller(work), officer(work)
    key = me.post("/v1/providers", NEW).json()["id"]
    mine = f"/v1/manage/providers/{key}"
    assert me.get(mine).json()["public_url"] is None
    assert [one["id"] for one in me.get("/v1/manage/providers").json()["items"]] == [key]
    assert caller(work).get(mine).status_code == 404
    asked = council.decide(f"/v1/moderation/providers/{key}", "request-changes", "Who are you?")
    assert asked.status_code == 200
    assert me.get(mine).json()["reason"] == "Who are you?"
    changed = me.patch(mine, {"description": "Ann's and Bo's pottery."})
    assert changed.json()["status"] == "submitted"
    # Nothing can be listed before the provider is.
    assert me.post(f"{mine}/activities", DRAFT).status_code == 404
    assert council.decide(f"/v1/moderation/providers/{key}", "approve").status_code == 200
    assert me.post(f"{mine}/activities", DRAFT).status_code == 201
    assert me.get(mine).json()["role"] == "owner"
    assert public(work).get(f"/v1/providers/{key}").json()["slug"].startswith("boathouse-pots")


@pytest.mark.parametrize(
    ("over", "expected"),
    [
        ({"council": "southend"}, ("/council", "unknown_council")),
        ({"council": "atlantis"}, ("/council", "unknown_council")),
        ({"contacts": []}, ("/contacts", "too_short")),
        ({"slug": "two-oars"}, ("", "extra_forbidden")),
        ({"id": "x"}, ("", "extra_forbidden")),
        ({"council_id": "x"}, ("", "extra_forbidden")),
        ({"charity_number": "abc"}, ("/charity_number", "string_pattern_mismatch")),
    ],
)
def test_a_registration_that_is_not_sound_is_refused(
    work: TestClient, over: dict[str, Any], expected: tuple[str, str]
) -> None:
    assert expected in codes(caller(work).post("/v1/providers", {**NEW, **over}))


def test_a_provider_that_is_listed_is_claimed_and_not_registered_again(work: TestClient) -> None:
    first = caller(work)
    numbered = {**NEW, "charity_number": "1999991"}
    key = first.post("/v1/providers", numbered).json()["id"]
    assert officer(work).decide(f"/v1/moderation/providers/{key}", "approve").status_code == 200
    again = caller(work).post("/v1/providers", numbered)
    assert again.status_code == 409
    assert again.json()["provider"]["id"] == key


def test_nobody_buries_the_officers(work: TestClient) -> None:
    me = caller(work)
    for _ in range(5):
        assert me.post("/v1/providers", NEW).status_code == 201
    assert me.post("/v1/providers", NEW).status_code == 409
    assert me.post("/v1/providers/tidewrack-trust/claims", {"message": "I."}).status_code == 409


# Claiming


def test_a_claim_that_is_approved_makes_an_owner_and_tells_the_others(work: TestClient) -> None:
    me, colleague, council = caller(work), owner(work, "saffron-bench"), officer(work)
    url = "/v1/providers/saffron-bench/claims"
    made = me.post(url, {"message": "I am the new manager."})
    assert made.json()["stage"] == "submitted"
    assert me.post(url, {"message": "Again."}).json()["id"] == made.json()["id"]
    key = made.json()["id"]
    review = council.get(f"/v1/moderation/claims/{key}").json()
    assert me.person is not None
    assert review["submitted"] == {"email": me.person.email, "message": "I am the new manager."}
    refused = council.decide(f"/v1/moderation/claims/{key}", "reject", "We rang them.")
    assert refused.status_code == 200
    assert me.get("/v1/manage/providers/saffron-bench").status_code == 404
    assert me.get("/v1/manage/claims").json()["items"][0]["reason"] == "We rang them."
    me.post(url, {"message": "Ring my boss."})
    assert council.decide(f"/v1/moderation/claims/{key}", "approve").status_code == 200
    assert me.get("/v1/manage/providers/saffron-bench").json()["role"] == "owner"
    assert letters_to(work, colleague) == ["Somebody else manages The Saffron Bench now"] or (
        letters_to(work, colleague)[0].startswith("Somebody else manages")
    )
    assert me.post(url, {"message": "Once more."}).status_code == 409
    assert me.post("/v1/providers/nobody-here/claims", {"message": "I."}).status_code == 404


def test_an_officer_does_not_decide_about_their_own_claim(work: TestClient) -> None:
    council = officer(work)
    key = council.post("/v1/providers/pollard-path/claims", {"message": "Me."}).json()["id"]
    assert council.decide(f"/v1/moderation/claims/{key}", "approve").status_code == 403


# Its own entry


def test_a_provider_s_entry_is_changed_once_an_officer_agrees(work: TestClient) -> None:
    me, council = owner(work, "fennel-yard"), officer(work)
    mine = "/v1/manage/providers/fennel-yard"
    key = provider_of(work, "fennel-yard")
    answer = me.patch(mine, {"name": "Fennel Yard Growers", "council_id": "x"})
    assert codes(answer) == [("", "extra_forbidden")]
    changed = me.patch(mine, {"name": "Fennel Yard Growers"})
    assert changed.json()["change"] == "submitted"
    assert [one["place"] for one in changed.json()["differences"]] == ["/name"]
    assert public(work).get("/v1/providers/fennel-yard").json()["name"] != "Fennel Yard Growers"
    assert council.decide(f"/v1/moderation/providers/{key}", "approve").status_code == 200
    assert public(work).get("/v1/providers/fennel-yard").json()["name"] == "Fennel Yard Growers"
    assert me.ask("PATCH", mine, {"name": "X"}).status_code == 428


# Venues


def hall(who: Caller, **over: Any) -> str:
    """The id of a new venue."""
    answer = who.post("/v1/manage/providers/two-oars/venues", {**VENUE, **over})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def at(venue: str) -> dict[str, Any]:
    return {"day": "tue", "starts_at": "10:00", "ends_at": "12:00", "venue_id": venue}


def test_a_venue_is_placed_by_its_postcode_where_no_point_is_given(work: TestClient) -> None:
    me = owner(work)
    venue = me.get(f"/v1/manage/venues/{hall(me)}").json()["venue"]
    assert venue["latitude"] == pytest.approx(51.6, abs=0.2)
    exact = hall(me, latitude=51.63, longitude=0.81)
    assert me.get(f"/v1/manage/venues/{exact}").json()["venue"]["latitude"] == 51.63
    address = {**VENUE["address"], "postcode": "ZZ9 9ZZ"}
    unknown = me.post("/v1/manage/providers/two-oars/venues", {**VENUE, "address": address})
    assert codes(unknown) == [("/address/postcode", "unknown_postcode")]


def test_a_change_where_live_activities_are_waits_for_an_officer(work: TestClient) -> None:
    me, council = owner(work), officer(work)
    venue = hall(me)
    key = published(work, me, sessions=[at(venue)])
    url = f"/v1/manage/venues/{venue}"
    assert [one["id"] for one in me.get(url).json()["used_by"]] == [key]
    changed = me.patch(url, {"features": [{"code": "step_free", "value": "no"}]})
    assert changed.json()["change"] == "submitted"
    review = council.get(f"/v1/moderation/venues/{venue}").json()
    assert [one["id"] for one in review["affects"]] == [key]
    assert [(one["before"], one["after"]) for one in review["differences"]] == [("Yes", "No")]
    shown = public(work).get(f"/v1/activities/{key}").json()["venues"][0]["access"]
    assert next(one for one in shown if one["code"] == "step_free")["value"] == "yes"
    assert council.decide(f"/v1/moderation/venues/{venue}", "approve").status_code == 200
    shown = public(work).get(f"/v1/activities/{key}").json()["venues"][0]["access"]
    assert next(one for one in shown if one["code"] == "step_free")["value"] == "no"


def test_a_venue_that_is_used_cannot_be_deleted_and_one_that_is_not_can(work: TestClient) -> None:
    me = owner(work)
    used, drafted, free = hall(me), hall(me), hall(me)
    key = published(work, me, sessions=[at(used)])
    submitted(me, sessions=[at(drafted)])
    for venue, expected in ((used, 409), (drafted, 409), (free, 204)):
        etag = me.get(f"/v1/manage/venues/{venue}").headers["etag"]
        answer = me.ask("DELETE", f"/v1/manage/venues/{venue}", If_Match=etag)
        assert answer.status_code == expected
    assert me.get(f"/v1/manage/venues/{free}").status_code == 404
    me.post(f"/v1/manage/activities/{key}/close", {})
    etag = me.get(f"/v1/manage/venues/{used}").headers["etag"]
    assert me.ask("DELETE", f"/v1/manage/venues/{used}", If_Match=etag).status_code == 204
    assert me.get(f"/v1/manage/venues/{used}").status_code == 404
    listed = me.get("/v1/manage/providers/two-oars/venues?per_page=100").text
    assert used not in listed
    draft = {**DRAFT, "sessions": [at(used)]}
    answer = me.post("/v1/manage/providers/two-oars/activities", draft)
    assert codes(answer) == [("/sessions/0/venue_id", "unknown_venue")]


# Proposals


def test_a_proposal_goes_to_officers_and_never_into_the_vocabulary(work: TestClient) -> None:
    me, council = owner(work), officer(work)
    url = "/v1/manage/providers/two-oars/proposals"
    body = {"kind": "term", "scheme": "activity_type", "name": "Beekeeping", "why": "We do it."}
    before = public(work).get("/v1/vocabularies/activity_type").content
    key = me.post(url, body).json()["id"]
    assert (
        council.get(f"/v1/moderation/proposals/{key}").json()["submitted"]["name"] == "Beekeeping"
    )
    assert council.decide(f"/v1/moderation/proposals/{key}", "approve", "Good.").status_code == 200
    assert me.get(url).json()["items"][0]["stage"] == "approved"
    assert public(work).get("/v1/vocabularies/activity_type").content == before
    wrong = me.post(url, {**body, "scheme": "nonsense"})
    assert wrong.status_code == 422
    assert me.post(url, {"kind": "place", "name": "Foulness", "why": "Here."}).status_code == 201


# The council's own


def test_admins_change_what_the_council_says_and_officers_read_it(work: TestClient) -> None:
    boss, council = admin(work), officer(work)
    settings = "/v1/manage/councils/E10000012"
    text = {"text": "Ask us.", "easy_read": "Ask us."}
    assert council.get(settings).json()["role"] == "officer"
    assert council.ask("PATCH", settings, {"disclaimer": text}, If_Match="*").status_code == 403
    changed = boss.patch(settings, {"disclaimer": text})
    assert changed.json()["council"]["disclaimer"]["text"] == "Ask us."
    shown = public(work).get("/v1/councils/E10000012").json()
    assert shown["disclaimer"]["text"] == "Ask us."
    read = council.get(settings)
    other = not read.json()["council"]["own_home_in_scope"]
    etag = read.headers["etag"]
    boss.patch(settings, {"own_home_in_scope": other})
    assert boss.patch(settings, {"own_home_in_scope": not other}, etag).status_code == 412
    assert officer(work, "leicester").get(settings).status_code == 404
    assert owner(work).get(settings).status_code == 404


@pytest.mark.parametrize("field", ["name", "slug", "served", "area", "id", "digest"])
def test_nobody_renames_a_council_or_moves_its_area(work: TestClient, field: str) -> None:
    answer = admin(work).patch("/v1/manage/councils/E10000012", {field: "x"})
    assert codes(answer) == [("", "extra_forbidden")]


def test_a_council_trusts_only_its_own(work: TestClient) -> None:
    settings = "/v1/manage/councils/E10000012"
    for key in (provider_of(work, "damson-yard"), str(uuid7())):
        answer = admin(work).patch(settings, {"trusted": {"providers": [key]}})
        assert codes(answer) == [("/trusted/providers", "unknown_provider")]
    answer = admin(work).patch(settings, {"trusted": {"fields": ["contracts"]}})
    assert answer.status_code == 422


def test_its_outcodes_and_days_can_be_changed(work: TestClient) -> None:
    boss = admin(work)
    settings = "/v1/manage/councils/E10000012"
    before = boss.get(settings).json()["council"]["area"]
    more = [*before["outcodes"], {"outcode": "ZZ1", "share": None}]
    after = boss.patch(settings, {"outcodes": more, "freshness": {"fresh": 60}})
    assert after.json()["council"]["area"]["outcodes"][-1]["outcode"] == "ZZ1"
    assert after.json()["council"]["area"]["gss"] == before["gss"]
    assert after.json()["council"]["freshness"] == {"fresh": 60, "due": 180, "stale": 365}
    boss.patch(settings, {"outcodes": before["outcodes"], "freshness": None})
