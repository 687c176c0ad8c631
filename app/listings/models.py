"""The tables of listings: working copies beside the live ones, their history, and what waits.

What the public sees is the catalogue's; nothing here is public.
"""

from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field

from app.database import Json, Noun, Record, SortText, UtcDateTime, utc_now

Moment = cast("Any", UtcDateTime)
JsonValue = cast("Any", Json)
Sorted = cast("Any", SortText)


class Listing(Noun, table=True):
    """Where an activity, a provider or a venue stands; its id is that of the document.

    A row comes into being with the first thing that is done to a listing. A clean one has no
    document: the live one is the working copy. `authors` are the accounts whose changes wait;
    `reference` is the provider's own name for what it imported.
    """

    __tablename__ = "listing"
    __table_args__ = (
        Index("ix_listing_waiting", "stage", "submitted_at", "id"),
        UniqueConstraint("provider_id", "reference"),
    )

    kind: str = Field(max_length=12)
    provider_id: UUID = Field(index=True)
    council_id: UUID = Field(foreign_key="council.id", index=True)
    name: str = Field(max_length=120)
    sort_name: str = Field(sa_type=Sorted)
    life: str = Field(max_length=8)
    stage: str = Field(max_length=20)
    document: dict[str, Any] | None = Field(default=None, sa_type=JsonValue)
    number: int = 0
    authors: list[str] = Field(default_factory=list, sa_type=JsonValue)
    reason: str | None = Field(default=None, sa_type=Text)
    reference: str | None = Field(default=None, max_length=120)
    created_by: UUID | None = Field(
        default=None, foreign_key="account.id", index=True, ondelete="SET NULL"
    )
    submitted_by: UUID | None = Field(
        default=None, foreign_key="account.id", index=True, ondelete="SET NULL"
    )
    submitted_at: datetime | None = Field(default=None, sa_type=Moment)


class Revision(Record, table=True):
    """One step in the history of a listing, with the working copy as it stood after it.

    Like the audit log it names a person by the account's id alone.
    """

    __tablename__ = "revision"

    listing_id: UUID = Field(foreign_key="listing.id", primary_key=True, ondelete="CASCADE")
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    action: str = Field(max_length=24)
    document: dict[str, Any] = Field(sa_type=JsonValue)
    reason: str | None = Field(default=None, sa_type=Text)
    actor_id: UUID | None = Field(default=None)
    as_officer: bool
    at: datetime = Field(default_factory=utc_now, sa_type=Moment)


class Claim(Noun, table=True):
    """Somebody's request to manage a provider that is listed already."""

    __tablename__ = "claim"
    __table_args__ = (UniqueConstraint("provider_id", "account_id"),)

    provider_id: UUID = Field(foreign_key="provider.id", ondelete="CASCADE")
    account_id: UUID = Field(foreign_key="account.id", index=True, ondelete="CASCADE")
    message: str = Field(sa_type=Text)
    stage: str = Field(max_length=20)
    reason: str | None = Field(default=None, sa_type=Text)
    submitted_at: datetime = Field(sa_type=Moment)


class Proposal(Noun, table=True):
    """A term or a place that a provider misses. Officers decide; nothing follows by itself."""

    __tablename__ = "proposal"

    provider_id: UUID = Field(foreign_key="provider.id", index=True, ondelete="CASCADE")
    account_id: UUID | None = Field(
        default=None, foreign_key="account.id", index=True, ondelete="SET NULL"
    )
    kind: str = Field(max_length=8)
    scheme: str | None = Field(default=None, max_length=40)
    name: str = Field(max_length=120)
    why: str = Field(sa_type=Text)
    stage: str = Field(max_length=20)
    reason: str | None = Field(default=None, sa_type=Text)
    submitted_at: datetime = Field(sa_type=Moment)


class CouncilTrust(Noun, table=True):
    """Whose changes, and changes of which fields, a council lets out without looking first."""

    __tablename__ = "council_trust"

    council_id: UUID = Field(foreign_key="council.id", unique=True, ondelete="CASCADE")
    providers: list[str] = Field(default_factory=list, sa_type=JsonValue)
    fields: list[str] = Field(default_factory=list, sa_type=JsonValue)


class Notice(Record, table=True):
    """That a provider was reminded of an activity that it last confirmed on a day.

    The key keeps two machines from reminding twice. Of the link only the digest is kept.
    """

    __tablename__ = "notice"

    activity_id: UUID = Field(foreign_key="activity.id", primary_key=True, ondelete="CASCADE")
    confirmed_on: date = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    digest: str | None = Field(default=None, max_length=64, unique=True)
    sent_on: date
    expires_on: date
