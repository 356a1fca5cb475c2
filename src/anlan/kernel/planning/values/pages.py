"""The indicators table with its side panel, one indicator, the record of one value, 试算, and the export."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Reason
from anlan.kernel.journal.models import Entry
from anlan.kernel.planning.models import Indicator, Plan
from anlan.kernel.planning.values import formulas, reading, shown
from anlan.kernel.planning.values.judging import RULE
from anlan.kernel.planning.values.models import IndicatorValue
from anlan.kernel.planning.values.verbs import TITLES
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.words import time_words

KINDS = ("约束性", "预期性", "导向性")


def day_of(request: Request) -> date:
    """截至: the day asked for, never after today; a wrong one is refused in words."""
    today, text = civil_date(request.at), request.GET.get("at", "").strip()
    if not text:
        return today
    try:
        return min(date.fromisoformat(text), today)
    except ValueError:
        raise Refused("date", f"“{text[:20]}”不是日期，写成 2025-07-24。", "at") from None


def chosen_plan(request: Request, plans: list[Plan]) -> Plan | None:
    wanted = request.GET.get("plan", "")
    return next((plan for plan in plans if str(plan.pk) == wanted), plans[0] if plans else None)


def _grouped(lines: list[shown.Line]) -> list[tuple[str, list[shown.Line]]]:
    """Runs of the same printed group, in printed order."""
    groups: list[tuple[str, list[shown.Line]]] = []
    for line in lines:
        name = line.row.indicator.group
        if not groups or groups[-1][0] != name:
            groups.append((name, []))
        groups[-1][1].append(line)
    return groups


def indicators(request: Request) -> HttpResponse:
    """Every indicator of one plan, on one day, with the panel of the selected one."""
    plans, day = reading.plans(), day_of(request)
    plan = chosen_plan(request, plans)
    rows = reading.rows_of(plan.indicators.all(), day) if plan else []
    listed = reading.filtered(rows, request.GET.dict())
    wanted = request.GET.get("i", "")
    selected = next((row for row in listed if str(row.indicator.pk) == wanted), listed[0] if listed else None)
    sizes = {one.pk: one.indicators.filter(retired_on=None).count() for one in plans}
    context: dict[str, Any] = {
        "plans": [(one, sizes[one.pk]) for one in plans], "plan": plan, "day": day, "today": civil_date(request.at),
        "groups": _grouped([shown.line_of(row, request.at.year) for row in listed]), "total": len(rows), "shown": len(listed),
        "counts": reading.counts(rows), "asked": request.GET, "kinds": KINDS, "selected": selected,
        "units": Organisation.objects.filter(pk__in={row.indicator.responsible_id for row in rows}),
        "demo_plan": bool(plan and plan.document.is_demo),
    }  # fmt: skip
    if selected is not None:
        context |= panel(request, selected, day)
    return render(request, "kernel/planning/values/list.html", context)


def panel(request: Request, row: reading.Row, day: date) -> dict[str, Any]:
    """What the panel needs beside the row."""
    value, number = row.value, row.indicator.pk
    computed = bool(row.formula)
    url = reverse("indicator_value", args=[value.pk]) if value else ""
    entered = (
        f"{time_words(value.computed_at, request.at)}{'算出' if value.source == 'computed' else '填报'}"
        if value
        else ""
    )
    typing = policy.why(request.actor, "planning_values.type", row.indicator)
    if computed and typing.allowed:
        typing = Reason(False, "由公式算出，不手填。")
    return {
        "row": row, "line": shown.line_of(row, request.at.year), "chart": shown.years_chart(row), "years": shown.years_table(row),
        "chain": shown.chain_of(value, url, entered), "completeness": shown.completeness(value), "rule": RULE,
        "frozen": [one for one in reading.frozen_of(row.indicator) if civil_date(one.frozen_at) <= day],
        "typing": typing, "explaining": policy.why(request.actor, "planning_values.explain", row.indicator),
        "binding": policy.why(request.actor, "planning_values.bind", row.indicator),
        "trial_url": reverse("indicator_trial", args=[number]) if row.formula and row.formula.trial else "",
    }  # fmt: skip


def found(number: int) -> Indicator:
    indicator = Indicator.objects.select_related("plan", "responsible").filter(pk=number).first()
    if indicator is None:
        raise Http404
    return indicator


def row_of(indicator: Indicator, day: date) -> reading.Row:
    """A retired indicator is shown as on its last day."""
    if indicator.retired_on is not None and indicator.retired_on <= day:
        day = date.fromordinal(indicator.retired_on.toordinal() - 1)
    return reading.rows_of(Indicator.objects.filter(pk=indicator.pk), day)[0]


def detail(request: Request, number: int) -> HttpResponse:
    """One indicator: panel, all versions of all years, gap notes and what happened."""
    day = day_of(request)
    indicator = found(number)
    row = row_of(indicator, day)
    entries = Entry.objects.filter(subject_kind="indicator", subject_id=str(number)).order_by("-id")[:50]
    context = panel(request, row, day) | {
        "may_correct": policy.may(request.actor, "planning.correct", indicator),
        "indicator": row.indicator, "versions": reading.versions_of(indicator), "notes": row.notes, "day": day,
        "history": [(entry, TITLES.get(entry.verb, entry.verb)) for entry in entries],
        "units": Organisation.objects.filter(kind__in=("district", "bureau", "street"), closed_on=None).order_by("code"),
    }  # fmt: skip
    return render(request, "kernel/planning/values/detail.html", context)


def value_record(request: Request, number: int) -> HttpResponse:
    """The record of one version: what was counted, by which rule, and the whole chain."""
    rows = IndicatorValue.objects.select_related("indicator__plan", "stored")
    value = rows.filter(pk=number).first()
    if value is None:
        raise Http404
    context = {
        "value": value, "indicator": value.indicator, "figure": shown.figure(value.value),
        "completeness": shown.completeness(value), "formula": formulas.named(value.formula),
        "chain": shown.chain_of(value, "", time_words(value.computed_at, request.at))[1:],
    }  # fmt: skip
    return render(request, "kernel/planning/values/record.html", context)


def trial(request: Request, number: int) -> HttpResponse:
    """试算: the same years under the formula's other edition, computed now, beside the values; nothing is stored."""
    indicator, day = found(number), day_of(request)
    row = row_of(indicator, day)
    if row.formula is None or row.formula.trial is None:
        raise Http404
    other, pairs = row.formula.trial, []
    for year in sorted(row.series, reverse=True):
        held = row.series[year]
        answer = other(year, held.as_of)
        change = answer.value - held.value if answer.value is not None and held.value is not None else None
        pairs.append((held, shown.figure(held.value), answer, shown.figure(answer.value), shown.figure(change)))
    context = {"indicator": row.indicator, "row": row, "pairs": pairs, "day": day}
    return render(request, "kernel/planning/values/trial.html", context)


_HEAD = (
    "规划", "分组", "序号", "指标", "属性", "责任单位", "单位", "基期", "当前", "年份", "截至", "目标", "判断", "说明",
    "来源", "应有", "有效", "规则", "替代说明",
)  # fmt: skip


def export(request: Request) -> HttpResponse:
    """Exactly the rows of the list."""
    plan = chosen_plan(request, reading.plans())
    rows = reading.filtered(reading.rows_of(plan.indicators.all(), day_of(request)), request.GET.dict()) if plan else []
    return exported(request.GET.get("form", "xlsx"), "指标", _HEAD, map(_exported, rows))


def _exported(row: reading.Row) -> tuple[Any, ...]:
    one, value = row.indicator, row.value
    return (
        str(one.plan), one.group, one.number, one.name, one.kind, str(one.responsible or ""), row.unit_words,
        one.baseline_text or one.baseline, value.value if value else None, value.year if value else None,
        value.as_of if value else None, shown.target_words(row), row.verdict.word, row.verdict.sentence,
        value.get_source_display() if value else "", value.expected if value else None, value.valid if value else None,
        value.rule if value else "", value.substitution if value else "",
    )  # fmt: skip


def public_list(request: Request) -> HttpResponse:
    """What everyone may see: the same rows, no people, no moves."""
    plans, day = reading.plans(), day_of(request)
    plan = chosen_plan(request, plans)
    rows = reading.rows_of(plan.indicators.all(), day) if plan else []
    context = {
        "plans": plans, "plan": plan, "groups": _grouped([shown.line_of(row, request.at.year) for row in rows]),
        "counts": reading.counts(rows), "day": day,
    }  # fmt: skip
    return render(request, "kernel/planning/values/public_list.html", context)


def public_detail(request: Request, number: int) -> HttpResponse:
    indicator, day = found(number), day_of(request)
    row = row_of(indicator, day)
    context = {
        "row": row, "line": shown.line_of(row, request.at.year), "chart": shown.years_chart(row), "years": shown.years_table(row),
        "completeness": shown.completeness(row.value), "frozen": reading.frozen_of(indicator), "rule": RULE,
    }  # fmt: skip
    return render(request, "kernel/planning/values/public_detail.html", context)
