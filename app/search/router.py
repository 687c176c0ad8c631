from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.routing import APIRoute

from app.caching import DOCUMENTED, LINKED_DATA, LinkedDataWanted
from app.catalogue.calendars import MEDIA_TYPE
from app.catalogue.queries import ActivityNotFound
from app.catalogue.schemas import ActivityDetail
from app.database import ReadSession
from app.paging import Page
from app.parameters import LanguageParams, Line, QueryModel, Today
from app.problems import Malformed, responses
from app.search import queries
from app.search.answers import SimilarParams, activities_found, activities_like
from app.search.criteria import SearchCriteria
from app.search.places import PlaceNotResolved
from app.search.queries import ActivityClosed
from app.search.reading import criteria_in, documented_parameters, pairs_in
from app.search.ready import IndexDep, cached_answer, linked_answer, private_answer
from app.search.schemas import ActivitiesFound, FoundActivity

router = APIRouter(tags=["activities"])
"""Operations that read the database."""

negotiated_router = APIRouter(tags=["activities"])
"""Operations that read it, and answer with linked data where that is preferred."""

index_router = APIRouter(tags=["activities"])
"""Operations that are answered from memory."""

ActivityKey = Annotated[
    Line,
    Path(
        min_length=1,
        max_length=80,
        description="The activity's id or slug.",
        examples=["two-oars-days-out-dengie"],
    ),
]


@index_router.get(
    "/v1/activities",
    summary="Search the activities",
    response_model=ActivitiesFound,
    responses={**responses(Malformed, PlaceNotResolved), **DOCUMENTED},
    openapi_extra={"parameters": documented_parameters()},
)
async def list_activities(request: Request) -> Response:
    """The live activities that meet every criterion, a page at a time.

    Several values of one criterion are alternatives, but for `access` and `support_need`, of which
    all must be stated. Day, times, price, places, the venue's access and the distance must hold
    for one and the same session. The order is total: a walk through the pages neither loses nor
    repeats an activity.
    """
    query = pairs_in(request.scope["query_string"])
    return cached_answer(
        request, query, lambda snapshot: activities_found(snapshot, criteria_in(query))
    )


@index_router.post(
    "/v1/activities/search",
    summary="Search the activities for a person",
    response_model=ActivitiesFound,
    responses=responses(Malformed, PlaceNotResolved),
)
async def search_activities(
    index: IndexDep, criteria: SearchCriteria, _: Annotated[QueryModel, Query()]
) -> Response:
    """The same search with its parameters in a body, for a website that filters for a person.

    What is asked can say much about somebody: it stands in no address, and nothing is kept.
    """
    return private_answer(activities_found(index.snapshot(), criteria))


@index_router.get(
    "/v1/activities/{activity}/similar",
    summary="List activities like one",
    response_model=Page[FoundActivity],
    responses={**responses(ActivityNotFound, Malformed), **DOCUMENTED},
)
async def list_similar_activities(
    request: Request,
    activity: ActivityKey,
    params: Annotated[SimilarParams, Query()],
) -> Response:
    """The nearest alternatives: alike in what one does there and who it is for, and near by.

    One with a venue has alternatives within 25 miles, and some without a venue.
    """
    return cached_answer(
        request,
        pairs_in(request.scope["query_string"]),
        lambda snapshot: activities_like(snapshot, activity, params),
    )


class CalendarResponse(Response):
    """A calendar; its text is UTF-8."""

    media_type = MEDIA_TYPE


@router.get(
    "/v1/activities/{activity}/calendar.ics",
    summary="Read an activity's sessions as a calendar",
    response_class=CalendarResponse,
    response_model=None,
    responses=responses(ActivityNotFound, ActivityClosed, Malformed),
)
def get_activity_calendar(
    session: ReadSession,
    today: Today,
    activity: ActivityKey,
    params: Annotated[LanguageParams, Query()],
) -> bytes:
    """Every session as iCalendar (RFC 5545), to put into a calendar or to subscribe to.

    It covers this year and the two after it, in London's time, without the bank holidays, school
    holidays and closures on which a session does not run. Each event tells where it is, whom to
    ask and how to start. A UID stays as long as its session, and SEQUENCE grows with each change.
    """
    return queries.get_calendar(session, activity, today, params.lang)


@negotiated_router.get(
    "/v1/activities/{activity}",
    summary="Read one activity",
    response_model=ActivityDetail,
    responses={
        **responses(ActivityNotFound, ActivityClosed, Malformed),
        200: {**DOCUMENTED[200], "content": {LINKED_DATA: {"schema": {"type": "object"}}}},
    },
)
def get_activity(  # noqa: PLR0913, PLR0917 - each is one thing that the answer depends on.
    session: ReadSession,
    today: Today,
    activity: ActivityKey,
    params: Annotated[LanguageParams, Query()],
    linked: LinkedDataWanted,
    response: Response,
) -> Any:  # noqa: ANN401 - the detail, or the answer with linked data.
    """Everything that a person needs to decide: what, when, where, for how much, and how to start.

    An activity that was closed for good answers 410 with `similar` ones. With
    `Accept: application/ld+json` it is told in the words of schema.org.
    """
    if linked:
        made = queries.get_linked_data(session, activity, today, params.lang)
        return linked_answer(made, response)
    return queries.get_activity(session, activity, today, params.lang)


def direct_routes() -> list[APIRoute]:
    """The operations that need nothing of what the framework does before one is called."""
    routes = [route for route in index_router.routes if isinstance(route, APIRoute)]
    return [route for route in routes if route.endpoint is list_activities]
