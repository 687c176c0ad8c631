"""What is refused before any work is done, and the last resort when something breaks."""

import logging
import traceback
from collections.abc import Mapping
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import (
    SERVER_FAULT,
    AddressTooLong,
    HeadersTooLarge,
    Problem,
    TooLarge,
    problem_response,
)

logger = logging.getLogger("carefinder.guard")

TOO_LARGE = TooLarge("The body is larger than this operation takes.")

REFUSED = "refused"
"""In the state of a request that a layer further out has refused: the problem to tell."""

MAX_HEADER_BYTES = 32_768
"""Bytes of all headers together; the cookies of a busy website come to a quarter of it."""

LONGEST_LENGTH = 15
"""Digits of a Content-Length that are looked at; Python refuses to read numbers of thousands."""


class Guard:
    """Limits on the address and the body, and a problem in place of whatever breaks.

    It stands inside the layer for browsers, so that a website can read these answers too.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        max_url_bytes: int,
        max_body_bytes: int,
        roomier: Mapping[str, int] | None = None,
    ) -> None:
        """Set the limits.

        Args:
            app: what stands behind.
            max_url_bytes: of a path and its query.
            max_body_bytes: of a body.
            roomier: more for the bodies of addresses that end so, as for files.
        """
        self.app = app
        self.roomier = roomier or {}
        self.max_url_bytes = max_url_bytes
        self.max_body_bytes = max_body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id: str = scope["state"]["request_id"]
        most = self._most(scope)
        started = refused = False
        taken = 0

        async def receive_on() -> Message:
            nonlocal refused, taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > most and not started:
                # The problem is sent from here, and the reader is told that nobody listens any
                # more, because frameworks turn an error while reading into one of their own.
                refused = True
                await problem_response(TOO_LARGE, request_id)(scope, receive, send)
                return {"type": "http.disconnect"}
            return message

        async def send_on(message: Message) -> None:
            nonlocal started
            if not refused:
                started = True
                await send(message)

        try:
            if problem := self._refusal(scope):
                await problem_response(problem, request_id)(scope, receive, send)
            else:
                await self.app(scope, receive_on, send_on)
        except Exception as error:  # noqa: BLE001 - the last resort: nothing may get past it.
            if refused:
                return
            logger.error("unhandled error", extra={"fields": _where(error, request_id)})  # noqa: TRY400 - the message may be private.
            if started:
                # Half an answer is out already: cutting the connection is the honest end.
                raise ConnectionAbortedError from None
            await problem_response(SERVER_FAULT, request_id)(scope, receive, send)

    def _most(self, scope: Scope) -> int:
        """The bytes that the body of a request may have."""
        path: str = scope["path"]
        larger = (size for ending, size in self.roomier.items() if path.endswith(ending))
        return max(larger, default=self.max_body_bytes)

    def _refusal(self, scope: Scope) -> Problem | None:
        refused: Problem | None = scope["state"].get(REFUSED)
        if refused is not None:
            return refused
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > self.max_url_bytes:
            return AddressTooLong(
                "The path and query are too long. Long lists can be sent in a body."
            )
        if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEADER_BYTES:
            return HeadersTooLarge("The headers together are too large. Leave out what you can.")
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdecimal() and (
            len(declared) > LONGEST_LENGTH or int(declared) > self._most(scope)
        ):
            return TOO_LARGE
        return None


def _where(error: BaseException, request_id: str) -> dict[str, Any]:
    """The kind of an error and where it happened, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    return {
        "request_id": request_id,
        "kind": f"{type(error).__module__}.{type(error).__qualname__}",
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames[-12:]],
    }
