"""How fresh a statement is. Labels that depend on age are worked out when asked, never stored."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from app.catalogue.documents.councils import FreshnessDays
from app.catalogue.documents.sessions import Capacity

CAPACITY_DAYS = 42
"""For how many days a statement about places is believed."""


@dataclass(frozen=True)
class Freshness:
    """How long ago a listing was confirmed, in words."""

    confirmed_on: date
    code: Literal["fresh", "due", "stale"]
    text: str
    easy_read: str


def freshness(confirmed_on: date, today: date, days: FreshnessDays) -> Freshness:
    """How fresh a listing is that its provider last confirmed on a day.

    Args:
        confirmed_on: the day; one in the future counts as today.
        today: the day it is in London.
        days: for how many days its council takes a listing as fresh, and as due.
    """
    age = max(0, (today - confirmed_on).days)
    ago = _ago(age)
    if age <= days.fresh:
        return Freshness(
            confirmed_on, "fresh", f"Confirmed {ago}.", f"They told us this is right {ago}."
        )
    if age <= days.due:
        return Freshness(
            confirmed_on,
            "due",
            f"Confirmed {ago}. Check the details with the provider.",
            f"They told us this {ago}. Please check with them.",
        )
    return Freshness(
        confirmed_on,
        "stale",
        f"Last confirmed {ago}. Some details may have changed.",
        f"They told us this {ago}. It may be different now.",
    )


def _ago(days: int) -> str:
    if days == 0:
        return "today"
    if days == 1:
        return "yesterday"
    if days < 14:  # noqa: PLR2004 - two weeks are the first that read better as weeks.
        return f"{days} days ago"
    if days < 61:  # noqa: PLR2004 - two months are the first that read better as months.
        return f"{days // 7} weeks ago"
    if days < 730:  # noqa: PLR2004 - two years are the first that read better as years.
        return f"{days * 12 // 365} months ago"
    return f"{days // 365} years ago"


def believed_capacity(capacity: Capacity | None, today: date) -> Capacity | None:
    """What is said about places, or `unknown` with its date when that was too long ago."""
    if capacity is None or (today - capacity.as_of).days <= CAPACITY_DAYS:
        return capacity
    return Capacity(status="unknown", places=None, as_of=capacity.as_of)
