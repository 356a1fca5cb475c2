"""What the room declares: the tally of what was turned away, and the job that forgets it."""

from __future__ import annotations

from datetime import timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import Page, Permission
from anlan.kernel.reporting import actions, pages
from anlan.kernel.web.types import Nav

__all__ = ["JOBS", "NAV", "PAGES", "PERMISSIONS"]

_GUARD = "reporting.guard"
PERMISSIONS = (
    Permission(slug=_GUARD, title="查看来件防护", roles={"administrator": "district", "auditor": "district"}),
)
PAGES = (
    Page(
        path="reporting/guard/",
        name="reporting_guard",
        view=pages.guard,
        permission=_GUARD,
        title="来件防护",
        section="registry",
    ),
)
NAV = (Nav(section="registry", title="来件防护", page="reporting_guard", permission=_GUARD, order=90),)
JOBS = (Job(slug="reporting.forget", title="删两天前的来件次数", every=timedelta(hours=1), run=actions.forget),)
