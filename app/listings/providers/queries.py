"""Reading the providers that somebody manages."""

from typing import Any, cast
from uuid import UUID

from fastapi import Response
from sqlmodel import Session, col, func, or_, select

from app.accounts.principals import ProviderAccess, ProviderRole, SignedIn
from app.catalogue.documents import ProviderDocument
from app.catalogue.models import Provider
from app.catalogue.schemas import Reference
from app.database import Reading
from app.listings.copies import Held, find, find_many
from app.listings.differences import differences
from app.listings.models import Claim, Listing, Proposal
from app.listings.providers.schemas import (
    ClaimView,
    ManagedProvider,
    ManagedProviderLine,
    ProposalView,
    Role,
)
from app.paging import Page, PageParams, page_of, paginate


def list_managed(
    session: Reading, account: SignedIn, params: PageParams
) -> Page[ManagedProviderLine]:
    """The providers that somebody manages, and those that they registered and that wait."""
    waiting = select(Listing.id).where(
        Listing.kind == "provider", Listing.life == "new", Listing.created_by == account.id
    )
    ids = sorted({*account.providers, *session.exec(waiting)})
    first = (params.page - 1) * params.per_page
    page = ids[first : first + params.per_page]
    found = find_many(session, "provider", page)
    lines = [_line(found[key], account) for key in page]
    return page_of(lines, len(ids), params)


def _line(held: Held, account: SignedIn) -> ManagedProviderLine:
    document = cast("ProviderDocument", held.document)
    role = account.providers.get(held.id, ProviderRole.OWNER)
    return ManagedProviderLine(
        id=held.id,
        slug=document.slug,
        name=document.name,
        role=role.value,
        status=held.standing.status,
        change=held.standing.change,
        reason=held.listing.reason,
        url=f"/v1/manage/providers/{held.id}",
    )


def show_provider(session: Session, response: Response, access: ProviderAccess) -> ManagedProvider:
    """A provider's own entry as it is worked on; the answer carries its ETag."""
    held = cast("Held", find(session, "provider", access.provider_id))
    response.headers["ETag"] = held.tag
    document = cast("ProviderDocument", held.document)
    role: Role = access.role.value if access.role else "officer"
    return ManagedProvider(
        id=held.id,
        role=role,
        status=held.standing.status,
        change=held.standing.change,
        reason=held.listing.reason,
        updated_at=held.listing.updated_at,
        provider=document,
        differences=differences(held.live, document, {}) if held.live else [],
        public_url=f"/v1/providers/{held.id}" if held.live else None,
    )


def find_listed(session: Session, document: ProviderDocument) -> Provider | None:
    """A provider in the catalogue with the same charity or company number."""
    numbers = [
        column == number
        for column, number in (
            (col(Provider.charity_number), document.charity_number),
            (col(Provider.company_number), document.company_number),
        )
        if number
    ]
    if not numbers:
        return None
    return session.exec(select(Provider).where(or_(*numbers)).order_by(col(Provider.id))).first()


def count_waiting(session: Session, account_id: UUID) -> int:
    """How many registrations and claims of somebody wait for an officer."""
    registrations = select(func.count()).where(
        Listing.kind == "provider",
        Listing.life == "new",
        Listing.created_by == account_id,
        Listing.stage == "submitted",
    )
    claims = select(func.count()).where(Claim.account_id == account_id, Claim.stage == "submitted")
    return session.exec(registrations).one() + session.exec(claims).one()


def claim_view(session: Session, claim: Claim) -> ClaimView:
    """A claim as whoever made it sees it."""
    provider = session.get_one(Provider, claim.provider_id)
    return ClaimView(
        id=claim.id,
        provider=Reference(id=provider.id, slug=provider.slug, name=provider.name),
        stage=cast("Any", claim.stage),
        message=claim.message,
        reason=claim.reason,
        submitted_at=claim.submitted_at,
    )


def proposal_view(proposal: Proposal) -> ProposalView:
    """A proposal as its provider sees it."""
    return ProposalView.model_validate(proposal.model_dump(include=set(ProposalView.model_fields)))


def list_proposals(
    session: Reading, access: ProviderAccess, params: PageParams
) -> Page[ProposalView]:
    """What a provider proposed, the newest first."""
    statement = select(Proposal).where(Proposal.provider_id == access.provider_id)
    ordered = statement.order_by(col(Proposal.submitted_at).desc(), col(Proposal.id).desc())
    found, total = paginate(session, ordered, params)
    return page_of([proposal_view(one) for one in found], total, params)


def list_claims(session: Reading, account: SignedIn, params: PageParams) -> Page[ClaimView]:
    """What somebody asked to manage, the newest first."""
    statement = select(Claim).where(Claim.account_id == account.id)
    ordered = statement.order_by(col(Claim.submitted_at).desc(), col(Claim.id).desc())
    found, total = paginate(session, ordered, params)
    return page_of([claim_view(session, one) for one in found], total, params)
