from typing import Annotated

from fastapi import APIRouter, Query

from app.database import ReadSession
from app.matching.questionnaire import queries
from app.matching.questionnaire.schemas import QuestionnaireView
from app.parameters import LanguageParams
from app.problems import Malformed, responses

router = APIRouter(tags=["questionnaire"])


@router.get(
    "/v1/questionnaire",
    summary="Read the questionnaire",
    responses=responses(Malformed),
)
def get_questionnaire(
    session: ReadSession, params: Annotated[LanguageParams, Query()]
) -> QuestionnaireView:
    """The questions as data, so that a front end can ask them without knowing them.

    Ask them in their order, each while its `show_if` holds, put each answer at its `path` and post
    what you have to `/v1/matches`. Nobody has to answer any of them, and four are enough for a
    first result. `show_if` offers a question; it never assumes an answer.
    """
    return queries.get_questionnaire(session, params.lang)
