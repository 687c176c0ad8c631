"""A request that is sent again gets the answer of the first time: `Idempotency-Key`.

The row that holds the answer is written in the transaction of what was asked, so that there is
never one without the other. It is for operations that make something, and never for signing in
or for answers that hold a secret, which must not be kept.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import BaseModel
from sqlalchemy import delete, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import OperationalError
from sqlmodel import col

from app.accounts.models import Idempotency
from app.accounts.principals import Actor
from app.database import Writing, utc_now
from app.problems import Conflict, Fault, Malformed

KEPT = timedelta(hours=24)
PATIENCE = 5
"""Seconds that a second request waits for the first one to be done."""

LONGEST_KEY = 128
LOCK_NOT_AVAILABLE = "55P03"

Made = tuple[BaseModel, Mapping[str, str]]


class StillBusy(Conflict):
    """A request with the same `Idempotency-Key` is still being worked on."""

    code = "still_busy"


class Once:
    """One request that is carried out once, however often it is sent with the same key."""

    def __init__(self, operation: str, key: str | None, digest: str) -> None:
        self.operation = operation
        self.key = key
        self.digest = digest

    def answer(self, session: Writing, actor: Actor, make: Callable[[], Made]) -> Response:
        """The answer to the request: 201 with what was made, now or the first time.

        Args:
            session: the transaction of the request.
            actor: who asks; another's key is another key.
            make: makes it, and gives what to answer and the headers (`Location`, `ETag`).

        Raises:
            StillBusy: the first request is not done yet.
            Malformed: the key was used for another body.
        """
        if self.key is None:
            return _response(*_made(make))
        principal = f"{actor.kind}:{actor.id}"
        if (kept := self._claim(session, principal)) is not None:
            if kept.body_digest != self.digest:
                raise Malformed([OTHER_BODY])
            return _response(kept.answer or "", kept.headers)
        body, headers = _made(make)
        session.flush()
        row = session.get_one(Idempotency, (principal, self.operation, self.key))
        row.status, row.answer, row.headers = 201, body, dict(headers)
        return _response(body, headers)

    def _claim(self, session: Writing, principal: str) -> Idempotency | None:
        """Take the key, or give what was answered to whoever had it before."""
        on_postgresql = session.get_bind().dialect.name == "postgresql"
        if on_postgresql:
            # Who puts in the same key waits here until the other transaction ends. On SQLite
            # there is one writer at a time in any case.
            session.execute(text(f"SET LOCAL lock_timeout = '{PATIENCE}s'"))
        old = delete(Idempotency).where(col(Idempotency.at) < utc_now() - KEPT)
        session.execute(old.where(col(Idempotency.principal) == principal))
        dialect: Any = postgresql if on_postgresql else sqlite
        try:
            # The driver does not always count rows: what comes back was put in.
            taken = session.execute(
                dialect.insert(Idempotency)
                .values(
                    principal=principal,
                    operation=self.operation,
                    key=self.key,
                    body_digest=self.digest,
                    headers={},
                    at=utc_now(),
                )
                .on_conflict_do_nothing()
                # The count of rows is not told alike by the two drivers.
                .returning(col(Idempotency.key))
            ).first()
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            raise StillBusy(
                "The same request is still being worked on.", headers={"Retry-After": "2"}
            ) from None
        if on_postgresql:
            session.execute(text("SET LOCAL lock_timeout = DEFAULT"))
        if taken is not None:
            return None
        return session.get_one(Idempotency, (principal, self.operation, self.key))


OTHER_BODY = Fault(
    **{"in": "header"},
    name="Idempotency-Key",
    code="key_used",
    message="This key was used for another request. Use a new one.",
)


def _made(make: Callable[[], Made]) -> tuple[str, Mapping[str, str]]:
    shown, headers = make()
    return shown.model_dump_json(by_alias=True), headers


def _response(body: str, headers: Mapping[str, str]) -> Response:
    return Response(
        body,
        status_code=201,
        media_type="application/json",
        headers={"Cache-Control": "private, no-store", **headers},
    )


async def _once(request: Request) -> Once:
    sent = request.headers.getlist("idempotency-key")
    key = sent[0] if sent else None
    if len(sent) > 1 or (key is not None and not _is_sound(key)):
        raise Malformed([UNSOUND])
    where = f"{request.scope['path']}\n".encode()
    digest = hashlib.sha256(where + await request.body()).hexdigest()
    return Once(request.scope["route"].name, key, digest)


def _is_sound(key: str) -> bool:
    return 1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()


UNSOUND = Fault(
    **{"in": "header"},
    name="Idempotency-Key",
    code="key_unsound",
    message=f"Send one key of 1 to {LONGEST_KEY} printable ASCII characters, such as a UUID.",
)

OnceOnly = Annotated[Once, Depends(_once)]
"""For POSTs that make something. Document it with `openapi_extra=IDEMPOTENCY_KEY`."""

IDEMPOTENCY_KEY: dict[str, Any] = {
    "parameters": [
        {
            "name": "Idempotency-Key",
            "in": "header",
            "required": False,
            "description": "A name of your own for this request. Sent again within a day with the "
            "same body it gets the same answer, and nothing is made twice.",
            "schema": {"type": "string", "minLength": 1, "maxLength": LONGEST_KEY},
        }
    ]
}
