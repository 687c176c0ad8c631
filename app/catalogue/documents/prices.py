"""What an activity costs, and what happens when somebody is away."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.catalogue.documents.base import Document, LongLine, Pence, refuse
from app.catalogue.documents.sessions import StaffRatio
from app.vocabulary.codes import AbsenceRuleCode, PricePartCode, PriceUnitCode


class PricePart(Document):
    """One part of a price. An amount that is not known is null.

    A part with a staffing ratio holds for people who need that ratio; it takes the place of the
    support part (`replaces`) or comes on top of it (`adds`).
    """

    part: PricePartCode
    unit: PriceUnitCode
    amount_pence: Pence | None = None
    required: Literal["always", "if_chosen"] = "always"
    staff_ratio: StaffRatio | None = None
    ratio_effect: Literal["replaces", "adds"] | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        open_amount = self.unit in {"donation", "on_request"}
        if open_amount != (self.amount_pence is None):
            raise refuse("A donation or a price on request has no amount; any other unit has.")
        if self.unit == "free" and self.amount_pence:
            raise refuse("What is free costs 0.")
        if (self.staff_ratio is None) != (self.ratio_effect is None):
            raise refuse("A part for a staffing ratio says whether it replaces or adds.")
        return self


class PriceDocument(Document):
    """What one kind of payer pays, in parts."""

    id: UUID
    label: LongLine | None = Field(None, description="The price in the provider's own words.")
    payer: Literal["anyone", "direct_payment", "self_funder", "council"] = "anyone"
    session_ids: list[UUID] = Field(
        default_factory=list, description="The sessions that it holds for; none named means all."
    )
    weeks_per_year: Annotated[int, Field(ge=1, le=53)] | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    parts: list[PricePart] = Field(min_length=1, max_length=20)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        plain = any(part.part == "support" and part.staff_ratio is None for part in self.parts)
        if not plain and any(part.ratio_effect == "replaces" for part in self.parts):
            raise refuse(
                "A part that replaces the support part for some needs a support part for the rest."
            )
        if self.valid_from and self.valid_to and self.valid_to < self.valid_from:
            raise refuse("A price stops being valid after it starts being valid.")
        return self


class Policies(Document):
    """What happens when somebody is away, leaves, or wants to try first."""

    absence: AbsenceRuleCode | None = None
    notice_weeks: Annotated[int, Field(ge=0, le=52)] | None = None
    trial: Literal["free", "paid", "none"] | None = None
    if_closed: LongLine | None = Field(
        None, description="What the provider does when it must close, in its own words."
    )
