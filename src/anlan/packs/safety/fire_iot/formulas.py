"""The two indicators of municipal hydrants, each with its way back to roads, hydrants and checks."""

from __future__ import annotations

import hashlib
from datetime import date
from decimal import Decimal

from django.db.models import Count, Max
from django.urls import reverse

from anlan.kernel.planning.types import Computed, Formula, Step
from anlan.packs.safety.fire_iot import queries
from anlan.packs.safety.fire_iot.models import Hydrant, HydrantCheck, HydrantNeed
from anlan.science.stats.rounding import round_half_even

RULE = "GB 50974-2014 7.2.5（条款待核）"


def _fingerprint(_year: int) -> str:
    """Registers change their rows' `updated_at`, checks are only added."""
    parts = [
        table.objects.aggregate(count=Count("pk"), last=Max(field))
        for table, field in ((Hydrant, "updated_at"), (HydrantNeed, "updated_at"), (HydrantCheck, "pk"))
    ]
    retired = [table.objects.exclude(retired_on=None).count() for table in (Hydrant, HydrantNeed)]
    return f"{parts}{retired}"


def _window(year: int, as_of: date) -> tuple[date, date]:
    return (date(year, 1, 1), min(as_of, date(year, 12, 31)))


def _hash(*facts: object) -> str:
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def _steps(text: str, rows: int) -> tuple[Step, ...]:
    url = reverse("hydrants_rates")
    return (
        Step(title="道路", text=text, link="按路看", url=url),
        Step(title="消火栓", text=f"在用 {rows} 个", link=f"{rows} 行", url=reverse("hydrants_list")),
    )


def _set_up(year: int, as_of: date) -> Computed:
    window = _window(year, as_of)
    told = queries.set_up(window[1])
    value = round_half_even(Decimal(told.have * 100) / told.required, 1) if told.required else None
    lacking = sum(have < needs for have, needs in told.roads.values())
    return Computed(
        value=value, unit="%", window=window, as_of=window[1], expected=told.required, valid=told.have, rule=RULE,
        sentence=f"各路实设（不超过应设）{told.have} ÷ 应设 {told.required} = {value} %" if told.required else "",
        inputs_hash=_hash(sorted(told.roads.items())), ratio=(told.have, told.required) if told.required else None,
        note="" if told.required else "还没有登记各路应设数。",
        steps=_steps(f"{len(told.roads)} 条路，{lacking} 条不足", queries.standing(window[1]).count()),
    )  # fmt: skip


def _sound(year: int, as_of: date) -> Computed:
    window = _window(year, as_of)
    told = queries.soundness(window[1])
    value = round_half_even(Decimal(told.sound * 100) / told.total, 1) if told.total else None
    unseen = told.total - told.looked
    note = "还没有登记消火栓。" if not told.total else f"{unseen} 个从上年起没有检查过，不算完好。" if unseen else ""
    return Computed(
        value=value, unit="%", window=window, as_of=window[1], expected=told.total, valid=told.looked, rule="按最近一次检查（上年 1 月 1 日起）",
        sentence=f"完好 {told.sound} ÷ 在用 {told.total} = {value} %" if told.total else "", inputs_hash=_hash(told),
        ratio=(told.sound, told.total) if told.total else None, note=note, steps=_steps(f"检查过 {told.looked} 个，完好 {told.sound} 个", told.total),
    )  # fmt: skip


FORMULAS = (
    Formula(
        slug="fire_iot.hydrant_set_up", title="市政消火栓设置率", unit="%",
        text="各条路实设数（不超过应设数）之和 ÷ 应设数之和，保留一位小数；一条路多出来的不抵另一条缺的。",
        indicators=("市政消火栓设置率", "消火栓设置率"), compute=_set_up, fingerprint=_fingerprint,
    ),
    Formula(
        slug="fire_iot.hydrant_sound", title="市政消火栓完好率", unit="%",
        text="最近一次检查（上年 1 月 1 日以后）为完好的个数 ÷ 在用个数，保留一位小数；没有检查的不算完好。",
        indicators=("市政消火栓完好率", "消火栓完好率"), compute=_sound, fingerprint=_fingerprint,
    ),
)  # fmt: skip
