import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.geo.distance import (
    Floats,
    Point,
    about_road_miles,
    km_from_miles,
    miles_between,
    miles_from_km,
    miles_to_many,
    rounded_miles,
)
from app.geo.gazetteer import sectors

SOUTH, NORTH, WEST, EAST = 49.8, 60.9, -8.7, 1.8
CHELMSFORD = Point(51.7361, 0.4791)
CREWE = Point(53.0991, -2.4405)
LEICESTER = Point(52.6386, -1.1317)

LAND = np.array([(cell.latitude, cell.longitude) for cell in sectors().by_name.values()])


@pytest.mark.parametrize(
    ("a", "b", "miles"),
    [
        (CHELMSFORD, CHELMSFORD, 0.0),
        (CHELMSFORD, CREWE, 155.3),
        (CHELMSFORD, LEICESTER, 92.5),
        (Point(50.0657, -5.7132), Point(58.6373, -3.0689), 603.0),
    ],
)
def test_the_miles_between_two_places(a: Point, b: Point, miles: float) -> None:
    assert miles_between(a, b) == pytest.approx(miles, rel=0.003)
    assert miles_between(b, a) == miles_between(a, b)


def pairs(reach: float | None, count: int, seed: int) -> tuple[Floats, Floats]:
    """Random pairs of points: anywhere over Great Britain, or within some degrees of a sector."""
    random = np.random.default_rng(seed)

    def anywhere() -> Floats:
        return np.column_stack(
            (random.uniform(SOUTH, NORTH, count), random.uniform(WEST, EAST, count))
        )

    if reach is None:
        return anywhere(), anywhere()
    start = LAND[random.integers(0, len(LAND), count)]
    return start, start + random.uniform(-reach, reach, (count, 2))


@pytest.mark.parametrize(
    ("reach", "allowed"),
    [(0.001, 0.0002), (0.02, 0.0002), (0.2, 0.0002), (1.0, 0.001), (None, 0.005)],
)
def test_the_fast_distance_stays_with_the_geodesic_over_all_of_great_britain(
    reach: float | None, allowed: float
) -> None:
    starts, ends = pairs(reach, 8_000, seed=20)
    exact = np.array(
        [miles_between(Point(*a), Point(*b)) for a, b in zip(starts, ends, strict=True)]
    )
    fast = np.array(
        [miles_to_many(Point(*a), b[:1], b[1:])[0] for a, b in zip(starts, ends, strict=True)]
    )
    assert float(np.max(np.abs(fast - exact) / exact)) < allowed


def test_the_fast_distance_holds_from_end_to_end() -> None:
    corners = [
        Point(latitude, longitude) for latitude in (SOUTH, NORTH) for longitude in (WEST, EAST)
    ]
    for a in corners:
        for b in corners:
            fast = miles_to_many(a, np.array([b.latitude]), np.array([b.longitude]))[0]
            assert fast == pytest.approx(miles_between(a, b), rel=0.005)


def test_many_distances_keep_the_shape_they_came_in() -> None:
    grid = np.full((2, 3), 52.0)
    assert miles_to_many(CHELMSFORD, grid, grid * 0).shape == (2, 3)
    assert miles_to_many(CHELMSFORD, np.array([]), np.array([])).shape == (0,)
    here = miles_to_many(CHELMSFORD, np.array([51.7361]), np.array([0.4791]))
    assert here.tolist() == [0.0]


@settings(deadline=None)
@given(st.floats(0, 1_000))
def test_miles_and_kilometres_turn_into_each_other(miles: float) -> None:
    assert miles_from_km(km_from_miles(miles)) == pytest.approx(miles)


def test_a_mile_is_1609_metres() -> None:
    assert km_from_miles(1) == pytest.approx(1.609344)
    assert miles_from_km(10) == pytest.approx(6.2137, abs=0.0001)


def test_the_way_by_road_is_about_a_third_longer() -> None:
    assert about_road_miles(10) == pytest.approx(13)


@pytest.mark.parametrize(
    ("miles", "shown"),
    [(0, 0.0), (0.04, 0.0), (0.05, 0.1), (0.25, 0.3), (0.35, 0.4), (2.449, 2.4), (99.96, 100.0)],
)
def test_miles_are_shown_to_one_decimal(miles: float, shown: float) -> None:
    assert rounded_miles(miles) == shown


@settings(deadline=None)
@given(st.floats(0, 1_000))
def test_a_shown_distance_is_within_a_twentieth_of_a_mile(miles: float) -> None:
    assert abs(rounded_miles(miles) - miles) <= 0.05 + 1e-9
