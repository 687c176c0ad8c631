"""The areas of councils, and the outcodes that lie in them."""

from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlmodel import Field

from app.database import Record, uuid7


class Area(Record, table=True):
    """The area of a council: a county, a unitary authority, a borough.

    `gss` is the Office for National Statistics' code, None for an area without one. Councils are
    reorganised: an area counts from `valid_from` to `valid_to`, both days included, and without
    an end where none is set; `successor_gss` names the area that took its place.
    """

    __tablename__ = "area"

    id: UUID = Field(default_factory=uuid7, primary_key=True)
    gss: str | None = Field(default=None, max_length=9, unique=True)
    name: str = Field(max_length=120)
    tier: str = Field(max_length=40)
    valid_from: date | None = Field(default=None)
    valid_to: date | None = Field(default=None)
    successor_gss: str | None = Field(default=None, max_length=9)


class AreaOutcode(Record, table=True):
    """An outcode that lies in an area, whole or in part.

    `share` is the part of its postcodes that lie in the area, above 0 and up to 1. None says that
    the outcode is shared and nobody counted; it weighs a half.
    """

    __tablename__ = "area_outcode"
    __table_args__ = (CheckConstraint("share > 0 AND share <= 1", name="share"),)

    area_id: UUID = Field(foreign_key="area.id", primary_key=True, ondelete="CASCADE")
    outcode: str = Field(max_length=4, primary_key=True, index=True)
    share: float | None = Field(default=None)
