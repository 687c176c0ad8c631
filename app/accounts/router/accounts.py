from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.accounts import queries
from app.accounts.access import CurrentAccount, NotAllowed, NotSignedIn
from app.accounts.commands import accounts, members
from app.accounts.commands.accounts import AddressTaken, SignInAgain
from app.accounts.desk import CallerDep, Site
from app.accounts.editing import EDITABLE, IF_MATCH, PRIVATE, IfMatch, tagged
from app.accounts.queries import NoSuchSignIn
from app.accounts.schemas import (
    Acceptance,
    Accepted,
    Ended,
    Me,
    MyChange,
    NewPasswordWithToken,
    Registration,
    ResetRequest,
    SignInView,
    TokenOnly,
)
from app.database import DatabaseDep, ReadSession, SessionDep
from app.paging import Page, PageParams
from app.parameters import QueryModel
from app.problems import Malformed, PreconditionFailed, PreconditionRequired, responses
from app.traffic.allowance import TooMany

router = APIRouter()

NoQuery = Annotated[QueryModel, Query()]

MAILED = Accepted(
    message="If the address can be used, mail is on its way to it. It says what to do next."
)
DONE = Accepted(message="Done. You can sign in now.")

SignInId = Annotated[
    UUID,
    Path(
        description="The sign-in's id.",
        examples=["01a16afa-45fa-796a-ba97-b1af856c67e6"],
    ),
]


@router.post(
    "/v1/accounts",
    status_code=202,
    tags=["accounts"],
    summary="Register",
    responses=responses(Malformed, TooMany),
)
def register_account(
    database: DatabaseDep, site: Site, caller: CallerDep, body: Registration, _: NoQuery
) -> Accepted:
    """Register with an e-mail address and a password. A code goes out by e-mail.

    The answer does not tell whether the address has an account already; the e-mail does.
    """
    accounts.register(database, site, body.email, body.password, caller)
    return MAILED


@router.post(
    "/v1/accounts/verify",
    tags=["accounts"],
    summary="Confirm your e-mail address",
    responses=responses(AddressTaken, Malformed),
)
def verify_account(session: SessionDep, body: TokenOnly, _: NoQuery) -> Accepted:
    """Make the account that was registered, with the code from the e-mail."""
    accounts.verify(session, body.token)
    return DONE


@router.post(
    "/v1/accounts/password-reset",
    status_code=202,
    tags=["accounts"],
    summary="Ask for a new password",
    responses=responses(Malformed, TooMany),
)
def ask_for_password_reset(
    database: DatabaseDep, site: Site, caller: CallerDep, body: ResetRequest, _: NoQuery
) -> Accepted:
    """Have a code sent with which a new password can be chosen, if there is such an account."""
    accounts.ask_for_reset(database, site, body.email, caller)
    return MAILED


@router.post(
    "/v1/accounts/password-reset/confirm",
    tags=["accounts"],
    summary="Choose a new password",
    responses=responses(Malformed),
)
def confirm_password_reset(
    database: DatabaseDep, body: NewPasswordWithToken, _: NoQuery
) -> Accepted:
    """Choose a new password with the code from the e-mail. It ends every sign-in."""
    accounts.reset(database, body.token, body.password)
    return DONE


@router.post(
    "/v1/accounts/email/confirm",
    tags=["accounts"],
    summary="Confirm your new e-mail address",
    responses=responses(AddressTaken, Malformed),
)
def confirm_email_change(session: SessionDep, body: TokenOnly, _: NoQuery) -> Accepted:
    """Use a new address from now on, with the code that was sent to it. It ends every sign-in."""
    accounts.confirm_address(session, body.token)
    return DONE


@router.post(
    "/v1/accounts/invitations/accept",
    tags=["accounts"],
    summary="Accept an invitation",
    responses=responses(Malformed),
)
def accept_invitation(database: DatabaseDep, body: Acceptance, _: NoQuery) -> Accepted:
    """Accept an invitation with the code from the e-mail.

    Where there is no account with the invited address yet, `password` is needed, and makes one.
    """
    members.accept(database, body.token, body.password)
    return DONE


@router.get(
    "/v1/me",
    tags=["accounts"],
    summary="Read your account",
    responses={**responses(NotSignedIn, NotAllowed, Malformed), **EDITABLE},
)
def get_me(account: CurrentAccount, session: ReadSession, response: Response, _: NoQuery) -> Me:
    """Your address, the providers that you manage and the councils that you work for."""
    return tagged(response, queries.get_me(session, account.id))


@router.patch(
    "/v1/me",
    tags=["accounts"],
    summary="Change your account",
    responses={
        **responses(
            NotSignedIn, NotAllowed, PreconditionFailed, PreconditionRequired, Malformed, TooMany
        ),
        **EDITABLE,
    },
    openapi_extra={**IF_MATCH},
)
def change_me(  # noqa: PLR0913, PLR0917 - what a change is made of.
    account: CurrentAccount,
    database: DatabaseDep,
    site: Site,
    precondition: IfMatch,
    body: MyChange,
    response: Response,
    _: NoQuery,
) -> Me:
    """Change your password or your address, with your present password.

    A new password is in use at once and ends every sign-in. A new address is in use once the code
    that is sent to it comes back.
    """
    return tagged(response, accounts.change_me(database, site, account, precondition, body))


@router.delete(
    "/v1/me",
    status_code=204,
    tags=["accounts"],
    summary="Delete your account",
    responses=responses(
        NotSignedIn, NotAllowed, SignInAgain, PreconditionFailed, PreconditionRequired, Malformed
    ),
    openapi_extra={**IF_MATCH},
)
def delete_me(
    account: CurrentAccount, precondition: IfMatch, session: SessionDep, _: NoQuery
) -> None:
    """Delete your account and what is held about you. It needs a sign-in of the last 15 minutes."""
    accounts.delete_me(session, account, precondition)


@router.get(
    "/v1/me/sessions",
    tags=["accounts"],
    summary="List where you are signed in",
    responses=responses(NotSignedIn, NotAllowed, Malformed),
)
def list_my_sessions(
    account: CurrentAccount,
    session: ReadSession,
    response: Response,
    params: Annotated[PageParams, Query()],
) -> Page[SignInView]:
    """Your sign-ins that have not ended, the newest first."""
    response.headers["Cache-Control"] = PRIVATE
    return queries.list_sign_ins(session, account, params)


@router.delete(
    "/v1/me/sessions",
    tags=["accounts"],
    summary="Sign out everywhere",
    responses=responses(NotSignedIn, NotAllowed, Malformed),
)
def delete_my_sessions(account: CurrentAccount, session: SessionDep, _: NoQuery) -> Ended:
    """End all of your sign-ins, this one too."""
    return Ended(ended=accounts.end_all_of_mine(session, account))


@router.delete(
    "/v1/me/sessions/{sign_in}",
    status_code=204,
    tags=["accounts"],
    summary="Sign out at one place",
    responses=responses(NotSignedIn, NotAllowed, NoSuchSignIn, Malformed),
)
def delete_my_session(
    account: CurrentAccount, session: SessionDep, sign_in: SignInId, _: NoQuery
) -> None:
    """End one of your sign-ins."""
    accounts.end_one_of_mine(session, account, sign_in)
