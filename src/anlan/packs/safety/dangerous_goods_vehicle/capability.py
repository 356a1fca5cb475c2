"""The declaration of 危险货物车辆定位: data only."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from anlan.kernel.access.types import SYSTEM, Page, Permission
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.capability.types import Capability
from anlan.kernel.observations import demonstration
from anlan.kernel.web.types import Nav
from anlan.packs.safety.dangerous_goods_vehicle import pages, queries
from anlan.packs.safety.dangerous_goods_vehicle.kinds import PERMISSION, VEHICLE

_HERE = Path(__file__).parent
_ALL = ("planner", "leader", "auditor", "administrator", "bureau_officer", "street_officer")


def demo(at: datetime) -> None:
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), at)
    demonstration.load((_HERE / "demonstration.toml").read_text(encoding="utf-8"), at)


CAPABILITY = Capability(
    slug="dangerous_goods_vehicle",
    title="危险货物车辆定位",
    plan_refs=("S16",),
    permissions=(Permission(slug=PERMISSION, title="查看危险货物车辆", roles=dict.fromkeys(_ALL, "district")),),
    kinds=(VEHICLE,),
    pages=(
        Page(
            path="vehicles/",
            name="vehicles",
            view=pages.fleet,
            permission=PERMISSION,
            title="危险货物车辆",
            section="monitor",
        ),
        Page(
            path="vehicles/<str:code>/",
            name="vehicle_track",
            view=pages.track,
            permission=PERMISSION,
            title="车辆轨迹",
            section="monitor",
        ),
        Page(
            path="vehicles/<str:code>/export/",
            name="vehicle_export",
            view=pages.export,
            permission=PERMISSION,
            title="导出轨迹",
            kind="export",
        ),
    ),
    nav=(Nav(section="monitor", title="车辆", page="vehicles", permission=PERMISSION, order=32),),
    layers=(queries.LAYER,),
    demo=demo,
)
