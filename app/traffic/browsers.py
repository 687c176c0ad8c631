"""What websites may call from their visitors' browsers (CORS).

Reading the catalogue, and asking it questions, is open to every website, without credentials.
What is for people who sign in is open to the websites that the settings name.
"""

from collections.abc import Sequence

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

EXPOSED = [
    *("ETag", "Location", "Retry-After", "RateLimit", "RateLimit-Policy", "X-Request-Id"),
    "Changes-Cursor",
]
SENT = [
    *("Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match"),
    "X-Request-Id",
]
A_DAY = 86_400

ANY_WEBSITE = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": ", ".join(EXPOSED),
}
"""The headers of an answer that every website may read, to a website."""

CLOSED = (
    *("/v1/accounts", "/v1/audit", "/v1/auth/", "/v1/clients", "/v1/imports", "/v1/manage/"),
    *("/v1/me/", "/v1/moderation/", "/v1/webhooks"),
)
"""How the addresses begin that are for people who sign in, and for clients."""

QUESTIONS = frozenset({"/v1/activities/search", "/v1/confirmations", "/v1/matches", "/v1/plans"})
"""Where a POST asks something and changes nothing, or needs nothing but the code in a mail."""


def is_open(method: str, path: str) -> bool:
    """Whether every website may call this."""
    if path.startswith(CLOSED) or path == "/v1/me":
        return False
    return method in {"GET", "HEAD"} or path in QUESTIONS or not path.startswith("/v1/")


class Browsers:
    """The layer that tells browsers which websites may read an answer."""

    def __init__(self, app: ASGIApp, *, origins: Sequence[str]) -> None:
        self.open = CORSMiddleware(
            app,
            allow_origins=["*"],
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["*"],
            expose_headers=EXPOSED,
            max_age=A_DAY,
        )
        # A token is sent by the website's own program and no cookie is, so these go without
        # credentials as well.
        self.named = CORSMiddleware(
            app,
            allow_origins=origins,
            allow_methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=SENT,
            expose_headers=EXPOSED,
            max_age=600,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        layer = self.open
        if scope["type"] == "http" and scope["path"].startswith("/v1/"):
            method: str = scope["method"]
            if method == "OPTIONS":
                asked = Headers(scope=scope).get("access-control-request-method")
                method = asked or method
            layer = self.open if is_open(method, scope["path"]) else self.named
        await layer(scope, receive, send)
