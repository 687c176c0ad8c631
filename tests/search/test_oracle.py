"""Worked by hand: what each rule of the list of activities means, and so what the oracle must say.

The places: `Hall` and `Twin` are at the middle of the sector CW1 2, whose uncertainty is 0.29
miles; the others lie so many miles north of it as their names say.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from search.oracle import (
    OracleAnswer,
    OracleEntry,
    answer,
    assert_same_results,
    fields_of,
    json_differences,
    result_differences,
    sort_name,
)
from search.strategies import (
    HOMES,
    PUBLISHED,
    TODAY,
    UNCODED,
    Catalogue,
    a_point,
    a_price,
    a_session,
    a_venue,
    an_entry,
    an_id,
    catalogues,
    days,
    place_asked,
    queries,
    statements,
)

from app.catalogue import rows
from app.catalogue.public import activity_summary
from app.search.criteria import SearchCriteria

CREWE, ART, SWIMMERS, NOWHERE = HOMES

HALL = a_venue(1, "Hall", "Crewe", "CW1 2AA", a_point("CW1 2"), provider=CREWE[0])
TWIN = a_venue(2, "Twin", "Crewe", "CW1 2AB", a_point("CW1 2"), provider=CREWE[0])
ONE = a_venue(3, "One", "Crewe", "CW1 3AA", a_point("CW1 2", 1.0), provider=CREWE[0])
NINE = a_venue(
    4,
    "Nine",
    "Winsford",
    "CW7 3AA",
    a_point("CW1 2", 9.0),
    provider=CREWE[0],
    features={"step_free": "yes", "hearing_loop": "partly", "lift": "no"},
)
TEN = a_venue(5, "Ten and a bit", "Over", "CW7 2AA", a_point("CW1 2", 10.2), provider=CREWE[0])
ELEVEN = a_venue(6, "Eleven", "Over", "CW7 2AB", a_point("CW1 2", 11.0), provider=CREWE[0])
# Thirty miles away, but shown as the middle of CW1, 0.28 miles from that of CW1 2.
SECRET = a_venue(
    7, "Secret", "Crewe", "CW1 9ZZ", a_point("CW1 2", 30.0), provider=CREWE[0], shows="district"
)
FARM = a_venue(8, "Farm", "Bellingham", "NE48 2AA", a_point("NE48 1", 13.0), provider=CREWE[0])
VENUES = (HALL, TWIN, ONE, NINE, TEN, ELEVEN, SECRET, FARM)

OPEN, FULL = {"status": "open", "as_of": days(0)}, {"status": "full", "as_of": days(0)}


def club(number: int, *sessions: Any, home: Any = CREWE, **values: Any) -> OracleEntry:
    """An activity by its number; its name is that letter of the alphabet unless it says one."""
    named = {"name": "ABCDEFGHIJ"[number], **values}
    provider, council = home
    return an_entry(number, provider, council, VENUES, sessions=list(sessions), **named)


def ask(entries: Sequence[OracleEntry], **asked: Any) -> OracleAnswer:
    criteria = SearchCriteria.model_validate(asked)
    return answer(entries, criteria, TODAY, place_asked(criteria))


def found(entries: Sequence[OracleEntry], **asked: Any) -> list[str]:
    """The names of what is found, in order."""
    named = {entry.activity.id: entry.activity.name for entry in entries}
    return [named[key] for key in ask(entries, **asked).ids]


def item(entry: OracleEntry, **asked: Any) -> tuple[float | None, str | None, int | None]:
    """The distance to a tenth of a mile, the venue's name and the price of the one that passes."""
    (shown,) = ask([entry], **asked).items.values()
    names = {venue.id: venue.name for venue in VENUES}
    distance = None if shown.distance is None else round(shown.distance, 1)
    return distance, None if shown.venue_id is None else names[shown.venue_id], shown.price


# Filters of the activity

TERMS = [
    club(0, cohorts=["everyone"]),
    club(1, cohorts=["autism"], outcomes=[{"code": "skill_cooking", "primary": False}]),
    club(2, cohorts=["adults_disability"], activity_types=["gardening", "art"]),
    club(3, cohorts=["deafblind"], activity_types=["kind_outdoors"]),
    club(4, cohorts=["dementia", "older_people"], outcomes=[{"code": "independence"}]),
    club(5, funding=statements({"direct_payment": "yes", "prepaid_card": "no"})),
    club(6, funding=statements({"direct_payment": "partly", "prepaid_card": "yes"})),
    club(7, settings=["outdoors"], attendance=["drop_in"], languages=["en", "gu"]),
    club(8, open_to="anyone", how_to_start=["turn_up", "book_online"]),
    club(
        9,
        communication=statements({"bsl": "yes"}),
        preferences=statements({"women_only": "partly"}),
        travel=statements({"escort": "yes"}),
        support_modes=statements({"small_group": "yes", "with_pa": "no"}),
    ),
]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "ABCDEFGHIJ"),
        # Open to everyone does not answer autism, and the parent does not answer for the child.
        ({"cohort": ["autism"]}, "B"),
        ({"cohort": ["everyone"]}, "A"),
        # Children and grandchildren answer for the parent.
        ({"cohort": ["adults_disability"]}, "BCD"),
        ({"cohort": ["physical_sensory"]}, "D"),
        ({"cohort": ["autism", "dementia"]}, "BE"),
        ({"cohort": ["frailty"]}, ""),
        # A secondary outcome counts as much.
        ({"outcome": ["skill_cooking"]}, "B"),
        ({"outcome": ["independence"]}, "BE"),
        ({"activity_type": ["kind_outdoors"]}, "CD"),
        ({"activity_type": ["gardening"]}, "C"),
        ({"activity_type": ["kind_arts", "kind_outdoors"]}, "CD"),
        # A card is a kind of direct payment, but funding is exact; partly is not yes.
        ({"funding": ["direct_payment"]}, "F"),
        ({"funding": ["prepaid_card"]}, "G"),
        ({"funding": ["prepaid_card", "direct_payment"]}, "FG"),
        ({"funding": ["direct_payment"], "include_unknown": True}, "F"),
        ({"setting": ["online", "outdoors"]}, "H"),
        ({"attendance": ["course"]}, ""),
        ({"language": ["gu"]}, "H"),
        ({"open_to": ["anyone", "mainly"]}, "I"),
        ({"open_to": ["only"]}, ""),
        ({"how_to_start": ["book_online"]}, "I"),
        ({"communication": ["bsl"]}, "J"),
        ({"preference": ["women_only"]}, ""),
        ({"travel": ["escort", "walk"]}, "J"),
        ({"support_mode": ["with_pa"]}, ""),
        ({"support_mode": ["with_pa", "small_group"]}, "J"),
        # Values are alternatives, criteria are not.
        ({"cohort": ["adults_disability"], "activity_type": ["kind_outdoors"]}, "CD"),
        ({"cohort": ["dementia"], "activity_type": ["gardening"]}, ""),
    ],
)
def test_terms(asked: dict[str, Any], expected: str) -> None:
    assert "".join(found(TERMS, **asked)) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"support_need": ["medication"]}, "A"),
        ({"support_need": ["medication", "personal_care"]}, ""),
        # A no fails; what is partly so or not stated is kept and marked.
        ({"support_need": ["medication"], "include_unknown": True}, "ABD"),
        ({"support_need": ["medication", "personal_care"], "include_unknown": True}, "AD"),
        ({"include_unknown": True}, "ABCD"),
    ],
)
def test_support_needs(asked: dict[str, Any], expected: str) -> None:
    entries = [
        club(0, support_needs=statements({"medication": "yes"})),
        club(1, support_needs=statements({"medication": "partly", "personal_care": "no"})),
        club(2, support_needs=statements({"medication": "no", "personal_care": "yes"})),
        club(3),
    ]
    assert "".join(found(entries, **asked)) == expected


def test_what_is_not_stated_yes_is_named_only_where_it_is_kept() -> None:
    entry = club(
        0,
        a_session(1, NINE),
        support_needs=statements({"medication": "partly", "nursing_tasks": "yes"}),
    )
    asked = {
        "access": ["hoist", "hearing_loop", "step_free", "hoist"],
        "support_need": ["personal_care", "medication", "nursing_tasks"],
    }
    (shown,) = ask([entry], include_unknown=True, **asked).items.values()
    assert shown.not_stated == ["hoist", "hearing_loop", "personal_care", "medication"]
    (plain,) = ask([entry], access=["step_free"]).items.values()
    assert plain.not_stated == []


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"age": 18}, "ABCD"),
        ({"age": 25}, "ABCD"),
        ({"age": 26}, "ACD"),
        ({"age": 17}, "C"),
        ({"age": 64}, "ACD"),
        ({"age": 65}, "AD"),
        # Only for where no limit at all is stated is it not known.
        ({"age": 17, "include_unknown": True}, "AC"),
        ({"age": 65, "include_unknown": True}, "AD"),
    ],
)
def test_ages(asked: dict[str, Any], expected: str) -> None:
    entries = [
        club(0),
        club(1, ages={"minimum": 18, "maximum": 25}),
        club(2, ages={"maximum": 64}),
        club(3, ages={"minimum": 18}),
    ]
    assert "".join(found(entries, **asked)) == expected


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"council": ["E06000049"]}, "AB"),
        ({"council": ["E06000049", "E06000016"]}, "ABC"),
        ({"council": ["E10000012"]}, ""),
        ({"provider": ["provider-1"]}, "A"),
        ({"provider": [str(an_id(2, 2)), "provider-3", "nobody"]}, "BC"),
        ({"provider": [str(an_id(2, 1)).upper()]}, "A"),
        ({"provider": [str(an_id(6, 1))]}, ""),
        ({"provider": ["provider-1"], "council": ["E06000016"]}, ""),
    ],
)
def test_councils_and_providers(asked: dict[str, Any], expected: str) -> None:
    entries = [club(0), club(1, home=ART), club(2, home=SWIMMERS), club(3, home=NOWHERE)]
    assert "".join(found(entries, **asked)) == expected


@pytest.mark.parametrize(("within", "expected"), [(0, "AB"), (29, "AB"), (30, "ABC"), (31, "ABCD")])
def test_when_it_was_confirmed(within: int, expected: str) -> None:
    dates = (days(0), days(1), days(-30), days(-31))
    entries = [club(number, confirmed_on=day) for number, day in enumerate(dates)]
    assert "".join(found(entries, confirmed_within_days=within)) == expected


# Filters of a session


DATED: dict[str, Any] = {"repeats": "dated"}
EVENING = {"starts_at": "18:00", "ends_at": "20:00"}


@pytest.mark.parametrize(
    ("session", "asked", "passes"),
    [
        (a_session(1, HALL), {"day": ["mon"]}, True),
        (a_session(1, HALL), {"day": ["tue", "wed"]}, False),
        (a_session(1, HALL), {"day": ["tue", "mon"]}, True),
        # Today, the 16th, is a Monday; the 17th a Tuesday, the 20th a Friday, the 21st a Saturday.
        (a_session(1, HALL, **DATED, dates=[days(1), days(4)]), {"day": ["tue"]}, True),
        (a_session(1, HALL, **DATED, dates=[days(1), days(4)]), {"day": ["fri"]}, True),
        (a_session(1, HALL, **DATED, dates=[days(1), days(4)]), {"day": ["wed"]}, False),
        (a_session(1, HALL, **DATED, dates=[days(0)]), {"day": ["mon"]}, True),
        # A Monday that is past, and a Tuesday to come.
        (a_session(1, HALL, **DATED, dates=[days(-7), days(1)]), {"day": ["mon"]}, False),
        # The Tuesdays are one session and the Saturdays another: neither is both.
        (
            a_session(1, HALL, **DATED, dates=[days(1), days(5)]),
            {"day": ["tue"], "time_band": ["saturday"]},
            False,
        ),
        (
            a_session(1, HALL, **DATED, dates=[days(1), days(5)]),
            {"day": ["sat"], "time_band": ["saturday"]},
            True,
        ),
        # A Saturday that is past makes nothing a session of Saturdays.
        (
            a_session(1, HALL, **DATED, dates=[days(-2), days(1)]),
            {"time_band": ["saturday"]},
            False,
        ),
        # Bank holidays count where it says that it is open then, and nowhere else.
        (a_session(1, HALL, bank_holidays="open"), {"day": ["bank_holiday"]}, True),
        (a_session(1, HALL, bank_holidays="open"), {"day": ["bank_holiday", "tue"]}, True),
        (a_session(1, HALL, bank_holidays="open"), {"day": ["tue"]}, False),
        (a_session(1, HALL, bank_holidays="closed_not_charged"), {"day": ["bank_holiday"]}, False),
        (a_session(1, HALL), {"day": ["bank_holiday"]}, False),
        (a_session(1, HALL), {"day": ["bank_holiday", "mon"]}, True),
        (
            a_session(1, HALL, **DATED, dates=[days(1), days(5)], bank_holidays="open"),
            {"day": ["bank_holiday"], "time_band": ["saturday"]},
            True,
        ),
        # Both ends are included.
        (a_session(1, HALL), {"starts_after": "10:00"}, True),
        (a_session(1, HALL), {"starts_after": "10:01"}, False),
        (a_session(1, HALL), {"ends_before": "12:00"}, True),
        (a_session(1, HALL), {"ends_before": "11:59"}, False),
        (a_session(1, HALL), {"starts_after": "09:00", "ends_before": "12:30"}, True),
        (a_session(1, HALL), {"time_band": ["weekday_morning", "sunday"]}, True),
        (a_session(1, HALL), {"time_band": ["weekday_afternoon"]}, False),
        (a_session(1, HALL, **EVENING), {"time_band": ["weekday_evening"]}, True),
        (a_session(1, HALL, bank_holidays="open"), {"time_band": ["bank_holiday"]}, True),
        # A fortnight without it, or a start to come, is no reason to leave it out.
        (
            a_session(1, HALL, repeats="fortnightly", week_of=days(7)),
            {"day": ["mon"]},
            True,
        ),
        (a_session(1, HALL, valid_from=days(200)), {"day": ["mon"]}, True),
        # It ends today, and ended yesterday.
        (a_session(1, HALL, valid_to=days(0)), {"day": ["mon"]}, True),
        (a_session(1, HALL, valid_to=days(-1)), {"day": ["mon"]}, False),
        (
            a_session(1, HALL, **DATED, dates=[days(7)], valid_to=days(-1)),
            {"day": ["mon"]},
            False,
        ),
        # All values; a partly and a no are no yes.
        (a_session(1, NINE), {"access": ["step_free"]}, True),
        (a_session(1, NINE), {"access": ["step_free", "hearing_loop"]}, False),
        (
            a_session(1, NINE),
            {"access": ["step_free", "hearing_loop"], "include_unknown": True},
            True,
        ),
        (a_session(1, NINE), {"access": ["step_free", "hoist"], "include_unknown": True}, True),
        (a_session(1, NINE), {"access": ["step_free", "lift"], "include_unknown": True}, False),
        # Nobody's home is step free because a class is online.
        (a_session(1), {"access": ["step_free"]}, False),
        (a_session(1), {"access": ["step_free"], "include_unknown": True}, True),
        # Its own statement goes before that of the activity, which is full.
        (a_session(1, HALL, capacity=OPEN), {"capacity": ["open"]}, True),
        (a_session(1, HALL), {"capacity": ["open"]}, False),
        (a_session(1, HALL), {"capacity": ["full", "open"]}, True),
        (
            a_session(1, HALL, capacity={"status": "open", "as_of": days(-42)}),
            {"capacity": ["open"]},
            True,
        ),
        # Too old to be believed, but it is still what the session says: not known.
        (
            a_session(1, HALL, capacity={"status": "open", "as_of": days(-43)}),
            {"capacity": ["open", "full"]},
            False,
        ),
        (
            a_session(1, HALL, capacity={"status": "open", "as_of": days(-43)}),
            {"capacity": ["unknown"]},
            True,
        ),
    ],
)
def test_a_session(session: Any, asked: dict[str, Any], passes: bool) -> None:  # noqa: FBT001 - a table.
    assert found([club(0, session, capacity=FULL)], **asked) == (["A"] if passes else [])


@pytest.mark.parametrize(
    ("capacity", "expected"),
    [
        (None, "unknown"),
        ({"status": "open", "as_of": days(-42)}, "open"),
        ({"status": "open", "as_of": days(-43)}, "unknown"),
        ({"status": "waiting_list", "as_of": days(3)}, "waiting_list"),
    ],
)
def test_the_places_of_an_activity_without_sessions(capacity: Any, expected: str) -> None:
    for status in ("open", "waiting_list", "full", "unknown"):
        wanted = ["A"] if status == expected else []
        assert found([club(0, capacity=capacity)], capacity=[status]) == wanted


@pytest.mark.parametrize(
    "asked",
    [
        {"day": ["mon"], "ends_before": "13:00"},
        {"day": ["tue"], "starts_after": "18:00"},
        {"day": ["mon"], "access": ["step_free"]},
        {"near": "CW1 2", "within": 5, "access": ["step_free"]},
        {"near": "CW1 2", "within": 5, "day": ["tue"]},
        {"day": ["mon"], "max_price_pence": 300},
        {"time_band": ["weekday_evening"], "free": True},
        {"capacity": ["open"], "day": ["tue"]},
        {"time_band": ["weekday_morning"], "capacity": ["open"]},
    ],
)
def test_two_sessions_of_which_neither_serves(asked: dict[str, Any]) -> None:
    near = a_session(1, HALL, day="mon", **EVENING, capacity=OPEN)
    far = a_session(2, NINE, day="tue", capacity=FULL)
    prices = [
        a_price(1, {"amount_pence": 500}, session_ids=[near.id]),
        a_price(2, {"amount_pence": 0}, session_ids=[far.id]),
    ]
    entry = club(0, near, far, prices=prices)
    # Each criterion alone is met by one of the sessions.
    for name, value in asked.items():
        place = {"near": "CW1 2"} if name == "within" else {}
        assert found([entry], **{**place, name: value}) == ["A"]
    assert found([entry], **asked) == []


@pytest.mark.parametrize(
    ("asked", "passes"),
    [
        ({}, True),
        ({"cohort": ["autism"], "capacity": ["unknown"], "free": True}, True),
        ({"day": ["mon"]}, False),
        ({"day": ["mon", "tue", "wed", "thu", "fri", "sat", "sun", "bank_holiday"]}, False),
        ({"starts_after": "00:00"}, False),
        ({"ends_before": "23:59"}, False),
        ({"time_band": ["weekday_morning"]}, False),
        ({"near": "CW1 2", "within": 100}, False),
        ({"access": ["step_free"]}, False),
        ({"access": ["step_free"], "include_unknown": True}, True),
    ],
)
def test_an_activity_without_sessions_states_nothing(
    asked: dict[str, Any],
    passes: bool,  # noqa: FBT001 - a table.
) -> None:
    stated = {
        "cohorts": ["autism"],
        "prices": [a_price(1, {"amount_pence": 0})],
        "served_areas": [{"kind": "england", "name": "England"}],
    }
    ended = a_session(1, HALL, valid_to=days(-1))
    for entry in (club(0, **stated), club(0, ended, **stated)):
        assert found([entry], **asked) == (["A"] if passes else [])
    assert item(club(0, ended, **stated)) == (None, None, 0)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"max_price_pence": 500}, "AC"),
        ({"max_price_pence": 499}, "C"),
        ({"free": True}, "C"),
        ({"free": True, "max_price_pence": 500}, "C"),
        # It limits nothing, and what is not known passes.
        ({"free": False}, "ABCDE"),
        # Two hours at 2.51 an hour.
        ({"max_price_pence": 502}, "ACE"),
        ({"max_price_pence": 501}, "AC"),
    ],
)
def test_prices(asked: dict[str, Any], expected: str) -> None:
    ended = a_session(31, HALL, valid_to=days(-1))
    entries = [
        club(0, prices=[a_price(1, {"amount_pence": 500})]),
        club(1, prices=[a_price(2, {"unit": "donation"})]),
        club(2, prices=[a_price(3, {"amount_pence": 600}), a_price(4, {"amount_pence": 0})]),
        # A price of a session that ended does not hold for the blank one.
        club(3, ended, prices=[a_price(5, {"amount_pence": 0}, session_ids=[ended.id])]),
        club(4, a_session(41), prices=[a_price(6, {"amount_pence": 251, "unit": "hour"})]),
    ]
    assert "".join(found(entries, **asked)) == expected


def test_a_course_is_shared_by_all_its_dates_whatever_day_is_asked_about() -> None:
    course = a_session(1, HALL, **DATED, dates=[days(-6), days(1), days(4), days(8)])
    entry = club(0, course, prices=[a_price(1, {"amount_pence": 4000, "unit": "course"})])
    assert item(entry, day=["fri"]) == (None, "Hall", 1000)


# Places


@pytest.mark.parametrize(
    ("venue", "asked", "passes"),
    [
        (HALL, {"near": "CW1 2"}, True),
        (HALL, {"near": "CW1 2", "within": 0.1}, True),
        (ONE, {"near": "CW1 2", "within": 0.75}, True),
        (ONE, {"near": "CW1 2", "within": 0.7}, False),
        # Ten miles where nothing is said, and 0.29 miles of uncertainty.
        (TEN, {"near": "CW1 2"}, True),
        (TEN, {"near": "CW1 2", "within": 9.9}, False),
        (ELEVEN, {"near": "CW1 2"}, False),
        (ELEVEN, {"near": "CW1 2", "within": 11}, True),
        # A point is known exactly.
        (TEN, {"latitude": 53.0986, "longitude": -2.4415}, False),
        (TEN, {"latitude": 53.0986, "longitude": -2.4415, "within": 10.21}, True),
        # 13 miles away, 8.3 of which are uncertain: more than the limit itself.
        (FARM, {"near": "NE48 1", "within": 5}, True),
        (FARM, {"near": "NE48 1", "within": 4.5}, False),
        # Judged by the point that is shown.
        (SECRET, {"near": "CW1 2", "within": 0.1}, True),
        (SECRET, {"near": "LE2 3", "within": 30}, False),
    ],
)
def test_venues_within_reach(venue: Any, asked: dict[str, Any], passes: bool) -> None:  # noqa: FBT001
    assert found([club(0, a_session(1, venue))], **asked) == (["A"] if passes else [])


ENGLAND = {"kind": "england", "name": "England"}
IN_CHESHIRE_EAST = {"kind": "council", "name": "Cheshire East", "gss": "E06000049"}
IN_LEICESTER = {"kind": "council", "name": "Leicester", "gss": "E06000016"}
DISTRICT = {"kind": "district", "name": "Somewhere", "gss": "E07000123"}
CREWE_CODES = {"kind": "outcodes", "name": "Crewe", "outcodes": ["CW1", "CW2"]}


def around(miles: float) -> dict[str, Any]:
    """An area of so many miles around a point three miles north of the middle of CW1 2."""
    point = a_point("CW1 2", 3.0)
    position = {"latitude": point.latitude, "longitude": point.longitude}
    return {"kind": "radius", "name": "Around", "miles": miles, **position}


@pytest.mark.parametrize("place", ["online", "comes_to_you"])
@pytest.mark.parametrize(
    ("areas", "home", "near", "passes"),
    [
        ([ENGLAND], CREWE, "LE2 3", True),
        ([ENGLAND], CREWE, "Crewe", True),
        ([ENGLAND], CREWE, "TD9 0", False),
        ([IN_CHESHIRE_EAST], CREWE, "CW1 2", True),
        ([IN_CHESHIRE_EAST], SWIMMERS, "CW1", True),
        ([IN_CHESHIRE_EAST], CREWE, "LE2 3", False),
        # On the border, where Cheshire East is the likelier, and where it is the less likely one.
        ([IN_CHESHIRE_EAST], CREWE, "ST7 2", True),
        ([IN_CHESHIRE_EAST], CREWE, "ST7 4", True),
        ([IN_LEICESTER, IN_CHESHIRE_EAST], CREWE, "LE2 3", True),
        # No area, and a district, mean the provider's home council.
        ([], CREWE, "CW1 2", True),
        ([], CREWE, "ST7 2", True),
        ([], CREWE, "ST7 4", True),
        ([], SWIMMERS, "ST7 4", False),
        ([], CREWE, "LE2 3", False),
        ([], SWIMMERS, "LE2 3", True),
        ([], NOWHERE, "CW1 2", False),
        # The council of Northumberland is not held here, so that its code is not known either.
        ([], NOWHERE, "NE48 1", False),
        ([DISTRICT], CREWE, "CW1 2", True),
        ([DISTRICT], SWIMMERS, "CW1 2", False),
        ([CREWE_CODES], SWIMMERS, "CW1 2", True),
        ([CREWE_CODES], CREWE, "CW2", True),
        ([CREWE_CODES], CREWE, "CW11 4", False),
        # The outcode of a town is that of the sector nearest to its middle.
        ([CREWE_CODES], CREWE, "Crewe", True),
        # 3 miles away, of which 0.29 are uncertain.
        ([around(2.8)], CREWE, "CW1 2", True),
        ([around(2.6)], CREWE, "CW1 2", False),
        ([around(2.6), CREWE_CODES], CREWE, "CW1 2", True),
    ],
)
def test_served_areas(place: str, areas: list[Any], home: Any, near: str, passes: bool) -> None:  # noqa: FBT001
    entry = club(0, a_session(1, place=place), home=home, served_areas=areas)
    # However little the person would travel.
    assert found([entry], near=near, within=0.1) == (["A"] if passes else [])


def test_a_venue_is_not_reached_by_the_served_area() -> None:
    assert found([club(0, a_session(1, ELEVEN), served_areas=[ENGLAND])], near="CW1 2") == []


# What an item shows

NEAR = {"near": "CW1 2"}


@pytest.mark.parametrize(
    ("sessions", "asked", "expected"),
    [
        ([a_session(1, NINE), a_session(2, ONE)], NEAR, (1.0, "One")),
        ([a_session(1, NINE), a_session(2, ONE)], {}, (None, "Nine")),
        # The nearest that passes, not the nearest that there is.
        (
            [a_session(1, NINE), a_session(2, ONE, day="tue")],
            {**NEAR, "day": ["mon"]},
            (9.0, "Nine"),
        ),
        # As near: the first in the activity's order.
        ([a_session(1, TWIN), a_session(2, HALL)], NEAR, (0.0, "Twin")),
        ([a_session(1, HALL), a_session(2, TWIN)], NEAR, (0.0, "Hall")),
        # It passes only by what is online.
        ([a_session(1), a_session(2, ELEVEN)], NEAR, (None, None)),
        ([a_session(1), a_session(2, NINE)], NEAR, (9.0, "Nine")),
        # Without a place: the first passing session that has a venue.
        ([a_session(1), a_session(2, NINE), a_session(3, ONE)], {}, (None, "Nine")),
        ([a_session(1)], {}, (None, None)),
        ([], {}, (None, None)),
        ([a_session(1, HALL, valid_to=days(-1)), a_session(2, ONE)], {}, (None, "One")),
        ([a_session(1, SECRET)], NEAR, (0.3, "Secret")),
        ([a_session(1, FARM)], {"near": "NE48 1"}, (13.0, "Farm")),
    ],
)
def test_the_venue_shown(sessions: list[Any], asked: dict[str, Any], expected: Any) -> None:
    assert item(club(0, *sessions), **asked)[:2] == expected


def test_access_is_marked_by_the_session_shown() -> None:
    sessions = [a_session(1), a_session(2, NINE), a_session(3, ONE)]
    asked: dict[str, Any] = {"access": ["step_free"], "include_unknown": True}
    # With a place the nearest, which states nothing; without one the first with a venue.
    for place, expected in ((NEAR, ["step_free"]), ({}, [])):
        (shown,) = ask([club(0, *sessions)], **place, **asked).items.values()
        assert shown.not_stated == expected


def test_the_price_is_the_least_of_the_passing_sessions() -> None:
    cheap, dear = a_session(1, ELEVEN), a_session(2, HALL)
    prices = [
        a_price(1, {"amount_pence": 100}, session_ids=[cheap.id]),
        a_price(2, {"amount_pence": 900}, session_ids=[dear.id]),
        a_price(3, {"unit": "on_request"}),
    ]
    entry = club(0, cheap, dear, prices=prices)
    assert item(entry)[2] == 100
    assert item(entry, near="CW1 2")[2] == 900


# Order


def priced(number: int, pence: int | None, *sessions: Any, **values: Any) -> OracleEntry:
    part: dict[str, Any] = {"unit": "on_request"} if pence is None else {"amount_pence": pence}
    return club(number, *sessions, prices=[a_price(number, part)], **values)


HERE = {"served_areas": [IN_CHESHIRE_EAST]}
ORDERED = [
    priced(0, None, a_session(1), confirmed_on=days(-3), **HERE),
    priced(1, 500, a_session(2, NINE), confirmed_on=days(-1)),
    priced(2, 0, a_session(3, ONE), confirmed_on=days(-3)),
    priced(3, None, a_session(4, ONE), confirmed_on=days(-2)),
    priced(4, 500, a_session(5), confirmed_on=days(-3), **HERE),
]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "ABCDE"),
        ({"sort": "name"}, "ABCDE"),
        ({"sort": "-name"}, "EDCBA"),
        # The nearest first where a place is given; what has no distance is last, either way.
        ({"near": "CW1 2"}, "CDBAE"),
        ({"near": "CW1 2", "sort": "-distance"}, "BCDAE"),
        ({"near": "CW1 2", "sort": "name"}, "ABCDE"),
        # Prices that are not known are last, either way, and ties go by name, always from A.
        ({"sort": "price"}, "CBEAD"),
        ({"sort": "-price"}, "BECAD"),
        ({"near": "CW1 2", "sort": "price"}, "CBEAD"),
        # The latest first.
        ({"sort": "confirmed"}, "BDACE"),
        ({"sort": "-confirmed"}, "ACEDB"),
    ],
)
def test_orders(asked: dict[str, Any], expected: str) -> None:
    assert "".join(found(ORDERED, **asked)) == expected
    assert "".join(found(ORDERED[::-1], **asked)) == expected


def test_the_latest_published_comes_first() -> None:
    entries = [
        replace(club(number), published_at=PUBLISHED + timedelta(hours=hours))
        for number, hours in enumerate((1, 3, 3, 2))
    ]
    assert "".join(found(entries, sort="newest")) == "BCDA"
    assert "".join(found(entries, sort="-newest")) == "ADBC"


def test_names_sort_without_case_and_accents_and_then_by_id() -> None:
    names = ["zebra", "Éclair", "eclair", "Eclipse", "ECLAIR", "Łódź"]
    ids = [an_id(6, number) for number in (9, 8, 2, 7, 5, 1)]
    entries = [
        club(number, name=name, id=key)
        for number, (name, key) in enumerate(zip(names, ids, strict=True))
    ]
    # Bytewise: the L with a stroke is a letter of its own, after z.
    assert found(entries) == ["eclair", "ECLAIR", "Éclair", "Eclipse", "zebra", "Łódź"]
    # Only the name is reversed; those of one name stay in the order of their ids.
    backwards = ["Łódź", "zebra", "Eclipse", "eclair", "ECLAIR", "Éclair"]
    assert found(entries, sort="-name") == backwards


def test_ids_sort_as_text() -> None:
    ids = ["ffffffff-0000-7000-8000-000000000000", "0fffffff-0000-7000-8000-000000000000"]
    entries = [club(number, name="Same", id=UUID(key)) for number, key in enumerate(ids)]
    assert [str(key) for key in ask(entries).ids] == sorted(ids)


@given(st.text(max_size=20))
def test_names_sort_as_they_are_stored(name: str) -> None:
    assert sort_name(name) == rows.sort_name(name)


# Words

WORDED = [
    club(0, a_session(1), name="Choir", summary="Songs.", **HERE),
    club(1, a_session(2, ONE), name="Friends", summary="A choir."),
    club(2, a_session(3, HALL), name="Walks", description="Choir, songs and walks."),
    club(3, a_session(4, NINE), name="Choir", cohorts=["dementia"]),
]


@pytest.mark.parametrize(
    ("asked", "expected", "matched"),
    [
        # In the name, then in the summary, then in the description.
        ({"q": "choir"}, [0, 3, 1, 2], "all_words"),
        # Of the same score the nearer first, then what has no distance.
        ({"q": "choir", "near": "CW1 2"}, [3, 0, 1, 2], "all_words"),
        ({"q": "choir", "near": "CW1 2", "sort": "distance"}, [2, 1, 3, 0], "all_words"),
        # Turned about by the score alone.
        ({"q": "choir", "near": "CW1 2", "sort": "-relevance"}, [2, 1, 3, 0], "all_words"),
        ({"q": "choir", "sort": "name"}, [0, 3, 1, 2], "all_words"),
        ({"q": "choir songs"}, [0, 2], "all_words"),
        # Something has all words, though it is not for this cohort: any word is not enough.
        ({"q": "choir songs", "cohort": ["dementia"]}, [], "all_words"),
        ({"q": "choir zyzzyva"}, [0, 3, 1, 2], "any_word"),
        ({"q": "zyzzyva"}, [], None),
        ({"q": "?"}, [], None),
    ],
)
def test_words(asked: dict[str, Any], expected: list[int], matched: str | None) -> None:
    told = ask(WORDED, **asked)
    assert told.ids == [an_id(6, number) for number in expected]
    if matched is not None:
        assert told.matched == matched


def test_the_words_of_an_activity() -> None:
    entry = club(
        0,
        a_session(1, ONE),
        a_session(2, SECRET),
        cohorts=["autism"],
        outcomes=[{"code": "carer_break"}],
        activity_types=["gardening"],
        settings=["outdoors"],
        languages=["gu"],
    )
    fields = fields_of(entry)
    assert fields.name == "A"
    assert fields.provider == "Second Garden Trust"
    assert fields.summary == "Something to do."
    assert fields.description == "What it is."
    # A venue that shows its district alone is not given away by its name.
    assert fields.venue == "One / Crewe / Crewe"
    for word in ("Autism", "Gardening"):
        assert word in fields.labels
    assert "Gujarati" not in fields.labels


# Facets


def counts(entries: Sequence[OracleEntry], scheme: str, **asked: Any) -> dict[str, int]:
    return ask(entries, facets=[scheme], **asked).facets[scheme]


MORNING = a_session(1, HALL, capacity=OPEN)
LATE = a_session(2, NINE, day="tue", **EVENING, capacity=FULL)
COUNTED = [
    club(0, MORNING, cohorts=["autism"], settings=["outdoors"]),
    club(1, LATE, cohorts=["dementia"], settings=["outdoors", "online"]),
    club(2, MORNING, LATE, cohorts=["autism", "dementia"], home=SWIMMERS),
    club(3, cohorts=["deafblind"], support_needs=statements({"medication": "no"})),
]


@pytest.mark.parametrize(
    ("scheme", "asked", "expected"),
    [
        # Parents count their descendants; in the vocabulary's order; zeros are left out.
        (
            "cohort",
            {},
            {
                "adults_disability": 3,
                "autism": 2,
                "physical_sensory": 1,
                "deafblind": 1,
                "dementia": 2,
            },
        ),
        # As if its own filter were off, with what is asked for even at 0.
        (
            "cohort",
            {"cohort": ["dementia", "frailty"], "setting": ["outdoors"]},
            {"adults_disability": 1, "autism": 1, "frailty": 0, "dementia": 1},
        ),
        # The filters of other schemes stay on, also while it is asked for itself.
        ("setting", {"cohort": ["autism"]}, {"outdoors": 1}),
        ("setting", {"setting": ["online"], "cohort": ["autism"]}, {"outdoors": 1, "online": 0}),
        # One session must pass: the late one is not on a Monday.
        (
            "time_band",
            {"day": ["mon"]},
            {"weekday_morning": 2},
        ),
        ("time_band", {}, {"weekday_morning": 2, "weekday_evening": 2}),
        ("time_band", {"access": ["step_free"]}, {"weekday_evening": 2}),
        ("capacity", {}, {"open": 2, "full": 2, "unknown": 1}),
        ("capacity", {"capacity": ["open"], "day": ["tue"]}, {"open": 0, "full": 2}),
        # All of the values for others, one alone in a count.
        ("access", {"access": ["step_free", "hoist"]}, {"step_free": 2, "hoist": 0}),
        (
            "support_need",
            {"support_need": ["medication"], "include_unknown": True, "cohort": ["deafblind"]},
            {
                "personal_care": 1,
                "eating_help": 1,
                "medication": 0,
                "moving_hoisting": 1,
                "epilepsy_trained": 1,
                "behaviour_support": 1,
                "dementia_trained": 1,
                "nursing_tasks": 1,
                "safe_supervision": 1,
                "communication_help": 1,
            },
        ),
        # Councils by name.
        ("council", {"council": ["E06000016"]}, {"E06000049": 3, "E06000016": 1}),
        (
            "council",
            {"cohort": ["deafblind"], "council": ["E06000016"]},
            {"E06000049": 1, "E06000016": 0},
        ),
        ("council", {"cohort": ["deafblind"]}, {"E06000049": 1}),
        ("funding", {}, {}),
    ],
)
def test_facets(scheme: str, asked: dict[str, Any], expected: dict[str, int]) -> None:
    assert list(counts(COUNTED, scheme, **asked).items()) == list(expected.items())


def test_facets_are_counted_within_the_words() -> None:
    assert counts(WORDED, "cohort", q="choir songs") == {}
    assert counts(WORDED, "cohort", q="choir") == {"dementia": 1}


def test_a_council_without_a_code_is_not_counted() -> None:
    assert counts([club(0, home=NOWHERE)], "council") == {}
    assert UNCODED.area.gss is None


def test_only_the_facets_asked_for_are_counted() -> None:
    assert ask(COUNTED).facets == {}
    assert list(ask(COUNTED, facets=["setting", "cohort"]).facets) == ["setting", "cohort"]


def test_an_empty_catalogue() -> None:
    told = ask([], near="CW1 2", facets=["cohort", "council"], cohort=["autism"])
    assert (told.ids, told.total) == ([], 0)
    assert told.facets == {"cohort": {"autism": 0}, "council": {}}


# Comparing


def test_nothing_differs_from_itself() -> None:
    told = ask(ORDERED, near="CW1 2")
    shown = list(told.items.values())
    same = {
        "distances": [one.distance for one in shown],
        "venue_ids": [one.venue_id for one in shown],
        "prices": [one.price for one in shown],
        "not_stated": [one.not_stated for one in shown],
        "total": 5,
        "facets": {},
    }
    assert_same_results(told.ids, told, SearchCriteria(near="CW1 2"), ORDERED, **same)
    assert result_differences(told.ids[2:4], told, page=2, per_page=2) == []
    assert result_differences([], told, page=4, per_page=2) == []


def test_differences_are_told() -> None:
    told = ask(ORDERED, near="CW1 2")
    first, second, *rest = told.ids
    assert (
        result_differences([second, first, *rest], told)[0]
        == f"place 1: {second}, expected {first}"
    )
    assert f"missing: {first}" in result_differences([second, *rest], told)
    assert f"too many: {an_id(6, 7)}" in result_differences([*told.ids, an_id(6, 7)], told)
    assert "an activity stands there twice" in result_differences([first, *told.ids], told)
    assert result_differences(told.ids, told, total=4) == ["total: 4, expected 5"]
    assert len(result_differences(told.ids, told, prices=[7] * 5)) == 5
    assert len(result_differences(told.ids, told, facets={"cohort": {}})) == 1
    with pytest.raises(AssertionError, match="missing"):
        assert_same_results(rest, told, SearchCriteria(near="CW1 2"), ORDERED)


def as_json(entries: Sequence[OracleEntry], told: OracleAnswer, page: int, per_page: int) -> Any:
    """The JSON answer as it should be."""
    by_id = {entry.activity.id: entry for entry in entries}
    ids = told.ids[(page - 1) * per_page : page * per_page]
    items = []
    for key in ids:
        shown = told.items[key]
        summary = activity_summary(by_id[key], TODAY, "en").model_dump(mode="json")
        venue = next((one for one in VENUES if one.id == shown.venue_id), None)
        summary["nearest_venue"] = venue and {
            "name": venue.name,
            "town": venue.address.town,
            "postcode_district": venue.address.postcode.split()[0],
            "latitude": venue.latitude,
            "longitude": venue.longitude,
        }
        summary["distance_miles"] = None if shown.distance is None else round(shown.distance, 1)
        summary["not_stated"] = [{"code": code} for code in shown.not_stated]
        items.append(summary)
    return {
        "items": items,
        "total": told.total,
        "page": page,
        "per_page": per_page,
        "pages": -(-told.total // per_page),
        "matched": told.matched,
        "did_you_mean": [],
        "facets": {
            scheme: [{"code": code, "label": "", "count": count} for code, count in found.items()]
            for scheme, found in told.facets.items()
        },
    }


def test_json_is_compared() -> None:
    criteria = SearchCriteria.model_validate(
        {
            "near": "CW1 2",
            "page": 1,
            "per_page": 3,
            "facets": ["cohort", "council"],
            "access": ["step_free"],
            "council": ["E06000049", "E10000012"],
            "include_unknown": True,
        }
    )
    told = answer(ORDERED, criteria, TODAY, place_asked(criteria))
    body = as_json(ORDERED, told, 1, 3)
    # A council that nobody is at home in is named, with 0, because it is asked for.
    body["facets"]["council"].append({"code": "E10000012", "label": "Essex", "count": 0})
    assert json_differences(body, told, criteria, ORDERED) == []
    wrong = [
        {**body, "total": 4},
        {**body, "pages": 1},
        {**body, "items": body["items"][::-1]},
        {**body, "did_you_mean": ["choir"]},
        {**body, "facets": {}},
    ]
    changes: tuple[dict[str, Any], ...] = (
        {"distance_miles": 3.3},
        {"nearest_venue": None},
        {"not_stated": []},
    )
    wrong += [
        {**body, "items": [{**body["items"][0], **change}, *body["items"][1:]]}
        for change in changes
    ]
    assert all(len(json_differences(one, told, criteria, ORDERED)) >= 1 for one in wrong)


def test_suggestions_find_something() -> None:
    criteria = SearchCriteria(q="zyzzyva")
    told = answer(WORDED, criteria, TODAY, None)
    body = as_json(WORDED, told, 1, 20)
    for suggestions, differ in (
        (["choir"], False),
        (["zyzzyvb"], True),
        (["choir", "walks", "songs", "friends"], True),
    ):
        body["did_you_mean"] = suggestions
        assert bool(json_differences(body, told, criteria, WORDED)) is differ


# What holds whatever is drawn


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_what_holds_of_every_answer(data: st.DataObject) -> None:
    catalogue: Catalogue = data.draw(catalogues())
    criteria = data.draw(queries(catalogue))
    place = place_asked(criteria)
    told = answer(catalogue.entries, criteria, TODAY, place)
    assert len(set(told.ids)) == len(told.ids) == told.total == len(told.items)
    # The order in which activities are stored means nothing.
    again = answer(catalogue.entries[::-1], criteria, TODAY, place)
    assert again.ids == told.ids
    # What is not known only adds.
    wider = criteria.model_copy(update={"include_unknown": True})
    assert set(told.ids) <= set(answer(catalogue.entries, wider, TODAY, place).ids)
    # A count is the total of the same question with that term alone.
    for scheme, found_terms in told.facets.items():
        for code, count in found_terms.items():
            one = criteria.model_copy(update={scheme: [code], "facets": []})
            assert answer(catalogue.entries, one, TODAY, place).total == count


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_catalogues_can_be_published(data: st.DataObject) -> None:
    catalogue: Catalogue = data.draw(catalogues())
    documents = catalogue.documents
    assert len({document.id for document in documents}) == len(documents)
    assert len({(type(document), document.slug) for document in documents}) == len(documents)
    for entry in catalogue.entries:
        assert entry.venues.keys() == {
            one.venue_id for one in entry.activity.sessions if one.venue_id
        }
        assert entry.provider.council_id == entry.council.id
        assert all(one.provider_id == entry.provider.id for one in entry.venues.values())


def test_an_empty_field_is_no_question() -> None:
    assert SearchCriteria.model_validate({"q": "  "}).q is None
