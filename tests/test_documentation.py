"""The OpenAPI document says all there is to say, and every answer is held to it."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import jsonschema_rs
import pytest
from conftest import Kind, Templates, make_app
from contract import (
    OAUTH,
    ContractClient,
    Operation,
    UndocumentedError,
    documented_operations,
    example_of,
    send,
)
from fastapi import FastAPI, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient
from pydantic import BaseModel
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from app.exchange.openreferral.identity import PREFIX
from app.problems import MEDIA_TYPE

ROOT = Path(__file__).resolve().parent.parent
OPERATIONS = documented_operations()
COMMON = {"413", "414", "422", "429", "431", "500", "503"}
"""What every operation may answer with, whatever it does."""

each_operation = pytest.mark.parametrize(
    "operation", [pytest.param(one, id=one.id) for one in OPERATIONS]
)


@pytest.fixture(scope="module")
def app(templates: Templates) -> FastAPI:
    return make_app(templates.copy("sqlite", "sample"))


@pytest.fixture(scope="module")
def document(app: FastAPI) -> dict[str, Any]:
    return app.openapi()


@pytest.fixture(scope="module")
def fits(document: dict[str, Any]) -> Callable[[Any, dict[str, Any]], None]:
    """Raises unless a value fits a schema of the document."""

    def check(value: Any, schema: dict[str, Any]) -> None:
        whole = {**schema, "components": document["components"]}
        jsonschema_rs.Draft202012Validator(whole, validate_formats=True).validate(value)

    return check


# The document itself


def test_it_is_a_valid_document_of_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    OPENAPI_31_VALIDATOR.validate(document)


def test_a_fault_in_the_document_would_be_noticed(document: dict[str, Any]) -> None:
    broken = json.loads(json.dumps(document))
    broken["paths"]["/v1"]["get"]["parameters"] = [{"name": "q", "in": "nowhere"}]
    with pytest.raises(jsonschema_rs.ValidationError):
        OPENAPI_31_VALIDATOR.validate(broken)


def references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        for item in value.values():
            yield from references(item)
    elif isinstance(value, list):
        for item in value:
            yield from references(item)


def test_every_shape_that_it_refers_to_is_in_it_and_no_other(document: dict[str, Any]) -> None:
    held = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) == held


def test_it_says_who_may_use_it_and_how(document: dict[str, Any]) -> None:
    info = document["info"]
    assert info["title"] == "Care Finder"
    assert info["license"] == {"name": "Apache 2.0", "identifier": "Apache-2.0"}
    assert info["summary"]
    assert info["description"]


def test_no_setting_changes_it_but_the_address(document: dict[str, Any]) -> None:
    # On this stands that applications may be held to one reading of it: `contract.contract_of`.
    settings = {"origins": "https://care.example.org", "read_limit": 5, "compress_from_bytes": 0}
    others = {"max_url_bytes": 2_048, "max_body_bytes": 2_048, "token_minutes": 3, "var": "other"}
    made = make_app("sqlite:///nothing-is-here.db", **settings, **others).openapi()
    assert made == document


def test_every_tag_is_explained_and_used(document: dict[str, Any]) -> None:
    used = {tag for one in OPERATIONS for tag in one.described["tags"]}
    explained = {tag["name"] for tag in document["tags"] if tag["description"]}
    assert used == explained


def test_an_operation_is_named_as_its_function_and_no_two_alike(app: FastAPI) -> None:
    functions = [
        route.original_route.endpoint.__name__
        for route in iter_route_contexts(app.routes)
        if isinstance(route.original_route, APIRoute) and route.original_route.include_in_schema
    ]
    named = [one.id for one in OPERATIONS]
    assert sorted(named) == sorted(functions)
    assert len(set(named)) == len(named)


@pytest.fixture
def client(walkers: Callable[[Kind], TestClient], kind: Kind) -> TestClient:
    """A client of a sample catalogue that only these walks see: they write as well."""
    return walkers(kind)


@each_operation
def test_an_operation_is_described(operation: Operation) -> None:
    assert operation.described["summary"]
    assert not operation.described["summary"].endswith(".")
    assert operation.described["description"].endswith((".", "?"))
    assert len(operation.described["tags"]) == 1


@each_operation
def test_every_parameter_is_described_and_its_examples_fit(
    operation: Operation, fits: Callable[[Any, dict[str, Any]], None]
) -> None:
    for parameter in operation.parameters:
        assert parameter["description"], parameter["name"]
        if parameter["required"]:
            example_of(parameter)
        for example in parameter["schema"].get("examples", ()):
            fits(example, parameter["schema"])
        for described in parameter.get("examples", {}).values():
            fits(described["value"], parameter["schema"])


@each_operation
def test_no_parameter_can_be_null(operation: Operation) -> None:
    for parameter in operation.parameters:
        assert {"type": "null"} not in parameter["schema"].get("anyOf", ())


@each_operation
def test_every_number_and_text_of_a_parameter_has_bounds(
    operation: Operation, document: dict[str, Any]
) -> None:
    for parameter in operation.parameters:
        schema = parameter["schema"]
        schema = schema.get("items", schema)
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
        kind = schema.get("type")
        bounded = (
            "enum" in schema
            or kind == "boolean"
            or (kind == "string" and {"maxLength", "pattern", "format"} & schema.keys())
            or (kind in {"integer", "number"} and "maximum" in schema)
        )
        assert bounded, parameter["name"]


@each_operation
def test_every_error_is_told_in_the_one_shape(operation: Operation) -> None:
    responses = operation.described["responses"]
    assert responses.keys() >= COMMON
    for status, described in responses.items():
        if status >= "400":
            assert described["description"]
            if (operation.path, int(status)) in OAUTH:
                (content,) = described["content"].values()
                assert content["schema"] == {"$ref": "#/components/schemas/OAuthProblem"}
                continue
            assert list(described["content"]) == [MEDIA_TYPE]
            (content,) = described["content"].values()
            assert content["schema"] == {"$ref": "#/components/schemas/ProblemDetails"}


@each_operation
def test_every_problem_has_an_example_that_fits(
    operation: Operation, fits: Callable[[Any, dict[str, Any]], None]
) -> None:
    for status, described in operation.described["responses"].items():
        if status >= "400" and (operation.path, int(status)) not in OAUTH:
            content = described["content"][MEDIA_TYPE]
            assert content["examples"]
            for code, example in content["examples"].items():
                fits(example["value"], content["schema"])
                assert example["value"]["status"] == int(status)
                assert example["value"]["type"] == f"urn:carefinder:problem:{code}"


FILES = {"text/calendar", "text/csv", "application/x-ndjson"}
"""What is answered with where no JSON is, and has no example."""


@each_operation
def test_an_answer_has_a_recorded_example_that_fits(
    operation: Operation, fits: Callable[[Any, dict[str, Any]], None]
) -> None:
    answered = operation.answer.get("content", {})
    content = answered.get("application/json")
    assert content or operation.success == 204 or answered.keys() & FILES
    if content is not None:
        assert "example" in content, "run scripts/openapi"
        fits(content["example"], content["schema"])


def test_a_wrong_example_would_be_noticed(
    document: dict[str, Any], fits: Callable[[Any, dict[str, Any]], None]
) -> None:
    content = document["paths"]["/v1"]["get"]["responses"]["200"]["content"]["application/json"]
    with pytest.raises(jsonschema_rs.ValidationError):
        fits({**content["example"], "counts": None}, content["schema"])


@each_operation
def test_what_may_be_kept_says_how_long_and_under_which_tag(operation: Operation) -> None:
    public = (
        operation.method == "GET"
        and operation.path.startswith(("/v1", PREFIX))
        and not operation.protected
        # The code in its address is a secret.
        and operation.id != "show_confirmation"
    )
    assert operation.cacheable is public
    for status in ("200", "304") if public else ():
        headers = operation.described["responses"][status]["headers"]
        assert set(headers) >= {"ETag", "Cache-Control"}
        assert all(header["description"] for header in headers.values())


@each_operation
def test_the_documents_own_example_is_answered_well(
    operation: Operation, client: TestClient
) -> None:
    answer = send(client, operation)
    assert answer.status_code == operation.success


def test_the_files_are_what_the_code_says() -> None:
    checked = subprocess.run(  # noqa: S603 - the command is written here.
        [sys.executable, ROOT / "scripts" / "openapi.py", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, f"{checked.stderr}Run scripts/openapi."


def test_the_document_is_served(client: TestClient) -> None:
    answer = client.get("/openapi.json")
    assert answer.status_code == 200
    written = json.loads((ROOT / "openapi" / "openapi.json").read_text(encoding="utf-8"))
    assert answer.json() == written, "run scripts/openapi"


# Every answer is held to it


class Small(BaseModel):
    """What the operation below promises."""

    count: int


@pytest.fixture(scope="module")
def held(templates: Templates) -> Iterator[Callable[[Callable[[], Any]], ContractClient]]:
    """A client of an application that has one operation more, at `/more`: `held(answering)`."""
    app = make_app(templates.copy("sqlite", "empty"))
    described: dict[int | str, dict[str, Any]] = {
        200: {"headers": {"ETag": {"schema": {"type": "string"}}}},
        304: {"description": "Unchanged."},
    }
    answers: list[Callable[[], Any]] = []

    @app.get("/more", response_model=Small, responses=described)
    def more() -> Any:
        return answers.pop()()

    with ContractClient(app) as client:

        def hold(answering: Callable[[], Any]) -> ContractClient:
            answers[:] = [answering]
            return client

        yield hold


TAGGED = {"ETag": '"tag"'}

Hold = Callable[[Callable[[], Any]], ContractClient]


def test_an_answer_that_fits_passes(held: Hold) -> None:
    client = held(lambda: JSONResponse({"count": 1}, headers=TAGGED))
    assert client.get("/more").json() == {"count": 1}
    client = held(lambda: Response(status_code=304))
    assert client.get("/more").status_code == 304


def test_a_status_that_is_not_documented_is_noticed(held: Hold) -> None:
    client = held(lambda: JSONResponse({"count": 1}, status_code=202, headers=TAGGED))
    with pytest.raises(UndocumentedError, match="202 is not documented"):
        client.get("/more")


@pytest.mark.parametrize("body", [{"count": "many"}, {}, [], None])
def test_a_body_that_does_not_fit_is_noticed(held: Hold, body: Any) -> None:
    client = held(lambda: JSONResponse(body, headers=TAGGED))
    with pytest.raises((Failure, FailureGroup)):
        client.get("/more")


def test_a_body_that_is_no_json_is_noticed(held: Hold) -> None:
    client = held(lambda: Response(b"{", media_type="application/json", headers=TAGGED))
    with pytest.raises((Failure, FailureGroup)):
        client.get("/more")


def test_a_media_type_that_is_not_documented_is_noticed(held: Hold) -> None:
    client = held(lambda: Response("count: 1", media_type="text/yaml", headers=TAGGED))
    with pytest.raises(UndocumentedError, match="text/yaml"):
        client.get("/more")


def test_a_header_that_is_documented_and_missing_is_noticed(held: Hold) -> None:
    client = held(lambda: JSONResponse({"count": 1}))
    with pytest.raises(UndocumentedError, match="has no ETag"):
        client.get("/more")


def test_a_body_where_none_may_be_is_noticed(held: Hold) -> None:
    client = held(lambda: Response(b"more", status_code=304, media_type="text/plain"))
    with pytest.raises(UndocumentedError, match="has a body"):
        client.get("/more")


@pytest.mark.parametrize(
    "answer",
    [
        JSONResponse({"detail": "no"}, status_code=404),
        JSONResponse({"detail": "no"}, status_code=404, media_type=MEDIA_TYPE),
        JSONResponse(
            {"detail": "no"},
            status_code=503,
            media_type=MEDIA_TYPE,
            headers={"Cache-Control": "no-store"},
        ),
    ],
    ids=["no problem at all", "a problem that may be kept", "a problem without its members"],
)
def test_an_error_that_is_no_problem_is_noticed(held: Hold, answer: Response) -> None:
    with pytest.raises((AssertionError, ValueError)):
        held(lambda: answer).get("/more")


# The page that shows it


class Links(HTMLParser):
    """Everything that a page loads or leads to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [
            value or "" for name, value in attributes if name in {"src", "href", "action"}
        ]


@pytest.mark.parametrize("page", ["/docs", "/docs/oauth2-redirect"])
def test_the_page_of_documentation_needs_no_other_host(client: TestClient, page: str) -> None:
    shown = client.get(page)
    assert shown.status_code == 200
    assert "//" not in shown.text.replace("// ", "").replace(" //", "")
    links = Links()
    links.feed(shown.text)
    for link in links.found:
        assert not urlsplit(link).netloc
        part = client.get(urljoin(page, link))
        assert part.status_code == 200
        assert len(part.content) > 1_000


def test_the_page_of_documentation_loads_the_document_and_its_parts(client: TestClient) -> None:
    shown = client.get("/docs").text
    links = Links()
    links.feed(shown)
    assert {Path(link).suffix for link in links.found} == {".css", ".js", ".png"}
    assert "/openapi.json" in shown


def test_the_page_of_documentation_may_load_from_here_alone(client: TestClient) -> None:
    policy = client.get("/docs").headers["content-security-policy"]
    sources = {word for part in policy.split(";") for word in part.split()[1:]}
    assert sources <= {"'none'", "'self'", "'unsafe-inline'", "data:"}
    # What it loads is served as what it is, because no browser may guess.
    script = client.get("/static-offline-docs/swagger-ui-bundle.js")
    assert script.headers["content-type"].startswith(("text/javascript", "application/javascript"))
    assert script.headers["x-content-type-options"] == "nosniff"


def test_there_is_no_second_page_of_documentation(client: TestClient) -> None:
    assert client.get("/redoc").status_code == 404


def test_both_databases_give_the_same_document(
    readers: Callable[[Kind], TestClient],
) -> None:
    first, second = (
        readers(kind).get("/openapi.json").content for kind in ("sqlite", "postgresql")
    )
    assert first == second
