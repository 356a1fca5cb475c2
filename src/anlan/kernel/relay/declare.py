"""What handing over declares."""

from __future__ import annotations

from datetime import timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import Permission, Scope
from anlan.kernel.relay.actions import SUBJECTS, VERBS, follow
from anlan.kernel.relay.pages import PAGES
from anlan.kernel.relay.queries import waiting
from anlan.kernel.relay.types import HAND_OVER, READ
from anlan.kernel.response.types import IncidentRoom
from anlan.kernel.web.types import Nav

__all__ = ["INCIDENT_ROOMS", "JOBS", "NAV", "PAGES", "PERMISSIONS", "SUBJECTS", "VERBS", "waiting"]

_DECIDE: dict[str, Scope] = dict.fromkeys(("duty_officer", "commander"), "district")
_SEE: dict[str, Scope] = dict.fromkeys(("leader", "auditor"), "district")
PERMISSIONS = (
    Permission(slug=READ, title="查看移送的事件", roles={**_DECIDE, **_SEE}),
    Permission(slug=HAND_OVER, title="移送和签收事件", roles=_DECIDE),
)
NAV = (Nav(section="command", title="移送", page="relay", permission=READ, order=69),)
JOBS = (Job(slug="relay.follow", title="传送事件的新记录", every=timedelta(seconds=1), run=follow),)
INCIDENT_ROOMS = (IncidentRoom(title="移送", page="relay", permission=READ, asked=True),)
