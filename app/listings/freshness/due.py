"""When to remind a provider, and when to hide what nobody confirms. Values in, values out."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

from app.catalogue.documents.councils import FreshnessDays

BETWEEN_DAYS = 14
"""Between a notice and what follows it, so that somebody on holiday is not overtaken."""

LINK_DAYS = 120
"""For how long the link in a notice can be used; once is enough for it to be spent."""

Duty = Literal["first", "last", "hide"]
NUMBERS: dict[Duty, int] = {"first": 1, "last": 2, "hide": 3}
"""The number of each notice; the third says that the activity is out of sight."""


def duty(confirmed_on: date, today: date, days: FreshnessDays, sent: Sequence[date]) -> Duty | None:
    """What is due about a listing that was last confirmed on a day; None while nothing is.

    A first notice when it is no longer fresh, a last one when it is stale, and after both it is
    hidden. Where reminding began late, each still waits for the one before.

    Args:
        confirmed_on: the day.
        today: the day it is in London.
        days: for how long the council takes a listing as fresh, as due, and as stale.
        sent: the days of the notices that were sent since it was confirmed.
    """
    age = (today - confirmed_on).days
    waited = not sent or (today - max(sent)).days >= BETWEEN_DAYS
    limits: list[tuple[Duty, int]] = [
        ("first", days.fresh),
        ("last", days.due),
        ("hide", days.stale),
    ]
    if len(sent) >= len(limits) or not waited:
        return None
    what, limit = limits[len(sent)]
    return what if age > limit else None
