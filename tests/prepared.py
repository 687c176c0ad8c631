"""Everything that has to be there before an operation can answer well, whatever it is about."""

from typing import Any, Protocol

import preparing
import preparing_listings
from fastapi import FastAPI
from preparing import Prepared, walker

PREPARATIONS = {**preparing.PREPARATIONS, **preparing_listings.PREPARATIONS}
"""By operation id."""


class Described(Protocol):
    """What this needs to know of an operation."""

    @property
    def id(self) -> str: ...

    @property
    def protected(self) -> bool: ...

    @property
    def parameters(self) -> list[dict[str, Any]]: ...

    def body(self) -> Any: ...


def _nothing(_: FastAPI) -> Prepared:
    return Prepared()


def prepare(app: FastAPI, operation: Described) -> Prepared:
    """Make what an operation needs to answer well, and give what goes into the request.

    Args:
        app: with the sample catalogue, if the operation is about anything in it.
        operation: one of the document's.
    """
    made = PREPARATIONS.get(operation.id, _nothing)(app)
    headers = dict(made.headers)
    if operation.protected and "Authorization" not in headers:
        headers |= walker(app).headers
    if any(one["name"] == "If-Match" for one in operation.parameters):
        headers.setdefault("If-Match", "*")
    body = operation.body()
    if made.body is not None:
        body = {**body, **made.body}
    return Prepared(made.replaced, body, headers)
