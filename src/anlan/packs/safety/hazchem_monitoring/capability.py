"""The declaration of 危险化学品监测: data only."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from anlan.kernel.access.types import SYSTEM, Page, Permission
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.capability.types import Capability
from anlan.kernel.observations import demonstration
from anlan.kernel.web.types import Nav
from anlan.packs.safety.hazchem_monitoring import pages
from anlan.packs.safety.hazchem_monitoring.kinds import PERMISSION, TANK_AREA

_HERE = Path(__file__).parent
_ALL = ("planner", "leader", "auditor", "administrator", "bureau_officer", "street_officer")


def demo(at: datetime) -> None:
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), at)
    demonstration.load((_HERE / "demonstration.toml").read_text(encoding="utf-8"), at)


CAPABILITY = Capability(
    slug="hazchem_monitoring",
    title="危险化学品监测",
    plan_refs=("S14",),
    permissions=(Permission(slug=PERMISSION, title="查看危险化学品监测", roles=dict.fromkeys(_ALL, "district")),),
    pages=(
        Page(
            path="hazchem/level/",
            name="hazchem_level",
            view=pages.level,
            permission=PERMISSION,
            title="重大危险源分级",
            section="monitor",
        ),
    ),
    nav=(Nav(section="monitor", title="危险源分级", page="hazchem_level", permission=PERMISSION, order=31),),
    kinds=(TANK_AREA,),
    demo=demo,
)
