"""What a follower of the catalogue asks and is told."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from app.catalogue.schemas import CouncilDetail
from app.exchange.cursors import LONGEST
from app.exchange.records import ActivityRecord, ProviderRecord
from app.parameters import InDigits, Line, QueryModel
from app.vocabulary.schemas import SchemeView

MOST_ITEMS = 1_000
LONGEST_WAIT = 25

AnyRecord = ActivityRecord | ProviderRecord | CouncilDetail | SchemeView


class ChangeParams(QueryModel):
    """From where on, how much, and how patiently."""

    cursor: Annotated[Line, Field(min_length=1, max_length=LONGEST)] | None = Field(
        None,
        description=(
            "The `next_cursor` of the last answer, or the `Changes-Cursor` of an export. Without "
            "it, everything since the catalogue began."
        ),
    )
    limit: Annotated[int, Field(ge=1, le=MOST_ITEMS), InDigits] = Field(
        100, description="How many changes to answer with at most."
    )
    expand: bool = Field(
        default=False, description="Whether each change carries the document as it is now."
    )
    wait: Annotated[int, Field(ge=0, le=LONGEST_WAIT), InDigits] = Field(
        0, description="Seconds to wait for a change where there is none yet."
    )


class ChangeView(BaseModel):
    """One public document that changed."""

    sequence: int = Field(description="The number of the transaction; it only grows.")
    kind: Literal["activity", "provider", "council", "vocabulary"]
    id: str
    change: Literal["created", "updated", "removed"]
    replaced_by: str | None = Field(description="The id of what takes the place of a removed one.")
    at: datetime
    etag: str | None = Field(
        description="Tells one state of the document from another; null for a removed one."
    )
    document: AnyRecord | None = Field(
        description=(
            "With `expand`, the document as it is now, which may be later than this change; null "
            "where it is gone, and without `expand`."
        )
    )


class Changes(BaseModel):
    """Some changes, in the order of their commits."""

    items: list[ChangeView]
    next_cursor: str = Field(description="From here the next request goes on.")
    more: bool = Field(description="Whether more changes are there already.")
