"""The index's own table."""

from datetime import date
from typing import ClassVar
from uuid import UUID

from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field

from app.database import Record


class IndexCard(Record, table=True):
    """An activity's packed card, as of one change."""

    __tablename__ = "index_card"
    KEPT_FOR: ClassVar[int] = 256
    """Publications; every worker has seen older ones long since."""

    sequence: int = Field(primary_key=True, sa_type=BigInteger)
    position: int = Field(primary_key=True)
    activity_id: UUID
    day: date
    build: str = Field(max_length=16)
    card: bytes = Field(sa_type=LargeBinary)
