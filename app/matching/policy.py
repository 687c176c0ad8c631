"""The rules of matching as tables: what is tested, what counts how much, and in what order.

The code that judges reads these very tables, and `GET /v1/matching/policy` tells them.
"""

from dataclasses import dataclass
from typing import Literal

from app.matching.answers import Criterion
from app.vocabulary.terms import vocabulary

VERSION = "2026.1"

HISTORY = (
    (
        VERSION,
        "The first rules: four lists, seven criteria, an order without favour.",
        "These are our first rules.",
    ),
)
"""What changed with each version, the newest first. A change of any table here needs a new one."""

WEIGHTS: dict[Criterion, int] = {
    "what_i_do": 25,
    "who_it_is_for": 20,
    "how_near": 15,
    "when": 10,
    "cost": 10,
    "support": 10,
    "language_and_culture": 10,
}
"""What each criterion can give at most, of 100 where everything was answered."""

ENOUGH_ANSWERED = 40
"""Of the 100: with less answered, a score is only that of what was told so far."""

RANK_TENTHS = (10, 8, 6, 5, 4)
"""What the first, second … of an ordered list of wishes counts, in tenths."""

EXACT, RELATIVE, OPEN_TO_ALL, NOT_STATED = 100, 60, 50, 25
"""Fits in hundredths: the very term, a broader or narrower one, open to everyone, nothing said."""

SECONDARY = 70
"""The fit in hundredths of an outcome that is not what an activity is mainly for."""

YES, PARTLY, UNSTATED = 4, 2, 1
"""Fits of four-valued facts, in quarters."""

NEAREST_MILES, FURTHEST_FIT, LEAST_LIMIT, ANY_LIMIT = 1, 30, 3, 20
"""Up to so many miles the fit is 1; at the limit (of 3 miles at least; 20 for any) it is .3."""

ONLINE_FITS = {"only": 100, "wanted": 75, "not_answered": 50}
"""The nearness of what is online, in hundredths, by what was answered on joining online."""

REOPENS_WITHIN_DAYS = 56
NEAR_MISS_MILES = 5
"""A near miss is at most so many miles beyond the limit, or the limit once more."""

NEAR_MISS_BUDGET = (5, 4)
"""A near miss costs at most 1.25 times the budget."""

NEAR_MISS_YEARS = 2
NEAR_MISS_MINUTES = 60
FRESH_DAYS, DUE_DAYS = 90, 180
"""Where lists are told apart by how long ago they were confirmed."""

BandCode = Literal["good", "fair", "some", "little", "so_far"]


@dataclass(frozen=True)
class BandOf:
    """A stretch of scores and what it is called."""

    code: BandCode
    least: int
    label: str
    easy_read: str


BANDS = (
    BandOf("good", 80, "Good match", "This fits you well."),
    BandOf("fair", 60, "Fair match", "This fits you quite well."),
    BandOf("some", 40, "Some of what you asked for", "This has some of what you want."),
    BandOf(
        "little", 0, "Only a little of what you asked for", "This has a little of what you want."
    ),
)
SO_FAR = BandOf("so_far", 0, "Fits what you told us so far", "This fits what you told us so far.")


@dataclass(frozen=True)
class FilterOf:
    """One test that every activity is put to, in words; `scheme` names where a must's term is."""

    code: str
    label: str
    easy_read: str
    scheme: str | None = None


MUST_SCHEMES = ("support_need", "access", "communication", "preference")
LEVELS = ("one_to_one", "two_to_one", "with_pa")
"""Levels of support that are a must: the activity has to offer them."""


def _musts() -> list[FilterOf]:
    return [
        FilterOf(
            term.code,
            f"Does not have what you must have: {term.label}",
            f"It does not have this: {term.easy_read}",
            scheme,
        )
        for scheme in MUST_SCHEMES
        for term in vocabulary().scheme(scheme).terms
    ]


FILTERS: tuple[FilterOf, ...] = (
    FilterOf("open", "Closed for now", "It is closed now."),
    FilterOf("travel", "Further away than you want to go", "It is too far away for you."),
    FilterOf("age", "For people of another age", "It is for people of another age."),
    FilterOf("who_it_is_for", "Only for other people", "It is only for other people."),
    FilterOf("funding", "Cannot be paid for in your way", "You cannot pay for it in your way."),
    FilterOf("times", "At times when you cannot come", "It is when you cannot come."),
    *_musts(),
    FilterOf("pick_up", "Cannot pick you up", "They cannot pick you up."),
    FilterOf("one_to_one", "No worker just for you", "There is no worker just for you."),
    FilterOf("two_to_one", "No two workers just for you", "There are no two workers just for you."),
    FilterOf("with_pa", "You cannot bring your own helper", "You cannot bring your own helper."),
    FilterOf("budget", "Costs more than your budget", "It costs more than you have."),
)
"""In the order in which they are tested: what is left out is counted by the first that failed."""

BITS = {one.code: number for number, one in enumerate(FILTERS)}
"""The number of each filter's bit."""

FIRST_BIT = {scheme: BITS[vocabulary().scheme(scheme).codes[0]] for scheme in MUST_SCHEMES}
"""Where the bits of each scheme's musts begin, in the scheme's order."""

if len(BITS) != len(FILTERS) or len(FILTERS) > 64:  # noqa: PLR2004 - the width of a number.
    raise ValueError("Each filter has a code of its own, and there are 64 bits for them.")


def band_of(score: int | None, answered: int) -> BandOf:
    """The band of a score.

    Args:
        score: 0 to 100; None where nothing weighted was answered.
        answered: the weights of all that was answered, of 100.
    """
    if score is None or answered < ENOUGH_ANSWERED:
        return SO_FAR
    return next(band for band in BANDS if score >= band.least)
