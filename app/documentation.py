"""The OpenAPI document: what FastAPI derives from the code, the problems, and real examples."""

import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from app.problems import ProblemDetails


def install(application: FastAPI) -> None:
    """Have the application's document carry the shape of problems and an example everywhere."""

    def document() -> dict[str, Any]:
        if application.openapi_schema is None:
            application.openapi_schema = _document(application)
        return application.openapi_schema

    application.openapi = document  # type: ignore[method-assign] # FastAPI documents this way.


def _document(application: FastAPI) -> dict[str, Any]:
    made = get_openapi(
        title=application.title,
        version=application.version,
        summary=application.summary,
        description=application.description,
        routes=application.routes,
        tags=application.openapi_tags,
        license_info=application.license_info,
        separate_input_output_schemas=False,
    )
    shape = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas = made.setdefault("components", {}).setdefault("schemas", {})
    schemas.update(shape.pop("$defs", {}))
    schemas["ProblemDetails"] = shape
    # FastAPI adds these for its own validation errors, which are problems here.
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for scheme in made["components"].get("securitySchemes", {}).values():
        for flow in scheme["flows"].values():
            # OpenAPI wants whole addresses here.
            whole = {name: url_of(application, flow[name]) for name in flow if name.endswith("Url")}
            flow.update(whole)
    examples = recorded_examples()
    for operations in made["paths"].values():
        for operation in operations.values():
            _add_examples(operation, examples)
            for parameter in operation.get("parameters", ()):
                parameter["schema"] = _without_null(parameter["schema"])
    return made


def url_of(application: FastAPI, path: str) -> str:
    """The whole address of a path, as callers reach it."""
    return f"{application.state.settings.base_url}{path}"


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that may be left out; in an address nothing can be null."""
    others = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(others) != 1:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**others[0], **rest}


def recorded_examples() -> dict[str, dict[str, Any]]:
    """`requests` and `answers`, by operation id: real ones, from the sample catalogue."""
    text = resources.files("app").joinpath("examples.json").read_text(encoding="utf-8")
    examples: dict[str, dict[str, Any]] = json.loads(text)
    return examples


def answer_of(operation: Mapping[str, Any]) -> dict[str, Any]:
    """What the document says of an operation's answer when all is well."""
    found = (operation["responses"].get(status) for status in ("200", "201", "202", "204"))
    return next(filter(None, found), {})


def _add_examples(operation: dict[str, Any], examples: dict[str, dict[str, Any]]) -> None:
    for kind, described in (
        ("requests", operation.get("requestBody", {})),
        ("answers", answer_of(operation)),
    ):
        example = examples[kind].get(operation["operationId"])
        for media_type in ("application/json", "application/x-www-form-urlencoded"):
            content = described.get("content", {}).get(media_type)
            if example is not None and content is not None:
                content["example"] = example
