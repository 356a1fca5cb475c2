"""入河排污口 (E9): the list, and the tracing of each to its sources (溯源), which are rows of their own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import models
from django.db.models import Q

from anlan.kernel.capability.registers import Ratio
from anlan.kernel.registry.models import Entry
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.environment.subjects.register import Site, Values, both, order, register, sheet, yes

KINDS = {"industry": "工业", "sewage": "城镇污水", "rain": "雨水", "mixed": "雨污混流", "other": "其他"}
STATES = {"keep": "保留", "mend": "整治中", "closed": "已取缔", "done": "整治完成"}
METHODS = {"dye": "染色", "robot": "管道机器人", "water": "水质比对", "plan": "查管网图", "scene": "现场踏查"}
SOURCES = {"firm": "企业", "shop": "沿街商户", "home": "居民小区", "site": "工地", "pipe": "管网错接", "other": "其他"}


class Outfall(Site):
    kind = models.CharField(max_length=12)
    river = models.CharField(max_length=80)
    owner = models.CharField(max_length=80)
    state = models.CharField(max_length=8)
    dry_flow = models.BooleanField(default=False)
    traced = models.BooleanField(default=False)
    traced_on = models.DateField(null=True)
    sampled_on = models.DateField(null=True)
    done_on = models.DateField(null=True)


class OutfallSource(Entry):
    """Where the water of an outfall comes from; several rows an outfall."""

    code = models.CharField(max_length=40, unique=True)
    outfall = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12)
    method = models.CharField(max_length=8)
    found_on = models.DateField()
    measure = models.CharField(max_length=200, blank=True)
    cut_on = models.DateField(null=True)

    class Meta:
        app_label = "environment"

    def __str__(self) -> str:
        return self.name


def check(values: Values) -> Sequence[Problem]:
    found = both(values, "traced", "traced_on", "溯源日期：已溯源的要写。")
    if values["state"] in ("done", "closed") and values["done_on"] is None:
        found.append(Problem("done_on", "完成日期：整治完成、已取缔的要写。"))
    if values["state"] == "done" and not values["traced"]:
        found.append(Problem("traced", "已溯源：没有溯源的不能算整治完成。"))
    return found + order(values, "traced_on", "done_on", "完成日期：早于溯源日期。")


def check_source(values: Values) -> Sequence[Problem]:
    found = order(values, "found_on", "cut_on", "截断日期：早于发现日期。")
    if not Outfall.objects.filter(code=values["outfall"], retired_on=None).exists():
        found.append(Problem("outfall", f"排污口编号：没有“{values['outfall']}”这个排污口。"))
    if values["cut_on"] and not values["measure"]:
        found.append(Problem("measure", "措施：已截断的写怎样截断。"))
    return found


OUTFALLS = sheet(
    "outfall", "outfalls", "入河排污口", Outfall,
    (
        Column("kind", "种类", kind="choice", required=True, choices=KINDS, filterable=True), Column("river", "河道", required=True, max_length=80), Column("owner", "责任单位", required=True, max_length=80),
        Column("state", "状态", kind="choice", required=True, choices=STATES, filterable=True), yes("dry_flow", "晴天有水"), yes("traced", "已溯源"),
        Column("traced_on", "溯源日期", kind="date", past=True), Column("sampled_on", "最近采样", kind="date", past=True, in_list=False),
        Column("done_on", "完成日期", kind="date", past=True, in_list=False),
    ),
    check=check, review_days=90, duty="一个口门一行；查、测、溯、治，没有溯源的不能销。",
)  # fmt: skip
TRACES = Sheet(
    slug="outfall_sources", title="排污口溯源", model=OutfallSource, key="code", read="outfall.read", write="outfall.write", check=check_source,
    duty="一个来源一行，一个口门可以有几行；截断了写措施和日期。",
    columns=(
        Column("code", "来源编号", required=True, max_length=40), Column("outfall", "排污口编号", required=True, max_length=40), Column("name", "来源", required=True, max_length=80),
        Column("kind", "种类", kind="choice", required=True, choices=SOURCES, filterable=True), Column("method", "溯源方法", kind="choice", required=True, choices=METHODS),
        Column("found_on", "发现日期", kind="date", required=True, past=True), Column("measure", "措施", max_length=200, in_list=False), Column("cut_on", "截断日期", kind="date", past=True),
    ),
)  # fmt: skip
RATIOS = (
    Ratio(slug="traced", title="入河排污口溯源完成率", text="已溯源的 ÷ 入河排污口。", indicators=("入河排污口溯源完成率",), part=Q(traced=True)),
    Ratio(slug="done", title="入河排污口整治完成率", text="整治完成和已取缔的 ÷ 要整治的（不算保留的）。", indicators=("入河排污口整治完成率",),
          whole=~Q(state="keep"), part=Q(state__in=("done", "closed"))),
)  # fmt: skip
CUT = Ratio(
    slug="cut",
    title="排污口来源截断率",
    text="已截断的来源 ÷ 查到的来源。",
    indicators=("排污口来源截断率",),
    part=~Q(cut_on=None),
)
DEMO = (
    ("SL-S02", {"code": "PK-01", "name": "示例河 1 号口门", "kind": "mixed", "river": "示例河", "owner": "示例二街道", "state": "mend", "dry_flow": True, "traced": True,
                "traced_on": date(2025, 4, 2), "longitude": 117.222, "latitude": 39.17, "looked_on": date(2025, 6, 6), "result": "fail", "found": "晴天有少量污水"}),
    ("SL-S04", {"code": "PK-02", "name": "示例支渠 2 号口门", "kind": "rain", "river": "示例支渠", "owner": "示例四街道", "state": "done", "traced": True, "traced_on": date(2024, 9, 1),
                "done_on": date(2025, 3, 1), "longitude": 117.226, "latitude": 39.155, "looked_on": date(2025, 6, 6), "result": "pass"}),
    ("SL-S01", {"code": "PK-03", "name": "示例河 3 号口门", "kind": "sewage", "river": "示例河", "owner": "示例一街道", "state": "mend", "longitude": 117.19, "latitude": 39.168}),
)  # fmt: skip
TRACE_DEMO = (
    ("SL-S02", {"code": "PK-01-1", "outfall": "PK-01", "name": "示例洗车店", "kind": "shop", "method": "dye", "found_on": date(2025, 4, 1), "measure": "封堵雨水口接管", "cut_on": date(2025, 5, 10)}),
    ("SL-S02", {"code": "PK-01-2", "outfall": "PK-01", "name": "示例小区阳台排水", "kind": "home", "method": "robot", "found_on": date(2025, 4, 2)}),
)  # fmt: skip
CAPABILITY = register(
    OUTFALLS, slug="outfall", ratios=RATIOS, demo=DEMO, value=lambda row: STATES[row.state], more=(TRACES,), more_demo=((TRACES, TRACE_DEMO),), more_ratios=((TRACES, CUT),),
)  # fmt: skip
