"""What the draw declares: the public pages. Its permissions are those of the pools; repeating a draw needs none."""

from __future__ import annotations

from anlan.kernel.access.types import Permission
from anlan.kernel.draw.actions import VERBS
from anlan.kernel.draw.pages import PAGES

__all__ = ["PAGES", "PERMISSIONS", "VERBS"]

PERMISSIONS = (Permission(slug="draw.audit", title="核查随机抽查", roles={"auditor": "district"}),)
