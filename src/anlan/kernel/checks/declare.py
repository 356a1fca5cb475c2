"""What checks declare. The permissions of tasks, plans and forms are those of the areas; the pages here show what the person may see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import Permission, whoever
from anlan.kernel.checks import desk, planning
from anlan.kernel.checks.actions import UNDOS
from anlan.kernel.checks.pages import PAGES, READ, case_links
from anlan.kernel.checks.types import CheckArea
from anlan.kernel.checks.verbs import VERBS
from anlan.kernel.web.types import Nav

__all__ = ["JOBS", "NAV", "PAGES", "UNDOS", "VERBS", "case_links", "find", "now", "permissions", "waiting"]


def permissions(areas: Iterable[CheckArea], declared: Iterable[Permission]) -> tuple[Permission, ...]:
    """Who may read in one of the areas of checks opens the pages of all; what they see there is each one's own permission."""
    return (whoever(READ, "查看检查", (one.read for one in areas), declared),)


NAV = (Nav(section="registry", title="全部检查", page="checks", permission=READ, order=1),)
JOBS = (
    Job(slug="checks.tasks", title="生成检查任务", every=timedelta(minutes=1), run=planning.generate),
    Job(slug="checks.missed", title="记漏查", every=timedelta(minutes=1), run=planning.note_missed),
)
waiting, now, find = desk.waiting, desk.now, desk.find
