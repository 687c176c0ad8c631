"""The database's schema: where it stands, and bringing it up to date by the migrations."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text, update

import migrations
from app.clock import CatalogueClock
from app.database import Database, UnusableDatabaseError, open_engine

MIGRATIONS = Path(migrations.__file__).parent
LOCK = 7_223_108_954_120
"""The advisory lock on PostgreSQL under which one process migrates at a time."""


def newest_revision() -> str:
    """The revision that this code needs."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    if head is None:
        raise UnusableDatabaseError("There are no migrations beside the code.")
    return head


def current_revision(engine: Engine) -> str | None:
    """The revision that a database stands at; None when it is empty."""
    with engine.connect() as connection:
        return _stands_at(connection)


def migrate(url: str, revision: str = "head") -> None:
    """Bring a database to a revision: in one transaction, whole or not at all.

    Two processes may try at once; the second waits and finds nothing to do.

    Args:
        url: the database's.
        revision: the newest one if not given.

    Raises:
        UnusableDatabaseError: newer code migrated it, or it would lose rows' parents.
    """
    engine = open_engine(url, migrating=True)
    try:
        with engine.connect() as connection, connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            _refuse_unknown(connection)
            before = _stands_at(connection)
            config = _config()
            config.attributes["connection"] = connection
            if revision == "base" or _is_behind(connection, revision):
                command.downgrade(config, revision)
            else:
                command.upgrade(config, revision)
            # To look at every row takes long, and a start that changes nothing need not.
            if _stands_at(connection) != before:
                _refuse_orphans(connection)
    finally:
        engine.dispose()


def _stands_at(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _is_behind(connection: Connection, revision: str) -> bool:
    """Whether a revision lies before the one that the database stands at."""
    here = _stands_at(connection)
    if revision == "head" or here is None:
        return False
    script = ScriptDirectory.from_config(_config())
    passed = {one.revision for one in script.iterate_revisions(here, "base")}
    return revision in passed and revision != here


def _refuse_unknown(connection: Connection) -> None:
    here = _stands_at(connection)
    revisions = ScriptDirectory.from_config(_config()).walk_revisions()
    if here is not None and here not in {one.revision for one in revisions}:
        raise UnusableDatabaseError(
            f"The database stands at revision {here}, which this code does not know. "
            "It was migrated by newer code: use that."
        )


def _refuse_orphans(connection: Connection) -> None:
    """On SQLite keys are not checked while tables are rebuilt, so all of them are at the end."""
    if connection.dialect.name != "sqlite":
        return
    orphans = {str(row[0]) for row in connection.exec_driver_sql("PRAGMA foreign_key_check")}
    if orphans:
        tables = ", ".join(sorted(orphans))
        raise UnusableDatabaseError(
            f"The migration would leave rows without their parents in {tables}."
        )


def start_epoch(database: Database) -> str:
    """Begin a new epoch of the catalogue's clock, as after a restore; the answer is its name.

    Cursors and ETags of the old epoch are refused from then on, because a restored database may
    give a number that they know to a change that they do not.
    """
    epoch = migrations.new_epoch()
    with database.write() as session:
        session.execute(update(CatalogueClock).values(epoch=epoch))
    return epoch


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
