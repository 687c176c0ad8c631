"""Compressed answers have ETags of their own: the same one, ending in `-gzip`."""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REFUSED = re.compile(r"\bgzip\s*;\s*q=0(\.0{0,3})?\s*(,|$)", re.IGNORECASE)


class Compression:
    """Starlette's compression, with the ETag of what is really sent."""

    def __init__(self, app: ASGIApp, *, minimum_size: int) -> None:
        self.app = GZipMiddleware(app, minimum_size=minimum_size, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http" and _REFUSED.search(
            Headers(scope=scope).get("accept-encoding", "")
        ):
            # Starlette looks for the word alone, and would compress for those who refuse it.
            scope["headers"] = [one for one in scope["headers"] if one[0] != b"accept-encoding"]

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                etag = headers.get("etag")
                if etag and headers.get("content-encoding") == "gzip":
                    headers["etag"] = f'{etag[:-1]}-gzip"'
                if etag and "accept-encoding" not in headers.get("vary", "").lower():
                    # A small answer and a 304 stand for what would be compressed when larger.
                    headers.add_vary_header("Accept-Encoding")
            await send(message)

        await self.app(scope, receive, send_on)
