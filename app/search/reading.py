"""Reading the criteria out of an address.

The framework would take each of forty parameters apart by itself, at five times the cost of the
search. Here one pass collects them and one model checks them; the documentation is the same.
"""

from typing import Any, get_origin

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import QueryParams

from app.search.criteria import SearchCriteria

LISTS = frozenset(
    name
    for name, field in SearchCriteria.model_fields.items()
    if get_origin(field.annotation) is list
)
"""The parameters that may stand there several times."""


def criteria_in(query: QueryParams) -> SearchCriteria:
    """The criteria that a query states.

    Raises:
        RequestValidationError: something in it cannot be understood.
    """
    values: dict[str, Any] = {}
    for name, value in query.multi_items():
        if name in LISTS:
            values.setdefault(name, []).append(value)
        else:
            # One that stands there twice was refused before.
            values[name] = value
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
