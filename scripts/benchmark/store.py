"""A synthetic catalogue in an SQLite file, made once for each seed and size and then kept.

`publish()` would take hours for 300,000 activities, since it compares each with what stands there.
Here nothing stands there: the application's own functions turn documents into rows, and the rows
are written in bulk. The clock is set and every change noted as if each thousand activities had
been published at once; what `publish()` would use as digests of documents are numbers here, which
differ from each other as digests do.
"""

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlmodel import SQLModel

from app.catalogue import rows
from app.catalogue.documents import CouncilDocument
from app.catalogue.models import (
    Activity,
    ActivityPlace,
    ActivitySession,
    ActivityTerm,
    Council,
    Price,
    PricePart,
    Provider,
    ServedArea,
    Venue,
    VenueFeature,
)
from app.clock import Change
from app.geo.models import Area, AreaOutcode
from app.schema import migrate, newest_revision
from scripts.benchmark.synthetic import Catalogue, Listing

AT_ONCE = 1_000
"""How many activities are published at once, or a few more."""

KEPT_DAYS = 14
"""For how many days a file is used again; its dates count from the day on which it was made."""

WORKERS = 2

TABLES: tuple[type[SQLModel], ...] = (
    Area,
    AreaOutcode,
    Council,
    Provider,
    Venue,
    VenueFeature,
    Activity,
    ActivityTerm,
    ActivitySession,
    Price,
    PricePart,
    ServedArea,
    ActivityPlace,
    Change,
)

Row = tuple[Any, ...]
RowsByTable = dict[str, list[Row]]


@dataclass(frozen=True)
class Stored:
    """A synthetic catalogue in a file."""

    path: Path
    catalogue: Catalogue
    seconds: float | None

    @property
    def url(self) -> str:
        """Its address for the application."""
        return f"sqlite:///{self.path}"


class Batch(NamedTuple):
    """Some providers, from one number up to another, that are published at once."""

    catalogue: Catalogue
    sequence: int
    first: int
    last: int


def stored(folder: Path, seed: int, size: int, today: date) -> Stored:
    """The catalogue of a seed and size, from its file if there is one that still fits.

    Args:
        folder: where the files are kept.
        seed: decides what is invented.
        size: how many activities it has.
        today: the day from which the dates of a new one count.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = (folder / f"catalogue-{seed}-{size}.db").absolute()
    note = path.with_suffix(".txt")
    made = _made_on(note, today) if path.is_file() else None
    if made:
        return Stored(path, Catalogue(seed, size, made), None)
    begun = time.monotonic()
    for old in (note, *_files(path)):
        old.unlink(missing_ok=True)
    catalogue = Catalogue(seed, size, today)
    write(catalogue, path)
    note.write_text(f"{today}\n{_fingerprint()}\n", encoding="utf-8")
    return Stored(path, catalogue, time.monotonic() - begun)


def write(catalogue: Catalogue, path: Path) -> None:
    """Write a catalogue into a new file."""
    migrate(f"sqlite:///{path}")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        # The file is worth nothing until it is whole, so it need not outlive a power cut.
        for pragma in ("journal_mode=MEMORY", "synchronous=OFF", "cache_size=-400000"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("BEGIN")
        _insert(connection, _rows_of_councils(catalogue))
        batches = list(_batches(catalogue))
        for written in _in_parallel(batches):
            _insert(connection, written)
        connection.execute("UPDATE catalogue_clock SET sequence = ?", (batches[-1].sequence,))
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode=WAL")


def _batches(catalogue: Catalogue) -> Iterator[Batch]:
    """Providers in their order, cut where the next thousand of activities begins."""
    sequence, first = 2, 0
    counted = list(accumulate(catalogue.sizes))
    for number, count in enumerate(counted):
        before = counted[first - 1] if first else 0
        if count - before >= AT_ONCE or number + 1 == len(counted):
            yield Batch(catalogue, sequence, first, number + 1)
            sequence, first = sequence + 1, number + 1


def _in_parallel(batches: Sequence[Batch]) -> Iterable[RowsByTable]:
    if len(batches) < WORKERS * 2:
        yield from map(_rows_of_batch, batches)
        return
    # A fork of a process that has threads may hang, and the tests have some.
    with ProcessPoolExecutor(WORKERS, mp_context=get_context("spawn")) as pool:
        # A bounded number ahead, so that the rows of the whole catalogue are never in memory.
        ahead = WORKERS * 4
        waiting = [pool.submit(_rows_of_batch, batch) for batch in batches[:ahead]]
        for place in range(len(batches)):
            yield waiting.pop(0).result()
            if place + ahead < len(batches):
                waiting.append(pool.submit(_rows_of_batch, batches[place + ahead]))


def _insert(connection: sqlite3.Connection, written: RowsByTable) -> None:
    for table in TABLES:
        if found := written.get(_name(table)):
            columns = [column.name for column in table.__table__.columns]  # type: ignore[attr-defined]
            marks = ", ".join("?" * len(columns))
            names = ", ".join(f'"{column}"' for column in columns)
            connection.executemany(
                f'INSERT INTO "{_name(table)}" ({names}) VALUES ({marks})',  # noqa: S608 - names of tables and columns.
                found,
            )


# Documents to rows


def _rows_of_councils(catalogue: Catalogue) -> RowsByTable:
    made = _RowMaker(catalogue, sequence=1)
    for document in catalogue.councils():
        made.add_council(document)
    return made.rows


def _rows_of_batch(batch: Batch) -> RowsByTable:
    made = _RowMaker(batch.catalogue, batch.sequence)
    for listing in batch.catalogue.listings(batch.first, batch.last):
        made.add_listing(listing)
    return made.rows


class _RowMaker:
    """Collects rows as SQLite takes them, by table, with a change for each public document."""

    def __init__(self, catalogue: Catalogue, sequence: int) -> None:
        self.sequence = sequence
        self.at = datetime.combine(catalogue.today, datetime.min.time(), UTC)
        self.audit = {"version": 1, "created_at": self.at, "updated_at": self.at}
        self.rows: RowsByTable = {}
        self.changes = self.places = 0

    def add_council(self, document: CouncilDocument) -> None:
        area = {"id": document.id, **document.area.model_dump(exclude={"outcodes"})}
        self._add(Area, area)
        for share in document.area.outcodes:
            self._add(AreaOutcode, {"area_id": document.id, **share.model_dump()})
        values = {**rows.council_values(document), "area_id": document.id}
        self._add_noun(Council, document.id, values)

    def add_listing(self, listing: Listing) -> None:
        self._add_noun(Provider, listing.provider.id, rows.provider_values(listing.provider))
        for venue in listing.venues:
            self._add(Venue, {"id": venue.id, **self.audit, **rows.venue_values(venue)})
            self._add_all(VenueFeature, rows.feature_values(venue))
        for activity in listing.activities:
            values = {**rows.activity_values(activity), "status": "live", "published_at": self.at}
            self._add_noun(Activity, activity.id, values)
            self._add_all(ActivityTerm, rows.term_values(activity))
            self._add_all(ActivitySession, rows.session_values(activity))
            self._add_all(Price, rows.price_values(activity))
            self._add_all(PricePart, rows.part_values(activity))
            self._add_all(ServedArea, rows.area_values(activity))
            for place in rows.place_values(activity):
                numbered = {**place, "sequence": self.sequence, "position": self.places}
                self._add(ActivityPlace, numbered)
                self.places += 1

    def _add_noun(self, table: type[SQLModel], number: UUID, values: rows.Values) -> None:
        """Add a row of what has an id and a digest, and note that it was created."""
        digest = hashlib.blake2b(number.bytes, digest_size=16).hexdigest()
        self._add(table, {"id": number, "digest": digest, **self.audit, **values})
        change = {"sequence": self.sequence, "position": self.changes, "kind": _name(table)}
        change |= {"subject": str(number), "change": "created", "digest": digest, "at": self.at}
        self._add(Change, change)
        self.changes += 1

    def _add_all(self, table: type[SQLModel], all_values: Iterable[rows.Values]) -> None:
        for values in all_values:
            self._add(table, values)

    def _add(self, table: type[SQLModel], values: rows.Values) -> None:
        row = [
            values.get(name) if bound is None else bound(values.get(name))
            for name, bound in _columns(table)
        ]
        self.rows.setdefault(_name(table), []).append(tuple(row))


_DIALECT = SQLiteDialect_pysqlite()
_COLUMNS: dict[type[SQLModel], list[tuple[str, Callable[[Any], Any] | None]]] = {}


def _columns(table: type[SQLModel]) -> list[tuple[str, Callable[[Any], Any] | None]]:
    """A table's columns, each with what turns its values into SQLite's, as SQLAlchemy does it."""
    if table not in _COLUMNS:
        _COLUMNS[table] = [
            (column.name, column.type.dialect_impl(_DIALECT).bind_processor(_DIALECT))
            for column in table.__table__.columns  # type: ignore[attr-defined]
        ]
    return _COLUMNS[table]


def _name(table: type[SQLModel]) -> str:
    return str(table.__tablename__)


# Files


def _files(path: Path) -> Iterator[Path]:
    yield path
    for ending in ("-wal", "-shm", "-journal"):
        yield path.with_name(path.name + ending)


def _made_on(note: Path, today: date) -> date | None:
    """The day on which a file was made, if this code would make the same one and it is fresh."""
    if not note.is_file():
        return None
    day, fingerprint = note.read_text(encoding="utf-8").split()
    made = date.fromisoformat(day)
    fits = fingerprint == _fingerprint() and 0 <= (today - made).days <= KEPT_DAYS
    return made if fits else None


def _fingerprint() -> str:
    """What tells one version of the invention and of the tables from another."""
    here = Path(__file__).parent
    names = [
        "england.py",
        "frequencies.json",
        "particulars.py",
        "store.py",
        "synthetic.py",
        "wording.json",
        "wording.py",
    ]
    digest = hashlib.blake2b(newest_revision().encode(), digest_size=8)
    for name in names:
        digest.update((here / name).read_bytes())
    return digest.hexdigest()
