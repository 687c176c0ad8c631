"""Everything at once, or everything that a search finds: as one state of the catalogue."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from fastapi import Request, Response

from app.caching import CACHE_CONTROL, etag_of, named_by, unchanged
from app.exchange.bulk import tables
from app.exchange.bulk.criteria import activities_meant, export_criteria
from app.exchange.bulk.spool import Spool, Spools
from app.exchange.cursors import Cursor, written
from app.exchange.streams import Stream, in_pieces
from app.search.criteria import SearchCriteria
from app.search.index.follow import Index

MOST_TRIES = 20
"""So often the index and the records are brought to one number, while others write."""

CURSOR_HEADER = "Changes-Cursor"

Format = Literal["ndjson", "json", "csv", "sessions", "prices"]

MEDIA_TYPES: dict[Format, str] = {
    "ndjson": "application/x-ndjson",
    "json": "application/json",
    "csv": "text/csv",
    "sessions": "text/csv",
    "prices": "text/csv",
}

TABLES: dict[Format, tuple[tuple[str, ...], Callable[[tables.Record], Iterator[tables.Row]]]] = {
    "csv": (tables.ACTIVITY_COLUMNS, tables.activity_rows),
    "sessions": (tables.SESSION_COLUMNS, tables.session_rows),
    "prices": (tables.PRICE_COLUMNS, tables.price_rows),
}


@dataclass(frozen=True)
class Body:
    """An export's pieces, and how long they are together where that is known."""

    pieces: Iterator[bytes]
    length: int | None


def export(request: Request, spools: Spools, index: Index, today: date, wanted: Format) -> Response:
    """All activities, or those that the criteria in the query find.

    The records come out of a file, so that neither a transaction nor a connection is held while
    a client reads them.

    Raises:
        Unavailable: the records are still being prepared.
        PlaceNotResolved: the place asked about is not known.
    """
    query = request.query_params.multi_items()
    criteria = export_criteria(query)
    spool = _agreed(spools, index, today, criteria)
    face = spool.face
    etag = etag_of(request.scope["path"], query, face.epoch, face.sequence, today)
    cursor = written(Cursor(face.epoch, face.sequence))
    if named := named_by(request, etag):
        answer = unchanged(named)
        answer.headers[CURSOR_HEADER] = cursor
        return answer
    body = _body(spool, wanted, cursor)
    return Stream(
        body.pieces,
        media_type=MEDIA_TYPES[wanted],
        headers={"ETag": etag, "Cache-Control": CACHE_CONTROL, CURSOR_HEADER: cursor},
        length=body.length,
    )


def _agreed(spools: Spools, index: Index, today: date, criteria: SearchCriteria | None) -> Spool:
    """The records that are meant, of one number of the clock: that of the index too.

    Where others write so fast that the two never agree, the records are the older ones: whoever
    goes on from their number misses nothing.
    """
    spool = spools.newest()
    if criteria is None:
        return spool
    for _ in range(MOST_TRIES):
        snapshot = index.snapshot()
        if (snapshot.epoch, snapshot.today) != (spool.face.epoch, today) or (
            snapshot.sequence < spool.face.sequence
        ):
            index.refresh()
        elif snapshot.sequence > spool.face.sequence:
            spool = spools.newest()
        else:
            break
    return spool.of(activities_meant(index.snapshot(), criteria))


def _body(spool: Spool, wanted: Format, cursor: str) -> Body:
    if wanted == "ndjson":
        return Body(spool.pieces(), spool.length)
    if wanted == "json":
        start = f'{{"changes_cursor":"{cursor}","total":{len(spool)},"items":['.encode()
        # Each line's end becomes the comma behind it, but for the last.
        commas = max(spool.length - 1, 0)
        return Body(_as_json(spool, start), len(start) + commas + 2)
    columns, rows = TABLES[wanted]
    return Body(in_pieces(tables.table(columns, spool.lines(), rows)), None)


def _as_json(spool: Spool, start: bytes) -> Iterator[bytes]:
    yield start
    waiting = b""
    for piece in spool.pieces():
        if waiting:
            yield waiting
        waiting = piece.replace(b"\n", b",")
    yield waiting[:-1] + b"]}"
