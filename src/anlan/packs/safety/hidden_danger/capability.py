"""Hidden dangers: who may what, the pages, the figures."""

from __future__ import annotations

from anlan.kernel.access.types import Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework.pages import case_pages
from anlan.kernel.web.types import Nav
from anlan.packs.safety.hidden_danger import demonstration, pages
from anlan.packs.safety.hidden_danger.formulas import FORMULAS
from anlan.packs.safety.hidden_danger.process import PROCESS, SLUG

_READ = f"{SLUG}.read"
_OWN = dict.fromkeys(("enterprise_officer", "enterprise_head", "street_officer"), "own")
_DISTRICT = dict.fromkeys(("planner", "leader", "auditor", "safety_regulator"), "district")
_REGULATOR = {"safety_regulator": "district"}


def _permission(verb: str, title: str, **roles: str) -> Permission:
    return Permission(slug=f"{SLUG}.{verb}", title=title, roles=roles)  # type: ignore[arg-type]  # the words are scopes


CAPABILITY = Capability(
    slug=SLUG, title="隐患", plan_refs=("S12", "S15"),
    permissions=(
        _permission("read", "查看隐患", **_OWN, **_DISTRICT, worker="own", expert="district"),
        _permission("report", "登记隐患", **_OWN, **_REGULATOR, worker="own", expert="district"),
        _permission("grade", "给隐患判级", **_REGULATOR, enterprise_officer="own", enterprise_head="own"),
        _permission("assign", "下达整改", **_REGULATOR, enterprise_officer="own", enterprise_head="own"),
        _permission("rectify", "整改隐患", enterprise_officer="own", worker="own"),
        _permission("review", "复查隐患", **_REGULATOR, enterprise_officer="own", enterprise_head="own", expert="district"),
        _permission("close", "给重大隐患销号", **_REGULATOR),
        _permission("manage", "督办和调度隐患", **_REGULATOR),
    ),
    pages=(
        *case_pages(PROCESS, "dangers/"),
        Page(path="dangers/monthly/", name="hidden_danger_monthly", view=pages.monthly, permission=_READ, title="隐患月报", section="registry"),
        Page(path="dangers/monthly/export/", name="hidden_danger_monthly_export", view=pages.monthly_export, permission=_READ, title="导出隐患月报", kind="export"),
        Page(path="dangers/enterprises/", name="hidden_danger_ranking", view=pages.ranking, permission=_READ, title="企业隐患", section="registry"),
        Page(path="dangers/enterprises/export/", name="hidden_danger_ranking_export", view=pages.ranking_export, permission=_READ, title="导出企业隐患", kind="export"),
    ),
    nav=(
        Nav(section="registry", title="隐患", page="hidden_danger_list", permission=_READ, order=2),
        Nav(section="registry", title="月报", page="hidden_danger_monthly", permission=_READ, order=3, below="/dangers/"),
        Nav(section="registry", title="企业", page="hidden_danger_ranking", permission=_READ, order=4, below="/dangers/"),
    ),
    processes=(PROCESS,), formulas=FORMULAS, demo=demonstration.load,
)  # fmt: skip
