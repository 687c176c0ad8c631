"""When a service last changed: by its change rows, and by days on which it reads otherwise."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from app.catalogue.documents.activities import Alert, Closure
from app.parameters import LONDON

ONE_DAY = timedelta(days=1)


def turning_days(
    alert: Alert | None, closure: Closure | None, hidden_from: date | None
) -> list[date]:
    """The days from which on the same document reads otherwise: closed, open again, no alert."""
    days = [
        closure.closed_from if closure else None,
        closure.reopens_on if closure else None,
        alert.until + ONE_DAY if alert else None,
        hidden_from,
    ]
    return [day for day in days if day is not None]


def changed_at(noted: datetime, days: Iterable[date], today: date) -> datetime:
    """The last moment at which the public saw something else.

    Args:
        noted: of the last change row.
        days: from which on the document reads otherwise, from midnight in London.
        today: the day it is there.
    """
    turns = (datetime.combine(day, time(), LONDON).astimezone(UTC) for day in days if day <= today)
    return max(noted, *turns, noted)


def written(moment: datetime) -> str:
    """A moment as the feed writes it: in UTC and to the millisecond, cut and never rounded up."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
