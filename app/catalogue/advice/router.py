from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.catalogue.advice import queries
from app.catalogue.advice.queries import AdviceNotFound, AdviceParams
from app.catalogue.advice.schemas import AdviceArticle, AdviceSummary
from app.paging import Page
from app.parameters import LanguageParams, Line
from app.problems import Malformed, responses

router = APIRouter(tags=["advice"])

AdviceSlug = Annotated[
    Line,
    Path(
        min_length=1,
        max_length=80,
        description="The article's slug.",
        examples=["what-is-a-direct-payment"],
    ),
]


@router.get("/v1/advice", summary="List the articles of advice", responses=responses(Malformed))
def list_advice(params: Annotated[AdviceParams, Query()]) -> Page[AdviceSummary]:
    """Short articles on paying for support, trusting a place, and starting there.

    All of them are in plain English and in Easy Read. They are general information for England.
    """
    return queries.list_advice(params)


@router.get(
    "/v1/advice/{slug}",
    summary="Read an article of advice",
    responses=responses(AdviceNotFound, Malformed),
)
def get_advice(slug: AdviceSlug, params: Annotated[LanguageParams, Query()]) -> AdviceArticle:
    """A whole article with its sources, the day it was checked, and which human to call."""
    return queries.get_advice(slug, params.lang)
