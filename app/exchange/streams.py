"""Answers of any length: made piece by piece, and given up when nobody takes them.

Nothing but one piece lies in memory, and nothing here holds a transaction. A client that takes
no piece for a minute is let go, one that hangs up is noticed, and so many streams at once as are
allowed are served.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress

from anyio import to_thread
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from app.problems import Unavailable

PIECE = 262_144
"""Bytes that are sent at a time, about."""

PATIENCE = 60.0
"""Seconds that a client may take for a piece."""

MOST_AT_ONCE = 64
"""So many streams are open in one process at most."""

_open = 0


class Stream(Response):
    """Sends what an iterator yields. The iterator runs in a thread, a piece at a time."""

    def __init__(
        self,
        pieces: Iterator[bytes],
        *,
        media_type: str,
        headers: Mapping[str, str],
        length: int | None = None,
    ) -> None:
        """Refuse to begin where too many are open.

        Args:
            pieces: of the body.
            media_type: of the whole.
            headers: of the answer.
            length: of the body in bytes, where it is known before.

        Raises:
            Unavailable: too many streams are open.
        """
        if _open >= MOST_AT_ONCE:
            raise Unavailable("Too many are reading everything at once.", retry_after=30)
        self.pieces = pieces
        self.status_code = 200
        self.media_type = media_type
        self.background = None
        self.body = b""
        given = dict(headers)
        if length is not None:
            given["Content-Length"] = str(length)
        self.init_headers(given)

    def init_headers(self, headers: Mapping[str, str] | None = None) -> None:
        """The headers; the length of the body is not that of the nothing that lies here."""
        super().init_headers(headers)
        if not headers or "Content-Length" not in headers:
            self.raw_headers = [one for one in self.raw_headers if one[0] != b"content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 - as every answer is called.
        """Send it all, or stop where nobody takes it any more."""
        global _open  # noqa: PLW0603 - it counts what this process has open.
        _open += 1
        try:
            sending = asyncio.ensure_future(self._send(send))
            leaving = asyncio.ensure_future(_gone(receive))
            try:
                done, _ = await asyncio.wait(
                    {sending, leaving}, return_when=asyncio.FIRST_COMPLETED
                )
                if sending in done or not leaving.result():
                    await sending
            finally:
                for task in (sending, leaving):
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
        finally:
            _open -= 1

    async def _send(self, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        try:
            while (piece := await to_thread.run_sync(next, self.pieces, None)) is not None:
                message = {"type": "http.response.body", "body": piece, "more_body": True}
                await asyncio.wait_for(send(message), PATIENCE)
        except TimeoutError:
            # Not ending the body is how a client learns that it has not got all of it.
            return
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _gone(receive: Receive) -> bool:
    """Wait until the client hangs up; False where that will never be told.

    A server tells of the body's end once and of nothing then until the client leaves. What tells
    of a body again and again is no server, and waiting for it would never end.
    """
    ended = False
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return True
        if ended:
            return False
        ended = not message.get("more_body", False)


def in_pieces(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Many short lines as fewer pieces."""
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= PIECE:
            yield b"".join(waiting)
            waiting, size = [], 0
    if waiting:
        yield b"".join(waiting)
