from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.accounts.access import (
    CurrentAccount,
    NoSuchProvider,
    NotAllowed,
    NotSignedIn,
    OwnProvider,
)
from app.accounts.editing import EDITABLE, IF_MATCH, MADE, IfMatch
from app.accounts.idempotency import IDEMPOTENCY_KEY, OnceOnly, StillBusy
from app.catalogue.queries import ProviderNotFound
from app.catalogue.router import ProviderKey
from app.database import ReadSession, SessionDep
from app.listings.access import OwnEntry
from app.listings.bodies import strictly
from app.listings.private import NoQuery, Private
from app.listings.providers import commands, queries
from app.listings.providers.commands import AlreadyYours, ListedAlready, TooManyWaiting
from app.listings.providers.schemas import (
    ClaimRequest,
    ClaimView,
    ManagedProvider,
    ManagedProviderLine,
    ProposalRequest,
    ProposalView,
    ProviderChange,
    ProviderRegistration,
)
from app.listings.stages import NotPossibleNow
from app.paging import Page, PageParams
from app.problems import Malformed, PreconditionFailed, PreconditionRequired, responses

router = APIRouter(tags=["own providers"], dependencies=[Private])


@router.post(
    "/v1/providers",
    summary="Register a provider",
    status_code=201,
    response_model=ManagedProvider,
    responses={
        **MADE,
        **responses(NotSignedIn, NotAllowed, ListedAlready, TooManyWaiting, StillBusy, Malformed),
    },
    openapi_extra=IDEMPOTENCY_KEY,
)
def register_provider(
    session: SessionDep,
    account: CurrentAccount,
    once: OnceOnly,
    body: Annotated[ProviderRegistration, strictly(ProviderRegistration)],
    _: NoQuery,
) -> Response:
    """Ask for it to be listed. Once an officer of its council agrees, you are its owner."""
    return commands.register_provider(session, account, once, body)


@router.post(
    "/v1/providers/{provider}/claims",
    summary="Claim a provider",
    status_code=201,
    response_model=ClaimView,
    responses={
        **MADE,
        **responses(
            NotSignedIn,
            NotAllowed,
            ProviderNotFound,
            AlreadyYours,
            TooManyWaiting,
            StillBusy,
            Malformed,
        ),
    },
    openapi_extra=IDEMPOTENCY_KEY,
)
def claim_provider(
    session: SessionDep,
    account: CurrentAccount,
    provider: ProviderKey,
    once: OnceOnly,
    body: Annotated[ClaimRequest, strictly(ClaimRequest)],
    _: NoQuery,
) -> Response:
    """Ask to manage one that is listed already. An officer of its council decides."""
    return commands.claim_provider(session, account, once, provider, body)


@router.get(
    "/v1/manage/claims",
    summary="List one's claims",
    responses=responses(NotSignedIn, NotAllowed, Malformed),
)
def list_claims(
    session: ReadSession, account: CurrentAccount, params: Annotated[PageParams, Query()]
) -> Page[ClaimView]:
    """The providers that you asked to manage, and what the councils said."""
    return queries.list_claims(session, account, params)


@router.get(
    "/v1/manage/providers",
    summary="List the providers that one manages",
    responses=responses(NotSignedIn, NotAllowed, Malformed),
)
def list_managed_providers(
    session: ReadSession, account: CurrentAccount, params: Annotated[PageParams, Query()]
) -> Page[ManagedProviderLine]:
    """The providers that you manage, and those that you registered and that wait."""
    return queries.list_managed(session, account, params)


@router.get(
    "/v1/manage/providers/{provider}",
    summary="Read one's own provider",
    responses={**EDITABLE, **responses(NotSignedIn, NotAllowed, NoSuchProvider, Malformed)},
)
def get_managed_provider(
    session: ReadSession, response: Response, access: OwnEntry, _: NoQuery
) -> ManagedProvider:
    """The working copy of its entry, and where it stands."""
    return queries.show_provider(session, response, access)


@router.patch(
    "/v1/manage/providers/{provider}",
    summary="Change one's own provider",
    responses={
        **EDITABLE,
        **responses(NotSignedIn, NotAllowed, NoSuchProvider, NotPossibleNow, Malformed),
        **responses(PreconditionRequired, PreconditionFailed),
    },
    openapi_extra={**IF_MATCH},
)
def change_provider(
    session: SessionDep,
    response: Response,
    access: OwnEntry,
    precondition: IfMatch,
    body: Annotated[ProviderChange, strictly(ProviderChange)],
    _: NoQuery,
) -> ManagedProvider:
    """Change its entry by a JSON merge patch (RFC 7396), and hand it to the council's officers."""
    return commands.change_provider(session, response, access, precondition, body)


@router.get(
    "/v1/manage/providers/{provider}/proposals",
    summary="List one's proposals",
    responses=responses(NotSignedIn, NotAllowed, NoSuchProvider, Malformed),
)
def list_proposals(
    session: ReadSession, access: OwnProvider, params: Annotated[PageParams, Query()]
) -> Page[ProposalView]:
    """The terms and places that the provider proposed, and what the council said."""
    return queries.list_proposals(session, access, params)


@router.post(
    "/v1/manage/providers/{provider}/proposals",
    summary="Propose a term or a place",
    status_code=201,
    response_model=ProposalView,
    responses={
        **MADE,
        **responses(NotSignedIn, NotAllowed, NoSuchProvider, StillBusy, Malformed),
    },
    openapi_extra=IDEMPOTENCY_KEY,
)
def propose(
    session: SessionDep,
    access: OwnProvider,
    once: OnceOnly,
    body: Annotated[ProposalRequest, strictly(ProposalRequest)],
    _: NoQuery,
) -> Response:
    """Tell the council what is missing. It goes to officers, and never by itself into use."""
    return commands.propose(session, access, once, body)
