"""The declaration of pollution sources: data only."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from anlan.kernel.access.types import SYSTEM, Page, Permission
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.capability.types import Capability
from anlan.kernel.observations import demonstration
from anlan.kernel.web.types import Nav
from anlan.packs.environment.pollution_source import pages
from anlan.packs.environment.pollution_source.kinds import KINDS, PERMISSION

_HERE = Path(__file__).parent
_DISTRICT = ("planner", "leader", "auditor", "administrator", "environment_officer")


def demo(at: datetime) -> None:
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), at)
    demonstration.load((_HERE / "demonstration.toml").read_text(encoding="utf-8"), at)


CAPABILITY = Capability(
    slug="pollution_source",
    title="污染源在线监控",
    plan_refs=("E4",),
    permissions=(
        Permission(slug=PERMISSION, title="查看污染源", roles={**dict.fromkeys(_DISTRICT, "district"), "bureau_officer": "own", "street_officer": "own"}),
    ),
    pages=(
        Page(path="pollution/bulletin/", name="pollution_bulletin", view=pages.bulletin, permission=PERMISSION, title="锅炉日报", section="monitor"),
        Page(path="pollution/bulletin/export/", name="pollution_bulletin_export", view=pages.export, permission=PERMISSION, title="导出锅炉日报",
             kind="export"),
    ),
    nav=(Nav(section="monitor", title="锅炉日报", page="pollution_bulletin", permission=PERMISSION, order=20),),
    kinds=KINDS,
    demo=demo,
)  # fmt: skip
