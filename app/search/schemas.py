"""How search answers."""

from typing import Literal

from pydantic import BaseModel, Field

from app.catalogue.schemas import ActivitySummary
from app.geo.schemas import PlaceView
from app.paging import Page


class UnstatedTerm(BaseModel):
    """A term that was asked for and is not stated, or only partly: ask the provider."""

    scheme: Literal["access", "support_need"]
    code: str
    label: str


class FoundActivity(ActivitySummary):
    """An activity as search shows it."""

    not_stated: list[UnstatedTerm] = Field(
        description="With `include_unknown`: what was asked for and is not stated to be there."
    )


class PlaceUnderstood(PlaceView):
    """How the place was understood, and what else the text can mean."""

    candidates: list[PlaceView] = Field(description="The other places that the text can mean.")


class FacetTerm(BaseModel):
    """A term and what the total would be with it alone in its vocabulary."""

    code: str
    label: str
    count: int


class ActivitiesFound(Page[FoundActivity]):
    """A page of what was found, and how the question was understood."""

    place: PlaceUnderstood | None = Field(description="Null where no place was asked about.")
    matched: Literal["all_words", "any_word"] = Field(
        description="`any_word` where nothing has all the words."
    )
    did_you_mean: list[str] = Field(description="Other words to try, where nothing was found.")
    facets: dict[str, list[FacetTerm]] = Field(description="By vocabulary, as asked for.")
