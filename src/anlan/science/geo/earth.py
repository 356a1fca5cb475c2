"""The globe as far as a district needs it: distance, and whether a point can be in the country at all. Degrees of WGS-84."""

from __future__ import annotations

from math import asin, cos, radians, sin, sqrt

RADIUS = 6371.0088  # km, mean radius (IUGG)
WEST, SOUTH, EAST, NORTH = (
    73.0,
    3.0,
    136.0,
    54.0,
)  # a box around the country: it finds swapped and mistyped coordinates, no more


def kilometres(longitude: float, latitude: float, other_longitude: float, other_latitude: float) -> float:
    """Great-circle distance (haversine)."""
    a, b = radians(latitude), radians(other_latitude)
    half = sin((b - a) / 2) ** 2 + cos(a) * cos(b) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * RADIUS * asin(min(1.0, sqrt(half)))


def in_the_country(longitude: float, latitude: float) -> bool:
    return WEST <= longitude <= EAST and SOUTH <= latitude <= NORTH
