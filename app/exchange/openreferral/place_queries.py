"""Reading services at their locations in the standard's words."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from uuid import UUID

from fastapi import Response
from sqlmodel import col, select

from app.catalogue.loading import venue_documents
from app.catalogue.models import ActivityPlace
from app.exchange.openreferral import pages
from app.exchange.openreferral.feed import Feed
from app.exchange.openreferral.finding import places_meant, services_meant
from app.exchange.openreferral.identity import Place, activities_of, place_id, venue_or_online
from app.exchange.openreferral.locations import place, places_of
from app.exchange.openreferral.order import Ordered
from app.exchange.openreferral.parameters import PlaceParams
from app.exchange.openreferral.schemas import FeedPlace, PlacePage
from app.exchange.openreferral.service_queries import (
    NotInFeed,
    Read,
    made_service,
    read_activities,
)


def list_places(feed: Feed, params: PlaceParams) -> Response:
    """A page of services at locations, or all of them as a stream."""
    ordered = _meant(feed, params)

    def make(now: Feed, keys: Sequence[Place]) -> list[FeedPlace]:
        return _made(now, keys, whole=params.full)

    if params.format == "ndjson":
        return pages.stream(feed, ordered.all(), make)
    size = params.per_page
    shown = make(feed, ordered.part((params.page - 1) * size, params.page * size))
    page = pages.page_of(PlacePage, shown, total=len(ordered), page=params.page, per_page=size)
    return pages.answer(feed, page)


def get_place(feed: Feed, key: UUID) -> Response:
    """A service at a location, with everything nested.

    Raises:
        NotInFeed: there never was one with this id.
    """
    first, last = activities_of(key)
    near = select(ActivityPlace.activity_id, ActivityPlace.venue_id).where(
        col(ActivityPlace.activity_id) >= first, col(ActivityPlace.activity_id) <= last
    )
    for activity, venue in feed.session.exec(near):
        meant = activity, venue_or_online(venue)
        if place_id(*meant) == key:
            for found in _made(feed, [meant], whole=True):
                return pages.answer(feed, found)
    raise NotInFeed


def _meant(feed: Feed, params: PlaceParams) -> Ordered[Place]:
    """The places that meet every parameter.

    Where a service is no longer is found by its organization and by when it changed alone, as what
    was removed is.
    """
    ordered = feed.order.places(feed.session, feed.face)
    meant = services_meant(feed, params)
    if meant is None:
        return ordered
    ordered = ordered.of(meant)
    if params.past_too:
        return ordered
    return ordered.among(places_meant(feed, meant, params))


def _made(feed: Feed, keys: Sequence[Place], *, whole: bool) -> list[FeedPlace]:
    wanted: dict[UUID, list[UUID | None]] = {}
    for activity, venue in keys:
        wanted.setdefault(activity, []).append(venue)
    found = {
        (read.row.id, venue): made
        for read in read_activities(feed, [*wanted])
        for venue, made in _made_of(feed, read, wanted[read.row.id], whole=whole)
    }
    return [found[key] for key in keys if key in found]


def _made_of(
    feed: Feed, read: Read, venues: Sequence[UUID | None], *, whole: bool
) -> Iterator[tuple[UUID | None, FeedPlace]]:
    """A service at some places; where it is no longer, it is told as inactive."""
    described = made_service(feed, read, whole=False)
    left = {one for one in venues if one not in places_of(read.entry.activity)}
    of_left = venue_documents(feed.session, {one for one in left if one is not None})
    entry = replace(read.entry, venues={**read.entry.venues, **{one.id: one for one in of_left}})
    for venue in venues:
        status = {"status": "inactive"} if venue in left else {}
        service = described.model_copy(update=status)
        yield venue, place(entry, venue, whole=whole).model_copy(update={"service": service})
