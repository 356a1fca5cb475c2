"""The three registers of this room. A change reaches the gateway at once: it counts the edition up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.observations.actions import changed
from anlan.kernel.registry.models import Station
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.safety.dangerous_goods_vehicle import rules
from anlan.packs.safety.dangerous_goods_vehicle.kinds import PERMISSION, WRITE
from anlan.packs.safety.dangerous_goods_vehicle.models import GoodsVehicle, VehicleArea, VehicleRoute

AREA_KINDS = {"forbidden": "禁行区", "parking": "允许停放区"}
# GB 6944-2012, the nine classes of dangerous goods.
GOODS = {
    "1": "1 爆炸品", "2": "2 气体", "3": "3 易燃液体", "4": "4 易燃固体等", "5": "5 氧化性物质和有机过氧化物", "6": "6 毒性物质和感染性物质",
    "7": "7 放射性物质", "8": "8 腐蚀性物质", "9": "9 杂项",
}  # fmt: skip
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


def minutes(hours: str) -> tuple[int, int]:
    """`07:00-09:00` to minutes of the day; empty: all day, (0, 0). Raises Refused."""
    if not hours:
        return (0, 0)
    found = _HOURS.fullmatch(hours)
    if found is None:
        raise Refused("hours", "时段写成 07:00-09:00，全天空着。", "hours")
    one, two, three, four = (int(part) for part in found.groups())
    if (one, two) == (three, four):
        raise Refused("hours", "时段的起止不能相同；全天就空着。", "hours")
    return one * 60 + two, three * 60 + four


def codes(text: str) -> list[str]:
    return [one for one in re.split(r"[、,，;；\s]+", text) if one]


def _found(*checks: Any) -> Sequence[Problem]:
    problems = []
    for check in checks:
        try:
            check()
        except Refused as refused:
            problems.append(Problem(refused.field, refused.message))
    return problems


def _dates(values: Mapping[str, Any]) -> None:
    if values["valid_to"] and values["valid_to"] <= values["valid_from"]:
        raise Refused("valid_to", "停用日期须晚于启用日期。", "valid_to")


def check_area(values: Mapping[str, Any]) -> Sequence[Problem]:
    def ring() -> None:
        if rules.crosses_itself(rules.read_ring(values["points"])):
            raise Refused("points", "边界自己交叉了。按顺序沿一圈写各点。", "points")

    return _found(ring, lambda: minutes(values["hours"]), lambda: _dates(values))


def check_route(values: Mapping[str, Any]) -> Sequence[Problem]:
    return _found(lambda: rules.read_line(values["points"]), lambda: _dates(values))


def check_vehicle(values: Mapping[str, Any]) -> Sequence[Problem]:
    problems = []
    if not Station.objects.filter(code=values["station_code"], kind="vehicle", retired_on=None).exists():
        problems.append(Problem("station_code", f"没有车辆监测点“{values['station_code']}”。先在台账登记监测点。"))
    known = set(VehicleRoute.objects.filter(retired_on=None).values_list("code", flat=True))
    if missing := [one for one in codes(values["routes"]) if one not in known]:
        problems.append(Problem("routes", f"没有线路“{'、'.join(missing)}”。"))
    return problems


_POINTS = "按顺序写“经度,纬度”，点间用分号，WGS-84"
_DATED = (
    Column("valid_from", "启用日期", kind="date", required=True),
    Column("valid_to", "停用日期", kind="date"),
    Column("basis", "依据", required=True, max_length=160, in_list=False, help="公安、交通部门的通告或通行证"),
)
VEHICLES = Sheet(
    slug="goods_vehicles", title="危货车辆台账", model=GoodsVehicle, key="plate", read=PERMISSION, write=WRITE, review_days=365,
    check=check_vehicle, changed=changed, duty="登记车，不登记人：轨迹里没有驾驶员。",
    columns=(
        Column("plate", "号牌", required=True, max_length=20),
        Column("station_code", "监测点编号", required=True, max_length=40),
        Column("goods", "货物类别", kind="choice", required=True, choices=GOODS, filterable=True),
        Column("cargo", "货物名称", max_length=80),
        Column("routes", "准行线路", max_length=200, help="线路编号，几条用顿号隔开；空着就不判偏航"),
        Column("permit_until", "通行证到期", kind="date"),
    ),
)  # fmt: skip
AREAS = Sheet(
    slug="vehicle_areas", title="车辆区域", model=VehicleArea, key="code", read=PERMISSION, write=WRITE, review_days=365,
    check=check_area, changed=changed, duty="禁行区进入即报警；停放区里停车不算久停。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("kind", "种类", kind="choice", required=True, choices=AREA_KINDS, filterable=True),
        Column("points", "边界", kind="long", required=True, max_length=8000, in_list=False, help=_POINTS),
        Column("hours", "时段", max_length=11, help="07:00-09:00；空着是全天"),
        *_DATED,
    ),
)  # fmt: skip
ROUTES = Sheet(
    slug="vehicle_routes", title="准行线路", model=VehicleRoute, key="code", read=PERMISSION, write=WRITE, review_days=365,
    check=check_route, changed=changed, duty="离线路超过走廊半宽就是偏航。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("points", "经过的点", kind="long", required=True, max_length=8000, in_list=False, help=_POINTS),
        Column("half_width", "走廊半宽", kind="int", required=True, unit="m", minimum=10, maximum=5000),
        *_DATED,
    ),
)  # fmt: skip
SHEETS = (VEHICLES, AREAS, ROUTES)
