import time
from importlib.resources import files

import numpy as np
import pytest

from app.geo.distance import Point, miles_between, miles_to_many
from app.geo.gazetteer import ATTRIBUTION, Nearby, outcodes, sectors, settlements
from app.geo.postcode import NON_GEOGRAPHIC, OUTSIDE_GREAT_BRITAIN

CHELMSFORD = Point(51.7361, 0.4791)


def test_the_tables_are_whole() -> None:
    assert len(outcodes().by_name) == 2_865
    assert len(sectors().by_name) == 10_848
    assert len(settlements().rows) == 4_661


def test_every_sector_belongs_to_an_outcode_of_the_table() -> None:
    assert {sector.split()[0] for sector in sectors().by_name} == outcodes().by_name.keys()


def test_no_outcode_lies_outside_great_britain() -> None:
    areas = {outcode.rstrip("0123456789") for outcode in outcodes().by_name}
    assert areas.isdisjoint(OUTSIDE_GREAT_BRITAIN)


def test_the_tables_load_quickly() -> None:
    """Some 60 ms of the processor; ten times that is a fault, and no busy machine makes it more."""
    for table in (outcodes, sectors, settlements):
        table.cache_clear()
    start = time.process_time()
    outcodes()
    sectors()
    settlements().named("Crewe")
    assert time.process_time() - start < 0.6


def test_a_table_is_read_once() -> None:
    assert outcodes() is outcodes()
    assert settlements() is settlements()


def test_the_sector_of_a_known_place() -> None:
    cell = sectors().find("CM1 1")
    assert cell is not None
    assert miles_between(Point(cell.latitude, cell.longitude), CHELMSFORD) < 1
    assert cell.p90_km > 0
    assert sectors().find("CM1 99") is None


def test_outcodes_come_as_people_count() -> None:
    names = [cell.name for cell in outcodes().beginning("CM")]
    assert names[:4] == ["CM0", "CM1", "CM2", "CM3"]
    assert names.index("CM9") < names.index("CM11")
    assert not NON_GEOGRAPHIC.intersection(names)


def test_outcodes_that_end_in_a_letter_follow_their_number() -> None:
    assert [cell.name for cell in outcodes().beginning("EC1")] == [
        "EC1A",
        "EC1M",
        "EC1N",
        "EC1R",
        "EC1V",
        "EC1Y",
    ]


@pytest.mark.parametrize(
    "name", ["St Albans", "saint albans", "ST. ALBANS", "St-Albans", " st albans "]
)
def test_a_name_is_found_however_it_is_written(name: str) -> None:
    (found,) = settlements().named(name)
    assert (found.name, found.county) == ("St Albans", "Hertfordshire")


def test_places_of_one_name_come_by_their_population() -> None:
    found = settlements().named("Newport")
    assert [row.county for row in found] == [
        "Isle of Wight",
        "Telford and Wrekin",
        "Essex",
        "East Riding of Yorkshire",
    ]
    populations = [row.population for row in found]
    assert populations == sorted(populations, reverse=True)


def test_hull_is_kingston_upon_hull() -> None:
    assert [row.name for row in settlements().named("Hull")] == ["Kingston upon Hull"]
    assert "Kingston upon Hull" in [row.name for row in settlements().beginning("hul")]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Stoke", "Stoke-on-Trent"),
        ("Burton", "Burton upon Trent"),
        ("Weston", "Weston-super-Mare"),
        ("Newport", "Newport"),
        ("Sutton", "Sutton"),
        ("Ash", "Ash"),
        ("Steep", "Steep"),
    ],
)
def test_a_short_name_means_the_larger_place(said: str, meant: str) -> None:
    assert settlements().called(said)[0].name == meant


@pytest.mark.parametrize(
    ("prefix", "first"),
    [
        ("Chelm", "Chelmsford"),
        ("saint alb", "St Albans"),
        ("st alb", "St Albans"),
        ("Saint", "St Helens"),
        ("bury saint ed", "Bury St Edmunds"),
        ("southend o", "Southend-on-Sea"),
        ("Newc", "Newcastle upon Tyne"),
    ],
)
def test_a_name_is_completed(prefix: str, first: str) -> None:
    assert settlements().beginning(prefix)[0].name == first


@pytest.mark.parametrize("prefix", ["", "  ", "zzz", "~", "\N{HOUSE BUILDING}"])
def test_nothing_begins_with_what_is_no_name(prefix: str) -> None:
    assert settlements().beginning(prefix) == ()


def test_every_place_is_found_by_its_own_name_and_by_its_beginning() -> None:
    for row in settlements().rows:
        assert row in settlements().named(row.name)
        assert row in settlements().beginning(row.name[:4])


def test_the_nearest_sector_and_place() -> None:
    assert sectors().nearest(CHELMSFORD).name.startswith("CM")
    place, miles = settlements().nearest(CHELMSFORD)
    assert place.name == "Chelmsford"
    assert miles < 1


def test_nobody_is_nearest_to_a_post_box() -> None:
    for outcode in NON_GEOGRAPHIC & outcodes().by_name.keys():
        cell = outcodes().by_name[outcode]
        found = sectors().nearest(Point(cell.latitude, cell.longitude))
        assert found.name.split()[0] not in NON_GEOGRAPHIC


def test_the_nearest_is_the_one_that_a_walk_through_the_table_finds() -> None:
    point = Point(52.3, -1.7)
    cells = [cell for cell in sectors().by_name.values() if abs(cell.latitude - 52.3) < 0.2]
    nearest = min(cells, key=lambda c: miles_between(point, Point(c.latitude, c.longitude)))
    assert sectors().nearest(point).name == nearest.name


def test_counties_come_by_their_nearest_place() -> None:
    counties = settlements().nearest_counties(CHELMSFORD)
    assert counties[0].name == "Essex"
    assert [county.miles for county in counties] == sorted(county.miles for county in counties)
    assert len({county.name for county in counties}) == len(counties)
    kinds = ("City of", "Borough of", "District of", "Council")
    assert not any(kind in county.name for county in counties for kind in kinds)


@pytest.mark.parametrize(
    "point",
    [CHELMSFORD, Point(52.3, -1.7), Point(60.8, -0.8), Point(49.9, -6.3), Point(0.0, 179.0)],
)
def test_whoever_is_near_is_found_as_if_all_were_looked_at(point: Point) -> None:
    places, cells = settlements().rows, sectors().by_name.values()
    miles = miles_to_many(
        point, *np.array([(row.latitude, row.longitude) for row in places]).transpose()
    )
    assert settlements().nearest(point) == (places[int(miles.argmin())], miles.min())
    lived_in = [cell for cell in cells if cell.name.split()[0] not in NON_GEOGRAPHIC]
    miles = miles_to_many(
        point, *np.array([(cell.latitude, cell.longitude) for cell in lived_in]).transpose()
    )
    assert sectors().nearest(point) == Nearby(lived_in[int(miles.argmin())].name, miles.min())
    counties = settlements().nearest_counties(point)
    for within in (0.5, 15.0, 100.0):
        near = tuple(county for county in counties if county.miles <= within)
        assert settlements().nearest_counties(point, within) == near


def test_the_miles_to_a_county_are_those_to_its_nearest_place() -> None:
    point = Point(52.6, -1.1)
    nearest = min(
        miles_between(point, Point(row.latitude, row.longitude))
        for row in settlements().rows
        if row.county == "Leicestershire"
    )
    found = dict(settlements().nearest_counties(point))
    assert found["Leicestershire"] == pytest.approx(nearest, rel=0.001)
    assert Nearby("Leicester", found["Leicester"]) in settlements().nearest_counties(point)


def test_the_attribution_names_every_source() -> None:
    text = " ".join(ATTRIBUTION)
    for words in (
        "OS data © Crown copyright and database right",
        "Royal Mail data © Royal Mail copyright and database right",
        "Open Government Licence v3.0",
        "GeoNames",
        "CC BY 4.0",
    ):
        assert words in text


def test_the_attribution_lies_beside_the_tables() -> None:
    folder = files("app.geo") / "data"
    text = " ".join((folder / "ATTRIBUTION.md").read_text(encoding="utf-8").split())
    for line in ATTRIBUTION[:3]:
        assert line in text
