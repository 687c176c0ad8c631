"""An export as one JSON document."""

from pydantic import BaseModel, Field

from app.exchange.records import ActivityRecord


class Export(BaseModel):
    """Every activity that was meant, by id."""

    changes_cursor: str = Field(description="From here `/v1/changes` goes on.")
    total: int
    items: list[ActivityRecord]
