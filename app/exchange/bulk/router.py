from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.caching import DOCUMENTED
from app.exchange.bulk import queries
from app.exchange.bulk.criteria import documented_criteria
from app.exchange.bulk.queries import CURSOR_HEADER
from app.exchange.bulk.schemas import Export
from app.exchange.bulk.spool import Spools
from app.parameters import Today
from app.problems import Malformed, responses
from app.search.places import PlaceNotResolved
from app.search.ready import IndexDep

router = APIRouter(tags=["integrations"])

_CURSOR = {
    CURSOR_HEADER: {
        "description": "From here `/v1/changes` goes on.",
        "schema": {"type": "string", "examples": ["MS4wZjFhLjEyLjIxNDc0ODM2NDc"]},
    }
}


def _documented(media_type: str, schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """What the documentation says of an export in one format."""
    headers = {**DOCUMENTED[200]["headers"], **_CURSOR}
    content = {media_type: {"schema": schema}}
    return {
        **responses(Malformed, PlaceNotResolved),
        200: {"headers": headers, "content": content},
        304: {**DOCUMENTED[304], "headers": headers},
    }


CSV = _documented("text/csv", {"type": "string", "description": "A table with heads."})
NDJSON = _documented(
    "application/x-ndjson", {"type": "string", "description": "An `ActivityRecord` on each line."}
)
JSON = _documented("application/json", {"$ref": "#/components/schemas/Export"})
CRITERIA = {"parameters": documented_criteria()}


async def get_spools(request: Request) -> Spools:
    """The records of the application that serves this request."""
    spools: Spools = request.app.state.spools
    return spools


SpoolsDep = Annotated[Spools, Depends(get_spools)]


@router.get(
    "/v1/export/activities.ndjson",
    summary="Export activities, a line for each",
    response_class=Response,
    responses=NDJSON,
    openapi_extra=CRITERIA,
)
def export_activities_as_lines(
    request: Request, spools: SpoolsDep, index: IndexDep, today: Today
) -> Response:
    """Every activity, or all that the search finds by the same criteria, as one state.

    Each line is an `ActivityRecord`. `Changes-Cursor` says from where `/v1/changes` goes on.
    """
    return queries.export(request, spools, index, today, "ndjson")


@router.get(
    "/v1/export/activities.json",
    summary="Export activities as one document",
    response_model=Export,
    responses=JSON,
    openapi_extra=CRITERIA,
)
def export_activities(
    request: Request, spools: SpoolsDep, index: IndexDep, today: Today
) -> Response:
    """The same records as one JSON document."""
    return queries.export(request, spools, index, today, "json")


@router.get(
    "/v1/export/activities.csv",
    summary="Export activities as a table",
    response_class=Response,
    responses=CSV,
    openapi_extra=CRITERIA,
)
def export_activities_as_table(
    request: Request, spools: SpoolsDep, index: IndexDep, today: Today
) -> Response:
    """A row for each activity. Its sessions and prices are tables of their own."""
    return queries.export(request, spools, index, today, "csv")


@router.get(
    "/v1/export/sessions.csv",
    summary="Export sessions as a table",
    response_class=Response,
    responses=CSV,
    openapi_extra=CRITERIA,
)
def export_sessions_as_table(
    request: Request, spools: SpoolsDep, index: IndexDep, today: Today
) -> Response:
    """A row for each session of the same activities, with its venue; `activity_id` joins them."""
    return queries.export(request, spools, index, today, "sessions")


@router.get(
    "/v1/export/prices.csv",
    summary="Export prices as a table",
    response_class=Response,
    responses=CSV,
    openapi_extra=CRITERIA,
)
def export_prices_as_table(
    request: Request, spools: SpoolsDep, index: IndexDep, today: Today
) -> Response:
    """A row for each part of each price of the same activities; `activity_id` joins them."""
    return queries.export(request, spools, index, today, "prices")
