"""The declaration of 雨水情监测: data only."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from anlan.kernel.access.types import SYSTEM, Page, Permission
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.capability.types import Capability
from anlan.kernel.observations import demonstration
from anlan.kernel.web.types import Nav
from anlan.packs.safety.rain_and_water import pages
from anlan.packs.safety.rain_and_water.kinds import KINDS, PERMISSION

_HERE = Path(__file__).parent
_ALL = ("planner", "leader", "auditor", "administrator", "bureau_officer", "street_officer")


def demo(at: datetime) -> None:
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), at)
    demonstration.load((_HERE / "demonstration.toml").read_text(encoding="utf-8"), at)


CAPABILITY = Capability(
    slug="rain_and_water",
    title="雨水情监测",
    plan_refs=("S2",),
    permissions=(Permission(slug=PERMISSION, title="查看雨水情", roles=dict.fromkeys(_ALL, "district")),),
    kinds=KINDS,
    pages=(
        Page(path="rain/", name="rain", view=pages.overview, permission=PERMISSION, title="雨水情", section="monitor"),
        Page(
            path="rain/export/",
            name="rain_export",
            view=pages.export,
            permission=PERMISSION,
            title="导出雨情",
            kind="export",
        ),
    ),
    nav=(Nav(section="monitor", title="雨水情", page="rain", permission=PERMISSION, order=30),),
    demo=demo,
)
