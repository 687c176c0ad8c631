"""Whether the process lives, and whether it can answer."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel
from sqlalchemy.exc import DBAPIError

from app.database import Database, DatabaseDep
from app.parameters import QueryModel
from app.problems import Malformed, Unavailable, responses
from app.schema import current_revision, newest_revision
from app.search.ready import IndexDep

router = APIRouter(tags=["health"])


class Health(BaseModel):
    """How the service is."""

    status: Literal["alive", "ready"]


class NotReady(Unavailable):
    """The service cannot answer yet; the detail says what is missing."""

    code = "not_ready"


@router.get("/health/live", summary="Is the process alive?", responses=responses(Malformed))
def get_liveness(_: Annotated[QueryModel, Query()]) -> Health:
    """Answers as long as the process does, whatever the database is doing."""
    return Health(status="alive")


@router.get(
    "/health/ready",
    summary="Can the service answer?",
    responses=responses(Malformed, NotReady),
)
def get_readiness(
    database: DatabaseDep, index: IndexDep, _: Annotated[QueryModel, Query()]
) -> Health:
    """Ready once the database answers, stands at the revision needed, and has been read."""
    check_readiness(database)
    if not index.ready:
        raise NotReady("The catalogue is being read.")
    return Health(status="ready")


def check_readiness(database: Database) -> None:
    """Raise `NotReady`, saying what is missing, unless the service can answer."""
    needed = newest_revision()
    try:
        stands = current_revision(database.engine)
    except DBAPIError:
        raise NotReady("The database does not answer.") from None
    if stands != needed:
        raise NotReady(
            f"The database is not at revision {needed} yet. Run `carefinder migrate`.",
            missing_revision=needed,
        )
