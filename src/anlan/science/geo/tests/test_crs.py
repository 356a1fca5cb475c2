"""Against a published pair, and there and back."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.science.geo.crs import TO_WGS84, gcj02_to_bd09, wgs84_to_gcj02

pytestmark = pytest.mark.pure


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    north = (one[1] - other[1]) * 111_320
    return math.hypot(north, (one[0] - other[0]) * 111_320 * math.cos(math.radians(one[1])))


def test_published_pair() -> None:
    assert metres(wgs84_to_gcj02(117.2000, 39.1500), (117.206308, 39.151047)) < 0.2


@pytest.mark.fuzz
@given(st.floats(74, 134), st.floats(18, 53))
def test_there_and_back(lon: float, lat: float) -> None:
    gcj = wgs84_to_gcj02(lon, lat)
    assert metres(TO_WGS84["gcj02"](*gcj), (lon, lat)) < 0.01
    assert metres(TO_WGS84["bd09"](*gcj02_to_bd09(*gcj)), (lon, lat)) < 0.01
    assert TO_WGS84["cgcs2000"](lon, lat) == (lon, lat)


def test_outside_china_nothing_moves() -> None:
    assert wgs84_to_gcj02(2.35, 48.85) == (2.35, 48.85)
