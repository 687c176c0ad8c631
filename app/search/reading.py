"""Reading the criteria out of an address.

The framework would take each of forty parameters apart by itself, at five times the cost of the
search. Here one pass collects them and one model checks them; the documentation is the same.
"""

from collections.abc import Sequence
from typing import Any, get_origin
from urllib.parse import parse_qsl

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.parameters import given_once
from app.search.criteria import SearchCriteria

Pairs = Sequence[tuple[str, str]]
"""The names and values of a query, in its order."""

LISTS = frozenset(
    name
    for name, field in SearchCriteria.model_fields.items()
    if get_origin(field.annotation) is list
)
"""The parameters that may stand there several times."""


def pairs_in(query: bytes) -> Pairs:
    """The names and values of a query, as the framework reads them."""
    text = query.decode("latin-1")
    if "%" in text:
        return parse_qsl(text, keep_blank_values=True)
    parts = (part.partition("=") for part in text.replace("+", " ").split("&") if part)
    return [(name, value) for name, _, value in parts]


def criteria_in(query: Pairs) -> SearchCriteria:
    """The criteria that a query states.

    Raises:
        Malformed: a parameter that is no list stands there twice.
        RequestValidationError: something in it cannot be understood.
    """
    values: dict[str, Any] = {}
    repeated = set()
    for name, value in query:
        if name in LISTS:
            values.setdefault(name, []).append(value)
        else:
            if name in values:
                repeated.add(name)
            values[name] = value
    if repeated:
        given_once(name for name in SearchCriteria.model_fields if name in repeated)
    try:
        return SearchCriteria.model_validate(values)
    except ValidationError as error:
        raise RequestValidationError(
            [
                {**fault, "loc": ("query", *fault["loc"])}
                for fault in error.errors(include_input=False, include_url=False)
            ]
        ) from None


def documented_parameters() -> list[dict[str, Any]]:
    """The parameters as OpenAPI describes them, in the order of the model."""
    schema = SearchCriteria.model_json_schema(ref_template="#/components/schemas/{model}")
    return [
        {
            "name": name,
            "in": "query",
            "required": False,
            "schema": {
                key: value for key, value in one.items() if (key, value) != ("default", None)
            },
            "description": one["description"],
        }
        for name, one in schema["properties"].items()
    ]
