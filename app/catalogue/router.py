from typing import Annotated

from fastapi import APIRouter, Path, Query

from app.catalogue import queries
from app.catalogue.queries import CouncilNotFound, ProviderNotFound, ProviderParams
from app.catalogue.schemas import (
    CouncilDetail,
    CouncilSummary,
    ProviderDetail,
    ProviderSummary,
    ServiceView,
)
from app.database import ReadSession
from app.paging import Page, PageParams
from app.parameters import LanguageParams, Line, QueryModel, Today
from app.problems import Malformed, responses

router = APIRouter()


ProviderKey = Annotated[
    Line,
    Path(
        min_length=1,
        max_length=80,
        description="The provider's id or slug.",
        examples=["two-oars"],
    ),
]
CouncilKey = Annotated[
    Line,
    Path(
        min_length=1,
        max_length=80,
        description="The council's GSS code, id or slug.",
        examples=["E10000012", "essex"],
    ),
]


@router.get(
    "/v1", tags=["service"], summary="Read what this service is", responses=responses(Malformed)
)
def get_service(
    session: ReadSession, today: Today, _: Annotated[QueryModel, Query()]
) -> ServiceView:
    """Its name and version, where everything is, how much it holds, and whose data it builds on."""
    return queries.get_service(session, today)


@router.get(
    "/v1/councils",
    tags=["councils"],
    summary="List the councils",
    responses=responses(Malformed),
)
def list_councils(
    session: ReadSession, params: Annotated[PageParams, Query()]
) -> Page[CouncilSummary]:
    """The councils that this service knows, by name; `served` says whose activities it holds."""
    return queries.list_councils(session, params)


@router.get(
    "/v1/councils/{council}",
    tags=["councils"],
    summary="Read one council",
    responses=responses(CouncilNotFound, Malformed),
)
def get_council(
    session: ReadSession, council: CouncilKey, params: Annotated[LanguageParams, Query()]
) -> CouncilDetail:
    """What a council says: safeguarding, direct payments, personal assistants, its disclaimer.

    A telephone number stands here with its source and the day it was read, and is null otherwise.
    """
    return queries.get_council(session, council, params.lang)


@router.get(
    "/v1/providers",
    tags=["providers"],
    summary="List the providers",
    responses=responses(Malformed),
)
def list_providers(
    session: ReadSession, today: Today, params: Annotated[ProviderParams, Query()]
) -> Page[ProviderSummary]:
    """The providers, by name, a page at a time."""
    return queries.list_providers(session, params, today)


@router.get(
    "/v1/providers/{provider}",
    tags=["providers"],
    summary="Read one provider",
    responses=responses(ProviderNotFound, Malformed),
)
def get_provider(
    session: ReadSession,
    today: Today,
    provider: ProviderKey,
    params: Annotated[LanguageParams, Query()],
) -> ProviderDetail:
    """A provider, how to reach it, and its live activities."""
    return queries.get_provider(session, provider, today, params.lang)
