"""What the command declares: permissions, jobs, verbs."""

from __future__ import annotations

from datetime import timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import Permission, Scope
from anlan.kernel.response.actions import tasking
from anlan.kernel.response.log import VERBS
from anlan.kernel.response.types import COMMAND, INTAKE, READ

__all__ = ["JOBS", "PERMISSIONS", "VERBS"]

_COMMANDERS: dict[str, Scope] = dict.fromkeys(("duty_officer", "commander", "leader"), "district")
_UNITS: dict[str, Scope] = dict.fromkeys(
    ("bureau_officer", "environment_officer", "street_officer", "safety_regulator", "enterprise_head", "enterprise_officer", "school_officer", "team_leader", "shelter_keeper", "expert"),
    "own",
)  # fmt: skip
PERMISSIONS = (
    Permission(
        slug=READ, title="查看事件", roles={**_COMMANDERS, "auditor": "district", "planner": "district", **_UNITS}
    ),
    Permission(slug=INTAKE, title="接报事件", roles=_COMMANDERS),
    Permission(slug=COMMAND, title="指挥事件", roles=_COMMANDERS),
    Permission(slug=tasking.ACT, title="参与处置", roles={**_COMMANDERS, **_UNITS}),
)
JOBS = (
    Job(slug="response.send", title="下达到时的任务", every=timedelta(seconds=5), run=tasking.send_due),
    Job(slug="response.climb", title="没人接的任务升级", every=timedelta(seconds=10), run=tasking.climb),
)
