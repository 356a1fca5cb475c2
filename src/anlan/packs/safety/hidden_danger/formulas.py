"""What the plan asks of hidden dangers, computed from the cases: on-line, closure and on-time rates."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

from django.db.models import Count, Max
from django.urls import reverse

from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework.models import Case
from anlan.kernel.checks.models import Record
from anlan.kernel.planning.types import Computed, Formula, Step
from anlan.packs.safety.hidden_danger import queries
from anlan.packs.safety.hidden_danger.process import SLUG

RULE = "统计口径为本系统默认值（未核实）"


def _computed(
    year: int, as_of: date, part: int, whole: int, sentence: str, what: str, window: tuple[date, date]
) -> Computed:
    value = queries.share(part, whole)
    rows = Case.objects.filter(queries.between(*window), process=SLUG)
    return Computed(
        value=value, unit="%", window=window, as_of=as_of, expected=whole, valid=whole, sentence=f"{sentence} {part} ÷ {whole} = {value} %" if whole else "",
        rule=RULE, inputs_hash=fingerprint(year), note="" if whole else what, ratio=(part, whole),
        steps=(Step(title="隐患", text=f"{window[0]} 至 {window[1]} 登记", link=f"{rows.count()} 件", url=reverse("hidden_danger_list")),),
    )  # fmt: skip


def _month(as_of: date) -> tuple[date, date]:
    """The last whole month before `as_of`."""
    last = as_of.replace(day=1) - timedelta(days=1)
    return last.replace(day=1), last


def on_line(year: int, as_of: date) -> Computed:
    window = _month(min(as_of, date(year + 1, 1, 1)))
    part, whole = queries.on_line(SYSTEM, *window)
    told = _computed(year, as_of, part, whole, "上月自查自报的企业 ÷ 企业", "还没有企业。", window)
    done = Record.objects.filter(
        state="standing", task__organisation__kind="enterprise", at__date__gte=window[0], at__date__lte=window[1]
    ).count()
    more = (
        Step(title="检查", text=f"{window[0]} 至 {window[1]} 企业做完", link=f"{done} 次", url=f"{reverse('checks')}?state=done&from={window[0]}&to={window[1]}"),
        Step(title="企业", text=f"{part} 家上线，{whole - part} 家没有", link=f"{whole} 家", url=f"{reverse('hidden_danger_ranking')}?month={window[0]:%Y-%m}"),
    )  # fmt: skip
    return replace(told, steps=(*told.steps, *more))


def closed(year: int, as_of: date) -> Computed:
    window = (date(year, 1, 1), min(as_of, date(year, 12, 31)))
    rows = queries.dangers(SYSTEM).filter(queries.between(*window))
    return _computed(
        year, as_of, rows.filter(is_open=False).count(), rows.count(), "已销号 ÷ 登记", "今年还没有登记隐患。", window
    )


def on_time(year: int, as_of: date) -> Computed:
    window = (date(year, 1, 1), min(as_of, date(year, 12, 31)))
    rows = queries.dangers(SYSTEM).filter(queries.between(*window), is_open=False)
    whole = rows.count()
    missed = sum(number for _owner, number in queries.late_closed(rows))
    return _computed(year, as_of, whole - missed, whole, "按时销号 ÷ 销号", "今年还没有销号的隐患。", window)


def fingerprint(year: int) -> str:
    rows = Case.objects.filter(process=SLUG, opened_at__year=year)
    told = (
        rows.count(),
        rows.filter(is_open=False).count(),
        rows.aggregate(last=Max("version"))["last"],
        queries.enterprises().count(),
        Record.objects.filter(task__organisation__kind="enterprise").aggregate(n=Count("pk"), last=Max("pk")),
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()[:16]


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
    _formula(
        "on_line_rate",
        "隐患排查系统上线率",
        "上个整月里自己登记过隐患或检查的企业数 ÷ 企业数。",
        on_line,
        "隐患排查治理信息化系统上线率",
        "上线率",
    ),
    _formula(
        "closed_rate", "隐患整改率", "今年登记的隐患中已销号的 ÷ 登记的；不属实、并案的不计。", closed, "隐患整改率"
    ),
    _formula(
        "on_time_rate",
        "隐患按时整改率",
        "今年登记、已销号的隐患中，没有一段时限超时的 ÷ 已销号的。",
        on_time,
        "隐患按时整改率",
    ),
)
