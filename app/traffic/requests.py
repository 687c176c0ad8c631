"""Each request's id, its one line in the log, and the headers that every answer carries.

A log line never holds a query string, a body or an exception's message: any of them may carry
somebody's private information.
"""

import json
import logging
import re
import sys
import time
from datetime import UTC, datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.database import uuid7
from app.traffic.metrics import Metrics

logger = logging.getLogger("carefinder.requests")

_REQUEST_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

SECURITY_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}
"""On every answer. `Strict-Transport-Security` is ignored by browsers outside HTTPS."""

API_POLICY = "default-src 'none'; frame-ancestors 'none'"
DOCS_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'"
)
"""The documentation page carries a script of its own, served from here."""


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of one record: its time, level, logger and message, and its fields."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        return json.dumps(line, ensure_ascii=False, default=str)


def set_up_logging(level: str) -> None:
    """Have everything logged as JSON lines on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # These write requests and their addresses as they come.
    for noisy in ("uvicorn.access", "httpx", "httpcore", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


class Requests:
    """The outermost layer: ids, headers, the log and the counters."""

    def __init__(self, app: ASGIApp, *, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        seen: dict[str, Any] = {"status": 0, "bytes": 0}

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                message["headers"] = [*message["headers"], *_headers(scope, request_id)]
            elif message["type"] == "http.response.body":
                seen["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self.app(scope, receive, send_on)
        finally:
            seconds = time.perf_counter() - started
            self._record(scope, request_id, seen, seconds)

    def _record(self, scope: Scope, request_id: str, seen: dict[str, Any], seconds: float) -> None:
        route = route_of(scope)
        self.metrics.observe(scope["method"], route, seen["status"], seconds)
        fields = {
            "request_id": request_id,
            "method": scope["method"],
            "route": route,
            "status": seen["status"],
            "bytes": seen["bytes"],
            "milliseconds": round(seconds * 1000, 1),
        }
        logger.info("request", extra={"fields": fields})


def route_of(scope: Scope) -> str:
    """The path as the documentation writes it, so that no id or search word stands in a log."""
    route = scope.get("route")
    return getattr(route, "path", None) or "unknown"


def _request_id(scope: Scope) -> str:
    """The caller's own id for the request if it is a UUID, else a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            sent: str = value.decode("latin-1").lower()
            if _REQUEST_ID.fullmatch(sent):
                return sent
    return str(uuid7())


def _headers(scope: Scope, request_id: str) -> list[tuple[bytes, bytes]]:
    docs = scope["path"].startswith(("/docs", "/redoc"))
    headers = {
        **SECURITY_HEADERS,
        "Content-Security-Policy": DOCS_POLICY if docs else API_POLICY,
        "X-Request-Id": request_id,
    }
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
