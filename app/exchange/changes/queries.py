"""Reading what changed, in the order of commits, and waiting for more."""

import asyncio
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from app.caching import etag_of, named_by
from app.catalogue import rows
from app.catalogue.loading import CHUNK, councils_by_id
from app.catalogue.models import Council, Provider
from app.catalogue.public import council_detail
from app.clock import Change, ClockFace, read_clock
from app.database import Database, Reading
from app.exchange.changes.schemas import AnyRecord, ChangeParams, Changes, ChangeView
from app.exchange.cursors import Cursor, read_cursor, refuse_outdated, written
from app.exchange.live import live_records
from app.exchange.records import ProviderRecord, provider_record
from app.search.index.follow import Index
from app.vocabulary.schemas import scheme_view
from app.vocabulary.terms import vocabulary

LOOK_EVERY = 0.1
"""Seconds between two looks at what the index knows of the clock: a number in memory."""

MOST_WAITING = 1_000
"""So many requests wait in one process at most; further ones are answered at once."""

CACHE_CONTROL = "no-cache"
"""It may be kept, and is asked about each time: an answer that is a minute old is no news."""

_waiting = 0


@dataclass(frozen=True)
class Part:
    """Some changes as one transaction saw them."""

    face: ClockFace
    changes: Changes


async def answer_changes(
    request: Request, database: Database, index: Index, params: ChangeParams, today: date
) -> Response:
    """The changes after a cursor; where there are none, after a wait for some.

    Neither a thread nor a connection is held while waiting.

    Raises:
        Malformed: the cursor is none of ours.
        CursorOutdated: it belongs to another catalogue.
    """
    cursor = read_cursor(params.cursor) if params.cursor is not None else None
    deadline = time.monotonic() + params.wait
    part = await run_in_threadpool(read_part, database, cursor, params)
    while not part.changes.items and await _news(request, index, part.face, deadline):
        part = await run_in_threadpool(read_part, database, cursor, params)
    query = request.query_params.multi_items()
    face = part.face
    etag = etag_of(request.scope["path"], query, face.epoch, face.sequence, today)
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL}
    if named := named_by(request, etag):
        return Response(status_code=304, headers={**headers, "ETag": named})
    body = part.changes.model_dump_json()
    return Response(body, media_type="application/json", headers=headers)


async def _news(request: Request, index: Index, face: ClockFace, deadline: float) -> bool:
    """Wait until the clock has moved on; False where nobody waits for it any longer."""
    global _waiting  # noqa: PLW0603 - it counts who waits in this process.
    if _waiting >= MOST_WAITING:
        return False
    _waiting += 1
    try:
        while (left := deadline - time.monotonic()) > 0:
            snapshot = index.snapshot()
            if snapshot.epoch != face.epoch or snapshot.sequence > face.sequence:
                return True
            if await request.is_disconnected():
                return False
            await asyncio.sleep(min(LOOK_EVERY, left))
    finally:
        _waiting -= 1
    return False


def read_part(database: Database, cursor: Cursor | None, params: ChangeParams) -> Part:
    """The changes after a cursor, in one short transaction.

    Raises:
        CursorOutdated: the cursor belongs to another catalogue.
    """
    with database.read() as session:
        face = read_clock(session)
        start = cursor or Cursor(face.epoch, 0)
        refuse_outdated(start, face)
        found = _after(session, start, params.limit + 1)
        more = len(found) > params.limit
        found = found[: params.limit]
        documents = _documents(session, found) if params.expand else {}
        if found:
            start = Cursor(face.epoch, found[-1].sequence, found[-1].position)
        items = [
            ChangeView.model_validate(
                {
                    **change.model_dump(include={"sequence", "kind", "change", "replaced_by"}),
                    "id": change.subject,
                    "at": change.at,
                    "etag": change.digest,
                    "document": documents.get((change.kind, change.subject)),
                }
            )
            for change in found
        ]
        return Part(face, Changes(items=items, next_cursor=written(start), more=more))


def _after(session: Session, cursor: Cursor, limit: int) -> Sequence[Change]:
    later = or_(
        col(Change.sequence) > cursor.sequence,
        and_(col(Change.sequence) == cursor.sequence, col(Change.position) > cursor.position),
    )
    ordered = select(Change).where(later).order_by(col(Change.sequence), col(Change.position))
    return session.exec(ordered.limit(limit)).all()


def _documents(
    session: Reading, changes: Sequence[Change]
) -> dict[tuple[str, str], AnyRecord | None]:
    """The documents that changed, as they are now, by kind and id."""
    ids: dict[str, set[str]] = {}
    for change in changes:
        if change.change != "removed":
            ids.setdefault(change.kind, set()).add(change.subject)
    found: dict[tuple[str, str], AnyRecord | None] = {}
    for activity in live_records(session, _uuids(ids, "activity")):
        found["activity", str(activity.id)] = activity
    for provider in _providers(session, _uuids(ids, "provider")):
        found["provider", str(provider.id)] = provider
    for chunk in _chunks(_uuids(ids, "council")):
        for row in session.exec(select(Council).where(col(Council.id).in_(chunk))):
            found["council", str(row.id)] = council_detail(rows.council_document(row), "en")
    for name in ids.get("vocabulary", ()):
        if scheme := vocabulary().schemes.get(name):
            found["vocabulary", name] = scheme_view(scheme, vocabulary().version, "en")
    return found


def _providers(session: Reading, ids: Collection[UUID]) -> Iterator[ProviderRecord]:
    for chunk in _chunks(ids):
        found = session.exec(select(Provider).where(col(Provider.id).in_(chunk))).all()
        councils = councils_by_id(session, {row.council_id for row in found})
        for row in found:
            council = councils[row.council_id]
            yield provider_record(rows.provider_document(row), council, row.digest)


def _uuids(ids: dict[str, set[str]], kind: str) -> list[UUID]:
    return sorted(UUID(one) for one in ids.get(kind, ()))


def _chunks(ids: Collection[UUID]) -> Iterator[list[UUID]]:
    given = list(ids)
    for start in range(0, len(given), CHUNK):
        yield given[start : start + CHUNK]
