"""Alarms that are verified: gas, oxygen and water under ground."""

from __future__ import annotations

from anlan.kernel.access.types import Permission
from anlan.kernel.casework.processes.verification import minutes, verification
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
PERMISSIONS = (
    Permission(
        slug=f"{SLUG}.open",
        title="登记地下空间报警",
        roles={"safety_regulator": "district", "bureau_officer": "district", "street_officer": "own"},
    ),
    Permission(
        slug=f"{SLUG}.verify",
        title="核实地下空间报警",
        roles={"safety_regulator": "district", "bureau_officer": "district", "street_officer": "own"},
    ),
    Permission(
        slug=f"{SLUG}.handle",
        title="处置地下空间报警",
        roles={"safety_regulator": "district", "bureau_officer": "district", "street_officer": "own"},
    ),
    Permission(
        slug=f"{SLUG}.manage",
        title="调度地下空间报警",
        roles={"safety_regulator": "district", "bureau_officer": "district"},
    ),
)
