"""Accounts for trying out, in development alone: one for each role, all with one password."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from app.accounts import passwords
from app.accounts.commands.accounts import make_account
from app.accounts.commands.members import Place, give_role, place_of_council, place_of_provider
from app.accounts.models import Account
from app.accounts.principals import CouncilRole, ProviderRole
from app.catalogue.models import Council, Provider
from app.database import Database, Reading, Writing


@dataclass(frozen=True)
class Demo:
    """One of them: its address, and its role at a provider or a council, by slug."""

    email: str
    role: str
    provider: str | None = None
    council: str | None = None


DEMOS = (
    Demo("owner@example.org", ProviderRole.OWNER, provider="two-oars"),
    Demo("editor@example.org", ProviderRole.EDITOR, provider="two-oars"),
    Demo("owner2@example.org", ProviderRole.OWNER, provider="damson-yard"),
    Demo("officer@example.org", CouncilRole.OFFICER, council="essex"),
    Demo("admin@example.org", CouncilRole.ADMIN, council="essex"),
    Demo("officer2@example.org", CouncilRole.OFFICER, council="cheshire-east"),
)


def has_demos(session: Reading) -> bool:
    """Whether there is any account that is there for trying out alone."""
    return session.exec(select(Account.id).where(col(Account.demo)).limit(1)).first() is not None


def make_demos(database: Database, password: str) -> None:
    """Make the accounts that are missing, and give all of them this password.

    Those whose provider or council the catalogue does not hold are left out.
    """
    kept = passwords.hash_password(password)
    try:
        _make_missing(database, kept)
    except IntegrityError:
        # Another process has just made them; this one finds them now.
        _make_missing(database, kept)


def _make_missing(database: Database, kept: str) -> None:
    with database.write() as session:
        for demo in DEMOS:
            place = _place_of(session, demo)
            if place is not None:
                _make(session, demo, place, kept)


def _make(session: Writing, demo: Demo, place: Place, kept: str) -> None:
    account = session.exec(select(Account).where(Account.email == demo.email)).first()
    if account is None:
        account = make_account(session, demo.email, kept, demo=True)
    elif account.demo:
        account.password = kept
    give_role(session, account, place, demo.role)


def _place_of(session: Writing, demo: Demo) -> Place | None:
    if demo.provider is not None:
        provider = session.exec(select(Provider).where(Provider.slug == demo.provider)).first()
        return place_of_provider(provider) if provider else None
    council = session.exec(select(Council).where(Council.slug == demo.council)).first()
    return place_of_council(council.id) if council else None
