"""Points on the map and the miles between them."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from geopy.distance import geodesic  # type: ignore[import-untyped]

KM_PER_MILE = 1.609344

RADIANS_A_DEGREE = math.pi / 180

ROAD_FACTOR = 1.3
"""Miles by road to one mile in a straight line: a rule of thumb, on the low side for short
journeys in the country. Whoever shows the product says "about"."""

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Point:
    """A place on the map, in decimal degrees of WGS 84, north and east positive."""

    latitude: float
    longitude: float


def miles_between(a: Point, b: Point) -> float:
    """The shortest way over the ground between two points, in miles: exact, and slow."""
    miles: float = geodesic((a.latitude, a.longitude), (b.latitude, b.longitude)).miles
    return miles


def miles_to_many(point: Point, latitudes: Floats, longitudes: Floats) -> Floats:
    """The straight-line miles from one point to many, in bulk.

    The difference in latitude and the difference in longitude are turned into kilometres at the
    middle latitude of the two ends, and joined by Pythagoras. The kilometres in one degree are
    the series for the Clarke 1866 ellipsoid in the United States' rule for radio stations
    (47 CFR 73.208), written in powers of the cosine. Within Great Britain the result is at most
    0.02 % off the geodesic up to 100 miles, and at most 0.3 % off from end to end.

    Args:
        point: where to measure from.
        latitudes: degrees; any shape.
        longitudes: degrees; the same shape.

    Returns:
        Miles, in the same shape.
    """
    return miles_of_pairs(point.latitude, point.longitude, latitudes, longitudes)


def miles_of_pairs(
    latitudes: Floats | float,
    longitudes: Floats | float,
    other_latitudes: Floats,
    other_longitudes: Floats,
) -> Floats:
    """The straight-line miles from each of some points to its other, as `miles_to_many` has them.

    Args:
        latitudes: degrees; any shape.
        longitudes: degrees; the same shape.
        other_latitudes: degrees; a shape that goes with it.
        other_longitudes: degrees; the same shape.

    Returns:
        Miles, in the shape of both together.
    """
    # Step by step in place: for a few hundred points the calls and the memory cost more than the
    # arithmetic. The cosine is that of half the sum of the latitudes.
    cosine = np.cos((other_latitudes + latitudes) * (RADIANS_A_DEGREE / 2))
    square = cosine * cosine
    north = square * 0.0096
    north -= 1.1417
    north *= square
    north += 111.69934
    north *= other_latitudes - latitudes
    north *= north
    square *= 0.3806
    east = (other_longitudes - longitudes) * cosine
    east *= 111.69938 - square
    east *= east
    north += east
    miles: Floats = np.sqrt(north)
    miles /= KM_PER_MILE
    return miles


def miles_from_km(km: float) -> float:
    """Kilometres as miles."""
    return km / KM_PER_MILE


def km_from_miles(miles: float) -> float:
    """Miles as kilometres."""
    return miles * KM_PER_MILE


def about_road_miles(straight_miles: float) -> float:
    """An estimate of the miles by road, from the miles in a straight line."""
    return straight_miles * ROAD_FACTOR


def rounded_miles(miles: float) -> float:
    """Miles as they are shown: to one decimal, halves up."""
    return math.floor(miles * 10 + 0.5) / 10
