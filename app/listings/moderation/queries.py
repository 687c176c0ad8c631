"""What waits for officers, and what differs in it."""

import hashlib
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

from fastapi import Response
from pydantic import Field
from sqlalchemy import literal
from sqlmodel import Session, col, func, select, union_all

from app.accounts.editing import version_tag
from app.accounts.models import Account
from app.accounts.principals import SignedIn
from app.catalogue.documents import ActivityDocument
from app.catalogue.loading import councils_by_id
from app.catalogue.models import Provider
from app.catalogue.public.references import council_reference
from app.catalogue.schemas import CouncilReference, Reference
from app.database import Reading
from app.listings.activities.queries import venue_names, venues_held
from app.listings.copies import Held, Kind, find, find_many
from app.listings.differences import Difference, differences
from app.listings.models import Claim, Listing, Proposal
from app.listings.moderation.schemas import (
    ClaimFacts,
    ProposalFacts,
    Review,
    ReviewKind,
    ReviewStage,
    WaitingItem,
)
from app.listings.venues.queries import activities_at
from app.paging import Page, PageParams, page_of
from app.problems import NotFound

LISTED: dict[ReviewKind, Kind] = {
    "activities": "activity",
    "providers": "provider",
    "venues": "venue",
}
Request = Claim | Proposal
REQUESTED: dict[ReviewKind, type[Request]] = {"claims": Claim, "proposals": Proposal}


class NothingToReview(NotFound):
    """Nothing of a council that you work for has this kind and id."""

    code = "nothing_to_review"

    def __init__(self) -> None:
        super().__init__(
            "Nothing of a council that you work for has this kind and id. "
            "What waits is listed at /v1/moderation/queue."
        )


class QueueParams(PageParams):
    """Which of what waits."""

    kind: ReviewKind | None = Field(None, description="Only these.")
    provider: UUID | None = Field(None, description="Only of the provider with this id.")


@dataclass(frozen=True)
class Subject:
    """What is to be decided about: a listing, or a request."""

    kind: ReviewKind
    listing: Held | None
    request: Claim | Proposal | None
    council_id: UUID
    provider_id: UUID


def list_queue(session: Reading, officer: SignedIn, params: QueueParams) -> Page[WaitingItem]:
    """What waits for the officers of somebody's councils, oldest first."""
    queue = _queue(list(officer.councils), params.kind).subquery()
    waiting = select(queue.c.kind, queue.c.id)
    if params.provider is not None:
        waiting = waiting.where(queue.c.provider_id == params.provider)
    total = session.exec(select(func.count()).select_from(waiting.subquery())).one()
    ordered = waiting.order_by(queue.c.submitted_at, queue.c.id)
    first = (params.page - 1) * params.per_page
    found = session.exec(ordered.limit(params.per_page).offset(first)).all()
    return page_of(_items(session, cast("Any", found)), total, params)


def count_queue(session: Session, council_id: UUID) -> int:
    """How much waits for a council's officers."""
    queue = _queue([council_id], None).subquery()
    return session.exec(select(func.count()).select_from(queue)).one()


def _queue(councils: list[UUID], only: ReviewKind | None) -> Any:  # noqa: ANN401 - a union of statements.
    """Kind, id, moment and provider of what waits, as one statement."""
    home = func.coalesce(Provider.council_id, Listing.council_id)
    parts: list[Any] = [
        select(
            literal(plural).label("kind"),
            col(Listing.id).label("id"),
            col(Listing.submitted_at).label("submitted_at"),
            col(Listing.provider_id).label("provider_id"),
        )
        .join(Provider, col(Provider.id) == Listing.provider_id, isouter=True)
        .where(Listing.kind == kind, Listing.stage == "submitted", home.in_(councils))
        for plural, kind in LISTED.items()
        if only in {None, plural}
    ]
    parts += [
        select(
            literal(plural).label("kind"),
            col(table.id).label("id"),
            col(table.submitted_at).label("submitted_at"),
            col(table.provider_id).label("provider_id"),
        )
        .join(Provider, col(Provider.id) == table.provider_id)
        .where(col(table.stage) == "submitted", col(Provider.council_id).in_(councils))
        for plural, table in REQUESTED.items()
        if only in {None, plural}
    ]
    return union_all(*parts)


def _items(session: Session, found: list[tuple[ReviewKind, UUID]]) -> list[WaitingItem]:
    subjects: dict[tuple[str, UUID], Subject] = {}
    for plural, kind in LISTED.items():
        ids = [key for one, key in found if one == plural]
        for key, held in find_many(session, kind, ids).items():
            subjects[plural, key] = _of_listing(session, plural, held)
    for plural, table in REQUESTED.items():
        ids = [key for one, key in found if one == plural]
        for row in session.exec(select(table).where(col(table.id).in_(ids))):
            subjects[plural, row.id] = _of_request(session, plural, cast("Request", row))
    providers = _providers(session, {one.provider_id for one in subjects.values()})
    councils = _councils(session, {one.council_id for one in subjects.values()})
    return [
        WaitingItem(
            kind=kind,
            id=key,
            name=_name(subject, providers),
            new=_is_new(subject),
            provider=providers.get(subject.provider_id),
            council=councils[subject.council_id],
            submitted_at=_submitted_at(subject),
            url=f"/v1/moderation/{kind}/{key}",
        )
        for kind, key in found
        for subject in (subjects[kind, key],)
    ]


def _providers(session: Session, ids: set[UUID]) -> dict[UUID, Reference]:
    found = session.exec(select(Provider).where(col(Provider.id).in_(ids)))
    return {row.id: Reference(id=row.id, slug=row.slug, name=row.name) for row in found}


def _councils(session: Session, ids: set[UUID]) -> dict[UUID, CouncilReference]:
    found = councils_by_id(session, ids)
    return {key: council_reference(document) for key, document in found.items()}


def _of_listing(session: Session, kind: ReviewKind, held: Held) -> Subject:
    # The catalogue has the last word on whose officers a provider is moderated by.
    provider = session.get(Provider, held.listing.provider_id)
    council_id = provider.council_id if provider else held.listing.council_id
    return Subject(kind, held, None, council_id, held.listing.provider_id)


def _of_request(session: Session, kind: ReviewKind, row: Claim | Proposal) -> Subject:
    provider = session.get_one(Provider, row.provider_id)
    return Subject(kind, None, row, provider.council_id, row.provider_id)


def find_subject(session: Session, kind: ReviewKind, key: UUID) -> Subject | None:
    """What has this kind and id."""
    if kind in LISTED:
        held = find(session, LISTED[kind], key)
        return _of_listing(session, kind, held) if held else None
    row = cast("Request | None", session.get(REQUESTED[kind], key))
    return _of_request(session, kind, row) if row else None


def get_review(
    session: Reading, response: Response, officer: SignedIn, kind: ReviewKind, key: UUID
) -> Review:
    """Something to decide about; the answer's ETag stands for exactly what is shown.

    Raises:
        NothingToReview: there is none, or it is another council's.
    """
    subject = find_subject(session, kind, key)
    if subject is None or subject.council_id not in officer.councils:
        raise NothingToReview
    return show_review(session, response, officer, subject)


def show_review(
    session: Session, response: Response, officer: SignedIn, subject: Subject
) -> Review:
    """What is to be decided, with its ETag."""
    response.headers["ETag"] = review_tag(session, subject)
    providers = _providers(session, {subject.provider_id})
    why_not = not_theirs(subject, officer)
    held = subject.listing
    return Review(
        kind=subject.kind,
        id=held.id if held else cast("Claim | Proposal", subject.request).id,
        name=_name(subject, providers),
        stage=_stage(subject),
        new=_is_new(subject),
        provider=providers.get(subject.provider_id),
        council=_councils(session, {subject.council_id})[subject.council_id],
        submitted_at=held.listing.submitted_at if held else _submitted_at(subject),
        reason=held.listing.reason if held else cast("Claim | Proposal", subject.request).reason,
        may_decide=why_not is None,
        why_not=why_not,
        live=held.live if held else None,
        submitted=held.document if held else _facts(session, subject.request),
        differences=_differences(session, held) if held else [],
        affects=_affects(session, held) if held else [],
    )


def _stage(subject: Subject) -> ReviewStage:
    row = subject.listing.listing if subject.listing else subject.request
    return cast("ReviewStage", cast("Listing | Claim | Proposal", row).stage)


def _name(subject: Subject, providers: dict[UUID, Reference]) -> str:
    if subject.listing is not None:
        return subject.listing.document.name
    if isinstance(subject.request, Proposal):
        return subject.request.name
    return providers[subject.provider_id].name


def _is_new(subject: Subject) -> bool:
    return subject.listing is None or subject.listing.live is None


def _submitted_at(subject: Subject) -> Any:  # noqa: ANN401 - a moment; what waits was submitted.
    if subject.listing is not None:
        return subject.listing.listing.submitted_at
    return cast("Claim | Proposal", subject.request).submitted_at


def _facts(session: Session, request: Claim | Proposal | None) -> ClaimFacts | ProposalFacts:
    if isinstance(request, Claim):
        account = session.get_one(Account, request.account_id)
        return ClaimFacts(email=account.email, message=request.message)
    proposal = cast("Proposal", request)
    return ProposalFacts(
        kind=cast("Any", proposal.kind),
        scheme=proposal.scheme,
        name=proposal.name,
        why=proposal.why,
    )


def _differences(session: Session, held: Held) -> list[Difference]:
    names = venue_names(session, held.document, held.live)
    return differences(held.live, held.document, names)


def _affects(session: Session, held: Held) -> list[Reference]:
    if held.kind == "venue":
        return activities_at(session, [held.id])[held.id]
    return [
        Reference(id=one.id, slug=cast("Any", one.document).slug, name=one.document.name)
        for one in _new_venues(session, held)
    ]


def _new_venues(session: Session, held: Held) -> list[Held]:
    document = held.document
    if not isinstance(document, ActivityDocument):
        return []
    ids = {one.venue_id for one in document.sessions if one.venue_id}
    return [one for one in venues_held(session, ids).values() if one.live is None]


def review_tag(session: Session, subject: Subject) -> str:
    """The ETag of what an officer looks at: of an activity, with its venues that are new too."""
    held = subject.listing
    if held is None:
        row = cast("Claim | Proposal", subject.request)
        return version_tag(row.id, row.version)
    tags = [held.tag, *(one.tag for one in _new_venues(session, held))]
    digest = hashlib.blake2b("".join(tags).encode(), digest_size=16).hexdigest()
    return f'"{digest}"'


def not_theirs(subject: Subject, officer: SignedIn) -> str | None:
    """Why an officer may not decide about something; None if they may."""
    took_part = (
        "Somebody else has to decide about this, because you took part in it. "
        "Ask another officer of your council."
    )
    me = str(officer.id)
    if subject.provider_id in officer.providers:
        return took_part
    if subject.listing is not None:
        listing = subject.listing.listing
        mine = {listing.submitted_by} | ({listing.created_by} if _is_new(subject) else set())
        return took_part if me in listing.authors or officer.id in mine else None
    request = cast("Claim | Proposal", subject.request)
    return took_part if request.account_id == officer.id else None
