"""旅游客运码头 (S24): how many people may stand on it, and above which wind its boats stay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from anlan.kernel.registry.types import Column, Problem
from anlan.packs.safety.subjects.campaign import Campaign, CampaignEntry

REQUIREMENTS = {
    "posted": "荷载公示",
    "counted": "客流计数",
    "rounds": "日常巡检记录",
    "lifebuoys": "救生消防器材",
    "wind_stop": "超抗风等级停航",
    "boats_valid": "船舶证书有效",
}


class Dock(CampaignEntry):
    limit = models.IntegerField()
    most_seen = models.IntegerField(null=True)
    boats = models.IntegerField()
    wind_grade = models.IntegerField()
    posted = models.BooleanField(default=False)
    counted = models.BooleanField(default=False)
    rounds = models.BooleanField(default=False)
    lifebuoys = models.BooleanField(default=False)
    wind_stop = models.BooleanField(default=False)
    boats_valid = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """More people seen than it may hold is a finding with a day, not a note."""
    if values["most_seen"] and values["most_seen"] > values["limit"] and not values["second_look_on"]:
        return [Problem("second_look_on", f"回头看期限：最多见到 {values['most_seen']} 人，超过核定 {values['limit']} 人，写哪天前再看。")]  # fmt: skip
    return []


_ALL = dict.fromkeys(REQUIREMENTS, True)
CAMPAIGN = Campaign(
    slug="dock", title="旅游客运码头", short="码头", model=Dock, requirements=REQUIREMENTS, check=check, order=27, every=30,
    duty="一座一行，一月查一遍：人不超荷载，风大不开船。", basis="区应急管理规划专栏 1 第 4 项", rate="旅游码头达标率",
    own=(
        Column("limit", "核定人数", kind="int", required=True, unit="人", minimum=1, maximum=100000, help="同时在码头上的人"),
        Column("most_seen", "检查时最多", kind="int", unit="人", minimum=0, maximum=100000),
        Column("boats", "游船", kind="int", required=True, unit="艘", minimum=0, maximum=500),
        Column("wind_grade", "核定抗风等级", kind="int", required=True, unit="级", minimum=1, maximum=12),
    ),
    rows=(
        {"organisation": "SL-S02", "code": "SLM-001", "name": "示例码头", "limit": 200, "most_seen": 236, "boats": 6, "wind_grade": 5, **_ALL, "counted": False, "checked_on": -6, "second_look_on": 4, "longitude": 117.222, "latitude": 39.163},
    ),
)  # fmt: skip
