"""The declaration of 地下空间监测: data only."""

from __future__ import annotations

from anlan.kernel.access.types import Page, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.casework.pages import case_pages
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.safety.underground import demonstration, pages
from anlan.packs.safety.underground.kinds import PERMISSION, UNDERGROUND, WRITE
from anlan.packs.safety.underground.process import ALARM_CASES, PERMISSIONS, PROCESS
from anlan.packs.safety.underground.sheets import SPACES

_ALL = (
    "planner",
    "leader",
    "auditor",
    "administrator",
    "bureau_officer",
    "street_officer",
    "safety_regulator",
    "duty_officer",
    "commander",
)

CAPABILITY = Capability(
    slug="underground",
    title="地下空间监测",
    plan_refs=("S18",),
    permissions=(
        *PERMISSIONS,
        Permission(slug=PERMISSION, title="查看地下空间监测", roles=dict.fromkeys(_ALL, "district")),
        Permission(slug=WRITE, title="登记地下空间", roles={"bureau_officer": "district", "street_officer": "own"}),
    ),
    processes=(PROCESS,),
    alarm_cases=ALARM_CASES,
    kinds=(UNDERGROUND,),
    sheets=(SPACES,),
    pages=(
        *case_pages(PROCESS, "underground/cases/", "monitor"),
        Page(path="underground/", name="underground", view=pages.overview, permission=PERMISSION, title="地下空间", section="monitor", command="看哪里不能下井"),
        Page(path="underground/export/", name="underground_overview_export", view=pages.export, permission=PERMISSION, title="导出地下空间", kind="export"),
        Page(path="underground/spaces/<str:code>/", name="underground_space", view=pages.space, permission=PERMISSION, title="一处地下空间", section="monitor"),
        *sheet_pages(SPACES),
    ),
    nav=(
        Nav(section="monitor", title="地下核实", page="underground_list", permission=PERMISSION, order=38, below="/underground"),
        Nav(section="monitor", title="地下空间", page="underground", permission=PERMISSION, order=34),
        Nav(section="registry", title="地下空间", page="underground_spaces_list", permission=PERMISSION, order=34),
    ),
    demo=demonstration.load,
)  # fmt: skip
