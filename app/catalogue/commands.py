"""The one door into the catalogue: `publish` alone writes its tables and notes what changed."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
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
from app.catalogue.queries import ActivityNotFound
from app.clock import note_change, number_row
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
    councils = [one for one in given if isinstance(one, CouncilDocument)]
    providers = [one for one in given if isinstance(one, ProviderDocument)]
    venues = [one for one in given if isinstance(one, VenueDocument)]
    activities = [one for one in given if isinstance(one, ActivityDocument)]
    changed = _publish_councils(session, councils)
    changed |= _publish_providers(session, providers)
    changed |= _providers_follow(session, changed, {one.id for one in providers})
    changed |= _publish_venues(session, venues)
    _publish_activities(session, activities)
    _activities_follow(session, changed, {one.id for one in activities})


def close_activity(session: Writing, activity_id: UUID, *, replaced_by: UUID | None = None) -> None:
    """Close an activity for good. Its id keeps answering that it is gone.

    Raises:
        ActivityNotFound: there is no such activity.
    """
    row = session.get(Activity, activity_id)
    if row is None:
        raise ActivityNotFound
    before = _seen(row)
    row.status = "closed"
    row.closed_at = utc_now()
    note_change(session, "activity", row.id, before=before, after=None, replaced_by=replaced_by)


def hide_activity(session: Writing, activity_id: UUID, *, since: date) -> None:
    """Hide an activity that nobody confirmed, from a day on. Publishing it shows it again.

    Raises:
        ActivityNotFound: there is no such activity, or it is closed.
    """
    row = session.get(Activity, activity_id)
    if row is None or row.status != "live":
        raise ActivityNotFound
    before = _seen(row)
    row.hidden_from = since
    note_change(session, "activity", row.id, before=before, after=None)


def _seen(row: Activity | None) -> str | None:
    """The digest of an activity as the public sees it; None where it does not."""
    if row is None or row.status != "live" or row.hidden_from is not None:
        return None
    return row.digest


def _digest(*parts: str) -> str:
    return hashlib.blake2b("\x1f".join(parts).encode(), digest_size=16).hexdigest()


def _set(row: SQLModel, values: dict[str, Any]) -> None:
    for name, value in values.items():
        if getattr(row, name) != value:
            setattr(row, name, value)


# Councils


def _publish_councils(session: Writing, documents: Sequence[CouncilDocument]) -> set[UUID]:
    """Write councils; the answer names those that others now show otherwise."""
    changed = set()
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
            shown = _shown_of_council(row)
            _set(row, values)
            if _shown_of_council(row) != shown:
                changed.add(row.id)
        else:
            session.add(Council(id=document.id, **values))
        note_change(session, "council", document.id, before=before, after=digest)
    # The providers that follow refer to these rows.
    session.flush()
    return changed


def _shown_of_council(row: Council) -> str:
    """What an activity shows of its council."""
    facts = row.facts
    shown = [row.name, row.slug, facts["area"]["gss"], facts["safeguarding"], facts["freshness"]]
    # A council that said nothing of days keeps the digests that it had before it could.
    shown += [facts[name] for name in ("bank_holidays", "school_terms") if facts.get(name)]
    return json.dumps(shown, sort_keys=True)


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
    changed = set()
    digests = _provider_digests(session, documents)
    known = _rows_by_id(session, Provider, digests)
    for document in documents:
        digest = digests[document.id]
        row = known.get(document.id)
        before = row.digest if row else None
        if before == digest:
            continue
        values = {**rows.provider_values(document), "digest": digest}
        if row:
            shown = (row.council_id, _shown_of_provider(row))
            _set(row, values)
            if (row.council_id, _shown_of_provider(row)) != shown:
                changed.add(row.id)
        else:
            session.add(Provider(id=document.id, **values))
        note_change(session, "provider", document.id, before=before, after=digest)
    # The venues and activities that follow refer to these rows.
    session.flush()
    return changed


def _provider_digests(session: Writing, documents: Iterable[ProviderDocument]) -> dict[UUID, str]:
    """What tells one public state of a provider from another, with what it shows of its council."""
    given = list(documents)
    councils = _rows_by_id(session, Council, {one.council_id for one in given}, held=True)
    digests = {}
    for document in given:
        council = councils[document.council_id]
        shown = (council.name, council.slug, council.facts["area"]["gss"] or "")
        digests[document.id] = _digest(document.model_dump_json(), *shown)
    return digests


def _shown_of_provider(row: Provider, *, contacts: bool = True) -> str:
    """What an activity shows of its provider; the contacts only where it has none of its own."""
    return json.dumps((row.name, row.slug, row.contacts if contacts else []), sort_keys=True)


def _providers_follow(session: Writing, changed: set[UUID], published: set[UUID]) -> set[UUID]:
    """Note the change of every provider of these councils; the answer names them all."""
    ids = _ids(session, Provider.id, Provider.council_id, changed)
    for chunk in _chunks(ids - published):
        followers = _rows_by_id(session, Provider, chunk)
        documents = [rows.provider_document(row) for row in followers.values()]
        for key, digest in _provider_digests(session, documents).items():
            row = followers[key]
            before, row.digest = row.digest, digest
            note_change(session, "provider", key, before=before, after=digest)
    return ids


def _publish_venues(session: Writing, documents: Sequence[VenueDocument]) -> set[UUID]:
    """Write venues; the answer names those that activities now show otherwise."""
    known = _rows_by_id(session, Venue, [document.id for document in documents])
    before = {venue.id: venue for venue in venue_documents(session, known)}
    changed = [document for document in documents if before.get(document.id) != document]
    for document in changed:
        row = known.get(document.id)
        if row:
            # Its own row changes even where its features alone do, so that whoever is about to
            # show it waits for that.
            _set(row, {**rows.venue_values(document), "updated_at": utc_now()})
        else:
            session.add(Venue(id=document.id, **rows.venue_values(document)))
    # The features and the sessions that follow refer to these rows.
    session.flush()
    _replace(session, VenueFeature, col(VenueFeature.venue_id), [one.id for one in changed])
    _insert(session, VenueFeature, _all(rows.feature_values, changed))
    return {document.id for document in changed if document.id in known}


# Activities


def _publish_activities(session: Writing, documents: Sequence[ActivityDocument]) -> None:
    digests = _activity_digests(session, documents)
    known = _rows_by_id(session, Activity, digests)
    changed = []
    for document in documents:
        row = known.get(document.id)
        before = _seen(row)
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
    _number_places(session, changed)


def _number_places(session: Writing, changed: Sequence[ActivityDocument]) -> None:
    """Note the places at which activities have not been before."""
    known: set[tuple[UUID, UUID]] = set()
    columns = (ActivityPlace.activity_id, ActivityPlace.venue_id)
    for chunk in _chunks(document.id for document in changed):
        found = session.exec(select(*columns).where(col(ActivityPlace.activity_id).in_(chunk)))
        known.update((activity, venue) for activity, venue in found)
    for values in _all(rows.place_values, changed):
        if (values["activity_id"], values["venue_id"]) not in known:
            number_row(session, "activity", values["activity_id"], ActivityPlace, values)


def _activity_digests(session: Writing, documents: Sequence[ActivityDocument]) -> dict[UUID, str]:
    """What tells one public state of an activity from another: all that it shows of others too."""
    provider_ids = {document.provider_id for document in documents}
    providers = _rows_by_id(session, Provider, provider_ids, held=True)
    council_ids = {provider.council_id for provider in providers.values()}
    councils = _rows_by_id(session, Council, council_ids, held=True)
    shown = {key: _shown_of_council(row) for key, row in councils.items()}
    venue_ids = {
        one.venue_id for document in documents for one in document.sessions if one.venue_id
    }
    held = _rows_by_id(session, Venue, venue_ids, held=True)
    for venue in venue_documents(session, held):
        shown[venue.id] = venue.model_dump_json()
    digests = {}
    for document in documents:
        provider = providers[document.provider_id]
        places = {one.venue_id for one in document.sessions if one.venue_id}
        digests[document.id] = _digest(
            document.model_dump_json(),
            _shown_of_provider(provider, contacts=not document.contacts),
            shown[provider.council_id],
            *(shown[place] for place in sorted(places)),
        )
    return digests


def _activities_follow(session: Writing, changed: set[UUID], published: set[UUID]) -> None:
    """Note the change of every live activity that shows one of these providers or venues."""
    ids = _ids(session, Activity.id, Activity.provider_id, changed)
    ids |= _ids(session, ActivitySession.activity_id, ActivitySession.venue_id, changed)
    for chunk in _chunks(ids - published):
        known = _rows_by_id(session, Activity, chunk)
        followers = {key: row for key, row in known.items() if _seen(row)}
        documents = activity_documents(session, [*followers.values()])
        for key, digest in _activity_digests(session, documents).items():
            row = followers[key]
            before, row.digest = row.digest, digest
            note_change(session, "activity", key, before=before, after=digest)


# Lists of rows


def _all(values_of: ValuesOf, documents: Iterable[Any]) -> list[rows.Values]:
    return [values for document in documents for values in values_of(document)]


def _replace(session: Writing, table: type[SQLModel], owner: Any, ids: Sequence[UUID]) -> None:  # noqa: ANN401 - a column of any table.
    for chunk in _chunks(ids):
        session.execute(delete(table).where(owner.in_(chunk)))


def _insert(session: Writing, table: type[SQLModel], values: Sequence[rows.Values]) -> None:
    if values:
        session.execute(insert(table), values)


def _rows_by_id(
    session: Writing, table: type[NounT], ids: Collection[UUID], *, held: bool = False
) -> dict[UUID, NounT]:
    """Rows by their ids, in that order.

    `held` ones are as they stand now and stay so until the commit: a digest that tells of them
    would else miss what somebody else is just changing. SQLite has one writer at a time anyway.
    """
    found: dict[UUID, NounT] = {}
    for chunk in _chunks(ids):
        statement = select(table).where(col(table.id).in_(chunk)).order_by(col(table.id))
        if held:
            statement = statement.with_for_update(read=True)
            statement = statement.execution_options(populate_existing=True)
        found |= {row.id: row for row in session.exec(statement)}
    return found


def _ids(session: Writing, wanted: Any, owner: Any, ids: Collection[UUID]) -> set[UUID]:  # noqa: ANN401 - columns of any table.
    """The ids in one column of the rows that have one of these ids in another."""
    found: set[UUID] = set()
    for chunk in _chunks(ids):
        found.update(session.exec(select(wanted).where(col(owner).in_(chunk))))
    return found


def _chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    """Ids in order, as many at a time as one statement names."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
