from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from app.caching import DOCUMENTED
from app.exchange.openreferral import (
    details,
    organization_queries,
    place_queries,
    service_queries,
    taxonomy_queries,
)
from app.exchange.openreferral.feed import FeedDep
from app.exchange.openreferral.identity import PREFIX, taxonomy_id, term_id
from app.exchange.openreferral.pages import NDJSON
from app.exchange.openreferral.parameters import (
    FeedListParams,
    FeedParams,
    OneOrganizationParams,
    OrganizationParams,
    PlaceParams,
    ServiceParams,
    TermParams,
)
from app.exchange.openreferral.schemas import (
    FeedDetails,
    FeedOrganization,
    FeedPlace,
    FeedService,
    FeedTaxonomy,
    FeedTerm,
    OrganizationPage,
    PlacePage,
    ServicePage,
    TaxonomyPage,
    TermPage,
)
from app.exchange.openreferral.service_queries import NotInFeed
from app.problems import Malformed, responses

router = APIRouter(prefix=PREFIX, tags=["open-referral-uk"])

LISTED: dict[int | str, dict[str, Any]] = {
    **responses(Malformed),
    **DOCUMENTED,
    200: {
        **DOCUMENTED[200],
        "content": {
            NDJSON: {
                "schema": {"type": "string", "description": "A JSON object on each line."},
            }
        },
    },
}
ONE = {**responses(NotInFeed, Malformed), **DOCUMENTED}

ServiceId = Annotated[
    UUID, Path(description="The activity's id.", examples=["01a16aef-7a0e-7c7e-95e4-bd60a3b26a4a"])
]
PlaceId = Annotated[
    UUID,
    Path(
        description="The id of an activity at a venue, as lists have it.",
        examples=["01a16aef-7a0e-868b-a4dd-77063490553c"],
    ),
]
OrganizationId = Annotated[
    UUID, Path(description="The provider's id.", examples=["01a16aef-7064-7724-8cd9-8b004499ca13"])
]
TaxonomyId = Annotated[
    UUID, Path(description="The taxonomy's id.", examples=[str(taxonomy_id("cohort"))])
]
TermId = Annotated[
    UUID, Path(description="The term's id.", examples=[str(term_id("cohort", "dementia"))])
]
AnyParams = Annotated[FeedParams, Query()]


@router.get(
    "",
    summary="Read what the feed is",
    response_model=FeedDetails,
    responses={**responses(Malformed), **DOCUMENTED},
)
def get_feed(feed: FeedDep, _: AnyParams) -> Response:
    """The version of the standard, and where it is described."""
    return details.get_details(feed)


@router.get("/services", summary="List services", response_model=ServicePage, responses=LISTED)
def list_feed_services(feed: FeedDep, params: Annotated[ServiceParams, Query()]) -> Response:
    """All activities, in the order in which they were first published.

    One that was removed stays in its place with the status `inactive`. Parameters that are not
    known are ignored.
    """
    return service_queries.list_services(feed, params)


@router.get(
    "/services/{service_id}", summary="Read a service", response_model=FeedService, responses=ONE
)
def get_feed_service(feed: FeedDep, service_id: ServiceId, _: AnyParams) -> Response:
    """An activity with everything nested."""
    return service_queries.get_service(feed, service_id)


@router.get(
    "/service_at_locations",
    summary="List services at locations",
    response_model=PlacePage,
    responses=LISTED,
)
def list_feed_places(feed: FeedDep, params: Annotated[PlaceParams, Query()]) -> Response:
    """Each activity at each of its venues, and online where it runs online."""
    return place_queries.list_places(feed, params)


@router.get(
    "/service_at_locations/{place_id}",
    summary="Read a service at a location",
    response_model=FeedPlace,
    responses=ONE,
)
def get_feed_place(feed: FeedDep, place_id: PlaceId, _: AnyParams) -> Response:
    """An activity at one of its venues."""
    return place_queries.get_place(feed, place_id)


@router.get(
    "/organizations",
    summary="List organizations",
    response_model=OrganizationPage,
    responses=LISTED,
)
def list_feed_organizations(
    feed: FeedDep, params: Annotated[OrganizationParams, Query()]
) -> Response:
    """All providers, in the order in which they were first published."""
    return organization_queries.list_organizations(feed, params)


@router.get(
    "/organizations/{organization_id}",
    summary="Read an organization",
    response_model=FeedOrganization,
    responses=ONE,
)
def get_feed_organization(
    feed: FeedDep,
    organization_id: OrganizationId,
    params: Annotated[OneOrganizationParams, Query()],
) -> Response:
    """A provider, and with `full_service` everything that it runs."""
    return organization_queries.get_organization(
        feed, organization_id, services=params.full_service
    )


@router.get("/taxonomies", summary="List taxonomies", response_model=TaxonomyPage, responses=LISTED)
def list_feed_taxonomies(feed: FeedDep, params: Annotated[FeedListParams, Query()]) -> Response:
    """The vocabularies that services and locations are described with."""
    return taxonomy_queries.list_taxonomies(feed, params)


@router.get(
    "/taxonomies/{taxonomy_id}",
    summary="Read a taxonomy",
    response_model=FeedTaxonomy,
    responses=ONE,
)
def get_feed_taxonomy(feed: FeedDep, taxonomy_id: TaxonomyId, _: AnyParams) -> Response:
    """A vocabulary with its terms."""
    return taxonomy_queries.get_taxonomy(feed, taxonomy_id)


@router.get("/taxonomy_terms", summary="List terms", response_model=TermPage, responses=LISTED)
def list_feed_terms(feed: FeedDep, params: Annotated[TermParams, Query()]) -> Response:
    """The terms of all vocabularies, each with what councils call it."""
    return taxonomy_queries.list_terms(feed, params)


@router.get(
    "/taxonomy_terms/{term_id}", summary="Read a term", response_model=FeedTerm, responses=ONE
)
def get_feed_term(feed: FeedDep, term_id: TermId, _: AnyParams) -> Response:
    """A term, and what councils call it."""
    return taxonomy_queries.get_term(feed, term_id)
