"""Alarms that are verified: gas and levels of tank areas."""

from __future__ import annotations

from anlan.kernel.casework.processes.verification import minutes, permissions, verification
from anlan.kernel.casework.types import AlarmCase

SLUG = "hazchem_monitoring"
CAUSES = {
    "calibration": "校准、检修",
    "drift": "探测器漂移",
    "weather": "天气影响",
    "operation": "正常操作",
    "other": "其他",
}
PROCESS = verification(
    slug=SLUG, title="危化报警核实", prefix="WH", causes=CAUSES, limits=minutes(5),
)  # fmt: skip
# Rules of which each alarm is verified: those that may cost lives, not those of a device that is silent.
ALARM_CASES = (
    AlarmCase(
        rules=("tank_gas_1_second", "tank_gas_1_first", "tank_gas_both", "tank_gas_2_first", "tank_level", "tank_level_rate"),
        process=SLUG, desk=f"{SLUG}.verify", near=True,
    ),
)  # fmt: skip
PERMISSIONS = permissions(
    SLUG, "危化报警", {"safety_regulator": "district", "bureau_officer": "district", "enterprise_officer": "own"}
)
