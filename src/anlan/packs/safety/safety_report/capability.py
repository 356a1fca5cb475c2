"""Reports about safety: who may what, the counter's pages."""

from __future__ import annotations

from anlan.kernel.access.types import Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.reporting.pages import counter_pages
from anlan.kernel.web.types import Nav
from anlan.packs.safety.safety_report import demonstration
from anlan.packs.safety.safety_report.process import COUNTER, PROCESS, SLUG


def _permission(verb: str, title: str, **roles: str) -> Permission:
    return Permission(slug=f"{SLUG}.{verb}", title=title, roles=roles)  # type: ignore[arg-type]  # the words are scopes


_DESK = {"safety_regulator": "district", "bureau_officer": "own"}
CAPABILITY = Capability(
    slug=SLUG, title="安全生产举报和奖励", plan_refs=("S20",),
    permissions=(
        _permission("read", "查看安全举报", **_DESK, street_officer="own", leader="district", auditor="district"),
        _permission("accept", "受理安全举报", **_DESK),
        _permission("work", "核查安全举报", **_DESK, street_officer="own"),
        _permission("manage", "调度安全举报、定奖励", bureau_officer="own"),
        _permission("pay", "发安全举报奖励", safety_regulator="own"),
        _permission("unmask", "查看举报人", **_DESK),
    ),
    pages=counter_pages(COUNTER),
    nav=(Nav(section="registry", title="安全举报", page=f"{SLUG}_list", permission=f"{SLUG}.read", order=6),),
    processes=(PROCESS,), demo=demonstration.load,
)  # fmt: skip
