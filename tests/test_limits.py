"""How many requests an address may make, who is calling, and which websites may call."""

import asyncio
import time
from collections.abc import Mapping
from ipaddress import ip_network
from typing import Any

import pytest
from conftest import ClientMaker
from contract import check_problem, documented_operations, send
from fastapi import FastAPI
from fastapi.testclient import TestClient
from starlette.types import Message, Receive, Scope, Send

from app.settings import Settings
from app.traffic.addresses import UNKNOWN, caller_of
from app.traffic.allowance import RequestLimit
from app.traffic.browsers import is_open

OPERATIONS = documented_operations()
PROXIES = (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))


def scope_of(peer: str | None, *forwarded: str) -> Scope:
    return {
        "type": "http",
        "path": "/v1",
        "client": (peer, 1) if peer is not None else None,
        "headers": [(b"x-forwarded-for", one.encode("latin-1")) for one in forwarded],
    }


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", (), "192.0.2.1"),
        (None, (), UNKNOWN),
        ("testclient", (), UNKNOWN),
        # Nobody's word is taken but a proxy's.
        ("192.0.2.1", ("203.0.113.5",), "192.0.2.1"),
        ("10.0.0.1", (), "10.0.0.1"),
        ("10.0.0.1", ("203.0.113.5",), "203.0.113.5"),
        # What stands further in front was written by the caller.
        ("10.0.0.1", ("198.51.100.1, 203.0.113.5",), "203.0.113.5"),
        ("10.0.0.1", ("198.51.100.1", "203.0.113.5"), "203.0.113.5"),
        ("10.0.0.1", ("203.0.113.5, 10.0.0.2",), "203.0.113.5"),
        ("10.0.0.1", ("203.0.113.5,10.0.0.2 ,10.0.0.3",), "203.0.113.5"),
        ("10.0.0.1", ("10.0.0.2, 10.0.0.3",), "10.0.0.2"),
        ("10.0.0.1", ("203.0.113.5, nonsense",), "10.0.0.1"),
        ("10.0.0.1", ("nonsense, 10.0.0.2",), "10.0.0.2"),
        ("10.0.0.1", ("",), "10.0.0.1"),
        ("10.0.0.1", ("\xff\xfe",), "10.0.0.1"),
        ("fd00::1", ("2001:db8:1:2:3:4:5:6",), "2001:db8:1:2::/64"),
        # One of the household is all of it.
        ("2001:db8:1:2:aaaa::1", (), "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", (), "192.0.2.1"),
        ("::ffff:10.0.0.1", ("203.0.113.5",), "203.0.113.5"),
    ],
)
def test_who_is_calling(peer: str | None, forwarded: tuple[str, ...], expected: str) -> None:
    assert caller_of(scope_of(peer, *forwarded), PROXIES) == expected
    if not forwarded:
        assert caller_of(scope_of(peer, *forwarded), ()) == expected


def test_without_trusted_proxies_nobodys_word_is_taken() -> None:
    assert caller_of(scope_of("10.0.0.1", "203.0.113.5"), ()) == "10.0.0.1"


# So many in a minute


@pytest.fixture
def limited(make_client: ClientMaker, sample_url: str) -> TestClient:
    return make_client(sample_url, read_limit=20)


def test_the_limit_is_exact_whatever_is_asked(limited: TestClient) -> None:
    wait_for_a_new_minute()
    addresses = ["/v1", "/v1/councils/E10000012", "/v1/councils/essex", "/v1/nothing"]
    for number in range(20):
        answer = limited.get(addresses[number % 4])
        assert answer.status_code in {200, 404}
        assert answer.headers["ratelimit-policy"] == '"default";q=20;w=60'
        assert answer.headers["ratelimit"].startswith(f'"default";r={19 - number};t=')
    for address in (*addresses, "/v1/councils/anything", "/v1/activities"):
        answer = limited.get(address, headers={"Origin": "https://council.example"})
        assert answer.status_code == 429
        check_problem(answer)
        assert 1 <= int(answer.headers["retry-after"]) <= 60
        assert answer.headers["ratelimit"].startswith('"default";r=0;t=')
        # A website can read why.
        assert answer.headers["access-control-allow-origin"] == "*"
    # What watches over the service is never kept out.
    assert limited.get("/health/ready").status_code == 200
    assert "ratelimit" not in limited.get("/health/live").headers


def wait_for_a_new_minute() -> None:
    """A test of less than half a minute that is not to be cut in two by the clock."""
    left = 60 - time.time() % 60
    if left < 20:
        time.sleep(left)


@pytest.mark.parametrize("operation", [pytest.param(one, id=one.id) for one in OPERATIONS])
def test_every_operation_is_refused_beyond_the_limit(beyond: TestClient, operation: Any) -> None:
    answer = send(beyond, operation)
    if operation.path.startswith("/health/"):
        assert answer.status_code == 200
        return
    assert answer.status_code == 429
    assert {"retry-after", "ratelimit", "ratelimit-policy"} <= set(answer.headers)


@pytest.fixture(scope="module")
def beyond(templates: Any) -> Any:
    """A client that has made all the requests that it may."""
    from conftest import make_app  # noqa: PLC0415
    from contract import ContractClient  # noqa: PLC0415

    with ContractClient(make_app(templates.copy("sqlite", "sample"), read_limit=1)) as client:
        app = client.app
        assert isinstance(app, FastAPI)
        stack: Any = app.middleware_stack
        stack.clock = lambda: 60.0
        client.get("/v1")
        yield client


def test_in_development_there_is_no_limit_and_in_production_there_is() -> None:
    def limit(**over: Any) -> int:
        return Settings.model_validate(over).requests_a_minute

    assert limit() == 0
    assert limit(environment="production") == 600
    assert limit(environment="production", read_limit=0) == 0
    assert limit(read_limit=7) == 7


class Inside:
    """Counts what gets through to it."""

    def __init__(self) -> None:
        self.states: list[Mapping[str, Any]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as an application is called.
        self.states.append(scope.get("state", {}))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})


def test_the_next_minute_begins_anew_and_nothing_piles_up() -> None:
    now = [0.0]
    inside = Inside()
    layer = RequestLimit(inside, per_minute=2, trusted=(), clock=lambda: now[0])

    async def ask(address: str) -> bool:
        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(_: Message) -> None:
            return None

        await layer(scope_of(address), receive, send)
        return "refused" in inside.states[-1]

    async def story() -> None:
        assert [await ask("192.0.2.1") for _ in range(3)] == [False, False, True]
        # Another address is another matter.
        assert not await ask("192.0.2.2")
        for number in range(200):
            await ask(f"198.51.{number}.1")
        assert len(layer.counts) == 202
        now[0] = 60.0
        assert not await ask("192.0.2.1")
        assert len(layer.counts) == 1

    asyncio.run(story())


def test_counting_costs_some_microseconds() -> None:
    layer = RequestLimit(Inside(), per_minute=10**9, trusted=())
    bare = Inside()

    async def send(_: Message) -> None:
        return None

    async def many(application: Any) -> float:
        scope = scope_of("192.0.2.1")
        begun = time.process_time()
        for _ in range(5_000):
            await application(scope, None, send)
        return (time.process_time() - begun) / 5_000

    extra = min(asyncio.run(many(layer)) for _ in range(3)) - asyncio.run(many(bare))
    assert extra < 50e-6


# Websites


@pytest.mark.parametrize("operation", [pytest.param(one, id=one.id) for one in OPERATIONS])
def test_what_the_document_protects_is_closed_to_other_websites(operation: Any) -> None:
    assert is_open(operation.method, operation.path) is operation.open


def test_what_is_not_there_is_open_to_be_told_so(limited: TestClient) -> None:
    answer = limited.get("/v1/nothing", headers={"Origin": "https://council.example"})
    assert answer.status_code == 404
    assert answer.headers["access-control-allow-origin"] == "*"
