"""What a provider and a council state of one activity."""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import Field, model_validator

from app.catalogue.documents.base import (
    Age,
    Contact,
    Document,
    Gss,
    Latitude,
    Longitude,
    LongLine,
    Origin,
    Outcode,
    ShortLine,
    Slug,
    Statement,
    Words,
    refuse,
)
from app.catalogue.documents.prices import Policies, PriceDocument
from app.catalogue.documents.sessions import Capacity, SessionDocument
from app.vocabulary.codes import (
    ActivityTypeCode,
    AttendanceCode,
    CohortCode,
    CommunicationCode,
    DeclarationCode,
    FundingCode,
    HowToStartCode,
    LanguageCode,
    OpenToCode,
    OutcomeCode,
    PreferenceCode,
    SettingCode,
    SupportModeCode,
    SupportNeedCode,
    TravelCode,
)


class SupportModeStatement(Statement):
    """A way of supporting people."""

    code: SupportModeCode


class SupportNeedStatement(Statement):
    """Support that the provider can give."""

    code: SupportNeedCode


class CommunicationStatement(Statement):
    """A format or method of communication."""

    code: CommunicationCode


class FundingStatement(Statement):
    """A way of paying."""

    code: FundingCode


class PreferenceStatement(Statement):
    """Something that people may prefer. A session for one sex alone says why in its note."""

    code: PreferenceCode

    @model_validator(mode="after")
    def _justify(self) -> Self:
        if self.code in {"women_only", "men_only"} and self.value == "yes" and not self.note:
            raise refuse("Say in the note why this is for one sex only (Equality Act 2010).")
        return self


class TravelStatement(Statement):
    """A way of getting there."""

    code: TravelCode


class OutcomeStatement(Document):
    """What people get out of it; the primary ones are what it is for."""

    code: OutcomeCode
    primary: bool = False


class Ages(Document):
    """The ages that may come, both ends included; null is no limit."""

    minimum: Age | None = None
    maximum: Age | None = None

    @model_validator(mode="after")
    def _order(self) -> Self:
        lowest, highest = self.minimum, self.maximum
        if lowest is not None and highest is not None and lowest > highest:
            raise refuse("The lowest age is above the highest.")
        return self


class ServedArea(Document):
    """An area that an activity without a venue serves, or in which people are picked up.

    `england` needs nothing more; `council` and `district` need `gss`; `outcodes` needs
    `outcodes`; `radius` needs `latitude`, `longitude` and `miles`.
    """

    kind: Literal["england", "council", "district", "outcodes", "radius"]
    name: ShortLine
    gss: Gss | None = None
    outcodes: list[Outcode] = Field(default_factory=list, max_length=200)
    latitude: Latitude | None = None
    longitude: Longitude | None = None
    miles: Annotated[float, Field(gt=0, le=200)] | None = None

    @model_validator(mode="after")
    def _agree(self) -> Self:
        wanted = {
            "england": set[str](),
            "council": {"gss"},
            "district": {"gss"},
            "outcodes": {"outcodes"},
            "radius": {"latitude", "longitude", "miles"},
        }[self.kind]
        names = ("gss", "outcodes", "latitude", "longitude", "miles")
        stated = {name for name in names if getattr(self, name) not in (None, [])}
        if stated != wanted:
            raise refuse(
                "A council or district needs gss; outcodes needs outcodes; "
                "radius needs latitude, longitude and miles; england needs nothing."
            )
        return self


class Alert(Document):
    """Something that people should know now."""

    text: LongLine
    easy_read: LongLine | None = None
    until: date


class Closure(Document):
    """A temporary closure; the activity stays in the catalogue. No `reopens_on`: not known."""

    reason: LongLine
    easy_read: LongLine | None = None
    closed_from: date
    reopens_on: date | None = None


class Declaration(Document):
    """What the provider declares, and when; shown as declared and never as checked."""

    code: DeclarationCode
    declared_on: date
    evidence: LongLine | None = None


class Contract(Document):
    """How a council buys from this activity. Written by its officers only."""

    council_gss: Gss
    route: Literal["framework", "contract", "spot", "grant", "none"]
    lot: ShortLine | None = None
    starts_on: date | None = None
    ends_on: date | None = None


class ActivityWords(Document):
    """An activity's words in Easy Read; each may be absent."""

    name: ShortLine | None = None
    summary: LongLine | None = None
    description: Words | None = None
    how_to_start: Words | None = None


class ActivityDocument(Document):
    """One activity: everything that its provider and its council state of it."""

    id: UUID
    slug: Slug
    provider_id: UUID
    origin: Origin | None = None
    name: ShortLine
    summary: LongLine
    description: Words
    easy_read: ActivityWords = ActivityWords()
    cohorts: list[CohortCode] = Field(default_factory=list)
    open_to: OpenToCode | None = None
    outcomes: list[OutcomeStatement] = Field(default_factory=list)
    activity_types: list[ActivityTypeCode] = Field(default_factory=list)
    settings: list[SettingCode] = Field(default_factory=list)
    attendance: list[AttendanceCode] = Field(default_factory=list)
    how_to_start: list[HowToStartCode] = Field(default_factory=list)
    how_to_start_note: Words | None = None
    languages: list[LanguageCode] = Field(default_factory=list)
    support_modes: list[SupportModeStatement] = Field(default_factory=list)
    support_needs: list[SupportNeedStatement] = Field(default_factory=list)
    communication: list[CommunicationStatement] = Field(default_factory=list)
    funding: list[FundingStatement] = Field(default_factory=list)
    preferences: list[PreferenceStatement] = Field(default_factory=list)
    travel: list[TravelStatement] = Field(default_factory=list)
    ages: Ages = Ages()
    sessions: list[SessionDocument] = Field(default_factory=list, max_length=100)
    prices: list[PriceDocument] = Field(default_factory=list, max_length=30)
    policies: Policies = Policies()
    served_areas: list[ServedArea] = Field(default_factory=list, max_length=50)
    pick_up_areas: list[ServedArea] = Field(default_factory=list, max_length=50)
    contacts: list[Contact] = Field(default_factory=list, max_length=10)
    capacity: Capacity | None = None
    alert: Alert | None = None
    closure: Closure | None = None
    declarations: list[Declaration] = Field(default_factory=list)
    contracts: list[Contract] = Field(default_factory=list, max_length=20)
    confirmed_on: date

    @model_validator(mode="after")
    def _agree(self) -> Self:
        coded: dict[str, Sequence[object]] = {
            "cohorts": self.cohorts,
            "activity_types": self.activity_types,
            "settings": self.settings,
            "attendance": self.attendance,
            "how_to_start": self.how_to_start,
            "languages": self.languages,
            "outcomes": [term.code for term in self.outcomes],
            "support_modes": [term.code for term in self.support_modes],
            "support_needs": [term.code for term in self.support_needs],
            "communication": [term.code for term in self.communication],
            "funding": [term.code for term in self.funding],
            "preferences": [term.code for term in self.preferences],
            "travel": [term.code for term in self.travel],
            "sessions": [session.id for session in self.sessions],
            "prices": [price.id for price in self.prices],
            "declarations": [declaration.code for declaration in self.declarations],
        }
        for name, codes in coded.items():
            if len(set(codes)) != len(codes):
                raise refuse(f"Each entry of {name} may stand there once.")
        known = {session.id for session in self.sessions}
        if any(not known.issuperset(price.session_ids) for price in self.prices):
            raise refuse("A price names a session that this activity does not have.")
        return self
