"""Reading services at their locations in the standard's words."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from uuid import UUID

from fastapi import Response
from sqlmodel import col, func, select

from app.catalogue.models import Activity, ActivitySession
from app.exchange.openreferral import pages
from app.exchange.openreferral.feed import Feed
from app.exchange.openreferral.finding import Place, places_meant, services_meant
from app.exchange.openreferral.identity import activities_of, place_id
from app.exchange.openreferral.locations import place, places_of
from app.exchange.openreferral.order import Ordered
from app.exchange.openreferral.parameters import PlaceParams
from app.exchange.openreferral.schemas import FeedPlace, PlacePage
from app.exchange.openreferral.service_queries import NotInFeed, made_service, read_activities

ALL = PlaceParams.model_validate({})


def list_places(feed: Feed, params: PlaceParams) -> Response:
    """A page of services at locations, or all of them as a stream."""
    ordered = feed.order.ordered(feed.session, feed.face, "activity")
    start = (params.page - 1) * params.per_page
    stop = start + params.per_page

    def make(now: Feed, keys: Sequence[Place]) -> list[FeedPlace]:
        return [*_made(now, keys, whole=params.full)]

    def make_of_services(now: Feed, ids: Sequence[UUID]) -> list[FeedPlace]:
        return make(now, places_meant(now, ids, ALL))

    meant = services_meant(feed, params)
    if meant is None:
        if params.format == "ndjson":
            return pages.stream(feed, ordered.all(), make_of_services)
        total, shown = _part(feed, ordered, start, stop)
    else:
        found = places_meant(feed, ordered.among(meant).all(), params)
        if params.format == "ndjson":
            return pages.stream(feed, found, make)
        total, shown = len(found), found[start:stop]
    page = pages.page_of(
        PlacePage,
        make(feed, shown),
        total=total,
        page=params.page,
        per_page=params.per_page,
    )
    return pages.answer(feed, page)


def get_place(feed: Feed, key: UUID) -> Response:
    """A service at a location, with everything nested.

    Raises:
        NotInFeed: there is none with this id.
    """
    first, last = activities_of(key)
    near = select(Activity.id).where(col(Activity.id) >= first, col(Activity.id) <= last)
    candidates = feed.session.exec(near).all()
    for activity, venue in places_meant(feed, candidates, ALL):
        if place_id(activity, venue) == key:
            for found in _made(feed, [(activity, venue)], whole=True):
                return pages.answer(feed, found)
    raise NotInFeed


def _part(feed: Feed, ordered: Ordered, start: int, stop: int) -> tuple[int, list[Place]]:
    """How many places there are, and those from one to another, read with few others."""

    def count() -> dict[UUID, int]:
        where = func.coalesce(col(ActivitySession.venue_id), col(ActivitySession.activity_id))
        counted = (
            select(ActivitySession.activity_id, func.count(func.distinct(where)))
            .where(col(ActivitySession.place) != "comes_to_you")
            .group_by(col(ActivitySession.activity_id))
        )
        return dict(feed.session.exec(counted).all())

    sums = feed.order.place_counts(feed.face, ordered, count)
    total = sums[-1] if sums else 0
    if start >= total:
        return total, []
    first, last = bisect_right(sums, start), bisect_right(sums, min(stop, total) - 1)
    found = places_meant(feed, ordered.part(first, last + 1), ALL)
    before = sums[first - 1] if first else 0
    return total, found[start - before : stop - before]


def _made(feed: Feed, keys: Sequence[Place], *, whole: bool) -> Iterator[FeedPlace]:
    ids = list(dict.fromkeys(activity for activity, _ in keys))
    wanted = set(keys)
    for read in read_activities(feed, ids):
        described = made_service(feed, read, whole=False)
        for venue in places_of(read.entry.activity):
            if (read.row.id, venue) in wanted:
                found = place(read.entry, venue, whole=whole)
                yield found.model_copy(update={"service": described})
