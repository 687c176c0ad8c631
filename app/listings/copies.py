"""Working copies: finding them, holding them, and each step with its place in the history.

What the public sees is read from the catalogue every time. A listing that nobody has touched has
no row here; the first step makes one.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, cast
from uuid import UUID

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from app.accounts.principals import Actor
from app.catalogue import rows
from app.catalogue.documents import ActivityDocument, ProviderDocument, VenueDocument
from app.catalogue.loading import CHUNK, activity_documents, venue_documents
from app.catalogue.models import Activity, Provider, Venue
from app.catalogue.rows import sort_name
from app.database import Writing, utc_now
from app.listings.differences import Listed
from app.listings.models import Listing, Revision
from app.listings.stages import Life, Stage, Standing, Step, after

Kind = Literal["activity", "provider", "venue"]

DOCUMENTS: dict[Kind, type[Listed]] = {
    "activity": ActivityDocument,
    "provider": ProviderDocument,
    "venue": VenueDocument,
}
Row = Activity | Provider | Venue
TABLES: dict[Kind, type[Row]] = {
    "activity": Activity,
    "provider": Provider,
    "venue": Venue,
}


@dataclass
class Held:
    """A listing: its working copy and what the public sees, as both stand in this transaction."""

    listing: Listing
    life: Life
    live: Listed | None
    live_version: int
    hidden_from: date | None = None

    @property
    def id(self) -> UUID:
        """The id of the document."""
        return self.listing.id

    @property
    def kind(self) -> Kind:
        """What it is."""
        return cast("Kind", self.listing.kind)

    @property
    def standing(self) -> Standing:
        """Where it stands."""
        return Standing(self.life, cast("Stage", self.listing.stage))

    @property
    def document(self) -> Listed:
        """The working copy; what the public sees where there is no other."""
        if self.listing.document is None:
            assert self.live is not None  # noqa: S101 - a listing is live or has a copy.
            return self.live
        copy = DOCUMENTS[self.kind].model_validate(self.listing.document)
        return with_told(copy, self.live)

    def hidden(self, today: date) -> bool:
        """Whether it is out of sight because nobody confirmed it."""
        return self.hidden_from is not None and self.hidden_from <= today

    @property
    def tag(self) -> str:
        """The ETag of the working copy: it changes with the copy and with what is live."""
        return f'"{self.id.hex}-{self.listing.version}-{self.live_version}"'


def with_told(copy: Listed, live: Listed | None) -> Listed:
    """A working copy with what was told at once since, which stands in the live one alone."""
    if not isinstance(copy, ActivityDocument) or not isinstance(live, ActivityDocument):
        return copy
    capacities = {session.id: session.capacity for session in live.sessions}
    return copy.model_copy(
        update={
            "capacity": live.capacity,
            "alert": live.alert,
            "closure": live.closure,
            "contracts": live.contracts,
            "confirmed_on": max(copy.confirmed_on, live.confirmed_on),
            "sessions": [
                one.model_copy(update={"capacity": capacities[one.id]})
                if one.id in capacities
                else one
                for one in copy.sessions
            ],
        }
    )


def find(session: Session, kind: Kind, listing_id: UUID) -> Held | None:
    """The listing with this id as it stands; None if there never was one."""
    return find_many(session, kind, [listing_id]).get(listing_id)


def find_many(session: Session, kind: Kind, ids: Collection[UUID]) -> dict[UUID, Held]:
    """The listings with these ids, in a fixed number of statements."""
    table = TABLES[kind]
    found: dict[UUID, Row] = {}
    listed: dict[UUID, Listing] = {}
    for chunk in chunks(ids):
        live = session.exec(select(table).where(col(table.id).in_(chunk)))
        found |= {row.id: cast("Row", row) for row in live}
        statement = select(Listing).where(col(Listing.id).in_(chunk), Listing.kind == kind)
        listed |= {row.id: row for row in session.exec(statement)}
    documents = _documents(session, kind, [*found.values()])
    homes = _homes(session, [row for key, row in found.items() if key not in listed])
    held = {}
    for key in ids:
        if (row := found.get(key)) is not None:
            listing = listed.get(key) or _unlisted(kind, row, *homes[key])
            held[key] = _held(listing, row, documents[key])
        elif key in listed:
            held[key] = Held(listed[key], "new", None, 0)
    return held


def hold(session: Writing, kind: Kind, listing_id: UUID) -> Held | None:
    """The listing with this id, for a step: nobody else takes one until the transaction ends."""
    row = cast("Row | None", session.get(TABLES[kind], listing_id))
    if row is not None:
        _begin(session, kind, row)
    locked = select(Listing).where(Listing.id == listing_id, Listing.kind == kind)
    locked = locked.with_for_update().execution_options(populate_existing=True)
    listing = session.exec(locked).first()
    if listing is None:
        return None
    if row is None:
        row = cast("Row | None", session.get(TABLES[kind], listing_id))
    else:
        # Whoever held it before may have published it meanwhile.
        session.refresh(row)
    if row is None:
        return Held(listing, "new", None, 0)
    return _held(listing, row, _documents(session, kind, [row])[row.id])


def _begin(session: Writing, kind: Kind, row: Row) -> None:
    """Make the row of a live listing that nobody has touched yet, with its first revision."""
    if session.get(Listing, row.id) is not None:
        return
    document = _documents(session, kind, [row])[row.id]
    made = _unlisted(kind, row, *_homes(session, [row])[row.id])
    # The ETag of a listing without a row says version 0: making the row does not make it stale.
    values = {**made.model_dump(), "number": 1}
    dialect: Any = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    making = dialect.insert(Listing).values(values).on_conflict_do_nothing()
    # The driver does not always count rows: what comes back was made.
    if session.execute(making.returning(col(Listing.id))).first() is not None:
        session.add(
            Revision(
                listing_id=row.id,
                number=1,
                action="listed",
                document=document.model_dump(mode="json"),
                actor_id=None,
                as_officer=False,
                at=row.created_at,
            )
        )


def _homes(session: Session, found: Sequence[Row]) -> dict[UUID, tuple[UUID, UUID]]:
    """The home council and the provider of rows of the catalogue, by the rows' ids."""
    owners = {row.id: row.id if isinstance(row, Provider) else row.provider_id for row in found}
    councils: dict[UUID, UUID] = {}
    for chunk in chunks(set(owners.values())):
        pairs = select(Provider.id, Provider.council_id).where(col(Provider.id).in_(chunk))
        councils |= dict(session.exec(pairs).all())
    return {key: (councils[owner], owner) for key, owner in owners.items()}


def _documents(session: Session, kind: Kind, found: Sequence[Row]) -> dict[UUID, Listed]:
    """What the public sees of rows of the catalogue, by their ids."""
    documents: Iterable[Listed]
    if kind == "activity":
        documents = activity_documents(session, cast("Sequence[Activity]", found))
    elif kind == "provider":
        documents = [rows.provider_document(row) for row in cast("Sequence[Provider]", found)]
    else:
        documents = venue_documents(session, [row.id for row in found])
    return {document.id: document for document in documents}


def _unlisted(kind: Kind, row: Row, council_id: UUID, provider_id: UUID) -> Listing:
    """A live listing that nobody has touched yet, as its row would be."""
    return Listing(
        id=row.id,
        kind=kind,
        provider_id=provider_id,
        council_id=council_id,
        name=row.name,
        sort_name=sort_name(row.name),
        life="live",
        stage="clean",
        version=0,
        updated_at=row.updated_at,
    )


def _held(listing: Listing, row: Row, document: Listed) -> Held:
    life: Life = "closed" if listing.life == "closed" else "live"
    hidden_from = None
    if isinstance(row, Activity):
        # The catalogue has the last word: another way into it may have closed the activity.
        life = "closed" if row.status == "closed" else "live"
        hidden_from = row.hidden_from
    return Held(listing, life, document, row.version, hidden_from)


def begin(  # noqa: PLR0913, PLR0917 - each says one thing of the listing.
    session: Writing,
    kind: Kind,
    document: Listed,
    council_id: UUID,
    actor: Actor,
    action: str = "created",
) -> Held:
    """Make a listing that is new; its first revision is its making."""
    provider_id = document.id if isinstance(document, ProviderDocument) else document.provider_id
    listing = Listing(
        id=document.id,
        kind=kind,
        provider_id=provider_id,
        council_id=council_id,
        name=document.name,
        sort_name=sort_name(document.name),
        life="new",
        stage="draft",
        created_by=actor.id,
    )
    session.add(listing)
    held = Held(listing, "new", None, 0)
    _remember(session, held, actor, action, document, None)
    return held


def begin_many(
    session: Writing,
    drafts: Sequence[tuple[ActivityDocument, str]],
    provider_id: UUID,
    council_id: UUID,
    actor: Actor,
) -> list[Held]:
    """Make drafts of many activities that were imported, each with its reference."""
    made = [
        Listing(
            id=document.id,
            kind="activity",
            provider_id=provider_id,
            council_id=council_id,
            reference=reference,
            name=document.name,
            sort_name=sort_name(document.name),
            life="new",
            stage="draft",
            document=document.model_dump(mode="json"),
            number=1,
            authors=[str(actor.id)] if actor.id else [],
            created_by=actor.id,
        )
        for document, reference in drafts
    ]
    session.add_all(made)
    # The listings must stand before their history refers to them.
    session.flush()
    session.add_all(
        Revision(
            listing_id=listing.id,
            number=1,
            action="imported",
            document=listing.document or {},
            actor_id=actor.id,
            as_officer=actor.as_officer,
        )
        for listing in made
    )
    return [Held(listing, "new", None, 0) for listing in made]


def take(  # noqa: PLR0913 - each says one thing of the step.
    session: Writing,
    held: Held,
    step: Step,
    actor: Actor,
    *,
    action: str | None = None,
    document: Listed | None = None,
    reason: str | None = None,
) -> None:
    """Take a step with a listing that is held, and put it into its history.

    Args:
        session: the transaction in which it is held.
        held: the listing.
        step: what happens.
        actor: who does it.
        action: the step's name in the history, where another says more.
        document: the working copy, or what is live, after it; as it stands if not given.
        reason: what an officer says about it.

    Raises:
        NotPossibleNow: the step cannot be taken now.
    """
    standing = after(held.standing, step)
    shown = document or held.document
    held.life = held.listing.life = standing.life
    held.listing.stage = standing.stage
    if step == "submit":
        held.listing.submitted_at = utc_now()
        held.listing.submitted_by = actor.id
    if step in {"submit", "approve", "request_changes", "reject", "discard", "close"}:
        held.listing.reason = reason
    _remember(session, held, actor, action or step, shown, reason)


def _remember(  # noqa: PLR0913, PLR0917 - each says one thing of the step.
    session: Writing, held: Held, actor: Actor, action: str, shown: Listed, reason: str | None
) -> None:
    listing = held.listing
    content = shown.model_dump(mode="json")
    if listing.stage == "clean":
        listing.document, listing.authors = None, []
    elif action not in TOLD or held.live is None:
        listing.document = content
        if action in WRITTEN and actor.id is not None:
            listing.authors = sorted({*listing.authors, str(actor.id)})
    listing.name, listing.sort_name = shown.name, sort_name(shown.name)
    listing.number += 1
    # The listing's row must stand before its history refers to it.
    session.flush()
    session.add(
        Revision(
            listing_id=listing.id,
            number=listing.number,
            action=action,
            document=content,
            reason=reason,
            actor_id=actor.id,
            as_officer=actor.as_officer,
        )
    )


TOLD = frozenset(
    {"capacity", "alert", "pause", "resume", "confirm", "confirm_by_mail", "contracts"}
)
"""What changes the live listing at once and leaves the working copy as it is."""

WRITTEN = frozenset({"created", "copied", "imported", "edit", "submit"})
"""What makes somebody an author of what waits: they may not approve it."""


def chunks(ids: Iterable[UUID]) -> Iterator[list[UUID]]:
    """Ids in order, as many at a time as one statement names."""
    ordered = sorted(ids)
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
