"""The database: engines, sessions, transactions and the base of every table.

Nothing else in the code knows how transactions work. One request is one transaction, committed
before the answer leaves.
"""

import secrets
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any, ClassVar, cast
from uuid import UUID

from fastapi import Depends, Request
from sqlalchemy import JSON, Dialect, Engine, MetaData, String, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, DBAPICursor
from sqlalchemy.orm import QueryableAttribute, declared_attr
from sqlalchemy.pool import ConnectionPoolEntry, NullPool
from sqlalchemy.types import DateTime, TypeDecorator
from sqlmodel import Field, Session, SQLModel

OLDEST_SQLITE = (3, 35)
"""`UPDATE … RETURNING`, on which the catalogue's clock stands, came with SQLite 3.35."""

BUSY_TIMEOUT_MS = 20_000
"""How long a writer waits for its turn on SQLite before it is told to come back later."""


class UnusableDatabaseError(RuntimeError):
    """The database cannot be used as it is. The message says why in a sentence or two."""


def uuid7() -> UUID:
    """A new UUID of version 7: sorted by the millisecond it was made in (RFC 9562, section 5.7)."""
    milliseconds = time.time_ns() // 1_000_000 & ((1 << 48) - 1)
    value = milliseconds << 80 | secrets.randbits(80)
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def utc_now() -> datetime:
    """The present moment in UTC, as audit times are stored."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC that keeps its zone on SQLite as well, which stores none."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's.
        """Turn any zone into UTC on the way in."""
        if value is None:
            return None
        if value.tzinfo is None:
            # Guessing its zone would store another moment on a machine elsewhere.
            raise ValueError("A moment without a time zone cannot be stored.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the signature is SQLAlchemy's.
        """Say on the way out that it is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


PUBLIC_CHANGE = "public change"
"""Stands in the `info` of a session whose transaction changes what the public sees."""

SortText = String().with_variant(String(collation="C"), "postgresql")
"""Text that both databases compare byte by byte, so that both sort alike."""

Json = JSON(none_as_null=True)
"""A JSON value; Python's None is SQL's NULL."""


class Record(SQLModel):
    """The base of every table. It names constraints, so that migrations can find them."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Noun(Record):
    """A table whose rows have an identity of their own, and a version behind `If-Match`."""

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    version: int = Field(default=1)
    created_at: datetime = Field(default_factory=utc_now, sa_type=cast("Any", UtcDateTime))
    updated_at: datetime = Field(
        default_factory=utc_now,
        sa_type=cast("Any", UtcDateTime),
        sa_column_kwargs={"onupdate": utc_now},
    )

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Two writers who both read version 1 end in one success and one `StaleDataError`."""
        return {"version_id_col": cls.version}


class Reading(Session):
    """A session that reads one consistent state of the database and writes nothing."""


class Writing(Session):
    """A session whose transaction may change the database."""


def related(attribute: object) -> QueryableAttribute[Any]:
    """A relationship as `selectinload` wants it; SQLModel types the attribute as its value."""
    return cast("QueryableAttribute[Any]", attribute)


class Database:
    """One database and the two ways into it."""

    def __init__(self, url: str, *, pool: int = 20) -> None:
        """Open nothing yet: the first transaction connects.

        Args:
            url: `sqlite:///path` or `postgresql://…`.
            pool: how many connections may be held open.
        """
        self.url = url
        self.engine = open_engine(url, pool=pool)
        self.changed = threading.Event()
        """Set whenever this process has committed a public change."""
        self.before_commit: list[Callable[[Writing], None]] = []
        """Called in every transaction that writes, when all else of it is done."""
        if self.sqlite:
            self._reading = self.engine
            self._writing = self.engine.execution_options(writes=True)
        else:
            self._reading = self.engine.execution_options(
                isolation_level="REPEATABLE READ", postgresql_readonly=True
            )
            self._writing = self.engine.execution_options(isolation_level="READ COMMITTED")

    @property
    def sqlite(self) -> bool:
        """Whether this is the embedded database."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Reading]:
        """A transaction that sees one state throughout and is never committed."""
        with Reading(self._reading) as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """A transaction that is committed at the end, or undone whole when anything fails."""
        with Writing(self._writing) as session:
            with session.begin():
                yield session
                for call in self.before_commit:
                    call(session)
            if session.info.get(PUBLIC_CHANGE):
                self.changed.set()

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()


def open_engine(url: str, *, pool: int = 20, migrating: bool = False) -> Engine:
    """An engine set up as every transaction here expects it.

    Args:
        url: `sqlite:///path` or `postgresql://…`.
        pool: how many connections may be held open.
        migrating: for schema changes. Foreign keys are off on SQLite, where a table is changed
            by building it anew, and every transaction takes the write lock at its start.
    """
    if not url.startswith("sqlite"):
        if migrating:
            return create_engine(url, poolclass=NullPool)
        return create_engine(url, pool_size=pool, max_overflow=0, pool_pre_ping=True)
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise UnusableDatabaseError(
            "SQLite 3.35 or newer is needed; this Python carries an older one."
        )
    if migrating:
        options: dict[str, Any] = {"poolclass": NullPool, "execution_options": {"writes": True}}
    else:
        options = {"pool_size": pool, "max_overflow": 0}
    engine = create_engine(url, **options)
    foreign_keys = "OFF" if migrating else "ON"

    @event.listens_for(engine, "connect")
    def set_up(connection: DBAPIConnection, _: ConnectionPoolEntry) -> None:
        # The driver must not begin transactions of its own: it would commit schema changes.
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        _keep_write_ahead_log(cursor)
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA foreign_keys={foreign_keys}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:  # noqa: ANN401 - SQLAlchemy's event hands on its own type.
        # A writer takes the lock at once: one that began by reading could not be let through
        # later, and would fail although it waited.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _keep_write_ahead_log(cursor: DBAPICursor) -> None:
    """Have the file keep a write-ahead log; it remembers that from the first time on.

    SQLite does not wait for others here as it does everywhere else: of several processes that
    open a new file at once, one in a few hundred was told that it is locked.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return


async def get_database(request: Request) -> Database:
    """The database of the application that serves this request."""
    database: Database = request.app.state.database
    return database


DatabaseDep = Annotated[Database, Depends(get_database)]


def _read(database: DatabaseDep) -> Iterator[Reading]:
    with database.read() as session:
        yield session


def _write(database: DatabaseDep) -> Iterator[Writing]:
    with database.write() as session:
        yield session


ReadSession = Annotated[Reading, Depends(_read, scope="function")]
"""For operations that only read."""

SessionDep = Annotated[Writing, Depends(_write, scope="function")]
"""For operations that change something: committed before the answer leaves."""
