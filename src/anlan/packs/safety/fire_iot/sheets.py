"""The registers of this room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.registry.models import Station
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.safety.fire_iot import rules
from anlan.packs.safety.fire_iot.kinds import PERMISSION, WRITE
from anlan.packs.safety.fire_iot.models import FireUnit, Hydrant, HydrantNeed

HYDRANT_KINDS = {"above": "地上式", "below": "地下式", "wall": "墙壁式"}


def check_unit(values: Mapping[str, Any]) -> Sequence[Problem]:
    code = values["station_code"]
    if code and not Station.objects.filter(code=code, kind="fire", retired_on=None).exists():
        return [Problem("station_code", f"没有消防监测点“{code}”。先在台账登记监测点，或空着。")]
    return []


def check_need(values: Mapping[str, Any]) -> Sequence[Problem]:
    least = rules.least_required(values["length"])
    if values["required"] < least:
        sentence = f"应设数：{values['length']} m 的路按间距不大于 {rules.MOST_SPACING} m 至少要 {least} 个。"
        return [Problem("required", sentence)]
    return []


UNITS = Sheet(
    slug="fire_units", title="消防联网单位", model=FireUnit, key="code", read=PERMISSION, write=WRITE, review_days=365, check=check_unit,
    duty="联网的楼一行一栋；养老机构写床位和独立式感烟数。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("use", "用途", kind="choice", required=True, choices=rules.USES, filterable=True),
        Column("station_code", "监测点编号", max_length=40),
        Column("address", "地址", max_length=160),
        Column("beds", "床位", kind="int", unit="张", minimum=0, maximum=10000),
        Column("smokes", "独立式感烟", kind="int", unit="个", minimum=0, maximum=100000),
    ),
)  # fmt: skip
NEEDS = Sheet(
    slug="hydrant_needs", title="消火栓应设数", model=HydrantNeed, key="code", read=PERMISSION, write=WRITE, review_days=365, check=check_need,
    duty="一条路一行；设置率按路算，一条路多出来的不抵另一条缺的。", basis="GB 50974-2014 7.2.5（条款待核）：市政消火栓间距不大于 120 m。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("road", "道路", required=True, max_length=80),
        Column("length", "长度", kind="int", required=True, unit="m", minimum=1, maximum=100000),
        Column("required", "应设数", kind="int", required=True, unit="个", minimum=1, maximum=10000),
        Column("valid_from", "启用日期", kind="date", required=True),
        Column("basis", "依据", required=True, max_length=160, in_list=False),
    ),
)  # fmt: skip
HYDRANTS = Sheet(
    slug="hydrants", title="市政消火栓", model=Hydrant, key="code", read=PERMISSION, write=WRITE, duty="一个一行；完好不完好由检查记录说。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("road", "道路", required=True, max_length=80, filterable=False),
        Column("address", "位置", max_length=160),
        Column("kind", "形式", kind="choice", required=True, choices=HYDRANT_KINDS, filterable=True),
        Column("installed_on", "设置日期", kind="date", required=True),
        Column("longitude", "经度", kind="longitude", in_list=False),
        Column("latitude", "纬度", kind="latitude", in_list=False),
    ),
)  # fmt: skip
SHEETS = (UNITS, HYDRANTS, NEEDS)
