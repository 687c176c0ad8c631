"""Who manages a provider or works for a council: inviting, accepting, changing and removing."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from app.accounts import letters, passwords
from app.accounts.access import NotAllowed
from app.accounts.allowances import INVITE_ACCOUNT, take_within
from app.accounts.audit import record
from app.accounts.commands.accounts import find_by_email, make_account, refuse_weak, unusable_token
from app.accounts.editing import Precondition
from app.accounts.models import Account, CouncilMember, Invitation, ProviderMember
from app.accounts.opaque import digest_of, make_secret
from app.accounts.principals import (
    Actor,
    CouncilAccess,
    CouncilRole,
    ProviderAccess,
    ProviderRole,
)
from app.accounts.queries import belongs, get_invitation, get_member, invitation_view, member_view
from app.accounts.schemas import InvitationView, MemberView
from app.catalogue.models import Council, Provider
from app.database import Database, Writing, utc_now
from app.mail import outbox
from app.problems import Conflict, Fault, Malformed

INVITING = timedelta(days=14)

HIGHEST = {"provider": ProviderRole.OWNER, "council": CouncilRole.ADMIN}
"""The roles that somebody has to have, or nobody could decide any more."""


class LastOfThem(Conflict):
    """Nobody would be left who decides."""

    code = "last_of_them"

    def __init__(self) -> None:
        super().__init__("Nobody would be left who decides. Give somebody else that role first.")


@dataclass(frozen=True)
class Place:
    """A provider or a council, as what its members and invitations belong to."""

    kind: str
    id: UUID
    council_id: UUID
    table: type[ProviderMember | CouncilMember]
    may_empty: bool
    """Whether who asks may remove the last one who decides, as an officer may."""

    @property
    def own(self) -> Any:  # noqa: ANN401 - a condition of SQLAlchemy's.
        """The condition of the members that are its own."""
        return belongs(self.table, self.id)


def place_of(access: ProviderAccess | CouncilAccess) -> Place:
    """The place that somebody has access to."""
    if isinstance(access, ProviderAccess):
        by_officer = access.role is None
        return Place("provider", access.provider_id, access.council_id, ProviderMember, by_officer)
    return place_of_council(access.council_id)


def place_of_provider(provider: Provider) -> Place:
    """A provider, where nobody's access to it is in question."""
    return Place("provider", provider.id, provider.council_id, ProviderMember, may_empty=False)


def place_of_council(council_id: UUID) -> Place:
    """A council, where nobody's access to it is in question."""
    return Place("council", council_id, council_id, CouncilMember, may_empty=False)


def invite(
    session: Writing, site: str, access: ProviderAccess | CouncilAccess, email: str, role: str
) -> InvitationView:
    """Invite somebody by e-mail. Whether they have an account shows only to them.

    Raises:
        TooMany: whoever asks invites all the world.
    """
    take_within(session, [(INVITE_ACCOUNT, str(access.account.id))])
    place = place_of(access)
    token = make_secret("invitation")
    row = Invitation(
        digest=digest_of(token),
        email=email,
        role=role,
        invited_by=access.account.id,
        expires_at=utc_now() + INVITING,
        provider_id=place.id if place.kind == "provider" else None,
        council_id=place.id if place.kind == "council" else None,
    )
    session.add(row)
    session.flush()
    provider = session.get(Provider, place.id) if place.kind == "provider" else None
    name = provider.name if provider else session.get_one(Council, place.council_id).name
    wording = letters.to_invite(site, token, role, name)
    outbox.put(session, email, wording.subject, wording.text)
    _note(session, access.actor, "invitation.sent", place, row.id, role=role)
    return invitation_view(row)


def withdraw(
    session: Writing,
    access: ProviderAccess | CouncilAccess,
    invitation_id: UUID,
    precondition: Precondition,
) -> None:
    """Withdraw an invitation.

    Raises:
        NoSuchInvitation: there is none that is still open.
    """
    place = place_of(access)
    row = get_invitation(session, place.id, invitation_id)
    precondition.require(row)
    session.delete(row)
    _note(session, access.actor, "invitation.withdrawn", place, row.id)


def accept(database: Database, token: str, password: str | None) -> None:
    """Accept an invitation, which also makes an account where there is none.

    Raises:
        Malformed: the code is not good, or a password is needed, or it is weak.
    """
    with database.read() as session:
        row = session.exec(_open(token)).first()
        known = row is not None and find_by_email(session, row.email) is not None
    if row is None:
        raise unusable_token()
    kept = None
    if not known:
        if password is None:
            message = "There is no account with the invited address yet: choose a password."
            fault = Fault(**{"in": "body"}, name="/password", code="missing", message=message)
            raise Malformed([fault])
        refuse_weak(password, row.email)
        kept = passwords.hash_password(password)
    with database.write() as writing:
        _join(writing, token, kept)


def _open(token: str) -> SelectOfScalar[Invitation]:
    return select(Invitation).where(
        Invitation.digest == digest_of(token),
        col(Invitation.accepted_at).is_(None),
        Invitation.expires_at > utc_now(),
    )


def _join(session: Writing, token: str, kept: str | None) -> None:
    # Of several at once the others wait here, and then find it accepted.
    row = session.exec(_open(token).with_for_update()).first()
    if row is None:
        raise unusable_token()
    account = find_by_email(session, row.email)
    if account is None:
        if kept is None:
            raise unusable_token()
        account = make_account(session, row.email, kept)
    if account.disabled_at is not None:
        raise unusable_token()
    row.accepted_at = utc_now()
    place = _invited_to(session, row)
    give_role(session, account, place, row.role)
    _note(session, Actor("account", account.id), "invitation.accepted", place, row.id)


def _invited_to(session: Writing, row: Invitation) -> Place:
    if row.provider_id is not None:
        return place_of_provider(session.get_one(Provider, row.provider_id))
    assert row.council_id is not None  # noqa: S101 - the table has one or the other.
    return place_of_council(row.council_id)


def give_role(session: Writing, account: Account, place: Place, role: str) -> None:
    """Make somebody a member; one who is more already stays so."""
    statement = select(place.table).where(place.table.account_id == account.id, place.own)
    member: Any = session.exec(statement).first()
    if member is None:
        row: ProviderMember | CouncilMember
        if place.kind == "provider":
            row = ProviderMember(account_id=account.id, provider_id=place.id, role=role)
        else:
            row = CouncilMember(account_id=account.id, council_id=place.id, role=role)
        session.add(row)
        session.flush()
    elif member.role != HIGHEST[place.kind]:
        member.role = role


def change_role(
    session: Writing,
    access: ProviderAccess | CouncilAccess,
    member_id: UUID,
    role: str,
    precondition: Precondition,
) -> MemberView:
    """Give a member another role.

    Raises:
        NoSuchMember: there is none with this id here.
        LastOfThem: nobody would be left who decides.
    """
    place = place_of(access)
    row = get_member(session, place.table, place.id, member_id)
    precondition.require(row)
    if role != HIGHEST[place.kind]:
        _keep_one(session, place, row)
    row.role = role
    session.flush()
    account = session.get_one(Account, row.account_id)
    _note(session, access.actor, "member.changed", place, row.account_id, role=role)
    return member_view(row, account.email)


def remove(
    session: Writing,
    access: ProviderAccess | CouncilAccess,
    member_id: UUID,
    precondition: Precondition,
) -> None:
    """Remove a member. Everybody may remove themselves.

    Raises:
        NoSuchMember: there is none with this id here.
        NotAllowed: it is somebody else, and who asks does not decide.
        LastOfThem: nobody would be left who decides.
    """
    place = place_of(access)
    row = get_member(session, place.table, place.id, member_id)
    if row.account_id != access.account.id and not _decides(access):
        raise NotAllowed("Only those who decide here remove others.")
    precondition.require(row)
    _keep_one(session, place, row)
    session.delete(row)
    _note(session, access.actor, "member.removed", place, row.account_id)


def _decides(access: ProviderAccess | CouncilAccess) -> bool:
    """Whether somebody decides who else is a member. A council's officer does for its providers."""
    return access.role in {None, ProviderRole.OWNER, CouncilRole.ADMIN}


def _keep_one(session: Writing, place: Place, leaving: ProviderMember | CouncilMember) -> None:
    highest = HIGHEST[place.kind]
    if leaving.role != highest or place.may_empty:
        return
    # Whoever else leaves at this moment waits here, so that the last two do not both go.
    named = Provider if place.kind == "provider" else Council
    session.exec(select(named.id).where(named.id == place.id).with_for_update()).one()
    counted = select(func.count()).select_from(place.table)
    others = counted.where(
        place.own,
        col(place.table.role) == highest,
        col(place.table.account_id) != leaving.account_id,
    )
    if session.exec(others).one() == 0:
        raise LastOfThem


def _note(
    session: Writing, actor: Actor, action: str, place: Place, subject: UUID, **details: str
) -> None:
    record(
        session,
        actor,
        f"{place.kind}_{action}",
        "invitation" if action.startswith("invitation") else "account",
        subject,
        council_id=place.council_id,
        **{place.kind: str(place.id)},
        **details,
    )
