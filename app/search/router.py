from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.catalogue.queries import ActivityNotFound
from app.catalogue.schemas import ActivityDetail, ActivitySummary
from app.database import ReadSession
from app.paging import Page
from app.parameters import LanguageParams, Line, Today
from app.problems import Malformed, responses
from app.search import queries
from app.search.criteria import SearchCriteria
from app.search.queries import ActivityClosed

router = APIRouter(tags=["activities"])

ActivityKey = Annotated[
    Line, Path(min_length=1, max_length=80, description="The activity's id or slug.")
]


@router.get("/v1/activities", summary="List the activities", responses=responses(Malformed))
def list_activities(
    session: ReadSession, today: Today, criteria: Annotated[SearchCriteria, Query()]
) -> Page[ActivitySummary]:
    """The live activities, by name, a page at a time.

    The order is total: a walk through the pages neither loses nor repeats an activity.
    """
    return queries.list_activities(session, criteria, today)


@router.get(
    "/v1/activities/{activity}",
    summary="Read one activity",
    responses=responses(ActivityNotFound, ActivityClosed, Malformed),
)
def get_activity(
    session: ReadSession,
    today: Today,
    activity: ActivityKey,
    params: Annotated[LanguageParams, Query()],
) -> ActivityDetail:
    """Everything that a person needs to decide: what, when, where, for how much, and how to start.

    An activity that was closed for good answers 410 with `similar` ones.
    """
    return queries.get_activity(session, activity, today, params.lang)
