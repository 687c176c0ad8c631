"""Every operation meets the corpus of `hostile.py`, on both databases and on a real server.

A bigger hunt by a generator, against a server that is running:

    .venv/bin/schemathesis run http://127.0.0.1:8000/openapi.json --max-examples 500 --checks all
"""

import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Iterable, Iterator, Mapping, MutableMapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote, unquote, urlencode
from zlib import crc32

import httpx2
import pytest
import requests
import schemathesis
from conftest import KINDS, Templates, make_app
from contract import (
    ContractClient,
    Operation,
    check_answer,
    contract_of,
    documented_operations,
    documented_path,
)
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hostile import BODIES, CHUNKED, HEADERS, QUERIES, TEXTS, WIRE
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from prepared import prepare
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import negative_data_rejection, positive_data_acceptance

OPERATIONS = documented_operations()
PARAMETERS = [
    pytest.param(operation, one["name"], id=f"{operation.id}-{one['name']}")
    for operation in OPERATIONS
    for one in operation.parameters
    if one["in"] in {"path", "query"}
]
GENERATED = 24
"""How many requests a generator makes up for each operation."""

SLOW = 1.0
"""Seconds that no answer may take."""

FORM = "application/x-www-form-urlencoded"

CALM = 65_536
"""Bytes of a body that the service takes."""

ROOMY = {"import_activities": 8_388_608}
"""Operations that take more, as they take files."""


FLEETING = {
    (one.method, one.path): one
    for one in OPERATIONS
    if one.id in {"delete_me", "delete_my_sessions", "delete_my_session", "change_me"}
}
"""Operations after which whoever asked is not signed in any more, or not there."""


EXAMPLE = "two-oars-days-out-dengie"
"""The activity of the document's examples."""

TAKING_AWAY = {(one.method, one.path) for one in OPERATIONS if one.id == "close_activity"}
"""Operations that would take the activity of the examples from the others: they get their own."""

TOKENS_SERVE = 240.0
"""Seconds for which access tokens are used; they are good for ten minutes, less than this takes."""


class Caller:
    """Calls an application as a server does; clients would put right or refuse what is sent."""

    def __init__(self, client: TestClient) -> None:
        assert isinstance(client.app, FastAPI)
        assert client.portal is not None
        self.app = client.app
        self.portal = client.portal
        self._prepare()

    def _prepare(self) -> None:
        made = {
            (operation.method, operation.path): prepare(self.app, operation)
            for operation in OPERATIONS
        }
        self.ready = {called: one.headers for called, one in made.items()}
        self.own = {called: made[called].replaced["activity"] for called in TAKING_AWAY}
        self.since = time.monotonic()

    def call(
        self,
        method: str,
        address: str,
        headers: Iterable[tuple[str, str | bytes]] = (),
        chunks: Iterable[bytes] = (),
        *,
        added: Collection[str] = ("authorization", "if-match"),
    ) -> httpx2.Response:
        """The answer to one request, which the document must describe.

        Headers that an operation needs are added where they are not given.
        """
        if time.monotonic() - self.since > TOKENS_SERVE:
            self._prepare()
        path, _, query = address.partition("?")
        headers = [*headers]
        wanted = set(added) - {name.lower() for name, _ in headers}
        # Each application knows its own people, so who asks is added here.
        called = (method, documented_path(self.app, unquote(path)))
        if called in FLEETING:
            self.ready[called] = prepare(self.app, FLEETING[called]).headers
        path = path.replace(EXAMPLE, self.own.get(called, EXAMPLE))
        ready = self.ready.get(called, {})
        headers += [pair for pair in ready.items() if pair[0].lower() in wanted]
        scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [
                (
                    name.lower().encode(),
                    value if isinstance(value, bytes) else value.encode("latin-1"),
                )
                for name, value in headers
            ],
            "client": ("192.0.2.1", 4711),
            "server": ("testserver", 80),
        }
        waiting = [*chunks]
        sent: list[dict[str, Any]] = []

        async def receive() -> dict[str, Any]:
            body = waiting.pop(0) if waiting else b""
            return {"type": "http.request", "body": body, "more_body": bool(waiting)}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(dict(message))

        self.portal.call(self.app, scope, receive, send)
        answer = httpx2.Response(
            sent[0]["status"],
            headers=sent[0]["headers"],
            content=b"".join(message.get("body", b"") for message in sent[1:]),
            request=httpx2.Request(method, f"http://testserver{address[:2_000]}"),
        )
        answer.elapsed = timedelta()
        check_answer(self.app, answer)
        return answer


@pytest.fixture(scope="module")
def callers(templates: Templates) -> Iterator[list[Caller]]:
    """Callers of the sample catalogue on both databases, which are theirs: they write as well.

    The first request of a process reads tables of places and words, so it comes before the rest.
    """
    with ExitStack() as stack:
        urls = [templates.copy(kind, "sample") for kind in KINDS]
        clients = [stack.enter_context(ContractClient(make_app(url))) for url in urls]
        made = [Caller(client) for client in clients]
        for caller in made:
            for operation in OPERATIONS:
                caller.call(*request_of(operation))
        yield made


each_operation = pytest.mark.parametrize(
    "operation", [pytest.param(one, id=one.id) for one in OPERATIONS]
)


def encoded(text: str | bytes) -> str:
    """A text as an address carries it."""
    return quote(text, safe="")


def request_of(
    operation: Operation, query: str = "", **replaced: str
) -> tuple[str, str, list[tuple[str, str | bytes]], list[bytes]]:
    """A request that is well but for what is put in. Lists answer with one item, to be quick."""
    if "per_page" in {one["name"] for one in operation.parameters} and "per_page" not in query:
        replaced.setdefault("per_page", "1")
    if operation.path.startswith("/v1/export/") and "provider" not in query:
        replaced.setdefault("provider", "two-oars")
    body = operation.body()
    address = operation.address(query, **replaced)
    if body is None:
        return operation.method, address, [], []
    if operation.takes_form:
        form: list[tuple[str, str | bytes]] = [("Content-Type", FORM)]
        return operation.method, address, form, [urlencode(body).encode()]
    headers: list[tuple[str, str | bytes]] = [("Content-Type", "application/json")]
    return operation.method, address, headers, [json.dumps(body).encode()]


def ask(
    callers: list[Caller],
    method: str,
    address: str,
    headers: Iterable[tuple[str, str | bytes]] = (),
    chunks: Iterable[bytes] = (),
) -> httpx2.Response:
    """The answer, which must be alike on both databases, quick, and no fault of ours.

    What is refused before any database is asked is tried on the second one every fourth time.
    """
    headers, chunks = [*headers], [*chunks]
    answers: list[httpx2.Response] = []
    for caller in callers:
        if answers and answers[0].status_code in {413, 414, 422} and crc32(address.encode()) % 4:
            continue
        begun = time.perf_counter()
        answer = caller.call(method, address, headers, chunks)
        if time.perf_counter() - begun > SLOW:
            # A machine that is busy with something else gets another chance, or three.
            taken = []
            for _ in range(3):
                begun = time.perf_counter()
                answer = caller.call(method, address, headers, chunks)
                taken.append(time.perf_counter() - begun)
            assert min(taken) < SLOW
        assert answer.status_code in {200, 201, 202, 204, 304, *range(400, 500)}
        answers.append(answer)
    assert len({answer.status_code for answer in answers}) == 1
    return answers[0]


def strings(value: Any) -> Iterator[str]:
    """Every string in a JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from strings(key)
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def refuse_echo(answer: httpx2.Response, sent: str | bytes) -> None:
    """Fail if an error repeats what was sent. Short texts may stand there by chance."""
    text = sent.decode("utf-8", "replace") if isinstance(sent, bytes) else sent
    if answer.status_code >= 400 and len(text) >= 5 and text not in {"false", "Infinity"}:
        told = list(strings(answer.json()))
        assert not [one for one in told if text in one or text.strip() in one]


@pytest.mark.parametrize(("operation", "name"), PARAMETERS)
def test_no_value_of_a_parameter_breaks_an_operation(
    callers: list[Caller], operation: Operation, name: str
) -> None:
    for text in TEXTS.values():
        # An empty part of a path would be another path.
        request = request_of(operation, **{name: encoded(text) or "%20"})
        refuse_echo(ask(callers, *request), text)


@each_operation
def test_no_name_of_a_parameter_breaks_an_operation(
    callers: list[Caller], operation: Operation
) -> None:
    for text in TEXTS.values():
        answer = ask(callers, *request_of(operation, f"{encoded(text)}=1"))
        assert answer.status_code in {414, 422} or operation.lenient
        name = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
        # A name as programmers write them is told, so that a slip is found; no other is.
        if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,39}", name):
            refuse_echo(answer, text)


@each_operation
def test_no_query_breaks_an_operation(callers: list[Caller], operation: Operation) -> None:
    for name, query in QUERIES.items():
        answer = ask(callers, *request_of(operation, query))
        if "hostile" in query.lower():
            assert answer.status_code in {414, 422} or operation.lenient, name
            assert "Ada" not in answer.text


@each_operation
def test_no_header_breaks_an_operation(callers: list[Caller], operation: Operation) -> None:
    method, address, usual, chunks = request_of(operation)
    for headers in HEADERS.values():
        answer = ask(callers, method, address, [*usual, *headers], chunks)
        assert "x-injected" not in answer.headers
        assert not any("\n" in value for value in answer.headers.values())
        assert "hostile" not in f"{answer.headers}{answer.text if answer.is_error else ''}"


@each_operation
def test_no_body_breaks_an_operation(callers: list[Caller], operation: Operation) -> None:
    method, address, _, _ = request_of(operation)
    for media_type, body in BODIES.values():
        length = ("Content-Length", str(len(body)))
        answer = ask(callers, method, address, [("Content-Type", media_type), length], [body])
        if len(body) > ROOMY.get(operation.id, CALM):
            assert answer.status_code == 413
        elif method == "GET":
            # What has no meaning is not read; it is not refused either (RFC 9110, section 9.3.1).
            assert answer.status_code in {200, 404}
        refuse_echo(answer, "Ada Hostile")


@each_operation
def test_no_body_in_chunks_breaks_an_operation(callers: list[Caller], operation: Operation) -> None:
    method, address, headers, _ = request_of(operation)
    for chunks in CHUNKED.values():
        answer = ask(callers, method, address, headers, chunks())
        # The token endpoints say 400, and what the path names may not be there.
        assert answer.status_code in {200, 201, 202, 204, 400, 404, 409, 413, 422, 429}


def test_the_corpus_is_not_thinned_out() -> None:
    # It grows only: raise the figures, never lower them.
    assert len(TEXTS) >= 113
    assert len(QUERIES) >= 32
    assert len(HEADERS) >= 47
    assert len(BODIES) + len(CHUNKED) >= 43
    assert len(WIRE) >= 52


# What a generator thinks of

NOT_IN_THE_SCHEMA = {
    "list_activities": "a place is given by its name or by its point, and must be known",
    "search_activities": "a place is given by its name or by its point, and must be known",
    "find_places": "control characters",
    "find_matches": "answers that exclude each other, places and days that there are not",
    "register_provider": "a council is one that is served, and an address is one",
    "claim_provider": "so many of one person's may wait, and no more",
    "propose": "a term belongs to a vocabulary, and a place to none",
    "create_venue": "a postcode is one that is known, or a point is given",
    "create_activity": "what is said of an activity fits together",
    "create_token": "what is no password, token or secret of ours",
    "revoke_token": "a field that stands there twice, or is empty",
    "register_account": "passwords that others would guess",
    "verify_account": "codes that were mailed to nobody",
    "confirm_password_reset": "codes that were mailed to nobody",
    "confirm_email_change": "codes that were mailed to nobody",
    "accept_invitation": "codes that were mailed to nobody",
    "change_me": "what is not the present password",
    "find_plans": "answers and times that contradict each other, and places that are not known",
    **dict.fromkeys(
        (
            *("export_activities", "export_activities_as_lines", "export_activities_as_table"),
            *("export_sessions_as_table", "export_prices_as_table"),
        ),
        "a place is given by its name or by its point, and must be known",
    ),
    "list_changes": "a cursor is one that was given out",
    "list_feed_services": "a postcode must be known, and a moment be one that there is",
    "list_feed_places": "a postcode must be known, and a moment be one that there is",
}
"""Operations that refuse some of what their schema allows, and what that is."""

MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)


@pytest.fixture(scope="module")
def generators(callers: list[Caller]) -> Any:
    """The document as schemathesis reads it."""
    return schemathesis.openapi.from_dict({**contract_of(callers[0].app).document})


@pytest.mark.parametrize("mode", MODES, ids=["as documented", "otherwise"])
@each_operation
def test_whatever_a_generator_sends_is_answered_as_documented(
    callers: list[Caller], generators: Any, operation: Operation, mode: GenerationMode
) -> None:
    strategy = generators[operation.path][operation.method].as_strategy(mode)
    excluded = [negative_data_rejection, positive_data_acceptance]
    if mode is GenerationMode.NEGATIVE:
        excluded = [positive_data_acceptance]
    elif operation.id not in NOT_IN_THE_SCHEMA and not any(
        # No schema says which version there is.
        one["name"] == "If-Match"
        for one in operation.parameters
    ):
        excluded = [negative_data_rejection]

    @seed(20260316)
    @settings(
        max_examples=GENERATED // len(MODES),
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def send(case: Any) -> None:
        sent = requests.Request(**case.as_transport_kwargs("http://testserver")).prepare()
        body = sent.body if isinstance(sent.body, bytes) else str(sent.body or "").encode()
        answer = callers[0].call(
            str(sent.method),
            sent.path_url,
            [*sent.headers.items()],
            [body] if body else [],
            added={"authorization"},
        )
        assert answer.status_code < 500
        if answer.status_code != 414:
            case.validate_response(answer, excluded_checks=excluded)

    try:
        send()
    except Unsatisfiable:
        # Nothing that this operation takes can be otherwise than documented.
        assert mode is GenerationMode.NEGATIVE


@dataclass(frozen=True)
class Served:
    """A server of its own, as `carefinder serve` configures it."""

    port: int
    process: subprocess.Popen[bytes]

    def exchange(self, sent: bytes, *, hang_up: bool = False, patience: float = 0.3) -> bytes:
        """What comes back for some bytes, until nothing more does for that many seconds."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            received = b""
            try:
                connection.sendall(sent)
                if hang_up:
                    return received
                connection.settimeout(patience)
                while part := connection.recv(65_536):
                    received += part
            except (TimeoutError, ConnectionError):
                # A server may well end the conversation before it has heard all of it.
                pass
            return received

    def answers(self) -> bool:
        """Whether the next person is served."""
        asked = b"GET /v1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        told = self.exchange(asked, patience=30)
        return told.startswith(b"HTTP/1.1 200 ") and b'"Care Finder"' in told


@pytest.fixture(scope="module")
def served(templates: Templates, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    command = [
        *(sys.executable, "-c", "from app.cli.start import main; main()", "serve"),
        *("--port", str(port), "--database", templates.copy("sqlite", "sample")),
    ]
    log = tmp_path_factory.mktemp("server") / "log"
    with (
        log.open("wb") as out,
        subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT) as process,  # noqa: S603 - the command is written here.
    ):
        try:
            for _ in range(600):
                try:
                    socket.create_connection(("127.0.0.1", port), timeout=1).close()
                    break
                except OSError:
                    time.sleep(0.1)
            server = Served(port, process)
            assert server.answers()
            yield server
        finally:
            # Left alone, a process that was not asked to end would be waited for without end.
            process.terminate()
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
    told = log.read_bytes()
    assert b'"message": "request"' in told
    # Nothing of all that was sent stands in a log, and nothing ended in the last resort.
    assert b"ostile" not in told
    assert b"unhandled" not in told
    assert b"Traceback" not in told


@pytest.mark.parametrize("name", WIRE)
def test_no_bytes_break_the_server(served: Served, name: str) -> None:
    told = served.exchange(WIRE[name])
    assert not re.match(rb"HTTP/1\.\d 5", told)
    served.exchange(WIRE[name], hang_up=True)
    assert served.answers()


def test_a_long_address_is_refused_as_a_problem_by_the_server(served: Served) -> None:
    told = served.exchange(WIRE["an address of 60 kilobytes"])
    assert told.startswith(b"HTTP/1.1 414 ")
    assert b"application/problem+json" in told


def test_a_declared_gigabyte_is_refused_before_it_comes(served: Served) -> None:
    told = served.exchange(WIRE["a length of a gigabyte"])
    assert told.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in told


def test_headers_of_a_megabyte_are_refused_as_a_problem(served: Served) -> None:
    for name in ("a header of a megabyte", "10,000 headers"):
        told = served.exchange(WIRE[name])
        assert told.startswith(b"HTTP/1.1 431 ")
        assert b"application/problem+json" in told


def test_100_headers_are_no_reason_to_refuse(served: Served) -> None:
    assert served.exchange(WIRE["100 headers"]).startswith(b"HTTP/1.1 200 ")


def test_a_request_hidden_in_a_body_is_not_served(served: Served) -> None:
    assert b"carefinder_requests" not in served.exchange(WIRE["a length and chunks"])


def test_the_server_names_neither_itself_nor_its_library(served: Served) -> None:
    told = served.exchange(b"GET /v1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert b"uvicorn" not in told.lower()
    assert b"\r\nserver:" not in told.lower()


def test_a_hundred_idle_connections_keep_nobody_out(served: Served) -> None:
    idle = [socket.create_connection(("127.0.0.1", served.port)) for _ in range(100)]
    try:
        for connection in idle:
            connection.sendall(b"GET /v1 HTTP/1.1\r\nHost: a\r\n")
        assert served.answers()
    finally:
        for connection in idle:
            connection.close()
    assert served.answers()


def test_the_server_says_head_without_a_body(served: Served) -> None:
    told = served.exchange(b"HEAD /v1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    head, body = told.split(b"\r\n\r\n", 1)
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"content-length: " in head
    assert not body
