"""The nearest, against the plain way of looking at every one; roads, against lengths that are known."""

from __future__ import annotations

import random
from math import cos, radians

import pytest

from anlan.science.geo import roads
from anlan.science.geo.nearest import Nearest, Point
from anlan.science.geo.roads import Roads, straight

pytestmark = pytest.mark.pure


def _many(count: int) -> list[Point]:
    draw = random.Random(7)
    return [
        Point(key=n, longitude=117 + draw.random(), latitude=39 + draw.random(), tags=tuple(draw.sample(("a", "b", "c"), draw.randint(0, 3))))
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize("tags", [(), ("a",), ("a", "c")])
def test_the_same_as_looking_at_every_one(tags: tuple[str, ...]) -> None:
    points = _many(600)
    index = Nearest(points)
    plain = sorted(
        (straight((117.4, 39.3), (one.longitude, one.latitude)), one.key)
        for one in points
        if set(tags) <= set(one.tags)
    )
    found = index.ask(117.4, 39.3, tags=tags, count=12)
    assert [key for key, _km in found] == [key for _km, key in plain[:12]]
    assert [km for _key, km in found] == pytest.approx([km for km, _key in plain[:12]], abs=1e-9)
    inside = index.ask(117.4, 39.3, tags=tags, count=600, within_km=20)
    assert len(inside) == sum(km <= 20 for km, _key in plain)


def test_nobody_and_unknown_words_give_nothing() -> None:
    assert Nearest([]).ask(117, 39) == []
    assert Nearest(_many(5)).ask(117, 39, tags=("nowhere",)) == []


def test_ties_are_cut_by_key() -> None:
    index = Nearest(Point(key=key, longitude=117.0, latitude=39.0) for key in (5, 3, 9, 1))
    assert [key for key, _km in index.ask(117, 39, count=2)] == [1, 3]


# A square with one side cut: from the corner one must go round.
SQUARE = [[[117.0, 39.0], [117.1, 39.0]], [[117.1, 39.0], [117.1, 39.1], [117.0, 39.1]]]


def test_the_way_round_is_longer_than_the_crow_flies() -> None:
    found = Roads(SQUARE).to_many((117.0, 39.0), {1: (117.0, 39.1), 2: (117.05, 39.0)})
    east, north = straight((117.0, 39.0), (117.1, 39.0)), straight((117.1, 39.0), (117.1, 39.1))
    back = straight((117.1, 39.1), (117.0, 39.1))
    assert found[1] == pytest.approx(east + north + back, abs=1e-6)
    assert found[2] == pytest.approx(straight((117.0, 39.0), (117.05, 39.0)), abs=1e-6)
    assert straight((117.0, 39.0), (117.0, 39.1)) < found[1]


def test_what_no_road_leads_to_is_left_out() -> None:
    assert (
        Roads([*SQUARE, [[118.0, 39.0], [118.1, 39.0]]]).to_many((117.0, 39.0), {1: (118.05, 39.0), 2: (117.0, 38.0)})
        == {}
    )
    assert Roads([]).to_many((117.0, 39.0), {1: (117.0, 39.1)}) == {}
    assert not Roads([])


def test_the_nearest_road_is_that_of_looking_at_every_one() -> None:
    draw = random.Random(3)
    lines = [
        [
            [x := 117 + draw.random() / 4, y := 39 + draw.random() / 4],
            [x + draw.uniform(-0.03, 0.03), y + draw.uniform(-0.03, 0.03)],
        ]
        for _ in range(150)
    ]
    whole = Roads(lines, far=60)
    for _ in range(40):
        place = (117 + draw.random() / 4, 39 + draw.random() / 4)
        plain = min(roads._on(place, *piece, cos(radians(place[1]))) for piece in whole._pieces)
        foot = whole._foot(place)
        assert foot is not None
        assert foot[2] == plain[3]
