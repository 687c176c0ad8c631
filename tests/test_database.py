"""Transactions, on both databases, and what becomes of a request whose transaction fails."""

import re
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from threading import Barrier, Thread
from uuid import RFC_4122

import pytest
from conftest import Kind, Templates, make_app
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx2 import Response
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, StatementError
from sqlalchemy.orm.exc import StaleDataError
from sqlmodel import Session, col

from app.catalogue.models import Council, Provider
from app.catalogue.rows import sort_name
from app.clock import CatalogueClock
from app.database import (
    Database,
    ReadSession,
    SessionDep,
    UtcDateTime,
    open_engine,
    uuid7,
)
from app.geo.models import Area


def new_council(session: Session, slug: str) -> Council:
    """A council in the session, not flushed yet."""
    area = Area(name=slug, tier="unitary")
    session.add(area)
    session.flush()
    council = Council(
        slug=slug,
        name=slug,
        sort_name=slug,
        served=True,
        area_id=area.id,
        facts={},
        digest="",
    )
    session.add(council)
    return council


def slugs(database: Database) -> list[str]:
    """The slugs of all councils, as a new transaction sees them."""
    with database.read() as session:
        return sorted(session.scalars(select(col(Council.slug))))


def sequence(session: Session) -> int:
    """The clock's number, as this transaction sees it."""
    return session.scalars(select(col(CatalogueClock.sequence))).one()


def stored_sequence(database: Database) -> int:
    """The clock's number, as a new transaction sees it."""
    with database.read() as session:
        return sequence(session)


def only_council(database: Database) -> Council:
    """The one council there is, read in a transaction of its own."""
    with database.read() as session:
        return session.scalars(select(Council)).one()


@pytest.fixture
def embedded(templates: Templates) -> str:
    """The URL of an SQLite database of the test's own."""
    return templates.copy("sqlite", "empty")


@pytest.fixture
def served(templates: Templates) -> str:
    """The URL of a PostgreSQL database of the test's own."""
    return templates.copy("postgresql", "empty")


# Ids and moments


def test_uuid7_is_of_version_7_and_holds_the_present_millisecond() -> None:
    before = time.time_ns() // 1_000_000
    made = uuid7()
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, RFC_4122)
    assert before <= made.int >> 80 <= after


def test_uuid7_sorts_by_the_millisecond(monkeypatch: pytest.MonkeyPatch) -> None:
    def at(milliseconds: int) -> list[str]:
        monkeypatch.setattr(time, "time_ns", lambda: milliseconds * 1_000_000)
        return [str(uuid7()) for _ in range(50)]

    moments = (0, 1, 255, 256, 1_795_000_000_000, 1_795_000_000_001, (1 << 48) - 1)
    made = [at(moment) for moment in moments]
    for earlier, later in pairwise(made):
        assert max(earlier) < min(later)


def test_a_hundred_thousand_uuids_are_all_different() -> None:
    assert len({uuid7() for _ in range(100_000)}) == 100_000


MOMENTS = Table(
    "moment", MetaData(), Column("id", Integer, primary_key=True), Column("at", UtcDateTime)
)


def test_a_moment_comes_back_in_utc_whatever_zone_it_was_given_in(database: Database) -> None:
    MOMENTS.create(database.engine)
    given = datetime(2026, 7, 1, 9, 30, 15, 123456, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    with database.write() as session:
        session.execute(insert(MOMENTS), [{"id": 1, "at": given}, {"id": 2, "at": None}])
    with database.read() as session:
        if not database.sqlite:
            session.execute(text("SET LOCAL TIME ZONE 'Europe/London'"))
        stored, nothing = session.scalars(select(MOMENTS.c.at).order_by(MOMENTS.c.id))
    assert stored == datetime(2026, 7, 1, 4, 0, 15, 123456, tzinfo=UTC)
    assert stored.utcoffset() == timedelta(0)
    assert nothing is None


def test_a_moment_without_a_zone_is_refused(database: Database) -> None:
    MOMENTS.create(database.engine)
    with pytest.raises(StatementError, match="without a time zone"), database.write() as session:
        session.execute(insert(MOMENTS), [{"id": 1, "at": datetime(2026, 7, 1)}])  # noqa: DTZ001 - the point.


# Reading and writing


def test_what_is_written_is_there_afterwards(database: Database) -> None:
    with database.write() as session:
        new_council(session, "essex")
    assert slugs(database) == ["essex"]


@pytest.mark.parametrize("failure", [ValueError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_any_exception_undoes_the_whole_transaction(
    database: Database, failure: type[BaseException]
) -> None:
    def write_and_fail() -> None:
        with database.write() as session:
            new_council(session, "essex")
            session.flush()
            session.execute(update(CatalogueClock).values(sequence=9))
            raise failure

    with pytest.raises(failure):
        write_and_fail()
    assert slugs(database) == []
    assert stored_sequence(database) == 0


def test_a_constraint_that_fails_at_the_end_undoes_what_went_before(database: Database) -> None:
    with database.write() as session:
        new_council(session, "essex")

    def write_it_again() -> None:
        with database.write() as session:
            session.execute(update(CatalogueClock).values(sequence=9))
            new_council(session, "leicester")
            new_council(session, "essex")

    with pytest.raises(IntegrityError):
        write_it_again()
    assert slugs(database) == ["essex"]
    assert stored_sequence(database) == 0


def test_the_same_database_writes_on_after_a_failure(database: Database) -> None:
    def write_and_fail() -> None:
        with database.write() as session:
            new_council(session, "essex")
            raise ValueError

    for _ in range(3):
        with pytest.raises(ValueError, match=r"^$"):
            write_and_fail()
    with database.write() as session:
        new_council(session, "leicester")
    assert slugs(database) == ["leicester"]


def test_a_reader_sees_one_state_while_a_writer_commits(database: Database) -> None:
    with database.read() as reader:
        assert sequence(reader) == 0
        with database.write() as writer:
            writer.execute(update(CatalogueClock).values(sequence=1))
            new_council(writer, "essex")
        assert sequence(reader) == 0
        # Nor does a table show the change that the reader did not look at before.
        assert reader.scalars(select(func.count()).select_from(Council)).one() == 0
    assert stored_sequence(database) == 1
    assert slugs(database) == ["essex"]


def test_a_reader_never_sees_what_is_not_committed(database: Database) -> None:
    with database.write() as writer:
        new_council(writer, "essex")
        writer.flush()
        assert slugs(database) == []


def test_reading_is_never_committed(database: Database) -> None:
    try:
        with database.read() as session:
            session.execute(update(CatalogueClock).values(sequence=9))
            new_council(session, "essex")
    except DBAPIError:
        assert not database.sqlite
    assert slugs(database) == []
    assert stored_sequence(database) == 0


def test_postgresql_refuses_to_write_while_reading(served: str) -> None:
    database = Database(served)
    with (
        pytest.raises(DBAPIError, match="read-only transaction"),
        database.read() as session,
    ):
        session.execute(update(CatalogueClock).values(sequence=9))
    with database.write() as session:
        # The connection is not left as one that only reads.
        session.execute(update(CatalogueClock).values(sequence=1))
    database.close()


def test_what_was_read_can_still_be_looked_at_afterwards(database: Database) -> None:
    with database.write() as session:
        new_council(session, "essex")
    council = only_council(database)
    assert council.slug == "essex"


# Many at once


def test_400_writers_at_once_all_succeed_and_none_is_lost(
    embedded: str, record_property: Callable[[str, object], None]
) -> None:
    database = Database(embedded)
    together = Barrier(400)

    def read_then_write() -> None:
        together.wait(60)
        with database.write() as session:
            seen = sequence(session)
            session.execute(update(CatalogueClock).values(sequence=seen + 1))

    began = time.perf_counter()
    with ThreadPoolExecutor(400) as pool:
        writers = [pool.submit(read_then_write) for _ in range(400)]
    seconds = time.perf_counter() - began
    failures = [error for writer in writers if (error := writer.exception())]
    assert failures == []
    assert stored_sequence(database) == 400
    database.close()
    record_property("seconds", seconds)
    print(f"400 writers: {seconds:.2f} s")  # noqa: T201 - a figure to be read in the log.
    assert seconds < 20


def test_readers_are_let_through_while_a_writer_holds_the_lock(
    embedded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.database.BUSY_TIMEOUT_MS", 50)
    database = Database(embedded)
    with database.write() as writer:
        # A writer that only reads so far holds the lock all the same.
        assert sequence(writer) == 0
        assert slugs(database) == []
        with (
            pytest.raises(OperationalError, match="locked"),
            database.write() as second,
        ):
            sequence(second)
    database.close()


def test_two_writers_who_read_the_same_version_end_in_one_success(database: Database) -> None:
    with database.write() as session:
        new_council(session, "essex")
    together = Barrier(2)
    ends: list[str] = []

    def change(name: str) -> None:
        council = only_council(database)
        assert council.version == 1
        together.wait(10)
        try:
            with database.write() as session:
                session.add(council)
                council.name = name
        except StaleDataError:
            ends.append("stale")
        else:
            ends.append(name)

    threads = [Thread(target=change, args=(name,)) for name in ("First", "Second")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert ends.count("stale") == 1
    council = only_council(database)
    assert council.name in ends
    assert council.version == 2


def test_a_writer_overtaken_inside_its_transaction_does_not_overwrite(served: str) -> None:
    database = Database(served)
    with database.write() as session:
        new_council(session, "essex")

    def write_late() -> None:
        with database.write() as late:
            council = late.scalars(select(Council)).one()
            with database.write() as early:
                early.scalars(select(Council)).one().name = "Early"
            council.name = "Late"

    with pytest.raises(StaleDataError):
        write_late()
    assert only_council(database).name == "Early"
    database.close()


def test_a_change_sets_the_version_and_the_time_of_the_change(database: Database) -> None:
    with database.write() as session:
        new_council(session, "essex")
    before = only_council(database)
    with database.write() as session:
        session.scalars(select(Council)).one().name = "Essex"
    after = only_council(database)
    assert (before.version, after.version) == (1, 2)
    assert after.created_at == before.created_at
    assert after.updated_at > before.updated_at


# SQLite itself


def test_every_pooled_connection_of_sqlite_is_set_up(embedded: str) -> None:
    database = Database(embedded, pool=6)
    wanted = {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "busy_timeout": 20_000}
    with ExitStack() as held:
        sessions = [held.enter_context(database.read()) for _ in range(6)]
        found = [
            {name: session.execute(text(f"PRAGMA {name}")).scalar() for name in wanted}
            for session in sessions
        ]
        connections = {id(session.connection().connection.dbapi_connection) for session in sessions}
    assert len(connections) == 6
    assert found == [wanted] * 6
    with database.write() as session:
        assert session.execute(text("PRAGMA foreign_keys")).scalar() == 1
    database.close()


def test_foreign_keys_are_enforced(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.add(
            Provider(
                slug="nobody",
                name="Nobody",
                sort_name="nobody",
                description="",
                council_id=uuid7(),
                contacts=[],
                digest="",
            )
        )


# With the second one, SQLite by itself does not wait.
@pytest.mark.parametrize("lock", ["EXCLUSIVE", "IMMEDIATE"])
def test_opening_a_new_sqlite_file_waits_for_whoever_holds_it(tmp_path: Path, lock: str) -> None:
    path = tmp_path / "new.db"
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute(f"BEGIN {lock}")

    def let_go() -> None:
        holder.execute("COMMIT")
        holder.close()

    timer = threading.Timer(0.3, let_go)
    timer.start()
    engine = open_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    engine.dispose()
    timer.join()


@pytest.mark.parametrize("lock", ["EXCLUSIVE", "IMMEDIATE"])
def test_a_sqlite_file_held_for_too_long_is_an_error(
    tmp_path: Path, lock: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.database.BUSY_TIMEOUT_MS", 100)
    path = tmp_path / "new.db"
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute(f"BEGIN {lock}")
    engine = open_engine(f"sqlite:///{path}")
    with pytest.raises(OperationalError, match="locked"), engine.connect():
        pass
    engine.dispose()
    holder.close()


def test_an_older_sqlite_is_refused_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    with pytest.raises(RuntimeError, match=r"^SQLite 3\.35 or newer is needed"):
        Database("sqlite:///anything.db")
    # PostgreSQL does not mind.
    Database("postgresql://nowhere/nothing").close()


STRACE = shutil.which("strace")

COMMITS = """
import sys
from sqlalchemy import text
from app.database import Database
database = Database(sys.argv[1])
with database.read() as session:
    session.execute(text("SELECT * FROM catalogue_clock"))
print("begin", file=sys.stderr, flush=True)
for _ in range(20):
    with database.write() as session:
        session.execute(text("UPDATE catalogue_clock SET sequence = sequence + 1"))
    print("acknowledged", file=sys.stderr, flush=True)
"""


@pytest.mark.skipif(STRACE is None, reason="strace is not installed, so syncs cannot be counted.")
def test_every_acknowledged_commit_of_sqlite_is_on_the_disk(embedded: str, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    done = subprocess.run(  # noqa: S603 - the command is written here.
        [
            *(str(STRACE), "-f", "-qq", "-o", str(trace), "-e", "trace=fsync,fdatasync,write"),
            *(sys.executable, "-c", COMMITS, embedded),
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    if "ptrace" in done.stderr or "PTRACE" in done.stderr:
        pytest.skip("strace may not trace here, so syncs cannot be counted.")
    assert done.returncode == 0, done.stderr
    _, *commits = re.split(r'"(?:begin|acknowledged)"', trace.read_text(encoding="utf-8"))
    # The last part is what comes after the last acknowledgement: closing.
    synced = [re.search(r"\bf(data)?sync\(", commit) is not None for commit in commits[:-1]]
    assert synced == [True] * 20


# Sorting

NAMES = [
    "Zebra Club",
    "zebra club",
    "Éclair Baking",
    "eclair baking",
    "Eclair-Baking",
    "Ångström Walks",
    "angstrom walks",
    "Œuvre",
    "Straße",
    "strasse",
    "10 Pin Bowling",
    "9 Ladies",
    "9ladies",
    "(Not) Bingo",
    "'Tis Sewing",
    "\N{LEFT SINGLE QUOTATION MARK}Tis Sewing",
    "Łódź Lunch",
    "\N{SMILING FACE WITH SUNGLASSES} Sunny",
    "\N{WAVING HAND SIGN} Welcome",
    "\N{FULLWIDTH LATIN CAPITAL LETTER A}rts",
    "arts",
    "arts and crafts",
    "arts_and_crafts",
    "Ψ Psi",
    "Яма",
    "日本 Tea",
    "\N{REPLACEMENT CHARACTER} Replaced",
    "ARTS",
]


def test_names_are_sorted_alike_on_both_databases(database: Database) -> None:
    with database.write() as session:
        council = new_council(session, "essex")
        session.flush()
        session.add_all(
            Provider(
                slug=f"provider-{number}",
                name=name,
                sort_name=sort_name(name),
                description="",
                council_id=council.id,
                contacts=[],
                digest="",
            )
            for number, name in enumerate(NAMES)
        )
    order = (col(Provider.sort_name), col(Provider.slug))
    with database.read() as session:
        found = list(session.execute(select(col(Provider.name), *order).order_by(*order)).all())
    wanted = sorted(
        ((sort_name(name), f"provider-{number}") for number, name in enumerate(NAMES)),
        key=lambda pair: (pair[0].encode(), pair[1]),
    )
    assert [(stored, slug) for _, stored, slug in found] == wanted
    # Case and accents do not matter; digits and marks come first, and other scripts last.
    names = [name for name, _, _ in found]
    assert names[:3] == ["'Tis Sewing", "(Not) Bingo", "10 Pin Bowling"]
    place = names.index("Éclair Baking")
    assert names[place + 1 : place + 3] == ["eclair baking", "Eclair-Baking"]
    assert names[-1].startswith("\N{SMILING FACE WITH SUNGLASSES}")


def test_every_stored_sort_name_is_compared_bytewise_by_postgresql(served: str) -> None:
    database = Database(served)
    with database.read() as session:
        found = session.execute(
            text(
                "SELECT table_name, collation_name FROM information_schema.columns "
                "WHERE column_name = 'sort_name'"
            )
        ).all()
    database.close()
    tables = ("activity", "council", "listing", "provider")
    assert sorted(map(tuple, found)) == [(table, "C") for table in tables]


# What the caller is told


def problem(answer: Response) -> tuple[int, str]:
    """The status and the kind of a problem, which must be told as one."""
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == answer.status_code
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, body["type"].removeprefix("urn:carefinder:problem:")


@contextmanager
def client_of(app: FastAPI) -> Iterator[TestClient]:
    """A client of an application that nothing runs in the background of."""
    yield TestClient(app, raise_server_exceptions=False)
    app.state.database.close()


DEFERRED = (
    "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
    "CREATE TABLE child (parent_id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)",
)


def test_a_commit_that_fails_is_never_answered_as_success(empty_url: str) -> None:
    app = make_app(empty_url)
    database: Database = app.state.database
    with database.write() as session:
        for statement in DEFERRED:
            session.execute(text(statement))

    def add_child(session: SessionDep) -> dict[str, str]:
        # Checked at the commit alone, so that nothing fails before the answer is made.
        session.execute(text("INSERT INTO child VALUES (1)"))
        return {"status": "created"}

    app.post("/try", include_in_schema=False)(add_child)
    with client_of(app) as client:
        assert problem(client.post("/try")) == (409, "conflict")
        with database.read() as reader:
            assert reader.execute(text("SELECT count(*) FROM child")).scalar() == 0
        # The connection is fit for the next.
        assert problem(client.post("/try")) == (409, "conflict")
        with database.write() as session:
            session.execute(text("INSERT INTO parent VALUES (1)"))
        assert client.post("/try").json() == {"status": "created"}


def test_what_an_operation_adds_is_written_before_its_answer_leaves(empty_url: str) -> None:
    app = make_app(empty_url)

    def add(slug: str, session: SessionDep) -> dict[str, str]:
        # Not flushed: the commit writes it.
        new_council(session, slug)
        return {"status": "created"}

    app.post("/try/{slug}", include_in_schema=False)(add)
    with client_of(app) as client:
        assert client.post("/try/essex").status_code == 200
        assert slugs(app.state.database) == ["essex"]
        again = client.post("/try/essex")
        assert problem(again) == (409, "conflict")
        assert "essex" not in again.text
        assert slugs(app.state.database) == ["essex"]


def test_an_operation_that_raises_writes_nothing(empty_url: str) -> None:
    app = make_app(empty_url)

    def add(session: SessionDep) -> None:
        new_council(session, "essex")
        session.flush()
        raise RuntimeError("essex")

    app.post("/try", include_in_schema=False)(add)
    with client_of(app) as client:
        assert problem(client.post("/try")) == (500, "server_fault")
        assert slugs(app.state.database) == []


def test_who_was_overtaken_is_told_that_somebody_changed_it(empty_url: str) -> None:
    app = make_app(empty_url)
    database: Database = app.state.database
    with database.write() as session:
        new_council(session, "essex")
    seen = only_council(database)
    with database.write() as session:
        session.scalars(select(Council)).one().name = "First"

    def change(session: SessionDep) -> None:
        session.add(seen)
        seen.name = "Second"

    app.post("/try", include_in_schema=False)(change)
    with client_of(app) as client:
        assert problem(client.post("/try")) == (412, "precondition_failed")
    assert only_council(database).name == "First"


def test_a_database_that_is_gone_is_a_503_and_comes_back_by_itself(
    templates: Templates, kind: Kind
) -> None:
    url = templates.copy(kind, "empty")
    app = make_app(url)
    name = url.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
    away = templates.folder / "away"
    with client_of(app) as client:
        assert client.get("/v1/providers").status_code == 200
        if kind == "postgresql":
            templates.administer(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
            templates.administer(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "  # noqa: S608 - a name of this file's making.
                f"WHERE datname = '{name}'"
            )
        else:
            app.state.database.close()
            (templates.folder / name).rename(away)
            (templates.folder / name).mkdir()
        answer = client.get("/v1/providers")
        assert problem(answer) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) > 0
        assert name not in answer.text
        if kind == "postgresql":
            templates.administer(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
        else:
            (templates.folder / name).rmdir()
            away.rename(templates.folder / name)
        assert client.get("/v1/providers").status_code == 200
    templates.drop(url)


def test_a_pool_without_a_free_connection_is_a_503(
    empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(empty_url, database_pool=1)
    monkeypatch.setattr(app.state.database.engine.pool, "_timeout", 0.2)
    with client_of(app) as client:
        with app.state.database.read() as session:
            sequence(session)
            answer = client.get("/v1/providers")
            assert problem(answer) == (503, "unavailable")
            assert int(answer.headers["retry-after"]) > 0
        assert client.get("/v1/providers").status_code == 200


def test_a_lock_that_is_not_released_is_a_503(
    embedded: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.database.BUSY_TIMEOUT_MS", 50)
    app = make_app(embedded)

    def touch(session: SessionDep) -> None:
        session.execute(update(CatalogueClock).values(sequence=1))

    app.post("/try", include_in_schema=False)(touch)
    with client_of(app) as client:
        with app.state.database.write() as writer:
            sequence(writer)
            assert problem(client.post("/try")) == (503, "unavailable")
        assert client.post("/try").status_code == 200


def test_a_full_disk_is_a_507_with_nothing_half_done_and_writing_works_again(embedded: str) -> None:
    app = make_app(embedded, database_pool=1)
    database: Database = app.state.database

    def set_room(pages: int) -> None:
        with database.write() as session:
            used = session.execute(text("PRAGMA page_count")).scalar_one()
            session.execute(text(f"PRAGMA max_page_count = {used + pages}"))

    def add(session: SessionDep) -> dict[str, str]:
        new_council(session, "essex").facts = {}
        session.flush()
        new_council(session, "leicester").facts = {"long": "x" * 200_000}
        session.flush()
        return {"status": "created"}

    def read(session: ReadSession) -> list[str]:
        return list(session.scalars(select(col(Council.slug))))

    app.post("/try", include_in_schema=False)(add)
    app.get("/try", include_in_schema=False)(read)
    set_room(4)
    with client_of(app) as client:
        for _ in range(3):
            assert problem(client.post("/try")) == (507, "storage_full")
            assert client.get("/try").json() == []
        with database.write() as session:
            areas = session.execute(text("SELECT count(*) FROM area")).scalar()
            assert (areas, session.execute(text("PRAGMA integrity_check")).scalar()) == (0, "ok")
        set_room(1_000)
        assert client.post("/try").json() == {"status": "created"}
        assert sorted(client.get("/try").json()) == ["essex", "leicester"]


def test_a_disk_that_fills_at_the_commit_is_not_answered_as_success(embedded: str) -> None:
    app = make_app(embedded, database_pool=1)
    database: Database = app.state.database
    with database.write() as session:
        used = session.execute(text("PRAGMA page_count")).scalar_one()
        session.execute(text(f"PRAGMA max_page_count = {used}"))

    def add(session: SessionDep) -> dict[str, str]:
        # Left to the commit.
        new_council(session, "leicester").facts = {"long": "x" * 200_000}
        return {"status": "created"}

    app.post("/try", include_in_schema=False)(add)
    with client_of(app) as client:
        assert problem(client.post("/try")) == (507, "storage_full")
    assert slugs(database) == []
