"""What officers decide. Nobody decides about their own, and only about what was looked at."""

from typing import Literal, cast
from uuid import UUID

from fastapi import Response

from app.accounts.access import NotAllowed
from app.accounts.audit import record
from app.accounts.commands.members import give_role, place_of_provider
from app.accounts.editing import Precondition
from app.accounts.models import Account
from app.accounts.principals import ProviderRole, SignedIn
from app.catalogue.commands import publish
from app.catalogue.documents import ActivityDocument, ProviderDocument
from app.catalogue.models import Provider
from app.database import Writing
from app.listings.activities.commands import refuse_foreign
from app.listings.activities.publishing import let_out
from app.listings.copies import Held, hold, take
from app.listings.letters import address_of, members_of, people_of, tell_new_member, tell_verdict
from app.listings.models import Claim, Proposal
from app.listings.moderation.queries import (
    LISTED,
    REQUESTED,
    NothingToReview,
    Subject,
    find_subject,
    not_theirs,
    review_tag,
    show_review,
)
from app.listings.moderation.schemas import Review, ReviewKind
from app.listings.slugs import free_slug, one_at_a_time
from app.listings.stages import NotPossibleNow
from app.problems import PreconditionFailed

Verdict = Literal["approve", "request_changes", "reject"]

DONE: dict[Verdict, str] = {
    "approve": "approved",
    "request_changes": "changes_requested",
    "reject": "rejected",
}
"""What the audit log calls a verdict; also the stage of a request after it."""


def decide(  # noqa: PLR0913, PLR0917 - each is a part of the request.
    session: Writing,
    response: Response,
    officer: SignedIn,
    kind: ReviewKind,
    key: UUID,
    verdict: Verdict,
    reason: str | None,
    precondition: Precondition,
) -> Review:
    """Decide about what an officer looked at, and tell those concerned.

    Raises:
        NothingToReview: there is none, or it is another council's.
        NotAllowed: the officer took part in it.
        PreconditionFailed: it is not what the officer looked at any more.
        NotPossibleNow: it does not wait for a decision.
    """
    if verdict == "approve":
        one_at_a_time(session)
    subject = _hold(session, kind, key)
    if subject is None or subject.council_id not in officer.councils:
        raise NothingToReview
    if (why_not := not_theirs(subject, officer)) is not None:
        raise NotAllowed(why_not)
    if "*" in precondition.tags:
        raise PreconditionFailed("Name in `If-Match` exactly what you looked at: its ETag.")
    precondition.require_tag(review_tag(session, subject))
    if subject.listing is not None:
        _decide_listing(session, officer, subject.listing, verdict, reason)
    else:
        _decide_request(session, cast("Claim | Proposal", subject.request), verdict, reason)
    record(
        session,
        officer.actor,
        f"{kind_of(kind)}.{DONE[verdict]}",
        kind_of(kind),
        key,
        council_id=subject.council_id,
    )
    session.flush()
    again = find_subject(session, kind, key)
    if again is None:
        raise NothingToReview
    return show_review(session, response, officer, again)


def kind_of(kind: ReviewKind) -> str:
    """One of its kind, as the audit log names it."""
    return {"claims": "claim", "proposals": "proposal"}.get(kind) or LISTED[kind]


def _hold(session: Writing, kind: ReviewKind, key: UUID) -> Subject | None:
    """What has this kind and id; nobody else decides about it until the transaction ends."""
    if kind in LISTED:
        if hold(session, LISTED[kind], key) is None:
            return None
    else:
        session.get(REQUESTED[kind], key, with_for_update=True, populate_existing=True)
    return find_subject(session, kind, key)


# Listings


def _decide_listing(
    session: Writing, officer: SignedIn, held: Held, verdict: Verdict, reason: str | None
) -> None:
    document, name = held.document, held.document.name
    if held.kind == "provider" and held.live is None:
        people = address_of(session, held.listing.created_by)
    else:
        people = people_of(session, held.listing.provider_id)
    if verdict != "approve":
        take(session, held, verdict, officer.actor, reason=reason)
    elif isinstance(document, ActivityDocument):
        refuse_foreign(session, document)
        let_out(session, held, document, officer.actor, "approve", reason)
    elif isinstance(document, ProviderDocument):
        _let_in(session, officer, held, document, reason)
    else:
        take(session, held, "approve", officer.actor, document=document, reason=reason)
        publish(session, [document])
    tell_verdict(session, people, name, verdict, reason)


def _let_in(
    session: Writing, officer: SignedIn, held: Held, document: ProviderDocument, reason: str | None
) -> None:
    """Publish a provider; whoever registered it becomes its owner."""
    new = held.live is None
    if new:
        slug = free_slug(session, Provider, document.slug, held.id)
        document = document.model_copy(update={"slug": slug})
    take(session, held, "approve", officer.actor, document=document, reason=reason)
    publish(session, [document])
    if new and held.listing.created_by is not None:
        _make_owner(session, held.listing.created_by, held.id)


def _make_owner(session: Writing, account_id: UUID, provider_id: UUID) -> None:
    session.flush()
    account = session.get_one(Account, account_id)
    place = place_of_provider(session.get_one(Provider, provider_id))
    give_role(session, account, place, ProviderRole.OWNER)


# Requests


def _decide_request(
    session: Writing, request: Claim | Proposal, verdict: Verdict, reason: str | None
) -> None:
    if request.stage != "submitted":
        raise NotPossibleNow("Only what is submitted can be decided about.")
    request.stage, request.reason = DONE[verdict], reason
    provider = session.get_one(Provider, request.provider_id)
    name = provider.name if isinstance(request, Claim) else request.name
    if isinstance(request, Claim) and verdict == "approve":
        tell_new_member(session, members_of(session, provider.id), provider.name)
        _make_owner(session, request.account_id, provider.id)
    tell_verdict(session, address_of(session, request.account_id), name, verdict, reason)
