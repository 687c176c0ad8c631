"""The answers to the questionnaire: the closed shape of what a person may tell.

Every answer is optional and null means not answered. What is said here is about somebody's health:
it lives for one request, no text of it stands in an error, and no object here shows it.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    StrictBool,
    StrictFloat,
    StrictInt,
    StringConstraints,
    WrapValidator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError

from app import problems
from app.catalogue.documents.base import Gss
from app.parameters import Language, refuse_line_breaks
from app.vocabulary.terms import vocabulary

problems.OWN_KINDS.update({"unknown_answer", "contradiction", "repeated_answer", "answer"})

ForWhom = Literal["me", "someone_i_care_for", "someone_i_work_with"]
Period = Literal["week", "four_weeks", "month"]
Criterion = Literal[
    "what_i_do", "who_it_is_for", "how_near", "when", "cost", "support", "language_and_culture"
]
WithinMiles = int | Literal["any", "online"]

MOST_MILES = 100
MOST_WANTED = 5
"""How many activities, and how many outcomes, can be put in an order of wishes."""

YOUNG = 26
"""The first age that is not young: the cohort of young adults ends before it."""


def refuse(message: str, kind: str = "contradiction") -> PydanticCustomError:
    """The error that tells what to change in the answers; the message holds nothing of them."""
    return PydanticCustomError(kind, message)


class OneOf:
    """Makes a text one of the codes of a scheme that can be an answer.

    An unknown one is told by where it stands alone: near spellings would tell what was written.
    """

    def __init__(self, scheme: str, kind: str | None = None) -> None:
        terms = vocabulary().scheme(scheme).terms
        self.scheme = scheme
        self.codes = [
            term.code
            for term in terms
            if (kind is None or term.kind == kind) and term.person is not False
        ]
        self.known = frozenset(self.codes)

    def check(self, code: str) -> str:
        """The code itself.

        Raises:
            PydanticCustomError: `unknown_answer`, without the text and without near spellings.
        """
        if code not in self.known:
            raise refuse(
                f"This is not one of the answers. They are at /v1/vocabularies/{self.scheme}.",
                "unknown_answer",
            )
        return code

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> CoreSchema:  # noqa: ANN401 - as pydantic has it.
        from pydantic_core import core_schema  # noqa: PLC0415 - only while models are made.

        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """The codes as an enumeration."""
        return {**handler(schema), "enum": self.codes}


def _each_once(codes: Sequence[Any]) -> Sequence[Any]:
    named = [getattr(one, "code", one) for one in codes]
    if len(set(named)) != len(named):
        raise refuse("Each answer may stand here once.", "repeated_answer")
    return codes


EachOnce = AfterValidator(_each_once)


def _or(default: bool) -> BeforeValidator:  # noqa: FBT001 - it is the value itself.
    return BeforeValidator(
        lambda value: default if value is None else value, json_schema_input_type=bool | None
    )


def _within(value: object, _: Callable[[Any], Any]) -> WithinMiles:
    if value == "any" and isinstance(value, str):
        return "any"
    if value == "online" and isinstance(value, str):
        return "online"
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MOST_MILES:
        return value
    raise refuse(f"Give whole miles from 1 to {MOST_MILES}, or any, or online.", "answer")


def _day(value: object) -> object:
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise refuse("Write a day as YYYY-MM-DD.", "answer")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise refuse("There is no such day.", "answer") from None


Day = Annotated[date, BeforeValidator(_day)]
No = Annotated[StrictBool, _or(default=False)]
Yes = Annotated[StrictBool, _or(default=True)]
Pounds = Annotated[StrictInt, Field(ge=0, le=100_000_000)]
Group = Annotated[list[Annotated[str, OneOf("cohort", "group")]], Field(max_length=10), EachOnce]
Needs = Annotated[list[Annotated[str, OneOf("cohort", "need")]], Field(max_length=20), EachOnce]
AgeBand = Annotated[str, OneOf("age_band")]
# The length comes first: after a validator it would be told as a number of items.
PlaceWords = Annotated[
    str, StringConstraints(min_length=1, max_length=100), AfterValidator(refuse_line_breaks)
]


QUESTION_PATHS = {
    "for_whom": "/for_whom",
    "location": "/location",
    "council": "/council",
    "group": "/group",
    "needs": "/needs",
    "age_band": "/age_band",
    "cared_for_group": "/cared_for/group",
    "cared_for_needs": "/cared_for/needs",
    "cared_for_age_band": "/cared_for/age_band",
    "break_hours": "/break_hours",
    "funding": "/funding",
    "budget": "/budget",
    "days_per_week": "/days_per_week",
    "activities": "/activities",
    "outcomes": "/outcomes",
    "slots": "/times/slots",
    "only_these_times": "/times/only",
    "bank_holidays": "/times/bank_holidays",
    "within_miles": "/travel/within_miles",
    "online": "/travel/online",
    "travel_how": "/travel/how",
    "needs_pick_up": "/travel/needs_pick_up",
    "support_level": "/support/level",
    "support_needs": "/support/needs",
    "access": "/access",
    "communication": "/communication",
    "languages": "/languages",
    "preferences": "/preferences",
    "settings": "/settings",
    "support_modes": "/support_modes",
    "matters_most": "/matters_most",
}
"""The id of each question and the JSON Pointer of its answer: `next_questions` names these ids."""


class Told(BaseModel):
    """The base of everything that is told: strict, closed, and silent when it is printed."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    def __repr_args__(self) -> Sequence[tuple[str | None, Any]]:
        """Nothing: whoever prints or logs an answer by mistake shows no answer."""
        return ()

    __str__ = BaseModel.__repr__


class Location(Told):
    """Where the person lives: words, or a point on the map."""

    text: PlaceWords | None = Field(
        None,
        description="A postcode, outcode, sector or place name. A postcode is cut to its sector.",
        examples=["CW1 2AB"],
    )
    latitude: Annotated[StrictFloat, Field(ge=-90, le=90, allow_inf_nan=False)] | None = Field(
        None, description="With `longitude`, in place of `text`."
    )
    longitude: Annotated[StrictFloat, Field(ge=-180, le=180, allow_inf_nan=False)] | None = Field(
        None, description="With `latitude`."
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise refuse("Give both latitude and longitude, or neither.")
        if self.text is not None and self.latitude is not None:
            raise refuse("Give a place by text, or by latitude and longitude.")
        return self


class CaredFor(Told):
    """The person that an unpaid carer cares for."""

    group: Group | None = Field(None, description="Broad groups they belong to.")
    needs: Needs | None = Field(None, description="Their conditions or impairments.")
    age_band: AgeBand | None = Field(None, description="How old they are.")


class Budget(Told):
    """What there is to spend."""

    amount_pence: Pounds = Field(description="In pence, for each `period`.", examples=[20_000])
    period: Period = Field("week", description="For how long it has to last.")
    must: No = Field(default=False, description="Leave out what costs more.")


class Times(Told):
    """When the person can come."""

    slots: Annotated[list[Annotated[str, OneOf("slot")]], Field(max_length=21), EachOnce] | None = (
        Field(None, description="Days and parts of them.", examples=[["tue_morning"]])
    )
    only: No = Field(default=False, description="At no other times.")
    bank_holidays: No = Field(default=False, description="On bank holidays too.")


class Travel(Told):
    """How far, and how."""

    within_miles: Annotated[WithinMiles, WrapValidator(_within)] | None = Field(
        None,
        description="Whole miles from 1 to 100 in a straight line, or `any`, or `online`.",
        examples=[5],
        json_schema_extra={
            "anyOf": [
                {"type": "integer", "minimum": 1, "maximum": MOST_MILES},
                {"type": "string", "enum": ["any", "online"]},
                {"type": "null"},
            ]
        },
    )
    online: StrictBool | None = Field(
        None, description="Whether joining online is wanted; null is not answered."
    )
    how: Annotated[list[Annotated[str, OneOf("travel")]], Field(max_length=10), EachOnce] | None = (
        Field(None, description="Ways of getting there.")
    )
    needs_pick_up: No = Field(default=False, description="Must be picked up.")

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.within_miles == "online" and self.online is False:
            raise refuse("Only online, and not online, cannot both be wanted.")
        if self.within_miles == "online" and self.needs_pick_up:
            raise refuse("Nobody needs to be picked up for what is only online.")
        return self


class SupportNeed(Told):
    """Help that is needed."""

    code: Annotated[str, OneOf("support_need")]
    must: Yes = Field(default=True, description="Cannot go without; else it is a wish.")


class Support(Told):
    """How much help is needed there, and with what."""

    level: Annotated[str, OneOf("support_level")] | None = Field(None, description="How much.")
    needs: Annotated[list[SupportNeed], Field(max_length=20), EachOnce] | None = Field(
        None, description="With what."
    )


class AccessNeed(Told):
    """What the place must have."""

    code: Annotated[str, OneOf("access")]
    must: Yes = Field(default=True, description="Cannot go without; else it is a wish.")


class CommunicationWish(Told):
    """How the person communicates."""

    code: Annotated[str, OneOf("communication")]
    must: No = Field(default=False, description="Cannot go without; else it is a wish.")


class PreferenceWish(Told):
    """Something that the person prefers."""

    code: Annotated[str, OneOf("preference")]
    must: No = Field(default=False, description="Cannot go without; else it is a wish.")


class Answers(Told):
    """Everything that has been answered so far. Lists that are empty count as not answered."""

    for_whom: ForWhom | None = Field(None, description="Changes the wording and nothing else.")
    location: Location | None = Field(None, description="Where the person lives.")
    council: Gss | None = Field(
        None,
        description="Who helps or pays, by GSS code; settles a border.",
        examples=["E06000049"],
    )
    group: Group | None = Field(None, description="Broad groups the person belongs to.")
    needs: Needs | None = Field(None, description="Their conditions or impairments.")
    age_band: AgeBand | None = Field(None, description="How old they are.")
    age: Annotated[StrictInt, Field(ge=0, le=120)] | None = Field(
        None, description="In place of `age_band`, in whole years.", examples=[28]
    )
    cared_for: CaredFor | None = Field(None, description="Whom an unpaid carer cares for.")
    break_hours: (
        Annotated[StrictFloat, Field(ge=0.5, le=24, multiple_of=0.5, allow_inf_nan=False)] | None
    ) = Field(None, description="How long a carer's break should be, in half hours.")
    funding: Annotated[str, OneOf("funding")] | None = Field(None, description="Who pays.")
    budget: Budget | None = Field(None, description="What there is to spend.")
    days_per_week: Annotated[StrictInt, Field(ge=1, le=7)] | None = Field(
        None, description="On how many days a week to go out."
    )
    activities: (
        Annotated[
            list[Annotated[str, OneOf("activity_type")]], Field(max_length=MOST_WANTED), EachOnce
        ]
        | None
    ) = Field(None, description="What to do there, most wanted first, up to five.")
    outcomes: (
        Annotated[list[Annotated[str, OneOf("outcome")]], Field(max_length=MOST_WANTED), EachOnce]
        | None
    ) = Field(None, description="What to get out of it, most wanted first, up to five.")
    times: Times | None = Field(None, description="When.")
    travel: Travel | None = Field(None, description="How far, and how.")
    support: Support | None = Field(None, description="How much help, and with what.")
    access: Annotated[list[AccessNeed], Field(max_length=20), EachOnce] | None = Field(
        None, description="What the place must have."
    )
    communication: Annotated[list[CommunicationWish], Field(max_length=20), EachOnce] | None = (
        Field(None, description="How the person communicates.")
    )
    languages: (
        Annotated[list[Annotated[str, OneOf("language")]], Field(max_length=20), EachOnce] | None
    ) = Field(None, description="Languages spoken.", examples=[["gu"]])
    preferences: Annotated[list[PreferenceWish], Field(max_length=20), EachOnce] | None = Field(
        None, description="Anything else that matters."
    )
    settings: (
        Annotated[list[Annotated[str, OneOf("setting")]], Field(max_length=20), EachOnce] | None
    ) = Field(None, description="Kinds of places.")
    support_modes: (
        Annotated[list[Annotated[str, OneOf("support_mode")]], Field(max_length=20), EachOnce]
        | None
    ) = Field(None, description="Ways of being supported.")
    matters_most: Annotated[list[Criterion], Field(max_length=2), EachOnce] | None = Field(
        None, description="Up to two criteria that count double."
    )

    @model_validator(mode="after")
    def _agree(self) -> Self:
        if self.age_band is not None and self.age is not None:
            raise refuse("Give an age or an age band, and not both.")
        _refuse_impossible_ages(self.group, self.age_band, self.age)
        if self.cared_for is not None:
            _refuse_impossible_ages(self.cared_for.group, self.cared_for.age_band, None)
        musts = {one.code for one in self.preferences or () if one.must}
        if {"women_only", "men_only"} <= musts:
            raise refuse("Two things that cannot go without each exclude the other.")
        return self


def ages_of(age_band: str | None, age: int | None) -> tuple[int, int] | None:
    """The youngest and the oldest that somebody may be, in years; None if it was not answered."""
    if age is not None:
        return age, age
    if age_band is None:
        return None
    term = vocabulary().term("age_band", age_band)
    return term.min_age or 0, 120 if term.max_age is None else term.max_age


def _refuse_impossible_ages(
    group: Sequence[str] | None, age_band: str | None, age: int | None
) -> None:
    groups, ages = set(group or ()), ages_of(age_band, age)
    young, old = "young_adults" in groups, "older_people" in groups
    too_young = old and ages is not None and ages[1] < YOUNG
    too_old = young and ages is not None and ages[0] >= YOUNG
    if (young and old) or too_young or too_old:
        # One sentence for every case: which of them it was would tell what was answered.
        raise refuse("The age and the groups do not go together. Please check both.")


class Submission(Told):
    """Answers, the language to be answered in, and the day to look from."""

    answers: Answers = Field(
        default=Answers(), description="The answers so far; every one is optional."
    )
    lang: Language = Field(
        "en", description="The language of labels; texts come in plain English and Easy Read."
    )
    date: Day | None = Field(
        None,
        description="From today to 366 days ahead; today in London if not given.",
        examples=["2026-12-01"],
    )


class MatchesWanted(Submission):
    """The body of `POST /v1/matches`."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "answers": {
                        "location": {"text": "CW1 2AB"},
                        "needs": ["learning_disability"],
                        "funding": "direct_payment",
                        "activities": ["gardening"],
                        "travel": {"within_miles": 10},
                    },
                    "limit": 5,
                }
            ]
        }
    )

    limit: Annotated[StrictInt, Field(ge=1, le=100)] = Field(
        20, description="The most results in each list."
    )
    offset: Annotated[StrictInt, Field(ge=0, le=1_000_000)] = Field(
        0, description="How many results of each list to leave out at its start."
    )
