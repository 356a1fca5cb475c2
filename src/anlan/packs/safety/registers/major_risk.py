"""重大风险清单和城市安全风险评估 (S18): what could go badly wrong in the district, when it was assessed, when it is assessed again;
underground works beside it. The measuring of underground spaces is the room `underground`'s.

An assessment is a row of its own and is never overwritten: the newest one gives a risk its grade, and the next is due by the cycle of the
grade. The cycles are our own defaults, not verified: red and orange yearly, yellow in two years, blue in three.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, Q

from anlan.kernel.access.types import Permission, Scope
from anlan.kernel.capability import registers
from anlan.kernel.capability.types import Capability
from anlan.kernel.registry.models import Entry
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.kernel.web.types import Nav

FIELDS = {"industry": "城市工业企业", "crowded": "人员密集区域", "facility": "公共设施", "underground": "地下空间和管网", "traffic": "交通运输", "natural": "自然灾害", "other": "其他"}  # fmt: skip
GRADES = {"red": "重大", "orange": "较大", "yellow": "一般", "blue": "低"}
METHODS = {"lec": "LEC", "ls": "风险矩阵 LS", "direct": "直接判定", "model": "模型计算", "expert": "专家评估"}
CYCLES = {"red": 366, "orange": 366, "yellow": 731, "blue": 1096}  # days at most to the next assessment


class MajorRisk(Entry):
    """`organisation`: who watches over it; `keeper`: whose it is."""

    field_classes = {"keeper": "firm"}
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    area = models.CharField(max_length=12)
    grade = models.CharField(max_length=8)
    keeper = models.CharField(max_length=80)
    scenario = models.CharField(max_length=200)
    people = models.IntegerField(null=True)
    measure = models.CharField(max_length=300)
    assessed_on = models.DateField(null=True)
    assess_due_on = models.DateField(null=True)
    plan_name = models.CharField(max_length=80, blank=True)
    address = models.CharField(max_length=160, blank=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name


class RiskAssessment(Entry):
    code = models.CharField(max_length=40, unique=True)
    risk_code = models.CharField(max_length=40)
    assessed_on = models.DateField()
    method = models.CharField(max_length=12)
    assessor = models.CharField(max_length=80)
    grade = models.CharField(max_length=8)
    value = models.DecimalField(max_digits=8, decimal_places=2, null=True)
    reason = models.CharField(max_length=300)
    next_on = models.DateField()

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.code


class UndergroundWork(Entry):
    """Works under ground: tunnelling, pipe jacking, pits beside pipes. `settlement_limit` and `settlement` in mm."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)
    state = models.CharField(max_length=12)
    builder = models.CharField(max_length=80)
    depth = models.DecimalField(max_digits=6, decimal_places=2)
    pipes_known = models.BooleanField(default=False)
    monitored_by = models.CharField(max_length=80, blank=True)
    settlement_limit = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    settlement = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    checked_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    longitude = models.FloatField(null=True)
    latitude = models.FloatField(null=True)

    class Meta:
        app_label = "safety"

    def __str__(self) -> str:
        return self.name


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """A red or orange risk has its contingency plan; an assessed one has its next day within the cycle."""
    found = []
    if values["grade"] in ("red", "orange") and not values["plan_name"]:
        found.append(Problem("plan_name", f"专项预案：{GRADES[values['grade']]}风险要有预案，写名称。"))
    if values["assessed_on"] and not values["assess_due_on"]:
        found.append(Problem("assess_due_on", "下次评估：评估过的要写下次。"))
    if values["assessed_on"] and values["assess_due_on"]:
        days, most = (values["assess_due_on"] - values["assessed_on"]).days, CYCLES[values["grade"]]
        if not 0 < days <= most:
            found.append(
                Problem(
                    "assess_due_on", f"下次评估：{GRADES[values['grade']]}风险在评估后 {most} 天以内（本系统默认值）。"
                )
            )
    return found


def check_assessment(values: Mapping[str, Any]) -> Sequence[Problem]:
    """It is of a risk that is registered; LEC and LS have their value; the next one follows."""
    found = []
    if not MajorRisk.objects.filter(code=values["risk_code"], retired_on=None).exists():
        found.append(Problem("risk_code", f"风险编号：清单里没有“{values['risk_code']}”。先登记风险，再登记它的评估。"))
    if values["method"] in ("lec", "ls") and values["value"] is None:
        found.append(Problem("value", "风险值：用 LEC 或 LS 的要写算出的值。"))
    days = (values["next_on"] - values["assessed_on"]).days
    if not 0 < days <= CYCLES[values["grade"]]:
        found.append(
            Problem("next_on", f"下次评估：{GRADES[values['grade']]}风险在评估后 {CYCLES[values['grade']]} 天以内。")
        )
    return found


def check_work(values: Mapping[str, Any]) -> Sequence[Problem]:
    """Nobody digs before the pipes are known; settlement over its limit is not a running state."""
    found = []
    if values["state"] == "running" and not values["pipes_known"]:
        found.append(Problem("pipes_known", "管线已探明：没有探明不能施工；状态改为停工或未开工。"))
    over = (
        values["settlement"] is not None
        and values["settlement_limit"]
        and values["settlement"] > values["settlement_limit"]
    )
    if over and values["state"] == "running":
        found.append(
            Problem(
                "state",
                f"状态：沉降 {values['settlement']} 毫米超过控制值 {values['settlement_limit']} 毫米，先停工处置。",
            )
        )
    return found


def follow() -> None:
    """A risk has the grade and the dates of its newest assessment; called in the transaction that changed an assessment."""
    newest: dict[str, RiskAssessment] = {}
    for one in RiskAssessment.objects.filter(retired_on=None).order_by("assessed_on", "pk"):
        newest[one.risk_code] = one
    for risk in MajorRisk.objects.filter(code__in=newest, retired_on=None):
        one = newest[risk.code]
        if (risk.grade, risk.assessed_on, risk.assess_due_on) != (one.grade, one.assessed_on, one.next_on):
            MajorRisk.objects.filter(pk=risk.pk).update(
                grade=one.grade, assessed_on=one.assessed_on, assess_due_on=one.next_on, updated_at=one.updated_at, version=F("version") + 1
            )  # fmt: skip


_READ, _WRITE = "major_risk.read", "major_risk.write"
_PLACE = (
    Column("longitude", "经度", kind="longitude", in_list=False),
    Column("latitude", "纬度", kind="latitude", in_list=False),
)
RISKS = Sheet(
    slug="major_risks", title="重大风险清单", model=MajorRisk, key="code", read=_READ, write=_WRITE, review_days=180, check=check,
    duty="一处一行：会怎么出事、伤到多少人、谁管、怎么控；等级随最近一次评估。", basis="《关于推进城市安全发展的意见》",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "风险", required=True, max_length=80),
        Column("area", "领域", kind="choice", required=True, choices=FIELDS, filterable=True),
        Column("grade", "等级", kind="choice", required=True, choices=GRADES, filterable=True),
        Column("keeper", "责任单位", required=True, max_length=80),
        Column("scenario", "可能的后果", kind="long", required=True, max_length=200, in_list=False, help="一句话：怎么发生，伤到谁"),
        Column("people", "影响人数", kind="int", unit="人", minimum=0, maximum=1_000_000),
        Column("measure", "管控措施", kind="long", required=True, max_length=300, in_list=False),
        Column("assessed_on", "最近评估", kind="date"),
        Column("assess_due_on", "下次评估", kind="date"),
        Column("plan_name", "专项预案", max_length=80, in_list=False),
        Column("address", "地址", max_length=160, in_list=False),
        *_PLACE,
    ),
)  # fmt: skip
ASSESSMENTS = Sheet(
    slug="major_risk_assessments", title="城市安全风险评估", model=RiskAssessment, key="code", read=_READ, write=_WRITE, check=check_assessment, changed=follow,
    duty="评估一次登记一行，不改旧的；清单里的等级和下次评估随最近一次。",
    columns=(
        Column("code", "评估编号", required=True, max_length=40),
        Column("risk_code", "风险编号", required=True, max_length=40),
        Column("assessed_on", "评估日期", kind="date", required=True),
        Column("method", "方法", kind="choice", required=True, choices=METHODS, filterable=True),
        Column("value", "风险值", kind="decimal", minimum=0, maximum=10000),
        Column("grade", "结论", kind="choice", required=True, choices=GRADES, filterable=True),
        Column("assessor", "评估单位", required=True, max_length=80),
        Column("reason", "理由", kind="long", required=True, max_length=300, in_list=False),
        Column("next_on", "下次评估", kind="date", required=True),
    ),
)  # fmt: skip
WORKS = Sheet(
    slug="major_risk_works", title="地下工程", model=UndergroundWork, key="code", read=_READ, write=_WRITE, review_days=30, check=check_work,
    duty="一项一行，施工中一月复核：管线探明了没有、沉降到了多少。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "工程", required=True, max_length=80),
        Column("kind", "种类", kind="choice", required=True, filterable=True,
               choices={"tunnel": "隧道盾构", "jacking": "顶管", "pit": "基坑", "pipe": "管线改造", "other": "其他"}),
        Column("state", "状态", kind="choice", required=True, choices={"coming": "未开工", "running": "施工中", "halted": "停工", "done": "已完成"}, filterable=True),
        Column("builder", "施工单位", required=True, max_length=80),
        Column("depth", "埋深", kind="decimal", required=True, unit="m", minimum=0, maximum=200),
        Column("pipes_known", "管线已探明", kind="bool", choices={"1": "是", "0": "否"}, filterable=True),
        Column("monitored_by", "监测单位", max_length=80, in_list=False),
        Column("settlement", "累计沉降", kind="decimal", unit="mm", minimum=0, maximum=1000),
        Column("settlement_limit", "沉降控制值", kind="decimal", unit="mm", minimum=0, maximum=1000, in_list=False),
        Column("checked_on", "最近检查", kind="date"),
        Column("ends_on", "计划完成", kind="date", in_list=False),
        *_PLACE,
    ),
)  # fmt: skip
_GREAT = Q(grade__in=("red", "orange"))
RATED = (
    (RISKS, (registers.Ratio(
        under="major_risk", slug="assessed", title="重大风险按期评估率", text="下次评估没有过期的 ÷ 在册的重大和较大风险，保留一位小数。",
        indicators=("重大风险按期评估率", "城市安全风险评估率"), whole=_GREAT, part=lambda day: Q(assess_due_on__gte=day),
    ),)),
)  # fmt: skip
_ROWS: tuple[Mapping[str, Any], ...] = (
    {"organisation": "SL-B11", "code": "FX-001", "name": "示例冷库甲液氨泄漏", "area": "industry", "grade": "red", "keeper": "示例冷库甲", "scenario": "液氨管道断裂，下风向 300 米内的居民中毒", "people": 1800, "measure": "报警联锁停机，便携检测，疏散路线到楼门", "assessed_on": -380, "assess_due_on": -14, "plan_name": "示例液氨泄漏专项预案", "longitude": 117.2065, "latitude": 39.1764},
    {"organisation": "SL-B11", "code": "FX-002", "name": "示例广场大型活动拥挤", "area": "crowded", "grade": "orange", "keeper": "示例一街道", "scenario": "散场时出口拥堵踩踏", "people": 6000, "measure": "限流，单向通行，出口设岗", "assessed_on": -100, "assess_due_on": 260, "plan_name": "示例大型活动预案", "longitude": 117.205, "latitude": 39.172},
    {"organisation": "SL-B11", "code": "FX-003", "name": "示例路老旧燃气管网", "area": "underground", "grade": "yellow", "keeper": "示例燃气", "scenario": "管道腐蚀漏气，窜入地下空间", "people": 900, "measure": "季度检测，三年改造完", "assessed_on": -200, "assess_due_on": 500, "longitude": 117.215, "latitude": 39.165},
)  # fmt: skip
_JUDGED: tuple[Mapping[str, Any], ...] = (
    {"organisation": "SL-B11", "code": "PG-001", "risk_code": "FX-001", "assessed_on": -380, "method": "direct", "assessor": "示例评估机构", "grade": "red", "reason": "液氨储量大、下风向有居民，直接判定为重大。", "next_on": -14},
    {"organisation": "SL-B11", "code": "PG-002", "risk_code": "FX-002", "assessed_on": -100, "method": "lec", "value": 180, "assessor": "示例评估机构", "grade": "orange", "reason": "L 3，E 2，C 30 折算。", "next_on": 260},
)  # fmt: skip
_DUG: tuple[Mapping[str, Any], ...] = (
    {"organisation": "SL-B06", "code": "DX-001", "name": "示例路雨水顶管", "kind": "jacking", "state": "running", "builder": "示例市政", "depth": 6.5, "pipes_known": True, "monitored_by": "示例监测", "settlement": 11.2, "settlement_limit": 30, "checked_on": -8, "ends_on": 90, "longitude": 117.213, "latitude": 39.164},
    {"organisation": "SL-B06", "code": "DX-002", "name": "示例地块基坑", "kind": "pit", "state": "halted", "builder": "示例建设", "depth": 9.6, "pipes_known": True, "monitored_by": "示例监测", "settlement": 34.5, "settlement_limit": 30, "checked_on": -3, "ends_on": 60, "longitude": 117.218, "latitude": 39.168},
)  # fmt: skip


def demo(at: datetime) -> None:
    """Three invented risks, one of them due to be assessed again; two invented works under ground (示例)."""
    for sheet, rows in ((RISKS, _ROWS), (ASSESSMENTS, _JUDGED), (WORKS, _DUG)):
        registers.load(sheet, rows, at)


_SEEN: Mapping[str, Scope] = {
    "planner": "district", "leader": "district", "auditor": "district", "safety_regulator": "district", "expert": "district", "bureau_officer": "district",
    "street_officer": "district",
}  # fmt: skip
CAPABILITY = Capability(
    slug="major_risk", title="重大风险", plan_refs=("S18",),
    permissions=(
        Permission(slug=_READ, title="查看重大风险", roles=_SEEN),
        Permission(slug=_WRITE, title="登记重大风险", roles={"safety_regulator": "own", "bureau_officer": "own", "street_officer": "own"}),
    ),
    pages=(*sheet_pages(RISKS), *sheet_pages(ASSESSMENTS), *sheet_pages(WORKS), *registers.ratio_pages(RATED)),
    nav=(
        Nav(section="registry", title="重大风险", page="major_risks_list", permission=_READ, order=17),
        Nav(section="registry", title="风险评估", page="major_risk_assessments_list", permission=_READ, order=18, below="/registry/major_risk"),
        Nav(section="registry", title="地下工程", page="major_risk_works_list", permission=_READ, order=19, below="/registry/major_risk"),
    ),
    sheets=(RISKS, ASSESSMENTS, WORKS), formulas=registers.formulas(RATED),
    layers=(
        registers.layer(RISKS, slug="major_risks", title="重大风险", sign="grade", value=lambda row: f"{FIELDS[row.area]}，下次评估 {row.assess_due_on or '没有定'}"),
        registers.layer(WORKS, slug="major_risk_works", title="地下工程", sign="state", value=lambda row: f"埋深 {row.depth} m"),
    ),
    waiting=registers.waiting(
        registers.Due(sheet=RISKS, column="assess_due_on", kind="风险评估", verb="评估"),
        registers.Due(sheet=RISKS, column="review_due_on", kind="清单复核", verb="复核", ahead=0),
        registers.Due(sheet=WORKS, column="review_due_on", kind="地下工程复核", verb="复核", ahead=3, where=Q(state__in=("running", "halted"))),
    ),
    demo=demo,
)  # fmt: skip
