"""校舍安全 (D17): each school building, its seismic appraisal and what is being done about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import models

from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.registry import actions
from anlan.kernel.registry.models import Entry
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.kernel.web.types import Nav

GRADES = {"A": "A 级", "B": "B 级", "C": "C 级", "D": "D 级", "none": "未鉴定"}
STRUCTURES = {"brick": "砖混", "frame": "框架", "steel": "钢结构", "other": "其他"}
WORKS = {"none": "不需要", "planned": "已列计划", "running": "施工中", "done": "已完成"}


class SchoolBuilding(Entry):
    code = models.CharField(max_length=40, unique=True)
    school = models.CharField(max_length=80)
    name = models.CharField(max_length=80)
    built_year = models.IntegerField()
    area = models.DecimalField(max_digits=10, decimal_places=1)
    structure = models.CharField(max_length=12)
    grade = models.CharField(max_length=8)
    appraised_on = models.DateField(null=True)
    appraised_by = models.CharField(max_length=80, blank=True)
    works = models.CharField(max_length=12)

    class Meta:
        app_label = "education"

    def __str__(self) -> str:
        return f"{self.school} {self.name}"


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """A grade needs its appraisal; C and D need works."""
    problems = []
    if values["grade"] != "none" and not values["appraised_on"]:
        problems.append(Problem("appraised_on", "鉴定日期：有等级就要有鉴定日期。"))
    if values["grade"] in ("C", "D") and values["works"] == "none":
        problems.append(Problem("works", "加固：C、D 级校舍要列入加固或拆除计划。"))
    if values["appraised_on"] and values["appraised_on"].year < values["built_year"]:
        problems.append(Problem("appraised_on", "鉴定日期：早于建成年份。"))
    return problems


SHEET = Sheet(
    slug="school_buildings",
    title="校舍",
    model=SchoolBuilding,
    key="code",
    read="school_building.read",
    write="school_building.write",
    review_days=365,
    check=check,
    duty="一栋一行，每学年复核；C、D 级必须有加固安排。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("school", "学校", required=True, max_length=80),
        Column("name", "楼名", required=True, max_length=80),
        Column("built_year", "建成年份", kind="int", required=True, minimum=1850, maximum=2100),
        Column("area", "建筑面积", kind="decimal", required=True, unit="平方米", minimum=1, maximum=1e6),
        Column("structure", "结构", kind="choice", required=True, choices=STRUCTURES, filterable=True),
        Column("grade", "抗震鉴定", kind="choice", required=True, choices=GRADES, filterable=True),
        Column("appraised_on", "鉴定日期", kind="date"),
        Column("appraised_by", "鉴定机构", max_length=80, in_list=False),
        Column("works", "加固", kind="choice", required=True, choices=WORKS, filterable=True),
    ),
)


def demo(at: datetime) -> None:
    """Three invented buildings (示例)."""
    owner = Organisation.objects.filter(code="SL-B02").first()
    if owner is None or SchoolBuilding.objects.exists():
        return
    rows = (
        ("SLX-001", "示例第一小学", "教学楼", 1998, 5200, "brick", "C", date(2022, 5, 10), "planned"),
        ("SLX-002", "示例第一小学", "体育馆", 2014, 1800, "steel", "A", date(2022, 5, 10), "none"),
        ("SLX-003", "示例幼儿园", "主楼", 2006, 2400, "frame", "none", None, "none"),
    )
    for code, school, name, built, area, structure, grade, appraised, works in rows:
        values = {
            "code": code, "school": school, "name": name, "built_year": built, "area": area, "structure": structure, "grade": grade,
            "appraised_on": appraised, "appraised_by": "示例检测机构" if appraised else "", "works": works,
        }  # fmt: skip
        actions.add(actor=SYSTEM, sheet=SHEET, organisation=owner, values=values, at=at, is_demo=True)


CAPABILITY = Capability(
    slug="school_building",
    title="校舍安全",
    plan_refs=("D17",),
    permissions=(
        Permission(slug="school_building.read", title="查看校舍", roles={"planner": "district", "leader": "district", "auditor": "district", "bureau_officer": "own"}),
        Permission(slug="school_building.write", title="登记校舍", roles={"bureau_officer": "own"}),
    ),
    pages=sheet_pages(SHEET),
    nav=(Nav(section="registry", title="校舍", page="school_buildings_list", permission="school_building.read", order=20),),
    sheets=(SHEET,),
    demo=demo,
)  # fmt: skip
