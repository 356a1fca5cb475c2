"""What the link declares: permissions, pages, jobs, verbs."""

from __future__ import annotations

from datetime import timedelta

from anlan.base.jobs import Job
from anlan.kernel.access.types import Permission, Scope
from anlan.kernel.exchange.delivery import sending
from anlan.kernel.exchange.delivery.actions import VERBS
from anlan.kernel.exchange.delivery.moves import CARRY, CONFIRM, MANAGE, READ
from anlan.kernel.exchange.delivery.pages import PAGES
from anlan.kernel.exchange.delivery.queries import now, waiting
from anlan.kernel.web.types import Nav

__all__ = ["JOBS", "NAV", "PAGES", "PERMISSIONS", "VERBS", "now", "waiting"]


def _all(*roles: str) -> dict[str, Scope]:
    return dict.fromkeys(roles, "district")


PERMISSIONS = (
    Permission(slug=READ, title="查看链路", roles=_all("duty_officer", "commander", "leader", "administrator", "auditor")),
    Permission(slug=MANAGE, title="登记和停用对端", roles=_all("administrator")),
    Permission(slug=CONFIRM, title="核对对端的公钥", roles=_all("administrator", "duty_officer", "commander")),
    Permission(slug=CARRY, title="处理死信、导入导出链路文件", roles=_all("duty_officer", "commander", "administrator")),
)  # fmt: skip
NAV = (
    Nav(section="command", title="链路", page="delivery", permission=READ, order=70),
    Nav(section="command", title="导入链路文件", page="delivery_import", permission=CARRY, order=71, below="/link/"),
)
JOBS = (Job(slug="delivery.send", title="送出待送的邮件", every=timedelta(seconds=1), run=sending.pump),)
