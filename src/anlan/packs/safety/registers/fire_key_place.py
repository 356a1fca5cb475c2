"""消防重点场所 (S24): high-rise buildings, commercial complexes, homes for the elderly: managed to one standard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from anlan.kernel.registry.types import Column, Problem
from anlan.packs.safety.subjects.campaign import Campaign, CampaignEntry

KINDS = {"high_rise": "高层建筑", "complex": "商业综合体", "elderly": "养老机构"}
REQUIREMENTS = {
    "responsible": "消防安全责任人和管理人",
    "control_room": "控制室双人持证值班",
    "facilities": "消防设施完好",
    "escape": "疏散通道畅通",
    "station": "微型消防站",
    "drill": "半年演练",
    "electric": "用火用电用气管理",
}


class FireKeyPlace(CampaignEntry):
    kind = models.CharField(max_length=12)
    storeys = models.IntegerField(null=True)
    area = models.IntegerField(null=True)
    beds = models.IntegerField(null=True)
    ability = models.CharField(max_length=12, blank=True)
    responsible = models.BooleanField(default=False)
    control_room = models.BooleanField(default=False)
    facilities = models.BooleanField(default=False)
    escape = models.BooleanField(default=False)
    station = models.BooleanField(default=False)
    drill = models.BooleanField(default=False)
    electric = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"


ABILITIES = {"planned": "已列方案", "running": "提升中", "standard": "已达标准"}
_NEEDED = {"high_rise": ("storeys", "层数"), "complex": ("area", "建筑面积"), "elderly": ("beds", "床位")}


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """What a kind is measured by; 已达标准 needs every requirement."""
    name, title = _NEEDED[values["kind"]]
    found = [Problem(name, f"{title}：{KINDS[values['kind']]}要写{title}。")] if not values[name] else []
    lacking = [title for one, title in REQUIREMENTS.items() if not values[one]]
    if values["ability"] == "standard" and lacking:
        found.append(
            Problem("ability", f"能力提升：还有 {len(lacking)} 项没有做到（{lacking[0]}等），不能算已达标准。")
        )
    return found


_ALL = dict.fromkeys(REQUIREMENTS, True)
CAMPAIGN = Campaign(
    slug="fire_key_place", title="高层、综合体、养老机构", short="消防重点", model=FireKeyPlace, requirements=REQUIREMENTS, check=check, sign="kind", order=24, every=180,
    duty="一处一行，半年查一遍；能力提升到七项全做到为止。", basis="区应急管理规划专栏 1 第 2 项", rate="消防重点场所达标率",
    own=(
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("storeys", "层数", kind="int", unit="层", minimum=1, maximum=150),
        Column("area", "建筑面积", kind="int", unit="平方米", minimum=1, maximum=10_000_000, in_list=False),
        Column("beds", "床位", kind="int", unit="张", minimum=1, maximum=10000, in_list=False),
        Column("ability", "能力提升", kind="choice", choices=ABILITIES, filterable=True),
    ),
    rows=(
        {"organisation": "SL-S01", "code": "SLZ-001", "name": "示例大厦", "kind": "high_rise", "storeys": 26, "ability": "standard", **_ALL, "checked_on": -45, "longitude": 117.207, "latitude": 39.173},
        {"organisation": "SL-S02", "code": "SLZ-002", "name": "示例广场综合体", "kind": "complex", "area": 86000, "ability": "running", **_ALL, "control_room": False, "checked_on": -50, "second_look_on": -1, "longitude": 117.231, "latitude": 39.175},
        {"organisation": "SL-S02", "code": "SLZ-003", "name": "示例养老院", "kind": "elderly", "beds": 120, "ability": "planned", **_ALL, "escape": False, "drill": False, "checked_on": -15, "second_look_on": 10, "longitude": 117.228, "latitude": 39.171},
    ),
)  # fmt: skip
