"""What every operation of the feed stands on: one transaction, its clock, the order, the index."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import Depends, Request

from app.caching import CACHE_CONTROL, NotModified, etag_of, named_by
from app.clock import ClockFace, read_clock
from app.database import Database, DatabaseDep, Reading, ReadSession
from app.exchange.openreferral.order import FirstPublished
from app.parameters import Today
from app.search.index.follow import Index
from app.search.ready import IndexDep


@dataclass(frozen=True)
class Feed:
    """The catalogue as one request sees it, and the headers of its answer."""

    session: Reading
    database: Database
    face: ClockFace
    order: FirstPublished
    index: Index
    today: date
    headers: Mapping[str, str]


def _feed(
    request: Request, session: ReadSession, database: DatabaseDep, index: IndexDep, today: Today
) -> Feed:
    """The feed for one request, or the end of it if the caller has the answer already.

    Raises:
        NotModified: the caller's `If-None-Match` names the answer.
    """
    face = read_clock(session)
    query = request.query_params.multi_items()
    etag = etag_of(request.scope["path"], query, face.epoch, face.sequence, today)
    if named := named_by(request, etag):
        raise NotModified(named)
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL}
    order: FirstPublished = request.app.state.first_published
    return Feed(session, database, face, order, index, today, headers)


FeedDep = Annotated[Feed, Depends(_feed)]
