"""What the plan asks of streets and communities, computed from their newest scored checks, with the way back to each record."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time
from decimal import Decimal
from functools import partial

from django.db.models import Count, Max
from django.urls import reverse

from anlan.base.clock import CHINA
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.checks.models import Record
from anlan.kernel.planning.types import Computed, Formula, Step
from anlan.packs.safety.grass_roots import queries, rules
from anlan.science.stats.rounding import round_half_even

RULE = f"得分率不低于 {queries.REACHED} % 为达标；本系统默认值（未核实）"
NAMED = 5  # organisations named in one step


def _end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), CHINA)


def _names(lines: list[queries.Standing]) -> str:
    told = "、".join(str(one.organisation) for one in lines[:NAMED])
    return f"{told} 等" if len(lines) > NAMED else told


def compute(form: str, who: str, year: int, as_of: date) -> Computed:
    """Organisations whose newest check by the end of the window reached the mark ÷ all of their kind, in per cent, one decimal."""
    window = (date(year, 1, 1), min(as_of, date(year, 12, 31)))
    lines = queries.newest(SYSTEM, form, _end(window[1]))
    reached, never = [one for one in lines if one.reached], [one for one in lines if one.record is None]
    below = [one for one in lines if one.record is not None and not one.reached]
    good, total = len(reached), len(lines)
    value = round_half_even(Decimal(good * 100) / total, 1) if total else None
    checks = f"{reverse('grass_roots_checks')}?checklist={form}&state=done"
    overview = f"{reverse('grass_roots')}#{form}"
    told = sorted((one.organisation.pk, one.record.pk if one.record else 0) for one in lines)
    return Computed(
        value=value, unit="%", window=window, as_of=window[1], expected=total, valid=total - len(never), rule=RULE, ratio=(good, total) if total else None,
        sentence=f"最近一次检查达标的{who} {good} ÷ {who} {total} = {value} %" if total else "", note="" if total else f"还没有登记{who}。",
        inputs_hash=hashlib.sha256(repr(told).encode()).hexdigest(),
        steps=(
            Step(title=who, text=f"查过 {total - len(never)}，没查过 {len(never)}", link=f"{total} 个", url=overview),
            Step(title="检查记录", text="每个取到期为止最近的一次", link=f"{total - len(never)} 次", url=checks),
            Step(title="没有达到的", text=_names(below) or "没有", link=f"{len(below)} 个", url=overview),
            Step(title="没查过的", text=_names(never) or "没有", link=f"{len(never)} 个", url=overview),
        ),
    )  # fmt: skip


def fingerprint(form: str, _year: int) -> str:
    rows = Record.objects.filter(state="standing", task__area=rules.AREA.slug, task__form__slug=form)
    told = rows.aggregate(rows=Count("pk"), last=Max("pk"))
    units = Organisation.objects.filter(closed_on=None, kind__in=queries.KINDS[form]).count()
    return f"{told}{units}"


def _formula(form: str, who: str, title: str, *indicators: str) -> Formula:
    return Formula(
        slug=f"grass_roots.{form}", title=title, unit="%", indicators=(title, *indicators), compute=partial(compute, form, who), fingerprint=partial(fingerprint, form),
        text=f"最近一次检查得分率不低于 {queries.REACHED} % 的{who}数 ÷ {who}数，保留一位小数；没查过的算没有达到。",
    )  # fmt: skip


FORMULAS = (
    _formula("six_have", "街道", "街道应急能力“六有”达标率", "街道“六有”达标率", "“六有”达标率", "六有达标率"),
    _formula("three_have", "社区", "社区应急服务“三有”达标率", "社区“三有”达标率", "“三有”达标率", "三有达标率"),
    _formula("preparedness", "区和街道", "应急准备能力评估达标率", "应急准备能力达标率"),
)
