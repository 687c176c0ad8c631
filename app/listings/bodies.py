"""Bodies that are read as strictly as their documentation describes them."""

import json
from typing import Any, Self

from pydantic import ModelWrapValidatorHandler, ValidationInfo, model_validator

from app.catalogue.documents.base import Document, refuse


class Body(Document):
    """The base of what is written to listings: JSON of the very types that are documented.

    Read loosely, a number would pass for a date and `"yes"` for true.
    """

    @model_validator(mode="wrap")
    @classmethod
    def _strictly(
        cls, value: Any, handler: ModelWrapValidatorHandler[Self], info: ValidationInfo  # noqa: ANN401 - anything may be sent.
    ) -> Self:
        if info.mode == "json" or not isinstance(value, dict):
            return handler(value)
        try:
            text = json.dumps(value, default=str)
        except RecursionError:
            raise refuse("This is nested too deeply.") from None
        return cls.model_validate_json(text, strict=True)
