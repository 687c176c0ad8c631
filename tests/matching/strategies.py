"""What hypothesis draws to hold matching to its oracle: catalogues, and people's answers.

Catalogues are those of the search's tests, with more of what matching looks at: closures, ways of
paying, breaks for carers, pick-up, ratios and group sizes.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from hypothesis import strategies as st
from search.oracle import OracleEntry
from search.strategies import (
    AREAS,
    NEAR,
    POINTS,
    TODAY,
    Catalogue,
    catalogues,
    days,
    place_asked,
    statements,
)

from app.catalogue.documents import ActivityDocument
from app.matching.answers import Answers
from app.search.criteria import SearchCriteria
from app.vocabulary.terms import vocabulary

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[T]], T]
Values = dict[str, Any]

CLOSURES: tuple[Values | None, ...] = (
    None,
    None,
    None,
    {"reason": "Repairs.", "closed_from": days(-3)},
    {"reason": "Repairs.", "closed_from": days(-3), "reopens_on": days(56)},
    {"reason": "Repairs.", "closed_from": days(0), "reopens_on": days(57)},
    {"reason": "Repairs.", "closed_from": days(1)},
    {"reason": "Repairs.", "closed_from": days(-30), "reopens_on": days(0)},
)
FUNDINGS: tuple[dict[str, str], ...] = (
    {},
    {"direct_payment": "yes"},
    {"direct_payment": "yes", "prepaid_card": "no"},
    {"direct_payment": "partly", "self_funded": "yes"},
    {"self_funded": "yes"},
    {"self_funded": "no", "isf": "yes"},
    {"council_arranged": "yes"},
    {"council_arranged": "yes", "direct_payment": "partly"},
    {"council_arranged": "no", "nhs_phb": "partly"},
    {"free": "yes"},
)
COHORTS: tuple[list[str], ...] = (
    [],
    ["everyone"],
    ["dementia"],
    ["older_people"],
    ["young_adults", "autism"],
    ["learning_disability", "autism"],
    ["adults_disability"],
    ["physical_sensory", "older_people"],
    ["unpaid_carers"],
)
OUTCOMES: tuple[list[str], ...] = (
    [],
    ["carer_break"],
    ["carer_break", "peer_support"],
    ["fit_active", "interests"],
    ["skill_cooking", "life_skills"],
    ["independence", "carer_break"],
    ["social_connections"],
)
OPEN_TO = (None, "only", "only", "mainly", "anyone")
AGES: tuple[Values, ...] = (
    {},
    {},
    {"minimum": 18},
    {"minimum": 18, "maximum": 30},
    {"minimum": 65},
    {"maximum": 23},
    {"minimum": 28, "maximum": 62},
)
RATIOS = (None, None, (1, 1), (2, 1), (1, 4))
SIZES: tuple[Values | None, ...] = (
    None,
    None,
    {"maximum": 6},
    {"minimum": 7},
    {"minimum": 4, "maximum": 10},
)
MORE_PRICES: tuple[Values, ...] = (
    {"parts": [{"part": "support", "unit": "session", "amount_pence": 6000}], "weeks_per_year": 50},
    {
        "parts": [
            {"part": "support", "unit": "hour", "amount_pence": 1775},
            {
                "part": "enhanced_support",
                "unit": "hour",
                "amount_pence": 999,
                "staff_ratio": {"staff": 1, "people": 1},
                "ratio_effect": "adds",
            },
        ]
    },
    {
        "parts": [
            {"part": "support", "unit": "week", "amount_pence": 7001},
            {
                "part": "transport",
                "unit": "mile",
                "amount_pence": 45,
                "required": "if_chosen",
            },
        ]
    },
    {
        "parts": [
            {"part": "support", "unit": "month", "amount_pence": 25_000},
            {"part": "transport", "unit": "journey", "amount_pence": 250, "required": "if_chosen"},
        ],
        "payer": "direct_payment",
    },
    {
        "parts": [{"part": "support", "unit": "session", "amount_pence": 900}],
        "valid_from": days(40),
    },
    {"parts": [{"part": "support", "unit": "session", "amount_pence": 800}], "valid_to": days(20)},
)


@st.composite
def places_to_go(draw: Draw[Any], max_size: int = 12) -> Catalogue:
    """Catalogues with more of what matching looks at."""
    drawn: Catalogue = draw(catalogues(max_size=max_size))
    return replace(drawn, entries=tuple(_more(draw, entry) for entry in drawn.entries))


def _more(draw: Draw[Any], entry: OracleEntry) -> OracleEntry:
    activity = entry.activity
    pools: tuple[Sequence[Any], ...] = (CLOSURES, FUNDINGS, COHORTS, OUTCOMES, OPEN_TO, AGES, AREAS)
    picked = [draw(st.sampled_from(pool)) for pool in pools]
    closure, funding, cohorts, outcomes, open_to, ages, pick_up = picked
    values = activity.model_dump(mode="json")
    values |= {
        "closure": closure,
        "funding": statements(funding),
        "cohorts": cohorts,
        "outcomes": [{"code": code, "primary": not n} for n, code in enumerate(outcomes)],
        "open_to": open_to,
        "ages": ages,
        "pick_up_areas": pick_up,
    }
    for session in values["sessions"]:
        ratio, size = draw(st.sampled_from(RATIOS)), draw(st.sampled_from(SIZES))
        session["staff_ratio"] = None if ratio is None else {"staff": ratio[0], "people": ratio[1]}
        session["group_size"] = size
    if draw(st.booleans()):
        price = draw(st.sampled_from(MORE_PRICES))
        key = str(activity.id).replace("-", "")[:24].ljust(32, "7")
        values["prices"].append({"id": key, **price})
    return replace(entry, activity=ActivityDocument.model_validate(values))


# Answers

POOLS: dict[str, tuple[Any, ...]] = {
    "group": (["unpaid_carers"], ["older_people"], ["adults_disability"], ["everyone"]),
    "needs": (["dementia"], ["autism"], ["learning_disability", "deafblind"], ["physical_sensory"]),
    "age": (16, 17, 18, 25, 26, 31, 64, 67),
    "cared_for": (
        {},
        {"needs": ["dementia"], "age_band": "80_plus"},
        {"group": ["older_people"]},
        {"needs": ["autism"], "age_band": "18_25"},
    ),
    "break_hours": (0.5, 2, 2.5, 4),
    "funding": tuple(
        term.code for term in vocabulary().scheme("funding").terms if term.person is not False
    ),
    "budget": (
        {"amount_pence": 0},
        {"amount_pence": 500},
        {"amount_pence": 450, "must": True},
        {"amount_pence": 25_000, "period": "month", "must": True},
        {"amount_pence": 25_000, "period": "month"},
        {"amount_pence": 3_333, "period": "four_weeks", "must": True},
        {"amount_pence": 100_000_000, "must": True},
    ),
    "days_per_week": (1, 2, 3, 7),
    "activities": (["gardening"], ["kind_outdoors", "swimming"], ["art", "singing", "gardening"]),
    "outcomes": (
        ["fit_active"],
        ["independence", "skill_cooking"],
        ["peer_support", "interests", "life_skills", "carer_break", "health_wellbeing"],
    ),
    "times": (
        {"slots": ["mon_morning"]},
        {"slots": ["mon_morning"], "only": True},
        {"slots": ["tue_morning", "tue_afternoon", "sat_evening"], "only": True},
        {"slots": ["fri_morning", "tue_evening", "mon_afternoon"]},
        {"slots": [], "only": True},
        {"slots": ["wed_evening"], "only": True, "bank_holidays": True},
    ),
    "support": (
        {"level": "none"},
        {"level": "some"},
        {"level": "a_lot", "needs": [{"code": "personal_care"}]},
        {"level": "one_to_one"},
        {"level": "two_to_one", "needs": [{"code": "medication", "must": False}]},
        {"level": "with_pa"},
        {"needs": [{"code": "medication"}, {"code": "personal_care", "must": False}]},
    ),
    "access": (
        [{"code": "step_free"}],
        [{"code": "hearing_loop", "must": False}, {"code": "step_free"}],
        [{"code": "hoist"}, {"code": "hearing_loop"}],
    ),
    "communication": ([{"code": "bsl", "must": True}], [{"code": "easy_read"}, {"code": "bsl"}]),
    "languages": (["gu"], ["en", "pl"]),
    "preferences": ([{"code": "women_only", "must": True}], [{"code": "food_halal"}]),
    "settings": (["outdoors"], ["online", "community_venue"]),
    "support_modes": (["small_group"], ["with_pa", "large_group", "one_to_one"]),
    "matters_most": (["how_near"], ["cost", "when"], ["what_i_do", "support"]),
    "council": ("E06000049", "E06000016"),
}
WITHIN = (None, 1, 3, 5, 9, 10, 11, 20, 100, "any", "online")


@st.composite
def told(draw: Draw[Any], most: int = 6) -> Answers:
    """Answers of one person: each now and then, alone and with others."""
    names = draw(st.lists(st.sampled_from(sorted(POOLS)), max_size=most, unique=True))
    values: Values = {name: draw(st.sampled_from(POOLS[name])) for name in names}
    if "cared_for" in values:
        values["group"] = ["unpaid_carers"]
    if draw(st.integers(0, 3)):
        values["location"] = draw(st.sampled_from(LOCATIONS))
    if draw(st.integers(0, 3)):
        within = draw(st.sampled_from(WITHIN))
        travel: Values = {"within_miles": within}
        travel["online"] = draw(st.sampled_from((None, None, True, False)))
        if within == "online" and travel["online"] is False:
            travel["online"] = True
        travel["needs_pick_up"] = within != "online" and draw(st.integers(0, 4)) == 0
        if draw(st.booleans()):
            travel["how"] = draw(st.sampled_from((["escort"], ["provider_transport", "walk"])))
        values["travel"] = travel
    if values.get("age", 99) < 26 and values.get("group") == ["older_people"]:
        del values["age"]
    return Answers.model_validate(values)


LOCATIONS: tuple[Values, ...] = (
    *({"text": text} for text in NEAR),
    *({"latitude": north, "longitude": float(east)} for north, east in POINTS),
)


def place_told(answers: Answers) -> Any:
    """How the place of some answers is understood where the tests' councils are held."""
    home = answers.location
    if home is None:
        return None
    asked = (
        {"near": home.text}
        if home.text
        else {"latitude": home.latitude, "longitude": home.longitude}
    )
    return place_asked(SearchCriteria.model_validate(asked))


DAYS_TOLD = (
    TODAY,
    TODAY,
    TODAY,
    days(1),
    days(5),
    days(8),
    days(21),
    days(41),
    days(71),
    days(366),
)
