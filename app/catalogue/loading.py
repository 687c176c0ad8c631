"""Documents out of their tables: many at a time, in a fixed number of statements."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import ColumnElement, inspect
from sqlmodel import Session, SQLModel, col, or_, select

from app.catalogue import rows
from app.catalogue.documents import (
    ActivityDocument,
    CouncilDocument,
    VenueDocument,
)
from app.catalogue.models import (
    Activity,
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
from app.catalogue.public import Entry

CHUNK = 500
"""How many ids one statement names at most; SQLite limits the variables of a statement."""

RowT = TypeVar("RowT", bound=SQLModel)


def live(today: date) -> ColumnElement[bool]:
    """The condition under which an activity is seen by the public."""
    shown = or_(col(Activity.hidden_from).is_(None), col(Activity.hidden_from) > today)
    return (col(Activity.status) == "live") & shown


def find_by_id_or_slug(session: Session, table: type[Any], key: str) -> Any | None:  # noqa: ANN401 - a row of the table.
    """The row with this id or slug, if there is one."""
    try:
        wanted = table.id == UUID(key)
    except ValueError:
        wanted = table.slug == key
    return session.exec(select(table).where(wanted)).first()


def councils_by_id(session: Session, ids: Collection[UUID]) -> dict[UUID, CouncilDocument]:
    """These councils, by id."""
    found = session.exec(select(Council).where(col(Council.id).in_(ids)))
    return {row.id: rows.council_document(row) for row in found}


def all_councils(session: Session) -> list[CouncilDocument]:
    """Every council, by id."""
    found = session.exec(select(Council).order_by(col(Council.id)))
    return [rows.council_document(row) for row in found]


def venue_documents(session: Session, ids: Collection[UUID]) -> list[VenueDocument]:
    """These venues as they were published, by slug."""
    venues = list(_of(session, Venue, Venue.id, ids))
    features: dict[UUID, list[VenueFeature]] = {venue.id: [] for venue in venues}
    for feature in _of(session, VenueFeature, VenueFeature.venue_id, ids, VenueFeature.position):
        features[feature.venue_id].append(feature)
    venues.sort(key=lambda venue: venue.slug)
    return [rows.venue_document(venue, features[venue.id]) for venue in venues]


def activity_documents(session: Session, activities: Sequence[Activity]) -> list[ActivityDocument]:
    """These activities as they were published, in the order given.

    Six statements, whatever their number, and more only beyond `CHUNK` activities.
    """
    ids = [row.id for row in activities]
    prices = list(_of(session, Price, Price.activity_id, ids, Price.position))
    price_ids = [price.id for price in prices]
    return rows.activity_documents(
        activities,
        terms=_of(session, ActivityTerm, ActivityTerm.activity_id, ids, ActivityTerm.position),
        sessions=_of(
            session, ActivitySession, ActivitySession.activity_id, ids, ActivitySession.position
        ),
        prices=prices,
        parts=_of(session, PricePart, PricePart.price_id, price_ids, PricePart.position),
        areas=_of(session, ServedArea, ServedArea.activity_id, ids, ServedArea.position),
    )


def entries(session: Session, activities: Sequence[Activity]) -> list[Entry]:
    """These activities with their providers, councils and venues, in the order given."""
    documents = activity_documents(session, activities)
    provider_ids = {document.provider_id for document in documents}
    providers = {
        row.id: rows.provider_document(row)
        for row in _of(session, Provider, Provider.id, provider_ids)
    }
    councils = councils_by_id(session, {provider.council_id for provider in providers.values()})
    venue_ids = {
        one.venue_id for document in documents for one in document.sessions if one.venue_id
    }
    venues = {venue.id: venue for venue in venue_documents(session, venue_ids)}
    return [
        Entry(
            activity=document,
            provider=(provider := providers[document.provider_id]),
            council=councils[provider.council_id],
            venues={
                one.venue_id: venues[one.venue_id] for one in document.sessions if one.venue_id
            },
        )
        for document in documents
    ]


def known_slugs(session: Session, table: type[Any]) -> dict[str, UUID]:
    """The ids of a table's rows by their slugs."""
    return dict(session.exec(select(table.slug, table.id)).all())


def known_children(
    session: Session, table: type[ActivitySession | Price]
) -> dict[UUID, list[UUID]]:
    """The ids of each activity's sessions or prices, in order."""
    children: dict[UUID, list[UUID]] = {}
    statement = select(table.activity_id, table.id).order_by(
        col(table.activity_id), col(table.position)
    )
    pairs: Iterable[tuple[UUID, UUID]] = session.exec(statement)
    for activity_id, child_id in pairs:
        children.setdefault(activity_id, []).append(child_id)
    return children


def _of(
    session: Session,
    table: type[RowT],
    owner: Any,  # noqa: ANN401 - a column of the table, as its class shows it.
    ids: Collection[UUID],
    *order: Any,  # noqa: ANN401 - columns of the table, as its class shows them.
) -> Iterator[RowT]:
    wanted = list(ids)
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        found = session.exec(_rows_of(table).where(col(owner).in_(chunk)).order_by(*order))
        yield from cast("Iterator[RowT]", found)


@cache
def _rows_of(table: type[RowT]) -> Any:  # noqa: ANN401 - it selects as many columns as there are.
    """All columns of a table: plain rows with their names, which cost a fifth of mapped objects."""
    return select(*(getattr(table, column.key) for column in inspect(table).column_attrs))


def as_many_live(session: Session, today: date, count: int) -> bool:
    """Whether so many activities are live. To count them all would take a nation's two seconds."""
    some = select(Activity.id).where(live(today)).offset(count - 1).limit(1)
    return session.exec(some).first() is not None


def live_activities(
    session: Session, today: date, ids: Collection[UUID] | None = None
) -> Iterator[list[tuple[Entry, datetime]]]:
    """Every live activity with what it is shown with, and when it was first published.

    Args:
        session: one transaction, so that all are of one state.
        today: the day it is in London.
        ids: only these; all if not given.

    Yields:
        Some at a time, by id.
    """
    # To ask for those behind the last one each time would have SQLite sort all that are left.
    every = select(Activity.id).where(live(today)).order_by(col(Activity.id))
    wanted = session.exec(every).all() if ids is None else sorted(ids)
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        statement = _rows_of(Activity).where(live(today), col(Activity.id).in_(chunk))
        ordered = session.exec(statement.order_by(col(Activity.id)))
        found = cast("Sequence[Activity]", ordered.all())
        shown = entries(session, found)
        yield [(entry, row.published_at) for entry, row in zip(shown, found, strict=True)]
        # What was mapped is not needed any more, and a nation's would fill the memory.
        session.expunge_all()
