"""How many requests an address may make in a minute, counted in the memory of each worker.

The headers follow draft-ietf-httpapi-ratelimit-headers-10, which has lapsed as a draft: they are
advice. `Retry-After` is the standard's own.
"""

import time
from collections.abc import Callable, Sequence

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import RETRY_AFTER, Problem
from app.settings import Network
from app.traffic.addresses import caller_of
from app.traffic.guard import REFUSED

MINUTE = 60
EXEMPT = ("/health/", "/metrics")
"""What watches over the service is never told to come back later."""


class TooMany(Problem):
    """This was tried too often in a short time."""

    status = 429
    title = "Too many requests"
    code = "too_many_requests"
    sends = RETRY_AFTER

    def __init__(self, detail: str, *, retry_after: int, **extensions: object) -> None:
        """Say what was too much, and after how many seconds to try again."""
        super().__init__(detail, headers={"Retry-After": str(max(1, retry_after))}, **extensions)


class RequestLimit:
    """The outermost layer: a limit on the requests of one address in each minute by the clock.

    A minute's counts are one table, dropped whole when the minute is over, so that a request
    costs one look-up and what is held in memory is bounded by what came in a minute.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        per_minute: int,
        trusted: Sequence[Network],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.app = app
        self.per_minute = per_minute
        self.trusted = trusted
        self.clock = clock
        self.minute = 0
        self.counts: dict[str, int] = {}
        self.policy = f'"default";q={per_minute};w={MINUTE}'.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or say when to come back."""
        if scope["type"] != "http" or scope["path"].startswith(EXEMPT):
            await self.app(scope, receive, send)
            return
        now = self.clock()
        minute = int(now // MINUTE)
        if minute != self.minute:
            self.minute, self.counts = minute, {}
        caller = caller_of(scope, self.trusted)
        count = self.counts[caller] = self.counts.get(caller, 0) + 1
        wait = MINUTE - int(now) % MINUTE
        left = max(0, self.per_minute - count)
        headers = [
            (b"ratelimit-policy", self.policy),
            (b"ratelimit", f'"default";r={left};t={wait}'.encode()),
        ]

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *headers]
            await send(message)

        if count > self.per_minute:
            # The layers inside tell it: so it has an id, a line in the log, and is told to
            # browsers too.
            scope.setdefault("state", {})[REFUSED] = TooMany(
                f"This address made more than {self.per_minute} requests in a minute. "
                "Please slow down.",
                retry_after=wait,
            )
        await self.app(scope, receive, send_on)
