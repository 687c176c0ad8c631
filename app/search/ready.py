"""Serving from the index: a request takes one snapshot, and what lies ready is sent as it is."""

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import Depends, Request, Response

from app.caching import CACHE_CONTROL, LINKED_DATA, etag_of, named_by, unchanged
from app.search.index.follow import Index
from app.search.index.snapshot import Snapshot
from app.search.reading import Pairs

JSON = "application/json"


async def get_index(request: Request) -> Index:
    """The index of the application that serves this request."""
    index: Index = request.app.state.index
    return index


IndexDep = Annotated[Index, Depends(get_index)]


class Ready(Response):
    """An answer that is sent as it is. The framework's own works its headers out each time."""

    def __init__(self, body: bytes, etag: str) -> None:
        self.status_code = 200
        self.background = None
        self.body = body
        self.raw_headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode()),
            (b"etag", etag.encode()),
            (b"cache-control", CACHE_CONTROL.encode()),
        ]


def cached_answer(request: Request, query: Pairs, make: Callable[[Snapshot], bytes]) -> Response:
    """An answer that everybody may keep, made only if the caller does not have it yet.

    Args:
        request: what was asked.
        query: the names and values in its address.
        make: makes the body.
    """
    # As a dependency the index would cost every request more than the answer to a repeated one.
    index: Index = request.app.state.index
    snapshot = index.snapshot()
    etag = etag_of(request.scope["path"], query, snapshot.epoch, snapshot.sequence, snapshot.today)
    named = named_by(request, etag)
    response = unchanged(named) if named else Ready(make(snapshot), etag)
    # Asked for again it is given out as it is, while this snapshot is the newest.
    request.state.made_from = snapshot
    return response


def private_answer(body: bytes, media_type: str = JSON) -> Response:
    """An answer for one person, that nobody keeps."""
    return Response(body, media_type=media_type, headers={"Cache-Control": "no-store"})


def linked_answer(made: Mapping[str, Any], response: Response) -> Response:
    """An answer with linked data, and with the headers that were set for it."""
    names = ("ETag", "Cache-Control", "Vary")
    headers = {name: response.headers[name] for name in names}
    body = json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    return Response(body.encode(), media_type=LINKED_DATA, headers=headers)
