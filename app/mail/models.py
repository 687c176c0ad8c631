from datetime import datetime
from typing import Any, cast

from sqlalchemy import Index, Text
from sqlmodel import Field

from app.database import Noun, UtcDateTime

Moment = cast("Any", UtcDateTime)


class Letter(Noun, table=True):
    """A message that waits to be sent, or was. Once it is sent its text is blanked.

    It is put in by the transaction that makes it necessary. Whoever sends it claims it first,
    until `claimed_until`; `message_id` stays the same when it has to be sent again. `lapses`
    counts who claimed it and was not heard of again. Without `due_at` it will not be sent.
    """

    __tablename__ = "letter"
    __table_args__ = (Index("ix_letter_due", "sent_at", "due_at"),)

    message_id: str = Field(max_length=120, unique=True)
    recipient: str = Field(max_length=254, index=True)
    subject: str = Field(max_length=200)
    text: str = Field(sa_type=Text)
    due_at: datetime | None = Field(sa_type=Moment)
    claimed_until: datetime | None = Field(default=None, sa_type=Moment)
    attempts: int = 0
    lapses: int = 0
    sent_at: datetime | None = Field(default=None, sa_type=Moment)
    trouble: str | None = Field(default=None, max_length=120)
