"""What one may ask of the list of activities. The README says what each criterion means."""

from datetime import time
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from app import problems
from app.catalogue.documents.base import Gss
from app.paging import PageParams
from app.parameters import InDigits, LanguageParams, refuse_line_breaks
from app.vocabulary.codes import (
    AccessCode,
    ActivityTypeCode,
    AttendanceCode,
    CapacityCode,
    CohortCode,
    CommunicationCode,
    FundingCode,
    HowToStartCode,
    LanguageCode,
    OpenToCode,
    OutcomeCode,
    PreferenceCode,
    SettingCode,
    SupportModeCode,
    SupportNeedCode,
    TimeBandCode,
    TravelCode,
)

problems.OWN_KINDS.add("criteria")

MOST_VALUES = 60
"""How many values one criterion takes; no vocabulary has more terms that make sense together."""

DEFAULT_WITHIN = 10.0

SearchDay = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun", "bank_holiday"]
Sort = Literal[
    "relevance",
    "-relevance",
    "distance",
    "-distance",
    "price",
    "-price",
    "name",
    "-name",
    "confirmed",
    "-confirmed",
    "newest",
    "-newest",
]
Facet = Literal[
    "cohort",
    "outcome",
    "activity_type",
    "setting",
    "support_mode",
    "funding",
    "time_band",
    "attendance",
    "communication",
    "language",
    "preference",
    "travel",
    "open_to",
    "how_to_start",
    "access",
    "support_need",
    "capacity",
    "council",
]


def _local_time(text: str) -> str:
    try:
        time.fromisoformat(text)
    except ValueError:
        raise PydanticCustomError(
            "criteria", "Write a time as HH:MM, from 00:00 to 23:59."
        ) from None
    return text


LocalTime = Annotated[
    str, StringConstraints(pattern=r"^[0-9]{2}:[0-9]{2}$"), AfterValidator(_local_time)
]


def _nothing_if_empty(text: object) -> object:
    """An empty field of a form is not a question."""
    return None if isinstance(text, str) and not text.strip() else text


Words = Annotated[str, StringConstraints(max_length=400), AfterValidator(refuse_line_breaks)]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=80), AfterValidator(refuse_line_breaks)
]
PlaceText = Annotated[
    str, StringConstraints(min_length=1, max_length=100), AfterValidator(refuse_line_breaks)
]


def _any_of(what: str, *examples: str) -> Any:  # noqa: ANN401 - pydantic's Field is Any.
    return Field(
        default_factory=list, max_length=MOST_VALUES, description=what, examples=[[*examples]]
    )


class SearchCriteria(PageParams, LanguageParams):
    """Which activities, in which order, and which part of the list of them."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "near": "CW1 2AB",
                    "within": 10,
                    "cohort": ["learning_disability"],
                    "funding": ["direct_payment"],
                    "day": ["tue"],
                    "facets": ["activity_type"],
                }
            ]
        }
    )

    q: Annotated[Words | None, BeforeValidator(_nothing_if_empty)] = Field(
        None,
        description=(
            "Words to look for in names, descriptions, providers, venues and terms. All must be "
            "found; if nothing has all of them, any, and `matched` says so."
        ),
        examples=["gardening"],
    )
    near: PlaceText | None = Field(
        None, description="A postcode, outcode, sector or place name.", examples=["CW1 2AB"]
    )
    latitude: float | None = Field(
        None,
        ge=-90,
        le=90,
        allow_inf_nan=False,
        description="With `longitude`, in place of `near`.",
    )
    longitude: float | None = Field(
        None, ge=-180, le=180, allow_inf_nan=False, description="With `latitude`."
    )
    within: float | None = Field(
        None,
        gt=0,
        le=100,
        allow_inf_nan=False,
        description="Miles from the place, in a straight line; 10 if not given.",
        examples=[5],
    )
    cohort: list[CohortCode] = _any_of("Who it is for: any of these.", "learning_disability")
    outcome: list[OutcomeCode] = _any_of("What people get out of it: any of these.", "fit_active")
    activity_type: list[ActivityTypeCode] = _any_of("What one does: any of these.", "gardening")
    setting: list[SettingCode] = _any_of("Where it happens: any of these.", "outdoors")
    support_mode: list[SupportModeCode] = _any_of("How one is supported: any.", "small_group")
    funding: list[FundingCode] = _any_of("How it can be paid for: any.", "direct_payment")
    time_band: list[TimeBandCode] = _any_of("When: any of these.", "weekday_evening")
    attendance: list[AttendanceCode] = _any_of("How one comes along: any.", "drop_in")
    communication: list[CommunicationCode] = _any_of("Formats and methods: any.", "bsl")
    language: list[LanguageCode] = _any_of("Spoken languages: any.", "gu")
    preference: list[PreferenceCode] = _any_of("Preferences: any.", "women_only")
    travel: list[TravelCode] = _any_of("Ways of getting there: any.", "provider_transport")
    open_to: list[OpenToCode] = _any_of("How far it is limited to those it names: any.", "anyone")
    how_to_start: list[HowToStartCode] = _any_of("How to start: any.", "turn_up")
    access: list[AccessCode] = _any_of("Access features of the venue: all of these.", "step_free")
    support_need: list[SupportNeedCode] = _any_of(
        "Support that the provider can give: all of these.", "personal_care"
    )
    include_unknown: bool = Field(
        default=False,
        description=(
            "Keep activities that do not state the access or support asked for, or only partly; "
            "`not_stated` marks what to ask about."
        ),
    )
    day: list[SearchDay] = _any_of("Days on which it runs: any of these.", "tue")
    starts_after: LocalTime | None = Field(None, description="Starts then or later, local `HH:MM`.")
    ends_before: LocalTime | None = Field(None, description="Ends then or earlier, local `HH:MM`.")
    age: Annotated[int, Field(ge=0, le=120), InDigits] | None = Field(
        None, description="Open to somebody of this age.", examples=[28]
    )
    max_price_pence: Annotated[int, Field(ge=0, le=10_000_000), InDigits] | None = Field(
        None, description="Costs at most this for one attendance.", examples=[2000]
    )
    free: bool | None = Field(None, description="`true`: costs nothing. `false` limits nothing.")
    capacity: list[CapacityCode] = _any_of("Whether there is a place: any of these.", "open")
    council: list[Gss] = _any_of(
        "Providers at home in this council's area, by its GSS code: any.", "E06000049"
    )
    provider: list[Name] = _any_of("These providers', by id or slug: any.", "two-oars")
    confirmed_within_days: Annotated[int, Field(ge=0, le=3_650), InDigits] | None = Field(
        None, description="Confirmed by its provider within so many days.", examples=[90]
    )
    sort: Sort | None = Field(
        None,
        description=(
            "`relevance` where `q` is given, else `distance` where a place is given, else `name`; "
            "or `price`, `confirmed`, `newest`. A `-` before it reverses."
        ),
    )
    facets: list[Facet] = _any_of(
        "Vocabularies whose terms to count: for each term, what the total would be with it.",
        "cohort",
    )

    @property
    def has_place(self) -> bool:
        """Whether a place is asked about."""
        return self.near is not None or self.latitude is not None

    @property
    def order(self) -> str:
        """The order of the list, with its `-` where it is reversed."""
        if self.sort is not None:
            return self.sort
        if self.q is not None:
            return "relevance"
        return "distance" if self.has_place else "name"

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise PydanticCustomError("criteria", "Give both latitude and longitude, or neither.")
        if self.near is not None and self.latitude is not None:
            raise PydanticCustomError(
                "criteria", "Give a place by near or by latitude and longitude."
            )
        if self.within is not None and not self.has_place:
            raise PydanticCustomError("criteria", "A distance needs a place: give near as well.")
        by = self.order.removeprefix("-")
        if by == "distance" and not self.has_place:
            raise PydanticCustomError("criteria", "Sorting by distance needs a place: give near.")
        if by == "relevance" and self.q is None:
            raise PydanticCustomError("criteria", "Sorting by relevance needs words: give q.")
        return self
