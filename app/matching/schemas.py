"""The answer of `POST /v1/matches`, and what it is made of. Unknown is null, never left out."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from app.catalogue.documents.base import Day
from app.catalogue.schemas import (
    ActivitySummary,
    CapacityView,
    FirstContact,
    FreshnessView,
    LocalTime,
    NearestVenue,
    SafeguardingView,
)
from app.matching.answers import Criterion
from app.search.schemas import PlaceUnderstood
from app.vocabulary.schemas import CodedTerm

Pence = Annotated[int, Field(ge=0)]


class Said(BaseModel):
    """The same in plain English and in Easy Read."""

    text: str = Field(description="In plain English.")
    easy_read: str = Field(description="In short sentences and everyday words.")


class Counts(BaseModel):
    """How many activities ended where; together they are `considered`."""

    matches: int
    ask_first: int
    near_misses: int
    excluded: int


class Band(BaseModel):
    """How good a match is, in words."""

    code: Literal["good", "fair", "some", "little", "so_far"]
    label: str
    easy_read: str


class Reason(Said):
    """What one criterion gave, and why. The points of all criteria add up to the score."""

    criterion: Criterion
    weight: float = Field(description="What it can give at most; all weights come to 100.")
    fit: float = Field(ge=0, le=1, description="From 0 to 1, to three decimals.")
    points: float = Field(description="`weight` times `fit`, to one decimal.")


class Must(Said):
    """What cannot be gone without: met, to be asked about, or failed."""

    code: str = Field(description="A filter of the policy, or the code that was asked for.")
    status: Literal["met", "ask", "failed"]


class Distance(BaseModel):
    """How far it is. `about_road_miles` is an estimate; say "about"."""

    straight_miles: float
    about_road_miles: float
    uncertainty_miles: float = Field(description="How exactly the person's place is known.")


class SessionThatFits(BaseModel):
    """A session that serves the person."""

    session_id: UUID
    day: Day
    starts_at: LocalTime
    ends_at: LocalTime
    venue: NearestVenue | None = Field(description="Null where it is online or comes to people.")
    distance: Distance | None


class CostColumns(BaseModel):
    """Who pays what. The total is the sum of the columns."""

    total_pence: Pence
    from_direct_payment_pence: Pence
    own_money_pence: Pence
    to_ask_pence: Pence = Field(description="Ask the council whether a direct payment pays it.")


class OptionalCost(BaseModel):
    """A part of the price that one can choose."""

    part: CodedTerm
    per_attendance_pence: Pence | None = Field(description="Null where it is not known.")


class Cost(BaseModel):
    """What it would cost, as far as it is stated; what is not known is named, never guessed."""

    per_attendance: CostColumns | None
    per_week: CostColumns | None
    per_year_pence: Pence | None
    attendances_per_week: int
    optional: list[OptionalCost]
    unknown: list[CodedTerm] = Field(description="The parts whose price is not known.")
    explanation: Said


class Match(BaseModel):
    """One activity, judged for one person, with everything that was judged."""

    activity: ActivitySummary
    serves: Literal["you", "the_person_you_care_for"]
    score: int | None = Field(description="0 to 100; null where nothing weighted was answered.")
    band: Band
    reasons: list[Reason]
    musts: list[Must]
    questions_to_ask: list[Said]
    sessions_that_fit: list[SessionThatFits]
    distance: Distance | None
    cost: Cost
    capacity: CapacityView
    freshness: FreshnessView


class ExcludedFor(BaseModel):
    """Why some activities are left out, by the first thing that failed."""

    reason: str = Field(description="A filter of the policy, or the code that was asked for.")
    label: str
    easy_read: str
    count: int


class Relaxation(Said):
    """A small change of the answers that brings more matches. Nothing applies it by itself."""

    patch: dict[str, Any] = Field(description="A JSON merge patch (RFC 7396) to `answers`.")
    gains: int = Field(description="By how much applying it raises `counts.matches`.")


class CouncilCandidate(BaseModel):
    """A council that may answer for the place, and how to reach it."""

    gss: str | None
    name: str | None
    contact: FirstContact | None = Field(description="Null where this service does not hold it.")
    safeguarding: SafeguardingView


class CouncilToCall(CouncilCandidate):
    """The council that answers for the place, as far as that is known."""

    candidates: list[CouncilCandidate] = Field(
        description="Near a border: every council that may be the one, the likeliest first."
    )


class MatchesFound(BaseModel):
    """Every live activity, judged: what fits, what to ask about, what nearly fits."""

    policy_version: str
    catalogue_version: str
    place: PlaceUnderstood | None = Field(description="How the place was understood.")
    assumed: list[Said] = Field(description="What was assumed where nothing was answered.")
    considered: int
    counts: Counts
    matches: list[Match]
    ask_first: list[Match]
    near_misses: list[Match]
    excluded_summary: list[ExcludedFor]
    relaxations: list[Relaxation]
    next_questions: list[str] = Field(description="Ids of questions worth answering next.")
    advice: list[str] = Field(description="Slugs of articles at `/v1/advice`.")
    council: CouncilToCall
    notice: Said = Field(description="A ranking is not a decision, and whom to call.")


class FilterRule(Said):
    """One test that every activity is put to."""

    code: str
    must_of: str | None = Field(
        description="The vocabulary of a must's term; null for tests that are no must."
    )
    label: str = Field(description="What is said of those that it leaves out.")


class ListRule(Said):
    """One of the four lists, and what stands in it."""

    code: Literal["matches", "ask_first", "near_misses", "excluded"]


class CriterionRule(Said):
    """What a criterion weighs, and how its fit is found."""

    criterion: Criterion
    weight: int = Field(description="Of 100, where everything was answered.")
    title: str


class BandRule(BaseModel):
    """From which score on a band begins."""

    code: Literal["good", "fair", "some", "little", "so_far"]
    least: int
    label: str
    easy_read: str


class HistoryNote(Said):
    """What changed with a version."""

    version: str


class Policy(BaseModel):
    """How matching judges: every rule, in the order in which it is used."""

    version: str
    filters: list[FilterRule] = Field(description="In the order in which they are tested.")
    lists: list[ListRule]
    weights: list[CriterionRule]
    weighing: Said
    bands: list[BandRule]
    so_far_below: int = Field(
        description="With answers worth less than this of 100, the band is `so_far`."
    )
    order: list[Said] = Field(description="What decides the order of a list, the first first.")
    fairness: Said
    history: list[HistoryNote] = Field(description="What changed, the newest first.")
