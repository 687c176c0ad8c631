from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.accounts import queries
from app.accounts.access import CouncilAdmin, NoSuchCouncil, NotAllowed, NotSignedIn
from app.accounts.commands import clients
from app.accounts.editing import EDITABLE, IF_MATCH, MADE, PRIVATE, IfMatch, tagged
from app.accounts.queries import NoSuchClient
from app.accounts.schemas import ClientChange, ClientView, ClientWithSecret, NewClient, Rotation
from app.database import ReadSession, SessionDep
from app.paging import Page, PageParams
from app.parameters import QueryModel
from app.problems import Malformed, PreconditionFailed, PreconditionRequired, responses

router = APIRouter(tags=["clients"])

NoQuery = Annotated[QueryModel, Query()]
ClientId = Annotated[
    UUID,
    Path(description="The client's id.", examples=["01a16afa-45fa-796a-ba97-b1af856c67e6"]),
]
COMMON = (NotSignedIn, NotAllowed, Malformed)
CHANGING = (*COMMON, NoSuchClient, PreconditionFailed, PreconditionRequired)


@router.get("/v1/clients", summary="List your clients", responses=responses(*COMMON))
def list_clients(
    admin: CouncilAdmin,
    session: ReadSession,
    response: Response,
    params: Annotated[PageParams, Query()],
) -> Page[ClientView]:
    """The systems that call the API for the councils that you are an admin of, by name."""
    response.headers["Cache-Control"] = PRIVATE
    return queries.list_clients(session, admin, params)


@router.post(
    "/v1/clients",
    status_code=201,
    summary="Make a client",
    responses={**responses(*COMMON, NoSuchCouncil), **MADE},
)
def create_client(
    admin: CouncilAdmin, session: SessionDep, body: NewClient, response: Response, _: NoQuery
) -> ClientWithSecret:
    """Make a client for a system that calls the API. Its secret is shown this once."""
    return _shown(response, clients.create_client(session, admin, body))


@router.get(
    "/v1/clients/{client}",
    summary="Read one client",
    responses={**responses(*COMMON, NoSuchClient), **EDITABLE},
)
def get_client(
    admin: CouncilAdmin, session: ReadSession, client: ClientId, response: Response, _: NoQuery
) -> ClientView:
    """A client of a council that you are an admin of; its secrets by their dates alone."""
    return tagged(response, queries.read_client(session, admin, client))


@router.patch(
    "/v1/clients/{client}",
    summary="Change a client",
    responses={**responses(*CHANGING), **EDITABLE},
    openapi_extra={**IF_MATCH},
)
def change_client(  # noqa: PLR0913, PLR0917 - what a change is made of.
    admin: CouncilAdmin,
    precondition: IfMatch,
    session: SessionDep,
    client: ClientId,
    body: ClientChange,
    response: Response,
    _: NoQuery,
) -> ClientView:
    """Change its name, what it may do, or whether it may do anything: at once."""
    return tagged(response, clients.change_client(session, admin, client, body, precondition))


@router.delete(
    "/v1/clients/{client}",
    status_code=204,
    summary="Delete a client",
    responses=responses(*CHANGING),
    openapi_extra={**IF_MATCH},
)
def delete_client(
    admin: CouncilAdmin, precondition: IfMatch, session: SessionDep, client: ClientId, _: NoQuery
) -> None:
    """Delete a client. Its tokens are not good any more from then on."""
    clients.delete_client(session, admin, client, precondition)


@router.post(
    "/v1/clients/{client}/secrets",
    status_code=201,
    summary="Give a client a new secret",
    responses={**responses(*COMMON, NoSuchClient), **MADE},
)
def rotate_client_secret(
    admin: CouncilAdmin,
    session: SessionDep,
    client: ClientId,
    body: Rotation,
    response: Response,
    _: NoQuery,
) -> ClientWithSecret:
    """A new secret, shown this once. Those that it has stay good for some hours more."""
    return _shown(response, clients.rotate_secret(session, admin, client, body.overlap_hours))


def _shown(response: Response, made: ClientWithSecret) -> ClientWithSecret:
    tagged(response, made.client)
    return made
