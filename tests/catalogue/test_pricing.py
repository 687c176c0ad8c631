from datetime import date, time, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.catalogue.documents.prices import PriceDocument
from app.catalogue.documents.sessions import SessionDocument
from app.catalogue.pricing import attendance_pence, half_up

TODAY = date(2026, 3, 16)
"""A Monday; Good Friday is on 3 April and Easter Monday on 6 April."""

SESSION = UUID(int=1)
OTHER = UUID(int=2)


def days(count: int) -> date:
    return TODAY + timedelta(days=count)


def a_session(**values: Any) -> SessionDocument:
    """Online on Mondays from ten to twelve unless it says otherwise."""
    given_values = {"day": "mon", "starts_at": time(10), "ends_at": time(12), **values}
    return SessionDocument.model_validate({"id": SESSION, "place": "online", **given_values})


def a_price(*parts: dict[str, Any], **values: Any) -> PriceDocument:
    """Parts are for support and by the session unless they say otherwise."""
    return PriceDocument.model_validate(
        {
            "id": UUID(int=9),
            "parts": [{"part": "support", "unit": "session", **part} for part in parts],
            **values,
        }
    )


def pence(amount: int | None, **values: Any) -> dict[str, Any]:
    return {"amount_pence": amount, **values}


def by(unit: str, amount: int | None) -> dict[str, Any]:
    return pence(amount, unit=unit)


MEAL = {"part": "meal", "amount_pence": 350}
CHOSEN = {**MEAL, "required": "if_chosen"}
ONE_TO_ONE = {"staff_ratio": {"staff": 1, "people": 1}, "amount_pence": 2000}
WEEKLY = a_session()
THREE_DATES = a_session(repeats="dated", day=None, dates=[days(-7), days(1), days(4)])


@pytest.mark.parametrize(
    ("unit", "amount", "session", "expected"),
    [
        ("session", 500, WEEKLY, 500),
        ("session", 0, WEEKLY, 0),
        ("half_day", 2500, WEEKLY, 2500),
        ("day", 4500, WEEKLY, 4500),
        # As long as the session lasts.
        ("hour", 1500, WEEKLY, 3000),
        ("hour", 1500, a_session(ends_at=time(11, 30)), 2250),
        ("hour", 1000, a_session(ends_at=time(10, 20)), 333),
        ("hour", 1000, a_session(ends_at=time(10, 40)), 667),
        ("hour", 101, a_session(ends_at=time(10, 30)), 51),
        ("hour", 1500, a_session(starts_at=time(9, 45), ends_at=time(15, 15)), 8250),
        # Somebody who comes once a week.
        ("week", 3000, WEEKLY, 3000),
        # 12 months in 52 weeks.
        ("month", 5200, WEEKLY, 1200),
        ("month", 25000, WEEKLY, 5769),
        # There and back.
        ("journey", 250, WEEKLY, 500),
        # It is not paid for an attendance.
        ("once", 2000, WEEKLY, None),
        ("free", 0, WEEKLY, 0),
        # It depends on where somebody lives.
        ("mile", 45, WEEKLY, None),
        ("mile", 0, WEEKLY, 0),
        ("donation", None, WEEKLY, None),
        ("on_request", None, WEEKLY, None),
        # Nobody says how many sessions there are.
        ("term", 5000, WEEKLY, None),
        ("course", 5000, a_session(valid_from=days(0)), None),
        ("course", 5000, a_session(valid_to=days(70)), None),
        ("term", 0, WEEKLY, 0),
        # All dates of a course, the past ones too: that is what is paid for.
        ("course", 5000, THREE_DATES, 1667),
        ("term", 5000, THREE_DATES, 1667),
        # 16, 23 and 30 March and 13 April; 6 April is a bank holiday.
        ("course", 5000, a_session(valid_from=days(0), valid_to=days(28)), 1250),
        (
            "course",
            5000,
            a_session(valid_from=days(0), valid_to=days(28), bank_holidays="open"),
            1000,
        ),
        # Both ends count; the first is past.
        ("course", 3000, a_session(valid_from=days(-7), valid_to=days(7)), 1000),
        # 23 March, and with it every second Monday to 20 April, without 6 April.
        (
            "term",
            4000,
            a_session(
                repeats="fortnightly", week_of=days(9), valid_from=days(0), valid_to=days(35)
            ),
            2000,
        ),
        # The last Monday of each month: 30 March and 27 April.
        (
            "term",
            4000,
            a_session(repeats="monthly", nth=[-1], valid_from=days(0), valid_to=days(60)),
            2000,
        ),
        # Not one Monday in it.
        ("course", 4000, a_session(valid_from=days(1), valid_to=days(3)), None),
    ],
)
def test_one_attendance_by_unit(
    unit: str, amount: int | None, session: SessionDocument, expected: int | None
) -> None:
    assert attendance_pence([a_price(by(unit, amount))], session, TODAY) == expected


@pytest.mark.parametrize(
    ("unit", "amount", "expected"),
    [
        ("session", 500, 500),
        ("day", 4500, 4500),
        ("week", 3000, 3000),
        ("month", 5200, 1200),
        ("journey", 250, 500),
        ("free", 0, 0),
        ("hour", 0, 0),
        ("course", 0, 0),
        # How long, and how many, is not stated where no session is.
        ("hour", 1500, None),
        ("term", 5000, None),
        ("course", 5000, None),
    ],
)
def test_an_activity_that_states_no_sessions(unit: str, amount: int, expected: int | None) -> None:
    assert attendance_pence([a_price(by(unit, amount))], None, TODAY) == expected


@pytest.mark.parametrize(
    ("weeks", "amount", "expected"),
    [(48, 4000, 1000), (50, 25000, 6000), (52, 25000, 5769), (53, 25000, 5660), (1, 100, 1200)],
)
def test_a_monthly_price_is_spread_over_the_weeks_that_it_runs(
    weeks: int, amount: int, expected: int
) -> None:
    price = a_price(by("month", amount), weeks_per_year=weeks)
    assert attendance_pence([price], WEEKLY, TODAY) == expected


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([pence(500), MEAL], 850),
        ([pence(500), CHOSEN], 500),
        ([pence(500), {**CHOSEN, "unit": "on_request", "amount_pence": None}], 500),
        # One required part that is not known makes the whole not known.
        ([pence(500), {**MEAL, "unit": "on_request", "amount_pence": None}], None),
        ([pence(500), {"part": "transport", **by("mile", 45)}], None),
        ([pence(500), {"part": "transport", **by("journey", 150)}], 800),
        ([by("hour", 1000), MEAL, {"part": "membership", **by("once", 2000)}], 2350),
        ([by("free", 0), MEAL], 350),
        ([by("free", 0), {"part": "materials", **by("donation", None)}], None),
        # Nothing that everybody pays is stated.
        ([CHOSEN], None),
        ([pence(500, required="if_chosen")], None),
        # What depends on a ratio is not what everybody pays.
        ([pence(600), {**ONE_TO_ONE, "ratio_effect": "replaces"}], 600),
        ([pence(600), {**ONE_TO_ONE, "part": "enhanced_support", "ratio_effect": "adds"}], 600),
        ([{**ONE_TO_ONE, "ratio_effect": "adds"}], None),
        (
            [pence(600), {**ONE_TO_ONE, **by("on_request", None), "ratio_effect": "replaces"}],
            600,
        ),
        # Rounded once: a third of a penny three times is a penny.
        ([by("month", 1), {"part": "meal", **by("month", 1)}], 0),
        (
            [
                by("month", 1),
                {"part": "meal", **by("month", 1)},
                {"part": "materials", **by("month", 1)},
            ],
            1,
        ),
    ],
)
def test_required_parts_are_summed(parts: list[dict[str, Any]], expected: int | None) -> None:
    assert attendance_pence([a_price(*parts)], WEEKLY, TODAY) == expected


@pytest.mark.parametrize(
    ("prices", "expected"),
    [
        ([], None),
        # The least that somebody pays.
        ([a_price(pence(500)), a_price(pence(400), payer="direct_payment")], 400),
        ([a_price(pence(500), payer="self_funder")], 500),
        # One that is not known does not hide one that is.
        ([a_price(by("donation", None)), a_price(pence(500))], 500),
        # What a council buys at is no price for people.
        ([a_price(pence(100), payer="council"), a_price(pence(500))], 500),
        ([a_price(pence(0), payer="council")], None),
        # It holds from the first day to the last.
        ([a_price(pence(500), valid_to=days(0))], 500),
        ([a_price(pence(500), valid_to=days(-1))], None),
        ([a_price(pence(500), valid_from=days(0))], 500),
        ([a_price(pence(500), valid_from=days(1))], None),
        (
            [a_price(pence(500), valid_to=days(-1)), a_price(pence(550), valid_from=days(0))],
            550,
        ),
        # Some prices hold for some sessions.
        ([a_price(pence(500), session_ids=[SESSION])], 500),
        ([a_price(pence(500), session_ids=[OTHER, SESSION])], 500),
        ([a_price(pence(500), session_ids=[OTHER])], None),
        ([a_price(pence(100), session_ids=[OTHER]), a_price(pence(500))], 500),
    ],
)
def test_the_least_price_that_holds(prices: list[PriceDocument], expected: int | None) -> None:
    assert attendance_pence(prices, WEEKLY, TODAY) == expected


def test_without_sessions_only_what_holds_for_all_counts() -> None:
    bound, general = a_price(pence(100), session_ids=[SESSION]), a_price(pence(500))
    assert attendance_pence([bound], None, TODAY) is None
    assert attendance_pence([bound, general], None, TODAY) == 500


def test_the_dates_of_a_price_go_before_those_of_the_session() -> None:
    session = a_session(valid_from=days(-70), valid_to=days(70))
    # 16, 23 and 30 March.
    price = a_price(by("term", 3000), valid_from=days(0), valid_to=days(14))
    assert attendance_pence([price], session, TODAY) == 1000
    # Beyond the session's own there is none: 16 and 23 March.
    short = a_session(valid_from=days(0), valid_to=days(7))
    long = a_price(by("term", 3000), valid_from=days(-70), valid_to=days(70))
    assert attendance_pence([long], short, TODAY) == 1500
    # One end from each.
    begun = a_price(by("term", 3000), valid_from=days(0))
    assert attendance_pence([begun], a_session(valid_to=days(14)), TODAY) == 1000


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (Fraction(0), 0),
        (Fraction(1, 2), 1),
        (Fraction(49, 100), 0),
        (Fraction(5, 2), 3),
        (Fraction(7, 2), 4),
        (Fraction(-1, 2), -1),
        (Fraction(-49, 100), 0),
        (Fraction(9_999_999_999_999_999, 2), 5_000_000_000_000_000),
    ],
)
def test_half_a_penny_goes_up(amount: Fraction, expected: int) -> None:
    assert half_up(amount) == expected


@given(st.integers(0, 10_000_000), st.integers(1, 53))
def test_a_price_is_never_off_by_more_than_half_a_penny(amount: int, weeks: int) -> None:
    price = a_price(by("month", amount), weeks_per_year=weeks)
    told = attendance_pence([price], WEEKLY, TODAY)
    assert told is not None
    assert abs(told - Fraction(amount * 12, weeks)) <= Fraction(1, 2)
