"""What the draw declares: the public pages and the auditor's. Other permissions are those of the pools; repeating a draw needs none."""

from __future__ import annotations

from anlan.kernel.access.types import Permission
from anlan.kernel.draw.actions import VERBS
from anlan.kernel.draw.pages import AUDIT, PAGES
from anlan.kernel.web.types import Nav

__all__ = ["NAV", "PAGES", "PERMISSIONS", "VERBS"]

PERMISSIONS = (Permission(slug=AUDIT, title="核查随机抽查", roles={"auditor": "district"}),)
NAV = (Nav(section="registry", title="核查抽查", page="draw_audit", permission=AUDIT, order=8),)
