from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from app.accounts.access import NoSuchProvider, NotAllowed, NotSignedIn, OwnProvider
from app.accounts.editing import EDITABLE, IF_MATCH, MADE, IfMatch
from app.accounts.idempotency import IDEMPOTENCY_KEY, OnceOnly, StillBusy
from app.catalogue.schemas import ActivityDetail
from app.database import ReadSession, SessionDep
from app.listings.access import NoSuchListing, OwnActivity
from app.listings.activities import commands, queries
from app.listings.activities.completeness import Completeness
from app.listings.activities.drafts import ActivityChange, ActivityDraft
from app.listings.activities.queries import ManagedParams, NoSuchRevision
from app.listings.activities.schemas import (
    AlertReport,
    CapacityReport,
    Closing,
    ContractFacts,
    HistoryEntry,
    HistoryRevision,
    ManagedActivity,
    ManagedActivityLine,
    Pause,
)
from app.listings.bodies import strictly
from app.listings.private import NoQuery, Private
from app.listings.stages import NotPossibleNow
from app.paging import Page, PageParams
from app.parameters import InDigits, LanguageParams, Today
from app.problems import Malformed, PreconditionFailed, PreconditionRequired, responses

router = APIRouter(tags=["own activities"], dependencies=[Private])

READING = responses(NotSignedIn, NotAllowed, NoSuchListing, Malformed)
STEPPING = {
    **EDITABLE,
    **responses(NotSignedIn, NotAllowed, NoSuchListing, NotPossibleNow, Malformed),
}
CHANGING = {
    **STEPPING,
    **responses(PreconditionRequired, PreconditionFailed),
}
RevisionNumber = Annotated[
    int, Path(ge=1, le=1_000_000, description="Counted from 1.", examples=[1]), InDigits
]


@router.get(
    "/v1/manage/providers/{provider}/activities",
    summary="List one's own activities",
    responses=responses(NotSignedIn, NotAllowed, NoSuchProvider, Malformed),
)
def list_own_activities(
    session: ReadSession,
    access: OwnProvider,
    today: Today,
    params: Annotated[ManagedParams, Query()],
) -> Page[ManagedActivityLine]:
    """A provider's activities in every state, by name: drafts, live ones, closed ones."""
    return queries.list_own(session, access, params, today)


@router.post(
    "/v1/manage/providers/{provider}/activities",
    summary="Draft an activity",
    status_code=201,
    response_model=ManagedActivity,
    responses={
        **MADE,
        **responses(NotSignedIn, NotAllowed, NoSuchProvider, StillBusy, Malformed),
    },
    openapi_extra=IDEMPOTENCY_KEY,
)
def create_activity(
    session: SessionDep,
    access: OwnProvider,
    today: Today,
    once: OnceOnly,
    body: Annotated[ActivityDraft, strictly(ActivityDraft)],
    _: NoQuery,
) -> Response:
    """A new activity, seen by nobody else until it is submitted and approved."""
    return commands.create_activity(session, access, once, body, today)


@router.get(
    "/v1/manage/activities/{activity}",
    summary="Read one's own activity",
    responses={**EDITABLE, **READING},
)
def get_own_activity(
    session: ReadSession, response: Response, access: OwnActivity, today: Today, _: NoQuery
) -> ManagedActivity:
    """The working copy, where it stands, and how it differs from the live one."""
    return queries.get_own(session, response, access, today)


@router.patch(
    "/v1/manage/activities/{activity}",
    summary="Change one's own activity",
    responses=CHANGING,
    openapi_extra={**IF_MATCH},
)
def change_own_activity(  # noqa: PLR0913, PLR0917 - each is a part of the request.
    session: SessionDep,
    response: Response,
    access: OwnActivity,
    today: Today,
    precondition: IfMatch,
    body: Annotated[ActivityChange, strictly(ActivityChange)],
    _: NoQuery,
) -> ManagedActivity:
    """Change the working copy by a JSON merge patch (RFC 7396).

    What the public sees stays as it is until the change is submitted and approved.
    """
    return commands.change_activity(session, response, access, precondition, body, today)


@router.delete(
    "/v1/manage/activities/{activity}",
    summary="Delete a draft or a change",
    status_code=204,
    responses={
        **responses(NotSignedIn, NotAllowed, NoSuchListing, NotPossibleNow, Malformed),
        **responses(PreconditionRequired, PreconditionFailed),
    },
    openapi_extra={**IF_MATCH},
)
def delete_activity_change(
    session: SessionDep, access: OwnActivity, precondition: IfMatch, _: NoQuery
) -> None:
    """Delete an activity that was never live, or the change of a live one, which stays."""
    commands.delete_change(session, access, precondition)


@router.post(
    "/v1/manage/activities/{activity}/submit", summary="Submit an activity", responses=STEPPING
)
def submit_activity(
    session: SessionDep, response: Response, access: OwnActivity, today: Today, _: NoQuery
) -> ManagedActivity:
    """Hand the working copy to the council's officers. Sent again, nothing more happens.

    Whoever submits says that all of it is right today. What the council trusts goes out at once.
    """
    return commands.submit_activity(session, response, access, today)


@router.post(
    "/v1/manage/activities/{activity}/withdraw", summary="Take it back", responses=STEPPING
)
def withdraw_activity(
    session: SessionDep, response: Response, access: OwnActivity, today: Today, _: NoQuery
) -> ManagedActivity:
    """Take back what was submitted, and go on working on it."""
    return commands.withdraw_activity(session, response, access, today)


@router.post(
    "/v1/manage/activities/{activity}/copy",
    summary="Copy an activity",
    status_code=201,
    response_model=ManagedActivity,
    responses={**MADE, **READING, **responses(StillBusy)},
    openapi_extra=IDEMPOTENCY_KEY,
)
def copy_activity(
    session: SessionDep, access: OwnActivity, today: Today, once: OnceOnly, _: NoQuery
) -> Response:
    """A draft that says the same, without places, alert, closure and contracts."""
    return commands.copy_activity(session, access, once, today)


@router.post(
    "/v1/manage/activities/{activity}/pause", summary="Close it for now", responses=STEPPING
)
def pause_activity(
    session: SessionDep,
    response: Response,
    access: OwnActivity,
    today: Today,
    body: Annotated[Pause, strictly(Pause)],
    _: NoQuery,
) -> ManagedActivity:
    """At once: it stays in the catalogue, marked with the reason and the day it opens again."""
    return commands.pause_activity(session, response, access, body, today)


@router.post("/v1/manage/activities/{activity}/resume", summary="Open it again", responses=STEPPING)
def resume_activity(
    session: SessionDep, response: Response, access: OwnActivity, today: Today, _: NoQuery
) -> ManagedActivity:
    """At once: it is marked as closed no longer."""
    return commands.resume_activity(session, response, access, today)


@router.post(
    "/v1/manage/activities/{activity}/close", summary="Close it for good", responses=STEPPING
)
def close_activity(
    session: SessionDep,
    response: Response,
    access: OwnActivity,
    today: Today,
    body: Annotated[Closing, strictly(Closing)],
    _: NoQuery,
) -> ManagedActivity:
    """At once: it leaves the catalogue, and its id answers 410 with similar ones from then on."""
    return commands.close_activity(session, response, access, body, today)


@router.get(
    "/v1/manage/activities/{activity}/preview", summary="Preview an activity", responses=READING
)
def preview_activity(
    session: ReadSession,
    access: OwnActivity,
    today: Today,
    params: Annotated[LanguageParams, Query()],
) -> ActivityDetail:
    """The working copy exactly as the public would see it today."""
    return queries.get_preview(session, access, params.lang, today)


@router.get(
    "/v1/manage/activities/{activity}/completeness",
    summary="See what is missing",
    responses=READING,
)
def get_completeness(session: ReadSession, access: OwnActivity, _: NoQuery) -> Completeness:
    """What the working copy does not say, and what each gap costs when people are matched."""
    return queries.get_completeness(session, access)


@router.get(
    "/v1/manage/activities/{activity}/history", summary="List what was done", responses=READING
)
def list_activity_history(
    session: ReadSession, access: OwnActivity, params: Annotated[PageParams, Query()]
) -> Page[HistoryEntry]:
    """Who did what and when, the newest first."""
    return queries.list_history(session, access, params)


@router.get(
    "/v1/manage/activities/{activity}/history/{revision}",
    summary="Read one step of the history",
    responses=responses(NotSignedIn, NotAllowed, NoSuchListing, NoSuchRevision, Malformed),
)
def get_activity_revision(
    session: ReadSession, access: OwnActivity, revision: RevisionNumber, _: NoQuery
) -> HistoryRevision:
    """What a step changed, and how the activity stood after it."""
    return queries.get_revision(session, access, revision)


@router.put(
    "/v1/manage/activities/{activity}/capacity",
    summary="Tell places",
    responses=CHANGING,
    openapi_extra={**IF_MATCH},
)
def put_capacity(  # noqa: PLR0913, PLR0917 - each is a part of the request.
    session: SessionDep,
    response: Response,
    access: OwnActivity,
    today: Today,
    precondition: IfMatch,
    body: Annotated[CapacityReport, strictly(CapacityReport)],
    _: NoQuery,
) -> ManagedActivity:
    """At once: whether there is a place, in the whole activity or in one session."""
    return commands.report_capacity(session, response, access, precondition, body, today)


@router.put(
    "/v1/manage/activities/{activity}/alert",
    summary="Put up an alert",
    responses=CHANGING,
    openapi_extra={**IF_MATCH},
)
def put_alert(  # noqa: PLR0913, PLR0917 - each is a part of the request.
    session: SessionDep,
    response: Response,
    access: OwnActivity,
    today: Today,
    precondition: IfMatch,
    body: Annotated[AlertReport, strictly(AlertReport)],
    _: NoQuery,
) -> ManagedActivity:
    """At once: something that people should know now; a null text takes it away."""
    return commands.report_alert(session, response, access, precondition, body, today)


@router.post(
    "/v1/manage/activities/{activity}/confirm", summary="Say: still correct", responses=STEPPING
)
def confirm_activity(
    session: SessionDep, response: Response, access: OwnActivity, today: Today, _: NoQuery
) -> ManagedActivity:
    """At once: all of it is still right today. A hidden activity is seen again."""
    return commands.confirm_activity(session, response, access, today)


@router.put(
    "/v1/manage/activities/{activity}/contracts",
    summary="Write contract facts",
    responses=CHANGING,
    openapi_extra={**IF_MATCH},
)
def put_contracts(  # noqa: PLR0913, PLR0917 - each is a part of the request.
    session: SessionDep,
    response: Response,
    access: OwnActivity,
    today: Today,
    precondition: IfMatch,
    body: Annotated[ContractFacts, strictly(ContractFacts)],
    _: NoQuery,
) -> ManagedActivity:
    """At once: how councils buy from it. For officers of the provider's home council alone."""
    return commands.put_contracts(session, response, access, precondition, body, today)
