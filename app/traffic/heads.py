from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Heads:
    """HEAD is answered wherever GET is, with the same headers and without the body (RFC 9110)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self.app(scope, receive, send)
            return

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        # A copy, because the server looks at the method to know that no body will follow.
        as_get = {**scope, "method": "GET"}
        await self.app(as_get, receive, send_on)
        scope["route"] = as_get.get("route")
