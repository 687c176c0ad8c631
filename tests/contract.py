"""A client that holds every answer it gets to the application's own OpenAPI document."""

import csv
import io
import json
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import quote

import schemathesis
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient
from prepared import prepare
from preparing import Prepared
from schemathesis.core.transport import Response
from starlette.routing import compile_path

from app import main
from app.documentation import answer_of
from app.exchange.openreferral.identity import PREFIX
from app.main import create_app
from app.problems import MEDIA_TYPE, ProblemDetails
from app.settings import Settings

# On a busy machine the first reading of the catalogue takes longer than a service would wait.
main.FIRST_READING = 60.0
# Letters go out as soon as they are written; nobody looks for others in the midst of a test.
main.MAIL_EVERY = 3_600.0

OAUTH = {("/v1/auth/token", 400), ("/v1/auth/token", 401), ("/v1/auth/revoke", 400)}
"""The errors that are told as RFC 6749 says, and not as problems."""


class ContractClient(TestClient):
    """A test client; an answer that the document does not describe fails the test."""

    def request(self, *arguments: Any, **options: Any) -> Any:
        answer = super().request(*arguments, **options)
        assert isinstance(self.app, FastAPI)
        check_answer(self.app, answer)
        return answer


class UndocumentedError(AssertionError):
    """An answer that the document does not describe."""


def check_answer(app: FastAPI, answer: Any) -> None:
    """Raise if the document does not describe an answer.

    The status, the media type, the body and the headers of an answer to an operation have to be
    what the document says. Any other answer, if it is an error, has to be a problem.
    """
    method = answer.request.method
    path = documented_path(app, answer.request.url.path)
    if (path, answer.status_code) in OAUTH and method == "POST":
        check_refusal(answer)
    elif answer.status_code >= 400 and not _is_preflight(answer):
        check_problem(answer)
    contract = contract_of(app)
    operation = contract.operations.get(("GET" if method == "HEAD" else method, path))
    if operation is None:
        return
    what = f"{method} {path}: {answer.status_code}"
    documented = contract.document["paths"][path][operation.method.lower()]["responses"]
    described = documented.get(str(answer.status_code))
    if described is None:
        raise UndocumentedError(f"{what} is not documented; {', '.join(documented)} are.")
    _check_parts(answer, described, what)
    if method != "HEAD" and described.get("content"):
        check_body = TEXTS.get(answer.headers["content-type"].split(";")[0])
        if check_body:
            check_body(answer.text)
        else:
            operation.validate_response(Response.from_any(answer))


def _check_parts(answer: Any, described: Mapping[str, Any], what: str) -> None:
    """Raise unless an answer has the headers, and a body of the kind, that are described."""
    for name in described.get("headers", {}):
        if name not in answer.headers:
            raise UndocumentedError(f"{what} has no {name}, which is documented.")
    if answer.request.method == "HEAD" or not described.get("content"):
        if answer.content:
            raise UndocumentedError(f"{what} has a body, and none is documented.")
        return
    media_type = answer.headers.get("content-type", "").split(";")[0]
    if media_type not in described["content"]:
        raise UndocumentedError(f"{what} is {media_type}, which is not documented.")


def _check_lines(text: str) -> None:
    """Raise unless each line is a JSON object."""
    assert not text or text.endswith("\n")
    for line in text.splitlines():
        assert isinstance(json.loads(line), dict)


def _check_table(text: str) -> None:
    """Raise unless all rows of a table have a cell for each of its heads."""
    heads, *rows = csv.reader(io.StringIO(text, newline=""))
    assert len(set(heads)) == len(heads)
    assert all(len(row) == len(heads) for row in rows)


def _check_linked_data(text: str) -> None:
    """Raise unless it says in whose words it is."""
    assert json.loads(text)["@context"] == "https://schema.org"


TEXTS = {
    "application/x-ndjson": _check_lines,
    "text/csv": _check_table,
    "application/ld+json": _check_linked_data,
}
"""What is no plain JSON, and what raises unless a text is it."""


def check_problem(answer: Any) -> ProblemDetails | None:
    """Raise unless an answer is an error as all errors are told here; the problem, if it is.

    An answer to HEAD has no body, so that there is nothing to give back.
    """
    assert answer.headers.get("content-type") == MEDIA_TYPE
    assert answer.headers.get("cache-control") == "no-store"
    assert "etag" not in answer.headers
    if answer.request.method == "HEAD":
        assert not answer.content
        return None
    problem = ProblemDetails.model_validate_json(answer.content, strict=True)
    assert problem.type.startswith("urn:carefinder:problem:")
    assert problem.title
    assert problem.detail
    assert problem.status == answer.status_code
    assert problem.instance == f"urn:uuid:{answer.headers['x-request-id']}"
    return problem


def check_refusal(answer: Any) -> None:
    """Raise unless an answer is an error as RFC 6749 has them (section 5.2)."""
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.json().keys() == {"error", "error_description"}
    assert (answer.status_code == 401) is (answer.json()["error"] == "invalid_client")


def _is_preflight(answer: Any) -> bool:
    headers = answer.request.headers
    return answer.request.method == "OPTIONS" and "access-control-request-method" in headers


@dataclass(frozen=True)
class Contract:
    """A document, and its operations as schemathesis reads them, by method and path."""

    document: Mapping[str, Any]
    operations: Mapping[tuple[str, str], Any]


CONTRACTS: dict[Hashable, Contract] = {}
"""By what a document is made of. The whole of it takes three seconds to make."""


def contract_of(app: FastAPI) -> Contract:
    """What an application promises. Those with the very same routes and address share it."""
    if not hasattr(app.state, "contract"):
        routes = (
            (one.path, frozenset(one.methods or ()), one.endpoint)
            for one in iter_route_contexts(app.routes)
            if isinstance(one.original_route, APIRoute) and one.original_route.include_in_schema
        )
        made_of = (app.state.settings.base_url, app.title, app.version, *routes)
        if made_of not in CONTRACTS:
            CONTRACTS[made_of] = _contract(app.openapi())
        app.state.contract = CONTRACTS[made_of]
    contract: Contract = app.state.contract
    return contract


def _contract(document: dict[str, Any]) -> Contract:
    schema = schemathesis.openapi.from_dict(document)
    operations = {
        (method.upper(), path): schema[path][method.upper()]
        for path, methods in document["paths"].items()
        for method in methods
    }
    return Contract(document, operations)


@cache
def _pattern(path: str) -> Any:
    return compile_path(path)[0]


def documented_path(app: FastAPI, path: str) -> str:
    """The path as the document writes it; nothing if it is not there."""
    paths = contract_of(app).document["paths"]
    if path in paths and "{" not in path:
        return path
    matching = [known for known in paths if _pattern(known).match(path)]
    return min(matching, key=lambda known: known.count("{"), default="")


JSON = "application/json"


@dataclass(frozen=True)
class Operation:
    """One operation as the document has it."""

    id: str
    method: str
    path: str
    described: Mapping[str, Any]

    @property
    def parameters(self) -> list[dict[str, Any]]:
        """Its parameters, in the document's order."""
        return list(self.described.get("parameters", ()))

    @property
    def media_type(self) -> str:
        """Of what it answers with, unless something else is asked for."""
        content = self.answer.get("content", {})
        return JSON if JSON in content else next(iter(content), "")

    @property
    def lenient(self) -> bool:
        """Whether it ignores parameters that it does not know: the open feed's harvesters."""
        return self.path.startswith(PREFIX)

    @property
    def refused(self) -> str:
        """A query that it refuses."""
        return f"x={'y' * 9_000}" if self.lenient else "colour=blue"

    @property
    def cacheable(self) -> bool:
        """Whether it says that it may answer 304."""
        return "304" in self.described["responses"]

    @property
    def success(self) -> int:
        """The status of its answer when all is well."""
        return min(int(status) for status in self.described["responses"] if status < "300")

    @property
    def protected(self) -> bool:
        """Whether it is for those who are signed in, or for clients."""
        return "security" in self.described

    @property
    def open(self) -> bool:
        """Whether every website may call it."""
        return not self.protected and (
            self.described["tags"][0] not in {"sign-in", "accounts"} or self.method == "GET"
        )

    @property
    def answer(self) -> Mapping[str, Any]:
        """What the document says of its answer when all is well."""
        return answer_of(self.described)

    @property
    def takes_form(self) -> bool:
        """Whether its body is a form rather than JSON."""
        content = self.described.get("requestBody", {}).get("content", {})
        return "application/x-www-form-urlencoded" in content

    def address(self, query: str = "", **replaced: str) -> str:
        """An address at which it answers well, as the document's own examples have it.

        Args:
            query: more of the query, already encoded.
            replaced: parameters with values of the caller's own, already encoded.
        """
        path, pairs = self.path, []
        for one in self.parameters:
            name = one["name"]
            if name not in replaced and not one["required"]:
                continue
            value = replaced.get(name) or quote(str(example_of(one)), safe="")
            if one["in"] == "path":
                path = path.replace(f"{{{name}}}", value)
            elif one["in"] == "query":
                pairs.append(f"{name}={value}")
        return "?".join(filter(None, (path, "&".join(filter(None, (*pairs, query))))))

    def body(self) -> Any:
        """A body that it takes, as the document's own example has it; None if it takes none."""
        content = self.described.get("requestBody", {}).get("content", {})
        for described in content.values():
            return example_of(described)
        return None


def send(  # noqa: PLR0913 - each is another part of a request.
    client: TestClient,
    operation: Operation,
    query: str = "",
    *,
    method: str | None = None,
    headers: Mapping[str, str] | None = None,
    ready: Prepared | None = None,
    **replaced: str,
) -> Any:
    """The answer to an operation's own example, from somebody who may ask for it."""
    assert isinstance(client.app, FastAPI)
    ready = ready or prepare(client.app, operation)
    body = {"data" if operation.takes_form else "json": ready.body}
    return client.request(
        method or operation.method,
        operation.address(query, **{**ready.replaced, **replaced}),
        **(body if ready.body is not None else {}),
        headers={**ready.headers, **(headers or {})},
    )


def example_of(described: Mapping[str, Any]) -> Any:
    """The first example that the document gives of a parameter or a body."""
    if "example" in described:
        return described["example"]
    for example in described.get("examples", {}).values():
        return example["value"]
    return described["schema"]["examples"][0]


@cache
def documented_operations() -> tuple[Operation, ...]:
    """Every operation of the document. The rules over the whole API walk along these."""
    # No database is opened before the first request.
    app = create_app(Settings.model_validate({"database_url": "sqlite:///nothing-is-here.db"}))
    return tuple(
        Operation(described["operationId"], method.upper(), path, described)
        for path, methods in contract_of(app).document["paths"].items()
        for method, described in methods.items()
    )
