"""Reading accounts, members, clients and the audit log."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from pydantic import Field
from sqlmodel import Session, col, or_, select

from app.accounts.editing import version_tag
from app.accounts.models import (
    Account,
    AuditEntry,
    Client,
    ClientSecret,
    CouncilMember,
    Invitation,
    ProviderMember,
    SignIn,
)
from app.accounts.principals import CouncilRole, ProviderRole, Scope, SignedIn
from app.accounts.schemas import (
    AuditView,
    ClientView,
    CouncilMembership,
    InvitationView,
    Me,
    MemberView,
    ProviderMembership,
    SecretView,
    SignInView,
)
from app.catalogue.models import Council, Provider
from app.database import Reading, utc_now
from app.geo.models import Area
from app.paging import Page, PageParams, page_of, paginate
from app.parameters import Line
from app.problems import NotFound

Member = ProviderMember | CouncilMember


class NoSuchMember(NotFound):
    """No member here has this id."""

    code = "no_such_member"

    def __init__(self) -> None:
        super().__init__("No member here has this id.")


class NoSuchInvitation(NotFound):
    """No invitation here has this id and is still open."""

    code = "no_such_invitation"

    def __init__(self) -> None:
        super().__init__("No invitation here has this id and is still open.")


class NoSuchClient(NotFound):
    """No client of your councils has this id."""

    code = "no_such_client"

    def __init__(self) -> None:
        super().__init__("No client of your councils has this id. GET /v1/clients lists them.")


class NoSuchSignIn(NotFound):
    """No sign-in of yours has this id and is still open."""

    code = "no_such_sign_in"

    def __init__(self) -> None:
        super().__init__("No sign-in of yours has this id. GET /v1/me/sessions lists them.")


# Oneself


def get_me(session: Session, account_id: UUID) -> Me:
    """An account with its memberships."""
    account = session.get_one(Account, account_id)
    providers = session.exec(
        select(Provider, ProviderMember.role)
        .join(ProviderMember)
        .where(ProviderMember.account_id == account_id)
        .order_by(col(Provider.sort_name), col(Provider.id))
    )
    councils = session.exec(
        select(Council, CouncilMember.role, Area.gss)
        .join(CouncilMember)
        .join(Area, col(Area.id) == Council.area_id)
        .where(CouncilMember.account_id == account_id)
        .order_by(col(Council.sort_name), col(Council.id))
    )
    return Me(
        id=account.id,
        email=account.email,
        created_at=account.created_at,
        providers=[
            ProviderMembership(id=row.id, slug=row.slug, name=row.name, role=ProviderRole(role))
            for row, role in providers
        ],
        councils=[
            CouncilMembership(
                id=row.id, slug=row.slug, name=row.name, gss=gss, role=CouncilRole(role)
            )
            for row, role, gss in councils
        ],
        etag=version_tag(account.id, account.version),
    )


def list_sign_ins(session: Reading, account: SignedIn, params: PageParams) -> Page[SignInView]:
    """Where an account is signed in, the newest first."""
    open_ones = (
        select(SignIn)
        .where(
            SignIn.account_id == account.id,
            col(SignIn.ended_at).is_(None),
            SignIn.expires_at > utc_now(),
        )
        .order_by(col(SignIn.started_at).desc(), col(SignIn.id).desc())
    )
    found, total = paginate(session, open_ones, params)
    items = [
        SignInView(
            id=row.id,
            started_at=row.started_at,
            used_at=row.used_at,
            expires_at=row.expires_at,
            device=row.device,
            current=row.id == account.sign_in,
        )
        for row in found
    ]
    return page_of(items, total, params)


# Members


def list_members(
    session: Reading, table: type[ProviderMember | CouncilMember], of: UUID, params: PageParams
) -> Page[MemberView]:
    """Who has a role at a provider or a council, by address."""
    statement: Any = (
        select(table)
        .join(Account)
        .where(belongs(table, of))
        .order_by(col(Account.email), col(Account.id))
    )
    found, total = paginate(session, statement, params)
    ids = [row.account_id for row in found]
    emails = dict(
        session.exec(select(Account.id, Account.email).where(col(Account.id).in_(ids))).all()
    )
    return page_of([member_view(row, emails[row.account_id]) for row in found], total, params)


def get_member(
    session: Session, table: type[ProviderMember | CouncilMember], of: UUID, member_id: UUID
) -> Any:  # noqa: ANN401 - a row of the table.
    """The member with this id, if it is one of that provider or council.

    Raises:
        NoSuchMember: it is not.
    """
    row = session.exec(select(table).where(table.id == member_id, belongs(table, of))).first()
    if row is None:
        raise NoSuchMember
    return row


def belongs(table: type[Any], of: UUID) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy's.
    """The condition of the members of a provider, or of a council."""
    return (table.provider_id if table is ProviderMember else table.council_id) == of


def member_view(row: Member, email: str) -> MemberView:
    """A member as others see it."""
    return MemberView(
        id=row.id,
        account_id=row.account_id,
        email=email,
        role=row.role,
        since=row.created_at,
        etag=version_tag(row.id, row.version),
    )


# Invitations


def list_invitations(session: Reading, of: UUID, params: PageParams) -> Page[InvitationView]:
    """The open invitations of a provider or a council, the newest first."""
    statement = (
        select(Invitation)
        .where(*open_invitation(of))
        .order_by(col(Invitation.created_at).desc(), col(Invitation.id).desc())
    )
    found, total = paginate(session, statement, params)
    return page_of([invitation_view(row) for row in found], total, params)


def open_invitation(of: UUID) -> list[Any]:
    """The conditions of an invitation to that provider or council that can still be accepted."""
    return [
        or_(col(Invitation.provider_id) == of, col(Invitation.council_id) == of),
        col(Invitation.accepted_at).is_(None),
        Invitation.expires_at > utc_now(),
    ]


def get_invitation(session: Session, of: UUID, invitation_id: UUID) -> Invitation:
    """The open invitation with this id, if it is one to that provider or council.

    Raises:
        NoSuchInvitation: it is not.
    """
    wanted = select(Invitation).where(Invitation.id == invitation_id, *open_invitation(of))
    row = session.exec(wanted).first()
    if row is None:
        raise NoSuchInvitation
    return row


def invitation_view(row: Invitation) -> InvitationView:
    """An invitation as others see it."""
    return InvitationView(
        id=row.id,
        email=row.email,
        role=row.role,
        created_at=row.created_at,
        expires_at=row.expires_at,
        etag=version_tag(row.id, row.version),
    )


# Clients


def list_clients(session: Reading, admin: SignedIn, params: PageParams) -> Page[ClientView]:
    """The clients of the councils that somebody is an admin of, by name."""
    statement = (
        select(Client)
        .where(col(Client.council_id).in_(admin.administers))
        .order_by(col(Client.name), col(Client.id))
    )
    found, total = paginate(session, statement, params)
    return page_of(client_views(session, found), total, params)


def get_client(session: Session, admin: SignedIn, client_id: UUID) -> Client:
    """The client with this id, if it is one of the councils that somebody is an admin of.

    Raises:
        NoSuchClient: it is not.
    """
    row = session.get(Client, client_id)
    if row is None or row.council_id not in admin.administers:
        raise NoSuchClient
    return row


def read_client(session: Reading, admin: SignedIn, client_id: UUID) -> ClientView:
    """The client with this id, as its council's admins see it.

    Raises:
        NoSuchClient: it is none of the councils that somebody is an admin of.
    """
    return client_views(session, [get_client(session, admin, client_id)])[0]


def client_views(session: Session, rows: Sequence[Client]) -> list[ClientView]:
    """Clients as their councils' admins see them, in the order given."""
    secrets: dict[UUID, list[ClientSecret]] = {row.id: [] for row in rows}
    kept = select(ClientSecret).where(
        col(ClientSecret.client_id).in_(secrets),
        or_(col(ClientSecret.expires_at).is_(None), col(ClientSecret.expires_at) > utc_now()),
    )
    newest = kept.order_by(col(ClientSecret.created_at).desc(), col(ClientSecret.id))
    for secret in session.exec(newest):
        secrets[secret.client_id].append(secret)
    return [
        ClientView(
            id=row.id,
            name=row.name,
            council_id=row.council_id,
            scopes=[Scope(one) for one in row.scopes],
            enabled=row.enabled,
            created_at=row.created_at,
            secrets=[
                SecretView(id=one.id, created_at=one.created_at, expires_at=one.expires_at)
                for one in secrets[row.id]
            ],
            etag=version_tag(row.id, row.version),
        )
        for row in rows
    ]


# The audit log


class AuditParams(PageParams):
    """Which entries of the audit log."""

    action: Line | None = Field(
        None, max_length=60, description="What was done, such as `client.created`."
    )
    subject_kind: Line | None = Field(
        None, max_length=24, description="What it was done to, such as `provider`."
    )
    subject: Line | None = Field(None, max_length=64, description="The id of what it was done to.")
    actor: UUID | None = Field(None, description="The account or the client that did it.")


def list_audit(session: Reading, officer: SignedIn, params: AuditParams) -> Page[AuditView]:
    """What was done that concerns the councils of an officer, the newest first."""
    conditions: list[Any] = [col(AuditEntry.council_id).in_(officer.councils)]
    for column, wanted in (
        (AuditEntry.action, params.action),
        (AuditEntry.subject_kind, params.subject_kind),
        (AuditEntry.subject_id, params.subject),
        (AuditEntry.actor_id, params.actor),
    ):
        if wanted is not None:
            conditions.append(col(column) == wanted)
    concerned = select(AuditEntry).where(*conditions)
    newest = concerned.order_by(col(AuditEntry.at).desc(), col(AuditEntry.id).desc())
    found, total = paginate(session, newest, params)
    items = [AuditView.model_validate(row, from_attributes=True) for row in found]
    return page_of(items, total, params)
