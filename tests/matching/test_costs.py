"""What an activity costs, by tables: units, payers, ratios, ceilings, what is not known."""

import sys
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from search.strategies import HOMES, TODAY, a_point, a_price, a_session, a_venue, days

from app.catalogue.documents.councils import PaymentRule
from app.matching.costs import Payment, bill_of
from app.matching.price_sets import read_price_set
from app.matching.prices import Bills, numbers_of
from app.matching.shares import costed, rules_for
from app.search.index.stated import price_set

HALL = a_venue(1, "Hall", "Crewe", "CW1 2AA", a_point("CW1 2"), provider=HOMES[0][0])
SESSION = a_session(1, HALL, starts_at="10:00", ends_at="12:30")
DP = Payment("direct_payment")


def bill(*prices: Any, payment: Payment = DP, tenths: int | None = None, **session: Any) -> Any:
    stated = price_set(prices, SESSION.model_copy(update=session))
    return bill_of(read_price_set(stated), payment, TODAY, tenths)


def cost(
    *prices: Any,
    attendances: int = 1,
    funding: str | None = "direct_payment",
    rules: tuple[PaymentRule, ...] = (),
    **more: Any,
) -> Any:
    found = bill(*prices, **more)
    return costed(found, attendances, rules_for(funding, rules), 150, more.get("tenths"))


@pytest.mark.parametrize(
    ("part", "rest", "attendances", "each", "week", "year"),
    [
        ({"amount_pence": 1000}, {}, 1, 1000, 1000, 52_000),
        ({"amount_pence": 1000}, {"weeks_per_year": 50}, 2, 1000, 2000, 100_000),
        ({"amount_pence": 1775, "unit": "hour"}, {}, 1, 4438, 4438, 230_750),
        ({"amount_pence": 1000, "unit": "half_day"}, {}, 1, 1000, 1000, 52_000),
        ({"amount_pence": 1000, "unit": "day"}, {}, 3, 1000, 3000, 156_000),
        ({"amount_pence": 1001, "unit": "week"}, {}, 2, 501, 1001, 52_052),
        ({"amount_pence": 25_000, "unit": "month"}, {"weeks_per_year": 50}, 1, 6000, 6000, 300_000),
        ({"amount_pence": 25_000, "unit": "month"}, {}, 1, 5769, 5769, 300_000),
        ({"amount_pence": 25_000, "unit": "month"}, {}, 3, 1923, 5769, 300_000),
        ({"amount_pence": 250, "unit": "journey"}, {}, 1, 500, 500, 26_000),
        ({"amount_pence": 0, "unit": "free"}, {}, 1, 0, 0, 0),
        # Eight Mondays; the course is paid for once in a year.
        (
            {"amount_pence": 1000, "unit": "course"},
            {"valid_from": days(0), "valid_to": days(63)},
            1,
            125,
            125,
            1000,
        ),
    ],
)
def test_each_unit_comes_to_what_it_should(  # noqa: PLR0913, PLR0917 - a table.
    part: dict[str, Any], rest: dict[str, Any], attendances: int, each: int, week: int, year: int
) -> None:
    found = cost(a_price(1, part, **rest), attendances=attendances)
    assert found.per_attendance.total == each
    assert found.per_week.total == week
    assert found.per_year == year


def test_a_course_is_shared_by_the_sessions_on_which_it_runs() -> None:
    # Of the ten Mondays two are bank holidays.
    price = a_price(
        1, {"amount_pence": 1000, "unit": "course"}, valid_from=days(0), valid_to=days(63)
    )
    assert bill(price).each == Fraction(1000, 8)
    unknown = bill(a_price(1, {"amount_pence": 1000, "unit": "course"}))
    assert unknown.unknown == ("support",)


def test_a_mile_is_made_twice_and_by_road() -> None:
    mile = {"part": "transport", "unit": "mile", "amount_pence": 45}
    price = a_price(1, {"amount_pence": 400}, mile)
    # 3.1 miles are about 4.03 by road: there and back at 45 pence each.
    assert bill(price, tenths=31).each == 400 + Fraction(45 * 2 * 403, 100)
    assert bill(price).unknown == ("transport",)


def test_a_fee_once_counts_in_the_year_alone_and_says_nothing_alone() -> None:
    fee = {"part": "membership", "unit": "once", "amount_pence": 1000}
    found = cost(a_price(1, {"amount_pence": 1000}, fee))
    assert (found.per_week.total, found.per_year) == (1000, 53_000)
    assert bill(a_price(1, fee)).unknown == ("support",)


@pytest.mark.parametrize("unit", ["donation", "on_request"])
def test_what_has_no_amount_is_not_known_and_never_guessed(unit: str) -> None:
    found = cost(a_price(1, {"amount_pence": 500}, {"part": "meal", "unit": unit}))
    assert found.per_attendance is None
    assert found.per_week is None
    assert found.per_year is None
    assert found.bill.unknown == ("meal",)


def test_the_persons_payer_goes_before_anyone_and_then_the_cheapest() -> None:
    anyone = a_price(1, {"amount_pence": 100})
    dear = a_price(2, {"amount_pence": 700}, payer="direct_payment")
    cheap = a_price(3, {"amount_pence": 600}, payer="direct_payment")
    council = a_price(4, {"amount_pence": 50}, payer="council")
    every = (anyone, dear, cheap, council)
    assert bill(*every).each == 600
    assert bill(*every, payment=Payment("self_funder")).each == 100
    assert bill(*every, payment=Payment("council")).each == 50
    assert bill(*every, payment=Payment("anyone")).each == 100
    assert bill(council).unknown == ("support",)
    ended = a_price(5, {"amount_pence": 1}, valid_to=days(-1))
    to_come = a_price(6, {"amount_pence": 2}, valid_from=days(1))
    elsewhere = a_price(7, {"amount_pence": 3}, session_ids=[HOMES[0][0].id])
    assert bill(anyone, ended, to_come, elsewhere, payment=Payment()).each == 100


ONE = {"staff_ratio": {"staff": 1, "people": 1}}


def test_a_ratio_replaces_the_support_part_or_adds_to_it() -> None:
    base = {"amount_pence": 1000}
    meal = {"part": "meal", "amount_pence": 300}
    replaces = a_price(1, base, meal, {"amount_pence": 2500, **ONE, "ratio_effect": "replaces"})
    adds = a_price(
        1,
        base,
        meal,
        {"part": "enhanced_support", "amount_pence": 900, **ONE, "ratio_effect": "adds"},
    )
    needs = Payment("direct_payment", (1, 1))
    assert bill(replaces).each == bill(adds).each == 1300
    assert bill(replaces, payment=needs).each == 2800
    assert bill(adds, payment=needs).each == 2200
    # Nothing is stated of two workers, nor of one where no part says so.
    assert bill(adds, payment=Payment("direct_payment", (2, 1))).unknown == ("enhanced_support",)
    plain = a_price(1, base)
    assert bill(plain, payment=needs).unknown == ("enhanced_support",)
    # Where the session itself is one to one, its price is the price.
    ratio = SESSION.model_validate({**SESSION.model_dump(), **ONE}).staff_ratio
    assert bill(plain, payment=needs, staff_ratio=ratio).each == 1000


def test_the_transport_counts_where_somebody_must_be_picked_up() -> None:
    journey = {
        "part": "transport",
        "unit": "journey",
        "amount_pence": 250,
        "required": "if_chosen",
    }
    price = a_price(1, {"amount_pence": 1000}, journey)
    asked = Payment("direct_payment", None, pick_up=True)
    assert bill(price).each == 1000
    assert [item.part for item in bill(price).optional] == ["transport"]
    assert bill(price, payment=asked).each == 1500
    assert bill(a_price(1, {"amount_pence": 1000}), payment=asked).unknown == ("transport",)


def rule(part: str, pays: str, *ceiling: Any) -> PaymentRule:
    pence, unit = ceiling or (None, None)
    return PaymentRule.model_validate(
        {"part": part, "pays": pays, "ceiling_pence": pence, "ceiling_unit": unit}
    )


SHARED = a_price(
    1,
    {"amount_pence": 6001},
    {"part": "meal", "amount_pence": 500},
    {"part": "transport", "amount_pence": 700},
    {"part": "materials", "amount_pence": 99},
)


@pytest.mark.parametrize(
    ("funding", "rules", "columns"),
    [
        # Where a council says nothing, the vocabulary does.
        ("direct_payment", (), (6001, 500, 799)),
        ("isf", (), (6001, 500, 799)),
        ("direct_payment", (rule("meal", "yes"), rule("materials", "no")), (6501, 99, 700)),
        ("direct_payment", (rule("support", "yes", 5443, "session"),), (5443, 1058, 799)),
        ("direct_payment", (rule("support", "yes", 2000, "hour"),), (5000, 1501, 799)),
        ("direct_payment", (rule("support", "ask", 5000, "session"),), (0, 1501, 5799)),
        ("direct_payment", (rule("support", "yes", 45, "mile"),), (0, 500, 6800)),
        ("self_funded", (rule("support", "yes"),), (0, 7300, 0)),
        ("council_arranged", (), (0, 0, 7300)),
        ("not_sure", (), (0, 0, 7300)),
        (None, (), (0, 0, 7300)),
    ],
)
def test_the_columns_follow_the_paying_councils_rules(
    funding: str | None, rules: tuple[PaymentRule, ...], columns: tuple[int, int, int]
) -> None:
    found = cost(SHARED, funding=funding, rules=rules).per_attendance
    assert (found.direct_payment, found.own_money, found.to_ask) == columns
    assert found.total == sum(columns)


def test_each_column_is_rounded_once_and_the_total_is_their_sum() -> None:
    # Half a penny of own money and half a penny to ask about: each goes up.
    thirds = a_price(
        1,
        {"amount_pence": 0},
        {"part": "meal", "amount_pence": 1, "unit": "week"},
        {"part": "materials", "amount_pence": 1, "unit": "week"},
    )
    found = cost(thirds, attendances=2)
    assert (found.per_attendance.own_money, found.per_attendance.to_ask) == (1, 1)
    assert found.per_attendance.total == 2
    assert found.per_week.total == 2


# What is remembered of it


def test_many_who_ask_at_once_are_told_the_same_sums() -> None:
    texts = [price_set([a_price(1, {"amount_pence": 50 * n})], SESSION) for n in range(400)]
    payments = [DP, Payment()]
    expected = {
        (number, payment): numbers_of(bill_of(read_price_set(text), payment, TODAY, None))
        for number, text in enumerate(texts)
        for payment in payments
    }

    every = [Bills(texts, TODAY) for _ in range(12)]

    def ask(turn: int) -> bool:
        bills, payment = every[turn // 16], payments[turn % 2]
        wanted = np.arange(turn % 7, len(texts), 1 + turn % 5)
        sums, places = bills.sums(payment, wanted)
        found = [tuple(row) for row in sums[:, places].T.tolist()]
        return found == [expected[number, payment] for number in wanted.tolist()]

    patience = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(ask, range(16 * len(every))))
    finally:
        sys.setswitchinterval(patience)
