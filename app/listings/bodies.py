"""Bodies that are read as strictly as their documentation describes them."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError, ValidatorFunctionWrapHandler, WrapValidator

from app.catalogue.documents.base import Document, refuse
from app.problems import Malformed, faults_of

DocumentT = TypeVar("DocumentT", bound=Document)
BodyT = TypeVar("BodyT", bound=Document)


class Body(Document):
    """The base of what is written to listings. An operation takes it by `strictly`."""


def strictly(kind: type[BodyT]) -> WrapValidator:
    """Has a body read as JSON of the very types that are documented.

    Read loosely, a number would pass for a date and `"yes"` for true.
    """

    def read(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:  # noqa: ANN401 - anything may be sent.
        return read_strictly(kind, value) if isinstance(value, dict) else handler(value)

    return WrapValidator(read)


def read_strictly(kind: type[BodyT], value: Mapping[str, Any]) -> BodyT:
    """What a JSON object says; raises pydantic's error where it is not what is documented."""
    try:
        text = json.dumps(value)
    except RecursionError:
        raise refuse("This is nested too deeply.") from None
    return kind.model_validate_json(text, strict=True)


def merged(document: Mapping[str, Any], change: Document) -> dict[str, Any]:
    """A document as JSON with a merge patch put in (RFC 7396); what it leaves out stays.

    Args:
        document: as JSON.
        change: the patch; what was not sent is not in it.
    """
    patch = change.model_dump(mode="json", exclude_unset=True)
    for name in change.model_fields_set:
        if isinstance(value := getattr(change, name), list):
            # A list takes the place of the whole list, its entries with all that they are.
            patch[name] = [
                one.model_dump(mode="json") if isinstance(one, BaseModel) else one for one in value
            ]
    return _merged(document, patch)


def _merged(target: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(target)
    for name, value in patch.items():
        if value is None:
            # What is left out of a document is not stated, or missing where it is needed.
            result.pop(name, None)
        elif isinstance(value, dict):
            inner = result.get(name)
            result[name] = _merged(inner if isinstance(inner, dict) else {}, value)
        else:
            result[name] = value
    return result


def read_document(kind: type[DocumentT], content: Mapping[str, Any]) -> DocumentT:
    """The document that JSON describes.

    Raises:
        Malformed: its parts do not fit together; the faults point into it.
    """
    try:
        return kind.model_validate(content)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        faults = [{**one, "loc": ("body", *one["loc"])} for one in errors]
        raise Malformed(faults_of(faults)) from None
