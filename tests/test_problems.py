"""Whatever goes wrong is told in one shape, and never repeats what was sent."""

import json
import logging
import sqlite3
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any, NoReturn

import pytest
from conftest import ClientMaker, Templates, make_app
from contract import ContractClient, check_problem
from fastapi import Body, Request
from fastapi.responses import StreamingResponse
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.exc import DataError, IntegrityError, OperationalError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from app.parameters import Line
from app.problems import (
    AddressTooLong,
    Conflict,
    Gone,
    HeadersTooLarge,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
    Problem,
    StorageFull,
    TooLarge,
    Unavailable,
    faults_of,
    problem_body,
    responses,
)

CANARY = "canary-5f1c"
"""A word that stands for somebody's private information."""

URN = "urn:carefinder:problem:"


class Deep(BaseModel):
    """A part of the body below."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[Line, Field(max_length=20)]


class Sent(BaseModel):
    """A body with one of each kind of value."""

    model_config = ConfigDict(extra="forbid", strict=True)

    number: int = Field(0, ge=0, le=9)
    ratio: float = Field(0, ge=0, le=1, allow_inf_nan=False)
    flag: bool = False
    deep: list[Deep] = Field([], max_length=2)


class Errors:
    """Operations that go wrong in the way a test asks for."""

    def __init__(self) -> None:
        self.error: Exception = RuntimeError(CANARY)

    def fail(self) -> NoReturn:
        raise self.error


@pytest.fixture(scope="module")
def errors() -> Errors:
    return Errors()


@pytest.fixture(scope="module")
def odd(templates: Templates, errors: Errors) -> Iterator[TestClient]:
    """A client of an application with operations that go wrong, and some that take a body."""
    app = make_app(templates.copy("sqlite", "empty"), max_body_bytes=2_048)

    @app.get("/odd", include_in_schema=False)
    def odd() -> None:
        errors.fail()

    @app.get("/odd/{who}", include_in_schema=False)
    async def odd_in_the_loop(who: str) -> None:
        raise RuntimeError(who)

    @app.get("/half", include_in_schema=False)
    async def half() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"half"
            raise RuntimeError(CANARY)

        return StreamingResponse(parts())

    @app.post("/body", include_in_schema=False)
    def body(sent: Annotated[Sent, Body()]) -> Sent:
        return sent

    @app.post("/stream", include_in_schema=False)
    async def stream(request: Request) -> int:
        return sum([len(part) async for part in request.stream()])

    with ContractClient(app, raise_server_exceptions=False) as client:
        yield client


def told(answer: Any) -> tuple[int, str]:
    """The status and the kind of a problem."""
    assert check_problem(answer)
    return answer.status_code, answer.json()["type"].removeprefix(URN)


# What cannot be found, taken or read


@pytest.mark.parametrize(
    "address",
    [
        "/",
        "/v2",
        "/v1/",
        "/v1/nothing",
        "/v1//activities",
        "/V1",
        f"/{CANARY}",
        f"/v1/activities/a/{CANARY}",
        "/v1/activities/..%2f..%2fetc%2fpasswd",
        "/%00",
        "/%ff",
        "/static-offline-docs",
        "/static-offline-docs/nothing.js",
        "/static-offline-docs/%2e%2e/core.py",
        "/static-offline-docs/..%2f..%2fcore.py",
        "/openapi.yaml",
        "/.env",
        "/favicon.ico",
    ],
)
def test_an_unknown_address_is_a_problem_like_any_other(odd: TestClient, address: str) -> None:
    answer = odd.get(address)
    assert told(answer) == (404, "not_found")
    assert CANARY not in answer.text
    assert "/docs" in answer.json()["detail"]


def test_the_whole_of_a_problem(odd: TestClient) -> None:
    request_id = "0190b2f0-0000-7000-8000-000000000001"
    answer = odd.get("/nothing", headers={"X-Request-Id": request_id})
    assert answer.json() == {
        "type": "urn:carefinder:problem:not_found",
        "title": "Not Found",
        "status": 404,
        "detail": "There is nothing at this address. The operations are listed at /docs.",
        "instance": f"urn:uuid:{request_id}",
    }
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"


def test_a_method_that_is_not_taken_is_a_problem_that_names_the_others(odd: TestClient) -> None:
    answer = odd.delete("/v1/activities")
    assert told(answer) == (405, "method_not_allowed")
    assert "GET" in answer.headers["allow"].split(", ")
    assert odd.get("/body").headers["allow"] == "POST"


@pytest.mark.parametrize("size", [2_049, 100_000, 10_000_000])
def test_a_body_that_says_it_is_too_large_is_refused(odd: TestClient, size: int) -> None:
    for address in ("/body", "/stream", "/v1/activities", "/nothing"):
        answer = odd.post(address, content=b" " * size)
        assert told(answer) == (413, "too_large")


def test_a_body_of_just_the_size_is_taken(odd: TestClient) -> None:
    assert odd.post("/stream", content=b" " * 2_048).json() == 2_048


def test_what_a_header_says_is_enough_to_refuse(odd: TestClient) -> None:
    for length in ("1073741824", "9" * 5_000):
        answer = odd.post("/stream", content=b"", headers={"Content-Length": length})
        assert told(answer) == (413, "too_large")


@pytest.mark.parametrize("address", ["/body", "/stream"])
def test_a_body_in_chunks_is_refused_once_it_is_too_large(odd: TestClient, address: str) -> None:
    taken = 0

    def chunks() -> Iterator[bytes]:
        nonlocal taken
        for _ in range(100):
            taken += 1
            yield b" " * 1_000

    answer = odd.post(address, content=chunks(), headers={"Content-Type": "application/json"})
    assert told(answer) == (413, "too_large")


@pytest.mark.parametrize("address", ["/body", "/stream"])
def test_a_small_body_in_chunks_is_taken(odd: TestClient, address: str) -> None:
    answer = odd.post(
        address,
        content=iter([b'{"num', b'ber"', b": 1}"]),
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "address", [f"/v1?q={'x' * 9_000}", f"/{'x' * 9_000}", "/v1?" + "&" * 9_000]
)
def test_an_address_that_is_too_long_is_refused(odd: TestClient, address: str) -> None:
    assert told(odd.get(address)) == (414, "address_too_long")


def test_an_address_is_as_long_as_it_is_sent_and_not_as_it_is_meant(odd: TestClient) -> None:
    # 3,000 characters that take nine bytes each on the way.
    assert told(odd.get("/v1?q=" + "%E2%82%AC" * 3_000)) == (414, "address_too_long")
    assert odd.get("/v1?q=" + "x" * 8_000).status_code == 422


def test_headers_that_are_too_large_are_refused(odd: TestClient) -> None:
    answer = odd.get("/v1", headers={"X-Long": "x" * 40_000})
    assert told(answer) == (431, "headers_too_large")
    many = {f"X-Many-{number}": "x" for number in range(5_000)}
    assert told(odd.get("/v1", headers=many)) == (431, "headers_too_large")


# What cannot be understood


@pytest.mark.parametrize(
    ("body", "name", "code"),
    [
        (b"", "", "missing"),
        (b"{", "", "json_invalid"),
        (b"[]", "", "model_attributes_type"),
        (b'"canary-5f1c"', "", "model_attributes_type"),
        (b'{"number": NaN}', "/number", "int_type"),
        (b'{"number": Infinity}', "/number", "int_type"),
        (b'{"number": 1e999}', "/number", "int_type"),
        (b'{"ratio": NaN}', "/ratio", "finite_number"),
        (b'{"ratio": -Infinity}', "/ratio", "finite_number"),
        (b'{"ratio": 1e999}', "/ratio", "finite_number"),
        (b'{"number": 1.0}', "/number", "int_type"),
        (b'{"number": true}', "/number", "int_type"),
        (b'{"number": "1"}', "/number", "int_type"),
        (b'{"number": 9223372036854775808}', "/number", "less_than_equal"),
        (b'{"number": 1' + b"0" * 300 + b"}", "/number", "less_than_equal"),
        (b'{"flag": "canary-5f1c"}', "/flag", "bool_type"),
        (b'{"deep": [{"name": "\\ud800"}]}', "/deep/0/name", "control_character"),
        (b'{"deep": [{"name": "\\u0000"}]}', "/deep/0/name", "control_character"),
        (b'{"deep": [{"name": "canary-5f1c canary-5f1c"}]}', "/deep/0/name", "too_long"),
        (b'{"deep": [{"name": 1}]}', "/deep/0/name", "string_type"),
        (b'{"deep": [{}]}', "/deep/0/name", "missing"),
        (b'{"deep": [{}, {}, {}]}', "/deep", "too_long"),
        (b'{"deep": {"0": 1}}', "/deep", "list_type"),
        (b'{"canary-5f1c": 1}', "", "extra_forbidden"),
        (b'{"deep": [{"name": "a", "canary-5f1c": 1}]}', "/deep/0", "extra_forbidden"),
        (b'{"\\udfff": 1}', "", "string_unicode"),
    ],
)
def test_a_body_that_cannot_be_understood_is_told_by_place_and_never_repeated(
    odd: TestClient, body: bytes, name: str, code: str
) -> None:
    answer = odd.post("/body", content=body, headers={"Content-Type": "application/json"})
    assert told(answer) == (422, "malformed")
    faults = answer.json()["errors"]
    assert ("body", name, code) in [(one["in"], one["name"], one["code"]) for one in faults]
    assert all(one["message"].endswith(".") for one in faults)
    assert CANARY not in answer.text


@pytest.mark.parametrize("depth", [100, 1_000])
@pytest.mark.parametrize(("left", "right"), [("[", "]"), ('{"a":', "}")])
def test_a_body_in_a_body_in_a_body_is_refused(
    odd: TestClient, depth: int, left: str, right: str
) -> None:
    body = (left * depth + "1" + right * depth)[:2_048]
    answer = odd.post("/body", content=body, headers={"Content-Type": "application/json"})
    assert told(answer) == (422, "malformed")


def test_a_body_50_000_deep_is_refused(templates: Templates) -> None:
    app = make_app(templates.copy("sqlite", "empty"), max_body_bytes=1_000_000)

    @app.post("/body", include_in_schema=False)
    def body(sent: Annotated[Sent, Body()]) -> Sent:
        return sent

    with ContractClient(app) as client:
        for text in ("[" * 50_000 + "]" * 50_000, '{"a":' * 50_000 + "1" + "}" * 50_000):
            answer = client.post(
                "/body", content=text, headers={"Content-Type": "application/json"}
            )
            assert told(answer) == (422, "malformed")
        many = json.dumps({f"k{number}": 1 for number in range(10_000)})
        answer = client.post("/body", content=many, headers={"Content-Type": "application/json"})
        assert told(answer) == (422, "malformed")


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "", "nonsense"])
def test_a_body_of_another_media_type_is_not_guessed_at(odd: TestClient, media_type: str) -> None:
    answer = odd.post("/body", content=b"{}", headers={"Content-Type": media_type})
    assert told(answer) == (422, "malformed")


@pytest.mark.parametrize("body", [b"\xff\xfe", b'{"a": "\xff"}', b'{"a": "\xc0\xaf"}', b"\x80"])
def test_a_body_that_is_not_text_is_a_problem(odd: TestClient, body: bytes) -> None:
    answer = odd.post("/body", content=body, headers={"Content-Type": "application/json"})
    assert told(answer) == (422, "malformed")
    (fault,) = answer.json()["errors"]
    assert (fault["in"], fault["name"]) == ("body", "")
    assert fault["code"] in {"body_unreadable", "json_invalid"}


@given(st.binary(max_size=300) | st.text(max_size=100).map(lambda text: text.encode("utf-16")))
def test_no_bytes_as_a_body_are_our_fault(odd: TestClient, body: bytes) -> None:
    answer = odd.post("/body", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code < 500


@given(st.text(max_size=60))
def test_no_text_as_an_address_is_our_fault(odd: TestClient, text: str) -> None:
    raw = text.encode("utf-8", "surrogatepass")
    answer = odd.get("/v1/activities/" + "".join(f"%{byte:02X}" for byte in raw))
    assert answer.status_code < 504


class Uncertain(BaseModel):
    """Fields of which some have types whose faults nobody here has words for."""

    when: Annotated[int, Field(multiple_of=7)] = 0
    where: Annotated[str, Field(pattern="^x$")] = "x"


def test_a_fault_without_words_of_its_own_is_told_without_the_librarys() -> None:
    with pytest.raises(ValidationError) as caught:
        Uncertain.model_validate({"when": 8, "where": CANARY})
    faults = faults_of([{**one, "loc": ("body", *one["loc"])} for one in caught.value.errors()])
    assert [(one.name, one.code, one.message) for one in faults] == [
        ("/when", "multiple_of", "This cannot be understood here."),
        ("/where", "string_pattern_mismatch", "String should match pattern '^x$'."),
    ]


def test_a_place_in_a_body_is_a_json_pointer() -> None:
    loc = ("body", "a/b", "c~d", 0)
    (fault,) = faults_of([{"type": "missing", "loc": loc, "msg": "Field required"}])
    assert fault.name == "/a~1b/c~0d/0"


def test_a_fault_without_a_place_is_in_the_body() -> None:
    (fault,) = faults_of([{"type": "missing", "loc": (), "msg": "Field required"}])
    assert (fault.in_, fault.name) == ("body", "")


# What goes wrong on our side

NO_ROOM = sqlite3.OperationalError(f"database or disk is full {CANARY}")
NO_ROOM.sqlite_errorcode = sqlite3.SQLITE_FULL
FULL = OperationalError(CANARY, {}, NO_ROOM)
LOCKED = OperationalError(CANARY, {}, Exception(f"database is locked {CANARY}"))


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (NotFound("Nothing."), 404, "not_found"),
        (Gone("No more."), 410, "gone"),
        (Conflict("Taken."), 409, "conflict"),
        (PreconditionFailed("Changed."), 412, "precondition_failed"),
        (PreconditionRequired("Say."), 428, "precondition_required"),
        (TooLarge("Large."), 413, "too_large"),
        (AddressTooLong("Long."), 414, "address_too_long"),
        (HeadersTooLarge("Large."), 431, "headers_too_large"),
        (Unavailable("Soon."), 503, "unavailable"),
        (StorageFull("Full."), 507, "storage_full"),
        (HTTPException(418, CANARY), 418, "i_m_a_teapot"),
        (HTTPException(401, CANARY, {"WWW-Authenticate": "Bearer"}), 401, "unauthorized"),
        (StaleDataError(CANARY), 412, "precondition_failed"),
        (IntegrityError(CANARY, {}, Exception(CANARY)), 409, "conflict"),
        (FULL, 507, "storage_full"),
        (LOCKED, 503, "unavailable"),
        (PoolTimeoutError(CANARY), 503, "unavailable"),
        (DataError(CANARY, {}, Exception(CANARY)), 500, "server_fault"),
        (ProgrammingError(CANARY, {}, Exception(CANARY)), 500, "server_fault"),
        (RuntimeError(CANARY), 500, "server_fault"),
        (KeyError(CANARY), 500, "server_fault"),
        (RecursionError(CANARY), 500, "server_fault"),
        (MemoryError(CANARY), 500, "server_fault"),
        (ExceptionGroup(CANARY, [ValueError(CANARY)]), 500, "server_fault"),
        (UnicodeDecodeError("utf-8", CANARY.encode(), 0, 1, CANARY), 500, "server_fault"),
    ],
)
def test_every_error_is_told_in_the_one_shape(
    odd: TestClient, errors: Errors, error: Exception, status: int, kind: str
) -> None:
    errors.error = error
    answer = odd.get("/odd", headers={"Origin": "https://council.example"})
    assert told(answer) == (status, kind)
    assert CANARY not in answer.text
    assert CANARY not in str(answer.headers)
    # A website can read what went wrong.
    assert answer.headers["access-control-allow-origin"] == "*"
    assert ("retry-after" in answer.headers) is (status == 503)


def test_headers_of_an_error_are_kept(odd: TestClient, errors: Errors) -> None:
    errors.error = HTTPException(401, headers={"WWW-Authenticate": "Bearer"})
    assert odd.get("/odd").headers["www-authenticate"] == "Bearer"
    errors.error = Unavailable("Soon.", retry_after=7)
    assert odd.get("/odd").headers["retry-after"] == "7"


def test_more_may_be_told_with_a_problem(odd: TestClient, errors: Errors) -> None:
    errors.error = Gone("No more.", similar=[{"id": 1}])
    assert odd.get("/odd").json()["similar"] == [{"id": 1}]


def test_our_mistake_leaves_its_kind_and_place_in_the_log_and_nothing_of_what_was_sent(
    odd: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = odd.get(f"/odd/{CANARY}?q={CANARY}", headers={"X-Canary": CANARY})
    assert told(answer) == (500, "server_fault")
    (record,) = (one for one in caplog.records if one.levelno >= logging.ERROR)
    fields = vars(record)["fields"]
    assert f"urn:uuid:{fields['request_id']}" == answer.json()["instance"]
    assert fields["kind"] == "builtins.RuntimeError"
    assert fields["where"][-1].endswith("odd_in_the_loop")
    assert record.exc_info is None
    ours = [one for one in caplog.records if not one.name.startswith(("httpx", "httpcore"))]
    assert len(ours) >= 2
    for one in ours:
        assert CANARY not in logging.Formatter().format(one) + str(vars(one))


def test_an_answer_that_breaks_half_way_is_cut_off_and_not_mended(
    odd: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = odd.get("/half")
    assert answer.content == b"half"
    kinds = [vars(one)["fields"].get("kind") for one in caplog.records if hasattr(one, "fields")]
    assert "builtins.RuntimeError" in kinds
    assert all(CANARY not in logging.Formatter().format(one) for one in caplog.records)


def test_after_an_error_the_next_request_is_served(odd: TestClient, errors: Errors) -> None:
    for _ in range(30):
        errors.error = RuntimeError(CANARY)
        assert odd.get("/odd").status_code == 500
    assert odd.get("/v1").status_code == 200


def test_a_database_that_is_gone_is_told_as_trouble_that_passes(
    make_client: ClientMaker, templates: Templates
) -> None:
    gone = templates.postgres.format("no_such_database")
    client = make_client(gone)
    for address in ("/v1", "/v1/activities", "/v1/places?q=CW1"):
        answer = client.get(address)
        assert told(answer) == (503, "unavailable")
        assert answer.headers["retry-after"] == "2"
    assert told(client.get("/health/ready")) == (503, "not_ready")
    assert client.get("/health/live").status_code == 200


# What the documentation says of it


def kinds(of: type[Problem] = Problem) -> Iterator[type[Problem]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def test_every_kind_says_what_it_is() -> None:
    for kind in kinds():
        assert kind.__doc__
        assert kind.title
        assert not kind.title.endswith(".")
        assert 400 <= kind.status <= 599
        assert kind.code.replace("_", "").islower()


def test_several_kinds_of_one_status_stand_beside_each_other() -> None:
    class Other(NotFound):
        """There is nothing of this name."""

        code = "other"

    described = responses(NotFound, Other, Unavailable)
    assert set(described) == {404, 503}
    content = described[404]["content"]["application/problem+json"]
    assert set(content["examples"]) == {"not_found", "other"}
    assert "There is nothing of this name." in described[404]["description"]
    assert set(described[503]["headers"]) == {"Retry-After"}


def test_a_problem_says_its_kind_its_status_and_more() -> None:
    body = problem_body(Gone("No more.", similar=[]), "0190b2f0-0000-7000-8000-000000000001")
    assert body == {
        "type": "urn:carefinder:problem:gone",
        "title": "No longer available",
        "status": 410,
        "detail": "No more.",
        "instance": "urn:uuid:0190b2f0-0000-7000-8000-000000000001",
        "similar": [],
    }
