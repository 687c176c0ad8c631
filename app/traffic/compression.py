"""Compressed answers have ETags of their own: the same one, ending in `-gzip`."""

import re
import zlib
from functools import lru_cache
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_REFUSED = re.compile(r"\bgzip\s*;\s*q=0(\.0{0,3})?\s*(,|$)", re.IGNORECASE)

LEVEL = 5
GZIP_FORMAT = 31
"""What zlib calls the largest window, with the head and foot of a gzip file."""


@lru_cache(maxsize=256)
def takes_gzip(accept_encoding: bytes) -> bool:
    """Whether a caller who sends this as its `Accept-Encoding` takes gzip."""
    text = accept_encoding.decode("latin-1")
    return "gzip" in text and not _REFUSED.search(text)


def press(response: Response, scope: Scope, minimum_size: int) -> None:
    """Do to a whole answer what `Compression` does to all others, without taking it apart."""
    headers = response.raw_headers
    tagged = next((place for place, (name, _) in enumerate(headers) if name == b"etag"), None)
    large = len(response.body) >= minimum_size and response.status_code != HTTPStatus.NOT_MODIFIED
    if large or tagged is not None:
        headers.append((b"vary", b"Accept-Encoding"))
    accepted = next((value for name, value in scope["headers"] if name == b"accept-encoding"), None)
    if not large or accepted is None or not takes_gzip(accepted):
        return
    response.body = zlib.compress(response.body, LEVEL, GZIP_FORMAT)
    if tagged is not None:
        headers[tagged] = (b"etag", headers[tagged][1][:-1] + b'-gzip"')
    headers[:] = [header for header in headers if header[0] != b"content-length"]
    headers.append((b"content-encoding", b"gzip"))
    headers.append((b"content-length", str(len(response.body)).encode()))


class Compression:
    """Starlette's compression, with the ETag of what is really sent."""

    def __init__(self, app: ASGIApp, *, minimum_size: int) -> None:
        self.app = GZipMiddleware(app, minimum_size=minimum_size, compresslevel=LEVEL)

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
