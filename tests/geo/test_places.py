from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.geo.distance import Point, miles_from_km
from app.geo.gazetteer import sectors, settlements
from app.geo.geocoder import Geocoder
from app.geo.places import (
    GEOCODERS,
    OutsideGreatBritain,
    Place,
    UnknownPlace,
    place_at,
    resolve_places,
)
from app.geo.postcode import NON_GEOGRAPHIC
from app.geo.shipped import LEAST_PLACE_MILES, LEAST_POSTCODE_MILES, ShippedTables
from app.problems import Problem
from app.vocabulary.easy_read import lint

TOO_LARGE = (
    "This is the name of a county or council, too large to measure from. Please give a town."
)
BUSINESS_POST = (
    "This postcode is one for business post and belongs to no one place. "
    "Please give the postcode of a home or the name of a town."
)


def labels(text: str) -> list[str]:
    return [place.label for place in resolve_places(text)]


@pytest.mark.parametrize(
    ("text", "label", "kind"),
    [
        ("CW1 2AB", "CW1 2", "sector"),
        ("cw12ab", "CW1 2", "sector"),
        ("CWI 2AB", "CW1 2", "sector"),
        ("OLI IAA", "OL1 1", "sector"),
        ("CM1 1", "CM1 1", "sector"),
        ("CM1", "CM1", "outcode"),
        ("CWI", "CW1", "outcode"),
        ("EH1 1AA", "EH1 1", "sector"),
        ("CM1 5AB", "CM1", "outcode"),
        ("chelmsford", "Chelmsford, Essex", "place"),
        ("CREWE", "Crewe, Cheshire East", "place"),
        ("saint albans", "St Albans, Hertfordshire", "place"),
        ("Leicester", "Leicester", "place"),
        ("London", "London", "place"),
        ("Hull", "Kingston upon Hull", "place"),
        ("Kings Lynn", "King's Lynn, Norfolk", "place"),
        ("Chelmsford CM1", "Chelmsford, Essex", "place"),
        ("Chelmsford CB1", "CB1", "outcode"),
        ("10 Duke Street, Chelmsford, CM1 1AB", "CM1 1", "sector"),
    ],
)
def test_one_place_is_meant(text: str, label: str, kind: str) -> None:
    (place,) = resolve_places(text)
    assert (place.label, place.kind) == (label, kind)


def test_a_sector_with_its_facts() -> None:
    (place,) = resolve_places("cm1 1ab")
    cell = sectors().by_name["CM1 1"]
    assert place == Place(
        label="CM1 1",
        kind="sector",
        latitude=cell.latitude,
        longitude=cell.longitude,
        accuracy_miles=miles_from_km(cell.p90_km),
        county=None,
        source="OS Code-Point Open",
        outcode="CM1",
    )


def test_a_town_with_its_facts() -> None:
    (place,) = resolve_places("chelmsford")
    (row,) = settlements().named("Chelmsford")
    assert place == Place(
        label="Chelmsford, Essex",
        kind="place",
        latitude=row.latitude,
        longitude=row.longitude,
        accuracy_miles=place.accuracy_miles,
        county="Essex",
        source="GeoNames",
    )
    assert 1.5 < place.accuracy_miles < 2


def test_several_places_of_one_name_come_with_their_counties() -> None:
    assert labels("Newport") == [
        "Newport, Isle of Wight",
        "Newport, Telford and Wrekin",
        "Newport, Essex",
        "Newport, East Riding of Yorkshire",
    ]


def test_places_in_the_councils_of_a_deployment_come_first() -> None:
    places = resolve_places("Newport", preferred={"essex"})
    assert [place.label for place in places] == [
        "Newport, Essex",
        "Newport, Isle of Wight",
        "Newport, Telford and Wrekin",
        "Newport, East Riding of Yorkshire",
    ]


def test_a_preferred_place_is_not_cut_off_by_the_limit() -> None:
    """Newport in Essex is far down the list of what begins with an N."""
    places = resolve_places("New", preferred={"essex"}, limit=3)
    assert places[0].label == "Newport, Essex"
    assert len(places) == 3


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("Newport, Essex", "Newport, Essex"),
        ("newport essex", "Newport, Essex"),
        ("Newport (Shropshire)", "Newport, Telford and Wrekin"),
        ("Macclesfield, Cheshire", "Macclesfield, Cheshire East"),
        ("Leeds, West Yorkshire", "Leeds"),
        ("Southend-on-Sea, Essex", "Southend-on-Sea"),
        ("Henham, Essex", "Henham"),
        ("Durham, County Durham", "Durham, County Durham"),
        ("Consett, Durham", "Consett, County Durham"),
        ("Nantwich, United Kingdom", "Nantwich, Cheshire East"),
        ("Nantwich, Cheshire, England", "Nantwich, Cheshire East"),
        ("Stoke, Staffordshire", "Stoke-on-Trent"),
    ],
)
def test_a_name_with_its_county(text: str, label: str) -> None:
    assert labels(text) == [label]


def test_every_place_is_found_again_by_its_label() -> None:
    lost = []
    for row in settlements().rows:
        for place in ShippedTables().locate(row.name):
            first = resolve_places(place.label)[0]
            if (first.latitude, first.longitude) != (place.latitude, place.longitude):
                lost.append(place.label)
    assert lost == []


def test_no_two_places_have_one_label() -> None:
    found = {place for row in settlements().rows for place in ShippedTables().locate(row.name)}
    assert len({place.label for place in found}) == len(found) == len(settlements().rows)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Chelm", ["Chelmsford, Essex", "Chelmsley Wood, Solihull", "Chelmondiston"]),
        ("CM", ["CM0", "CM1", "CM2", "CM3", "CM4", "CM5", "CM6", "CM7", "CM8", "CM9"]),
        ("cw1", ["CW1"]),
        ("CW1 2A", ["CW1 2"]),
        ("ec1", ["EC1A", "EC1M", "EC1N", "EC1R", "EC1V", "EC1Y"]),
        ("saint alb", ["St Albans, Hertfordshire"]),
    ],
)
def test_a_beginning_is_completed(text: str, expected: list[str]) -> None:
    assert labels(text) == expected


def test_a_letter_that_begins_outcodes_and_names_gives_both() -> None:
    found = labels("L")
    assert found[:5] == ["L1", "L2", "L3", "L4", "L5"]
    assert found[5:] == ["London", "Leeds", "Liverpool", "Leicester", "Luton"]


def test_at_most_ten_places_are_given() -> None:
    assert len(labels("s")) == 10
    assert len(resolve_places("s", limit=4)) == 4


@pytest.mark.parametrize(
    ("name", "postcode_alike"), [("Sale", "SALE"), ("Hal", "HA1"), ("Wal", "WA1"), ("Sol", "S01")]
)
def test_letters_that_begin_a_name_are_not_taken_for_a_postcode(
    name: str, postcode_alike: str
) -> None:
    assert postcode_alike not in labels(name)


@pytest.mark.parametrize(
    ("text", "understood_as", "detail"),
    [
        (
            "XX1 1XX",
            "postcode",
            "This looks like a postcode, but its first part is not one in use.",
        ),
        (
            "Atlantis",
            "place_name",
            "We read this as a place name and found no place of that name in England.",
        ),
        (
            "x" * 100,
            "place_name",
            "We read this as a place name and found no place of that name in England.",
        ),
        (
            "Chelmsford, Cheshire",
            "place_in_county",
            "We know a place of that name, but none in that county of England.",
        ),
        (
            "Essex",
            "county",
            TOO_LARGE,
        ),
        (
            "west yorkshire",
            "county",
            TOO_LARGE,
        ),
        (
            "07700 900123",
            "text",
            "We could not read this as a postcode, and found no place of that name in England.",
        ),
        (
            "\N{HOUSE BUILDING}",
            "nothing",
            "There are no letters or digits here that we could read as a postcode or a place name.",
        ),
        (
            " ",
            "nothing",
            "There are no letters or digits here that we could read as a postcode or a place name.",
        ),
        (
            "CM98 1AB",
            "postcode",
            BUSINESS_POST,
        ),
        (
            "CM99",
            "postcode",
            BUSINESS_POST,
        ),
    ],
)
def test_what_is_not_found_is_told_as_it_was_understood(
    text: str, understood_as: str, detail: str
) -> None:
    with pytest.raises(UnknownPlace) as unknown:
        resolve_places(text)
    assert unknown.value.detail == detail
    assert unknown.value.extensions["understood_as"] == understood_as
    assert (unknown.value.status, unknown.value.code) == (404, "unknown_place")


@pytest.mark.parametrize(
    "text", ["JE2 3AB", "je23ab", "BT1 1AA", "BT1", "GY1 1", "IM1 1AA", "8T1 1AA"]
)
def test_a_postcode_outside_great_britain_is_told_as_such(text: str) -> None:
    with pytest.raises(OutsideGreatBritain) as outside:
        resolve_places(text)
    assert (outside.value.status, outside.value.code) == (404, "outside_great_britain")
    assert outside.value.detail == (
        "This postcode is not in England, Scotland or Wales. We only know places there."
    )


@pytest.mark.parametrize(
    "text",
    ["XX1 1XX", "Atlantis", "Essex", "Chelmsford, Cheshire", "1 2", "!", "CM98", "JE2 3AB"],
)
def test_a_problem_has_a_sentence_that_is_easy_to_read_and_never_the_input(text: str) -> None:
    with pytest.raises(Problem) as problem:
        resolve_places(text)
    easy_read = problem.value.extensions["easy_read"]
    assert isinstance(easy_read, str)
    assert lint(easy_read) == []
    if len(text) > 1:
        assert text not in problem.value.detail + easy_read


@settings(deadline=None)
@given(st.text(min_size=1, max_size=100))
def test_any_text_gives_places_or_a_problem(text: str) -> None:
    try:
        places = resolve_places(text)
    except (UnknownPlace, OutsideGreatBritain):
        return
    assert 1 <= len(places) <= 10
    assert all(place.accuracy_miles > 0 for place in places)


@settings(deadline=None)
@given(
    sector=st.sampled_from(
        sorted(name for name in sectors().by_name if name.split()[0] not in NON_GEOGRAPHIC)
    ),
    letters=st.text("ABDEFGHJLNPQRSTUWXYZ", min_size=2, max_size=2),
)
def test_nothing_of_a_home_is_kept_but_its_sector(sector: str, letters: str) -> None:
    (place,) = resolve_places(f"{sector}{letters}")
    assert place == resolve_places(sector)[0]
    assert place.label == sector


def test_a_sector_of_one_postcode_is_still_not_exact() -> None:
    alone = next(cell for cell in sectors().by_name.values() if cell.p90_km == 0)
    (place,) = resolve_places(alone.name)
    assert place.accuracy_miles == LEAST_POSTCODE_MILES


def test_the_reach_of_a_place_grows_with_its_people() -> None:
    reach = {name: resolve_places(name)[0].accuracy_miles for name in ("Abberton", "Leicester")}
    assert reach["Abberton"] == LEAST_PLACE_MILES
    assert 2.5 < reach["Leicester"] < 4
    assert 10 < resolve_places("London")[0].accuracy_miles < 20


def test_a_point_is_described_by_the_place_beside_it() -> None:
    place = place_at(Point(51.73, 0.48))
    assert place == Place(
        label="Near Chelmsford",
        kind="point",
        latitude=51.73,
        longitude=0.48,
        accuracy_miles=0.0,
        county=None,
        source="The coordinates that were given",
    )


def test_a_point_far_from_the_shipped_places_has_no_description() -> None:
    assert place_at(Point(56.12, -3.94)).label == "A point on the map"


@pytest.mark.parametrize(
    "point",
    [Point(54.597, -5.930), Point(49.21, -2.13), Point(48.86, 2.35), Point(0, 0), Point(-52, 179)],
)
def test_a_point_outside_great_britain_is_refused(point: Point) -> None:
    with pytest.raises(OutsideGreatBritain):
        place_at(point)


class ImportedTable:
    """A stand-in for a table of full postcodes that an operator imported."""

    def locate(self, text: str) -> Sequence[Place]:
        if text != "CW1 2AB":
            return ()
        return (Place("CW1 2", "sector", 53.1, -2.44, 0.1, None, "An imported table", "CW1"),)


class OnlineService:
    """A stand-in for a service that knows what nobody else knows."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def locate(self, text: str) -> Sequence[Place]:
        self.asked.append(text)
        return (Place("Atlantis", "place", 50.0, -5.0, 1.0, "Cornwall", "A service"),)


def test_another_geocoder_can_answer_before_the_shipped_tables() -> None:
    chain: tuple[Geocoder, ...] = (ImportedTable(), *GEOCODERS)
    assert resolve_places("CW1 2AB", geocoders=chain)[0].source == "An imported table"
    assert resolve_places("CW1 2AD", geocoders=chain)[0].source == "OS Code-Point Open"


def test_another_geocoder_can_answer_after_the_shipped_tables() -> None:
    service = OnlineService()
    chain: tuple[Geocoder, ...] = (*GEOCODERS, service)
    assert resolve_places("Crewe", geocoders=chain)[0].source == "GeoNames"
    assert service.asked == []
    assert resolve_places("Atlantis", geocoders=chain)[0].label == "Atlantis"
    assert service.asked == ["Atlantis"]


def test_nobody_is_asked_about_a_postcode_that_is_certainly_elsewhere() -> None:
    service = OnlineService()
    for text in ("JE2 3AB", "CM98 1AB"):
        with pytest.raises((OutsideGreatBritain, UnknownPlace)):
            resolve_places(text, geocoders=(service,))
    assert service.asked == []
