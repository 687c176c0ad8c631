"""Signing in, staying signed in, and signing out.

Passwords are compared outside of transactions, and what is refused is noted before it is told:
so these commands open their own transactions.
"""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from sqlalchemy import exists, update
from sqlmodel import Session, col, select

from app.accounts import allowances, passwords
from app.accounts.allowances import (
    SIGN_IN_ACCOUNT,
    SIGN_IN_ADDRESS,
    SIGN_IN_ALL,
    SIGN_IN_KNOWN,
    Taking,
    give_back,
    take,
)
from app.accounts.audit import record
from app.accounts.models import Account, Client, ClientSecret, RefreshToken, SignIn
from app.accounts.oauth import OAuthRefusal
from app.accounts.opaque import digest_of, make_secret
from app.accounts.principals import SYSTEM
from app.accounts.tokens import RefusedTokenError, Tokens
from app.database import Database, Writing, utc_now
from app.traffic.allowance import TooMany

KNOWN_FOR = timedelta(days=90)
"""For how long an address counts as one that an account was signed in to from."""

EndedBy = Literal["sign_out", "everywhere", "password", "email", "reuse", "restore", "disabled"]


@dataclass(frozen=True)
class Granted:
    """Tokens that were just made. A client gets no refresh token."""

    access_token: str
    refresh_token: str | None
    expires_in: int
    scope: str


@dataclass(frozen=True)
class Caller:
    """Where a request comes from: its address, and what its program calls itself."""

    address: str
    device: str | None


class Attempt(NamedTuple):
    """An attempt to sign in with a password: who as, and where from."""

    email: str
    """As accounts have it, however it was typed."""
    caller: str
    """The address of the caller."""

    @property
    def origin(self) -> str:
        """What is kept of the caller's address, to know it again with the same account."""
        return hashlib.sha256(f"{self.email} {self.caller}".encode()).hexdigest()

    def takings(self, *, known: bool) -> list[Taking]:
        """What it counts against; known is an origin that was signed in from before."""
        if known:
            return [(SIGN_IN_KNOWN, f"{self.email} {self.caller}")]
        return [
            (SIGN_IN_ACCOUNT, self.email),
            (SIGN_IN_ADDRESS, self.caller),
            (SIGN_IN_ALL, "all"),
        ]


class Desk:
    """What signing in needs of the application: its tokens, and how long one sign-in lasts."""

    def __init__(self, database: Database, tokens: Tokens, session_days: int) -> None:
        self.database = database
        self.tokens = tokens
        self.longest = timedelta(days=session_days)


NOT_FITTING = "The e-mail address and the password do not fit."
NOT_GOOD = "The refresh token is not good any more. Sign in again."
NO_CLIENT = "The client is not known, or its secret is wrong."


def sign_in(desk: Desk, email: str, password: str, caller: Caller) -> Granted:
    """Sign in with a password.

    Raises:
        OAuthRefusal: the address is not known, the password is wrong, or the account is disabled;
            all three alike.
        TooMany: this was tried too often.
        Unavailable: too many others are signing in.
    """
    attempt = attempt_of(email, caller.address)
    account, known = _find(desk.database, attempt)
    takings = attempt.takings(known=known)
    take(desk.database, takings)
    fits = passwords.fits(account.password if account else None, password)
    if account is None or not fits or account.disabled_at is not None:
        raise OAuthRefusal("invalid_grant", NOT_FITTING)
    outdated = passwords.is_outdated(account.password)
    renewed = passwords.hash_password(password) if outdated else None
    now = utc_now()
    begun = SignIn(
        account_id=account.id,
        started_at=now,
        used_at=now,
        expires_at=now + desk.longest,
        device=caller.device,
        origin=attempt.origin,
    )
    with desk.database.write() as session:
        granted = _begin(session, desk, account, begun, renewed)
    give_back(desk.database, takings)
    return granted


def attempt_of(email: str, caller: str) -> Attempt:
    """An attempt with an e-mail address as it was typed."""
    return Attempt("".join(email.split()).lower(), caller)


def _find(database: Database, attempt: Attempt) -> tuple[Account | None, bool]:
    """The account, and whether it was signed in to from there before; one statement."""
    before = exists().where(
        col(SignIn.account_id) == Account.id,
        col(SignIn.origin) == attempt.origin,
        col(SignIn.started_at) > utc_now() - KNOWN_FOR,
    )
    with database.read() as session:
        row = session.exec(select(Account, before).where(Account.email == attempt.email)).first()
    return row or (None, False)


def refusals_of(database: Database, attempts: Collection[Attempt]) -> dict[Attempt, TooMany]:
    """Those of these attempts that were tried too often, and what they would be told.

    Costs two statements for all of them together.
    """
    asked = {attempt.origin: attempt for attempt in attempts}
    statement = (
        select(SignIn.origin)
        .join(Account)
        .where(
            col(Account.email).in_({attempt.email for attempt in attempts}),
            col(SignIn.origin).in_(asked),
            col(SignIn.started_at) > utc_now() - KNOWN_FOR,
        )
    )
    with database.read() as session:
        known = set(session.exec(statement))
        takings = [attempt.takings(known=origin in known) for origin, attempt in asked.items()]
        problems = allowances.refusals_of(database, session, takings)
    return {
        attempt: problem
        for attempt, problem in zip(asked.values(), problems, strict=True)
        if problem is not None
    }


def _begin(
    session: Writing, desk: Desk, compared: Account, begun: SignIn, renewed: str | None
) -> Granted:
    """Begin, if the account is still as it was when its password was compared."""
    account = session.get(Account, compared.id, with_for_update=True)
    if account is None or account.password != compared.password or account.disabled_at is not None:
        raise OAuthRefusal("invalid_grant", NOT_FITTING)
    if renewed is not None:
        # Its version stays, because nothing that anybody sees has changed.
        session.execute(
            update(Account).where(col(Account.id) == account.id).values(password=renewed)
        )
    session.add(begun)
    session.flush()
    return _granted(session, desk, account.id, begun.id)


def _granted(session: Writing, desk: Desk, account_id: UUID, sign_in_id: UUID) -> Granted:
    refresh_token = make_secret("refresh")
    session.add(
        RefreshToken(digest=digest_of(refresh_token), sign_in_id=sign_in_id, issued_at=utc_now())
    )
    access_token = desk.tokens.issue(account_id, sign_in=sign_in_id)
    return Granted(access_token, refresh_token, desk.tokens.lifetime, "")


def refresh(desk: Desk, refresh_token: str) -> Granted:
    """Exchange a refresh token for new tokens. It is good for one exchange.

    One that comes a second time was stolen, or the answer to the first time was: nobody can tell,
    so the whole family ends (RFC 9700, section 4.14.2).

    Raises:
        OAuthRefusal: it is not good, or not any more.
    """
    digest, now = digest_of(refresh_token), utc_now()
    with desk.database.write() as session:
        # Of several at once this statement lets one through: the others wait for its
        # transaction, and then find the token used.
        used = session.execute(
            update(RefreshToken)
            .where(col(RefreshToken.digest) == digest, col(RefreshToken.used_at).is_(None))
            .values(used_at=now)
            .returning(col(RefreshToken.sign_in_id))
        ).scalar_one_or_none()
        granted = None
        if used is None:
            _end_if_reused(session, digest)
        else:
            granted = _go_on(session, desk, used)
    # Told only here, after the end of a family is kept.
    if granted is None:
        raise OAuthRefusal("invalid_grant", NOT_GOOD)
    return granted


def _go_on(session: Writing, desk: Desk, sign_in_id: UUID) -> Granted | None:
    row = session.exec(
        select(SignIn, Account)
        .join(Account)
        .where(SignIn.id == sign_in_id, col(Account.disabled_at).is_(None))
        .with_for_update()
    ).first()
    if row is None:
        return None
    begun, account = row
    now = utc_now()
    if begun.ended_at is not None or begun.expires_at <= now:
        return None
    begun.used_at = now
    return _granted(session, desk, account.id, begun.id)


def _end_if_reused(session: Writing, digest: str) -> None:
    token = session.get(RefreshToken, digest)
    if token is None:
        return
    begun = session.get_one(SignIn, token.sign_in_id)
    if begun.ended_at is None:
        end_sign_ins(session, begun.account_id, "reuse", only=begun.id)
        record(session, SYSTEM, "sign_in.reused", "account", begun.account_id)


def end_sign_ins(
    session: Writing, account_id: UUID, by: EndedBy, *, only: UUID | None = None
) -> int:
    """End all of an account's sign-ins, or one; the answer is how many had not ended yet."""
    statement = (
        update(SignIn)
        .where(col(SignIn.account_id) == account_id, col(SignIn.ended_at).is_(None))
        .values(ended_at=utc_now(), ended_by=by)
        .returning(col(SignIn.id))
    )
    if only is not None:
        statement = statement.where(col(SignIn.id) == only)
    return len(session.execute(statement).all())


def revoke(desk: Desk, token: str) -> None:
    """Sign out: end the sign-in that a refresh token or an access token belongs to (RFC 7009).

    A token that is not known is nothing to complain about: it is not good already.
    """
    with desk.database.write() as session:
        found = session.get(RefreshToken, digest_of(token))
        sign_in_id = found.sign_in_id if found else _sign_in_of(desk.tokens, token)
        begun = session.get(SignIn, sign_in_id) if sign_in_id else None
        if begun is not None:
            end_sign_ins(session, begun.account_id, "sign_out", only=begun.id)


def _sign_in_of(tokens: Tokens, token: str) -> UUID | None:
    try:
        return tokens.read(token).sign_in
    except RefusedTokenError:
        return None


# Clients


def grant_to_client(
    desk: Desk, client_id: str, secret: str, scope: str | None, caller: Caller
) -> Granted:
    """Give a client a token for the scopes that it asks for, or for all that it has.

    Raises:
        OAuthRefusal: the client is not known or disabled, its secret is wrong, or a scope is not
            its own.
        TooMany: wrong secrets came too often from this address.
    """
    with desk.database.read() as session:
        client = _client_with(session, client_id, secret)
    if client is None:
        take(desk.database, [(SIGN_IN_ADDRESS, caller.address)])
        raise OAuthRefusal("invalid_client", NO_CLIENT)
    wanted = set(scope.split()) if scope else set(client.scopes)
    if not wanted <= set(client.scopes):
        raise OAuthRefusal("invalid_scope", "The client does not have all of these scopes.")
    access_token = desk.tokens.issue(client.id, scopes=wanted)
    return Granted(access_token, None, desk.tokens.lifetime, " ".join(sorted(wanted)))


def _client_with(session: Session, client_id: str, secret: str) -> Client | None:
    try:
        client = session.get(Client, UUID(client_id))
    except ValueError:
        client = None
    digest = digest_of(secret)
    if client is None or not client.enabled:
        return None
    kept = session.exec(select(ClientSecret).where(ClientSecret.client_id == client.id)).all()
    now = utc_now()
    good = [one.digest for one in kept if one.expires_at is None or one.expires_at > now]
    return client if any(secrets.compare_digest(digest, one) for one in good) else None
