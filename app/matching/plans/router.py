from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.catalogue.calendars import MEDIA_TYPE
from app.database import DatabaseDep
from app.matching.matches import DayOutOfRange
from app.matching.places import CouncilNotHeld, HomeNotResolved
from app.matching.plans.answers import PlanParams, PlansWanted
from app.matching.plans.queries import plans_answer
from app.matching.plans.schemas import PlansFound
from app.problems import Malformed, responses
from app.search.ready import IndexDep

router = APIRouter(tags=["matching"])


async def calendar_wanted(request: Request) -> bool:
    """Whether the caller asks for a calendar by name, and not for JSON."""
    accepted = ",".join(request.headers.getlist("accept")).lower()
    return MEDIA_TYPE in accepted and "application/json" not in accepted


CalendarWanted = Annotated[bool, Depends(calendar_wanted)]


@router.post(
    "/v1/plans",
    summary="Plan a week that works",
    response_model=PlansFound,
    responses={
        **responses(Malformed, HomeNotResolved, CouncilNotHeld, DayOutOfRange),
        200: {"content": {MEDIA_TYPE: {"schema": {"type": "string"}}}},
    },
)
def find_plans(
    calendar: CalendarWanted,
    database: DatabaseDep,
    index: IndexDep,
    asked: PlansWanted,
    params: Annotated[PlanParams, Query()],
) -> Response:
    """Up to three weeks that fit the person's money, days and ways, each the best of its kind.

    Nobody is in two places: travel between venues takes its time. A price by the week, month, term
    or course is paid once for an activity. With `Accept: text/calendar` one plan comes as
    iCalendar. Nothing is kept: the answers are matched in memory and forgotten.
    """
    return plans_answer(database, index.snapshot(), asked, params.plan, calendar=calendar)
