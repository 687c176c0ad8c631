"""What a council says to its residents, and the area that it answers for."""

from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.catalogue.documents.base import (
    Contact,
    Document,
    Gss,
    LongLine,
    Outcode,
    Pence,
    Phone,
    ShortLine,
    Slug,
    Website,
    Words,
    refuse,
)
from app.vocabulary.codes import PricePartCode, PriceUnitCode


class Sourced(Document):
    """A statement with its source and the day it was read there."""

    source: LongLine
    source_url: Website | None = None
    checked_on: date


class SafeguardingLine(Sourced):
    """A telephone line of a council's safeguarding."""

    phone: Phone
    hours: LongLine | None = None


class SafeguardingForm(Sourced):
    """A form or page for reporting a concern."""

    url: Website


class SafeguardingAdvice(Sourced):
    """When to report a concern to the council, and when not, in plain English and Easy Read."""

    when: list[LongLine] = Field(min_length=1)
    when_easy_read: list[LongLine] = Field(min_length=1)
    when_not: list[LongLine] = Field(min_length=1)
    when_not_easy_read: list[LongLine] = Field(min_length=1)


class Safeguarding(Document):
    """What to do about a worry that somebody is not safe. 999 always comes first."""

    adult_line: SafeguardingLine | None = None
    out_of_hours_line: SafeguardingLine | None = None
    organisational_line: SafeguardingLine | None = None
    form: SafeguardingForm | None = None
    advice: SafeguardingAdvice | None = None


class PaymentRule(Document):
    """Whether a direct payment usually pays for one part of a price, and up to how much."""

    part: PricePartCode
    pays: Literal["yes", "no", "if_in_plan", "ask"]
    ceiling_pence: Pence | None = None
    ceiling_unit: PriceUnitCode | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.ceiling_pence is None) != (self.ceiling_unit is None):
            raise refuse("A ceiling has an amount and a unit.")
        return self


class Information(Document):
    """A short text of a council's on one subject, with where to read more."""

    text: Words
    easy_read: Words
    url: Website | None = None


class OutcodeShare(Document):
    """What part of an outcode lies in the council's area; null is not known, counted as half."""

    outcode: Outcode
    share: Annotated[float, Field(gt=0, le=1)] | None = None


class AreaDocument(Document):
    """The area that a council answers for. Councils are reorganised: areas have dates."""

    gss: Gss | None = None
    name: ShortLine
    tier: Literal["county", "unitary", "metropolitan", "london_borough", "district", "combined"]
    valid_from: date | None = None
    valid_to: date | None = None
    successor_gss: Gss | None = None
    outcodes: list[OutcodeShare] = Field(default_factory=list, max_length=500)

    @model_validator(mode="after")
    def _agree(self) -> Self:
        outcodes = [share.outcode for share in self.outcodes]
        if len(set(outcodes)) != len(outcodes):
            raise refuse("Each outcode may stand there once.")
        return self


class FreshnessDays(Document):
    """For how many days since it was confirmed a listing is fresh, due, and stale."""

    fresh: Annotated[int, Field(ge=1, le=3_650)] = 90
    due: Annotated[int, Field(ge=1, le=3_650)] = 180
    stale: Annotated[int, Field(ge=1, le=3_650)] = 365

    @model_validator(mode="after")
    def _order(self) -> Self:
        if not self.fresh < self.due < self.stale:
            raise refuse("Fresh ends before due, and due before stale.")
        return self


class BankHoliday(Document):
    """A day on which the council's area differs from England's bank holidays."""

    day: date
    holiday: bool = Field(
        default=True, description="False where a bank holiday of England is a working day here."
    )
    name: ShortLine | None = None


class SchoolTerm(Document):
    """From the first to the last day of a school term. A half-term holiday makes two of one."""

    name: ShortLine | None = None
    starts_on: date
    ends_on: date

    @model_validator(mode="after")
    def _order(self) -> Self:
        if self.ends_on < self.starts_on:
            raise refuse("A school term ends after it starts.")
        return self


class CouncilDocument(Document):
    """A council with adult social care duties, and what it says to its residents."""

    id: UUID
    slug: Slug
    name: ShortLine
    served: bool = Field(description="Whether this deployment holds its activities.")
    area: AreaDocument
    contacts: list[Contact] = Field(default_factory=list, max_length=10)
    safeguarding: Safeguarding = Safeguarding()
    direct_payments: Information | None = None
    personal_assistants: Information | None = None
    payment_rules: list[PaymentRule] = Field(default_factory=list)
    disclaimer: Information | None = None
    own_home_in_scope: bool = Field(
        default=True, description="Whether activities at the person's own home are listed."
    )
    freshness: FreshnessDays = FreshnessDays()
    bank_holidays: list[BankHoliday] = Field(
        default_factory=list,
        max_length=100,
        description="Only what differs from England's: one day more, or one less.",
    )
    school_terms: list[SchoolTerm] = Field(
        default_factory=list, max_length=100, description="In order, as far as they are known."
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        days = [one.day for one in self.bank_holidays]
        if len(set(days)) != len(days):
            raise refuse("Each day of the bank holidays may stand there once.")
        terms = self.school_terms
        if any(later.starts_on <= term.ends_on for term, later in pairwise(terms)):
            raise refuse("School terms stand in order, and none begins before the last one ended.")
        parts = [rule.part for rule in self.payment_rules]
        if len(set(parts)) != len(parts):
            raise refuse("Each part of a price has one payment rule.")
        return self
