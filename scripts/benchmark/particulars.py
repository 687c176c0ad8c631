"""What synthetic activities state: terms, sessions, prices, ages, places left.

How often each term is stated is in `frequencies.json`, counted once in the sample catalogue.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, TypeVar
from uuid import UUID

from pydantic import BaseModel

from app.catalogue.documents.activities import (
    CommunicationStatement,
    Declaration,
    FundingStatement,
    OutcomeStatement,
    PreferenceStatement,
    SupportModeStatement,
    SupportNeedStatement,
    TravelStatement,
)
from app.catalogue.documents.base import AccessStatement
from app.catalogue.documents.prices import Policies, PriceDocument, PricePart
from app.catalogue.documents.sessions import Capacity, GroupSize, SessionDocument, StaffRatio

T = TypeVar("T")

STATEMENTS: Mapping[str, type[BaseModel]] = {
    "support_modes": SupportModeStatement,
    "support_needs": SupportNeedStatement,
    "communication": CommunicationStatement,
    "funding": FundingStatement,
    "preferences": PreferenceStatement,
    "travel": TravelStatement,
    "features": AccessStatement,
}
"""The lists of four-valued terms, and what each consists of."""

ONE_SEX_NOTE = "The support is personal, and members asked for it."

DAYS = (("mon", "tue", "wed", "thu", "fri", "sat", "sun"), (47, 49, 50, 54, 43, 37, 21))
STARTS = (
    ("09:30", "10:00", "10:30", "11:00", "12:30", "13:00", "13:30", "14:00", "17:30", "18:00"),
    (55, 70, 26, 10, 8, 12, 20, 22, 15, 30),
)
MINUTES = ((60, 90, 120, 150, 180, 240, 330), (8, 20, 30, 12, 10, 8, 12))
REPEATS = (("weekly", "fortnightly", "monthly", "dated"), (88, 3, 5, 4))
BANK_HOLIDAYS = (
    (None, "closed_not_charged", "open", "closed_charged", "other_day"),
    (59, 17, 13, 7, 4),
)
CAPACITY = (("open", "waiting_list", "full", "unknown"), (75, 15, 7, 3))
PAYERS = (("anyone", "self_funder", "direct_payment", "council"), (88, 4, 4, 4))

# What the main part of a price is paid for: how often, and from how much to how much in pence.
UNITS: Mapping[str, tuple[int, int, int]] = {
    "session": (34, 200, 2500),
    "free": (17, 0, 0),
    "day": (14, 3500, 9500),
    "hour": (9, 800, 2600),
    "donation": (7, 0, 0),
    "course": (6, 2000, 12000),
    "half_day": (4, 1800, 4500),
    "month": (3, 1000, 6000),
    "term": (3, 2500, 9000),
    "week": (2, 6000, 30000),
    "on_request": (1, 0, 0),
}
WITHOUT_AMOUNT = {"donation", "on_request"}


def chance(random: Random, percent: int) -> bool:
    """Whether something that happens so often happens."""
    return random.random() * 100 < percent


def weighted(random: Random, choices: tuple[Sequence[T], Sequence[int]]) -> T:
    """One of the first, as often as the second say."""
    return random.choices(*choices)[0]


def several(random: Random, field: str, count: int) -> list[str]:
    """At most so many codes of a field, each once, the frequent ones more often."""
    codes, up_to = _codes(field)
    return list(dict.fromkeys(random.choices(codes, cum_weights=up_to, k=count)))


def frequency(field: str, code: str) -> float:
    """What part of all activities states a code of a field."""
    found: float = _frequencies()[field][code]
    return found


def stated(random: Random, field: str, *, more: float = 1.0) -> list[Any]:
    """The statements of a field that somebody makes.

    Args:
        random: what they are drawn from.
        field: which of `STATEMENTS`.
        more: how much oftener than usual a term is stated; 0 for somebody who states nothing.
    """
    found = []
    for yes, partly, no, statements in _statements(field):
        at = random.random()
        if at < no * more:
            found.append(
                statements[("yes" if at < yes * more else "partly") if at < partly * more else "no"]
            )
    return found


def outcomes(random: Random) -> list[OutcomeStatement]:
    """Two to four outcomes, the first ones primary."""
    codes = several(random, "outcomes", random.choice((2, 3, 3, 4)))
    primary = random.choice((1, 1, 2))
    return [_outcomes()[code, place < primary] for place, code in enumerate(codes)]


def session(random: Random, number: UUID, place: dict[str, Any], today: date) -> SessionDocument:
    """One session.

    Args:
        random: what it is drawn from.
        number: its id.
        place: `place`, and `venue_id` for one at a venue.
        today: dates count from it.
    """
    starts = _clock(weighted(random, STARTS))
    minutes = starts.hour * 60 + starts.minute + weighted(random, MINUTES)
    fields: dict[str, Any] = {
        "id": number,
        **place,
        **_when(random, today),
        "starts_at": starts,
        "ends_at": time(*divmod(minutes, 60)),
        "term_time_only": chance(random, 6),
        "bank_holidays": weighted(random, BANK_HOLIDAYS),
    }
    if chance(random, 10):
        fields["valid_to"] = today + timedelta(days=random.randint(-20, 300))
    if chance(random, 40):
        fields["staff_ratio"] = StaffRatio(staff=1, people=random.choice((1, 2, 3, 4, 6, 8)))
    if chance(random, 60):
        fields["group_size"] = GroupSize(minimum=None, maximum=random.choice((6, 8, 10, 12, 20)))
    if chance(random, 30):
        fields["capacity"] = capacity(random, today)
    return SessionDocument(**fields)


def capacity(random: Random, today: date) -> Capacity:
    """Whether there is a place, said within the last two months."""
    status = weighted(random, CAPACITY)
    places = random.randint(1, 6) if status == "open" else None
    return Capacity(status=status, places=places, as_of=today - timedelta(random.randint(0, 60)))


def prices(
    random: Random, numbers: Iterator[UUID], sessions: Sequence[UUID]
) -> list[PriceDocument]:
    """One or two prices; one in ten holds for the first session alone."""
    count = random.choices((0, 1, 2, 3), (2, 84, 12, 2))[0]
    found = []
    for place in range(count):
        payer = "anyone" if place == 0 else weighted(random, PAYERS)
        only = sessions[:1] if chance(random, 10) else ()
        found.append(
            PriceDocument(
                id=next(numbers), payer=payer, session_ids=list(only), parts=_parts(random)
            )
        )
    return found


def _parts(random: Random) -> list[PricePart]:
    unit = random.choices([*UNITS], [often for often, _, _ in UNITS.values()])[0]
    _, least, most = UNITS[unit]
    amount = None if unit in WITHOUT_AMOUNT else _pence(random, least, most)
    parts = [PricePart(part="support", unit=unit, amount_pence=amount)]
    if chance(random, 15):
        meal = _pence(random, 300, 900)
        parts.append(PricePart(part="meal", unit="session", amount_pence=meal))
    if chance(random, 15):
        parts.append(
            PricePart(
                part="transport",
                unit="journey",
                amount_pence=_pence(random, 200, 900),
                required="if_chosen",
            )
        )
    if chance(random, 12):
        parts.append(
            PricePart(
                part="enhanced_support",
                unit="hour",
                amount_pence=_pence(random, 1600, 2600),
                staff_ratio=StaffRatio(staff=1, people=1),
                ratio_effect="replaces",
            )
        )
    return parts


def policies(random: Random) -> Policies:
    """What happens when somebody is away."""
    if chance(random, 43):
        return Policies()
    return Policies(
        absence=random.choice(("charged", "part_charged", "not_charged", "not_charged")),
        trial=random.choice((None, "free", "paid", "none")),
    )


def ages(random: Random, cohorts: Sequence[str]) -> dict[str, int | None]:
    """The limits of age, by whom it is for."""
    if chance(random, 33):
        return {}
    if "older_people" in cohorts and chance(random, 30):
        return {"minimum": random.choice((50, 55, 60, 65))}
    if "young_adults" in cohorts and chance(random, 40):
        return {"minimum": random.choice((14, 16, 18)), "maximum": random.choice((25, 30))}
    return {"minimum": 18, "maximum": random.choice((None, None, None, None, 65, 70))}


def declarations(random: Random, today: date) -> list[Declaration]:
    """What two in five providers declare."""
    if chance(random, 60):
        return []
    on = today - timedelta(days=random.randint(10, 300))
    codes = ("public_liability", "dbs_checks", "safeguarding_policy", "continuity_plan")
    return [Declaration(code=code, declared_on=on) for code in codes[: random.randint(1, 4)]]


def days_since_confirmed(random: Random) -> int:
    """How long ago an activity was confirmed: half within two months, nearly all within a year."""
    return min(360, int(random.expovariate(1 / 75)))


def _when(random: Random, today: date) -> dict[str, Any]:
    repeats = weighted(random, REPEATS)
    if repeats == "dated":
        first = today + timedelta(days=random.randint(-10, 60))
        every = random.choice((1, 7, 7, 14))
        dates = [first + timedelta(days=every * place) for place in range(random.randint(2, 8))]
        return {"repeats": repeats, "dates": dates}
    found: dict[str, Any] = {"repeats": repeats, "day": weighted(random, DAYS)}
    if repeats == "fortnightly":
        found["week_of"] = today - timedelta(days=random.choice((0, 7)))
    if repeats == "monthly":
        found["nth"] = [random.choice((1, 2, 3, 4, -1))]
    return found


def _pence(random: Random, least: int, most: int) -> int:
    """An amount in steps of fifty pence."""
    return random.randint(least // 50, most // 50) * 50


@cache
def _clock(text: str) -> time:
    return time.fromisoformat(text)


@cache
def _frequencies() -> dict[str, dict[str, Any]]:
    text = Path(__file__).with_name("frequencies.json").read_bytes()
    found: dict[str, dict[str, Any]] = json.loads(text)
    return found


@cache
def _codes(field: str) -> tuple[list[str], list[float]]:
    weights = _frequencies()[field]
    return list(weights), [*accumulate(weights.values())]


@cache
def _statements(field: str) -> list[tuple[float, float, float, dict[str, Any]]]:
    """For each code: up to where a draw means yes, partly and no, and these statements.

    Statements are fixed once made, so that all activities can share them.
    """
    shape = STATEMENTS[field]
    found = []
    for code, (yes, partly, no) in _frequencies()[field].items():
        note = ONE_SEX_NOTE if code in {"women_only", "men_only"} else None
        made = {
            value: shape.model_validate({"code": code, "value": value, "note": note})
            for value in ("yes", "partly", "no")
        }
        found.append((yes, yes + partly, yes + partly + no, made))
    return found


@cache
def _outcomes() -> dict[tuple[str, bool], OutcomeStatement]:
    return {
        (code, primary): OutcomeStatement(code=code, primary=primary)
        for code in _codes("outcomes")[0]
        for primary in (True, False)
    }
