"""The declaration of 消防物联网: data only."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from anlan.kernel.access.types import SYSTEM, Permission
from anlan.kernel.alarms.loading import load_rules
from anlan.kernel.capability.types import Capability
from anlan.kernel.observations import demonstration
from anlan.packs.safety.fire_iot.hydrant_line import HYDRANT
from anlan.packs.safety.fire_iot.kinds import FIRE, PERMISSION

_HERE = Path(__file__).parent
_ALL = ("planner", "leader", "auditor", "administrator", "bureau_officer", "street_officer")


def demo(at: datetime) -> None:
    load_rules(SYSTEM, (_HERE / "rules.toml").read_text(encoding="utf-8"), at)
    demonstration.load((_HERE / "demonstration.toml").read_text(encoding="utf-8"), at)


CAPABILITY = Capability(
    slug="fire_iot",
    title="消防物联网",
    plan_refs=("S15",),
    permissions=(Permission(slug=PERMISSION, title="查看消防物联网", roles=dict.fromkeys(_ALL, "district")),),
    kinds=(FIRE,),
    lines=(HYDRANT,),
    demo=demo,
)
