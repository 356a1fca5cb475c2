"""The desk as a capability: its pages, permissions and the job that seals the journal."""

from __future__ import annotations

from datetime import timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import PUBLIC, SIGNED_IN, Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.journal.sealing import seal_all
from anlan.kernel.web.types import Nav
from anlan.server import openapi
from anlan.server.desk import guide, history, live, pages, registers, workbench
from anlan.server.roles import ROLES

_EVERY_ROLE = tuple(role.slug for role in ROLES)

PERMISSIONS = (
    Permission(slug="desk.work", title="使用工作台", roles=dict.fromkeys(_EVERY_ROLE, "own")),
    Permission(slug="desk.audit", title="查阅流水", roles={"auditor": "district", "administrator": "district"}),
)

PAGES = (
    Page(path="", name="home", view=pages.home, permission=PUBLIC, title="首页"),
    Page(
        path="healthz",
        name="healthz",
        view=pages.healthz,
        permission=PUBLIC,
        title="健康检查",
        kind="api",
        operation=pages.HEALTH,
    ),
    Page(
        path="api/v1/openapi.json",
        name="openapi",
        view=openapi.served,
        permission=PUBLIC,
        title="接口说明",
        kind="api",
        operation=openapi.OPERATION,
    ),
    Page(
        path="desk/",
        name="workbench",
        view=workbench.workbench,
        permission="desk.work",
        title="工作台",
        section="workbench",
    ),
    Page(
        path="desk/done/",
        name="workbench_done",
        view=workbench.done,
        permission="desk.work",
        title="已办",
        section="workbench",
    ),
    Page(
        path="desk/others/",
        name="workbench_others",
        view=workbench.others,
        permission="desk.work",
        title="等别人",
        section="workbench",
    ),
    Page(
        path="registry/",
        name="registers",
        view=registers.registers,
        permission="desk.work",
        title="全部台账",
        section="registry",
    ),
    Page(path="search/", name="search", view=pages.search, permission=SIGNED_IN, title="搜索", kind="fragment"),
    Page(path="events", name="events", view=live.events, permission=SIGNED_IN, title="实时流", kind="stream"),
    Page(path="guide/", name="guide", view=guide.index, permission=PUBLIC, title="帮助", section="help"),
    Page(
        path="guide/<path:slug>/", name="guide_page", view=guide.page, permission=PUBLIC, title="帮助", section="help"
    ),
    Page(
        path="journal/", name="journal", view=history.journal, permission="desk.audit", title="流水", section="reports"
    ),
    Page(
        path="journal/export.csv",
        name="journal_export",
        view=history.export,
        permission="desk.audit",
        title="导出流水",
        kind="export",
    ),
)

NAV = (
    Nav(section="workbench", title="等我办", page="workbench", permission="desk.work", order=1),
    Nav(section="workbench", title="已办", page="workbench_done", permission="desk.work", order=2),
    Nav(section="registry", title="全部台账", page="registers", permission="desk.work", order=0),
    Nav(section="reports", title="流水", page="journal", permission="desk.audit", order=90),
)

JOBS = (Job(slug="desk.seal", title="封存流水", every=timedelta(seconds=0.5), run=seal_all),)

DESK = Capability(slug="desk", title="工作台", permissions=PERMISSIONS, pages=PAGES, nav=NAV, jobs=JOBS)
