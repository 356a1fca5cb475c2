"""油品质量抽检 (E9): one sample a row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import Q

from anlan.kernel.capability.registers import Ratio
from anlan.kernel.registry.models import Entry
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.environment.subjects.register import Values, order, register

PRODUCTS = {"petrol92": "92 号汽油", "petrol95": "95 号汽油", "diesel": "车用柴油", "urea": "车用尿素", "other": "其他"}
VERDICTS = {"pass": "合格", "fail": "不合格", "waiting": "检验中"}


class OilSample(Entry):
    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    product = models.CharField(max_length=12)
    sampled_on = models.DateField()
    laboratory = models.CharField(max_length=80, blank=True)
    reported_on = models.DateField(null=True)
    verdict = models.CharField(max_length=8)
    item = models.CharField(max_length=80, blank=True)
    measure = models.CharField(max_length=200, blank=True)

    class Meta:
        app_label = "environment"

    def __str__(self) -> str:
        return f"{self.name} {self.code}"


def check(values: Values) -> Sequence[Problem]:
    found = order(values, "sampled_on", "reported_on", "报告日期：早于抽样日期。")
    if (values["verdict"] == "waiting") != (values["reported_on"] is None):
        found.append(Problem("reported_on", "报告日期：有结论的要写，检验中的空着。"))
    if values["verdict"] == "fail":
        found += [
            Problem(name, f"{title}：不合格的要写。")
            for name, title in (("item", "不合格项目"), ("measure", "处置"))
            if not values[name]
        ]
    return found


SAMPLES = Sheet(
    slug="oil_samples", title="油品抽检", model=OilSample, key="code", read="oil_quality.read", write="oil_quality.write", check=check,
    duty="一个样品一行；不合格的写哪一项、怎样处置。",
    columns=(
        Column("code", "样品编号", required=True, max_length=40), Column("name", "被抽单位", required=True, max_length=80),
        Column("product", "品种", kind="choice", required=True, choices=PRODUCTS, filterable=True), Column("sampled_on", "抽样日期", kind="date", required=True, past=True),
        Column("laboratory", "检验机构", max_length=80, in_list=False), Column("reported_on", "报告日期", kind="date", past=True),
        Column("verdict", "结论", kind="choice", required=True, choices=VERDICTS, filterable=True), Column("item", "不合格项目", max_length=80),
        Column("measure", "处置", max_length=200, in_list=False),
    ),
)  # fmt: skip
RATIOS = (
    Ratio(slug="passed", title="油品抽检合格率", text="当年抽样、已有结论的样品中合格的 ÷ 已有结论的。", indicators=("油品抽检合格率", "油品质量合格率"), of_year="sampled_on",
          whole=~Q(verdict="waiting"), part=Q(verdict="pass")),
)  # fmt: skip
DEMO = (
    ("SL-B12", {"code": "YP-2025-01", "name": "示例加油站一", "product": "petrol95", "sampled_on": date(2025, 4, 8), "reported_on": date(2025, 4, 20), "verdict": "pass"}),
    ("SL-B12", {"code": "YP-2025-02", "name": "示例加油站二", "product": "diesel", "sampled_on": date(2025, 4, 8), "reported_on": date(2025, 4, 20), "verdict": "fail",
                "item": "硫含量", "measure": "封存，移送立案"}),
    ("SL-B12", {"code": "YP-2025-03", "name": "示例加油站三", "product": "petrol92", "sampled_on": date(2025, 7, 2), "verdict": "waiting"}),
)  # fmt: skip
CAPABILITY = register(SAMPLES, slug="oil_quality", ratios=RATIOS, demo=DEMO, on_map=False, looked=False)
