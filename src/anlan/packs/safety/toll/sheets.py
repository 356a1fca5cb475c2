"""The three registers: figures of the year, rulings, culture bases."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.kernel.response.models import Incident
from anlan.packs.safety.toll.models import AccidentRuling, CultureBase, YearFigure
from anlan.packs.safety.toll.rules import FIELDS

READ, WRITE = "toll.read", "toll.write"
BASES = {"building": "在建", "open": "已建成开放", "closed": "停用"}
_EARLIER = ("work_deaths", "trade_deaths", "disaster_deaths", "disaster_loss")


def check_year(values: Mapping[str, Any]) -> Sequence[Problem]:
    found = []
    if any(values[one] is not None for one in _EARLIER) and not values["earlier_source"]:
        found.append(Problem("earlier_source", "伤亡和损失的来源：填了伤亡或损失就要写来源。"))
    if None not in (values["work_deaths"], values["trade_deaths"]) and values["trade_deaths"] > values["work_deaths"]:
        found.append(Problem("trade_deaths", "工矿商贸死亡：不会多于生产安全事故死亡。"))
    return found


def check_ruling(values: Mapping[str, Any]) -> Sequence[Problem]:
    if not Incident.objects.filter(number=values["number"], mode="real").exists():
        return [Problem("number", "事件编号：没有这个事件，或它是演练。")]
    return []


def check_base(values: Mapping[str, Any]) -> Sequence[Problem]:
    if values["state"] == "open" and not values["opened_on"]:
        return [Problem("opened_on", "开放日期：已建成开放的必须写。")]
    return []


YEARS = Sheet(
    slug="toll_years", title="年度统计数", model=YearFigure, key="year", read=READ, write=WRITE, check=check_year,
    duty="一年一行，照统计部门公布的数填，写明来源。没有的空着，空着不等于零。", basis="区统计公报",
    columns=(
        Column("year", "年份", kind="int", required=True, minimum=2000, maximum=2100),
        Column("gdp", "地区生产总值", kind="decimal", unit="亿元", minimum=0.01, maximum=1e8),
        Column("residents", "常住人口", kind="decimal", unit="万人", minimum=0.0001, maximum=1e4),
        Column("trade_workers", "工矿商贸从业人员", kind="int", unit="人", minimum=1, maximum=1e8),
        Column("source", "来源", required=True, max_length=200, help="文件或报表名、发布日期"),
        Column("work_deaths", "生产安全事故死亡", kind="int", unit="人", minimum=0, maximum=1e6, in_list=False, help="只用于本系统没有事件记录的年份"),
        Column("trade_deaths", "工矿商贸死亡", kind="int", unit="人", minimum=0, maximum=1e6, in_list=False, help="同上"),
        Column("disaster_deaths", "因灾死亡", kind="int", unit="人", minimum=0, maximum=1e6, in_list=False, help="同上"),
        Column("disaster_loss", "因灾直接经济损失", kind="decimal", unit="万元", minimum=0, maximum=1e11, in_list=False, help="同上"),
        Column("earlier_source", "伤亡和损失的来源", max_length=200, in_list=False),
    ),
)  # fmt: skip
RULINGS = Sheet(
    slug="toll_rulings", title="事故认定", model=AccidentRuling, key="number", read=READ, write=WRITE, check=check_ruling,
    duty="一个事件一行：伤亡计在哪一类。没有认定的按事件类别暂计，指标页上写明。",
    columns=(
        Column("number", "事件编号", required=True, max_length=24),
        Column("field", "计入", kind="choice", required=True, choices=FIELDS, filterable=True),
        Column("ruled_on", "认定日期", kind="date", required=True, past=True),
        Column("basis", "依据", required=True, max_length=200, help="调查报告、批复或认定书的名称文号"),
    ),
)  # fmt: skip
CULTURE = Sheet(
    slug="culture_bases", title="应急文化基地", model=CultureBase, key="code", read=READ, write=WRITE, review_days=365, check=check_base,
    duty="一处一行，一年复核一次还在不在开放。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("address", "地址", max_length=160),
        Column("state", "状态", kind="choice", required=True, choices=BASES, filterable=True),
        Column("opened_on", "开放日期", kind="date", past=True),
    ),
)  # fmt: skip
SHEETS = (YEARS, RULINGS, CULTURE)
