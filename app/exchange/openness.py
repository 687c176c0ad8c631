"""The layer around the open feed: any website may read it, with and without a slash at the end."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.exchange.openreferral.identity import PREFIX


class OpenFeed:
    """Says on every answer of the feed, errors too, that any website may read it.

    The standard asks for the header on all answers, also where the request names no origin. It
    stands inside the layer for browsers, which sets the same header and never a second one.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        path: str = scope.get("path", "")
        if scope["type"] != "http" or not (path == PREFIX or path.startswith(f"{PREFIX}/")):
            await self.app(scope, receive, send)
            return
        if path.endswith("/"):
            # Harvesters put paths together either way, and a redirect would lose some of them.
            scope["path"] = path[:-1]

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(raw=message["headers"])
                headers["Access-Control-Allow-Origin"] = "*"
            await send(message)

        await self.app(scope, receive, send_on)
