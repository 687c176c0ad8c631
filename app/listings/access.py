"""The listing in the path, if whoever asks may act for its provider.

    OwnActivity   an activity in any state
    OwnVenue      a venue in any state
    OwnEntry      a provider's own entry, also while its registration waits

What is not somebody's own answers 404, as if it were not there.
"""

from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import Path, Security
from sqlmodel import Session

from app.accounts.access import CurrentAccount, ManagedProviderKey, NoSuchProvider
from app.accounts.principals import Actor, ProviderAccess, ProviderRole, SignedIn, role_at
from app.catalogue.loading import find_by_id_or_slug
from app.catalogue.models import Activity, Provider, Venue
from app.database import DatabaseDep
from app.listings.models import Listing
from app.parameters import Line
from app.problems import NotFound


class NoSuchListing(NotFound):
    """No activity that you manage has this id or slug."""

    code = "no_such_listing"

    def __init__(self) -> None:
        super().__init__(
            "No activity that you manage has this id or slug. "
            "GET /v1/manage/providers/{id}/activities lists them."
        )


class NoSuchVenue(NotFound):
    """No venue that you manage has this id or slug."""

    code = "no_such_venue"

    def __init__(self) -> None:
        super().__init__(
            "No venue that you manage has this id or slug. "
            "GET /v1/manage/providers/{id}/venues lists them."
        )


@dataclass(frozen=True)
class ListingAccess:
    """The listing in the path, and as what the person who asks acts for its provider."""

    id: UUID
    provider: ProviderAccess

    @property
    def actor(self) -> Actor:
        """The person, for the history and the audit log."""
        return self.provider.actor


ActivityKey = Annotated[
    Line,
    Path(
        min_length=1,
        max_length=80,
        description="The activity's id or, once it was live, its slug.",
        examples=["two-oars-days-out-dengie"],
    ),
]
VenueKey = Annotated[
    Line,
    Path(
        min_length=1,
        max_length=80,
        description="The venue's id or, once it was shown, its slug.",
        examples=["two-oars-slipway-hut"],
    ),
]


def own_activity(
    account: CurrentAccount, database: DatabaseDep, activity: ActivityKey
) -> ListingAccess:
    """The activity in the path, if the person who asks may act for its provider.

    Raises:
        NoSuchListing: there is none, or it is somebody else's.
    """
    with database.read() as session:
        row: Activity | None = find_by_id_or_slug(session, Activity, activity)
        access = _access(session, account, row, "activity", activity)
    if access is None:
        raise NoSuchListing
    return access


def own_venue(account: CurrentAccount, database: DatabaseDep, venue: VenueKey) -> ListingAccess:
    """The venue in the path, if the person who asks may act for its provider.

    Raises:
        NoSuchVenue: there is none, or it is somebody else's.
    """
    with database.read() as session:
        row: Venue | None = find_by_id_or_slug(session, Venue, venue)
        access = _access(session, account, row, "venue", venue)
    if access is None:
        raise NoSuchVenue
    return access


def own_entry(
    account: CurrentAccount, database: DatabaseDep, provider: ManagedProviderKey
) -> ProviderAccess:
    """The provider in the path; while its registration waits, for whoever registered it.

    Raises:
        NoSuchProvider: there is none, or it is somebody else's.
    """
    with database.read() as session:
        row: Provider | None = find_by_id_or_slug(session, Provider, provider)
        if row is not None:
            access = role_at(account, row.id, row.council_id)
        else:
            access = _registration(session, account, provider)
    if access is None:
        raise NoSuchProvider
    return access


OwnActivity = Annotated[ListingAccess, Security(own_activity)]
OwnVenue = Annotated[ListingAccess, Security(own_venue)]
OwnEntry = Annotated[ProviderAccess, Security(own_entry)]


def _access(
    session: Session,
    account: SignedIn,
    row: Activity | Venue | None,
    kind: str,
    key: str,
) -> ListingAccess | None:
    if row is not None:
        found, provider_id = row.id, row.provider_id
    else:
        listing = _listing(session, kind, key)
        if listing is None:
            return None
        found, provider_id = listing.id, listing.provider_id
    provider = session.get(Provider, provider_id)
    access = role_at(account, provider.id, provider.council_id) if provider else None
    return ListingAccess(found, access) if access else None


def _registration(session: Session, account: SignedIn, key: str) -> ProviderAccess | None:
    listing = _listing(session, "provider", key)
    if listing is None:
        return None
    if listing.created_by == account.id:
        return ProviderAccess(account, listing.id, listing.council_id, ProviderRole.OWNER)
    return role_at(account, listing.id, listing.council_id)


def _listing(session: Session, kind: str, key: str) -> Listing | None:
    try:
        listing = session.get(Listing, UUID(key))
    except ValueError:
        return None
    return listing if listing is not None and listing.kind == kind else None
