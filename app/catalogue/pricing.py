"""What one attendance costs, as far as it is stated. Exact fractions inside, whole pence out."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from uuid import UUID

from app.catalogue.documents.prices import PriceDocument, PricePart
from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.occurrences import days_between

WEEKS_PER_YEAR = 52
"""The weeks of a year in which a monthly price is spread, where the provider does not say."""


def half_up(pence: Fraction) -> int:
    """Whole pence, half a penny up."""
    return int(pence + Fraction(1, 2)) if pence >= 0 else -int(-pence + Fraction(1, 2))


def attendance_pence(
    prices: Iterable[PriceDocument], session: SessionDocument | None, today: date
) -> int | None:
    """The least that somebody pays for one attendance a week, in pence; None if it is not known.

    Only what everybody pays counts: required parts without a staffing ratio. What a council pays
    under a contract is no price for people.

    Args:
        prices: the activity's.
        session: the one attended; None for an activity that states no sessions.
        today: prices that ended before it, or begin after it, do not count.
    """
    known = [
        pence
        for price in prices
        if _holds(price, session.id if session else None, today)
        and (pence := _price_pence(price, session)) is not None
    ]
    return min(known, default=None)


def _holds(price: PriceDocument, session_id: UUID | None, today: date) -> bool:
    if price.payer == "council" or (price.session_ids and session_id not in price.session_ids):
        return False
    begun = price.valid_from is None or price.valid_from <= today
    return begun and (price.valid_to is None or today <= price.valid_to)


def _price_pence(price: PriceDocument, session: SessionDocument | None) -> int | None:
    required = [
        part for part in price.parts if part.required == "always" and part.staff_ratio is None
    ]
    if all(part.unit == "once" and part.amount_pence for part in required):
        # A membership fee alone says nothing of what coming costs.
        return None
    amounts = [_part_pence(part, price, session) for part in required]
    if None in amounts:
        return None
    return half_up(sum((amount for amount in amounts if amount is not None), Fraction(0)))


def _part_pence(
    part: PricePart, price: PriceDocument, session: SessionDocument | None
) -> Fraction | None:
    """One part for one attendance; None where that is not known."""
    if part.amount_pence is None:
        return None
    amount = Fraction(part.amount_pence)
    if amount == 0:
        return amount
    factor = _factor(part.unit, price, session)
    return None if factor is None else amount * factor


_FIXED = {
    "session": Fraction(1),
    "half_day": Fraction(1),
    "day": Fraction(1),
    "week": Fraction(1),
    "journey": Fraction(2),
    # It is paid once and not for an attendance.
    "once": Fraction(0),
}


def _factor(unit: str, price: PriceDocument, session: SessionDocument | None) -> Fraction | None:
    """How many of a unit one attendance takes; None where that is not known."""
    if unit == "month":
        return Fraction(12, price.weeks_per_year or WEEKS_PER_YEAR)
    if unit == "hour":
        return _hours(session)
    if unit in {"term", "course"}:
        return _share(price, session)
    return _FIXED.get(unit)


def _hours(session: SessionDocument | None) -> Fraction | None:
    if session is None:
        return None
    minutes = (session.ends_at.hour - session.starts_at.hour) * 60
    return Fraction(minutes + session.ends_at.minute - session.starts_at.minute, 60)


def _share(price: PriceDocument, session: SessionDocument | None) -> Fraction | None:
    """One session's share of a course or term."""
    count = sessions_paid_for(price, session)
    return Fraction(1, count) if count else None


def sessions_paid_for(price: PriceDocument, session: SessionDocument | None) -> int | None:
    """How many sessions a course or term has; None where it is not stated from when to when."""
    if session is None:
        return None
    first = price.valid_from or session.valid_from
    last = price.valid_to or session.valid_to
    if session.repeats == "dated":
        return len(session.dates)
    if first is None or last is None:
        return None
    return len(days_between(session, first, last)) or None
