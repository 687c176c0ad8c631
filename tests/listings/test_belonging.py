"""What is listed, chosen, imported or decided about belongs to whom."""

import json
from types import SimpleNamespace
from typing import Any

import pytest
from fastapi.testclient import TestClient
from listed import DRAFT, VENUE, Caller, caller, owner

from app.database import uuid7
from app.listings.moderation.queries import Subject, not_theirs

PROPOSAL = {"kind": "term", "scheme": "activity_type", "name": "Beekeeping", "why": "We do it."}
ONE, OTHER = "two-oars", "damson-yard"


def of(provider: str, what: str) -> str:
    return f"/v1/manage/providers/{provider}/{what}"


def listed(who: Caller, url: str) -> set[str]:
    answer = who.get(f"{url}?per_page=100").json()
    assert answer["total"] == len(answer["items"])
    return {one["id"] for one in answer["items"]}


@pytest.mark.parametrize(
    ("what", "body"), [("activities", DRAFT), ("venues", VENUE), ("proposals", PROPOSAL)]
)
def test_a_list_is_of_one_provider(work: TestClient, what: str, body: dict[str, Any]) -> None:
    found = []
    for provider in (ONE, OTHER):
        who, url = owner(work, provider), of(provider, what)
        made = who.post(url, body).json()["id"]
        found.append(listed(who, url))
        assert made in found[-1]
    assert found[0].isdisjoint(found[1])


def test_a_registration_is_listed_for_whoever_made_it(work: TestClient) -> None:
    me, somebody = caller(work), caller(work)
    body = {
        "name": "Boathouse Bees",
        "description": "Two beekeepers in an old boathouse.",
        "contacts": [{"email": "bees@example.org"}],
        "council": "essex",
    }
    made = me.post("/v1/providers", body).json()["id"]
    assert listed(me, "/v1/manage/providers") == {made}
    assert listed(somebody, "/v1/manage/providers") == set()


def test_a_venue_that_another_provider_drafts_cannot_be_named(work: TestClient) -> None:
    venue = owner(work, OTHER).post(of(OTHER, "venues"), VENUE).json()["id"]
    session = {"day": "tue", "starts_at": "10:00", "ends_at": "12:00", "venue_id": venue}
    answer = owner(work).post(of(ONE, "activities"), {**DRAFT, "sessions": [session]})
    assert answer.status_code == 422
    assert [one["code"] for one in answer.json()["errors"]] == ["unknown_venue"]


def test_two_providers_may_use_one_reference(work: TestClient) -> None:
    record = json.dumps({"activities": [{"reference": "SHARED-1", **DRAFT}]})
    for provider in (ONE, OTHER):
        who = owner(work, provider)
        assert who.person is not None
        headers = {**who.person.headers, "Content-Type": "application/json"}
        url = f"{of(provider, 'activities')}/import?dry_run=false"
        report = who.client.post(url, content=record, headers=headers).json()
        assert report["created"] == 1


ME, SOMEBODY = uuid7(), uuid7()


@pytest.mark.parametrize(
    ("authors", "submitted_by", "created_by", "live", "mine"),
    [
        ([SOMEBODY], SOMEBODY, SOMEBODY, False, False),
        ([ME], SOMEBODY, SOMEBODY, True, True),
        ([SOMEBODY], ME, SOMEBODY, True, True),
        ([SOMEBODY], SOMEBODY, ME, False, True),
        ([SOMEBODY], SOMEBODY, ME, True, False),
    ],
)
def test_nobody_decides_about_a_listing_in_which_they_took_part(
    authors: list[Any], submitted_by: Any, created_by: Any, *, live: bool, mine: bool
) -> None:
    listing = SimpleNamespace(
        authors=[str(one) for one in authors], submitted_by=submitted_by, created_by=created_by
    )
    held: Any = SimpleNamespace(listing=listing, live=object() if live else None)
    subject = Subject("activities", held, None, uuid7(), uuid7())
    officer: Any = SimpleNamespace(id=ME, providers={})
    assert (not_theirs(subject, officer) is not None) is mine
    officer.providers[subject.provider_id] = "owner"
    assert not_theirs(subject, officer) is not None


@pytest.mark.parametrize("mine", [False, True])
def test_nobody_decides_about_their_own_request(*, mine: bool) -> None:
    request: Any = SimpleNamespace(account_id=ME if mine else SOMEBODY)
    officer: Any = SimpleNamespace(id=ME, providers={})
    subject = Subject("claims", None, request, uuid7(), uuid7())
    assert (not_theirs(subject, officer) is not None) is mine
