"""Migrations: whole or not at all, on both databases, with everything that is in the tables."""

import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from conftest import TODAY, Kind, Templates
from sqlalchemy.exc import IntegrityError

import app.schema
from app.catalogue.intake import load_sample
from app.clock import CatalogueClock, read_clock
from app.database import Database, Record, UnusableDatabaseError, open_engine
from app.schema import MIGRATIONS, current_revision, migrate, newest_revision, start_epoch
from app.settings import get_settings

ROOT = Path(__file__).resolve().parent.parent

REVISIONS = [
    one.revision
    for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions()  # The newest first.
]


# What a database holds


def shape(url: str) -> dict[str, Any]:
    """Every table with its columns, keys, indexes and checks."""
    engine = open_engine(url)
    inspector = sa.inspect(engine)
    found = {
        table: {
            "columns": {
                column["name"]: (repr(column["type"]), column["nullable"], _default(column))
                for column in inspector.get_columns(table)
            },
            "primary key": inspector.get_pk_constraint(table),
            "foreign keys": _sorted(inspector.get_foreign_keys(table)),
            "unique": _sorted(inspector.get_unique_constraints(table)),
            "indexes": _sorted(inspector.get_indexes(table)),
            "checks": _sorted(inspector.get_check_constraints(table)),
        }
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }
    engine.dispose()
    return found


def _default(column: Any) -> str | None:
    # PostgreSQL may offer the clock's one row a number, which nothing ever asks for.
    default: str | None = column["default"]
    return None if default and default.startswith("nextval(") else default


def _sorted(items: list[Any]) -> list[str]:
    return sorted(str(sorted(item.items(), key=str)) for item in items)


def content(url: str) -> dict[str, list[str]]:
    """Every row of every table, that of the revision too."""
    engine = open_engine(url)
    metadata = sa.MetaData()
    metadata.reflect(engine)
    with engine.connect() as connection:
        rows = {
            name: sorted(str(tuple(row)) for row in connection.execute(sa.select(table)))
            for name, table in metadata.tables.items()
        }
    engine.dispose()
    return rows


def counts(url: str) -> dict[str, int]:
    return {table: len(rows) for table, rows in content(url).items()}


def stands_at(url: str) -> str | None:
    engine = open_engine(url)
    try:
        return current_revision(engine)
    finally:
        engine.dispose()


# Databases and revisions to try it with


@pytest.fixture
def make_blank(templates: Templates) -> Iterator[Callable[[Kind], str]]:
    """Makes databases without anything in them."""
    made: list[str] = []

    def make(kind: Kind) -> str:
        name = f"blank_{next(templates.numbers)}"
        if kind == "postgresql":
            templates.administer(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'")
            url = templates.postgres.format(name)
        else:
            url = f"sqlite:///{templates.folder / name}.db"
        made.append(url)
        return url

    yield make
    for url in made:
        templates.drop(url)


@pytest.fixture
def blank_url(make_blank: Callable[[Kind], str], kind: Kind) -> str:
    return make_blank(kind)


class History:
    """A copy of the migrations to which a test adds revisions of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))

    def add(self, revision: str, upgrade: str, downgrade: str = "pass") -> None:
        """Add a revision after the newest of the real ones, or write it anew."""
        body = f'''
            """A revision of a test's."""
            import sqlalchemy as sa
            from alembic import op
            revision = "{revision}"
            down_revision = "{REVISIONS[0]}"
            def upgrade() -> None:
                {upgrade}
            def downgrade() -> None:
                {downgrade}
        '''
        text = "\n".join(line.removeprefix(" " * 12) for line in body.splitlines())
        (self.folder / "versions" / f"{revision}.py").write_text(text, encoding="utf-8")


@pytest.fixture
def history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> History:
    """The migrations from now on are a copy that the test may add to."""
    made = History(tmp_path / "migrations")
    monkeypatch.setattr(app.schema, "MIGRATIONS", made.folder)
    return made


# The history as it is


def test_the_history_has_one_head() -> None:
    assert ScriptDirectory(str(MIGRATIONS)).get_heads() == [newest_revision()]


@pytest.mark.parametrize("revision", REVISIONS)
def test_a_revision_is_named_by_words_and_so_is_its_file(revision: str) -> None:
    assert re.fullmatch(r"[a-z]+(_[a-z]+)+", revision)
    script = ScriptDirectory(str(MIGRATIONS)).get_revision(revision)
    assert script is not None
    assert re.fullmatch(rf"\d{{4}}_\d\d_\d\d_{revision}\.py", Path(script.path).name)
    assert script.doc


def test_a_migrated_database_has_nothing_that_the_tables_do_not_say(database: Database) -> None:
    said = StringIO()
    config = Config(stdout=said)
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        # It raises for every difference that it finds.
        command.check(config)
    assert "No new upgrade operations" in said.getvalue()


def test_the_migrations_build_what_the_tables_say(empty_url: str, blank_url: str) -> None:
    engine = open_engine(blank_url)
    Record.metadata.create_all(engine)
    engine.dispose()
    assert shape(empty_url) == shape(blank_url)


def test_a_difference_between_the_tables_and_the_database_is_found(empty_url: str) -> None:
    database = Database(empty_url)
    with database.write() as session:
        session.execute(sa.text("DROP INDEX ix_activity_live"))
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", str(MIGRATIONS))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        with pytest.raises(Exception, match="ix_activity_live"):
            command.check(config)
    database.close()


def test_maintainers_can_use_alembic_itself(
    blank_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("CAREFINDER_DATABASE_URL", blank_url)
    get_settings.cache_clear()
    said = StringIO()
    config = Config("alembic.ini", stdout=said)
    config.set_main_option("path_separator", "os")
    try:
        command.upgrade(config, "head")
        command.check(config)
    finally:
        get_settings.cache_clear()
    assert stands_at(blank_url) == newest_revision()


def test_a_revision_written_by_alembic_builds_the_tables_without_naming_sqlmodel(
    blank_url: str, empty_url: str, history: History
) -> None:
    shutil.rmtree(history.folder / "versions")
    (history.folder / "versions").mkdir()
    config = Config(stdout=StringIO())
    config.set_main_option("script_location", str(history.folder))
    engine = open_engine(blank_url, migrating=True)
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.revision(config, "Anew", autogenerate=True, rev_id="anew")
    engine.dispose()
    (written,) = (history.folder / "versions").glob("*.py")
    text = written.read_text(encoding="utf-8")
    assert "sa.String(length=80)" in text
    assert "sqlmodel" not in text.lower()
    assert "AutoString" not in text
    migrate(blank_url)
    assert shape(blank_url) == shape(empty_url)


# Up and down


def test_every_revision_goes_up_and_down_by_its_name_with_the_sample_loaded(
    sample_url: str, empty_url: str
) -> None:
    for older in REVISIONS[1:]:
        migrate(sample_url, older)
        assert stands_at(sample_url) == older
    migrate(sample_url, "base")
    assert content(sample_url) == {"alembic_version": []}
    for newer in reversed(REVISIONS):
        migrate(sample_url, newer)
        assert stands_at(sample_url) == newer
    assert shape(sample_url) == shape(empty_url)
    database = Database(sample_url)
    load_sample(database, TODAY)
    database.close()
    assert counts(sample_url)["activity"] > 100


def test_an_empty_database_stands_nowhere(blank_url: str) -> None:
    assert stands_at(blank_url) is None
    migrate(blank_url, "base")
    assert stands_at(blank_url) is None


def test_migrating_again_changes_nothing(sample_url: str) -> None:
    before = content(sample_url)
    migrate(sample_url)
    migrate(sample_url)
    assert content(sample_url) == before


def test_an_added_revision_goes_up_and_down_by_its_name(empty_url: str, history: History) -> None:
    history.add(
        "a_new_table",
        "op.create_table('new', sa.Column('id', sa.Integer()))",
        "op.drop_table('new')",
    )
    assert newest_revision() == "a_new_table"
    before = content(empty_url)
    migrate(empty_url, "a_new_table")
    assert stands_at(empty_url) == "a_new_table"
    assert "new" in shape(empty_url)
    migrate(empty_url, REVISIONS[0])
    assert content(empty_url) == before


def test_a_database_that_newer_code_migrated_is_refused_in_a_sentence(
    empty_url: str, history: History
) -> None:
    history.add("from_the_future", "pass")
    migrate(empty_url)
    (history.folder / "versions" / "from_the_future.py").unlink()
    for revision in ("head", REVISIONS[0], "base"):
        with pytest.raises(UnusableDatabaseError, match=r"stands at revision from_the_future"):
            migrate(empty_url, revision)
    assert stands_at(empty_url) == "from_the_future"


def test_code_without_its_migrations_says_so(history: History) -> None:
    shutil.rmtree(history.folder / "versions")
    (history.folder / "versions").mkdir()
    with pytest.raises(UnusableDatabaseError, match="no migrations"):
        newest_revision()


# Rows survive

WIDEN = "with op.batch_alter_table('activity') as batch: batch.alter_column('open_to', type_=sa.{})"
WIDEN_UP = WIDEN.format("String(60), existing_type=sa.String(40)")
WIDEN_DOWN = WIDEN.format("String(40), existing_type=sa.String(60)")


def test_changing_a_parent_table_keeps_its_children(sample_url: str, history: History) -> None:
    before = content(sample_url)
    assert len(before["activity_session"]) > 100
    history.add("a_wider_column", WIDEN_UP, WIDEN_DOWN)
    migrate(sample_url)
    after = content(sample_url)
    assert {**after, "alembic_version": before["alembic_version"]} == before
    database = Database(sample_url)
    with database.read() as session:
        columns = sa.inspect(session.connection()).get_columns("activity")
    database.close()
    kinds = {column["name"]: column["type"] for column in columns}
    assert getattr(kinds["open_to"], "length", None) == 60
    migrate(sample_url, REVISIONS[0])
    assert content(sample_url) == before


def test_with_foreign_keys_on_the_same_change_would_lose_the_children(templates: Templates) -> None:
    url = templates.copy("sqlite", "sample")
    before = counts(url)
    engine = open_engine(url).execution_options(writes=True)
    with engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("activity") as batch:
            batch.alter_column("open_to", type_=sa.String(60), existing_type=sa.String(40))
    engine.dispose()
    after = counts(url)
    assert after["activity"] == before["activity"]
    assert before["activity_session"] > 0
    assert after["activity_session"] == 0


# Whole or not at all

FILL = (
    "op.create_table('half', sa.Column('id', sa.Integer(), primary_key=True), "
    "sa.Column('text', sa.String()))\n"
    "                op.execute('INSERT INTO half WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL "
    "SELECT i + 1 FROM n WHERE i < 20000) SELECT i, \\'some text to fill the pages\\' FROM n')\n"
    "                op.drop_index('ix_activity_live', 'activity')\n"
    "                op.execute('UPDATE activity SET name = slug')\n"
    "                op.execute('DELETE FROM change')\n"
    "                {}"
)


def test_a_migration_that_raises_leaves_nothing_behind(sample_url: str, history: History) -> None:
    before, looked = content(sample_url), shape(sample_url)
    history.add("half_done", FILL.format("raise ArithmeticError"))
    with pytest.raises(ArithmeticError):
        migrate(sample_url)
    assert content(sample_url) == before
    assert shape(sample_url) == looked


def test_of_two_revisions_the_first_goes_too_when_the_second_fails(
    blank_url: str, history: History
) -> None:
    history.add("half_done", FILL.format("raise ArithmeticError"))
    with pytest.raises(ArithmeticError):
        migrate(blank_url)
    assert shape(blank_url) == {}
    assert stands_at(blank_url) is None


def test_a_migration_that_leaves_orphans_is_refused(
    sample_url: str, kind: Kind, history: History
) -> None:
    before = content(sample_url)
    history.add("no_providers", "op.execute('DELETE FROM provider')")
    # SQLite looks at the end, PostgreSQL at once.
    refusal: tuple[type[Exception], str] = (IntegrityError, "foreign key")
    if kind == "sqlite":
        refusal = (UnusableDatabaseError, r"without their parents in .*activity.*venue")
    with pytest.raises(refusal[0], match=refusal[1]):
        migrate(sample_url)
    assert content(sample_url) == before


MIGRATE = """
import sys
from pathlib import Path
import app.schema
if len(sys.argv) > 2:
    app.schema.MIGRATIONS = Path(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
app.schema.migrate(sys.argv[1])
"""


class Migrating(subprocess.Popen[str]):
    """A process that migrates as soon as it is told to go."""

    def __init__(self, *arguments: str | Path) -> None:
        super().__init__(
            [sys.executable, "-c", MIGRATE, *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def says(self) -> str:
        assert self.stdout is not None
        return self.stdout.readline().strip()

    def go(self) -> None:
        assert self.stdin is not None
        self.stdin.write("\n")
        self.stdin.flush()


@pytest.fixture
def start_migrating() -> Iterator[Callable[..., Migrating]]:
    """Starts processes that migrate; none outlives the test."""
    started: list[Migrating] = []

    def start(*arguments: str | Path) -> Migrating:
        started.append(Migrating(*arguments))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def test_a_migration_killed_half_way_leaves_the_database_as_it_was(
    sample_url: str, history: History, start_migrating: Callable[..., Migrating]
) -> None:
    before, looked = content(sample_url), shape(sample_url)
    stop = "import time; print('half', flush=True); time.sleep(120)"
    history.add("half_done", FILL.format(stop))
    process = start_migrating(sample_url, history.folder)
    assert process.says() == "ready"
    process.go()
    assert process.says() == "half"
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=10)
    assert process.returncode == -signal.SIGKILL
    assert content(sample_url) == before
    assert shape(sample_url) == looked
    history.add("half_done", FILL.format("pass"))
    migrate(sample_url)
    assert stands_at(sample_url) == "half_done"
    assert counts(sample_url)["half"] == 20_000


def test_processes_that_migrate_an_empty_database_at_once_all_succeed(
    blank_url: str, empty_url: str, start_migrating: Callable[..., Migrating]
) -> None:
    processes = [start_migrating(blank_url) for _ in range(2)]
    assert [process.says() for process in processes] == ["ready"] * 2
    for process in processes:
        process.go()
    ends = [process.communicate(timeout=60) for process in processes]
    assert ends == [("", "")] * 2
    assert [process.returncode for process in processes] == [0] * 2
    assert shape(blank_url) == shape(empty_url)
    assert stands_at(blank_url) == newest_revision()
    assert counts(blank_url)["catalogue_clock"] == 1


# Epochs


def test_every_migrated_database_has_an_epoch_of_its_own(
    make_blank: Callable[[Kind], str], kind: Kind
) -> None:
    epochs = set()
    for _ in range(3):
        url = make_blank(kind)
        migrate(url)
        database = Database(url)
        with database.read() as session:
            epochs.add(read_clock(session).epoch)
        database.close()
    assert len(epochs) == 3


def test_migrating_back_and_forth_begins_a_new_epoch(database: Database, empty_url: str) -> None:
    with database.read() as session:
        before = read_clock(session)
    database.close()
    migrate(empty_url, "base")
    migrate(empty_url)
    with database.read() as session:
        assert read_clock(session).epoch != before.epoch


def test_a_new_epoch_changes_the_epoch_and_nothing_else(sample_database: Database) -> None:
    url = sample_database.engine.url.render_as_string(hide_password=False)
    before = content(url)
    with sample_database.read() as session:
        clock = read_clock(session)
    epoch = start_epoch(sample_database)
    assert epoch != clock.epoch
    assert re.fullmatch(r"[0-9a-f]{16}", epoch)
    with sample_database.read() as session:
        assert (read_clock(session).epoch, read_clock(session).sequence) == (epoch, clock.sequence)
    after = content(url)
    changed = {table for table, rows in after.items() if rows != before[table]}
    assert changed == {CatalogueClock.__tablename__}
