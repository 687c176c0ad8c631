"""Attempts to sign in that are certain to be refused, answered before the operation is asked.

A flood of them would otherwise leave searches little of the processor. The operation itself would
answer alike: what is not certain is left to it, a few at a time, and so is whatever has another
form, or might be refused on the way there.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from anyio.lowlevel import RunVar
from anyio.to_thread import run_sync
from fastapi.routing import APIRoute
from pydantic import ValidationError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.accounts.allowances import is_doubtful
from app.accounts.commands.sign_ins import Attempt, Desk, attempt_of, refusals_of
from app.accounts.passwords import crowded
from app.accounts.schemas import TokenForm
from app.problems import Problem, problem_response
from app.settings import Network
from app.traffic.addresses import caller_of
from app.traffic.allowance import TooMany
from app.traffic.browsers import Browsers
from app.traffic.compression import press
from app.traffic.guard import MAX_HEADER_BYTES, REFUSED

logger = logging.getLogger("carefinder.accounts")

FORM = b"application/x-www-form-urlencoded"

MOST_BYTES = 4_096
"""Of a form that is read here; an address and a password hardly come to a tenth of it."""

GATHERING = 0.1
"""Seconds for which attempts wait for each other, so that one look-up serves many."""

AT_ONCE = 4
"""Attempts that one worker has the operation work on at a time. More would keep searches from the
interpreter, which one thread has at a time."""

IN_LINE = 50
"""Further ones that wait. Beyond them people are asked to try again; nothing is counted for it."""

PATIENCE = 2.0
"""Seconds for which they wait, should those before them have to wait for the database."""


@dataclass
class _Gathered:
    """Attempts that are looked up together."""

    asked: set[Attempt] = field(default_factory=set)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    refused: dict[Attempt, TooMany] = field(default_factory=dict)


@dataclass
class _Waiting:
    """What waits in one event loop."""

    gathered: _Gathered | None = None
    """Those that the next look-up is for."""
    looking: asyncio.Lock = field(default_factory=asyncio.Lock)
    turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))
    in_line: int = 0

    async def has_turn(self) -> bool:
        """Whether a turn at the operation came; whoever has one gives it back."""
        if self.turns.locked() and self.in_line >= IN_LINE:
            return False
        self.in_line += 1
        try:
            async with asyncio.timeout(PATIENCE):
                return await self.turns.acquire()
        except TimeoutError:
            return False
        finally:
            self.in_line -= 1


class Refusals:
    """The layer before the token endpoint, outside of those that every request passes."""

    def __init__(  # noqa: PLR0913 - each is one thing that the layers inside go by.
        self,
        app: ASGIApp,
        *,
        desk: Desk,
        route: APIRoute,
        trusted: Sequence[Network],
        minimum_size: int,
        origins: Sequence[str],
    ) -> None:
        """Stand before an operation.

        Args:
            app: what serves all that is not refused here.
            desk: of the application.
            route: the token endpoint.
            trusted: the networks that our own proxies are in.
            minimum_size: answers of at least so many bytes are compressed.
            origins: the websites that may read the answers.
        """
        self.app = app
        self.desk = desk
        self.route = route
        self.trusted = trusted
        self.minimum_size = minimum_size
        self.tell = Browsers(self._tell, origins=origins)
        self.waiting: RunVar[_Waiting] = RunVar("attempts to sign in")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http" or scope["path"] != self.route.path or not _is_plain(scope):
            await self.app(scope, receive, send)
            return
        read, email = await _read(receive)
        if not email:
            await self.app(scope, _again(read, receive), send)
            return
        attempt = attempt_of(email, caller_of(scope, self.trusted))
        waiting = self._waiting_here()
        problem: Problem | None = await self._refusal(waiting, attempt)
        if problem is None:
            waits = waiting.turns.locked()
            if await waiting.has_turn():
                try:
                    # Much may have been used up meanwhile.
                    problem = await self._refusal(waiting, attempt) if waits else None
                    if problem is None:
                        await self.app(scope, _again(read, receive), send)
                        return
                finally:
                    waiting.turns.release()
        scope["route"] = self.route
        scope["state"][REFUSED] = problem or crowded()
        await self.tell(scope, receive, send)

    async def _tell(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the problem, as the layers inside would send it."""
        state = scope["state"]
        response = problem_response(state[REFUSED], state["request_id"])
        press(response, scope, self.minimum_size)
        await response(scope, receive, send)

    def _waiting_here(self) -> _Waiting:
        waiting = self.waiting.get(None)
        if waiting is None:
            waiting = _Waiting()
            self.waiting.set(waiting)
        return waiting

    async def _refusal(self, waiting: _Waiting, attempt: Attempt) -> TooMany | None:
        """The problem to tell, if it is certain."""
        either = [*attempt.takings(known=True), *attempt.takings(known=False)]
        if not is_doubtful(self.desk.database, either):
            return None
        if (gathered := waiting.gathered) is not None:
            gathered.asked.add(attempt)
            await gathered.done.wait()
        else:
            gathered = waiting.gathered = _Gathered({attempt})
            await self._look_up(waiting, gathered)
        return gathered.refused.get(attempt)

    async def _look_up(self, waiting: _Waiting, gathered: _Gathered) -> None:
        try:
            await asyncio.sleep(GATHERING)
            async with waiting.looking:
                waiting.gathered = None
                gathered.refused = await run_sync(refusals_of, self.desk.database, gathered.asked)
        except Exception as error:  # noqa: BLE001 - here nobody would tell it as a problem; the operation does.
            fields = {"kind": type(error).__name__}
            logger.warning("attempts to sign in cannot be looked up", extra={"fields": fields})
        finally:
            if waiting.gathered is gathered:
                waiting.gathered = None
            gathered.done.set()


def _is_plain(scope: Scope) -> bool:
    """Whether a request is a small form, which no layer further in would refuse."""
    if scope["method"] != "POST" or scope["query_string"] or REFUSED in scope["state"]:
        return False
    size, kinds, lengths = 0, [], []
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        if name == b"content-type":
            kinds.append(value)
        elif name == b"content-length":
            lengths.append(value)
    if kinds != [FORM] or size > MAX_HEADER_BYTES:
        return False
    return all(one.isdigit() and len(one) <= len(str(MOST_BYTES)) for one in lengths)


async def _read(receive: Receive) -> tuple[list[Message], str | None]:
    """The messages of a request's body, and whom it wants to sign in with a password.

    Of a larger body only the beginning is read.
    """
    read: list[Message] = []
    body = b""
    while not read or read[-1].get("more_body", False):
        read.append(await receive())
        body += read[-1].get("body", b"")
        if read[-1]["type"] != "http.request" or len(body) > MOST_BYTES:
            return read, None
    return read, _who(body)


def _who(body: bytes) -> str | None:
    try:
        fields = parse_qsl(body.decode("latin-1"), keep_blank_values=True, max_num_fields=10)
        form = TokenForm.model_validate(dict(fields))
    except (ValueError, ValidationError):
        return None
    twice = len({name for name, _ in fields}) < len(fields)
    whole = form.grant_type == "password" and form.password and not twice
    return form.username if whole else None


def _again(read: list[Message], receive: Receive) -> Receive:
    """What was read already, and then the rest."""
    waiting = iter(read)

    async def receive_on() -> Message:
        return next(waiting, None) or await receive()

    return receive_on
