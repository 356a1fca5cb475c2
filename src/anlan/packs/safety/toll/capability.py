"""The plan's safety indicators: registers of what a year is measured by, and the formulas."""

from __future__ import annotations

from collections.abc import Mapping

from anlan.kernel.access.types import Permission, Scope
from anlan.kernel.capability.types import Capability
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.safety.toll import demonstration, sheets
from anlan.packs.safety.toll.formulas import FORMULAS
from anlan.packs.safety.toll.sheets import READ, SHEETS, WRITE

_SEEN: Mapping[str, Scope] = dict.fromkeys(
    ("planner", "leader", "auditor", "safety_regulator", "duty_officer", "commander", "bureau_officer"), "district"
)
CAPABILITY = Capability(
    slug="toll", title="事故灾害统计", plan_refs=("P1",),
    permissions=(
        Permission(slug=READ, title="查看事故灾害统计", roles=_SEEN),
        Permission(slug=WRITE, title="填写事故灾害统计", roles={"bureau_officer": "own", "safety_regulator": "own", "planner": "district"}),
    ),
    pages=tuple(page for sheet in SHEETS for page in sheet_pages(sheet)),
    nav=(
        Nav(section="registry", title="年度统计数", page="toll_years_list", permission=READ, order=30),
        Nav(section="registry", title="事故认定", page="toll_rulings_list", permission=READ, order=31, below="/registry/toll_"),
        Nav(section="registry", title="应急文化基地", page="culture_bases_list", permission=READ, order=32),
    ),
    sheets=sheets.SHEETS, formulas=FORMULAS, demo=demonstration.load,
)  # fmt: skip
