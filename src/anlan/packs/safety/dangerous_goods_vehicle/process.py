"""Alarms that are verified: emergencies of vehicles and forbidden areas."""

from __future__ import annotations

from anlan.kernel.casework.processes.verification import minutes, permissions, verification
from anlan.kernel.casework.types import AlarmCase

SLUG = "dangerous_goods_vehicle"
CAUSES = {
    "position": "定位漂移",
    "button": "误按报警钮",
    "allowed": "已批准通行",
    "terminal": "终端故障",
    "other": "其他",
}
PROCESS = verification(
    slug=SLUG, title="车辆报警核实", prefix="CL", causes=CAUSES, limits=minutes(10),
)  # fmt: skip
# Rules of which each alarm is verified: those that may cost lives, not those of a device that is silent.
ALARM_CASES = (
    AlarmCase(
        rules=("vehicle_sos", "vehicle_forbidden"),
        process=SLUG, desk=f"{SLUG}.verify", near=False,
    ),
)  # fmt: skip
PERMISSIONS = permissions(SLUG, "车辆报警", {"safety_regulator": "district", "bureau_officer": "district"})
