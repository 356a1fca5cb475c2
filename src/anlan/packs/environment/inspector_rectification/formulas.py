"""What the plan asks of the rectification: done in time, and done at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from hashlib import sha256

from django.db.models import Count, Max
from django.urls import reverse

from anlan.kernel.casework.models import Case
from anlan.kernel.planning.types import Computed, Formula, Step
from anlan.packs.environment.inspector_rectification import queries
from anlan.packs.environment.inspector_rectification.models import InspectorItem
from anlan.packs.environment.inspector_rectification.rules import SLUG

RULE = "统计口径为本系统默认值（未核实）"


def fingerprint(_year: int) -> str:
    rows = InspectorItem.objects.aggregate(n=Count("pk"), last=Max("updated_at"), cases=Count("case"))
    cases = Case.objects.filter(process=SLUG).aggregate(n=Count("pk"), closed=Max("closed_at"), last=Max("version"))
    retired = InspectorItem.objects.exclude(retired_on=None).count()
    return sha256(repr((sorted(rows.items()), sorted(cases.items()), retired)).encode()).hexdigest()[:16]


def _computed(year: int, as_of: date, part: int, whole: int, words: str, lacking: str) -> Computed:
    value = queries.share(part, whole)
    on = min(as_of, date(year, 12, 31))
    return Computed(
        value=value, unit="%", window=(date(year, 1, 1), on), as_of=on, expected=whole, valid=whole, rule=RULE, inputs_hash=fingerprint(year),
        sentence=f"{words} {part} ÷ {whole} = {value} %" if whole else "", note="" if whole else lacking, ratio=(part, whole) if whole else None,
        steps=(Step(title="整改台账", text=f"{on} 以前交办的全部任务", link="看台账", url=reverse(f"{SLUG}_ledger")),),
    )  # fmt: skip


def on_time(year: int, as_of: date) -> Computed:
    told = queries.rates(min(as_of, date(year, 12, 31)))
    return _computed(year, as_of, told.on_time, told.due, "目标日期前销号 ÷ 已到目标日期", "还没有到目标日期的任务。")


def closed(year: int, as_of: date) -> Computed:
    told = queries.rates(min(as_of, date(year, 12, 31)))
    return _computed(year, as_of, told.closed, told.total, "已销号 ÷ 交办", "还没有交办的任务。")


def _formula(slug: str, title: str, text: str, compute: Callable[[int, date], Computed], *indicators: str) -> Formula:
    return Formula(
        slug=f"{SLUG}.{slug}",
        title=title,
        unit="%",
        text=text,
        indicators=indicators,
        compute=compute,
        fingerprint=fingerprint,
    )


FORMULAS = (
    _formula("on_time", "督察整改按期完成率", "到目标日期的任务中，在目标日期（含）以前销号的 ÷ 到目标日期的；不属实、并案的不计。", on_time, "督察整改按期完成率", "督察反馈问题按期整改率"),
    _formula("closed", "督察整改完成率", "已销号的 ÷ 交办的；不属实、并案的不计。", closed, "督察整改完成率", "督察反馈问题整改完成率"),
)  # fmt: skip
