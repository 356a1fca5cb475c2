"""What the command declares: permissions, jobs, verbs."""

from __future__ import annotations

from datetime import timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import Permission, Scope
from anlan.kernel.response.actions import drills, tasking
from anlan.kernel.response.actions.plans import MANAGE, PLAN_VERBS
from anlan.kernel.response.demonstration import demo, story
from anlan.kernel.response.desk import find, now, waiting
from anlan.kernel.response.log import VERBS as _LOG_VERBS
from anlan.kernel.response.pages import PAGES
from anlan.kernel.response.pages.boards import NAV as _BOARDS
from anlan.kernel.response.types import ACT, BOARD, COMMAND, INTAKE, READ
from anlan.kernel.web.types import Nav

__all__ = ["JOBS", "NAV", "PAGES", "PERMISSIONS", "VERBS", "demo", "find", "now", "story", "waiting"]

_COMMANDERS: dict[str, Scope] = dict.fromkeys(("duty_officer", "commander", "leader"), "district")
_UNITS: dict[str, Scope] = dict.fromkeys(
    ("bureau_officer", "environment_officer", "street_officer", "safety_regulator", "enterprise_head", "enterprise_officer", "school_officer", "team_leader", "shelter_keeper", "store_keeper", "expert"),
    "own",
)  # fmt: skip
PERMISSIONS = (
    Permission(
        slug=READ, title="查看事件", roles={**_COMMANDERS, "auditor": "district", "planner": "district", **_UNITS}
    ),
    Permission(
        slug=BOARD,
        title="查看指挥平台“1+5”",
        roles={
            **_COMMANDERS,
            **dict.fromkeys(("auditor", "planner", "bureau_officer", "safety_regulator"), "district"),
        },
    ),
    Permission(slug=INTAKE, title="接报事件", roles=_COMMANDERS),
    Permission(slug=COMMAND, title="指挥事件", roles=_COMMANDERS),
    Permission(
        slug=MANAGE,
        title="管理预案",
        roles={"commander": "district", "duty_officer": "district", "bureau_officer": "own"},
    ),
    Permission(slug=drills.DIRECT, title="主持演练", roles={"planner": "district", "commander": "district"}),
    Permission(slug=ACT, title="参与处置", roles={**_COMMANDERS, **_UNITS}),
)
VERBS = (*_LOG_VERBS, *PLAN_VERBS, *drills.DRILL_VERBS)
NAV = (
    Nav(section="command", title="事件", page="incidents", permission=READ, order=1),
    *_BOARDS,
    Nav(section="command", title="演练", page="drills", permission=drills.DIRECT, order=8),
    Nav(section="command", title="预案库", page="contingency_plans", permission=READ, order=5),
)
JOBS = (
    Job(slug="response.send", title="下达到时的任务", every=timedelta(seconds=5), run=tasking.send_due),
    Job(slug="response.inject", title="演练导调", every=timedelta(seconds=5), run=drills.inject_due),
    Job(slug="response.climb", title="没人接的任务升级", every=timedelta(seconds=10), run=tasking.climb),
)
