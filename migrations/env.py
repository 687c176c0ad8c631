"""Runs the migrations on the connection that the caller hands over, or on the configured one."""

from typing import Literal

from alembic import context
from sqlalchemy import Connection
from sqlmodel.sql.sqltypes import AutoString

import app.accounts.models
import app.catalogue.models
import app.clock
import app.geo.models
import app.listings.models
import app.mail.models
import app.search.models
from app.database import Record, open_engine
from app.settings import get_settings

# Importing them is what makes the tables known.
TABLES = (
    app.accounts.models,
    app.catalogue.models,
    app.clock,
    app.geo.models,
    app.listings.models,
    app.mail.models,
)


def plain_strings(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Write SQLModel's strings as SQLAlchemy's, so that a revision outlives the library."""
    if kind == "type" and isinstance(item, AutoString):
        return f"sa.String({f'length={item.length}' if item.length else ''})"
    return False


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Record.metadata,
        render_as_batch=True,
        compare_type=True,
        render_item=plain_strings,
        # One transaction for all of it, the caller's: a migration is whole or not there.
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        context.run_migrations()


handed_over = context.config.attributes.get("connection")
if isinstance(handed_over, Connection):
    run(handed_over)
else:
    engine = open_engine(get_settings().database_url, migrating=True)
    with engine.connect() as own, own.begin():
        run(own)
    engine.dispose()
