"""The report on a feed: ours is good, and what is wrong with others is found."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import httpx
import pytest
from conftest import TODAY
from exchange.standard import FOLDER, needs_standard, standard_file
from fastapi.testclient import TestClient
from typer.testing import CliRunner

import app.cli.feed
from app.cli.commands import cli
from app.exchange.openreferral.identity import PREFIX
from app.exchange.quality import harvest as harvesting
from app.exchange.quality.harvest import Bounds, NoFeedError, harvest, items_of
from app.exchange.quality.report import Report, faults_of, report_of
from app.exchange.quality.telling import telling

GOOD = {
    "id": "0b0e7a34-40d7-4f3b-8c5d-5f1a2b3c4d5e",
    "name": "A walk",
    "status": "active",
    "organization": {"id": "1b0e7a34-40d7-4f3b-8c5d-5f1a2b3c4d5e", "name": "Walkers"},
    "last_modified": "2026-03-01T09:00:00.000Z",
    "assured_date": "2026-03-01",
}

Handler = Callable[[httpx.Request], httpx.Response]


def pulled_from(handler: Handler, **bounds: Any) -> Report:
    transport = httpx.MockTransport(handler)
    return report_of(harvest("https://feed.example", Bounds(**bounds), transport), TODAY)


def paged(*services: Any, envelope: Callable[[list[Any], int], Any] | None = None) -> Handler:
    """A feed that has these services on one page, and ignores every parameter."""

    def handler(request: httpx.Request) -> httpx.Response:
        path = request.url.path
        if path == "/":
            return httpx.Response(200, json={"version": "HSDS-UK-3.0"})
        if path == "/services":
            page = int(request.url.params.get("page", 1))
            made = {"contents": list(services), "last_page": True, "total_items": len(services)}
            return httpx.Response(200, json=envelope([*services], page) if envelope else made)
        for one in services:
            if path == f"/services/{one.get('id')}":
                return httpx.Response(200, json=one)
        return httpx.Response(404, json={})

    return handler


def through(client: TestClient) -> Handler:
    """Our own feed, without a network."""

    def handler(request: httpx.Request) -> httpx.Response:
        answer = client.get(f"{request.url.path}?{request.url.query.decode()}")
        kept = {k: v for k, v in answer.headers.items() if k != "content-encoding"}
        kept.pop("content-length", None)
        return httpx.Response(answer.status_code, headers=kept, content=answer.content)

    return handler


def test_our_own_feed_is_whole_fresh_and_honours_everything(client: TestClient) -> None:
    transport = httpx.MockTransport(through(client))
    # The first answer of all is held to a document that is read first.
    assert client.get(PREFIX).status_code == 200
    pulled = harvest(f"https://feed.example{PREFIX}/", Bounds(details=30), transport)
    report = report_of(pulled, TODAY)
    assert report.version == "HSDS-UK-3.0"
    assert report.services == report.stated_total == 200
    assert (report.read_whole, report.complete_pull, report.failed_requests) == (30, True, 0)
    assert report.faults == []
    assert all(report.honoured.values()), report.honoured
    assert report.average_completeness > 0.7
    assert report.freshness.within_three_months > report.freshness.older
    text = telling(report)
    assert "No faults were found." in text
    assert "200, of 200 that it states; 30 read whole" in text


@needs_standard
def test_the_standards_own_mocks_are_judged() -> None:
    assert FOLDER is not None
    for folder, bad in (("Default", 0), ("Fail", 1)):
        service = standard_file(f"mocks/V3.0-UK-{folder}/service_full.json")
        assert len({*faults_of(service)}) >= bad


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"id": "12"}, "an id that is no UUID"),
        ({"name": ""}, "no name"),
        ({"organization": None}, "no organization"),
        ({"url": None}, "null in place of nothing: url"),
        ({"description": ""}, "empty in place of nothing: description"),
        ({"description": "<p>Hello</p>"}, "markup in a text: description"),
        (
            {"description": "It\u00e2\u20ac\u2122s here"},
            "text of a wrong character set: description",
        ),
        ({"last_modified": "2026-03-01T09:00:00"}, "no time zone: last_modified"),
        ({"last_modified": "yesterday"}, "no date and time: last_modified"),
        ({"assured_date": "01/03/2026"}, "no date: assured_date"),
        ({"url": "www.example.org"}, "no web address: url"),
        ({"email": "somebody"}, "no e-mail address: email"),
        ({"minimum_age": -1}, "an age below zero"),
        ({"schedules": [{"opens_at": "ten"}]}, "no time of day: opens_at"),
        ({"schedules": [{"byday": "Monday"}]}, "days in words: byday"),
        ({"cost_options": [{"amount": "5"}]}, "an amount that is no number: amount"),
        ({"locations": [{"latitude": 100.0}]}, "a latitude outside Great Britain"),
        ({"locations": [{"longitude": 40.0}]}, "a longitude outside Great Britain"),
        ({"contacts": [{"service_id": "x"}]}, "a broken reference: service_id in contacts"),
        ({"attributes": [{"id": "x"}]}, "an attribute without a term"),
        (
            {"attributes": [{"taxonomy_term_id": "x", "taxonomy_term": {"id": "y"}}]},
            "a broken reference: taxonomy_term_id",
        ),
        (
            {"organization_id": "x"},
            "organization_id names another organization than the nested one",
        ),
    ],
)
def test_each_fault_is_found(change: dict[str, Any], fault: str) -> None:
    assert [*faults_of(GOOD)] == []
    assert fault in [*faults_of({**GOOD, **change})]


def test_faults_are_counted_and_named_in_the_report() -> None:
    bad = {**GOOD, "id": "2", "description": "<p>Hello</p>"}
    report = pulled_from(paged(GOOD, bad, bad))
    counts = {one.what: (one.count, one.where) for one in report.faults}
    assert counts["markup in a text: description"] == (1, ["2"])
    assert counts["the pages hold a service twice"] == (1, ["2"])
    assert "the pages do not hold as many services as they say" in counts
    assert "1  markup in a text: description  as in 2" in telling(report)
    # It ignores every parameter.
    assert report.honoured["search"] is False
    assert report.honoured["modified_after"] is False
    assert "NO" in telling(report)


def test_freshness_is_told_by_the_day_of_assurance() -> None:
    days = ("2026-03-01", "2025-06-01", "2024-01-01", None, "soon")
    services = [
        {**GOOD, "id": f"{number}", **({"assured_date": day} if day else {"assured_date": None})}
        for number, day in enumerate(days)
    ]
    found = pulled_from(paged(*services)).freshness
    assert found.model_dump() == {
        "within_three_months": 1,
        "within_a_year": 1,
        "older": 1,
        "not_stated": 2,
    }


@pytest.mark.parametrize(
    "envelope",
    [
        lambda items, _: {"content": items, "last": True, "totalElements": len(items)},
        lambda items, _: {"contents": items, "totalpages": 1, "totalitems": len(items)},
        lambda items, _: {"CONTENTS": items, "LAST_PAGE": True},
        lambda items, _: items,
    ],
    ids=["version 1", "lower case", "upper case", "a bare list"],
)
def test_every_envelope_in_use_is_understood(envelope: Callable[[list[Any], int], Any]) -> None:
    report = pulled_from(paged(GOOD, {**GOOD, "id": "2"}, envelope=envelope))
    assert report.services == 2


def test_what_holds_no_list_is_no_feed() -> None:
    for body in (b"<html>", b"{}", b"", b"[" * 100_000, b'{"contents": 4}'):
        with pytest.raises(NoFeedError, match="holds no list of services"):
            pulled_from(lambda _, body=body: httpx.Response(200, content=body))  # type: ignore[misc] # it is bound as it is.
    with pytest.raises(NoFeedError, match="answers 500"):
        pulled_from(lambda _: httpx.Response(500))

    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("nobody is there")

    with pytest.raises(NoFeedError, match="does not answer"):
        pulled_from(away)


def test_a_feed_without_an_end_is_read_within_bounds() -> None:
    asked: list[str] = []

    def endless(items: list[Any], page: int) -> Any:
        return {"contents": [{**one, "id": f"{page}"} for one in items], "last_page": False}

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return paged(GOOD, envelope=endless)(request)

    report = pulled_from(handler, pages=7, details=3)
    assert (report.services, report.complete_pull) == (7, False)
    assert len(asked) < 30
    assert "not all pages were read" in telling(report)


def test_an_answer_without_an_end_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harvesting, "MOST_BYTES", 100_000)
    sent = 0

    def forever() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b" " * 10_000

    with pytest.raises(NoFeedError):
        pulled_from(lambda _: httpx.Response(200, content=forever()))
    assert sent < 40


def test_redirects_without_an_end_are_given_up() -> None:
    with pytest.raises(NoFeedError):
        pulled_from(lambda _: httpx.Response(302, headers={"Location": "https://feed.example/x"}))


def test_a_failing_page_and_failing_details_are_reported() -> None:
    def handler(request: httpx.Request) -> httpx.Response:
        if request.url.path.startswith("/services/"):
            return httpx.Response(500)
        return paged(GOOD)(request)

    report = pulled_from(handler)
    assert report.failed_requests == 1
    assert any(one.what == "a request fails: 500" for one in report.faults)


def test_an_empty_feed_has_a_report() -> None:
    report = pulled_from(paged())
    assert report.services == 0
    assert report.average_completeness == 0
    assert telling(report)


def test_items_are_found_in_any_shape() -> None:
    assert items_of({"Data": [{"id": 1}, "x"]}) == [{"id": 1}]
    assert items_of("text") is None


# The command


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    def harvested(base: str, bounds: Bounds) -> Any:
        return harvest(base, bounds, httpx.MockTransport(paged(GOOD)))

    monkeypatch.setattr(app.cli.feed, "harvest", harvested)
    monkeypatch.setattr(app.cli.feed, "london_today", lambda: date(2026, 3, 16))
    return lambda *words: CliRunner().invoke(cli, ["feed", "check", *words])


def test_the_command_prints_a_page_or_json(run: Callable[..., Any]) -> None:
    page = run("https://feed.example")
    assert page.exit_code == 0
    assert "Services  1, of 1 that it states; 1 read whole" in page.output
    told = run("https://feed.example", "--json", "--details", "0")
    assert json.loads(told.output)["services"] == 1


def test_the_command_says_what_an_address_is(run: Callable[..., Any]) -> None:
    assert run("feed.example").exit_code == 1
    assert run("https://feed.example", "--pages", "0").exit_code == 2
