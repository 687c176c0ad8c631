"""Reading a provider's own activities."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, Literal, cast
from uuid import UUID

from fastapi import Response
from pydantic import Field
from sqlalchemy import literal
from sqlmodel import Session, col, func, select, union_all

from app.accounts.models import Account, ProviderMember
from app.accounts.principals import ProviderAccess
from app.catalogue import rows
from app.catalogue.documents import ActivityDocument, VenueDocument
from app.catalogue.documents.councils import FreshnessDays
from app.catalogue.freshness import freshness
from app.catalogue.loading import councils_by_id
from app.catalogue.models import Activity, ActivitySession, Price, Provider, Venue
from app.catalogue.public import Entry, activity_detail
from app.catalogue.public.sessions import capacity_view
from app.catalogue.schemas import ActivityDetail, FreshnessView
from app.database import Reading
from app.listings.access import ListingAccess, NoSuchListing
from app.listings.activities.completeness import Completeness, completeness
from app.listings.activities.schemas import (
    HistoryEntry,
    HistoryRevision,
    ManagedActivity,
    ManagedActivityLine,
)
from app.listings.copies import Held, chunks, find, find_many
from app.listings.differences import differences
from app.listings.models import Listing, Revision
from app.listings.stages import Status, possible
from app.listings.wording import Venues
from app.paging import Page, PageParams, page_of, paginate
from app.parameters import Language
from app.problems import NotFound

DECISIONS = frozenset({"approve", "request_changes", "reject", "contracts"})
"""The steps that a council takes."""


class NoSuchRevision(NotFound):
    """The history has no such step."""

    code = "no_such_revision"

    def __init__(self) -> None:
        super().__init__("The history of this activity has no such step.")


class ManagedParams(PageParams):
    """Which of a provider's own activities."""

    status: Status | None = Field(None, description="Only those of this status.")


def find_own(session: Session, access: ListingAccess) -> Held:
    """The activity as it stands; raises `NoSuchListing` if it is gone meanwhile."""
    held = find(session, "activity", access.id)
    if held is None:
        raise NoSuchListing
    return held


def list_own(
    session: Reading, access: ProviderAccess, params: ManagedParams, today: date
) -> Page[ManagedActivityLine]:
    """A provider's own activities in every state, by name."""
    live: Any = select(
        col(Activity.id).label("id"),
        col(Activity.sort_name).label("sort_name"),
        col(Activity.status).label("status"),
    ).where(Activity.provider_id == access.provider_id)
    new: Any = select(
        col(Listing.id).label("id"),
        col(Listing.sort_name).label("sort_name"),
        col(Listing.stage).label("status"),
    ).where(
        Listing.provider_id == access.provider_id,
        Listing.kind == literal("activity"),
        Listing.life == literal("new"),
    )
    both = union_all(live, new).subquery()
    wanted = select(both.c.id)
    if params.status is not None:
        wanted = wanted.where(both.c.status == params.status)
    total = session.exec(select(func.count()).select_from(wanted.subquery())).one()
    page = wanted.order_by(both.c.sort_name, both.c.id)
    page = page.limit(params.per_page).offset((params.page - 1) * params.per_page)
    days = _days(session, access.council_id)
    ids = list(session.exec(page))
    found = find_many(session, "activity", ids)
    return page_of([_line(found[key], days, today) for key in ids], total, params)


def _days(session: Session, council_id: UUID) -> FreshnessDays:
    return councils_by_id(session, {council_id})[council_id].freshness


def _fresh(document: ActivityDocument, days: FreshnessDays, today: date) -> FreshnessView:
    fresh = freshness(document.confirmed_on, today, days)
    return FreshnessView(confirmed_on=fresh.confirmed_on, code=fresh.code, label=fresh.text)


def _line(held: Held, days: FreshnessDays, today: date) -> ManagedActivityLine:
    document = cast("ActivityDocument", held.document)
    return ManagedActivityLine(
        id=held.id,
        slug=document.slug,
        name=document.name,
        status=held.standing.status,
        change=held.standing.change,
        can=possible(held.standing),
        reason=held.listing.reason,
        submitted_at=held.listing.submitted_at,
        updated_at=held.listing.updated_at,
        hidden=held.hidden(today),
        freshness=_fresh(document, days, today),
        capacity=capacity_view(document.capacity, today, "en"),
        url=f"/v1/manage/activities/{held.id}",
    )


def show(session: Session, response: Response, held: Held, today: date) -> ManagedActivity:
    """The activity as its provider works on it; the answer carries its ETag."""
    document = cast("ActivityDocument", held.document)
    days = _days(session, held.listing.council_id)
    hidden = held.hidden(today)
    response.headers["ETag"] = held.tag
    names = venue_names(session, document, held.live)
    return ManagedActivity(
        id=held.id,
        status=held.standing.status,
        change=held.standing.change,
        can=possible(held.standing),
        reason=held.listing.reason,
        submitted_at=held.listing.submitted_at,
        updated_at=held.listing.updated_at,
        hidden=hidden,
        freshness=_fresh(document, days, today),
        confirm_by=document.confirmed_on + timedelta(days=days.fresh),
        public_url=f"/v1/activities/{held.id}" if held.life == "live" and not hidden else None,
        activity=document,
        differences=differences(held.live, document, names) if held.live else [],
    )


def get_own(
    session: Reading, response: Response, access: ListingAccess, today: date
) -> ManagedActivity:
    """An activity of one's own as it stands."""
    return show(session, response, find_own(session, access), today)


def venue_names(session: Session, *documents: object) -> Venues:
    """The names of the venues that activities name."""
    ids = {
        one.venue_id
        for document in documents
        if isinstance(document, ActivityDocument)
        for one in document.sessions
        if one.venue_id
    }
    return {key: venue.document.name for key, venue in venues_held(session, ids).items()}


def venues_held(session: Session, ids: Collection[UUID]) -> dict[UUID, Held]:
    """These venues, live or new, as far as there are any."""
    return find_many(session, "venue", ids)


def get_preview(
    session: Reading, access: ListingAccess, lang: Language, today: date
) -> ActivityDetail:
    """The working copy as the public would see it."""
    document = cast("ActivityDocument", find_own(session, access).document)
    return activity_detail(entry_of(session, document), today, lang)


def entry_of(session: Session, document: ActivityDocument) -> Entry:
    """An activity with what it would be shown with: a new venue as it is drafted."""
    provider = rows.provider_document(session.get_one(Provider, document.provider_id))
    ids = {one.venue_id for one in document.sessions if one.venue_id}
    venues = {
        key: cast("VenueDocument", held.live or held.document)
        for key, held in venues_held(session, ids).items()
    }
    council = councils_by_id(session, {provider.council_id})[provider.council_id]
    return Entry(activity=document, provider=provider, council=council, venues=venues)


# History


def _by(revision: Revision) -> Literal["provider", "council", "service"]:
    if revision.action == "confirm_by_mail":
        return "provider"
    if revision.actor_id is None:
        return "service"
    council = revision.as_officer or revision.action in DECISIONS
    return "council" if council else "provider"


def _colleagues(session: Session, provider_id: UUID) -> dict[UUID, str]:
    members = select(Account.id, Account.email).join(ProviderMember)
    found = session.exec(members.where(ProviderMember.provider_id == provider_id))
    return dict(found.all())


def _entry(revision: Revision, colleagues: dict[UUID, str]) -> HistoryEntry:
    by = _by(revision)
    named = by == "provider" and revision.actor_id is not None
    return HistoryEntry(
        revision=revision.number,
        action=revision.action,
        at=revision.at,
        by=by,
        email=colleagues.get(revision.actor_id) if named and revision.actor_id else None,
        reason=revision.reason,
        url=f"/v1/manage/activities/{revision.listing_id}/history/{revision.number}",
    )


def list_history(session: Reading, access: ListingAccess, params: PageParams) -> Page[HistoryEntry]:
    """The history of an activity, the newest step first."""
    statement = select(Revision).where(Revision.listing_id == access.id)
    found, total = paginate(session, statement.order_by(col(Revision.number).desc()), params)
    colleagues = _colleagues(session, access.provider.provider_id)
    return page_of([_entry(one, colleagues) for one in found], total, params)


def get_revision(session: Reading, access: ListingAccess, number: int) -> HistoryRevision:
    """One step of the history, with what it changed.

    Raises:
        NoSuchRevision: there is no such step.
    """
    revision = session.get(Revision, (access.id, number))
    if revision is None:
        raise NoSuchRevision
    before = session.get(Revision, (access.id, number - 1))
    document = ActivityDocument.model_validate(revision.document)
    earlier = ActivityDocument.model_validate(before.document) if before else None
    entry = _entry(revision, _colleagues(session, access.provider.provider_id))
    names = venue_names(session, document, earlier)
    return HistoryRevision(
        **entry.model_dump(),
        differences=differences(earlier, document, names),
        activity=document,
    )


# What belongs to whom


def own_venues(session: Session, provider_id: UUID) -> set[UUID]:
    """The venues that a provider's activities may name."""
    live = set(session.exec(select(Venue.id).where(Venue.provider_id == provider_id)))
    listed = select(Listing.id, Listing.life).where(
        Listing.provider_id == provider_id, Listing.kind == "venue"
    )
    lives = dict(session.exec(listed).all())
    return (live | lives.keys()) - {key for key, life in lives.items() if life == "closed"}


def taken_ids(session: Session, documents: Sequence[ActivityDocument]) -> dict[UUID, set[UUID]]:
    """For each of these activities, which ids of its sessions and prices others have already."""
    named = {
        document.id: {one.id for one in document.sessions} | {one.id for one in document.prices}
        for document in documents
    }
    owners: dict[UUID, UUID] = {}
    for chunk in chunks({one for ids in named.values() for one in ids}):
        for table in (ActivitySession, Price):
            pairs: Any = select(table.id, table.activity_id).where(col(table.id).in_(chunk))
            owners |= dict(session.exec(pairs).all())
    return {key: {one for one in ids if owners.get(one, key) != key} for key, ids in named.items()}


def get_completeness(session: Reading, access: ListingAccess) -> Completeness:
    """What the working copy does not say, and what that costs."""
    document = cast("ActivityDocument", find_own(session, access).document)
    ids = {one.venue_id for one in document.sessions if one.venue_id}
    venues = [cast("VenueDocument", one.document) for one in venues_held(session, ids).values()]
    return completeness(document, venues)
