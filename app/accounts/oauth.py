"""The token endpoints' errors, which alone are told as RFC 6749 says (section 5.2)."""

from collections.abc import Callable, Coroutine
from typing import Any, Literal

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field

from app.accounts.access import CHALLENGES

ErrorCode = Literal[
    "invalid_request",
    "invalid_client",
    "invalid_grant",
    "unauthorized_client",
    "unsupported_grant_type",
    "invalid_scope",
]

NOT_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class OAuthProblem(BaseModel):
    """An error of the token endpoints (RFC 6749, section 5.2)."""

    error: ErrorCode = Field(description="What kind of error it is.")
    error_description: str = Field(description="What happened and what to change.")


class OAuthRefusal(Exception):  # noqa: N818 - RFC 6749 calls it a refusal of the grant.
    """A token is refused. The description never repeats what was sent."""

    def __init__(self, error: ErrorCode, description: str) -> None:
        super().__init__(error)
        self.problem = OAuthProblem(error=error, error_description=description)


class OAuthRoute(APIRoute):
    """A route whose form, if it cannot be read, is refused as RFC 6749 says."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The handler of one request."""
        handle = super().get_route_handler()

        async def handle_form(request: Request) -> Response:
            try:
                return await handle(request)
            except RequestValidationError as error:
                if all(fault["loc"][0] == "body" for fault in error.errors()):
                    raise OAuthRefusal(
                        "invalid_request", "The form lacks a field, or has one too long or twice."
                    ) from None
                raise

        return handle_form


def install(application: FastAPI) -> None:
    """Have refusals answered as RFC 6749 says."""
    application.add_exception_handler(OAuthRefusal, _answer)


def _answer(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, OAuthRefusal)  # noqa: S101 - tells mypy what it is for.
    known = refusal.problem.error != "invalid_client"
    headers = NOT_KEPT if known else {**NOT_KEPT, "WWW-Authenticate": 'Basic realm="Care Finder"'}
    status = 400 if known else 401
    return JSONResponse(refusal.problem.model_dump(), status_code=status, headers=headers)


def _example(error: ErrorCode, description: str) -> dict[str, Any]:
    shown = OAuthProblem(error=error, error_description=description).model_dump()
    return {"application/json": {"example": shown}}


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    400: {
        "model": OAuthProblem,
        "description": "The request is not one for a token, or what it shows is not good.",
        "content": _example("invalid_grant", "The e-mail address and the password do not fit."),
    },
    401: {
        "model": OAuthProblem,
        "description": "The client is not known, or its secret is wrong.",
        "content": _example("invalid_client", "The client is not known, or its secret is wrong."),
        "headers": CHALLENGES,
    },
}
"""What the documentation of the token endpoints says of their errors."""
