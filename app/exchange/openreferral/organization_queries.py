"""Reading providers in the standard's words."""

from collections.abc import Sequence
from uuid import UUID

from fastapi import Response
from sqlmodel import col, select

from app.catalogue import rows
from app.catalogue.loading import councils_by_id
from app.catalogue.models import Activity, Provider
from app.exchange.openreferral import pages
from app.exchange.openreferral.feed import Feed
from app.exchange.openreferral.finding import chunks
from app.exchange.openreferral.organizations import organization
from app.exchange.openreferral.parameters import OrganizationParams
from app.exchange.openreferral.schemas import FeedOrganization, FeedService, OrganizationPage
from app.exchange.openreferral.service_queries import (
    NotInFeed,
    made_service,
    noted_at,
    read_activities,
)


def list_organizations(feed: Feed, params: OrganizationParams) -> Response:
    """A page of organizations, or all of them as a stream."""
    ordered = feed.order.ordered(feed.session, feed.face, "provider")
    if params.words:
        ordered = ordered.of(_with_words(feed, params.words))

    def make(now: Feed, ids: Sequence[UUID]) -> list[FeedOrganization]:
        return _made(now, ids, full=params.full, services=params.full_service)

    if params.format == "ndjson":
        return pages.stream(feed, ordered.all(), make)
    size = params.per_page
    shown = make(feed, ordered.part((params.page - 1) * size, params.page * size))
    page = pages.page_of(
        OrganizationPage, shown, total=len(ordered), page=params.page, per_page=size
    )
    return pages.answer(feed, page)


def get_organization(feed: Feed, key: UUID, *, services: bool) -> Response:
    """An organization with everything nested, with its services where asked for.

    Raises:
        NotInFeed: there is none with this id.
    """
    for found in _made(feed, [key], full=True, services=services):
        return pages.answer(feed, found)
    raise NotInFeed


def _with_words(feed: Feed, words: Sequence[str]) -> set[UUID]:
    """The providers in whose name or description all words stand."""
    columns = select(Provider.id, Provider.name, Provider.description)
    return {
        key
        for key, name, description in feed.session.exec(columns)
        if all(word in f"{name} {description}".casefold() for word in words)
    }


def _made(feed: Feed, ids: Sequence[UUID], *, full: bool, services: bool) -> list[FeedOrganization]:
    found: dict[UUID, Provider] = {}
    for chunk in chunks(ids):
        statement = select(Provider).where(col(Provider.id).in_(chunk))
        found |= {row.id: row for row in feed.session.exec(statement)}
    councils = councils_by_id(feed.session, {row.council_id for row in found.values()})
    noted = noted_at(feed, "provider", ids)
    theirs = _services_of(feed, ids) if services else {}
    return [
        organization(
            rows.provider_document(row),
            councils[row.council_id] if full else None,
            changed=noted.get(row.id, row.updated_at),
            services=theirs.get(row.id, ()),
        )
        for row in (found[one] for one in ids if one in found)
    ]


def _services_of(feed: Feed, ids: Sequence[UUID]) -> dict[UUID, list[FeedService]]:
    """The services of some providers, each provider's in the order of their ids."""
    made: dict[UUID, list[FeedService]] = {}
    for chunk in chunks(ids):
        mine = select(Activity.id).where(col(Activity.provider_id).in_(chunk))
        for read in read_activities(feed, feed.session.exec(mine.order_by(col(Activity.id))).all()):
            described = made_service(feed, read, whole=True)
            made.setdefault(read.row.provider_id, []).append(
                described.model_copy(update={"organization": None})
            )
    return made
