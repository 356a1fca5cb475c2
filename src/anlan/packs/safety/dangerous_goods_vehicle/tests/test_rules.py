"""Geometry and the derived values of a position, against cases worked out by hand."""

from __future__ import annotations

from datetime import datetime

import pytest

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.packs.safety.dangerous_goods_vehicle import rules
from anlan.packs.safety.dangerous_goods_vehicle.rules import Area, Corridor, Limits
from anlan.packs.safety.dangerous_goods_vehicle.sheets import codes, minutes

pytestmark = pytest.mark.pure
SQUARE = ((117.20, 39.15), (117.21, 39.15), (117.21, 39.16), (117.20, 39.16))
NOON = round(datetime(2026, 3, 2, 12, 0, tzinfo=CHINA).timestamp() * 1000)


def test_a_degree_of_latitude_is_111_km_and_one_of_longitude_shrinks_with_the_cosine() -> None:
    assert rules.metres_from([(117.2, 40.0)], (117.2, 39.0)) == pytest.approx(111_195, abs=1)
    assert rules.metres_from([(118.2, 39.0)], (117.2, 39.0)) == pytest.approx(111_195 * 0.77715, abs=5)


def test_the_distance_to_a_line_is_to_its_nearest_place_not_to_its_corners() -> None:
    line = [(117.20, 39.15), (117.30, 39.15)]
    assert rules.metres_from(line, (117.25, 39.151)) == pytest.approx(111.2, abs=0.1)
    assert rules.metres_from(line, (117.25, 39.15)) == 0
    assert rules.metres_from(line, (117.19, 39.15)) == pytest.approx(862, abs=1)  # beyond the end: to the end


@pytest.mark.parametrize(
    ("point", "inside"),
    [((117.205, 39.155), True), ((117.211, 39.155), False), ((117.205, 39.1601), False), ((117.199, 39.15), False)],
)
def test_within(point: tuple[float, float], inside: bool) -> None:
    assert rules.within(SQUARE, point) is inside


def test_a_notch_is_outside() -> None:
    notched = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (2.0, 1.0), (0.0, 4.0))
    assert not rules.within(notched, (2.0, 2.0))
    assert rules.within(notched, (0.5, 1.0))


def test_what_follows_from_a_position() -> None:
    limits = Limits(
        (Area("forbidden", SQUARE), Area("parking", SQUARE)), (Corridor(((117.20, 39.14), (117.30, 39.14)), 150),)
    )
    inside = rules.derive(limits, NOON, {"lon": 117.205, "lat": 39.155, "speed": 1.0})
    assert inside["forbidden"] == 1
    assert inside["standing"] == 0  # it stands, but where it may
    assert inside["off_route"] == pytest.approx(1668 - 150, abs=1)
    outside = rules.derive(limits, NOON, {"lon": 117.25, "lat": 39.141, "speed": 0.0})
    assert outside == {"forbidden": 0, "off_route": 0, "standing": 1}


def test_without_a_route_in_force_nothing_is_said_of_leaving_it() -> None:
    old = Corridor(((117.20, 39.14), (117.30, 39.14)), 150, 0, NOON)
    assert "off_route" not in rules.derive(Limits((), (old,)), NOON, {"lon": 1.0, "lat": 1.0, "speed": 9.0})
    assert "off_route" in rules.derive(Limits((), (old,)), NOON - 1, {"lon": 1.0, "lat": 1.0, "speed": 9.0})
    assert rules.derive(Limits(), NOON, {"speed": 9.0}) == {}  # no place, no word


def test_the_nearest_of_several_routes_counts() -> None:
    far, near = (Corridor(((117.20, lat), (117.30, lat)), 100) for lat in (39.30, 39.151))
    assert rules.derive(Limits((), (far, near)), NOON, {"lon": 117.25, "lat": 39.1515})["off_route"] == 0


@pytest.mark.parametrize(("hour", "minute", "counts"), [(6, 59, False), (7, 0, True), (8, 59, True), (9, 0, False)])
def test_an_area_counts_in_its_hours(hour: int, minute: int, counts: bool) -> None:
    area = Area("forbidden", SQUARE, *minutes("07:00-09:00"))
    at = round(datetime(2026, 3, 2, hour, minute, tzinfo=CHINA).timestamp() * 1000)
    assert area.counts(at) is counts


def test_hours_over_midnight() -> None:
    area = Area("forbidden", SQUARE, *minutes("22:00-05:00"))
    told = [area.counts(round(datetime(2026, 3, 2, hour, tzinfo=CHINA).timestamp() * 1000)) for hour in (21, 22, 4, 5)]
    assert told == [False, True, True, False]


@pytest.mark.parametrize("text", ["7:00-9:00", "07:00", "25:00-26:00", "07:00-07:00", "全天"])
def test_hours_that_cannot_be_read(text: str) -> None:
    with pytest.raises(Refused, match="时段"):
        minutes(text)


def test_points_as_people_write_them() -> None:
    assert rules.read_ring("117.20，39.15；117.21，39.15\n117.21,39.16; 117.20,39.15") == SQUARE[:3]
    way = rules.read_line("117.20,39.15;117.21,39.15;117.20,39.15")
    assert way[0] == way[-1]  # a way may come back; its last side is kept


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "至少 3 个点"), ("117.2,39.1;117.3,39.1", "至少 3 个点"), ("117.2;39.1;1", "第 1 个点"), ("39.1,117.2;39.2,117.2;39.2,117.3", "先写经度"),
        ("117.2,39.1;x,y;117.3,39.2", "第 2 个点"), ("117.2,nan;117.2,39;117.3,39", "不在国内"),
    ],
)  # fmt: skip
def test_points_that_cannot_be_read(text: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        rules.read_ring(text)


def test_a_boundary_that_crosses_itself() -> None:
    assert rules.crosses_itself(((0, 0), (2, 2), (2, 0), (0, 2)))
    assert not rules.crosses_itself(SQUARE)


def test_codes() -> None:
    assert codes(" LX-01、LX-02，LX-03 ") == ["LX-01", "LX-02", "LX-03"]
