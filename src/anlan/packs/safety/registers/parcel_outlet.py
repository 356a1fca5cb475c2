"""寄递安全 (S24): outlets and sorting places of parcel companies; the three in one: looked into, sender known, X-rayed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models

from anlan.kernel.registry.types import Column, Problem
from anlan.packs.safety.subjects.campaign import Campaign, CampaignEntry

KINDS = {"outlet": "营业网点", "sorting": "分拨中心", "station": "末端驿站"}
REQUIREMENTS = {
    "looked_into": "收寄验视",
    "real_name": "实名收寄",
    "screened": "过机安检",
    "forbidden": "禁寄物品管理",
    "fire": "消防和用电",
    "vehicles": "车辆和作业安全",
}


class ParcelOutlet(CampaignEntry):
    kind = models.CharField(max_length=12)
    company = models.CharField(max_length=80)
    daily = models.IntegerField(null=True)
    machines = models.IntegerField(null=True)
    looked_into = models.BooleanField(default=False)
    real_name = models.BooleanField(default=False)
    screened = models.BooleanField(default=False)
    forbidden = models.BooleanField(default=False)
    fire = models.BooleanField(default=False)
    vehicles = models.BooleanField(default=False)

    class Meta:
        app_label = "safety"


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """Where parcels are screened there is a machine, or the sorting place that does it is named."""
    if values["kind"] == "sorting" and values["screened"] and not values["machines"]:
        return [Problem("machines", "安检机：分拨中心做到过机安检，至少一台。")]
    return []


_ALL = dict.fromkeys(REQUIREMENTS, True)
CAMPAIGN = Campaign(
    slug="parcel_outlet", title="寄递场所", short="寄递", model=ParcelOutlet, requirements=REQUIREMENTS, check=check, sign="kind", order=22, every=180,
    duty="一个网点一行，半年查一遍：验视、实名、过机。发现寄危险化学品的当场停收并报警。", basis="区应急管理规划专栏 1 第 4 项",
    rate="寄递三项制度落实率",
    own=(
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("company", "企业", required=True, max_length=80),
        Column("daily", "日均件数", kind="int", unit="件", minimum=0, maximum=10_000_000),
        Column("machines", "安检机", kind="int", unit="台", minimum=0, maximum=200),
    ),
    rows=(
        {"organisation": "SL-S01", "code": "SLK-001", "name": "示例快递一部", "kind": "outlet", "company": "示例快递", "daily": 1200, **_ALL, "checked_on": -30, "longitude": 117.208, "latitude": 39.169},
        {"organisation": "SL-S02", "code": "SLK-002", "name": "示例分拨中心", "kind": "sorting", "company": "示例快递", "daily": 46000, "machines": 2, **_ALL, "vehicles": False, "checked_on": -12, "second_look_on": 9, "longitude": 117.24, "latitude": 39.172},
    ),
)  # fmt: skip
