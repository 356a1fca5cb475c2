"""Labels on a small picture: none hides another while there is room, all stay within."""

from __future__ import annotations

import re

import pytest
from django.test import override_settings

from anlan.kernel.maps import ground
from anlan.kernel.maps.labels import covered, place, width


@pytest.mark.pure
def test_a_label_goes_where_it_covers_nothing_else_where_it_covers_least() -> None:
    taken = [(0.0, 0.0, 60.0, 40.0)]
    assert place(20, 10, [(30, 20), (80, 20)], taken, (100, 100)) == (70.0, 15.0, 90.0, 25.0)
    assert place(20, 10, [(30, 20), (58, 20)], taken, (100, 100))[0] == 48.0
    assert place(20, 10, [(95, 50), (85, 50)], [], (100, 100))[2] == 95.0  # not over the edge


@pytest.mark.pure
def test_wide_letters_are_wide() -> None:
    assert width("水位") > width("ab")
    assert covered((0, 0, 10, 10), [(5, 5, 20, 20)]) == 25


@pytest.mark.django_db
def test_boxes_of_neighbours_do_not_cover_each_other() -> None:
    with override_settings(DEMO=True):
        west, south, east, north = ground.bounds() or (0, 0, 0, 0)
        middle = ((west + east) / 2, (south + north) / 2)
        spots = [ground.Spot(*middle, f"{depth}cm", "place") for depth in (10, 20, 30)]
        spots += [ground.Spot(*middle, "1", "event"), ground.Spot(*middle, "广场", "shelter")]
        svg = ground.picture(points=spots)
    boxes = [
        tuple(map(float, one))
        for one in re.findall(r'<rect x="([-\d.]+)" y="([-\d.]+)" width="([\d.]+)" height="([\d.]+)" rx', svg)
    ]
    assert len(boxes) == 3
    corners = [(x, y, x + wide, y + high) for x, y, wide, high in boxes]
    for number, one in enumerate(corners):
        assert covered(one, corners[:number]) == 0
    assert "广场" in svg
