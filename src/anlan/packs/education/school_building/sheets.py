"""The two registers: buildings, and the works on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import F

from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.education.school_building import rules
from anlan.packs.education.school_building.models import BuildingWork, SchoolBuilding

READ, WRITE = "school_building.read", "school_building.write"
_YES_NO = {"1": "是", "0": "否"}


def check_work(values: Mapping[str, Any]) -> Sequence[Problem]:
    """The work is on a building that is registered."""
    found = list(rules.check_work(values))
    if not SchoolBuilding.objects.filter(code=values["building_code"], retired_on=None).exists():
        found.append(Problem("building_code", f"校舍编号：台账里没有“{values['building_code']}”。先登记校舍。"))
    return found


def follow() -> None:
    """A building says of its works what the newest of them says; called in the transaction that changed a work."""
    newest: dict[str, BuildingWork] = {}
    rows = BuildingWork.objects.filter(retired_on=None).exclude(state="cancelled")
    for work in rows.order_by("planned_start_on", "pk"):
        newest[work.building_code] = work
    for building in SchoolBuilding.objects.filter(code__in=newest, retired_on=None):
        work = newest[building.code]
        if building.works != (said := rules.SAID_OF_WORKS[work.state]):
            SchoolBuilding.objects.filter(pk=building.pk).update(
                works=said, updated_at=work.updated_at, version=F("version") + 1
            )


BUILDINGS = Sheet(
    slug="school_buildings", title="校舍", model=SchoolBuilding, key="code", read=READ, write=WRITE, review_days=365, check=rules.check_building,
    duty="一栋一行，每学年复核；C、D 级必须有加固或拆除安排，D 级停用。", basis="GB 50023、JGJ 125（条款待核）",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("school", "学校", required=True, max_length=80),
        Column("name", "楼名", required=True, max_length=80),
        Column("use", "用途", kind="choice", required=True, choices=rules.USES, filterable=True),
        Column("built_year", "建成年份", kind="int", required=True, minimum=1850, maximum=2100),
        Column("area", "建筑面积", kind="decimal", required=True, unit="平方米", minimum=1, maximum=1e6),
        Column("structure", "结构", kind="choice", required=True, choices=rules.STRUCTURES, filterable=True, in_list=False),
        Column("grade", "安全等级", kind="choice", required=True, choices=rules.GRADES, filterable=True),
        Column("appraisal_due_on", "下次鉴定", kind="date", help="按鉴定报告给的年限"),
        Column("works", "加固", kind="choice", required=True, choices=rules.WORKS, filterable=True),
        Column("used", "在用", kind="bool", choices=_YES_NO, filterable=True),
        Column("people", "使用人数", kind="int", unit="人", minimum=0, maximum=20000, in_list=False),
        Column("storeys", "层数", kind="int", unit="层", minimum=1, maximum=60, in_list=False),
        Column("seismic_class", "抗震设防类别", kind="choice", required=True, choices=rules.CLASSES, filterable=True, in_list=False),
        Column("intensity", "设防烈度", kind="choice", choices=rules.INTENSITIES, in_list=False),
        Column("appraised_on", "鉴定日期", kind="date", in_list=False),
        Column("appraised_by", "鉴定机构", max_length=80, in_list=False),
        Column("report_number", "报告编号", max_length=40, in_list=False),
        Column("longitude", "经度", kind="longitude", in_list=False),
        Column("latitude", "纬度", kind="latitude", in_list=False),
    ),
)  # fmt: skip
WORKS = Sheet(
    slug="school_building_works", title="校舍加固工程", model=BuildingWork, key="code", read=READ, write=WRITE, check=check_work, changed=follow,
    duty="一项工程一行：从列计划到验收；校舍台账里的加固情况随最近一项工程。",
    columns=(
        Column("code", "工程编号", required=True, max_length=40),
        Column("building_code", "校舍编号", required=True, max_length=40),
        Column("kind", "种类", kind="choice", required=True, choices=rules.WORK_KINDS, filterable=True),
        Column("state", "状态", kind="choice", required=True, choices=rules.WORK_STATES, filterable=True),
        Column("budget", "概算", kind="decimal", required=True, unit="万元", minimum=0, maximum=1e6),
        Column("planned_start_on", "计划开工", kind="date", required=True),
        Column("planned_done_on", "计划完工", kind="date", required=True),
        Column("fund", "资金来源", max_length=80, in_list=False),
        Column("contractor", "施工单位", max_length=80, in_list=False),
        Column("approved_on", "批准", kind="date", in_list=False),
        Column("started_on", "开工", kind="date", in_list=False),
        Column("finished_on", "完工", kind="date", in_list=False),
        Column("accepted_on", "验收", kind="date"),
    ),
)  # fmt: skip
