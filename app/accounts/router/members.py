from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.accounts import queries
from app.accounts.access import (
    AdministeredCouncil,
    NoSuchCouncil,
    NoSuchProvider,
    NotAllowed,
    NotSignedIn,
    OwnCouncil,
    OwnedProvider,
    OwnProvider,
)
from app.accounts.commands import members
from app.accounts.commands.members import LastOfThem
from app.accounts.desk import Site
from app.accounts.editing import EDITABLE, IF_MATCH, MADE, PRIVATE, IfMatch, tagged
from app.accounts.idempotency import IDEMPOTENCY_KEY, OnceOnly, StillBusy
from app.accounts.models import CouncilMember, ProviderMember
from app.accounts.queries import NoSuchInvitation, NoSuchMember
from app.accounts.schemas import (
    CouncilInvitation,
    CouncilRoleChange,
    InvitationView,
    MemberView,
    ProviderInvitation,
    ProviderRoleChange,
)
from app.database import ReadSession, SessionDep
from app.paging import Page, PageParams
from app.parameters import QueryModel
from app.problems import Malformed, PreconditionFailed, PreconditionRequired, responses
from app.traffic.allowance import TooMany

router = APIRouter(tags=["members"])

NoQuery = Annotated[QueryModel, Query()]
SOMEBODY = ["01a16afa-45fa-796a-ba97-b1af856c67e6"]
MemberId = Annotated[UUID, Path(description="The membership's id.", examples=SOMEBODY)]
InvitationId = Annotated[UUID, Path(description="The invitation's id.", examples=SOMEBODY)]


def _made(shown: InvitationView, of: str) -> tuple[InvitationView, dict[str, str]]:
    return shown, {"ETag": shown.etag, "Location": f"{of}/members/invitations/{shown.id}"}


LOCATION = {
    "Location": {
        "description": "The address of what was made.",
        "schema": {"type": "string"},
    }
}
INVITED: dict[int | str, dict[str, Any]] = {201: {"headers": {**MADE[201]["headers"], **LOCATION}}}


# Providers


@router.get(
    "/v1/manage/providers/{provider}/members",
    summary="List the members of a provider",
    responses=responses(NotSignedIn, NotAllowed, NoSuchProvider, Malformed),
)
def list_provider_members(
    access: OwnProvider,
    session: ReadSession,
    response: Response,
    params: Annotated[PageParams, Query()],
) -> Page[MemberView]:
    """Who manages a provider. For its members, and the officers of its home council."""
    response.headers["Cache-Control"] = PRIVATE
    return queries.list_members(session, ProviderMember, access.provider_id, params)


@router.patch(
    "/v1/manage/providers/{provider}/members/{member}",
    summary="Give a member of a provider another role",
    responses={
        **responses(
            NotSignedIn,
            NotAllowed,
            NoSuchProvider,
            NoSuchMember,
            LastOfThem,
            PreconditionFailed,
            PreconditionRequired,
            Malformed,
        ),
        **EDITABLE,
    },
    openapi_extra={**IF_MATCH},
)
def change_provider_member(  # noqa: PLR0913, PLR0917 - what a change is made of.
    access: OwnedProvider,
    precondition: IfMatch,
    session: SessionDep,
    member: MemberId,
    body: ProviderRoleChange,
    response: Response,
    _: NoQuery,
) -> MemberView:
    """Make somebody an owner or an editor. For owners, and the officers of its home council."""
    changed = members.change_role(session, access, member, body.role, precondition)
    return tagged(response, changed)


@router.delete(
    "/v1/manage/providers/{provider}/members/{member}",
    status_code=204,
    summary="Remove a member of a provider",
    responses=responses(
        NotSignedIn,
        NotAllowed,
        NoSuchProvider,
        NoSuchMember,
        LastOfThem,
        PreconditionFailed,
        PreconditionRequired,
        Malformed,
    ),
    openapi_extra={**IF_MATCH},
)
def remove_provider_member(
    access: OwnProvider, precondition: IfMatch, session: SessionDep, member: MemberId, _: NoQuery
) -> None:
    """Remove somebody, or leave. Editors may only leave; one owner has to stay."""
    members.remove(session, access, member, precondition)


@router.get(
    "/v1/manage/providers/{provider}/members/invitations",
    summary="List the invitations of a provider",
    responses=responses(NotSignedIn, NotAllowed, NoSuchProvider, Malformed),
)
def list_provider_invitations(
    access: OwnedProvider,
    session: ReadSession,
    response: Response,
    params: Annotated[PageParams, Query()],
) -> Page[InvitationView]:
    """The invitations that were not accepted yet, the newest first."""
    response.headers["Cache-Control"] = PRIVATE
    return queries.list_invitations(session, access.provider_id, params)


@router.post(
    "/v1/manage/providers/{provider}/members/invitations",
    status_code=201,
    summary="Invite somebody to a provider",
    response_model=InvitationView,
    responses={
        **responses(NotSignedIn, NotAllowed, NoSuchProvider, StillBusy, Malformed, TooMany),
        **INVITED,
    },
    openapi_extra={**IDEMPOTENCY_KEY},
)
def create_provider_invitation(
    access: OwnedProvider,
    once: OnceOnly,
    session: SessionDep,
    site: Site,
    body: ProviderInvitation,
    _: NoQuery,
) -> Response:
    """Invite somebody to manage a provider. For owners, and officers of its home council.

    The code goes out by e-mail and is good for 14 days.
    """
    of = f"/v1/manage/providers/{access.provider_id}"
    return once.answer(
        session,
        access.actor,
        lambda: _made(members.invite(session, site, access, body.email, body.role), of),
    )


@router.delete(
    "/v1/manage/providers/{provider}/members/invitations/{invitation}",
    status_code=204,
    summary="Withdraw an invitation to a provider",
    responses=responses(
        NotSignedIn,
        NotAllowed,
        NoSuchProvider,
        NoSuchInvitation,
        PreconditionFailed,
        PreconditionRequired,
        Malformed,
    ),
    openapi_extra={**IF_MATCH},
)
def withdraw_provider_invitation(
    access: OwnedProvider,
    precondition: IfMatch,
    session: SessionDep,
    invitation: InvitationId,
    _: NoQuery,
) -> None:
    """Withdraw an invitation that was not accepted yet."""
    members.withdraw(session, access, invitation, precondition)


# Councils


@router.get(
    "/v1/manage/councils/{council}/members",
    summary="List the members of a council",
    responses=responses(NotSignedIn, NotAllowed, NoSuchCouncil, Malformed),
)
def list_council_members(
    access: OwnCouncil,
    session: ReadSession,
    response: Response,
    params: Annotated[PageParams, Query()],
) -> Page[MemberView]:
    """Who works for a council. For its officers and admins."""
    response.headers["Cache-Control"] = PRIVATE
    return queries.list_members(session, CouncilMember, access.council_id, params)


@router.patch(
    "/v1/manage/councils/{council}/members/{member}",
    summary="Give a member of a council another role",
    responses={
        **responses(
            NotSignedIn,
            NotAllowed,
            NoSuchCouncil,
            NoSuchMember,
            LastOfThem,
            PreconditionFailed,
            PreconditionRequired,
            Malformed,
        ),
        **EDITABLE,
    },
    openapi_extra={**IF_MATCH},
)
def change_council_member(  # noqa: PLR0913, PLR0917 - what a change is made of.
    access: AdministeredCouncil,
    precondition: IfMatch,
    session: SessionDep,
    member: MemberId,
    body: CouncilRoleChange,
    response: Response,
    _: NoQuery,
) -> MemberView:
    """Make somebody an officer or an admin. For admins."""
    changed = members.change_role(session, access, member, body.role, precondition)
    return tagged(response, changed)


@router.delete(
    "/v1/manage/councils/{council}/members/{member}",
    status_code=204,
    summary="Remove a member of a council",
    responses=responses(
        NotSignedIn,
        NotAllowed,
        NoSuchCouncil,
        NoSuchMember,
        LastOfThem,
        PreconditionFailed,
        PreconditionRequired,
        Malformed,
    ),
    openapi_extra={**IF_MATCH},
)
def remove_council_member(
    access: OwnCouncil, precondition: IfMatch, session: SessionDep, member: MemberId, _: NoQuery
) -> None:
    """Remove somebody, or leave. Officers may only leave; one admin has to stay."""
    members.remove(session, access, member, precondition)


@router.get(
    "/v1/manage/councils/{council}/members/invitations",
    summary="List the invitations of a council",
    responses=responses(NotSignedIn, NotAllowed, NoSuchCouncil, Malformed),
)
def list_council_invitations(
    access: AdministeredCouncil,
    session: ReadSession,
    response: Response,
    params: Annotated[PageParams, Query()],
) -> Page[InvitationView]:
    """The invitations that were not accepted yet, the newest first."""
    response.headers["Cache-Control"] = PRIVATE
    return queries.list_invitations(session, access.council_id, params)


@router.post(
    "/v1/manage/councils/{council}/members/invitations",
    status_code=201,
    summary="Invite somebody to a council",
    response_model=InvitationView,
    responses={
        **responses(NotSignedIn, NotAllowed, NoSuchCouncil, StillBusy, Malformed, TooMany),
        **INVITED,
    },
    openapi_extra={**IDEMPOTENCY_KEY},
)
def create_council_invitation(
    access: AdministeredCouncil,
    once: OnceOnly,
    session: SessionDep,
    site: Site,
    body: CouncilInvitation,
    _: NoQuery,
) -> Response:
    """Invite somebody to work for a council. For admins.

    The code goes out by e-mail and is good for 14 days.
    """
    of = f"/v1/manage/councils/{access.council_id}"
    return once.answer(
        session,
        access.actor,
        lambda: _made(members.invite(session, site, access, body.email, body.role), of),
    )


@router.delete(
    "/v1/manage/councils/{council}/members/invitations/{invitation}",
    status_code=204,
    summary="Withdraw an invitation to a council",
    responses=responses(
        NotSignedIn,
        NotAllowed,
        NoSuchCouncil,
        NoSuchInvitation,
        PreconditionFailed,
        PreconditionRequired,
        Malformed,
    ),
    openapi_extra={**IF_MATCH},
)
def withdraw_council_invitation(
    access: AdministeredCouncil,
    precondition: IfMatch,
    session: SessionDep,
    invitation: InvitationId,
    _: NoQuery,
) -> None:
    """Withdraw an invitation that was not accepted yet."""
    members.withdraw(session, access, invitation, precondition)
