"""加药台账: what was dosed, what chlorine was left. The range is a recalled default of GB 18466-2005 and only warns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.environment.pollution_source.models import AGENTS, Dosing

READ, WRITE = "pollution_source.read", "pollution_source.dose"


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """A dose without water, or water without a dose, is a slip of the pen; a machine that stood still doses nothing."""
    if values["working"] and not values["kilograms"]:
        return [Problem("kilograms", "加药量：设备正常而没有加药，对不上。")]
    if values["kilograms"] and not values["cubic_metres"]:
        return [Problem("cubic_metres", "处理水量：加了药而没有水，对不上。")]
    return []


DOSING = Sheet(
    slug="dosing_ledger",
    title="医疗废水加药台账",
    model=Dosing,
    key="code",
    read=READ,
    write=WRITE,
    check=check,
    duty="一天一行：加了什么、多少，出水余氯多少，设备正不正常。",
    basis="余氯 3–10 mg/L、接触 1 小时以上为 GB 18466—2005 消毒要求（待核），以排污许可证为准。",
    columns=(
        Column("code", "编号", required=True, max_length=40, help="监测点编号-年月日"),
        Column("station_code", "监测点编号", required=True, max_length=40, filterable=False),
        Column("dosed_on", "日期", kind="date", required=True),
        Column("agent", "药剂", kind="choice", required=True, choices=AGENTS, filterable=True),
        Column("kilograms", "加药量", kind="decimal", required=True, unit="kg", minimum=0, maximum=100000),
        Column("cubic_metres", "处理水量", kind="decimal", required=True, unit="m³", minimum=0, maximum=1000000),
        Column("chlorine", "出水余氯", kind="decimal", unit="mg/L", minimum=0, maximum=200),
        Column("contact_minutes", "接触时间", kind="int", unit="分", minimum=0, maximum=1440),
        Column("working", "设备正常", kind="bool", filterable=True),
    ),
)
