from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.accounts import queries
from app.accounts.access import CurrentOfficer, NotAllowed, NotSignedIn
from app.accounts.editing import PRIVATE
from app.accounts.queries import AuditParams
from app.accounts.schemas import AuditView
from app.database import ReadSession
from app.paging import Page
from app.problems import Malformed, responses

router = APIRouter(tags=["audit"])


@router.get(
    "/v1/audit",
    summary="Read who did what",
    responses=responses(NotSignedIn, NotAllowed, Malformed),
)
def list_audit(
    officer: CurrentOfficer,
    session: ReadSession,
    response: Response,
    params: Annotated[AuditParams, Query()],
) -> Page[AuditView]:
    """What was done that concerns the councils that you work for, the newest first."""
    response.headers["Cache-Control"] = PRIVATE
    return queries.list_audit(session, officer, params)
