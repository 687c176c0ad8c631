from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.database import ReadSession, SessionDep
from app.listings.freshness import links
from app.listings.freshness.links import LinkNotGood
from app.listings.freshness.schemas import Confirmation, LinkParams
from app.parameters import Today
from app.problems import Malformed, responses

router = APIRouter(tags=["own activities"])

ANSWERS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/html": {"schema": {"type": "string"}}}},
    **responses(LinkNotGood, Malformed),
}


@router.get(
    "/v1/confirmations",
    summary="See what a reminder is about",
    response_model=Confirmation,
    responses=ANSWERS,
)
def show_confirmation(
    session: ReadSession, request: Request, today: Today, params: Annotated[LinkParams, Query()]
) -> Response:
    """What the link in a reminder leads to: a page with one button. Looking changes nothing."""
    return links.show_link(session, request, params.token, today)


@router.post(
    "/v1/confirmations",
    summary="Say by mail: still correct",
    response_model=Confirmation,
    responses=ANSWERS,
)
def confirm_by_mail(
    session: SessionDep, request: Request, today: Today, params: Annotated[LinkParams, Query()]
) -> Response:
    """What the button does: the activity is still right. It does nothing else, and only once."""
    return links.use_link(session, request, params.token, today)
