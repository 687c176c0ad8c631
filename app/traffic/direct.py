"""Operations that are answered from memory are called without the framework's ways to them.

To find a route, gather its dependencies and enter what they may leave behind costs several times
what such an answer costs. Documentation, errors and everything else stay as they are: the operation
is an ordinary one, and would be answered alike without this layer.
"""

from collections.abc import Iterable

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from app.traffic.compression import press


class Direct:
    """Calls operations at fixed addresses that take nothing but the request."""

    def __init__(self, app: ASGIApp, *, routes: Iterable[APIRoute], minimum_size: int) -> None:
        """Stand before everything that the operations do without, compression included.

        Args:
            app: what serves all else.
            routes: each has an `async` operation that takes the request alone and depends on
                nothing.
            minimum_size: answers of at least so many bytes are compressed.
        """
        self.app = app
        self.minimum_size = minimum_size
        self.routes = {
            (method, route.path): route for route in routes for method in route.methods or ()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        route = None
        if scope["type"] == "http":
            route = self.routes.get((scope["method"], scope["path"]))
        if route is None:
            await self.app(scope, receive, send)
            return
        scope["route"] = route
        request = Request(scope, receive)
        try:
            response: Response = await route.endpoint(request)
        except Exception as error:
            handlers = scope["app"].exception_handlers
            handler = next(
                (handlers[kind] for kind in type(error).__mro__ if kind in handlers), None
            )
            if handler is None:
                raise
            response = handler(request, error)
        press(response, scope, self.minimum_size)
        await response(scope, receive, send)
