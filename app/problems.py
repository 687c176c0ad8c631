"""Every kind of error, and the one shape in which all of them are told (RFC 9457).

    Problem
    ├── NotSignedIn           401  nobody said who is asking (app/accounts)
    ├── NotAllowed            403  not for whoever is asking (app/accounts)
    ├── NotFound              404  there is nothing here
    ├── Gone                  410  it was here and was closed
    ├── Conflict              409  it clashes with what is there
    ├── PreconditionFailed    412  somebody changed it since it was read
    ├── PreconditionRequired  428  the change must say what it was based on
    ├── TooLarge              413  the body is too large
    ├── AddressTooLong        414  the path and query are too long
    ├── Malformed             422  what was sent cannot be understood
    ├── TooMany               429  too often in a short time (app/traffic)
    ├── HeadersTooLarge       431  the headers together are too large
    ├── ServerFault           500  our mistake
    ├── Unavailable           503  try again shortly
    └── StorageFull           507  the disk is full

A package adds its own nouns below these, beside the fact that they speak of. The input is never
repeated in an answer: it may be somebody's private information.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

MEDIA_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:carefinder:problem:"


class Fault(BaseModel):
    """One thing to put right in a request."""

    model_config = ConfigDict(populate_by_name=True)

    in_: str = Field(alias="in", description="`query`, `path`, `header` or `body`.")
    name: str | None = Field(
        description="The parameter's name, or a JSON Pointer (RFC 6901) into the body."
    )
    code: str = Field(description="A short name of the fault, for programs.")
    message: str = Field(description="What to change, in plain English.")


class ProblemDetails(BaseModel):
    """The body of every error, as `application/problem+json` (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(description="A URN that names the kind of problem.")
    title: str = Field(description="The kind of problem in a few words.")
    status: int = Field(description="The HTTP status, again.")
    detail: str = Field(description="What happened and what to change.")
    instance: str = Field(description="The request's id, which the server's log carries too.")
    errors: list[Fault] | None = Field(None, description="For a 422: each thing to put right.")


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it a problem.
    """An error that is told to the caller. Each subclass says when it happens."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"
    code: ClassVar[str] = "server_fault"
    sends: ClassVar[Mapping[str, Any]] = {}  # Headers that it always carries, as documented.

    def __init__(
        self, detail: str, *, headers: Mapping[str, str] | None = None, **extensions: object
    ) -> None:
        """Say what happened and what to change, never repeating what was sent.

        Args:
            detail: plain sentences.
            headers: further headers of the answer.
            extensions: further members of the problem's body; each must be JSON.
        """
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.extensions = extensions


class NotFound(Problem):
    """There is nothing at this address, or nothing that you may see."""

    status = 404
    title = "Not found"
    code = "not_found"


class Gone(Problem):
    """It was here once and was closed."""

    status = 410
    title = "No longer available"
    code = "gone"


class Conflict(Problem):
    """It clashes with something that is already there."""

    status = 409
    title = "Conflict"
    code = "conflict"


class PreconditionFailed(Problem):
    """Somebody changed it since it was read."""

    status = 412
    title = "Changed by somebody else"
    code = "precondition_failed"


class PreconditionRequired(Problem):
    """A change must say, in `If-Match`, what it was based on."""

    status = 428
    title = "If-Match is needed"
    code = "precondition_required"


class TooLarge(Problem):
    """The body is larger than this operation takes."""

    status = 413
    title = "Too large"
    code = "too_large"


class AddressTooLong(Problem):
    """The path and the query together are too long."""

    status = 414
    title = "Address too long"
    code = "address_too_long"


class Malformed(Problem):
    """What was sent cannot be understood. `errors` names each thing to put right."""

    status = 422
    title = "Something in the request needs changing"
    code = "malformed"

    def __init__(self, faults: Sequence[Fault]) -> None:
        """Carry the faults; the detail counts them."""
        count = len(faults)
        things = "one thing" if count == 1 else f"{count} things"
        super().__init__(
            f"Please change {things} in the request; `errors` says what.",
            errors=[fault.model_dump(by_alias=True) for fault in faults],
        )


class HeadersTooLarge(Problem):
    """The headers together are too large."""

    status = 431
    title = "Headers too large"
    code = "headers_too_large"


class ServerFault(Problem):
    """Our mistake. The log carries the request's id and where it happened."""


RETRY_AFTER = {
    "Retry-After": {
        "description": "Seconds after which to try again.",
        "schema": {"type": "string"},
    }
}


class Unavailable(Problem):
    """The service cannot answer at the moment."""

    status = 503
    title = "Try again shortly"
    code = "unavailable"
    sends = RETRY_AFTER

    def __init__(self, detail: str, *, retry_after: int = 2, **extensions: object) -> None:
        """Say what is missing, and after how many seconds to try again."""
        super().__init__(detail, headers={"Retry-After": str(retry_after)}, **extensions)


class StorageFull(Problem):
    """There is no room left to store anything."""

    status = 507
    title = "No room left"
    code = "storage_full"


UNREADABLE = Fault(
    **{"in": "body"},
    name="",
    code="body_unreadable",
    message="The body is not what its Content-Type says it is.",
)

SERVER_FAULT = ServerFault(
    "This is our mistake, not yours. Please tell us the `instance` if it happens again."
)


def problem_body(problem: Problem, request_id: str) -> dict[str, Any]:
    """The body that tells a problem; its `instance` is the request's id."""
    return {
        "type": TYPE_PREFIX + problem.code,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": f"urn:uuid:{request_id}",
        **problem.extensions,
    }


def problem_response(problem: Problem, request_id: str) -> Response:
    """The answer that tells a problem."""
    return JSONResponse(
        problem_body(problem, request_id),
        status_code=problem.status,
        headers={"Cache-Control": "no-store", **problem.headers},
        media_type=MEDIA_TYPE,
    )


def responses(*problems: type[Problem]) -> dict[int | str, dict[str, Any]]:
    """What an operation's documentation says of the problems that it may answer with.

    Several kinds of one status stand beside each other, each with an example.
    """
    by_status: dict[int, list[type[Problem]]] = {}
    for kind in problems:
        by_status.setdefault(kind.status, []).append(kind)
    return {status: _documented(kinds) for status, kinds in by_status.items()}


def _documented(kinds: Sequence[type[Problem]]) -> dict[str, Any]:
    documented: dict[str, Any] = {
        "description": " Or: ".join(_first_line(kind) for kind in kinds),
        "content": {
            MEDIA_TYPE: {
                "schema": {"$ref": "#/components/schemas/ProblemDetails"},
                "examples": {
                    kind.code: {"summary": kind.title, "value": _example(kind)} for kind in kinds
                },
            }
        },
    }
    if headers := {name: what for kind in kinds for name, what in kind.sends.items()}:
        documented["headers"] = headers
    return documented


def _example(kind: type[Problem]) -> dict[str, Any]:
    fault = Fault(
        **{"in": "query"}, name="page", code="int_parsing", message=_MESSAGES["int_parsing"]
    )
    problem = Malformed([fault]) if kind is Malformed else Problem(_first_line(kind))
    return problem_body(problem, "01a1f2c4-7d10-7b3e-9c55-2f1c1d0a9e11") | {
        "type": TYPE_PREFIX + kind.code,
        "title": kind.title,
        "status": kind.status,
    }


def _first_line(kind: type[Problem]) -> str:
    return (kind.__doc__ or kind.title).splitlines()[0]


def install(app: FastAPI) -> None:
    """Have every error of the application told as a problem."""
    app.add_exception_handler(Problem, _tell_problem)
    app.add_exception_handler(HTTPException, _tell_http)
    app.add_exception_handler(RequestValidationError, _tell_validation)
    app.add_exception_handler(StaleDataError, _tell_stale)
    app.add_exception_handler(PoolTimeoutError, _tell_database)
    app.add_exception_handler(DBAPIError, _tell_database)


def _request_id(request: Request) -> str:
    request_id: str = request.state.request_id
    return request_id


def _tell_problem(request: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)  # noqa: S101 - tells mypy what the handler is for.
    return problem_response(problem, _request_id(request))


_HTTP_DETAILS = {
    404: "There is nothing at this address. The operations are listed at /docs.",
    405: "This address does not take that method. `Allow` lists those it takes.",
    413: "The body is larger than this operation takes.",
}


def _tell_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - tells mypy what the handler is for.
    status = error.status_code
    if status == HTTPStatus.BAD_REQUEST:
        # The framework's word for a body that it cannot read at all: one more kind of malformed.
        return _tell_problem(request, Malformed([UNREADABLE]))
    phrase = HTTPStatus(status).phrase
    detail = _HTTP_DETAILS.get(status, f"{phrase}.")
    problem = Problem(detail, headers=error.headers)
    if status == HTTPStatus.METHOD_NOT_ALLOWED:
        problem.headers["Allow"] = ", ".join(_methods_at(request))
    body = problem_body(problem, _request_id(request)) | {
        "type": TYPE_PREFIX + re.sub(r"\W+", "_", phrase.lower()),
        "title": phrase,
        "status": status,
    }
    headers = {"Cache-Control": "no-store", **problem.headers}
    return JSONResponse(body, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def _methods_at(request: Request) -> list[str]:
    """Every method that an address takes; the framework names those of one operation alone."""
    methods: set[str] = set()
    for route in iter_route_contexts(request.app.routes):
        pattern: re.Pattern[str] | None = getattr(route, "path_regex", None)
        if pattern is not None and pattern.match(request.scope["path"]):
            methods |= route.methods or set()
    return sorted(methods | {"HEAD"} if "GET" in methods else methods)


_MESSAGES = {
    "extra_forbidden": "This is not known here.",
    "missing": "This is needed.",
    "uuid_parsing": "This should be a UUID.",
    "uuid_type": "This should be a UUID.",
    "json_invalid": "The body is not JSON.",
    "int_parsing": "This should be a whole number.",
    "int_parsing_size": "This number is too large.",
    "float_parsing": "This should be a number.",
    "finite_number": "This should be a finite number.",
    "bool_parsing": "This should be true or false.",
    "string_too_long": "This is too long.",
    "string_too_short": "This is too short.",
    "too_long": "This is too long.",
    "too_short": "This is too short.",
    "string_unicode": "This is not valid text.",
}
"""Plain sentences in place of the library's. Those it builds from the input are all here."""

_SAFE = frozenset(
    {
        "greater_than",
        "greater_than_equal",
        "less_than",
        "less_than_equal",
        "literal_error",
        "enum",
        "string_type",
        "int_type",
        "float_type",
        "bool_type",
        "list_type",
        "dict_type",
        "model_attributes_type",
        "model_type",
        "string_pattern_mismatch",
    }
)
"""The library's messages that hold nothing of the input."""

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")


def faults_of(errors: Sequence[Mapping[str, Any]]) -> list[Fault]:
    """Pydantic's errors as faults, without anything of the input in them."""
    return [_fault(error) for error in errors]


def _fault(error: Mapping[str, Any]) -> Fault:
    kind = str(error["type"])
    place, *path = error["loc"] or ("body",)
    if place == "body":
        # A key of the caller's own can be private: an unknown one is told by its parent alone.
        known: list[Any] = path[:-1] if kind == "extra_forbidden" else path
        known = [] if kind == "json_invalid" else known
        name: str | None = "".join(f"/{_pointer(part)}" for part in known)
    else:
        name = str(path[0]) if path else None
        if name is not None and not _NAME.fullmatch(name):
            name = None
    return Fault(**{"in": str(place)}, name=name, code=kind, message=_message(error, kind))


def _pointer(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _message(error: Mapping[str, Any], kind: str) -> str:
    if kind in _MESSAGES:
        return _MESSAGES[kind]
    if kind in _SAFE or kind in OWN_KINDS:
        return re.sub(r"(?<![.?])\Z", ".", str(error["msg"]))
    return "This cannot be understood here."


OWN_KINDS: set[str] = set()
"""The kinds of `PydanticCustomError` that the code raises; their messages hold no input."""


def _tell_validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - tells mypy what it is for.
    return _tell_problem(request, Malformed(faults_of(error.errors())))


def _tell_stale(request: Request, _: Exception) -> Response:
    problem = PreconditionFailed("Somebody changed this since you read it. Read it again first.")
    return _tell_problem(request, problem)


POSTGRESQL_DISK_FULL = "53100"


def _is_full(cause: object) -> bool:
    """Whether a driver's error says that there is no room left, by its code and not its words."""
    sqlite_full = getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return sqlite_full or getattr(cause, "sqlstate", None) == POSTGRESQL_DISK_FULL


def _tell_database(request: Request, error: Exception) -> Response:
    if isinstance(error, IntegrityError):
        problem: Problem = Conflict("This clashes with something that is already there.")
    elif isinstance(error, DBAPIError) and _is_full(error.orig):
        problem = StorageFull("There is no room left to store this. Nothing was changed.")
    elif isinstance(error, DBAPIError) and not isinstance(error, OperationalError):
        problem = SERVER_FAULT
    else:
        problem = Unavailable("The database does not answer at the moment.")
    return _tell_problem(request, problem)
