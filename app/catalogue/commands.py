"""The one door into the catalogue: `publish` alone writes its tables and notes what changed."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import delete, insert
from sqlmodel import SQLModel, col, select

from app.catalogue import rows
from app.catalogue.documents import (
    ActivityDocument,
    CouncilDocument,
    ProviderDocument,
    VenueDocument,
)
from app.catalogue.loading import CHUNK, activity_documents, venue_documents
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
from app.catalogue.queries import ActivityNotFound
from app.clock import note_change
from app.database import Noun, Writing, utc_now
from app.geo.models import Area, AreaOutcode

AnyDocument = CouncilDocument | ProviderDocument | VenueDocument | ActivityDocument
ValuesOf = Callable[[Any], list[rows.Values]]
NounT = TypeVar("NounT", bound=Noun)


def publish(session: Writing, documents: Iterable[AnyDocument]) -> None:
    """Make these documents what the public sees, all of them or none.

    Each takes the place of the one with its id. What the public sees otherwise because of it,
    as an activity whose provider has a new name, counts as changed too.

    Args:
        session: the transaction; its change rows are written when it commits.
        documents: of any kind and in any order; one of each id.
    """
    given = list(documents)
    _publish_councils(session, [one for one in given if isinstance(one, CouncilDocument)])
    renamed = _publish_providers(
        session, [one for one in given if isinstance(one, ProviderDocument)]
    )
    changed = _publish_venues(session, [one for one in given if isinstance(one, VenueDocument)])
    activities = [one for one in given if isinstance(one, ActivityDocument)]
    _publish_activities(session, activities)
    published = {activity.id for activity in activities}
    _follow(session, renamed, changed, published)


def close_activity(session: Writing, activity_id: UUID, *, replaced_by: UUID | None = None) -> None:
    """Close an activity for good. Its id keeps answering that it is gone.

    Raises:
        ActivityNotFound: there is no such activity.
    """
    row = session.get(Activity, activity_id)
    if row is None:
        raise ActivityNotFound
    before = row.digest if row.status == "live" else None
    row.status = "closed"
    row.closed_at = utc_now()
    note_change(session, "activity", row.id, before=before, after=None, replaced_by=replaced_by)


def _rows_by_id(session: Writing, table: type[NounT], ids: Collection[UUID]) -> dict[UUID, NounT]:
    found: dict[UUID, NounT] = {}
    wanted = list(ids)
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        for row in session.exec(select(table).where(col(table.id).in_(chunk))):
            found[row.id] = row
    return found


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def _set(row: SQLModel, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


# Councils


def _publish_councils(session: Writing, documents: Sequence[CouncilDocument]) -> None:
    known = _rows_by_id(session, Council, [document.id for document in documents])
    for document in documents:
        digest = _digest(document.model_dump_json())
        row = known.get(document.id)
        before = row.digest if row else None
        if before == digest:
            continue
        area_id = _place_area(session, row.area_id if row else None, document)
        values = {**rows.council_values(document), "area_id": area_id, "digest": digest}
        if row:
            _set(row, values)
        else:
            session.add(Council(id=document.id, **values))
        note_change(session, "council", document.id, before=before, after=digest)
    # The providers that follow refer to these rows.
    session.flush()


def _place_area(session: Writing, area_id: UUID | None, document: CouncilDocument) -> UUID:
    area = session.get(Area, area_id) if area_id else None
    values = document.area.model_dump(exclude={"outcodes"})
    if area is None:
        area = Area(**values)
        session.add(area)
    else:
        _set(area, values)
        session.execute(delete(AreaOutcode).where(col(AreaOutcode.area_id) == area.id))
    # The area must stand before its outcodes and its council refer to it.
    session.flush()
    _insert(
        session,
        AreaOutcode,
        [{"area_id": area.id, **share.model_dump()} for share in document.area.outcodes],
    )
    return area.id


# Providers and venues


def _publish_providers(session: Writing, documents: Sequence[ProviderDocument]) -> set[UUID]:
    """Write providers; the answer names those that activities now show otherwise."""
    known = _rows_by_id(session, Provider, [document.id for document in documents])
    renamed = set()
    for document in documents:
        digest = _digest(document.model_dump_json())
        row = known.get(document.id)
        before = row.digest if row else None
        if before == digest:
            continue
        values = {**rows.provider_values(document), "digest": digest}
        if row:
            if (row.name, row.slug) != (document.name, document.slug):
                renamed.add(document.id)
            _set(row, values)
        else:
            session.add(Provider(id=document.id, **values))
        note_change(session, "provider", document.id, before=before, after=digest)
    # The venues and activities that follow refer to these rows.
    session.flush()
    return renamed


def _publish_venues(session: Writing, documents: Sequence[VenueDocument]) -> set[UUID]:
    """Write venues; the answer names those that stood there before."""
    known = _rows_by_id(session, Venue, [document.id for document in documents])
    for document in documents:
        row = known.get(document.id)
        if row:
            _set(row, rows.venue_values(document))
        else:
            session.add(Venue(id=document.id, **rows.venue_values(document)))
    # The features and the sessions that follow refer to these rows.
    session.flush()
    _replace(session, VenueFeature, col(VenueFeature.venue_id), [one.id for one in documents])
    _insert(session, VenueFeature, _all(rows.feature_values, documents))
    return set(known)


# Activities


def _publish_activities(session: Writing, documents: Sequence[ActivityDocument]) -> None:
    known = _rows_by_id(session, Activity, [document.id for document in documents])
    digests = _activity_digests(session, documents)
    changed = []
    for document in documents:
        row = known.get(document.id)
        before = row.digest if row and row.status == "live" else None
        digest = digests[document.id]
        if before == digest:
            continue
        changed.append(document)
        values = {**rows.activity_values(document), "digest": digest, "status": "live"}
        if row:
            _set(row, {**values, "closed_at": None, "hidden_from": None})
        else:
            session.add(Activity(id=document.id, published_at=utc_now(), **values))
        note_change(session, "activity", document.id, before=before, after=digest)
    # The lists that follow refer to these rows.
    session.flush()
    ids = [document.id for document in changed]
    lists: tuple[tuple[type[SQLModel], Any], ...] = (
        (ActivityTerm, col(ActivityTerm.activity_id)),
        (ActivitySession, col(ActivitySession.activity_id)),
        (Price, col(Price.activity_id)),
        (ServedArea, col(ServedArea.activity_id)),
    )
    for table, owner in lists:
        _replace(session, table, owner, ids)
    writers: tuple[tuple[type[SQLModel], ValuesOf], ...] = (
        (ActivityTerm, rows.term_values),
        (ActivitySession, rows.session_values),
        (Price, rows.price_values),
        (PricePart, rows.part_values),
        (ServedArea, rows.area_values),
    )
    for table, values_of in writers:
        _insert(session, table, _all(values_of, changed))


def _activity_digests(session: Writing, documents: Sequence[ActivityDocument]) -> dict[UUID, str]:
    """What tells one public state of an activity from another: all that it shows of others too."""
    provider_ids = {document.provider_id for document in documents}
    providers = _rows_by_id(session, Provider, provider_ids)
    venue_ids = {
        one.venue_id for document in documents for one in document.sessions if one.venue_id
    }
    venues = {venue.id: venue for venue in venue_documents(session, venue_ids)}
    shown: dict[UUID, str] = {key: venue.model_dump_json() for key, venue in venues.items()}
    digests = {}
    for document in documents:
        provider = providers[document.provider_id]
        places = {one.venue_id for one in document.sessions if one.venue_id}
        digests[document.id] = _digest(
            document.model_dump_json(),
            provider.name,
            provider.slug,
            *(shown[place] for place in sorted(places)),
        )
    return digests


def _follow(session: Writing, renamed: set[UUID], venues: set[UUID], published: set[UUID]) -> None:
    """Note the change of every live activity that shows a renamed provider or a changed venue."""
    if not renamed and not venues:
        return
    statement = select(Activity).where(Activity.status == "live")
    at_venue = select(ActivitySession.activity_id).where(col(ActivitySession.venue_id).in_(venues))
    shows = col(Activity.provider_id).in_(renamed) | col(Activity.id).in_(at_venue)
    followers = [
        row for row in session.exec(statement.where(shows)).all() if row.id not in published
    ]
    digests = _activity_digests(session, activity_documents(session, followers))
    for row in followers:
        before, row.digest = row.digest, digests[row.id]
        note_change(session, "activity", row.id, before=before, after=row.digest)


# Lists of rows


def _all(values_of: ValuesOf, documents: Iterable[Any]) -> list[rows.Values]:
    return [values for document in documents for values in values_of(document)]


def _replace(session: Writing, table: type[SQLModel], owner: Any, ids: Sequence[UUID]) -> None:  # noqa: ANN401 - a column of any table.
    for start in range(0, len(ids), CHUNK):
        session.execute(delete(table).where(owner.in_(ids[start : start + CHUNK])))


def _insert(session: Writing, table: type[SQLModel], values: Sequence[rows.Values]) -> None:
    if values:
        session.execute(insert(table), values)


def hide_activity(session: Writing, activity_id: UUID, *, since: date) -> None:
    """Hide an activity that nobody confirmed, from a day on. Publishing it shows it again.

    Raises:
        ActivityNotFound: there is no such activity, or it is closed.
    """
    row = session.get(Activity, activity_id)
    if row is None or row.status != "live":
        raise ActivityNotFound
    row.hidden_from = since
    note_change(session, "activity", row.id, before=row.digest, after=None)
