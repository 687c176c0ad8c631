from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.accounts.access import NoSuchProvider, NotAllowed, NotSignedIn, OwnProvider
from app.accounts.editing import EDITABLE, IF_MATCH, MADE, IfMatch
from app.accounts.idempotency import IDEMPOTENCY_KEY, OnceOnly, StillBusy
from app.database import ReadSession, SessionDep
from app.listings.access import NoSuchVenue, OwnVenue
from app.listings.bodies import strictly
from app.listings.private import NoQuery, Private
from app.listings.stages import NotPossibleNow
from app.listings.venues import commands, queries
from app.listings.venues.schemas import ManagedVenue, VenueChange, VenueDraft
from app.paging import Page, PageParams
from app.problems import Malformed, PreconditionFailed, PreconditionRequired, responses

router = APIRouter(tags=["own venues"], dependencies=[Private])


@router.get(
    "/v1/manage/providers/{provider}/venues",
    summary="List one's own venues",
    responses=responses(NotSignedIn, NotAllowed, NoSuchProvider, Malformed),
)
def list_venues(
    session: ReadSession, access: OwnProvider, params: Annotated[PageParams, Query()]
) -> Page[ManagedVenue]:
    """A provider's venues, with the live activities at each."""
    return queries.list_venues(session, access, params)


@router.post(
    "/v1/manage/providers/{provider}/venues",
    summary="Make a venue",
    status_code=201,
    response_model=ManagedVenue,
    responses={
        **MADE,
        **responses(NotSignedIn, NotAllowed, NoSuchProvider, StillBusy, Malformed),
    },
    openapi_extra=IDEMPOTENCY_KEY,
)
def create_venue(
    session: SessionDep,
    access: OwnProvider,
    once: OnceOnly,
    body: Annotated[VenueDraft, strictly(VenueDraft)],
    _: NoQuery,
) -> Response:
    """A place that the provider's activities share; the public sees it with the first of them."""
    return commands.create_venue(session, access, once, body)


@router.get(
    "/v1/manage/venues/{venue}",
    summary="Read one's own venue",
    responses={**EDITABLE, **responses(NotSignedIn, NotAllowed, NoSuchVenue, Malformed)},
)
def get_venue(
    session: ReadSession, response: Response, access: OwnVenue, _: NoQuery
) -> ManagedVenue:
    """The working copy, where it stands, and the live activities there."""
    return queries.get_venue(session, response, access)


@router.patch(
    "/v1/manage/venues/{venue}",
    summary="Change one's own venue",
    responses={
        **EDITABLE,
        **responses(NotSignedIn, NotAllowed, NoSuchVenue, NotPossibleNow, Malformed),
        **responses(PreconditionRequired, PreconditionFailed),
    },
    openapi_extra={**IF_MATCH},
)
def change_venue(
    session: SessionDep,
    response: Response,
    access: OwnVenue,
    precondition: IfMatch,
    body: Annotated[VenueChange, strictly(VenueChange)],
    _: NoQuery,
) -> ManagedVenue:
    """Change it by a JSON merge patch (RFC 7396).

    Where live activities use it, the change counts as one of each of them and waits for an officer.
    """
    return commands.change_venue(session, response, access, precondition, body)


@router.delete(
    "/v1/manage/venues/{venue}",
    summary="Delete one's own venue",
    status_code=204,
    responses={
        **responses(NotSignedIn, NotAllowed, NoSuchVenue, NotPossibleNow, Malformed),
        **responses(PreconditionRequired, PreconditionFailed),
    },
    openapi_extra={**IF_MATCH},
)
def delete_venue(session: SessionDep, access: OwnVenue, precondition: IfMatch, _: NoQuery) -> None:
    """Take it away, unless activities have sessions there."""
    commands.delete_venue(session, access, precondition)
