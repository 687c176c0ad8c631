"""Importing over HTTP: a dry run first, all or nothing, and the same file twice."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from fastapi.testclient import TestClient
from listed import DRAFT, Caller, officer, owner, public

URL = "/v1/manage/providers/two-oars/activities/import"


def send(who: Caller, content: bytes, query: str = "", kind: str = "text/csv") -> Any:
    assert who.person is not None
    headers = {**who.person.headers, "Content-Type": kind}
    return who.client.post(f"{URL}?{query}", content=content, headers=headers)


def table(*rows: dict[str, str]) -> bytes:
    names = list(dict.fromkeys(name for row in rows for name in row))
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, names, restval="")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def row(reference: str, **over: str) -> dict[str, str]:
    session = {"session_place": "online", "session_day": "tue"}
    session |= {"session_starts": "10:00", "session_ends": "12:00"}
    return {"reference": reference, **DRAFT, **session, **over}


def mine(who: Caller) -> dict[str, dict[str, Any]]:
    """Somebody's drafts that were imported, by their reference."""
    url = "/v1/manage/providers/two-oars/activities?per_page=100&status=draft"
    found = {}
    for one in who.get(url).json()["items"]:
        shown = who.get(one["url"]).json()
        origin = shown["activity"]["origin"]
        if origin:
            found[origin["source_id"]] = shown
    return found


def test_a_dry_run_changes_nothing_and_says_what_would_happen(work: TestClient) -> None:
    me = owner(work)
    report = send(me, table(row("DRY-1"), row("DRY-2"))).json()
    assert (report["dry_run"], report["rows"], report["created"]) == (True, 2, 2)
    assert "DRY-1" not in mine(me)
    report = send(me, table(row("DRY-1", cohorts="nonsense"))).json()
    assert report["faults_total"] == 1
    assert report["faults"][0]["row"] == 2
    assert report["faults"][0]["column"] == "cohorts"


def test_one_bad_cell_and_nothing_is_imported(work: TestClient) -> None:
    me = owner(work)
    content = table(row("BAD-1"), row("BAD-2", session_day="someday"), row("BAD-3"))
    answer = send(me, content, "dry_run=false")
    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:carefinder:problem:not_imported"
    assert [(one["name"], one["code"]) for one in answer.json()["errors"]] == [
        ("/rows/3/session_day", "literal_error")
    ]
    assert "someday" not in answer.text
    assert not {"BAD-1", "BAD-2", "BAD-3"} & set(mine(me))


def test_the_same_file_again_changes_only_what_differs(work: TestClient) -> None:
    me = owner(work)
    first = send(me, table(row("A-1"), row("A-2")), "dry_run=false").json()
    assert (first["created"], first["changed"], first["unchanged"]) == (2, 0, 0)
    again = send(me, table(row("A-1"), row("A-2")), "dry_run=false").json()
    assert (again["created"], again["changed"], again["unchanged"]) == (0, 0, 2)
    before = mine(me)["A-1"]["activity"]
    changed = send(me, table(row("A-1", session_ends="13:00"), row("A-2")), "dry_run=false").json()
    assert (changed["created"], changed["changed"], changed["unchanged"]) == (0, 1, 1)
    after = mine(me)["A-1"]["activity"]
    assert after["id"] == before["id"]
    assert after["sessions"][0]["id"] == before["sessions"][0]["id"]
    assert after["sessions"][0]["ends_at"] == "13:00"


def test_an_import_goes_the_way_of_every_change(work: TestClient) -> None:
    me, council = owner(work), officer(work)
    assert send(me, table(row("WAY-1")), "dry_run=false&submit=true").json()["created"] == 1
    queue = council.get("/v1/moderation/queue?kind=activities&per_page=100").json()["items"]
    waiting = [council.get(one["url"]) for one in queue]
    origin = {"source_id": "WAY-1"}
    (review,) = [
        one
        for one in waiting
        if (one.json()["submitted"].get("origin") or {}).items() >= origin.items()
    ]
    key = review.json()["id"]
    assert public(work).get(f"/v1/activities/{key}").status_code == 404
    assert council.decide(f"/v1/moderation/activities/{key}", "approve").status_code == 200
    # A live one is changed as by hand: the public sees it once it is approved.
    content = table(row("WAY-1", summary="Other."))
    assert send(me, content, "dry_run=false").json()["changed"] == 1
    assert public(work).get(f"/v1/activities/{key}").json()["summary"] == DRAFT["summary"]
    assert me.get(f"/v1/manage/activities/{key}").json()["change"] == "draft"
    me.post(f"/v1/manage/activities/{key}/close", {})
    closed = send(me, content, "dry_run=false")
    assert closed.json()["errors"][0]["code"] == "closed"


def test_json_will_do_as_well(work: TestClient) -> None:
    me = owner(work)
    body = (
        b'{"activities": [{"reference": "J-1", "name": "A", "summary": "B", "description": "C"}]}'
    )
    assert send(me, body, "dry_run=false", "application/json").json()["created"] == 1
    twice = body.replace(b"]}", b', {"reference": "J-1", "name": "A"}]}')
    answer = send(me, twice, "dry_run=false", "application/json")
    assert answer.status_code == 422
    for wrong in (b"[", b"[]", b"{}", b'{"activities": 7}', b"\xff", b"[" * 100_000):
        assert send(me, wrong, "dry_run=false", "application/json").status_code == 422
    assert send(me, body, "", "application/xml").status_code == 422


def test_the_template_comes_back_as_it_went(work: TestClient) -> None:
    me = owner(work)
    template = me.get(f"{URL}/template")
    assert template.headers["content-type"].startswith("text/csv")
    assert "attachment" in template.headers["content-disposition"]
    report = send(me, template.content).json()
    assert report["faults"] == []
    assert report["created"] == 1
    assert owner(work, "damson-yard").get(f"{URL}/template").status_code == 404


def test_a_large_file_is_taken_and_a_larger_one_is_not(work: TestClient) -> None:
    me = owner(work)
    rows = [row(f"BIG-{number}", description="x" * 400) for number in range(400)]
    content = table(*rows)
    assert len(content) > 150_000
    assert send(me, content).json()["created"] == 400
    assert send(me, b"x" * 8_400_000).status_code == 413


def test_the_same_file_at_once_makes_nothing_twice(work: TestClient) -> None:
    me = owner(work)
    content = table(row("ONCE-1"), row("ONCE-2"))
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: send(me, content, "dry_run=false"), range(4)))
    assert {one.status_code for one in answers} == {200}
    assert sum(one.json()["created"] for one in answers) == 2


def test_others_venues_and_formulas_are_refused(work: TestClient) -> None:
    me = owner(work)
    theirs = public(work).get("/v1/providers/damson-yard").json()["name"]
    cells = {"session_place": "venue", "session_venue": theirs}
    answer = send(me, table(row("V-1", **cells)), "dry_run=false")
    assert answer.json()["errors"][0]["code"] == "unknown_venue"
    answer = send(me, table(row("V-1", summary="=cmd|' /C calc'!A0")), "dry_run=false")
    assert answer.json()["errors"][0]["code"] == "formula"
