"""Reading who an account or a client is, as it stands at this moment."""

from uuid import UUID

from sqlmodel import Session, col, select

from app.accounts.models import Account, Client, CouncilMember, ProviderMember, SignIn
from app.accounts.principals import CouncilRole, ProviderRole, SignedIn, SignedInClient
from app.catalogue.loading import find_by_id_or_slug
from app.catalogue.models import Council
from app.database import utc_now
from app.geo.models import Area


def find_signed_in(session: Session, account_id: UUID, sign_in_id: UUID) -> SignedIn | None:
    """The account, with its memberships, if it may act and that signing in has not ended."""
    row = session.exec(
        select(Account, SignIn)
        .join(SignIn)
        .where(
            Account.id == account_id,
            SignIn.id == sign_in_id,
            col(Account.disabled_at).is_(None),
            col(SignIn.ended_at).is_(None),
            SignIn.expires_at > utc_now(),
        )
    ).first()
    if row is None:
        return None
    account, sign_in = row
    return SignedIn(
        id=account.id,
        email=account.email,
        version=account.version,
        sign_in=sign_in.id,
        signed_in_at=sign_in.started_at,
        providers=provider_roles(session, account.id),
        councils=council_roles(session, account.id),
    )


def provider_roles(session: Session, account_id: UUID) -> dict[UUID, ProviderRole]:
    """The providers that an account manages, by id."""
    found = session.exec(select(ProviderMember).where(ProviderMember.account_id == account_id))
    return {row.provider_id: ProviderRole(row.role) for row in found}


def council_roles(session: Session, account_id: UUID) -> dict[UUID, CouncilRole]:
    """The councils that an account works for, by id."""
    found = session.exec(select(CouncilMember).where(CouncilMember.account_id == account_id))
    return {row.council_id: CouncilRole(row.role) for row in found}


def find_client(session: Session, client_id: UUID) -> SignedInClient | None:
    """The client, if it is still enabled, with what it is allowed now."""
    row = session.get(Client, client_id)
    if row is None or not row.enabled:
        return None
    return SignedInClient(row.id, row.council_id, frozenset(row.scopes))


def find_council(session: Session, key: str) -> Council | None:
    """The council with this GSS code, id or slug."""
    by_gss = select(Council).join(Area).where(Area.gss == key)
    found: Council | None = session.exec(by_gss).first() or find_by_id_or_slug(
        session, Council, key
    )
    return found
