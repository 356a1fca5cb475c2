"""The declaration of 校舍安全: data only."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from anlan.kernel.access.types import Page, Permission
from anlan.kernel.capability import registers
from anlan.kernel.capability.types import Capability
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.web.types import Nav
from anlan.packs.education.school_building import pages, queries
from anlan.packs.education.school_building.rules import GRADES, WORKS
from anlan.packs.education.school_building.sheets import BUILDINGS, READ, WRITE
from anlan.packs.education.school_building.sheets import WORKS as WORK_SHEET

_USED = Q(used=True)
_NOT_DONE = Q(state__in=queries.OPEN_WORKS)
RATED = (
    (BUILDINGS, (registers.Ratio(
        under="school_building", slug="appraised", unit="栋", title="校舍鉴定率", text="在用、有等级而且下次鉴定没有过期的栋数 ÷ 在用栋数，保留一位小数。",
        indicators=("校舍鉴定率", "校舍抗震鉴定率"), whole=_USED, part=lambda day: ~Q(grade="none") & Q(appraisal_due_on__gte=day),
    ),
    registers.Ratio(
        under="school_building", slug="in_hand", unit="栋", title="C、D 级校舍处置率", text="C、D 级校舍中施工中或已完成的栋数 ÷ C、D 级栋数，保留一位小数；只列了计划的不算。",
        indicators=("C级校舍加固率", "C、D 级校舍处置率"), whole=queries.UNSAFE, part=Q(works__in=("running", "done")),
    ))),
    (WORK_SHEET, (registers.Ratio(
        under="school_building", slug="works_done", unit="项", title="校舍加固工程完成率", text="计划完工日已到的工程中已验收的 ÷ 计划完工日已到的，保留一位小数；取消的不计。",
        indicators=("校舍加固工程完成率",), whole=lambda day: Q(planned_done_on__lte=day) & ~Q(state="cancelled"), part=Q(state="accepted"),
    ),)),
)  # fmt: skip

_ROWS: tuple[Mapping[str, Any], ...] = (
    {"organisation": "SL-X01", "code": "SLX-001", "school": "示例学校", "name": "教学楼", "use": "teaching", "built_year": 1998, "area": 5200, "structure": "brick", "grade": "C", "appraised_on": -1200, "appraisal_due_on": 600, "appraised_by": "示例检测机构", "report_number": "示检 22-051", "works": "planned", "used": True, "people": 840, "storeys": 4, "seismic_class": "key", "intensity": "7.5", "longitude": 117.2095, "latitude": 39.1745},
    {"organisation": "SL-X01", "code": "SLX-002", "school": "示例学校", "name": "体育馆", "use": "sports", "built_year": 2014, "area": 1800, "structure": "steel", "grade": "A", "appraised_on": -1200, "appraisal_due_on": 900, "appraised_by": "示例检测机构", "works": "none", "used": True, "people": 400, "storeys": 1, "seismic_class": "key", "intensity": "7.5", "longitude": 117.2097, "latitude": 39.1748},
    {"organisation": "SL-X01", "code": "SLX-004", "school": "示例学校", "name": "食堂", "use": "canteen", "built_year": 2003, "area": 1200, "structure": "frame", "grade": "B", "appraised_on": -1900, "appraisal_due_on": -60, "appraised_by": "示例检测机构", "works": "none", "used": True, "people": 300, "storeys": 2, "seismic_class": "key", "intensity": "7.5", "longitude": 117.2099, "latitude": 39.1743},
    {"organisation": "SL-X02", "code": "SLX-003", "school": "示例幼儿园", "name": "主楼", "use": "teaching", "built_year": 2006, "area": 2400, "structure": "frame", "grade": "none", "works": "none", "used": True, "people": 210, "storeys": 3, "seismic_class": "key", "longitude": 117.2145, "latitude": 39.1735},
    {"organisation": "SL-X02", "code": "SLX-005", "school": "示例幼儿园", "name": "旧附楼", "use": "other", "built_year": 1979, "area": 460, "structure": "brick", "grade": "D", "appraised_on": -700, "appraisal_due_on": 300, "appraised_by": "示例检测机构", "works": "planned", "used": False, "people": 0, "storeys": 2, "seismic_class": "standard", "longitude": 117.2147, "latitude": 39.1733},
)  # fmt: skip
_WORKS: tuple[Mapping[str, Any], ...] = (
    {"organisation": "SL-B02", "code": "JG-001", "building_code": "SLX-001", "kind": "strengthen", "state": "running", "budget": 386, "fund": "区级专项", "contractor": "示例建设", "planned_start_on": -120, "planned_done_on": -10, "approved_on": -150, "started_on": -110},
    {"organisation": "SL-B02", "code": "JG-002", "building_code": "SLX-005", "kind": "rebuild", "state": "designed", "budget": 520, "fund": "区级专项", "planned_start_on": 30, "planned_done_on": 300},
)  # fmt: skip


def demo(at: datetime) -> None:
    """Five invented buildings and two works, one of them behind (示例)."""
    registers.load(BUILDINGS, _ROWS, at)
    registers.load(WORK_SHEET, _WORKS, at)


CAPABILITY = Capability(
    slug="school_building", title="校舍安全", plan_refs=("D17",),
    permissions=(
        Permission(slug=READ, title="查看校舍", roles={"planner": "district", "leader": "district", "auditor": "district", "bureau_officer": "own", "school_officer": "own"}),
        Permission(slug=WRITE, title="登记校舍", roles={"bureau_officer": "own"}),
    ),
    pages=(
        Page(path="registry/school_building/", name="school_building", view=pages.overview, permission=READ, title="校舍安全", section="registry", command="看校舍安全"),
        Page(path="registry/school_building/export/", name="school_building_export", view=pages.export, permission=READ, title="导出校舍安全", kind="export"),
        *sheet_pages(BUILDINGS), *sheet_pages(WORK_SHEET), *registers.ratio_pages(RATED),
    ),
    nav=(
        Nav(section="registry", title="校舍安全", page="school_building", permission=READ, order=40),
        Nav(section="registry", title="校舍", page="school_buildings_list", permission=READ, order=41, below="/registry/school_building"),
        Nav(section="registry", title="加固工程", page="school_building_works_list", permission=READ, order=42, below="/registry/school_building"),
    ),
    sheets=(BUILDINGS, WORK_SHEET), formulas=registers.formulas(RATED),
    layers=(registers.layer(BUILDINGS, slug="school_buildings", title="校舍", sign="grade", value=lambda row: f"{GRADES[row.grade]}，{WORKS[row.works]}"),),
    waiting=registers.waiting(
        registers.Due(sheet=BUILDINGS, column="appraisal_due_on", kind="校舍鉴定", verb="安排鉴定", ahead=90, where=_USED),
        registers.Due(sheet=WORK_SHEET, column="planned_done_on", kind="加固工程", verb="填进度", ahead=14, where=_NOT_DONE),
        registers.Due(sheet=WORK_SHEET, column="planned_start_on", kind="加固开工", verb="填开工", ahead=7, where=Q(state__in=("planned", "designed"))),
    ),
    demo=demo,
)  # fmt: skip
