"""The log: JSON lines on standard error, one of them for each request.

A line never holds a query string, a body or an exception's message: any of them may carry
somebody's private information.
"""

import asyncio
import atexit
import json
import logging
import sys
import time
from collections import deque
from contextlib import nullcontext, suppress
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

logger = logging.getLogger("carefinder.requests")


TOGETHER = 0.01
"""Seconds for which the lines of requests wait for others."""


class Served(NamedTuple):
    """What the log says of one request; `bytes` counts the body's."""

    request_id: str
    method: str
    route: str
    status: int
    bytes: int
    milliseconds: float


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


class JsonLines(logging.StreamHandler):  # type: ignore[type-arg]
    """Writes each record as a line, and requests without the ways of the logging library.

    Requests that are served while an event loop runs are written together a moment later: one
    writing for all costs little more than one for each.
    """

    def __init__(self) -> None:
        super().__init__(sys.stderr)
        self.setFormatter(JsonFormatter())
        self._waiting: deque[tuple[float, Served]] = deque()
        self._due: asyncio.AbstractEventLoop | None = None
        atexit.register(self.write_waiting)

    def write(self, served: Served) -> None:
        """Write the line of a request, in its turn."""
        # In this order no line is left behind, whichever thread writes what waits meanwhile.
        self._waiting.append((time.time(), served))
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self.write_waiting()
            return
        # A loop that has ended since writes nothing any more.
        if self._due is not loop:
            self._due = loop
            loop.call_later(TOGETHER, self.write_waiting)

    def emit(self, record: logging.LogRecord) -> None:
        """Write a record behind the lines that were there before it."""
        self.write_waiting()
        super().emit(record)

    def write_waiting(self) -> None:
        """Write what waits."""
        self._due = None
        waiting = self._waiting
        with self.lock or nullcontext():
            lines = [_line(*waiting.popleft()) for _ in range(len(waiting))]
            # A log that cannot be written stops nobody.
            with suppress(OSError, ValueError):
                if lines:
                    self.stream.write("".join(lines))
                    self.flush()


def set_up_logging(level: str) -> None:
    """Have everything logged as JSON lines on standard error."""
    logging.basicConfig(level=level, handlers=[JsonLines()], force=True)
    # These write requests and their addresses as they come.
    for noisy in ("uvicorn.access", "httpx", "httpcore", "alembic"):
        logging.getLogger(noisy).setLevel(logging.WARNING)


def log_request(served: Served) -> None:
    """Log one request.

    Where the log is JSON lines and nobody else listens, the line is put together by hand: the
    ways of the logging library cost more than many an answer.
    """
    if not logger.isEnabledFor(logging.INFO):
        return
    listening = logging.root.handlers
    if len(listening) == 1 and type(listening[0]) is JsonLines and not logger.handlers:
        listening[0].write(served)
    else:
        fields = served._asdict() | {"milliseconds": round(served.milliseconds, 1)}
        logger.info("request", extra={"fields": fields})


def _line(at: float, served: Served) -> str:
    request_id, method, route, status, size, milliseconds = served
    second = int(at)
    return '%s.%03d+00:00", %s"%s", %s%d, "milliseconds": %.1f}\n' % (  # noqa: UP031 - it takes two thirds of an f-string's time.
        _second(second),
        (at - second) * 1000,
        _OF_REQUESTS,
        request_id,
        _kind(method, route, status),
        size,
        milliseconds,
    )


_OF_REQUESTS = (
    '"level": "INFO", "logger": "carefinder.requests", "message": "request", "request_id": '
)


@lru_cache(maxsize=4)
def _second(seconds: int) -> str:
    """The beginning of a line, up to the second."""
    return datetime.fromtimestamp(seconds, UTC).strftime('{"at": "%Y-%m-%dT%H:%M:%S')


@lru_cache(maxsize=1024)
def _kind(method: str, route: str, status: int) -> str:
    """What the lines of all such requests say, up to the number of bytes."""
    told = {"method": method, "route": route, "status": status}
    return json.dumps(told, ensure_ascii=False)[1:-1] + ', "bytes": '
