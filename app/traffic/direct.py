"""Operations that are answered from memory are called without the ways that lead to them.

To pass the layers, find a route, gather its dependencies and enter what they may leave behind costs
several times what such an answer costs. Documentation, errors and everything else stay as they
are: the operation is an ordinary one, and would be answered alike without this layer.
"""

from collections.abc import Iterable, Mapping

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.traffic.compression import press

PLAIN = "plain"
"""The name under which a request's state says that it is a GET without a body, whose headers are
few and name nobody."""


class Direct:
    """Calls operations at fixed addresses that take nothing but the request.

    What is not plain, and what the operation does not answer, goes the ordinary way.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        routes: Iterable[APIRoute],
        minimum_size: int,
        max_url_bytes: int,
        for_websites: Mapping[str, str],
    ) -> None:
        """Stand before all layers that such an operation does without.

        Args:
            app: the ordinary way.
            routes: each has an `async` operation that any website may call, that takes the request
                alone and depends on nothing.
            minimum_size: answers of at least so many bytes are compressed.
            max_url_bytes: of a path and its query.
            for_websites: the headers of an answer to a website.
        """
        self.app = app
        self.minimum_size = minimum_size
        self.max_url_bytes = max_url_bytes
        self.routes = {route.path: route for route in routes}
        self.for_websites = [
            (name.lower().encode(), value.encode()) for name, value in for_websites.items()
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        response = None
        if scope["type"] == "http" and scope["state"].get(PLAIN):
            response = await self._answered(scope, receive)
        if response is None:
            await self.app(scope, receive, send)
            return
        headers = response.raw_headers
        await send(
            {"type": "http.response.start", "status": response.status_code, "headers": headers}
        )
        await send({"type": "http.response.body", "body": response.body})

    async def _answered(self, scope: Scope, receive: Receive) -> Response | None:
        route = self.routes.get(scope["path"])
        size = len(scope["raw_path"]) + len(scope["query_string"])
        if route is None or size > self.max_url_bytes:
            return None
        try:
            response: Response = await route.endpoint(Request(scope, receive))
        except Exception:  # noqa: BLE001 - asked again in the ordinary way, which says what is wrong.
            # The guard stands further in: whatever got past here would be logged with its message,
            # which may be private. The ordinary way meets the same, and tells and logs it safely.
            return None
        scope["route"] = route
        press(response, scope, self.minimum_size)
        headers = response.raw_headers
        varies = [value for name, value in headers if name == b"vary"]
        if varies:
            headers[:] = [header for header in headers if header[0] != b"vary"]
        headers.append((b"vary", b", ".join([*varies, b"Origin"])))
        for name, _ in scope["headers"]:
            if name == b"origin":
                headers += self.for_websites
                break
        return response
