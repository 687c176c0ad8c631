"""What an activity costs, as its provider states it."""

from datetime import date

from app.catalogue.documents import ActivityDocument
from app.catalogue.documents.prices import PriceDocument, PricePart
from app.catalogue.schemas import PriceFrom, PricePartView, PriceView
from app.parameters import Language
from app.vocabulary.schemas import coded

_UNIT_ORDER = ("free", "session", "half_day", "hour", "day", "week", "month", "term", "course")
"""The units a lowest price is told in, the easiest to understand first."""


def _required(price: PriceDocument) -> list[PricePart]:
    """What everybody pays who comes, whatever support they need."""
    return [part for part in price.parts if part.required == "always" and part.staff_ratio is None]


def _headline(price: PriceDocument) -> tuple[str, int] | None:
    """The unit that a price is known by, and what everybody pays for one of it, in pence."""
    required = _required(price)
    known = [part for part in required if part.unit in _UNIT_ORDER]
    first = next((part for part in known if part.part == "support"), next(iter(known), None))
    if first is None:
        return None
    return first.unit, sum(part.amount_pence or 0 for part in known if part.unit == first.unit)


def _open_to_people(price: PriceDocument, today: date) -> bool:
    """Whether people themselves pay this price now; councils buy at prices of their own."""
    begun = price.valid_from is None or price.valid_from <= today
    ended = price.valid_to is not None and price.valid_to < today
    return price.payer != "council" and begun and not ended


def price_from(activity: ActivityDocument, today: date, lang: Language) -> PriceFrom | None:
    """The lowest price: what everybody pays who comes, in the unit easiest to understand."""
    prices = [price for price in activity.prices if _open_to_people(price, today)]
    headlines = [headline for price in prices if (headline := _headline(price))]
    if not headlines:
        return None
    unit, pence = min(headlines, key=lambda one: (_UNIT_ORDER.index(one[0]), one[1]))
    free = any(
        not any(part.amount_pence != 0 for part in _required(price))
        for price in prices
        if _headline(price) == (unit, pence)
    )
    return PriceFrom(
        from_pence=pence, currency="GBP", unit=coded("price_unit", unit, lang), free=free
    )


def price_view(price: PriceDocument, lang: Language) -> PriceView:
    """What one kind of payer pays."""
    return PriceView(
        **price.model_dump(exclude={"parts"}),
        currency="GBP",
        parts=[_part_view(part, lang) for part in price.parts],
    )


def _part_view(part: PricePart, lang: Language) -> PricePartView:
    return PricePartView(
        **part.model_dump(exclude={"part", "unit"}),
        part=coded("price_part", part.part, lang),
        unit=coded("price_unit", part.unit, lang),
    )
