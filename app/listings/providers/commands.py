"""Registering a provider, claiming one, changing its entry, and proposing what is missing."""

from typing import cast

from fastapi import Response
from sqlmodel import select

from app.accounts.audit import record
from app.accounts.editing import Precondition, version_tag
from app.accounts.finding import find_council
from app.accounts.idempotency import Made, Once
from app.accounts.principals import SYSTEM, ProviderAccess, ProviderRole, SignedIn
from app.catalogue.commands import publish
from app.catalogue.documents import ProviderDocument
from app.catalogue.loading import find_by_id_or_slug
from app.catalogue.models import Council, Provider
from app.catalogue.queries import ProviderNotFound
from app.database import Writing, utc_now, uuid7
from app.listings.bodies import merged, read_document
from app.listings.copies import Held, begin, hold, take
from app.listings.letters import tell_officers
from app.listings.models import Claim, Proposal
from app.listings.providers.queries import (
    claim_view,
    count_waiting,
    find_listed,
    proposal_view,
    show_provider,
)
from app.listings.providers.schemas import (
    ClaimRequest,
    ManagedProvider,
    ProposalRequest,
    ProviderChange,
    ProviderRegistration,
)
from app.listings.slugs import free_slug, slug_of
from app.listings.trust import find_trust, is_trusted
from app.problems import Conflict, Fault, Malformed

MOST_WAITING = 5
"""So many registrations and claims of one person may wait; more would bury the officers."""

NO_COUNCIL = Fault(
    **{"in": "body"},
    name="/council",
    code="unknown_council",
    message="This service holds no such council. /v1/councils lists them; `served` says which.",
)


class TooManyWaiting(Conflict):
    """Several registrations and claims of yours wait already."""

    code = "too_many_waiting"


class ListedAlready(Conflict):
    """The provider is listed already. `provider` says which it is: claim it."""

    code = "listed_already"


class AlreadyYours(Conflict):
    """You manage this provider already."""

    code = "already_yours"


def register_provider(
    session: Writing, account: SignedIn, once: Once, body: ProviderRegistration
) -> Response:
    """Ask for a provider to be listed; whoever asks becomes its owner once an officer agrees.

    Raises:
        ListedAlready: one with the same charity or company number is.
        TooManyWaiting: that many of theirs wait already.
        Malformed: the council is not served here.
    """

    def make() -> Made:
        council = _served_council(session, body.council)
        _refuse_more(session, account)
        slug = free_slug(session, Provider, slug_of(body.name), None)
        own = {"id": str(uuid7()), "slug": slug, "council_id": str(council.id)}
        content = merged(own, body)
        del content["council"]
        document = read_document(ProviderDocument, content)
        _refuse_listed(session, document)
        tell_officers(session, council.id)
        held = begin(session, "provider", document, council.id, account.actor)
        take(session, held, "submit", account.actor)
        _note(session, held, account, "registered")
        session.flush()
        access = ProviderAccess(account, held.id, council.id, ProviderRole.OWNER)
        shown = Response()
        managed = show_provider(session, shown, access)
        location = f"/v1/manage/providers/{held.id}"
        return managed, {"ETag": shown.headers["ETag"], "Location": location}

    return once.answer(session, account.actor, make)


def _served_council(session: Writing, key: str) -> Council:
    council = find_council(session, key)
    if council is None or not council.served:
        raise Malformed([NO_COUNCIL])
    return council


def _refuse_more(session: Writing, account: SignedIn) -> None:
    if count_waiting(session, account.id) >= MOST_WAITING:
        raise TooManyWaiting("Please wait until the council has looked at what you sent before.")


def _refuse_listed(session: Writing, document: ProviderDocument) -> None:
    listed = find_listed(session, document)
    if listed is not None:
        raise ListedAlready(
            "A provider with this charity or company number is listed already. "
            "Claim it at /v1/providers/{id}/claims.",
            provider={"id": str(listed.id), "slug": listed.slug, "name": listed.name},
        )


def _note(session: Writing, held: Held, account: SignedIn, what: str) -> None:
    council_id = held.listing.council_id
    record(session, account.actor, f"provider.{what}", "provider", held.id, council_id=council_id)


def claim_provider(
    session: Writing, account: SignedIn, once: Once, key: str, body: ClaimRequest
) -> Response:
    """Ask to manage a provider that is listed; asked again after a no, it waits anew.

    Raises:
        ProviderNotFound: there is none.
        AlreadyYours: they manage it.
        TooManyWaiting: that many of theirs wait already.
    """

    def make() -> Made:
        provider: Provider | None = find_by_id_or_slug(session, Provider, key)
        if provider is None:
            raise ProviderNotFound
        if provider.id in account.providers:
            raise AlreadyYours("You manage this provider already.")
        claim = _claim(session, account, provider, body.message)
        session.flush()
        headers = {
            "ETag": version_tag(claim.id, claim.version),
            "Location": "/v1/manage/claims",
        }
        return claim_view(session, claim), headers

    return once.answer(session, account.actor, make)


def _claim(session: Writing, account: SignedIn, provider: Provider, message: str) -> Claim:
    # Whoever claims the same provider at the same moment waits here.
    session.get(Provider, provider.id, with_for_update=True)
    claims = select(Claim).where(Claim.provider_id == provider.id, Claim.account_id == account.id)
    claim = session.exec(claims).first()
    if claim is not None and claim.stage == "submitted":
        return claim
    _refuse_more(session, account)
    tell_officers(session, provider.council_id)
    if claim is None:
        claim = Claim(
            provider_id=provider.id,
            account_id=account.id,
            message=message,
            stage="submitted",
            submitted_at=utc_now(),
        )
        session.add(claim)
    else:
        claim.message, claim.stage, claim.submitted_at = message, "submitted", utc_now()
    record(
        session,
        account.actor,
        "claim.submitted",
        "claim",
        claim.id,
        council_id=provider.council_id,
        provider=str(provider.id),
    )
    return claim


def change_provider(
    session: Writing,
    response: Response,
    access: ProviderAccess,
    precondition: Precondition,
    change: ProviderChange,
) -> ManagedProvider:
    """Change a provider's entry; an officer looks at it before the public sees it."""
    held = cast("Held", hold(session, "provider", access.provider_id))
    precondition.require_tag(held.tag)
    before = cast("ProviderDocument", held.document)
    document = read_document(ProviderDocument, merged(before.model_dump(mode="json"), change))
    if document != before:
        _put(session, held, access, document)
    session.flush()
    return show_provider(session, response, access)


def _put(session: Writing, held: Held, access: ProviderAccess, document: ProviderDocument) -> None:
    council_id = held.listing.council_id
    take(session, held, "edit", access.actor, document=document)
    record(session, access.actor, "provider.edited", "provider", held.id, council_id=council_id)
    trusted = is_trusted(find_trust(session, council_id), held, document)
    if not trusted and held.listing.stage != "submitted":
        tell_officers(session, council_id)
    take(session, held, "submit", access.actor, document=document)
    if trusted:
        take(session, held, "approve", SYSTEM, action="trusted", document=document)
        publish(session, [document])
        record(session, SYSTEM, "provider.approved", "provider", held.id, council_id=council_id)


def propose(
    session: Writing, access: ProviderAccess, once: Once, body: ProposalRequest
) -> Response:
    """Tell the council that a term or a place is missing."""

    def make() -> Made:
        tell_officers(session, access.council_id)
        proposal = Proposal(
            provider_id=access.provider_id,
            account_id=access.account.id,
            kind=body.kind,
            scheme=body.scheme,
            name=body.name,
            why=body.why,
            stage="submitted",
            submitted_at=utc_now(),
        )
        session.add(proposal)
        record(
            session,
            access.actor,
            "proposal.submitted",
            "proposal",
            proposal.id,
            council_id=access.council_id,
        )
        session.flush()
        location = f"/v1/manage/providers/{access.provider_id}/proposals"
        tag = version_tag(proposal.id, proposal.version)
        return proposal_view(proposal), {"Location": location, "ETag": tag}

    return once.answer(session, access.actor, make)
