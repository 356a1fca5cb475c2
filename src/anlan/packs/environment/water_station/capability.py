"""The declaration of surface water stations: data only."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from anlan.kernel.access.types import SYSTEM, Page, Permission
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.capability.types import Capability
from anlan.kernel.observations import demonstration
from anlan.kernel.web.types import Nav
from anlan.packs.environment.water_station import pages
from anlan.packs.environment.water_station.kinds import PERMISSION, WATER

_HERE = Path(__file__).parent
_ALL = ("planner", "leader", "auditor", "administrator", "environment_officer", "bureau_officer", "street_officer")


def demo(at: datetime) -> None:
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), at)
    demonstration.load((_HERE / "demonstration.toml").read_text(encoding="utf-8"), at)


CAPABILITY = Capability(
    slug="water_station",
    title="水质自动监测",
    plan_refs=("E3", "E16"),
    permissions=(Permission(slug=PERMISSION, title="查看水质", roles=dict.fromkeys(_ALL, "district")),),
    pages=(
        Page(path="water/", name="water", view=pages.overview, permission=PERMISSION, title="地表水断面", section="monitor"),
        Page(path="water/export/", name="water_export", view=pages.export, permission=PERMISSION, title="导出断面", kind="export"),
    ),
    nav=(Nav(section="monitor", title="地表水", page="water", permission=PERMISSION, order=21),),
    kinds=(WATER,),
    demo=demo,
)  # fmt: skip
