from collections.abc import Iterator
from datetime import date

import pytest
from conftest import counted_statements

from app.database import Database, Reading
from app.geo.councils import CouncilGuess
from app.geo.distance import Point
from app.geo.models import Area, AreaOutcode
from app.geo.places import UnknownPlace, place_at, resolve_places
from app.geo.queries import council_of, find_places

TODAY = date(2026, 6, 15)

WHOLE: dict[str, str] = {
    "E10000012": "CM1 CM2 CM3 CM20 CO1 CB11",
    "E06000049": "CW1 CW2 SK11",
    "E06000016": "LE1 LE5",
}
SHARED: dict[str, dict[str, float | None]] = {
    "E10000012": {"CO7": None},
    "E06000049": {"ST7": 0.43, "CW3": 0.35, "CW6": 0.24},
    "E06000016": {"LE2": 0.7, "LE3": 0.7, "LE4": 0.7},
}


@pytest.fixture
def areas(database: Database) -> Database:
    """Three councils with their outcodes, two without any, and one that is no more."""
    with database.write() as session:
        areas = [
            Area(gss="E10000012", name="Essex", tier="county"),
            Area(gss="E06000049", name="Cheshire East", tier="unitary"),
            Area(gss="E06000016", name="City of Leicester", tier="unitary"),
            Area(gss="E06000034", name="Thurrock", tier="unitary"),
            Area(gss="E07000070", name="Colchester", tier="district"),
            Area(name="Old Essex", tier="county", valid_to=date(2026, 6, 14)),
            Area(name="New Essex", tier="unitary", valid_from=date(2026, 6, 16)),
        ]
        session.add_all(areas)
        session.flush()
        for area in areas:
            for outcode in WHOLE.get(area.gss or "", "").split():
                session.add(AreaOutcode(area_id=area.id, outcode=outcode, share=1.0))
            for outcode, share in SHARED.get(area.gss or "", {}).items():
                session.add(AreaOutcode(area_id=area.id, outcode=outcode, share=share))
        for area in areas[-3:]:
            session.add(AreaOutcode(area_id=area.id, outcode="CM1", share=1.0))
    return database


@pytest.fixture
def session(areas: Database) -> Iterator[Reading]:
    with areas.read() as session:
        yield session


def council(session: Reading, text: str) -> CouncilGuess:
    """The council of the likeliest place that a text can mean."""
    return find_places(session, text, today=TODAY)[0].council


def told(guess: CouncilGuess) -> list[tuple[str | None, str]]:
    """The codes and names of the candidates."""
    return [(each.gss, each.name) for each in guess.candidates]


@pytest.mark.parametrize(
    ("text", "gss", "name"),
    [
        ("CW1 2AB", "E06000049", "Cheshire East"),
        ("CW1 2", "E06000049", "Cheshire East"),
        ("CM1", "E10000012", "Essex"),
        ("LE5 1AA", "E06000016", "City of Leicester"),
    ],
)
def test_an_outcode_that_is_all_of_one_council_is_certain(
    session: Reading, text: str, gss: str, name: str
) -> None:
    assert council(session, text) == CouncilGuess(gss, name, 1.0)


@pytest.mark.parametrize(
    ("text", "gss"),
    [("Chelmsford", "E10000012"), ("Crewe", "E06000049"), ("Leicester", "E06000016")],
)
def test_a_town_inside_a_council_is_sure_and_not_certain(
    session: Reading, text: str, gss: str
) -> None:
    guess = council(session, text)
    assert guess.gss == gss
    assert 0.97 <= guess.confidence < 1
    assert guess.candidates == ()


def test_a_shared_outcode_names_the_councils_on_both_sides(session: Reading) -> None:
    guess = council(session, "LE2")
    assert guess.gss == "E06000016"
    assert guess.confidence == pytest.approx(0.7)
    assert told(guess) == [("E06000016", "City of Leicester"), (None, "Leicestershire")]
    assert sum(each.confidence for each in guess.candidates) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "best"),
    [
        ("LE2 8AA", "City of Leicester"),
        ("LE2 4AA", "Leicestershire"),
        ("Oadby", "Leicestershire"),
        ("ST7 2AA", "Cheshire East"),
        ("CW6 9AA", "Cheshire West and Chester"),
        ("CO7 6AA", "Suffolk"),
    ],
)
def test_in_a_shared_outcode_the_nearest_place_tips_the_balance(
    session: Reading, text: str, best: str
) -> None:
    guess = council(session, text)
    assert guess.name == best
    assert 0.5 < guess.confidence < 0.97
    assert len(guess.candidates) == 2


@pytest.mark.parametrize(
    ("text", "gss", "name"),
    [
        ("NR1 1AA", None, "Norfolk"),
        ("Norwich", None, "Norfolk"),
        ("RM17 6AA", "E06000034", "Thurrock"),
        ("Grays", "E06000034", "Thurrock"),
        ("Southend-on-Sea", None, "Southend-on-Sea"),
        ("SW1A 1AA", None, "A London borough"),
        ("Camden Town", None, "A London borough"),
    ],
)
def test_an_outcode_that_nobody_lists_takes_the_nearest_county(
    session: Reading, text: str, gss: str | None, name: str
) -> None:
    guess = council(session, text)
    assert (guess.gss, guess.name) == (gss, name)
    assert 0 < guess.confidence <= 0.9


@pytest.mark.parametrize("text", ["EH1 1AA", "CF10", "LL11 1AA", "SY23 1AA", "G1"])
def test_scotland_and_wales_have_no_council_here(session: Reading, text: str) -> None:
    assert council(session, text) == CouncilGuess(None, None, 0.0)


def test_an_area_counts_only_while_it_is_valid(session: Reading) -> None:
    (place,) = resolve_places("CM1")
    old = council_of(session, place, today=date(2026, 6, 14))
    now = council_of(session, place, today=TODAY)
    new = council_of(session, place, today=date(2026, 6, 16))
    assert told(old) == [("E10000012", "Essex"), (None, "Old Essex")]
    assert (now.name, now.confidence) == ("Essex", 1.0)
    assert told(new) == [("E10000012", "Essex"), (None, "New Essex")]


def test_the_day_is_today_if_none_is_given(session: Reading) -> None:
    (place,) = resolve_places("CW1")
    assert council_of(session, place).gss == "E06000049"
    assert find_places(session, "CW1")[0].council.gss == "E06000049"


def test_a_point_has_a_council(session: Reading) -> None:
    guess = council_of(session, place_at(Point(53.099, -2.440)), today=TODAY)
    assert guess.gss == "E06000049"


def test_a_name_prefers_the_councils_that_are_held(session: Reading) -> None:
    found = find_places(session, "Newport", today=TODAY)
    assert [(each.place.label, each.council.gss) for each in found] == [
        ("Newport, Essex", "E10000012"),
        ("Newport, Isle of Wight", None),
        ("Newport, Telford and Wrekin", None),
        ("Newport, East Riding of Yorkshire", None),
    ]


def test_an_unknown_place_is_a_problem(session: Reading) -> None:
    with pytest.raises(UnknownPlace):
        find_places(session, "Atlantis", today=TODAY)


@pytest.mark.parametrize(("text", "places"), [("CW1 2AB", 1), ("Newport", 4), ("s", 10)])
def test_the_number_of_statements_does_not_grow_with_the_places(
    database: Database, session: Reading, text: str, places: int
) -> None:
    with counted_statements(database.engine) as statements:
        assert len(find_places(session, text, today=TODAY)) == places
    assert [each.split()[0] for each in statements if each != "BEGIN"] == ["SELECT", "SELECT"]
