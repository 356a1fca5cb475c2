"""The register of underground spaces as a sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.registry.models import Station
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.safety.underground.kinds import PERMISSION, WRITE
from anlan.packs.safety.underground.models import UndergroundSpace

KINDS = {"drain": "排水管渠", "well": "检查井、阀门井", "corridor": "综合管廊", "confined": "其他有限空间"}


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    code = values["station_code"]
    if code and not Station.objects.filter(code=code, kind="underground", retired_on=None).exists():
        return [Problem("station_code", f"没有地下空间监测点“{code}”。先在台账登记监测点，或空着。")]
    return []


SPACES = Sheet(
    slug="underground_spaces", title="地下空间台账", model=UndergroundSpace, key="code", read=PERMISSION, write=WRITE, review_days=180,
    check=check, duty="一处一行，半年复核：有没有人下去、谁批准、先测什么。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("station_code", "监测点编号", max_length=40),
        Column("address", "位置", max_length=160),
        Column("depth", "深度", kind="decimal", unit="m", minimum=0, maximum=100),
        Column("entry_rules", "进入规定", max_length=200, in_list=False, help="谁批准、几人监护、通风多久"),
        Column("checked_on", "最近检查", kind="date"),
    ),
)  # fmt: skip
