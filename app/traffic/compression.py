"""Compressed answers have ETags of their own: the same one, ending in `-gzip`."""

from starlette.datastructures import MutableHeaders
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Compression:
    """Starlette's compression, with the ETag of what is really sent."""

    def __init__(self, app: ASGIApp, *, minimum_size: int) -> None:
        self.app = GZipMiddleware(app, minimum_size=minimum_size, compresslevel=5)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                etag = headers.get("etag")
                if etag and headers.get("content-encoding") == "gzip":
                    headers["etag"] = f'{etag[:-1]}-gzip"'
            await send(message)

        await self.app(scope, receive, send_on)
