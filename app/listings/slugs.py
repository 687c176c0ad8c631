"""Slugs out of names: what people see in an address."""

import re
from uuid import UUID

from sqlalchemy import text
from sqlmodel import Session, col, or_, select

from app.catalogue.models import Activity, Provider, Venue
from app.catalogue.rows import sort_name
from app.database import Writing

LONGEST = 70
"""Characters of a slug before a number that tells it from others."""

LOCK = 7_223_108_954_121
"""The advisory lock on PostgreSQL under which one transaction at a time lets something out."""


def slug_of(name: str) -> str:
    """A name in lower case, with hyphens for whatever is no letter or digit."""
    words = re.sub(r"[^a-z0-9]+", "-", sort_name(name)).strip("-")
    return words[:LONGEST].strip("-") or "listing"


def one_at_a_time(session: Writing) -> None:
    """Wait until nobody else lets anything out; others wait until this transaction ends.

    Two who let out namesakes at once would both take the same slug for free. SQLite has one writer
    at a time anyway. To be called before anything is held, so that no two wait for each other.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})


def free_slug(
    session: Session, table: type[Activity | Provider | Venue], wanted: str, own_id: UUID | None
) -> str:
    """The slug that is wanted, or the same with the first number that is free.

    Args:
        session: where to look.
        table: whose slugs to look through.
        wanted: the slug.
        own_id: of the row that may have it already.
    """
    # A slug holds neither % nor _, so that it can stand in a pattern as it is.
    alike = or_(col(table.slug) == wanted, col(table.slug).like(f"{wanted}-%"))
    statement = select(table.slug).where(alike, table.id != own_id)
    taken = set(session.exec(statement))
    if wanted not in taken:
        return wanted
    number = 2
    while f"{wanted}-{number}" in taken:
        number += 1
    return f"{wanted}-{number}"
