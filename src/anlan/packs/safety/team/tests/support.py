"""Teams and an incident in the test cast's district."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.support.cast import Cast

from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.registry import actions as registry
from anlan.kernel.response.actions import intake
from anlan.kernel.response.models import Incident
from anlan.packs.safety.team.models import Team
from anlan.packs.safety.team.sheets import TEAMS


def team(cast: Cast, code: str = "T1", owner: Organisation | None = None, **more: Any) -> Team:
    today = cast.at.date()
    values = {
        "code": code, "name": f"示例{code}队", "kind": "general", "skills": "抗洪排涝、搜救", "people": 20, "ready": "ready", "ready_on": today, "equipment": "",
        "leader": "示例·甲", "phone": "示例-1234", "address": "", "longitude": 117.2, "latitude": 39.16, "insured_until": None,
    } | more  # fmt: skip
    registry.add(actor=SYSTEM, sheet=TEAMS, organisation=owner or cast.emergency, values=values, at=cast.at)
    return Team.objects.select_related("organisation").get(code=code)


def incident(cast: Cast, place: str = "示例路下沉桥", owner: Organisation | None = None, **more: Any) -> Incident:
    return intake.open_incident(
        actor=cast.actor("duty"), organisation=owner or cast.district, place=place, kind="flood", source="市民来电", at=cast.at, longitude=117.21, latitude=39.17, **more
    )  # fmt: skip


def later(cast: Cast, minutes: float) -> Any:
    return cast.at + timedelta(minutes=minutes)
