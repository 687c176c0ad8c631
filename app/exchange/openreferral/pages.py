"""Lists as the standard pages them, or streamed as a line for each item."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from fastapi import Response

from app.exchange.openreferral.feed import Feed
from app.exchange.openreferral.schemas import FeedPage, Foreign
from app.exchange.streams import Stream, in_pieces

JSON = "application/json"
NDJSON = "application/x-ndjson"

AT_ONCE = 200
"""How many items of a stream are read in one transaction."""

ItemT = TypeVar("ItemT")
PageT = TypeVar("PageT", bound=FeedPage)


def page_of(
    shape: type[PageT], contents: Sequence[Foreign], *, total: int, page: int, per_page: int
) -> PageT:
    """A page of the standard's shape. One past the end is empty, and that is no error."""
    pages = -(-total // per_page)
    return shape.model_validate(
        {
            "total_items": total,
            "total_pages": pages,
            "page_number": page,
            "size": len(contents),
            "first_page": page == 1,
            "last_page": page >= pages,
            "empty": not contents,
            "contents": contents,
        }
    )


def written(shape: Foreign) -> bytes:
    """The JSON of a shape, without what is not stated."""
    return shape.model_dump_json(exclude_none=True).encode()


def answer(feed: Feed, shape: Foreign) -> Response:
    """The answer that holds a shape."""
    return Response(written(shape), media_type=JSON, headers=dict(feed.headers))


def stream(
    feed: Feed,
    keys: Sequence[ItemT],
    make: Callable[[Feed, Sequence[ItemT]], Iterable[Foreign]],
) -> Response:
    """The answer that holds everything, an item a line.

    Which items there are is decided at the start. They are read some at a time, each time in a
    transaction of its own, so that a slow client holds none open: an item that changes meanwhile
    comes as it then is, and its `last_modified` says so.
    """
    lines = in_pieces(_lines(feed, keys, make))
    return Stream(lines, media_type=NDJSON, headers=feed.headers)


def _lines(
    feed: Feed, keys: Sequence[ItemT], make: Callable[[Feed, Sequence[ItemT]], Iterable[Foreign]]
) -> Iterator[bytes]:
    for start in range(0, len(keys), AT_ONCE):
        with feed.database.read() as session:
            now = Feed(**{**vars(feed), "session": session})
            made = [written(item) + b"\n" for item in make(now, keys[start : start + AT_ONCE])]
        yield from made
