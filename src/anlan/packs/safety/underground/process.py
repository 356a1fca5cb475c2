"""Alarms that are verified: gas, oxygen and water under ground."""

from __future__ import annotations

from anlan.kernel.casework.processes.verification import minutes, permissions, verification
from anlan.kernel.casework.types import AlarmCase

SLUG = "underground"
CAUSES = {"calibration": "校准、检修", "drift": "探测器漂移", "works": "施工作业", "rain": "雨水", "other": "其他"}
PROCESS = verification(
    slug=SLUG, title="地下空间报警核实", prefix="DX", causes=CAUSES, limits=minutes(10),
)  # fmt: skip
# Rules of which each alarm is verified: those that may cost lives, not those of a device that is silent.
ALARM_CASES = (
    AlarmCase(
        rules=("underground_gas_second", "underground_gas_first", "underground_h2s", "underground_oxygen", "underground_co", "underground_ingress"),
        process=SLUG, desk=f"{SLUG}.verify", near=False,
    ),
)  # fmt: skip
PERMISSIONS = permissions(
    SLUG, "地下空间报警", {"safety_regulator": "district", "bureau_officer": "district", "street_officer": "own"}
)
