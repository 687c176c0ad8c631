"""The tables of accounts: who there is, what they may do, and what they did.

No secret is kept as it is: passwords are Argon2id hashes, and of tokens, links and clients'
secrets, which are 256 random bits each, only the SHA-256 digest is kept.
"""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint
from sqlmodel import Field

from app.database import Json, Noun, Record, UtcDateTime, uuid7

Moment = cast("Any", UtcDateTime)
JsonValue = cast("Any", Json)


class Account(Noun, table=True):
    """A person who signs in. There is one only once its e-mail address was proved."""

    __tablename__ = "account"

    email: str = Field(max_length=254, unique=True)
    password: str = Field(max_length=255)
    disabled_at: datetime | None = Field(default=None, sa_type=Moment)
    demo: bool = False


class ProviderMember(Noun, table=True):
    """That a person is an owner or an editor of a provider."""

    __tablename__ = "provider_member"
    __table_args__ = (UniqueConstraint("account_id", "provider_id"),)

    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE")
    provider_id: UUID = Field(foreign_key="provider.id", index=True, ondelete="CASCADE")
    role: str = Field(max_length=8)


class CouncilMember(Noun, table=True):
    """That a person is an officer or an admin of a council."""

    __tablename__ = "council_member"
    __table_args__ = (UniqueConstraint("account_id", "council_id"),)

    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE")
    council_id: UUID = Field(foreign_key="council.id", index=True, ondelete="CASCADE")
    role: str = Field(max_length=8)


class Invitation(Noun, table=True):
    """An invitation by e-mail to manage a provider or to work for a council."""

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint("(provider_id IS NULL) <> (council_id IS NULL)", name="one_of_two"),
    )

    digest: str = Field(max_length=64, unique=True)
    email: str = Field(max_length=254, index=True)
    role: str = Field(max_length=8)
    provider_id: UUID | None = Field(
        default=None, foreign_key="provider.id", index=True, ondelete="CASCADE"
    )
    council_id: UUID | None = Field(
        default=None, foreign_key="council.id", index=True, ondelete="CASCADE"
    )
    invited_by: UUID | None = Field(
        default=None, foreign_key="account.id", index=True, ondelete="SET NULL"
    )
    expires_at: datetime = Field(sa_type=Moment)
    accepted_at: datetime | None = Field(default=None, sa_type=Moment)


class MailedLink(Record, table=True):
    """A token that was sent by e-mail, for one use: to register, to reset, to change address.

    Where there is nobody to send one to, a row is made all the same, without an account, so that
    neither the answer nor the time that it takes tells whether an address is known.
    """

    __tablename__ = "mailed_link"

    digest: str = Field(max_length=64, primary_key=True)
    purpose: str = Field(max_length=16)
    account_id: UUID | None = Field(
        default=None, foreign_key="account.id", index=True, ondelete="CASCADE"
    )
    email: str | None = Field(default=None, max_length=254, index=True)
    password: str | None = Field(default=None, max_length=255)
    expires_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class SignIn(Record, table=True):
    """One signing in, and all refresh tokens that came from it: their family.

    `origin` is a digest of the account and the address, by which a place is known again.
    """

    __tablename__ = "sign_in"
    __table_args__ = (Index("ix_sign_in_origin", "account_id", "origin"),)

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    account_id: UUID = Field(foreign_key="account.id", ondelete="CASCADE")
    started_at: datetime = Field(sa_type=Moment)
    used_at: datetime = Field(sa_type=Moment)
    expires_at: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    ended_by: str | None = Field(default=None, max_length=16)
    device: str | None = Field(default=None, max_length=200)
    origin: str = Field(max_length=64)


class RefreshToken(Record, table=True):
    """One refresh token of a family, for one use."""

    __tablename__ = "refresh_token"

    digest: str = Field(max_length=64, primary_key=True)
    sign_in_id: UUID = Field(foreign_key="sign_in.id", index=True, ondelete="CASCADE")
    issued_at: datetime = Field(sa_type=Moment)
    used_at: datetime | None = Field(default=None, sa_type=Moment)


class Client(Noun, table=True):
    """A system that calls the API for a council."""

    __tablename__ = "client"

    council_id: UUID = Field(foreign_key="council.id", index=True, ondelete="CASCADE")
    name: str = Field(max_length=120)
    scopes: list[str] = Field(sa_type=JsonValue)
    enabled: bool = True


class ClientSecret(Record, table=True):
    """A secret of a client's. Two may be good at once while one takes the other's place."""

    __tablename__ = "client_secret"

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    client_id: UUID = Field(foreign_key="client.id", index=True, ondelete="CASCADE")
    digest: str = Field(max_length=64, unique=True)
    created_at: datetime = Field(sa_type=Moment)
    expires_at: datetime | None = Field(default=None, sa_type=Moment)


class AuditEntry(Record, table=True):
    """Who did what and when. Rows are added only; the database refuses to change them.

    It names a person by the account's id alone, which says nothing once the account is gone.
    """

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_council", "council_id", "at"),
        Index("ix_audit_entry_subject", "subject_kind", "subject_id", "id"),
    )

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    at: datetime = Field(sa_type=Moment)
    actor_kind: str = Field(max_length=8)
    actor_id: UUID | None = Field(index=True)
    as_officer: bool
    action: str = Field(max_length=60)
    subject_kind: str = Field(max_length=24)
    subject_id: str = Field(max_length=64)
    council_id: UUID | None
    details: dict[str, Any] = Field(sa_type=JsonValue)


class Allowance(Record, table=True):
    """How often something was tried in a window of time that began with the first attempt."""

    __tablename__ = "allowance"

    name: str = Field(max_length=80, primary_key=True)
    began_at: datetime = Field(index=True, sa_type=Moment)
    taken: int


class Idempotency(Record, table=True):
    """The answer to a request that carried an `Idempotency-Key`, for a day."""

    __tablename__ = "idempotency"

    principal: str = Field(max_length=48, primary_key=True)
    operation: str = Field(max_length=60, primary_key=True)
    key: str = Field(max_length=128, primary_key=True)
    body_digest: str = Field(max_length=64)
    status: int | None = Field(default=None)
    headers: dict[str, str] = Field(sa_type=JsonValue)
    answer: str | None = Field(default=None, sa_type=Text)
    at: datetime = Field(index=True, sa_type=Moment)
