"""Serving from the index: a request takes one snapshot, and what lies ready is sent as it is."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request, Response

from app.caching import CACHE_CONTROL, etag_of, refuse_unchanged
from app.search.index.follow import Index
from app.search.index.snapshot import Snapshot

JSON = "application/json"


async def get_index(request: Request) -> Index:
    """The index of the application that serves this request."""
    index: Index = request.app.state.index
    return index


IndexDep = Annotated[Index, Depends(get_index)]


def cached_answer(request: Request, index: Index, make: Callable[[Snapshot], bytes]) -> Response:
    """An answer that everybody may keep, made only if nobody has it yet.

    Raises:
        NotModified: the caller has it already.
    """
    snapshot = index.snapshot()
    etag = etag_of(request, snapshot.epoch, snapshot.sequence, snapshot.today)
    refuse_unchanged(request, etag)
    body = index.remembered(etag)
    if body is None:
        body = make(snapshot)
        index.remember(etag, body)
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL}
    return Response(body, media_type=JSON, headers=headers)


def private_answer(body: bytes) -> Response:
    """An answer for one person, that nobody keeps."""
    return Response(body, media_type=JSON, headers={"Cache-Control": "no-store"})
