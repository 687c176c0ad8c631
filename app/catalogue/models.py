"""The catalogue's tables. They hold what the documents say; `rows` turns one into the other."""

from datetime import date, datetime, time
from typing import Any, cast
from uuid import UUID

from sqlalchemy import BigInteger, Index, Text, UniqueConstraint
from sqlmodel import Field

from app.database import Json, Noun, Record, SortText, UtcDateTime

Moment = cast("Any", UtcDateTime)
JsonValue = cast("Any", Json)
Sorted = cast("Any", SortText)


class Council(Noun, table=True):
    """A council with adult social care duties."""

    __tablename__ = "council"

    slug: str = Field(max_length=80, unique=True)
    name: str = Field(max_length=120)
    sort_name: str = Field(sa_type=Sorted)
    served: bool
    area_id: UUID = Field(foreign_key="area.id", unique=True)
    facts: dict[str, Any] = Field(sa_type=JsonValue)
    digest: str = Field(max_length=32)


class Provider(Noun, table=True):
    """An organisation or a person that runs activities."""

    __tablename__ = "provider"
    __table_args__ = (UniqueConstraint("source", "source_id"),)

    slug: str = Field(max_length=80, unique=True)
    source: str | None = Field(default=None, max_length=300)
    source_id: str | None = Field(default=None, max_length=300)
    name: str = Field(max_length=120)
    sort_name: str = Field(sa_type=Sorted, index=True)
    description: str = Field(sa_type=Text)
    easy_read: str | None = Field(default=None, sa_type=Text)
    legal_form: str | None = Field(default=None, max_length=32)
    charity_number: str | None = Field(default=None, max_length=16)
    company_number: str | None = Field(default=None, max_length=8)
    council_id: UUID = Field(foreign_key="council.id", index=True)
    contacts: list[dict[str, Any]] = Field(sa_type=JsonValue)
    digest: str = Field(max_length=32)


class Venue(Noun, table=True):
    """A place of a provider's, shared by its activities."""

    __tablename__ = "venue"
    __table_args__ = (UniqueConstraint("source", "source_id"),)

    slug: str = Field(max_length=80, unique=True)
    source: str | None = Field(default=None, max_length=300)
    source_id: str | None = Field(default=None, max_length=300)
    provider_id: UUID = Field(foreign_key="provider.id", index=True)
    name: str = Field(max_length=120)
    address_lines: list[str] = Field(sa_type=JsonValue)
    town: str = Field(max_length=120)
    county: str | None = Field(default=None, max_length=120)
    postcode: str = Field(max_length=8)
    uprn: str | None = Field(default=None, max_length=12)
    latitude: float
    longitude: float
    shows: str = Field(max_length=8)
    directions: str | None = Field(default=None, sa_type=Text)


class VenueFeature(Record, table=True):
    """What is stated of one access feature of a venue."""

    __tablename__ = "venue_feature"

    venue_id: UUID = Field(foreign_key="venue.id", primary_key=True, ondelete="CASCADE")
    code: str = Field(max_length=40, primary_key=True)
    position: int
    evidence: str = Field(max_length=8)
    note: str | None = Field(default=None, max_length=300)


class Activity(Noun, table=True):
    """An activity as it was last published."""

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("source", "source_id"),
        Index("ix_activity_live", "status", "sort_name", "id"),
    )

    slug: str = Field(max_length=80, unique=True)
    source: str | None = Field(default=None, max_length=300)
    source_id: str | None = Field(default=None, max_length=300)
    provider_id: UUID = Field(foreign_key="provider.id", index=True)
    status: str = Field(max_length=20)
    name: str = Field(max_length=120)
    sort_name: str = Field(sa_type=Sorted)
    summary: str = Field(max_length=300)
    description: str = Field(sa_type=Text)
    easy_read: dict[str, str] = Field(sa_type=JsonValue)
    how_to_start_note: str | None = Field(default=None, sa_type=Text)
    open_to: str | None = Field(default=None, max_length=40)
    minimum_age: int | None = None
    maximum_age: int | None = None
    policies: dict[str, Any] = Field(sa_type=JsonValue)
    contacts: list[dict[str, Any]] = Field(sa_type=JsonValue)
    capacity: dict[str, Any] | None = Field(default=None, sa_type=JsonValue)
    alert: dict[str, Any] | None = Field(default=None, sa_type=JsonValue)
    closure: dict[str, Any] | None = Field(default=None, sa_type=JsonValue)
    declarations: list[dict[str, Any]] = Field(sa_type=JsonValue)
    contracts: list[dict[str, Any]] = Field(sa_type=JsonValue)
    confirmed_on: date = Field(index=True)
    hidden_from: date | None = None
    published_at: datetime = Field(sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    digest: str = Field(max_length=32)


class ActivityTerm(Record, table=True):
    """One term of one vocabulary that an activity states; it serves every vocabulary."""

    __tablename__ = "activity_term"
    __table_args__ = (Index("ix_activity_term_code", "scheme", "code", "activity_id"),)

    activity_id: UUID = Field(foreign_key="activity.id", primary_key=True, ondelete="CASCADE")
    scheme: str = Field(max_length=40, primary_key=True)
    code: str = Field(max_length=40, primary_key=True)
    position: int
    primary: bool
    evidence: str = Field(max_length=8)
    note: str | None = Field(default=None, max_length=300)


class ActivitySession(Record, table=True):
    """One time at which an activity runs, at one place."""

    __tablename__ = "activity_session"

    id: UUID = Field(primary_key=True)
    activity_id: UUID = Field(foreign_key="activity.id", index=True, ondelete="CASCADE")
    position: int
    label: str | None = Field(max_length=120)
    place: str = Field(max_length=12)
    venue_id: UUID | None = Field(foreign_key="venue.id", index=True)
    repeats: str = Field(max_length=12)
    day: str | None = Field(max_length=3)
    week_of: date | None
    nth: list[int] = Field(sa_type=JsonValue)
    dates: list[str] = Field(sa_type=JsonValue)
    starts_at: time
    ends_at: time
    term_time_only: bool
    valid_from: date | None
    valid_to: date | None
    bank_holidays: str | None = Field(max_length=20)
    ratio_staff: int | None
    ratio_people: int | None
    group_minimum: int | None
    group_maximum: int | None
    capacity_status: str | None = Field(max_length=16)
    capacity_places: int | None
    capacity_as_of: date | None


ONLINE = UUID(int=0)
"""Stands for a venue where an activity runs online."""


class ActivityPlace(Record, table=True):
    """A venue at which an activity runs or once ran, or `ONLINE`, by when the public first saw it.

    Rows are kept, also when the venue itself is gone: lists that outlast a change stand on them.
    """

    __tablename__ = "activity_place"
    __table_args__ = (UniqueConstraint("sequence", "position"),)

    activity_id: UUID = Field(foreign_key="activity.id", primary_key=True, ondelete="CASCADE")
    venue_id: UUID = Field(primary_key=True)
    sequence: int = Field(sa_type=BigInteger)
    position: int


class Price(Record, table=True):
    """What one kind of payer pays."""

    __tablename__ = "price"

    id: UUID = Field(primary_key=True)
    activity_id: UUID = Field(foreign_key="activity.id", index=True, ondelete="CASCADE")
    position: int
    label: str | None = Field(max_length=300)
    payer: str = Field(max_length=16)
    session_ids: list[str] = Field(sa_type=JsonValue)
    weeks_per_year: int | None
    valid_from: date | None
    valid_to: date | None


class PricePart(Record, table=True):
    """One part of a price."""

    __tablename__ = "price_part"

    price_id: UUID = Field(foreign_key="price.id", primary_key=True, ondelete="CASCADE")
    position: int = Field(primary_key=True)
    part: str = Field(max_length=40)
    unit: str = Field(max_length=40)
    amount_pence: int | None
    required: str = Field(max_length=12)
    ratio_staff: int | None
    ratio_people: int | None
    ratio_effect: str | None = Field(max_length=8)


class ServedArea(Record, table=True):
    """An area that an activity serves, or in which it picks people up."""

    __tablename__ = "served_area"

    activity_id: UUID = Field(foreign_key="activity.id", primary_key=True, ondelete="CASCADE")
    purpose: str = Field(max_length=8, primary_key=True)
    position: int = Field(primary_key=True)
    kind: str = Field(max_length=12)
    name: str = Field(max_length=120)
    gss: str | None = Field(max_length=9, index=True)
    outcodes: list[str] = Field(sa_type=JsonValue)
    latitude: float | None
    longitude: float | None
    miles: float | None
