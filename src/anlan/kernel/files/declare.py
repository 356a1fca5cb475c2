"""What this room declares."""

from __future__ import annotations

from anlan.kernel.access.types import Page, Permission
from anlan.kernel.files import pages
from anlan.kernel.journal.types import Verb

PERMISSIONS = (
    Permission(
        slug="files.read",
        title="查看附件",
        roles={
            "planner": "district", "leader": "district", "auditor": "district", "administrator": "district",
            "bureau_officer": "own", "environment_officer": "own", "street_officer": "own",
        },
    ),
)  # fmt: skip

PAGES = (
    Page(
        path="files/<int:number>/",
        name="file",
        view=pages.download,
        permission="files.read",
        title="下载附件",
        kind="file",
    ),
)

VERBS: tuple[Verb, ...] = ()
