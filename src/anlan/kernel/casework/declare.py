"""What casework declares. Its permissions are those of the processes; its pages show what the person may see."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import Permission, whoever
from anlan.kernel.casework import clocks, desk, opening
from anlan.kernel.casework.pages import PAGES, READ
from anlan.kernel.casework.types import Process
from anlan.kernel.casework.verbs import VERBS
from anlan.kernel.web.types import Nav

__all__ = ["JOBS", "NAV", "PAGES", "VERBS", "find", "permissions", "sent", "waiting"]


def permissions(processes: Iterable[Process], declared: Iterable[Permission]) -> tuple[Permission, ...]:
    """Who may read in one of the processes opens the pages of all; what they see there is each one's own permission."""
    return (whoever(READ, "查看事项", (one.read for one in processes), declared),)


NAV = (Nav(section="registry", title="全部事项", page="cases", permission=READ, order=1),)
JOBS = (
    Job(slug="casework.clocks", title="事项超时上报", every=timedelta(minutes=1), run=clocks.sweep),
    Job(slug="casework.alarms", title="报警转事项", every=timedelta(seconds=2), run=opening.follow),
)
waiting, sent, find = desk.waiting, desk.sent, desk.find
