from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.paging import Page, PageParams
from app.parameters import LanguageParams
from app.problems import Malformed, responses
from app.vocabulary import queries
from app.vocabulary.queries import SchemeNotFound
from app.vocabulary.schemas import SchemeSummary, SchemeView

router = APIRouter(tags=["vocabularies"])

SchemeName = Annotated[
    str,
    Path(
        min_length=1,
        max_length=60,
        description="The scheme's name, as the list of schemes gives it.",
        openapi_examples={
            "people": {"summary": "Who an activity is for", "value": "cohort"},
            "places": {"summary": "What a place has", "value": "access"},
        },
    ),
]


@router.get(
    "/v1/vocabularies",
    operation_id="list_vocabularies",
    summary="List the schemes of the vocabulary",
    responses=responses(Malformed),
)
def list_vocabularies(params: Annotated[PageParams, Query()]) -> Page[SchemeSummary]:
    """Every code in this API belongs to a scheme: who it is for, what one does there, and so on.

    In requests a code stands by itself. In answers it always comes with its label.
    """
    return queries.list_schemes(params)


@router.get(
    "/v1/vocabularies/{scheme}",
    operation_id="get_vocabulary",
    summary="Read a scheme with its terms",
    responses=responses(SchemeNotFound, Malformed),
)
def get_vocabulary(scheme: SchemeName, params: Annotated[LanguageParams, Query()]) -> SchemeView:
    """The terms in the order in which to show them, with what councils call them.

    With `lang=easy` each label is the Easy Read sentence; the codes stay as they are.
    """
    return queries.get_scheme(scheme, params.lang)
