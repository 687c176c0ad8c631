"""Reading a provider's venues."""

from typing import Any, cast
from uuid import UUID

from fastapi import Response
from sqlalchemy import literal
from sqlmodel import Session, col, func, select, union_all

from app.accounts.principals import ProviderAccess
from app.catalogue.documents import VenueDocument
from app.catalogue.models import Activity, ActivitySession, Venue
from app.catalogue.rows import sort_name
from app.catalogue.schemas import Reference
from app.database import Reading
from app.listings.access import ListingAccess, NoSuchVenue
from app.listings.copies import Held, find, find_many
from app.listings.differences import differences
from app.listings.models import Listing
from app.listings.venues.schemas import ManagedVenue
from app.paging import Page, PageParams, page_of


def list_venues(session: Reading, access: ProviderAccess, params: PageParams) -> Page[ManagedVenue]:
    """A provider's venues, in the order in which they were made."""
    gone = select(Listing.id).where(Listing.kind == "venue", Listing.life == "closed")
    live: Any = select(col(Venue.id).label("id")).where(
        Venue.provider_id == access.provider_id, col(Venue.id).not_in(gone)
    )
    new: Any = select(col(Listing.id).label("id")).where(
        Listing.provider_id == access.provider_id,
        Listing.kind == literal("venue"),
        Listing.life == literal("new"),
    )
    both = union_all(live, new).subquery()
    total = session.exec(select(func.count()).select_from(both)).one()
    page = select(both.c.id).order_by(both.c.id)
    page = page.limit(params.per_page).offset((params.page - 1) * params.per_page)
    ids = list(session.exec(page))
    found = find_many(session, "venue", ids)
    used = activities_at(session, ids)
    return page_of([_view(found[key], used[key]) for key in ids], total, params)


def activities_at(session: Session, venue_ids: list[UUID]) -> dict[UUID, list[Reference]]:
    """The live activities that use each of these venues, by name."""
    statement = (
        select(ActivitySession.venue_id, Activity.id, Activity.slug, Activity.name)
        .join(Activity, col(ActivitySession.activity_id) == Activity.id)
        .where(col(ActivitySession.venue_id).in_(venue_ids), Activity.status == "live")
        .distinct()
    )
    used: dict[UUID, list[Reference]] = {key: [] for key in venue_ids}
    for venue_id, key, slug, name in session.exec(statement):
        if venue_id is not None:
            used[venue_id].append(Reference(id=key, slug=slug, name=name))
    for references in used.values():
        references.sort(key=lambda one: (sort_name(one.name), one.id))
    return used


def named_in_drafts(session: Session, provider_id: UUID, venue_id: UUID) -> bool:
    """Whether a working copy of the provider's activities has a session at a venue."""
    statement = select(Listing.document).where(
        Listing.provider_id == provider_id,
        Listing.kind == "activity",
        col(Listing.document).is_not(None),
    )
    return any(
        one["venue_id"] == str(venue_id)
        for document in session.exec(statement)
        for one in (document or {}).get("sessions", ())
    )


def find_own(session: Session, access: ListingAccess) -> Held:
    """The venue as it stands; raises `NoSuchVenue` if it is gone."""
    held = find(session, "venue", access.id)
    if held is None or held.life == "closed":
        raise NoSuchVenue
    return held


def show_venue(session: Session, response: Response, held: Held) -> ManagedVenue:
    """A venue as its provider works on it; the answer carries its ETag."""
    response.headers["ETag"] = held.tag
    return _view(held, activities_at(session, [held.id])[held.id])


def _view(held: Held, used: list[Reference]) -> ManagedVenue:
    document = cast("VenueDocument", held.document)
    return ManagedVenue(
        id=held.id,
        status=held.standing.status,
        change=held.standing.change,
        reason=held.listing.reason,
        updated_at=held.listing.updated_at,
        venue=document,
        differences=differences(held.live, document, {}) if held.live else [],
        used_by=used,
        url=f"/v1/manage/venues/{held.id}",
    )


def get_venue(session: Reading, response: Response, access: ListingAccess) -> ManagedVenue:
    """A venue of one's own as it stands."""
    return show_venue(session, response, find_own(session, access))
