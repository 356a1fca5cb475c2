"""GCJ-02 and BD-09 to and from WGS-84, degrees. The formulas are public knowledge; the shift is a few hundred metres.

CGCS2000 equals WGS-84 at map scale. The inverse is iterated until it closes within 1e-9 degrees (0.1 mm).
"""

from __future__ import annotations

import math
from collections.abc import Callable

Point = tuple[float, float]
# Krasovsky 1940, as used by the offset.
_A, _EE = 6378245.0, 0.00669342162296594323
_X_PI = math.pi * 3000.0 / 180.0


def in_china(lon: float, lat: float) -> bool:
    """The offset applies inside this box only."""
    return 72.004 <= lon <= 137.8347 and 0.8293 <= lat <= 55.8271


def _waves(value: float, scale: float) -> float:
    return (20.0 * math.sin(6.0 * value * math.pi) + 20.0 * math.sin(2.0 * value * math.pi)) * 2.0 / 3.0 * scale


def _shift_lat(x: float, y: float) -> float:
    shift = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x))
    shift += _waves(x, 1.0)
    shift += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    return shift + (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0


def _shift_lon(x: float, y: float) -> float:
    shift = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x))
    shift += _waves(x, 1.0)
    shift += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    return shift + (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0


def wgs84_to_gcj02(lon: float, lat: float) -> Point:
    if not in_china(lon, lat):
        return lon, lat
    radians = lat / 180.0 * math.pi
    magic = 1 - _EE * math.sin(radians) ** 2
    root = math.sqrt(magic)
    lat_shift = _shift_lat(lon - 105.0, lat - 35.0) * 180.0 / (_A * (1 - _EE) / (magic * root) * math.pi)
    lon_shift = _shift_lon(lon - 105.0, lat - 35.0) * 180.0 / (_A / root * math.cos(radians) * math.pi)
    return lon + lon_shift, lat + lat_shift


def gcj02_to_wgs84(lon: float, lat: float) -> Point:
    guess_lon, guess_lat = lon, lat
    for _ in range(30):
        there = wgs84_to_gcj02(guess_lon, guess_lat)
        step_lon, step_lat = there[0] - lon, there[1] - lat
        guess_lon, guess_lat = guess_lon - step_lon, guess_lat - step_lat
        if abs(step_lon) < 1e-9 and abs(step_lat) < 1e-9:
            break
    return guess_lon, guess_lat


def gcj02_to_bd09(lon: float, lat: float) -> Point:
    radius = math.sqrt(lon * lon + lat * lat) + 0.00002 * math.sin(lat * _X_PI)
    angle = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _X_PI)
    return radius * math.cos(angle) + 0.0065, radius * math.sin(angle) + 0.006


def bd09_to_gcj02(lon: float, lat: float) -> Point:
    guess_lon, guess_lat = lon - 0.0065, lat - 0.006
    for _ in range(30):
        there = gcj02_to_bd09(guess_lon, guess_lat)
        step_lon, step_lat = there[0] - lon, there[1] - lat
        guess_lon, guess_lat = guess_lon - step_lon, guess_lat - step_lat
        if abs(step_lon) < 1e-9 and abs(step_lat) < 1e-9:
            break
    return guess_lon, guess_lat


def _same(lon: float, lat: float) -> Point:
    return lon, lat


TO_WGS84: dict[str, Callable[[float, float], Point]] = {
    "wgs84": _same,
    "cgcs2000": _same,
    "gcj02": gcj02_to_wgs84,
    "bd09": lambda lon, lat: gcj02_to_wgs84(*bd09_to_gcj02(lon, lat)),
}
