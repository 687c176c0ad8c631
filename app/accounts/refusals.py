"""Attempts to sign in that are certain to be refused, answered before the framework is asked.

A flood of them would otherwise leave searches little of the processor. The operation itself would
answer alike: what is not certain is left to it, and so is whatever has another form.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from anyio.to_thread import run_sync
from fastapi.routing import APIRoute
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.accounts.allowances import refuse_remembered
from app.accounts.commands.sign_ins import (
    Caller,
    Desk,
    address_of,
    known_origins,
    origin_of,
    sign_in_takings,
)
from app.accounts.schemas import TokenForm
from app.problems import problem_response
from app.settings import Network
from app.traffic.addresses import caller_of
from app.traffic.allowance import TooMany

FORM = b"application/x-www-form-urlencoded"

GATHERING = 0.02
"""Seconds for which refusals wait for each other, so that one look-up serves many."""


@dataclass(frozen=True)
class _Gathered:
    """Those who are looked up together."""

    asked: set[tuple[str, str]]
    """Addresses with their origins."""
    known: asyncio.Future[set[str] | None]
    """The origins that are known; None if that could not be found out."""


class Refusals:
    """The innermost layer around the token endpoint."""

    def __init__(
        self, app: ASGIApp, *, desk: Desk, route: APIRoute, trusted: Sequence[Network]
    ) -> None:
        """Stand before an operation.

        Args:
            app: what serves all that is not refused here.
            desk: of the application.
            route: the token endpoint.
            trusted: the networks that our own proxies are in.
        """
        self.app = app
        self.desk = desk
        self.route = route
        self.trusted = trusted
        self.gathering: dict[asyncio.AbstractEventLoop, _Gathered] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        ours = scope["type"] == "http" and scope["path"] == self.route.path
        if not ours or scope["method"] != "POST" or scope["query_string"]:
            await self.app(scope, receive, send)
            return
        read, email = await _read(scope, receive)
        problem = await self._refusal(scope, email) if email else None
        if problem is None:
            await self.app(scope, _again(read, receive), send)
            return
        scope["route"] = self.route
        await problem_response(problem, scope["state"]["request_id"])(scope, receive, send)

    async def _refusal(self, scope: Scope, email: str) -> TooMany | None:
        """The problem to tell, if it is certain."""
        address, caller = address_of(email), Caller(caller_of(scope, self.trusted), None)
        database = self.desk.database
        try:
            refuse_remembered(database, sign_in_takings(address, caller, known=True))
        except TooMany as problem:
            return problem
        try:
            refuse_remembered(database, sign_in_takings(address, caller, known=False))
        except TooMany as problem:
            known = await self._is_known(address, origin_of(address, caller))
            return None if known else problem
        return None

    async def _is_known(self, address: str, origin: str) -> bool:
        """Whether an account was signed in to from there; yes where that cannot be found out."""
        loop = asyncio.get_running_loop()
        if (others := self.gathering.get(loop)) is not None:
            others.asked.add((address, origin))
            # Who goes away must not take the answer from the others.
            known = await asyncio.shield(others.known)
        else:
            ours = self.gathering[loop] = _Gathered({(address, origin)}, loop.create_future())
            known = await self._look_up(loop, ours)
        return known is None or origin in known

    async def _look_up(self, loop: asyncio.AbstractEventLoop, ours: _Gathered) -> set[str] | None:
        known = None
        try:
            try:
                await asyncio.sleep(GATHERING)
            finally:
                del self.gathering[loop]
            known = await run_sync(known_origins, self.desk.database, ours.asked)
        except SQLAlchemyError:
            # The operation finds the same out, and tells it.
            return None
        finally:
            ours.known.set_result(known)
        return known


async def _read(scope: Scope, receive: Receive) -> tuple[list[Message], str | None]:
    """The messages of a request's body, and whom it wants to sign in with a password."""
    read: list[Message] = []
    while not read or read[-1].get("more_body", False):
        read.append(await receive())
    if any(message["type"] != "http.request" for message in read):
        return read, None
    kinds = [value for name, value in scope["headers"] if name == b"content-type"]
    if kinds != [FORM]:
        return read, None
    return read, _who(b"".join(message.get("body", b"") for message in read))


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
