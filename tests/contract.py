"""A client that holds every answer it gets to the application's own OpenAPI document."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from schemathesis.core.transport import Response
from starlette.routing import compile_path


class ContractClient(TestClient):
    """A test client; an answer that the document does not describe fails the test."""

    def request(self, *arguments: Any, **options: Any) -> Any:
        answer = super().request(*arguments, **options)
        assert isinstance(self.app, FastAPI)
        check_answer(self.app, answer)
        return answer


def check_answer(app: FastAPI, answer: Any) -> None:
    """Raise if the document does not describe an answer to one of its operations."""
    method = answer.request.method
    operation = _operations(app).get((method, _documented_path(app, answer.request.url.path)))
    if operation is not None:
        operation.validate_response(Response.from_any(answer))


_CACHE: dict[int, Mapping[tuple[str, str], Any]] = {}


def _operations(app: FastAPI) -> Mapping[tuple[str, str], Any]:
    if id(app) not in _CACHE:
        schema = schemathesis.openapi.from_dict(app.openapi())
        _CACHE[id(app)] = {
            (method.upper(), path): schema[path][method.upper()]
            for path, methods in app.openapi()["paths"].items()
            for method in methods
        }
    return _CACHE[id(app)]


@cache
def _pattern(path: str) -> Any:
    return compile_path(path)[0]


def _documented_path(app: FastAPI, path: str) -> str:
    matching = [known for known in app.openapi()["paths"] if _pattern(known).match(path)]
    return min(matching, key=lambda known: known.count("{"), default="")
