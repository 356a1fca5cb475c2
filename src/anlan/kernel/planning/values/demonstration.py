"""示例 figures for the indicators of the demonstration's own plan, typed with a source that says 示例. Deterministic."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from django.db.models import QuerySet

from anlan.base.clock import civil_date
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.planning.models import Indicator
from anlan.kernel.planning.values import actions, computing, formulas
from anlan.kernel.planning.values.judging import Promise
from anlan.kernel.planning.values.models import GapNote, IndicatorValue
from anlan.kernel.planning.values.reading import promise_of, rows_of

# Who answers for the indicators of which plan, in the demonstration district.
_UNITS = {"environment": "SL-B13", "education": "SL-B02", "safety": "SL-B11"}
# How far along the straight line an indicator is, by its place in the plan: most keep pace, every fifth lags.
_SHARES = (Decimal("1.05"), Decimal("1.0"), Decimal("1.1"), Decimal("0.7"), Decimal("1.02"))


def _figure(promise: Promise, year: int, order: int) -> Decimal | None:
    """A plausible figure on the way from baseline to target; None where the plan gives nothing to go by."""
    if promise.qualitative:
        return Decimal(1 if year >= promise.last_year - 1 else 0)
    start, target = promise.start, promise.target
    if target is None:
        return None
    if start is None:
        return (target * Decimal("0.9")).normalize() if not promise.more_is_better else target
    share = Decimal(year - promise.baseline_year) / (promise.last_year - promise.baseline_year)
    moved = start + (target - start) * min(share * _SHARES[order % len(_SHARES)], Decimal("1.1"))
    if promise.unit == "%":
        moved = min(max(moved, Decimal(0)), Decimal(100))
    whole = promise.unit in ("个", "处", "家", "项")
    return moved.quantize(Decimal(1) if whole else Decimal("0.1"), ROUND_HALF_EVEN)


def load(at: datetime) -> None:
    """Years that have ended, for every indicator that no formula computes. A year that has a figure is left alone."""
    computing.bind_by_name(at)
    today = civil_date(at)
    rows = Indicator.objects.filter(plan__document__is_demo=True, retired_on=None).select_related("plan", "responsible")
    units = {unit.code: unit for unit in Organisation.objects.filter(code__in=_UNITS.values())}
    for indicator in rows:
        unit = units.get(_UNITS.get(indicator.plan.domain, ""))
        if indicator.responsible is None and unit is not None:
            actions.assign(actor=SYSTEM, indicator=indicator, organisation=unit, at=at)
        if formulas.answering(indicator.name) is None:
            _type_years(indicator, today, at)
    if not GapNote.objects.filter(indicator__plan__document__is_demo=True).exists():
        _explain_one(rows, at)


def _explain_one(rows: QuerySet[Indicator], at: datetime) -> None:
    """One gap has been explained; the others wait on the workbench."""
    behind = next((row for row in rows_of(rows, civil_date(at)) if row.unexplained and row.value), None)
    if behind is not None and behind.value is not None:
        actions.explain(
            actor=SYSTEM, indicator=behind.indicator, year=behind.value.year, at=at,
            cause="示例：启动较晚，下半年才形成工作量。", measures="示例：按月调度，第四季度补上。",
        )  # fmt: skip


def _type_years(indicator: Indicator, today: date, at: datetime) -> None:
    promise = promise_of(indicator)
    held = set(IndicatorValue.objects.filter(indicator=indicator).values_list("year", flat=True))
    for year in range(promise.first_year, min(promise.last_year, today.year - 1) + 1):
        value = _figure(promise, year, indicator.order)
        if value is not None and year not in held:
            typed = actions.Typed(
                year=year,
                value=value,
                as_of=date(year, 12, 31),
                source=f"示例：{year}年度示例统计表，不是真实数据",
                sure=True,
            )
            actions.type_in(actor=SYSTEM, indicator=indicator, typed=typed, at=at)
