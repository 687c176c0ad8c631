from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response

from app.accounts.access import NoSuchProvider, NotAllowed, NotSignedIn, OwnProvider
from app.database import DatabaseDep, ReadSession
from app.listings.imports import commands
from app.listings.imports.commands import NotImported, Sent
from app.listings.imports.schemas import ImportParams, ImportReport
from app.listings.private import NoQuery, Private
from app.parameters import Today
from app.problems import UNREADABLE, Malformed, responses

router = APIRouter(tags=["own activities"], dependencies=[Private])

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "A table as the template has it, or JSON: `activities`, a list of drafts, "
        "each with a `reference` of the provider's own.",
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["activities"],
                    "properties": {"activities": {"type": "array", "items": {"type": "object"}}},
                }
            },
            "text/csv": {"schema": {"type": "string"}},
        },
    }
}
MEDIA_TYPES = ("application/json", "text/csv")


async def _sent(request: Request) -> Sent:
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise Malformed([UNREADABLE])
    return Sent(media_type, await request.body())


@router.post(
    "/v1/manage/providers/{provider}/activities/import",
    summary="Import activities",
    responses=responses(NotSignedIn, NotAllowed, NoSuchProvider, NotImported, Malformed),
    openapi_extra=BODY,
)
def import_activities(
    database: DatabaseDep,
    access: OwnProvider,
    today: Today,
    params: Annotated[ImportParams, Query()],
    sent: Annotated[Sent, Depends(_sent)],
) -> ImportReport:
    """Drafts and changes out of a file: all of it or nothing, and a dry run unless told otherwise.

    What is wrong is told by row and column. An activity is found again by its reference, so that
    the same file can be sent again. A file has at most 10,000 rows.
    """
    return commands.import_activities(database, access, sent, params, today)


@router.get(
    "/v1/manage/providers/{provider}/activities/import/template",
    summary="Download a table to fill in",
    response_class=Response,
    responses={
        200: {"content": {"text/csv": {"schema": {"type": "string"}}}},
        **responses(NotSignedIn, NotAllowed, NoSuchProvider, Malformed),
    },
)
def get_import_template(session: ReadSession, access: OwnProvider, _: NoQuery) -> Response:
    """A CSV file with every column and one example, for any spreadsheet."""
    return commands.template(session, access)
