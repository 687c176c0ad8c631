"""Reading activities in the standard's words."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from fastapi import Response
from sqlalchemy import ColumnElement
from sqlmodel import col, func, select

from app.catalogue.documents.activities import Alert, Closure
from app.catalogue.loading import entries
from app.catalogue.models import Activity
from app.catalogue.public import Entry
from app.clock import Change, Kind
from app.exchange.openreferral import pages
from app.exchange.openreferral.activities import service, status_of
from app.exchange.openreferral.feed import Feed
from app.exchange.openreferral.finding import chunks, services_meant
from app.exchange.openreferral.moments import changed_at, turning_days, written
from app.exchange.openreferral.parameters import ServiceParams
from app.exchange.openreferral.schemas import FeedService, ServicePage
from app.problems import NotFound


class NotInFeed(NotFound):
    """The feed holds nothing with this id."""

    code = "not_in_feed"

    def __init__(self) -> None:
        super().__init__("The feed holds nothing of this kind with this id.")


class Read(NamedTuple):
    """An activity as it was read, and when the public last saw something else."""

    row: Activity
    entry: Entry
    changed: datetime


def list_services(feed: Feed, params: ServiceParams) -> Response:
    """A page of services, or all of them as a stream."""
    ordered = feed.order.ordered(feed.session, feed.face, "activity")
    meant = services_meant(feed, params)
    if meant is not None:
        ordered = ordered.of(meant)

    def make(now: Feed, ids: Sequence[UUID]) -> list[FeedService]:
        return _minimal(now, ids) if params.minimal else _services(now, ids, whole=params.full)

    if params.format == "ndjson":
        return pages.stream(feed, ordered.all(), make)
    size = params.page_size
    shown = make(feed, ordered.part((params.page - 1) * size, params.page * size))
    made = pages.page_of(ServicePage, shown, total=len(ordered), page=params.page, per_page=size)
    return pages.answer(feed, made)


def get_service(feed: Feed, service_id: UUID) -> Response:
    """A service with everything nested.

    Raises:
        NotInFeed: there never was one with this id.
    """
    for found in _services(feed, [service_id], whole=True):
        return pages.answer(feed, found)
    raise NotInFeed


def _services(feed: Feed, ids: Sequence[UUID], *, whole: bool) -> list[FeedService]:
    return [made_service(feed, read, whole=whole) for read in read_activities(feed, ids)]


def made_service(feed: Feed, read: Read, *, whole: bool) -> FeedService:
    """A service out of what was read of it."""
    return service(
        read.entry,
        live=_is_live(read.row, feed.today),
        changed=read.changed,
        today=feed.today,
        whole=whole,
    )


def read_activities(feed: Feed, ids: Sequence[UUID]) -> Iterator[Read]:
    """Activities that are or were live, in the order given, and when each last changed."""
    for chunk in chunks(ids):
        found = feed.session.exec(
            select(Activity).where(col(Activity.id).in_(chunk), _public())
        ).all()
        by_id = {row.id: row for row in found}
        ordered = [by_id[one] for one in chunk if one in by_id]
        noted = noted_at(feed, "activity", chunk)
        for row, entry in zip(ordered, entries(feed.session, ordered), strict=True):
            days = turning_days(entry.activity.alert, entry.activity.closure, row.hidden_from)
            moment = noted.get(row.id, row.published_at)
            yield Read(row, entry, changed_at(moment, days, feed.today))


def _public() -> ColumnElement[bool]:
    return col(Activity.status).in_(("live", "closed"))


def _is_live(row: Activity, today: date) -> bool:
    return row.status == "live" and (row.hidden_from is None or row.hidden_from > today)


def noted_at(feed: Feed, kind: Kind, ids: Sequence[UUID]) -> dict[UUID, datetime]:
    """When the last change of each was noted."""
    found: dict[UUID, datetime] = {}
    for chunk in chunks(ids):
        latest = (
            select(Change.subject, func.max(Change.at))
            .where(Change.kind == kind, col(Change.subject).in_([str(one) for one in chunk]))
            .group_by(col(Change.subject))
        )
        found |= {UUID(subject): at for subject, at in feed.session.exec(latest)}
    return found


def _minimal(feed: Feed, ids: Sequence[UUID]) -> list[FeedService]:
    """Services with no more than is needed to see what changed."""
    columns = (
        Activity.id,
        Activity.name,
        Activity.status,
        Activity.hidden_from,
        Activity.alert,
        Activity.closure,
        Activity.published_at,
    )
    made = []
    for chunk in chunks(ids):
        statement = select(*columns).where(col(Activity.id).in_(chunk), _public())  # type: ignore[call-overload] # it has no more columns.
        found = {row[0]: row for row in feed.session.exec(statement)}
        noted = noted_at(feed, "activity", chunk)
        for one in chunk:
            if one not in found:
                continue
            _, name, status, hidden_from, alert, closure, published_at = found[one]
            shut = Closure.model_validate(closure) if closure else None
            told = Alert.model_validate(alert) if alert else None
            days = turning_days(told, shut, hidden_from)
            changed = changed_at(noted.get(one, published_at), days, feed.today)
            lives = status == "live" and (hidden_from is None or hidden_from > feed.today)
            made.append(
                FeedService(
                    id=one,
                    name=name,
                    status=status_of(shut, live=lives, today=feed.today),
                    last_modified=written(changed),
                    modified_date=written(changed),
                )
            )
    return made
