"""Reports and petitions: who may what, the counter's pages."""

from __future__ import annotations

from anlan.kernel.access.types import Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.reporting.pages import counter_pages
from anlan.kernel.web.types import Nav
from anlan.packs.environment.public_report import demonstration
from anlan.packs.environment.public_report.process import COUNTER, PROCESS, SLUG


def _permission(verb: str, title: str, **roles: str) -> Permission:
    return Permission(slug=f"{SLUG}.{verb}", title=title, roles=roles)  # type: ignore[arg-type]  # the words are scopes


_DESK = {"environment_officer": "district", "bureau_officer": "own"}
CAPABILITY = Capability(
    slug=SLUG, title="环境信访和有奖举报", plan_refs=("E11",),
    permissions=(
        _permission("read", "查看环境来件", **_DESK, street_officer="own", leader="district", auditor="district"),
        _permission("accept", "受理环境来件", **_DESK),
        _permission("work", "办理环境来件", **_DESK, street_officer="own"),
        _permission("manage", "调度环境来件、定奖励", environment_officer="district"),
        _permission("pay", "发举报奖励", bureau_officer="own"),
        _permission("unmask", "查看来件人", **_DESK),
    ),
    pages=counter_pages(COUNTER),
    nav=(Nav(section="registry", title="环境来件", page=f"{SLUG}_list", permission=f"{SLUG}.read", order=4),),
    processes=(PROCESS,), demo=demonstration.load,
)  # fmt: skip
