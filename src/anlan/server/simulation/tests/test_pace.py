"""The clock of a fast run, and the way of the vehicles."""

from __future__ import annotations

import time

import pytest

from anlan.packs.safety.dangerous_goods_vehicle.rules import metres_from
from anlan.server.simulation.running import Pace
from anlan.server.simulation.signals import ROUND_S, WAY, Episode, place, value

pytestmark = pytest.mark.pure


def test_it_waits_for_the_slowest_device_and_never_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    wall = [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: wall[0])
    pace = Pace(1000, rate=10.0, slack=60.0)
    wall[0] = 101.0
    assert pace.now() == 1010
    pace.told("quick", 5000)
    pace.told("slow", 1030)
    wall[0] = 201.0
    assert pace.now() == 1090  # a minute ahead of what the slow one has still to say
    pace.told("slow", 1020)
    assert pace.now() == 1090
    pace.told("slow", 9000)
    wall[0] = 202.0
    assert pace.now() == 1100


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_vehicles_keep_to_their_way_and_come_round(seed: int) -> None:
    for at in range(0, ROUND_S, 7):
        assert metres_from(WAY, place(seed, "示例", at)) < 1.0
    assert place(seed, "示例", 0) == place(seed, "示例", ROUND_S)


def test_a_channel_that_moves_goes_evenly_from_one_value_to_the_other() -> None:
    episode = Episode(device="d", at=100, seconds=200, act="move", channel="lon", value=117.0, to=118.0)
    told = [value(1, "d", "vehicle", "lon", at, 6, 0, [episode]) for at in (100, 200, 299)]
    assert told == [117.0, 117.5, 117.995]
