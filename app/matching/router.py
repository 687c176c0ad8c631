from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.matching.answers import MatchesWanted
from app.matching.matches import DayOutOfRange, matches_found
from app.matching.places import CouncilNotHeld, HomeNotResolved
from app.matching.policies import policy_view
from app.matching.schemas import MatchesFound, Policy
from app.matching.turns import own_turn
from app.parameters import QueryModel
from app.problems import Malformed, responses
from app.search.ready import IndexDep, private_answer

router = APIRouter(tags=["matching"])
"""Operations that are answered from memory, for one person, and forgotten."""

policy_router = APIRouter(tags=["matching"])
"""Operations that say the same to everybody."""


@router.post(
    "/v1/matches",
    summary="Find what fits a person",
    response_model=MatchesFound,
    responses=responses(Malformed, HomeNotResolved, CouncilNotHeld, DayOutOfRange),
)
async def find_matches(
    index: IndexDep, asked: MatchesWanted, _: Annotated[QueryModel, Query()]
) -> Response:
    """Every live activity judged by the answers so far, each in exactly one of four lists.

    Results say why they fit, what they would cost, and what to ask. What a provider has not
    stated is never taken for a yes or a no: it stands under `ask_first` with the question to ask.
    Nothing is kept: the answers are matched in memory and forgotten.
    """
    async with own_turn():
        return private_answer(matches_found(index.snapshot(), asked))


@policy_router.get(
    "/v1/matching/policy", summary="Read how matching judges", responses=responses(Malformed)
)
def get_matching_policy(_: Annotated[QueryModel, Query()]) -> Policy:
    """Every filter, weight, band and tie-break, from the very tables that the code uses."""
    return policy_view()
