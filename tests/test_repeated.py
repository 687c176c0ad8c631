"""What is asked for again is given out as it is, and nobody can tell but by the clock."""

import asyncio
import json
import logging
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import pytest
from conftest import TODAY, Templates, make_app
from contract import ContractClient
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.datastructures import QueryParams

from app.clock import note_change
from app.database import Database, uuid7
from app.search.answers import activities_found
from app.search.reading import pairs_in
from app.traffic import repeated
from app.traffic.log import TOGETHER, JsonFormatter, JsonLines, Served, log_request
from app.traffic.repeated import Kept, Repeated
from app.traffic.safety import SAFETY_NAMES

SEARCH = "/v1/activities?near=CW1+2AB&within=10&facets=cohort"
OWN = {"x-request-id", "date"}
"""The headers in which no two answers are alike."""

Counted = Callable[[], int]


@pytest.fixture
def url(templates: Templates) -> Iterator[str]:
    made = templates.copy("sqlite", "sample")
    yield made
    templates.drop(made)


@pytest.fixture
def app(url: str) -> FastAPI:
    return make_app(url)


@pytest.fixture
def own(app: FastAPI) -> Iterator[TestClient]:
    """A client of an application that nobody else calls."""
    with ContractClient(app) as client:
        yield client


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counted:
    """How many lists of activities were worked out since it was last asked."""
    count = 0

    def counted(*arguments: Any) -> bytes:
        nonlocal count
        count += 1
        return activities_found(*arguments)

    monkeypatch.setattr("app.search.router.activities_found", counted)

    def so_far() -> int:
        nonlocal count
        found, count = count, 0
        return found

    return so_far


def told(answer: Any) -> tuple[int, list[tuple[str, str]], bytes]:
    """All of an answer but what is its own; an unchanged one has no date of its own either."""
    headers = sorted((name, value) for name, value in answer.headers.items() if name not in OWN)
    return answer.status_code, headers, answer.content


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept-Encoding": "identity"},
        {"Accept-Encoding": "gzip"},
        {"Accept-Encoding": "gzip;q=0"},
        {"Origin": "https://a.example", "Accept-Encoding": "gzip"},
    ],
)
def test_the_third_time_is_as_the_first_and_is_not_worked_out(
    own: TestClient, made: Counted, headers: dict[str, str]
) -> None:
    first, second = (own.get(SEARCH, headers=headers) for _ in range(2))
    assert made() == 2
    third = own.get(SEARCH, headers=headers)
    assert made() == 0
    assert told(first) == told(second) == told(third)
    assert len({one.headers["x-request-id"] for one in (first, second, third)}) == 3


def test_each_request_has_its_own_id_however_like_another_it_is(own: TestClient) -> None:
    sent = ["0190b2f0-0000-7000-8000-000000000001", "0190b2f0-0000-7000-8000-000000000002"]
    asked = [{}, {"X-Request-ID": sent[0]}, {}, {"X-Request-ID": sent[1]}, {"X-Request-ID": "mine"}]
    answers = [own.get(SEARCH, headers=headers) for headers in 3 * asked]
    ids = [one.headers["x-request-id"] for one in answers]
    assert [one for one in ids if one in sent] == 3 * sent
    assert len({*ids} - {*sent}) == 9
    assert len({one.content for one in answers}) == 1


def test_requests_that_differ_in_one_header_are_told_apart(own: TestClient) -> None:
    tag = own.get(SEARCH, headers={"Accept-Encoding": "identity"}).headers["etag"]
    for _ in range(3):
        for named, status in ((tag, 304), (tag[:-1] + 'x"', 200)):
            headers = {"Accept-Encoding": "identity", "If-None-Match": named}
            assert own.get(SEARCH, headers=headers).status_code == status
        assert own.head(SEARCH, headers={"Accept-Encoding": "identity"}).content == b""


def test_what_the_caller_has_is_told_alike_before_and_after(own: TestClient, made: Counted) -> None:
    gzip = {"Accept-Encoding": "gzip"}
    tag = own.get(SEARCH, headers=gzip).headers["etag"]
    assert tag.endswith('-gzip"')
    for named in (tag, f"W/{tag}", f'"other", {tag}', tag.replace("-gzip", "")):
        fresh = ContractClient(own.app)
        before = told(fresh.get(SEARCH, headers={**gzip, "If-None-Match": named}))
        for _ in range(2):
            own.get(SEARCH, headers=gzip)
        made()
        after = own.get(SEARCH, headers={**gzip, "If-None-Match": named})
        assert told(after) == before
        assert after.status_code == 304
        assert made() == 0
    assert own.get(SEARCH, headers={**gzip, "If-None-Match": '"other"'}).status_code == 200


def test_a_304_is_kept_too_and_is_nothing_for_those_without_the_answer(
    own: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = {"Accept-Encoding": "identity"}
    first = own.get(SEARCH, headers=plain)
    known = plain | {"If-None-Match": first.headers["etag"]}
    before = told(own.get(SEARCH, headers=known))
    # Kept by now: nothing is looked at any more to tell it again.
    with monkeypatch.context() as patched:
        patched.setattr("app.search.router.cached_answer", None)
        assert told(own.get(SEARCH, headers=known)) == before
        weak = plain | {"If-None-Match": f"W/{first.headers['etag']}"}
        assert told(own.get(SEARCH, headers=weak)) == before
    for _ in range(2):
        assert told(own.get(SEARCH, headers=plain)) == told(first)
        assert told(own.get(SEARCH, headers=known)) == before


def test_a_change_is_seen_at_once(own: TestClient, app: FastAPI, url: str, made: Counted) -> None:
    *_, before = (own.get(SEARCH) for _ in range(3))
    database = Database(url)
    with database.write() as session:
        note_change(session, "activity", uuid7(), before=None, after="digest")
    database.close()
    app.state.index.refresh()
    made()
    after = own.get(SEARCH)
    assert made() == 1
    assert after.headers["etag"] != before.headers["etag"]
    assert own.get(SEARCH, headers={"If-None-Match": before.headers["etag"]}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "70000"},
        {"Content-Length": "x"},
        {"Cookie": "a=b"},
        {"Authorization": "Bearer x"},
        {"X-Much": "x" * 40_000},
    ],
)
def test_a_request_that_is_unlike_others_goes_all_the_way(
    own: TestClient, made: Counted, headers: dict[str, str]
) -> None:
    before = own.get(SEARCH, headers=headers)
    for _ in range(3):
        own.get(SEARCH)
    made()
    after = own.get(SEARCH, headers=headers)
    assert after.status_code == before.status_code
    assert made() == (1 if after.status_code == 200 else 0)


ORDINARY = {"Cookie": "seen=1"}
"""With it a request is not plain, and passes every layer; no answer depends on it."""


def test_the_short_way_answers_as_the_ordinary_one_does(own: TestClient) -> None:
    addresses = (
        SEARCH,
        f"{SEARCH}&q=nothing+like+it",
        "/v1/activities?colour=blue",
        "/v1/activities?near=nowhere-at-all",
        "/v1/activities?per_page=100&lang=easy",
        f"/v1/activities?q={'x' * 9_000}",
    )
    origins: tuple[dict[str, str], ...] = ({}, {"Origin": "https://a.example"}, {"Origin": ""})
    for address, origin, accepts in product(addresses, origins, ("identity", "gzip", "gzip;q=0")):
        headers = {**origin, "Accept-Encoding": accepts, "X-Request-Id": str(uuid7())}
        short = own.get(address, headers=headers)
        assert told(short) == told(own.get(address, headers=headers | ORDINARY))
        if "etag" in short.headers:
            known = headers | {"If-None-Match": short.headers["etag"]}
            unchanged = own.get(address, headers=known)
            assert unchanged.status_code == 304
            assert not SAFETY_NAMES & {name.encode() for name in unchanged.headers}
            assert told(unchanged) == told(own.get(address, headers=known | ORDINARY))


def test_a_plain_search_passes_no_layer_of_the_framework(
    own: TestClient, app: FastAPI, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(app.router, "middleware_stack", never)
    assert own.get(SEARCH).status_code == 200
    assert own.get(SEARCH, headers=ORDINARY).status_code == 500


def test_errors_and_answers_for_one_person_are_never_kept(own: TestClient) -> None:
    for _ in range(3):
        own.get("/v1/activities?colour=blue")
        own.get("/v1/activities?near=CW1+2AB&near=CW1+2AB")
        own.get("/v1/activities/nobody/similar")
        own.post("/v1/activities/search", json={"near": "CW1 2AB"})
        own.head(SEARCH)
    assert own.get("/v1/activities?colour=blue").status_code == 422
    assert own.get("/v1/activities?near=CW1+2AB&near=CW1+2AB").status_code == 422


def test_the_log_and_the_counters_do_not_tell_them_apart(
    own: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "carefinder.requests"):
        for _ in range(3):
            own.get(SEARCH, headers={"Accept-Encoding": "identity"})
    lines = [one.fields for one in caplog.records if one.name == "carefinder.requests"]  # type: ignore[attr-defined]
    assert len(lines) == 3
    shown = [
        {name: line[name] for name in ("method", "route", "status", "bytes")} for line in lines
    ]
    assert shown[0] == shown[1] == shown[2]
    assert 'route="/v1/activities",status="200"} 3.0' in own.get("/metrics").text


def test_similar_activities_are_kept_too(own: TestClient) -> None:
    slug = own.get("/v1/activities?per_page=1").json()["items"][0]["slug"]
    answers = [own.get(f"/v1/activities/{slug}/similar") for _ in range(3)]
    assert told(answers[0]) == told(answers[1]) == told(answers[2])


# What is kept


def a_kept(size: int) -> Kept:
    return Kept("/v1", [(b"etag", b'"a"')], bytes(size), b'"a"')


def test_only_so_much_is_kept_and_the_oldest_goes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated, "MOST_BYTES", 1_000)
    state = object()
    memory = Repeated(lambda: state)
    keys = [memory.key(b"/", b"%d" % number, b"", compressed=False) for number in range(12)]
    for _ in range(2):
        for key in keys:
            memory.note(key, state, lambda: a_kept(100))
    assert [memory.find(key) is not None for key in keys] == [False] * 2 + [True] * 10


def test_only_so_many_without_a_body_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeated, "MOST_KEPT", 3)
    memory = Repeated(lambda: memory)
    for _ in range(2):
        for key in (b"1", b"2", b"3", b"4"):
            memory.note(key, memory, lambda: Kept("/v1", [], None, b'"a"'))
    assert [key for key in (b"1", b"2", b"3", b"4") if memory.find(key)] == [b"2", b"3", b"4"]


def test_what_was_made_from_something_older_is_not_kept() -> None:
    states = [object(), object()]
    memory = Repeated(lambda: states[-1])
    key = memory.key(b"/", b"", b"", compressed=False)
    for _ in range(3):
        memory.note(key, states[0], lambda: a_kept(1))
    assert memory.find(key) is None


def test_whatever_an_answer_depends_on_tells_keys_apart() -> None:
    memory = Repeated(lambda: None)
    asked = [(b"/a", b"b", b"", False), (b"/a", b"", b"b", False), (b"/ab", b"", b"", False)]
    asked += [(b"/a", b"b", b"", True), (b"/", b"ab", b"", False)]
    assert len({memory.key(p, q, o, compressed=c) for p, q, o, c in asked}) == len(asked)
    assert b"CW1" not in memory.key(b"/v1/activities", b"near=CW1+2AB", b"", compressed=False)


# What is written by hand


def test_a_line_written_by_hand_is_as_the_formatter_would_write_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    served = Served("0190b2f0-0000-7000-8000-000000000001", "GET", "/v1/“a”", 200, 12, 3.14159)
    handler = JsonLines()
    handler.setFormatter(JsonFormatter())
    monkeypatch.setattr(logging.root, "handlers", [handler])
    logger = logging.getLogger("carefinder.requests")
    level = logger.level
    logger.setLevel(logging.INFO)
    try:
        log_request(served)
        fields = served._asdict() | {"milliseconds": 3.1}
        logger.info("request", extra={"fields": fields})
    finally:
        logger.setLevel(level)
    by_hand, formatted = (json.loads(line) for line in capsys.readouterr().err.splitlines())
    assert len(by_hand["at"]) == len(formatted["at"])
    for line in (by_hand, formatted):
        del line["at"]
    assert list(by_hand.items()) == list(formatted.items())


def test_lines_that_wait_for_the_loop_are_written_in_order_and_none_is_lost(
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = JsonLines()

    def write(name: str) -> None:
        handler.write(Served(name, "GET", "/v1", 200, 2, 0.5))

    def written() -> list[str]:
        lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
        return [line.get("request_id") or line["message"] for line in lines]

    async def serve() -> None:
        write("1")
        write("2")
        assert written() == []
        await asyncio.sleep(5 * TOGETHER)
        assert written() == ["1", "2"]
        write("3")
        handler.emit(logging.makeLogRecord({"msg": "between"}))
        write("4")

    async def serve_again() -> None:
        write("5")
        await asyncio.sleep(5 * TOGETHER)

    asyncio.run(serve())
    assert written() == ["3", "between"]
    # The loop that was to write the fourth has ended.
    asyncio.run(serve_again())
    assert written() == ["4", "5"]


@pytest.mark.parametrize(
    "query",
    [
        b"",
        b"a",
        b"a=",
        b"=a",
        b"&&a=1&",
        b"a=1&a=2&b=x=y",
        b"a+b=c+d",
        b"a%20b=%C3%A9&c=%zz",
        b"q=\xc3\xa9",
        b"a=1;b=2",
        b"near=CW1%202AB&near=x",
    ],
)
def test_a_query_is_read_as_the_framework_reads_it(query: bytes) -> None:
    assert list(pairs_in(query)) == QueryParams(query).multi_items()


def test_the_day_is_that_of_the_tests(own: TestClient) -> None:
    assert own.app.state.index.snapshot().today == TODAY  # type: ignore[attr-defined]
