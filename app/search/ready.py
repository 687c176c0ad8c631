"""Serving from the index: a request takes one snapshot, and what lies ready is sent as it is."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request, Response

from app.caching import CACHE_CONTROL, etag_of, named_by, unchanged
from app.search.index.follow import Index
from app.search.index.snapshot import Snapshot

JSON = "application/json"


async def get_index(request: Request) -> Index:
    """The index of the application that serves this request."""
    index: Index = request.app.state.index
    return index


IndexDep = Annotated[Index, Depends(get_index)]


def cached_answer(request: Request, make: Callable[[Snapshot], bytes]) -> Response:
    """An answer that everybody may keep, made only if nobody has it yet."""
    # As a dependency the index would cost every request more than the answer to a repeated one.
    index: Index = request.app.state.index
    snapshot = index.snapshot()
    etag = etag_of(request, snapshot.epoch, snapshot.sequence, snapshot.today)
    if named := named_by(request, etag):
        return unchanged(named)
    body = index.remembered(etag)
    if body is None:
        body = make(snapshot)
        index.remember(etag, body)
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL}
    return Response(body, media_type=JSON, headers=headers)


def private_answer(body: bytes, media_type: str = JSON) -> Response:
    """An answer for one person, that nobody keeps."""
    return Response(body, media_type=media_type, headers={"Cache-Control": "no-store"})
