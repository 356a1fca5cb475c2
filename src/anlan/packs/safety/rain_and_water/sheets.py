"""The register of warning lines. A change reaches the gateway at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.observations.actions import changed
from anlan.kernel.registry.models import Station
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.safety.rain_and_water.kinds import PERMISSION, WRITE
from anlan.packs.safety.rain_and_water.models import WarningLine

KINDS = {
    "warning": "警戒水位 m", "ensured": "保证水位 m", "rain_1h": "1 小时雨量 mm", "rain_3h": "3 小时雨量 mm", "rain_6h": "6 小时雨量 mm",
    "rain_24h": "24 小时雨量 mm",
}  # fmt: skip


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    problems = []
    wanted = "rain" if values["kind"].startswith("rain_") else "level"
    if not Station.objects.filter(code=values["station_code"], kind=wanted, retired_on=None).exists():
        word = "雨量站" if wanted == "rain" else "水位站"
        problems.append(Problem("station_code", f"没有{word}“{values['station_code']}”。先在台账登记监测点。"))
    if wanted == "rain" and values["value"] <= 0:
        problems.append(Problem("value", "雨量警戒值须大于 0。"))
    if values["valid_to"] and values["valid_to"] <= values["valid_from"]:
        problems.append(Problem("valid_to", "停用日期须晚于启用日期。"))
    return problems


LINES = Sheet(
    slug="warning_lines", title="雨水情警戒线", model=WarningLine, key="code", read=PERMISSION, write=WRITE, review_days=365,
    check=check, changed=changed, duty="每站每种一行；换值时旧行写停用日期，新行写启用日期，旧数据仍按当时的线判断。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("station_code", "监测点编号", required=True, max_length=40),
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("value", "警戒值", kind="decimal", required=True, minimum=-50, maximum=2000),
        Column("datum", "基面", max_length=40, help="水位的高程基面，如 1985 国家高程基准"),
        Column("valid_from", "启用日期", kind="date", required=True),
        Column("valid_to", "停用日期", kind="date"),
        Column("basis", "依据", required=True, max_length=160, in_list=False),
    ),
)  # fmt: skip
