from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.caching import DOCUMENTED
from app.database import DatabaseDep
from app.exchange.changes import queries
from app.exchange.changes.schemas import ChangeParams, Changes
from app.exchange.cursors import CursorOutdated
from app.parameters import Today
from app.problems import Malformed, responses
from app.search.ready import IndexDep

router = APIRouter(tags=["integrations"])

_HEADERS = {
    **DOCUMENTED[200]["headers"],
    "Cache-Control": {
        "description": "It is asked about each time.",
        "schema": {"type": "string", "examples": [queries.CACHE_CONTROL]},
    },
}
ANSWERS: dict[int | str, dict[str, Any]] = {
    **responses(CursorOutdated, Malformed),
    200: {"headers": _HEADERS},
    304: {**DOCUMENTED[304], "headers": _HEADERS},
}


@router.get("/v1/changes", summary="Follow the changes", response_model=Changes, responses=ANSWERS)
async def list_changes(
    request: Request,
    database: DatabaseDep,
    index: IndexDep,
    today: Today,
    params: Annotated[ChangeParams, Query()],
) -> Response:
    """Everything that changed in public, in order, with what was removed.

    Go on with `next_cursor`, at once while there is `more`. A cursor stays good for as long as the
    catalogue is not restored from a backup; then it is a 410 that says to export again.
    """
    return await queries.answer_changes(request, database, index, params, today)
