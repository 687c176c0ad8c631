"""What somebody sees who follows the link in a reminder."""

from datetime import date
from typing import Annotated

from pydantic import BaseModel, Field

from app.catalogue.schemas import Reference
from app.parameters import Line, QueryModel


class LinkParams(QueryModel):
    """The link in a reminder."""

    token: Annotated[Line, Field(min_length=1, max_length=200)] = Field(
        description="The code in the link.", examples=["cf_confirm_example"]
    )


class Confirmation(BaseModel):
    """An activity, and whether it is confirmed since the reminder was sent."""

    activity: Reference
    provider: Reference
    confirmed: bool = Field(description="Whether somebody said since that it is still right.")
    confirmed_on: date = Field(description="The day on which somebody last said so.")
    url: str = Field(description="Where to see what it says.")
