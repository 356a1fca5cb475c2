"""Fire alarms that are verified by a call: real or false, with what it was; the verdict of the alarm is written by the same step."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.processes.verification import Verdict, minutes, permissions, verification
from anlan.kernel.casework.types import AlarmCase
from anlan.packs.safety.fire_iot import actions
from anlan.packs.safety.fire_iot.kinds import JUDGE

SLUG = "fire_iot"
CAUSES = {
    "dust": "灰尘、蒸汽", "cooking": "做饭油烟", "smoking": "吸烟", "works": "施工", "fault": "探测器故障", "button": "误碰按钮",
    "drill": "测试、演练", "other": "其他",
}  # fmt: skip


def _judged(case: Any, actor: Actor, verdict: Verdict, words: str, at: datetime) -> None:
    """The fire page's own verdict, for those who may give one."""
    if case.alarm is not None and policy.may(actor, JUDGE, case.alarm):
        slug = "fire" if verdict == "real" else "test" if words == CAUSES["drill"] else "false"
        newest = case.alarm.fire_verdicts.first()
        if newest is None or (newest.verdict, newest.cause) != (slug, words[:200]):
            actions.judge(actor=actor, alarm=case.alarm, verdict=slug, cause=words, at=at)


PROCESS = verification(slug=SLUG, title="火警核实", prefix="XF", causes=CAUSES, limits=minutes(5), judged=_judged)
ALARM_CASES = (
    AlarmCase(
        rules=("fire_smoke_1", "fire_smoke_2", "fire_manual_1", "fire_electrical_1"), process=SLUG, desk=f"{SLUG}.verify",
    ),
)  # fmt: skip
PERMISSIONS = permissions(
    SLUG, "火警", {"safety_regulator": "district", "bureau_officer": "district", "street_officer": "own"}
)
