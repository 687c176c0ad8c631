"""The outermost layer: each request's id, its line in the log, its count, and common headers.

It also gives out answers that are kept because they are asked for again and again.
"""

import os
import random
import re
import time
from itertools import count

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.traffic.compression import takes_gzip
from app.traffic.direct import PLAIN
from app.traffic.guard import MAX_HEADER_BYTES, REFUSED
from app.traffic.log import Served, log_request
from app.traffic.metrics import Metrics
from app.traffic.repeated import MADE_FROM, MOST_KEPT, Kept, Repeated
from app.traffic.safety import NOT_MODIFIED, RawHeaders, safety_headers

_REQUEST_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

LOOKED_AT = frozenset(
    {
        b"x-request-id",
        b"if-none-match",
        b"origin",
        b"accept-encoding",
        # With one of these a request is none that anybody could have sent.
        b"authorization",
        b"cookie",
        b"content-length",
        b"transfer-encoding",
    }
)


class Requests:
    """Ids, headers, the log, the counters, and what is given out again as it is."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics, repeated: Repeated) -> None:
        self.app = app
        self.metrics = metrics
        self.repeated = repeated
        # By a number that stands for the request as it came, and is as good as a digest: Python
        # draws anew for each process how bytes come to numbers.
        self._lately: dict[int, tuple[bytes, list[bytes]]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id, key, etags = self._known(scope)
        kept = self.repeated.find(key) if key else None
        named = kept.named_by(etags) if kept and etags else None
        if kept and named:
            status, body, headers = NOT_MODIFIED, b"", [*kept.unchanged, (b"etag", named)]
        elif kept and kept.body is not None:
            status, body, headers = 200, kept.body, [*kept.headers]
        else:
            await self._pass_on(scope, receive, send, request_id, key, started)
            return
        headers.append((b"x-request-id", request_id.encode()))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        self._record(request_id, "GET", kept.route, status, len(body), started)

    async def _pass_on(  # noqa: PLR0913, PLR0917 - the request as it came, and what was read of it.
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        request_id: str,
        key: bytes | None,
        started: float,
    ) -> None:
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        state[PLAIN] = key is not None
        headers: RawHeaders = ()
        body = b""
        status = size = parts = 0

        async def send_on(message: Message) -> None:
            nonlocal headers, body, status, size, parts
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message["headers"], *safety_headers(status, scope["path"])]
                message["headers"] = [*headers, (b"x-request-id", request_id.encode())]
            elif message["type"] == "http.response.body":
                body = message.get("body", b"")
                size += len(body)
                parts += 1
            await send(message)

        try:
            await self.app(scope, receive, send_on)
        finally:
            route = route_of(scope)
            self._record(request_id, scope["method"], route, status, size, started)
        made_from = state.get(MADE_FROM)
        if made_from is not None and key and status in {200, NOT_MODIFIED} and parts == 1:
            etag = next((value for name, value in headers if name == b"etag"), b"")
            whole = None if status == NOT_MODIFIED else body
            self.repeated.note(key, made_from, lambda: Kept(route, headers, whole, etag))

    def _known(self, scope: Scope) -> tuple[str, bytes | None, list[bytes]]:
        """The request's id, what stands for it among kept answers, and the ETags that it names.

        Of a request that is the same to the byte as one before, all but its id is known already.
        """
        if REFUSED in scope.get("state", ()):
            return self._read(scope)[0] or new_id(), None, []
        request = hash(
            (scope["method"], scope.get("raw_path"), scope["query_string"], *scope["headers"])
        )
        known = self._lately.get(request)
        if known is not None:
            return new_id(), *known
        sent_id, key, etags = self._read(scope)
        if key is not None and not sent_id:
            if len(self._lately) >= MOST_KEPT:
                self._lately.clear()
            self._lately[request] = key, etags
        return sent_id or new_id(), key, etags

    def _read(self, scope: Scope) -> tuple[str, bytes | None, list[bytes]]:
        """The id that the caller gave the request, its key among kept answers, and the ETags.

        The first is empty where there is none, the second None where no kept answer can be right.
        """
        sent_id = ""
        named: list[bytes] = []
        origin = accepts = None
        common = scope["method"] == "GET"
        size = 0
        for name, value in scope["headers"]:
            size += len(name) + len(value)
            if name not in LOOKED_AT:
                continue
            if name == b"x-request-id":
                sent_id = sent_id or _sent_id(value)
            elif name == b"if-none-match":
                named.append(value)
            elif name == b"origin" and origin is None:
                origin = value
            elif name == b"accept-encoding" and accepts is None:
                accepts = value
            else:
                common = False
        key = None
        if common and size <= MAX_HEADER_BYTES and (path := scope.get("raw_path")):
            compressed = accepts is not None and takes_gzip(accepts)
            # Whether there is an origin at all is told apart from an empty one.
            of = b"" if origin is None else b"=" + origin
            key = self.repeated.key(path, scope["query_string"], of, compressed=compressed)
        return sent_id, key, named

    def _record(  # noqa: PLR0913, PLR0917 - each is one thing that is recorded.
        self, request_id: str, method: str, route: str, status: int, size: int, started: float
    ) -> None:
        seconds = time.perf_counter() - started
        self.metrics.observe(method, route, status, seconds)
        log_request(Served(request_id, method, route, status, size, seconds * 1000))


def route_of(scope: Scope) -> str:
    """The path as the documentation writes it, so that no id or search word stands in a log."""
    route = scope.get("route")
    return getattr(route, "path", None) or "unknown"


class _Ids:
    """UUIDs of version 7: of the millisecond, of the process, and a number that counts up.

    The process draws its part, and where the count begins, by chance (RFC 9562, sections 5.7
    and 6.2, whose first method is this one). They protect nothing.
    """

    def __init__(self) -> None:
        self.draw()
        os.register_at_fork(after_in_child=self.draw)

    def draw(self) -> None:
        """Draw the part of this process."""
        self._own = f"7{random.getrandbits(12):03x}-{0x8000 | random.getrandbits(14):04x}"
        self._count = count(random.getrandbits(47))
        self._begun = (0, "")

    def __call__(self) -> str:
        """The next one, as text."""
        millisecond, beginning = self._begun
        now = time.time_ns() // 1_000_000
        if now != millisecond:
            moment = f"{now:012x}"
            beginning = f"{moment[:8]}-{moment[8:]}-{self._own}-"
            self._begun = (now, beginning)
        return f"{beginning}{next(self._count):012x}"


new_id = _Ids()


def _sent_id(value: bytes) -> str:
    """The caller's own id for the request if it is a UUID, else nothing."""
    sent = value.decode("latin-1").lower()
    return sent if _REQUEST_ID.fullmatch(sent) else ""
