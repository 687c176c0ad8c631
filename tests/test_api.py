"""Rules that hold for every operation. They walk along the OpenAPI document."""

import re
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import pytest
from conftest import KINDS, TODAY, ClientMaker, Kind, Templates, make_app
from contract import (
    JSON,
    ContractClient,
    Operation,
    check_problem,
    documented_operations,
    example_of,
    send,
)
from fastapi import FastAPI
from fastapi.testclient import TestClient
from prepared import prepare
from starlette.routing import compile_path

from app.accounts.desk import get_desk
from app.caching import CACHE_CONTROL
from app.database import get_database
from app.search.ready import get_index
from app.traffic.safety import SECURITY_HEADERS

OPERATIONS = documented_operations()
CACHEABLE = [one for one in OPERATIONS if one.cacheable]

each_operation = pytest.mark.parametrize(
    "operation", [pytest.param(one, id=one.id) for one in OPERATIONS]
)
each_open = pytest.mark.parametrize(
    "operation", [pytest.param(one, id=one.id) for one in OPERATIONS if one.open]
)
each_closed = pytest.mark.parametrize(
    "operation", [pytest.param(one, id=one.id) for one in OPERATIONS if not one.open]
)
each_cacheable = pytest.mark.parametrize(
    "operation", [pytest.param(one, id=one.id) for one in CACHEABLE]
)


@pytest.fixture(scope="module")
def named(templates: Templates) -> Iterator[TestClient]:
    """A client of an application whose settings name a website."""
    app = make_app(templates.copy("sqlite", "sample"), origins="https://care.example.org")
    with ContractClient(app) as client:
        yield client


@pytest.fixture
def client(walkers: Callable[[Kind], TestClient], kind: Kind) -> TestClient:
    """A client of a sample catalogue that only these walks see: they write as well."""
    return walkers(kind)


def call(client: TestClient, operation: Operation, query: str = "", **headers: str) -> Any:
    """The answer of an operation to its own example, with more in the query or the headers."""
    return send(
        client,
        operation,
        query,
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def faults_of(answer: Any) -> list[tuple[str, str | None, str]]:
    """Where, which and what of each thing that a 422 wants changed."""
    assert answer.status_code == 422
    return [(one["in"], one["name"], one["code"]) for one in answer.json()["errors"]]


# What is asked


@each_operation
def test_an_unknown_parameter_is_refused_and_named(
    client: TestClient, operation: Operation
) -> None:
    answer = call(client, operation, "colour=blue")
    if operation.lenient:
        assert answer.json() == call(client, operation).json()
        return
    assert faults_of(answer) == [("query", "colour", "extra_forbidden")]
    assert "blue" not in answer.text


@each_operation
def test_a_parameter_in_another_case_is_another_parameter(
    client: TestClient, operation: Operation
) -> None:
    answer = call(client, operation, "LANG=en")
    if operation.lenient:
        assert answer.json() == call(client, operation).json()
        return
    assert faults_of(answer) == [("query", "LANG", "extra_forbidden")]


SINGLE = [
    pytest.param(operation, one["name"], id=f"{operation.id}-{one['name']}")
    for operation in OPERATIONS
    for one in operation.parameters
    if one["in"] == "query" and one["schema"].get("type") != "array"
]
REPEATABLE = [
    pytest.param(operation, one, id=f"{operation.id}-{one['name']}")
    for operation in OPERATIONS
    for one in operation.parameters
    if one["in"] == "query" and one["schema"].get("type") == "array"
]


@pytest.mark.parametrize(("operation", "name"), SINGLE)
def test_a_parameter_that_is_no_list_is_given_once(
    client: TestClient, operation: Operation, name: str
) -> None:
    replaced: dict[str, Any] = {name: "3"}
    answer = send(client, operation, f"{name}=1&{name}=2", **replaced)
    assert faults_of(answer) == [("query", name, "repeated")]


@pytest.mark.parametrize(("operation", "parameter"), REPEATABLE)
def test_a_parameter_that_is_a_list_may_be_repeated(
    client: TestClient, operation: Operation, parameter: dict[str, Any]
) -> None:
    example = example_of(parameter)
    value = example[0] if isinstance(example, list) else example
    answer = client.get(
        operation.address(f"{parameter['name']}={value}&{parameter['name']}={value}")
    )
    assert answer.status_code == 200


@each_operation
def test_a_body_on_a_get_changes_nothing(client: TestClient, operation: Operation) -> None:
    if operation.method == "GET":
        assert isinstance(client.app, FastAPI)
        headers = prepare(client.app, operation).headers
        answer = client.request(
            "GET", operation.address(), json={"page": "x", "lang": "y"}, headers=headers
        )
        assert answer.status_code in {200, 404}


# What is answered


@each_operation
def test_an_answer_is_in_utf_8_and_says_its_kind_and_its_length(
    client: TestClient, operation: Operation
) -> None:
    answer = call(client, operation, Accept_Encoding="identity")
    assert answer.status_code == operation.success
    if operation.success == 204:
        assert answer.content == b""
        return
    media_type, _, charset = answer.headers["content-type"].partition("; ")
    assert media_type == operation.media_type
    assert charset in (
        {"charset=utf-8"} if media_type.startswith("text/") else {"", "charset=utf-8"}
    )
    # A large table is written while it is sent.
    length = answer.headers.get("content-length", "unknown" if media_type == "text/csv" else "none")
    assert length in {"unknown", str(len(answer.content))}
    assert answer.content.decode("utf-8")


def keys_of(value: Any) -> set[str]:
    """Every key in a JSON value."""
    if isinstance(value, dict):
        return set(value) | {key for item in value.values() for key in keys_of(item)}
    if isinstance(value, list):
        return {key for item in value for key in keys_of(item)}
    return set()


@each_operation
def test_keys_are_written_one_way(client: TestClient, operation: Operation) -> None:
    if operation.media_type != JSON:
        return
    for key in keys_of(call(client, operation).json()):
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", key), key


@each_operation
def test_every_operation_answers_to_head_as_to_get(
    client: TestClient, operation: Operation
) -> None:
    if operation.method != "GET":
        return
    assert isinstance(client.app, FastAPI)
    ready = prepare(client.app, operation)
    whole = send(client, operation, ready=ready)
    head = send(client, operation, ready=ready, method="HEAD")
    assert head.status_code == 200
    assert head.content == b""
    assert dict(head.headers) | {"x-request-id": ""} == dict(whole.headers) | {"x-request-id": ""}


@each_operation
def test_every_answer_carries_the_headers_that_keep_browsers_safe(
    client: TestClient, operation: Operation
) -> None:
    for answer in (call(client, operation), call(client, operation, operation.refused)):
        assert {name: answer.headers[name] for name in SECURITY_HEADERS} == SECURITY_HEADERS
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert "server" not in answer.headers


@each_open
def test_every_operation_may_be_called_from_any_website(
    client: TestClient, operation: Operation
) -> None:
    origin = "https://council.example"
    for answer in (
        call(client, operation, Origin=origin),
        call(client, operation, operation.refused, Origin=origin),
        call(client, operation, "x=" + "y" * 9_000, Origin=origin),
    ):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers
        exposed = set(answer.headers["access-control-expose-headers"].split(", "))
        assert exposed >= {"ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy"}
        assert "Origin" in answer.headers["vary"]


def ask_first(client: TestClient, operation: Operation, origin: str) -> Any:
    """What a browser is told that asks whether a website may call an operation."""
    return client.options(
        operation.address(),
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": operation.method,
            "Access-Control-Request-Headers": "content-type, if-none-match, x-request-id",
        },
    )


@each_open
def test_a_browser_that_asks_first_is_told_yes(client: TestClient, operation: Operation) -> None:
    answer = ask_first(client, operation, "https://council.example")
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == "*"
    assert operation.method in answer.headers["access-control-allow-methods"]
    allowed = answer.headers["access-control-allow-headers"]
    assert {"content-type", "if-none-match", "x-request-id"} <= set(allowed.split(", "))
    assert int(answer.headers["access-control-max-age"]) >= 600
    assert "access-control-allow-credentials" not in answer.headers


@each_closed
def test_what_is_for_those_who_sign_in_may_be_called_from_the_websites_that_are_named(
    named: TestClient, operation: Operation
) -> None:
    for origin, expected in (("https://care.example.org", True), ("https://evil.example", False)):
        answer = ask_first(named, operation, origin)
        assert answer.status_code == (200 if expected else 400)
        for one in (answer, call(named, operation, Origin=origin)):
            told = one.headers.get("access-control-allow-origin")
            assert told == (origin if expected else None)
            assert "access-control-allow-credentials" not in one.headers
        if expected:
            assert operation.method in answer.headers["access-control-allow-methods"]


@each_operation
def test_a_method_that_is_not_taken_is_refused_and_the_others_are_named(
    client: TestClient, operation: Operation
) -> None:
    path = operation.address().split("?")[0]
    # One address can be that of several operations: `search` could be an activity's slug.
    taken = {one.method for one in OPERATIONS if compile_path(one.path)[0].match(path)}
    if "GET" in taken:
        taken.add("HEAD")
    for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"} - taken:
        answer = client.request(method, path)
        assert answer.status_code == 405
        assert set(answer.headers["allow"].split(", ")) == taken
        check_problem(answer)


# What may be kept


@each_cacheable
def test_a_public_answer_carries_a_strong_tag_and_says_how_long_it_may_be_kept(
    client: TestClient, operation: Operation
) -> None:
    answer = call(client, operation)
    assert re.fullmatch(r'"[0-9a-f]{32}(-gzip)?"', answer.headers["etag"])
    # An answer about changes that is a minute old would be no news.
    kept = "no-cache" if operation.id == "list_changes" else CACHE_CONTROL
    assert answer.headers["cache-control"] == kept
    assert CACHE_CONTROL == "public, max-age=60"
    assert "Accept-Encoding" in answer.headers["vary"]


@each_cacheable
def test_what_the_caller_has_already_is_not_sent_again(
    client: TestClient, operation: Operation
) -> None:
    first = call(client, operation)
    tag = first.headers["etag"]
    for named in (tag, f"W/{tag}", f'"other", {tag}', f'{tag}, W/"other"', f'"a" ,{tag} '):
        answer = call(client, operation, If_None_Match=named)
        assert answer.status_code == 304, named
        assert answer.content == b""
        for header in ("etag", "cache-control", "vary"):
            assert answer.headers[header] == first.headers[header]


@each_cacheable
def test_a_compressed_and_a_plain_answer_have_tags_of_their_own(
    client: TestClient, operation: Operation
) -> None:
    plain = call(client, operation, Accept_Encoding="identity").headers["etag"]
    pressed = f'{plain[:-1]}-gzip"'
    for tag in (plain, pressed, f"W/{pressed}"):
        answer = call(client, operation, If_None_Match=tag)
        assert answer.status_code == 304
        assert answer.headers["etag"] == tag.removeprefix("W/")


@each_cacheable
def test_what_the_caller_does_not_have_is_sent(client: TestClient, operation: Operation) -> None:
    for named in ('"other"', 'W/"other"', "", "nonsense", '"other", "another"'):
        assert call(client, operation, If_None_Match=named).status_code == 200


@each_cacheable
def test_a_tag_stays_while_nothing_changes(client: TestClient, operation: Operation) -> None:
    assert call(client, operation).headers["etag"] == call(client, operation).headers["etag"]


@each_cacheable
def test_an_error_is_never_kept_nor_tagged(client: TestClient, operation: Operation) -> None:
    answer = call(client, operation, operation.refused)
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers


@pytest.mark.parametrize("kind", KINDS)
def test_no_two_answers_have_the_same_tag(
    readers: Callable[[Kind], TestClient], kind: Kind
) -> None:
    addresses = {one.address() for one in CACHEABLE}
    for one in CACHEABLE:
        names = {parameter["name"] for parameter in one.parameters}
        addresses |= {one.address("lang=easy")} if "lang" in names else set()
        addresses |= (
            {one.address("page=2"), one.address("per_page=2")} if "page" in names else set()
        )
    tags = [readers(kind).get(address).headers["etag"] for address in sorted(addresses)]
    assert len(set(tags)) == len(addresses) > len(CACHEABLE)


@each_cacheable
def test_the_order_of_parameters_does_not_matter(client: TestClient, operation: Operation) -> None:
    names = {parameter["name"] for parameter in operation.parameters}
    if "page" not in names:
        return
    one = client.get(operation.address("page=1&per_page=7"))
    other = client.get(operation.address("per_page=7&page=1"))
    assert one.headers["etag"] == other.headers["etag"]
    assert one.content == other.content


@each_operation
def test_only_public_reading_may_be_kept(client: TestClient, operation: Operation) -> None:
    if not operation.cacheable:
        answer = call(client, operation)
        # What can be changed carries the tag of its version, which is no matter for caches.
        assert ("etag" in answer.headers) is ("ETag" in operation.answer.get("headers", {}))
        kept = answer.headers.get("cache-control", "")
        assert "public" not in kept or operation.path.startswith("/.well-known/")
        assert "no-store" in kept or "etag" not in answer.headers


def test_with_another_day_every_tag_changes(sample_url: str) -> None:
    app = make_app(sample_url)
    with ContractClient(app) as client:
        before = {one.id: call(client, one).headers["etag"] for one in CACHEABLE}
        app.state.today = lambda: TODAY.replace(day=TODAY.day + 1)
        app.state.index.refresh()
        for one in CACHEABLE:
            answer = call(client, one, If_None_Match=before[one.id])
            assert answer.status_code == 200
            assert answer.headers["etag"] != before[one.id]


def test_no_operation_redirects(client: TestClient) -> None:
    for operation in OPERATIONS:
        path = operation.address().split("?")[0]
        answer = client.get(f"{path}/", follow_redirects=False)
        # The open feed answers with and without a slash at the end; nothing else does.
        assert answer.status_code == (200 if operation.lenient else 404)


def test_what_is_broken_never_shows_its_inside(make_client: ClientMaker, sample_url: str) -> None:
    def broken() -> NoReturn:
        raise RuntimeError("the inside")

    client = make_client(sample_url)
    assert isinstance(client.app, FastAPI)
    for operation in OPERATIONS:
        prepare(client.app, operation)
    for dependency in (get_database, get_desk, get_index):
        client.app.dependency_overrides[dependency] = broken
    client.app.state.index.snapshot = broken
    for operation in OPERATIONS:
        if operation.id != "get_liveness":
            answer = call(client, operation)
            assert answer.status_code == 500
            assert "inside" not in answer.text
            assert "Error" not in answer.text
