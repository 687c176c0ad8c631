from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.accounts.access import CurrentOfficer, NotAllowed, NotSignedIn
from app.accounts.editing import EDITABLE, IF_MATCH, IfMatch
from app.database import ReadSession, SessionDep
from app.listings.bodies import strictly
from app.listings.moderation import commands, queries
from app.listings.moderation.queries import NothingToReview, QueueParams
from app.listings.moderation.schemas import Approval, Refusal, Review, ReviewKind, WaitingItem
from app.listings.private import NoQuery, Private
from app.listings.stages import NotPossibleNow
from app.paging import Page
from app.problems import Malformed, PreconditionFailed, PreconditionRequired, responses

router = APIRouter(tags=["moderation"], dependencies=[Private])

Kind = Annotated[ReviewKind, Path(description="What it is.", examples=["activities"])]
Key = Annotated[
    UUID, Path(description="Its id.", examples=["01a16afa-4fa4-745a-aa83-b1049ddd4f87"])
]
DECIDING = {
    **EDITABLE,
    **responses(NotSignedIn, NotAllowed, NothingToReview, NotPossibleNow, Malformed),
    **responses(PreconditionRequired, PreconditionFailed),
}


@router.get(
    "/v1/moderation/queue",
    summary="List what waits",
    responses=responses(NotSignedIn, NotAllowed, Malformed),
)
def list_queue(
    session: ReadSession, officer: CurrentOfficer, params: Annotated[QueueParams, Query()]
) -> Page[WaitingItem]:
    """What waits for the officers of your councils, oldest first."""
    return queries.list_queue(session, officer, params)


@router.get(
    "/v1/moderation/{kind}/{id}",
    summary="Read what waits",
    responses={**EDITABLE, **responses(NotSignedIn, NotAllowed, NothingToReview, Malformed)},
)
def get_review(
    session: ReadSession,
    response: Response,
    officer: CurrentOfficer,
    kind: Kind,
    id: Key,  # noqa: A002 - the contract's name.
    _: NoQuery,
) -> Review:
    """What was submitted, what is live, and the difference between them, field by field."""
    return queries.get_review(session, response, officer, kind, id)


@router.post(
    "/v1/moderation/{kind}/{id}/approve",
    summary="Approve",
    responses=DECIDING,
    openapi_extra={**IF_MATCH},
)
def approve(  # noqa: PLR0913, PLR0917 - each is a part of the request.
    session: SessionDep,
    response: Response,
    officer: CurrentOfficer,
    kind: Kind,
    id: Key,  # noqa: A002 - the contract's name.
    precondition: IfMatch,
    body: Annotated[Approval, strictly(Approval)],
    _: NoQuery,
) -> Review:
    """Let the public see exactly what was looked at: `If-Match` names it, and `*` will not do."""
    return commands.decide(
        session, response, officer, kind, id, "approve", body.reason, precondition
    )


@router.post(
    "/v1/moderation/{kind}/{id}/request-changes",
    summary="Ask for changes",
    responses=DECIDING,
    openapi_extra={**IF_MATCH},
)
def request_changes(  # noqa: PLR0913, PLR0917 - each is a part of the request.
    session: SessionDep,
    response: Response,
    officer: CurrentOfficer,
    kind: Kind,
    id: Key,  # noqa: A002 - the contract's name.
    precondition: IfMatch,
    body: Annotated[Refusal, strictly(Refusal)],
    _: NoQuery,
) -> Review:
    """Send it back with the reason; it can be changed and submitted again."""
    return commands.decide(
        session, response, officer, kind, id, "request_changes", body.reason, precondition
    )


@router.post(
    "/v1/moderation/{kind}/{id}/reject",
    summary="Reject",
    responses=DECIDING,
    openapi_extra={**IF_MATCH},
)
def reject(  # noqa: PLR0913, PLR0917 - each is a part of the request.
    session: SessionDep,
    response: Response,
    officer: CurrentOfficer,
    kind: Kind,
    id: Key,  # noqa: A002 - the contract's name.
    precondition: IfMatch,
    body: Annotated[Refusal, strictly(Refusal)],
    _: NoQuery,
) -> Review:
    """Refuse it with the reason. What is live stays as it is."""
    return commands.decide(
        session, response, officer, kind, id, "reject", body.reason, precondition
    )
