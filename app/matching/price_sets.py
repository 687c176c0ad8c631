"""The prices that hold for a session, as the index keeps them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from pydantic_core import from_json

from app.matching.kept import kept
from app.matching.person import Payer, Ratio


class Part(NamedTuple):
    """One part of a price as it is stated."""

    part: str
    unit: str
    pence: int | None
    chosen: bool
    ratio: Ratio | None
    adds: bool


class PriceOf(NamedTuple):
    """What one kind of payer pays. `sessions` are those of a course or term, where known."""

    payer: Payer
    weeks: int | None
    valid_from: date | None
    valid_to: date | None
    sessions: int | None
    parts: tuple[Part, ...]

    def holds(self, day: date) -> bool:
        """Whether it is valid on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class PriceSet:
    """The prices that hold for a session, its length in minutes, and its own staffing ratio."""

    minutes: int | None
    ratio: Ratio | None
    prices: tuple[PriceOf, ...]

    @kept
    def payers(self) -> frozenset[str]:
        """Who has a price of their own."""
        return frozenset(price.payer for price in self.prices)

    @kept
    def dated(self) -> bool:
        """Whether the day decides which prices hold."""
        return any(price.valid_from or price.valid_to for price in self.prices)

    @kept
    def by_mile(self) -> bool:
        """Whether the distance may decide the price."""
        return any(part.unit == "mile" for price in self.prices for part in price.parts)


def read_price_set(text: bytes) -> PriceSet:
    """The prices that the index keeps for sessions, from their JSON as `price_set` writes it."""
    found = from_json(text)
    return PriceSet(
        minutes=found.get("minutes"),
        ratio=_ratio(found.get("ratio")),
        prices=tuple(_price(price) for price in found["prices"]),
    )


def _price(found: Mapping[str, Any]) -> PriceOf:
    return PriceOf(
        payer=found["payer"],
        weeks=found.get("weeks"),
        valid_from=_day(found.get("from")),
        valid_to=_day(found.get("to")),
        sessions=found.get("sessions"),
        parts=tuple(
            Part(
                part=part["part"],
                unit=part["unit"],
                pence=part.get("pence"),
                chosen=part.get("chosen", False),
                ratio=_ratio(part.get("ratio")),
                adds=part.get("adds", False),
            )
            for part in found["parts"]
        ),
    )


def _ratio(found: Sequence[int] | None) -> Ratio | None:
    return None if found is None else (found[0], found[1])


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
