"""What the room declares: papers, the list of what is published, the citizen's page."""

from __future__ import annotations

from anlan.kernel.access.types import Permission
from anlan.kernel.penalties import pages, tables
from anlan.kernel.penalties.actions import VERBS, WITHDRAW
from anlan.kernel.penalties.pages import READ
from anlan.kernel.web.types import Nav

__all__ = ["NAV", "PAGES", "PERMISSIONS", "VERBS"]

PAGES = (*pages.PAGES, *tables.PAGES)
_WHOLE = dict.fromkeys(
    ("planner", "leader", "auditor", "safety_regulator", "environment_inspector", "legal_reviewer"), "district"
)
_OWN = dict.fromkeys(("bureau_officer", "enterprise_head", "enterprise_officer"), "own")
PERMISSIONS = (
    Permission(slug=READ, title="查看执法公示", roles={**_WHOLE, **_OWN}),  # type: ignore[dict-item]  # the words are scopes
    Permission(slug=WITHDRAW, title="撤下执法公示", roles={"legal_reviewer": "own"}),
)
NAV = (Nav(section="registry", title="执法公示", page="penalties_published", permission=READ, order=8),)
