"""What an import answers."""

from pydantic import BaseModel, Field

from app.parameters import QueryModel


class ImportParams(QueryModel):
    """How to import."""

    dry_run: bool = Field(
        True, description="True only reads the file and says what would happen. False does it."
    )
    submit: bool = Field(
        False, description="Whether to submit what is new or changed to the council as well."
    )


class ImportFault(BaseModel):
    """Something to put right in the file."""

    row: int = Field(
        description="The row as spreadsheets count; of JSON, which activity, counted from 1."
    )
    column: str | None = Field(description="The column's name; of JSON, a pointer.")
    code: str
    message: str


class ImportReport(BaseModel):
    """What an import does, or would do."""

    dry_run: bool
    rows: int = Field(description="How many rows were read; of JSON, how many activities.")
    created: int
    changed: int
    unchanged: int
    faults_total: int
    faults: list[ImportFault] = Field(description="The first 200.")
