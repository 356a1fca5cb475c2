"""What casework declares. Its permissions are those of the processes; its pages show what the person may see."""

from __future__ import annotations

from datetime import timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import Permission
from anlan.kernel.casework import clocks, desk, opening
from anlan.kernel.casework.pages import PAGES, READ
from anlan.kernel.casework.verbs import VERBS
from anlan.kernel.web.types import Nav

__all__ = ["JOBS", "NAV", "PAGES", "PERMISSIONS", "VERBS", "find", "sent", "waiting"]

# The pages of all processes together; which cases one sees in them is each process's own permission.
_WHOLE = dict.fromkeys(
    ("planner", "leader", "auditor", "safety_regulator", "expert", "environment_inspector", "legal_reviewer"),
    "district",
)
_OWN = dict.fromkeys(
    (
        "bureau_officer",
        "environment_officer",
        "street_officer",
        "enterprise_head",
        "enterprise_officer",
        "worker",
        "school_officer",
        "bullying_handler",
        "bullying_supervisor",
    ),
    "own",
)
PERMISSIONS = (Permission(slug=READ, title="查看事项", roles={**_WHOLE, **_OWN}),)  # type: ignore[dict-item]  # the words are scopes
NAV = (Nav(section="registry", title="全部事项", page="cases", permission=READ, order=1),)
JOBS = (
    Job(slug="casework.clocks", title="事项超时上报", every=timedelta(minutes=1), run=clocks.sweep),
    Job(slug="casework.alarms", title="报警转事项", every=timedelta(seconds=2), run=opening.follow),
)
waiting, sent, find = desk.waiting, desk.sent, desk.find
