"""What checks declare. The permissions of tasks, plans and forms are those of the areas; the pages here show what the person may see."""

from __future__ import annotations

from datetime import timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import Permission
from anlan.kernel.checks import desk, planning
from anlan.kernel.checks.actions import UNDOS
from anlan.kernel.checks.pages import PAGES, READ, case_links
from anlan.kernel.checks.verbs import VERBS
from anlan.kernel.web.types import Nav

__all__ = ["JOBS", "NAV", "PAGES", "PERMISSIONS", "UNDOS", "VERBS", "case_links", "find", "now", "waiting"]

# The pages of all areas together; which checks one sees in them is each area's own permission.
_WHOLE = dict.fromkeys(("planner", "leader", "auditor", "safety_regulator", "expert"), "district")
_OWN = dict.fromkeys(
    ("bureau_officer", "environment_officer", "street_officer", "enterprise_head", "enterprise_officer", "worker"),
    "own",
)
PERMISSIONS = (Permission(slug=READ, title="查看检查", roles={**_WHOLE, **_OWN}),)  # type: ignore[dict-item]  # the words are scopes
NAV = (Nav(section="registry", title="全部检查", page="checks", permission=READ, order=5),)
JOBS = (
    Job(slug="checks.tasks", title="生成检查任务", every=timedelta(minutes=1), run=planning.generate),
    Job(slug="checks.missed", title="记漏查", every=timedelta(minutes=1), run=planning.note_missed),
)
waiting, now, find = desk.waiting, desk.now, desk.find
