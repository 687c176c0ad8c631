"""Serving from the index: a request takes one snapshot, and what lies ready is sent as it is."""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from app.caching import CACHE_CONTROL, LINKED_DATA, etag_of, named_by, unchanged
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


def private_answer(body: bytes) -> Response:
    """An answer for one person, that nobody keeps."""
    return Response(body, media_type=JSON, headers={"Cache-Control": "no-store"})


def linked_answer(made: Mapping[str, Any], response: Response) -> Response:
    """An answer with linked data, and with the headers that were set for it."""
    names = ("ETag", "Cache-Control", "Vary")
    headers = {name: response.headers[name] for name in names}
    body = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    return Response(body.encode(), media_type=LINKED_DATA, headers=headers)
