"""How the days that a council tells look to the public."""

from datetime import date

from pydantic import BaseModel, Field


class BankHolidayView(BaseModel):
    """A day on which a council's area differs from England's bank holidays."""

    day: date
    holiday: bool = Field(description="False where England's bank holiday is a working day here.")
    name: str | None


class SchoolTermView(BaseModel):
    """From the first to the last day of a school term."""

    name: str | None
    starts_on: date
    ends_on: date
