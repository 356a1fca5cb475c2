"""Alarms that are verified: means over a limit, and readings that cannot be true."""

from __future__ import annotations

from anlan.kernel.casework.processes.verification import minutes, permissions, verification
from anlan.kernel.casework.types import AlarmCase

SLUG = "pollution_source"
CAUSES = {"calibration": "校准、维护", "start": "启停炉", "device": "仪器故障", "other": "其他"}
PROCESS = verification(
    slug=SLUG, title="污染源报警核实", prefix="WR", causes=CAUSES, limits=minutes(60),
)  # fmt: skip
# Rules of which each alarm is verified: those that may cost lives or break a limit, not those of a device that is silent.
ALARM_CASES = (
    AlarmCase(
        rules=("boiler_nox_hour", "boiler_frozen", "medical_cod", "medical_ph", "vapour_nmhc"),
        process=SLUG, desk=f"{SLUG}.verify", near=False,
    ),
)  # fmt: skip
PERMISSIONS = permissions(SLUG, "污染源报警", {"environment_officer": "district"})
