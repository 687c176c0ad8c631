from typing import Annotated

from fastapi import APIRouter, Response

from app.accounts.access import (
    AdministeredCouncil,
    NoSuchCouncil,
    NotAllowed,
    NotSignedIn,
    OwnCouncil,
)
from app.accounts.editing import EDITABLE, IF_MATCH, IfMatch
from app.database import ReadSession, SessionDep
from app.listings.bodies import strictly
from app.listings.councils import commands, queries
from app.listings.councils.schemas import CouncilChange, ManagedCouncil
from app.listings.private import NoQuery, Private
from app.problems import Malformed, PreconditionFailed, PreconditionRequired, responses

router = APIRouter(tags=["own councils"], dependencies=[Private])


@router.get(
    "/v1/manage/councils/{council}",
    summary="Read one's own council",
    responses={**EDITABLE, **responses(NotSignedIn, NotAllowed, NoSuchCouncil, Malformed)},
)
def get_own_council(
    session: ReadSession, response: Response, access: OwnCouncil, _: NoQuery
) -> ManagedCouncil:
    """What it says to its residents, whom it trusts, and how much waits. For its officers."""
    return queries.show_council(session, response, access)


@router.patch(
    "/v1/manage/councils/{council}",
    summary="Change one's own council",
    responses={
        **EDITABLE,
        **responses(NotSignedIn, NotAllowed, NoSuchCouncil, Malformed),
        **responses(PreconditionRequired, PreconditionFailed),
    },
    openapi_extra={**IF_MATCH},
)
def change_own_council(
    session: SessionDep,
    response: Response,
    access: AdministeredCouncil,
    precondition: IfMatch,
    body: Annotated[CouncilChange, strictly(CouncilChange)],
    _: NoQuery,
) -> ManagedCouncil:
    """Change it by a JSON merge patch (RFC 7396), at once. For its admins.

    Its name, its area's code and whether it is served are changed on the command line alone.
    """
    return commands.change_council(session, response, access, precondition, body)
