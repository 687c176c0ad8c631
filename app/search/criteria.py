"""What one may ask of the list of activities."""

from typing import Annotated
from uuid import UUID

from pydantic import Field

from app.paging import PageParams
from app.parameters import LanguageParams, Line


class SearchCriteria(PageParams, LanguageParams):
    """Which activities, and which part of the list of them."""

    provider: Annotated[Line, Field(min_length=1, max_length=80)] | None = Field(
        None, description="Only this provider's, by its id or slug.", examples=["two-oars"]
    )
    council: Annotated[str, Field(pattern=r"^[A-Z][0-9]{8}$")] | None = Field(
        None,
        description="Only those of providers at home in this council's area, by its GSS code.",
        examples=["E06000049"],
    )

    @property
    def provider_id(self) -> UUID | None:
        """The provider's id, if that is how it was named."""
        try:
            return UUID(self.provider or "")
        except ValueError:
            return None
