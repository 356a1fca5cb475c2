"""特种设备和气瓶 (S17): what is registered, who uses it, when it is inspected next; what is overdue is on the workbench.

A thing whose inspection has passed may not be used: it is inspected, stopped, or scrapped. The cycles below are our own defaults of what
is usual (TSG 08-2017 and the rules of each kind, not verified): the date on the certificate is what counts, the default only proposes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q

from anlan.kernel.access.types import Permission, Scope
from anlan.kernel.capability import registers
from anlan.kernel.capability.types import Capability
from anlan.kernel.registry.models import Entry
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.kernel.web.types import Nav

KINDS = {
    "boiler": "锅炉",
    "vessel": "压力容器",
    "pipe": "压力管道",
    "lift": "电梯",
    "crane": "起重机械",
    "ride": "大型游乐设施",
    "ropeway": "客运索道",
    "vehicle": "场（厂）内专用机动车辆",
}
STATES = {"used": "在用", "stopped": "停用", "scrapped": "报废"}
GASES = {"cng": "车用压缩天然气", "lpg_car": "车用液化石油气", "lng": "车用液化天然气", "hydrogen": "车用氢", "lpg": "液化石油气", "industrial": "工业气体", "other": "其他"}  # fmt: skip


class SpecialEquipment(Entry):
    """`code` is the registration code, `certificate` the use registration. The `organisation` is who uses it."""

    field_classes = {"keeper": "firm"}
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    certificate = models.CharField(max_length=40, blank=True)
    place = models.CharField(max_length=120, blank=True)
    keeper = models.CharField(max_length=80, blank=True)  # 维保单位
    inspected_on = models.DateField(null=True)
    inspection_due_on = models.DateField(null=True)
    verdict = models.CharField(max_length=12, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name


class GasCylinder(Entry):
    """`code` is the cylinder's own code; `holder` the vehicle's plate or the filling station that owns it."""

    field_classes = {"holder": "thing"}
    code = models.CharField(max_length=40, unique=True)
    gas = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    holder = models.CharField(max_length=40)
    station = models.CharField(max_length=80)
    made_on = models.DateField()
    inspected_on = models.DateField(null=True)
    inspection_due_on = models.DateField(null=True)
    scrap_on = models.DateField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.code


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """What is used has a certificate and a day of the next inspection; one that failed is not used."""
    found = []
    if values["state"] == "used":
        found += [
            Problem(name, f"{title}：在用的必须写。")
            for name, title in (("certificate", "使用登记证"), ("inspection_due_on", "下次检验"))
            if not values[name]
        ]
        if values["verdict"] == "failed":
            found.append(Problem("state", "状态：检验不合格不能在用，先改为停用。"))
    if values["inspected_on"] and values["inspection_due_on"] and values["inspection_due_on"] <= values["inspected_on"]:
        found.append(Problem("inspection_due_on", "下次检验：要晚于最近检验。"))
    return found


def check_cylinder(values: Mapping[str, Any]) -> Sequence[Problem]:
    """A cylinder in use has its next inspection, not after its last day; days go forward."""
    found = []
    if values["state"] == "used" and not values["inspection_due_on"]:
        found.append(Problem("inspection_due_on", "下次检验：在用的必须写。"))
    if values["inspected_on"] and values["inspected_on"] < values["made_on"]:
        found.append(Problem("inspected_on", "最近检验：早于制造日期。"))
    if values["scrap_on"] and values["inspection_due_on"] and values["inspection_due_on"] > values["scrap_on"]:
        found.append(Problem("inspection_due_on", "下次检验：晚于报废日期；写报废日期以前的。"))
    return found


_READ, _WRITE, _COUNT = "special_equipment.read", "special_equipment.write", "special_equipment.supervise"
EQUIPMENT = Sheet(
    slug="special_equipment", title="特种设备", model=SpecialEquipment, key="code", read=_READ, write=_WRITE, review_days=365, check=check,
    duty="一台一行，谁用谁登记；检验到期没有检的不能用。", basis="《特种设备安全法》第四十条",
    columns=(
        Column("code", "设备代码", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("state", "状态", kind="choice", required=True, choices=STATES, filterable=True),
        Column("inspection_due_on", "下次检验", kind="date", help="以检验报告上的日期为准"),
        Column("inspected_on", "最近检验", kind="date"),
        Column("verdict", "检验结论", kind="choice", choices={"passed": "合格", "fixed": "整改后合格", "failed": "不合格"}, filterable=True),
        Column("certificate", "使用登记证", max_length=40, in_list=False),
        Column("place", "安装位置", max_length=120),
        Column("keeper", "维保单位", max_length=80, in_list=False),
        Column("longitude", "经度", kind="longitude", in_list=False),
        Column("latitude", "纬度", kind="latitude", in_list=False),
    ),
)  # fmt: skip
CYLINDERS = Sheet(
    slug="special_cylinders", title="气瓶", model=GasCylinder, key="code", read=_READ, write=_WRITE, check=check_cylinder,
    duty="一只一行：车用气瓶跟车，其他气瓶跟充装站。过期、报废的不许充装。", basis="TSG 23-2021（条款待核）",
    columns=(
        Column("code", "气瓶编号", required=True, max_length=40),
        Column("gas", "介质", kind="choice", required=True, choices=GASES, filterable=True),
        Column("state", "状态", kind="choice", required=True, choices=STATES, filterable=True),
        Column("holder", "车牌或产权编号", required=True, max_length=40),
        Column("station", "充装站", required=True, max_length=80),
        Column("inspection_due_on", "下次检验", kind="date"),
        Column("inspected_on", "最近检验", kind="date", in_list=False),
        Column("made_on", "制造日期", kind="date", required=True, in_list=False),
        Column("scrap_on", "报废日期", kind="date"),
    ),
)  # fmt: skip

_USED = Q(state="used")
RATED = (
    (EQUIPMENT, (registers.Ratio(
        under="special_equipment", slug="inspected", unit="台", title="特种设备定检率", text="在用而且检验没有过期的台数 ÷ 在用台数，保留一位小数。",
        indicators=("特种设备定检率", "特种设备定期检验率"), rule="TSG 08-2017（条款待核）", whole=_USED,
        part=lambda day: Q(inspection_due_on__gte=day),
    ),)),
    (CYLINDERS, (registers.Ratio(
        under="special_equipment", slug="cylinders", unit="只", title="气瓶定检率", text="在用而且检验没有过期的只数 ÷ 在用只数，保留一位小数。",
        indicators=("气瓶定检率", "车用气瓶定检率"), rule="TSG 23-2021（条款待核）", whole=_USED,
        part=lambda day: Q(inspection_due_on__gte=day),
    ),)),
)  # fmt: skip
_ROWS: tuple[Mapping[str, Any], ...] = (
    {"organisation": "SL-E31", "code": "TS-2103", "name": "示例 3 号制冷压力容器", "kind": "vessel", "state": "used", "inspection_due_on": -4, "inspected_on": -1100, "verdict": "passed", "certificate": "示容 2103", "place": "液氨机房", "longitude": 117.2065, "latitude": 39.1765},
    {"organisation": "SL-E31", "code": "TS-1107", "name": "示例货梯", "kind": "lift", "state": "used", "inspection_due_on": 18, "inspected_on": -347, "verdict": "passed", "certificate": "示梯 1107", "place": "1 号库", "keeper": "示例电梯维保", "longitude": 117.2068, "latitude": 39.1768},
    {"organisation": "SL-E32", "code": "TS-5051", "name": "示例叉车", "kind": "vehicle", "state": "used", "inspection_due_on": 200, "inspected_on": -165, "verdict": "passed", "certificate": "示车 5051", "place": "成品库", "longitude": 117.212, "latitude": 39.178},
    {"organisation": "SL-E21", "code": "TS-0301", "name": "示例蒸汽锅炉", "kind": "boiler", "state": "stopped", "inspected_on": -400, "verdict": "failed", "place": "锅炉房", "longitude": 117.245, "latitude": 39.185},
)  # fmt: skip
_BOTTLES: tuple[Mapping[str, Any], ...] = (
    {"organisation": "SL-E21", "code": "QP-000181", "gas": "industrial", "state": "used", "holder": "示例-0181", "station": "示例充装站", "made_on": -2000, "inspected_on": -900, "inspection_due_on": 195, "scrap_on": 5000},
    {"organisation": "SL-E21", "code": "QP-000182", "gas": "industrial", "state": "used", "holder": "示例-0182", "station": "示例充装站", "made_on": -4000, "inspected_on": -1120, "inspection_due_on": -25, "scrap_on": 3000},
)  # fmt: skip


def demo(at: datetime) -> None:
    """Invented equipment of the invented enterprises (示例)."""
    registers.load(EQUIPMENT, _ROWS, at)
    registers.load(CYLINDERS, _BOTTLES, at)


_SEEN: Mapping[str, Scope] = {
    "planner": "district", "leader": "district", "auditor": "district", "safety_regulator": "district", "bureau_officer": "district",
    "street_officer": "own", "enterprise_officer": "own", "enterprise_head": "own", "worker": "own",
}  # fmt: skip
CAPABILITY = Capability(
    slug="special_equipment", title="特种设备", plan_refs=("S17",),
    permissions=(
        Permission(slug=_READ, title="查看特种设备", roles=_SEEN),
        Permission(slug=_WRITE, title="登记特种设备", roles={"enterprise_officer": "own", "bureau_officer": "own"}),
        Permission(slug=_COUNT, title="监管特种设备", roles={"safety_regulator": "district"}),
    ),
    pages=(*sheet_pages(EQUIPMENT), *sheet_pages(CYLINDERS), *registers.ratio_pages(RATED)),
    nav=(
        Nav(section="registry", title="特种设备", page="special_equipment_list", permission=_READ, order=15),
        Nav(section="registry", title="气瓶", page="special_cylinders_list", permission=_READ, order=16, below="/registry/special_"),
    ),
    sheets=(EQUIPMENT, CYLINDERS), formulas=registers.formulas(RATED),
    layers=(registers.layer(EQUIPMENT, slug="special_equipment", title="特种设备", sign="kind",
                            value=lambda row: f"{STATES[row.state]}，下次检验 {row.inspection_due_on or '没有'}"),),
    waiting=registers.waiting(
        registers.Due(sheet=EQUIPMENT, column="inspection_due_on", kind="定期检验", verb="报检", where=_USED, counts=_COUNT),
        registers.Due(sheet=CYLINDERS, column="inspection_due_on", kind="气瓶检验", verb="送检", where=_USED, counts=_COUNT),
        registers.Due(sheet=CYLINDERS, column="scrap_on", kind="气瓶报废", verb="报废", where=~Q(state="scrapped"), counts=_COUNT),
    ),
    demo=demo,
)  # fmt: skip
