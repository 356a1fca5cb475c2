"""Geological points, low points and pumps: what a row must say, what the boards say of it, who may."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from tests.support.cast import Cast

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.capability import registers
from anlan.kernel.registry import actions
from anlan.packs.safety.registers import geological_point, low_point

POINT: dict[str, Any] = {
    "code": "DZ-1", "name": "示例边坡", "kind": "slope", "scale": "medium", "state": "active", "households": 3, "people": 9, "station_code": "", "monitor": "示例群测员",
    "telephone": "", "checked_on": None, "check_due_on": date(2025, 8, 1), "signal": "锣", "way": "向西", "address": "", "basis": "", "longitude": None, "latitude": None,
}  # fmt: skip
LOW: dict[str, Any] = {
    "code": "JS-1", "name": "示例桥", "kind": "underpass", "state": "wet", "depth": 10, "close_at": 30, "pump_code": "", "people": None, "checked_on": None, "address": "",
    "longitude": None, "latitude": None,
}  # fmt: skip
PUMP: dict[str, Any] = {
    "code": "PB-1", "name": "示例泵站", "state": "failed", "capacity": 900, "backup_power": False, "tested_on": None, "test_due_on": None, "address": "", "longitude": None,
    "latitude": None,
}  # fmt: skip


def _add(cast: Cast, sheet: Any, values: dict[str, Any], who: str = "street") -> Any:
    return actions.add(actor=cast.actor(who), sheet=sheet, organisation=cast.street, values=values, at=cast.at)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"monitor": ""}, "monitor"),
        ({"check_due_on": None}, "check_due_on"),
        ({"way": ""}, "way"),
        ({"people": 2}, "people"),
        ({"station_code": "没有"}, "station_code"),
        ({"checked_on": date(2025, 8, 1)}, "check_due_on"),
    ],
)
def test_a_point_says_who_watches_when_and_which_way(change: dict[str, Any], field: str) -> None:
    assert [one.column for one in geological_point.check({**POINT, **change})] == [field]


@pytest.mark.django_db
def test_a_sound_point_passes_and_a_closed_one_needs_less() -> None:
    assert not geological_point.check(POINT)
    assert not geological_point.check({**POINT, "state": "closed", "monitor": "", "check_due_on": None, "people": 0, "households": 0, "way": ""})  # fmt: skip


@pytest.mark.django_db
def test_the_board_tells_missed_checks_first_and_never_a_name(cast: Cast) -> None:
    today = civil_date(cast.at)
    _add(cast, geological_point.POINTS, {**POINT, "scale": "huge", "check_due_on": today + timedelta(days=9)})
    _add(cast, geological_point.POINTS, {**POINT, "code": "DZ-2", "name": "过期的", "scale": "small", "check_due_on": today - timedelta(days=1)})  # fmt: skip
    told = geological_point.lines(cast.actor("duty"), cast.at)
    assert [one.title for one in told] == ["在册隐患点", "受威胁", "检查过期", "DZ-2 过期的", "DZ-1 示例边坡"]
    assert told[1].value == "6 户 18"
    assert "群测员" not in repr(told)
    text = cast.client("duty").get("/command/boards/geological/").content.decode()
    assert "过期的" in text
    assert "群测员" not in text


@pytest.mark.django_db
def test_the_indicators_are_of_the_points_on_the_list(cast: Cast) -> None:
    today = civil_date(cast.at)
    _add(cast, geological_point.POINTS, {**POINT, "check_due_on": today + timedelta(days=9)})
    _add(cast, geological_point.POINTS, {**POINT, "code": "DZ-2", "check_due_on": today - timedelta(days=1), "signal": ""})  # fmt: skip
    _add(cast, geological_point.POINTS, {**POINT, "code": "DZ-3", "state": "treated", "check_due_on": None})
    for ratio in geological_point.RATED[0][1]:
        told = registers.formula(geological_point.POINTS, ratio).compute(today.year, today)
        assert (str(told.value), told.expected) == ("50.0", 2)


@pytest.mark.django_db
def test_a_board_officer_may_and_an_enterprise_may_not(cast: Cast) -> None:
    with pytest.raises(Refused):
        _add(cast, geological_point.POINTS, POINT, who="safety")
    assert cast.client("safety").get("/registry/geological_points/").status_code == 403
    assert cast.client("duty").get("/registry/geological_points/").status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"state": "dry"}, "depth"),
        ({"depth": 0}, "depth"),
        ({"depth": 30}, "state"),
        ({"pump_code": "没有"}, "pump_code"),
    ],
)
def test_depth_and_state_of_a_low_point_agree(change: dict[str, Any], field: str) -> None:
    assert [one.column for one in low_point.check({**LOW, **change})] == [field]
    assert not low_point.check(LOW)


@pytest.mark.django_db
def test_low_points_and_pumps_on_the_flood_board(cast: Cast) -> None:
    _add(cast, low_point.POINTS, LOW)
    _add(cast, low_point.POINTS, {**LOW, "code": "JS-2", "name": "示例断行处", "state": "closed", "depth": 40})
    _add(cast, low_point.PUMPS, PUMP)
    _add(cast, low_point.PUMPS, {**PUMP, "code": "PB-2", "name": "好的泵", "state": "ready", "capacity": 300})
    assert [one.title for one in low_point.points(cast.actor("duty"), cast.at)] == ["示例断行处", "示例桥"]
    told = low_point.pumps(cast.actor("duty"), cast.at)
    assert (told[0].value, told[1].word) == ("300 / 1200", "故障")
    text = cast.client("leader").get("/command/boards/flood/").content.decode()
    assert "已断行" in text
    assert "故障" in text
