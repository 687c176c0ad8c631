"""What has to be there before an operation can answer well: who asks, and what it is about.

An operation that is not named here needs nothing, or only somebody who is signed in.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from fastapi import FastAPI
from sqlalchemy import delete
from sqlmodel import select

from app.accounts import passwords
from app.accounts.allowances import forget
from app.accounts.models import (
    Account,
    Allowance,
    Client,
    ClientSecret,
    CouncilMember,
    Invitation,
    MailedLink,
    ProviderMember,
    SignIn,
)
from app.accounts.opaque import digest_of, make_secret
from app.accounts.tokens import Tokens
from app.catalogue.models import Council, Provider
from app.database import Database, Writing, utc_now, uuid7

# What a password costs is no matter here, but for the tests of it.
passwords.hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

PASSWORD = "lanterns by the river"  # noqa: S105 - that of the document's examples.
PROVIDER, OTHER_PROVIDER = "two-oars", "damson-yard"
COUNCIL, OTHER_COUNCIL = "essex", "cheshire-east"


@dataclass(frozen=True)
class Person:
    """Somebody with an account, signed in."""

    id: UUID
    email: str
    token: str
    sign_in: UUID

    @property
    def headers(self) -> dict[str, str]:
        """The header that says who is asking."""
        return {"Authorization": f"Bearer {self.token}"}


def make_person(  # noqa: PLR0913 - each is another thing that somebody may be.
    app: FastAPI,
    *,
    email: str | None = None,
    providers: Mapping[str, str] | None = None,
    councils: Mapping[str, str] | None = None,
    disabled: bool = False,
    signed_in_for: timedelta = timedelta(0),
) -> Person:
    """Somebody new, with roles at providers and councils that are named by slug."""
    database: Database = app.state.database
    email = email or f"person-{uuid7().hex[-12:]}@example.org"
    kept = passwords.hash_password(PASSWORD)
    now = utc_now()
    with database.write() as session:
        account = Account(email=email, password=kept, disabled_at=now if disabled else None)
        session.add(account)
        session.flush()
        for slug, role in (providers or {}).items():
            session.add(
                ProviderMember(
                    account_id=account.id, provider_id=provider_id(session, slug), role=role
                )
            )
        for slug, role in (councils or {}).items():
            session.add(
                CouncilMember(
                    account_id=account.id, council_id=council_id(session, slug), role=role
                )
            )
        begun = SignIn(
            account_id=account.id,
            started_at=now - signed_in_for,
            used_at=now,
            expires_at=now + timedelta(days=1),
            device="Tests",
            origin="0" * 64,
        )
        session.add(begun)
        session.flush()
        tokens: Tokens = app.state.tokens
        token = tokens.issue(account.id, sign_in=begun.id)
        return Person(account.id, email, token, begun.id)


def provider_id(session: Writing, slug: str) -> UUID:
    """The id of a provider of the sample."""
    return session.exec(select(Provider.id).where(Provider.slug == slug)).one()


def council_id(session: Writing, slug: str) -> UUID:
    """The id of a council of the sample."""
    return session.exec(select(Council.id).where(Council.slug == slug)).one()


@dataclass(frozen=True)
class MadeClient:
    """A client with a secret."""

    id: UUID
    secret: str


def make_client_row(
    app: FastAPI, scopes: tuple[str, ...] = ("changes:read",), council: str = COUNCIL
) -> MadeClient:
    """A client of a council's."""
    secret = make_secret("client")
    with app.state.database.write() as session:
        row = Client(
            council_id=council_id(session, council), name="Case system", scopes=list(scopes)
        )
        session.add(row)
        session.flush()
        session.add(ClientSecret(client_id=row.id, digest=digest_of(secret), created_at=utc_now()))
        return MadeClient(row.id, secret)


@dataclass(frozen=True)
class Prepared:
    """What goes into a request."""

    replaced: dict[str, str] = field(default_factory=dict)
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


def walker(app: FastAPI) -> Person:
    """Whoever walks along all operations: an owner of a provider and an admin of its council."""
    if not hasattr(app.state, "walker"):
        app.state.walker = make_person(
            app, providers={PROVIDER: "owner"}, councils={COUNCIL: "admin"}
        )
    known: Person = app.state.walker
    tokens: Tokens = app.state.tokens
    # A walk along all operations may take longer than a token lasts.
    return Person(
        known.id, known.email, tokens.issue(known.id, sign_in=known.sign_in), known.sign_in
    )


def begin_counts_anew(app: FastAPI) -> Prepared:
    """Forget how often anything was tried."""
    with app.state.database.write() as session:
        session.execute(delete(Allowance))
        forget(session, [])
    return Prepared()


def mailed(
    app: FastAPI, purpose: str, *, account_id: UUID | None = None, email: str | None = None
) -> str:
    """A code as it is mailed."""
    token = make_secret(purpose)
    with app.state.database.write() as session:
        session.add(
            MailedLink(
                digest=digest_of(token),
                purpose=purpose,
                account_id=account_id,
                email=email,
                password=passwords.hash_password(PASSWORD) if account_id is None else None,
                expires_at=utc_now() + timedelta(hours=1),
            )
        )
    return token


def _address() -> str:
    return f"new-{uuid7().hex[-12:]}@example.org"


def _register(app: FastAPI) -> Prepared:
    return Prepared(body={"token": mailed(app, "register", email=_address())})


def _reset(app: FastAPI) -> Prepared:
    return Prepared(body={"token": mailed(app, "reset", account_id=make_person(app).id)})


def _email(app: FastAPI) -> Prepared:
    person = make_person(app)
    return Prepared(body={"token": mailed(app, "email", account_id=person.id, email=_address())})


def _signing_in(app: FastAPI) -> Prepared:
    begin_counts_anew(app)
    return Prepared(body={"username": make_person(app).email, "password": PASSWORD})


def _anybody(app: FastAPI) -> Prepared:
    begin_counts_anew(app)
    return Prepared(headers=make_person(app).headers)


def _one_sign_in(app: FastAPI) -> Prepared:
    person = make_person(app)
    return Prepared({"sign_in": str(person.sign_in)}, headers=person.headers)


def make_invitation(app: FastAPI, *, provider: bool, email: str | None = None) -> tuple[UUID, str]:
    """An open invitation, and its code."""
    token = make_secret("invitation")
    with app.state.database.write() as session:
        row = Invitation(
            digest=digest_of(token),
            email=email or _address(),
            role="editor" if provider else "officer",
            provider_id=provider_id(session, PROVIDER) if provider else None,
            council_id=None if provider else council_id(session, COUNCIL),
            expires_at=utc_now() + timedelta(hours=1),
        )
        session.add(row)
        session.flush()
        return row.id, token


def _accepting(app: FastAPI) -> Prepared:
    return Prepared(body={"token": make_invitation(app, provider=True)[1]})


def _invitation(*, provider: bool) -> Callable[[FastAPI], Prepared]:
    return lambda app: Prepared({"invitation": str(make_invitation(app, provider=provider)[0])})


def membership(app: FastAPI, person: Person, *, provider: bool) -> UUID:
    """The id of somebody's membership."""
    table: Any = ProviderMember if provider else CouncilMember
    with app.state.database.read() as session:
        found: UUID = session.exec(select(table.id).where(table.account_id == person.id)).one()
        return found


def _member(*, provider: bool) -> Callable[[FastAPI], Prepared]:
    def make(app: FastAPI) -> Prepared:
        if provider:
            person = make_person(app, providers={PROVIDER: "editor"})
        else:
            person = make_person(app, councils={COUNCIL: "officer"})
        return Prepared({"member": str(membership(app, person, provider=provider))})

    return make


def _client(app: FastAPI) -> Prepared:
    return Prepared({"client": str(make_client_row(app).id)})


PREPARATIONS: dict[str, Callable[[FastAPI], Prepared]] = {
    "create_token": _signing_in,
    "register_account": begin_counts_anew,
    "verify_account": _register,
    "ask_for_password_reset": begin_counts_anew,
    "confirm_password_reset": _reset,
    "confirm_email_change": _email,
    "accept_invitation": _accepting,
    "change_me": _anybody,
    "delete_me": _anybody,
    "delete_my_sessions": _anybody,
    "delete_my_session": _one_sign_in,
    "create_provider_invitation": begin_counts_anew,
    "create_council_invitation": begin_counts_anew,
    "withdraw_provider_invitation": _invitation(provider=True),
    "withdraw_council_invitation": _invitation(provider=False),
    "change_provider_member": _member(provider=True),
    "remove_provider_member": _member(provider=True),
    "change_council_member": _member(provider=False),
    "remove_council_member": _member(provider=False),
    "get_client": _client,
    "change_client": _client,
    "delete_client": _client,
    "rotate_client_secret": _client,
}
"""By operation id."""
