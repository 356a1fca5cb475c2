"""The two registers: large events and sensitive periods."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.safety.duty import queries
from anlan.packs.safety.duty.models import KINDS, LargeEvent, SensitivePeriod
from anlan.packs.safety.duty.queries import PLAN, READ, WRITE
from anlan.packs.safety.duty.rules import read_edges


def _hour(column: str, title: str, text: str) -> list[Problem]:
    try:
        return [] if len(read_edges(text)) == 1 else [Problem(column, f"{title}：写一个时间，如 09:00。")]
    except Refused:
        return [Problem(column, f"{title}：写一个时间，如 09:00。")]


def check_event(values: Mapping[str, Any]) -> Sequence[Problem]:
    found = _hour("opens", "开门", values["opens"]) + _hour("closes", "关门", values["closes"])
    if not found and read_edges(values["closes"])[0] <= read_edges(values["opens"])[0]:
        found.append(Problem("closes", "关门：晚于开门；过夜的活动按天分两行。"))
    if values["ends_on"] < values["starts_on"]:
        found.append(Problem("ends_on", "结束日期早于开始日期。"))
    if values["expected"] > values["most"]:
        found.append(Problem("expected", f"预计人数：超过核定人数 {values['most']}，先减人或换地方。"))
    return found


def check_period(values: Mapping[str, Any]) -> Sequence[Problem]:
    return [Problem("ends_on", "结束日期早于开始日期。")] if values["ends_on"] < values["starts_on"] else []


def _event(row: Any, actor: Actor, at: datetime) -> tuple[str, Mapping[str, Any]]:
    start, end = queries.event_bounds(row)
    counts = list(row.counts.all()[:60])
    by_hour: dict[str, Any] = {}
    for one in reversed(counts):
        by_hour[f"{queries.midnight(civil_date(one.at)):%m-%d} {one.at.astimezone(CHINA):%H}时"] = one
    lack = [one for one in queries.lacking(max(start, at), end) if one.why == str(row)] if end > at else []
    return "packs/safety/duty/part_event.html", {
        "watch": queries.watch(row, at), "counts": counts, "by_hour": list(by_hour.items())[-12:], "mannings": row.mannings.select_related("organisation"), "lack": len(lack),
        "may": policy.may(actor, WRITE, row) and row.retired_on is None, "may_plan": policy.may(actor, PLAN),
        "plan_url": f"{reverse('duty_patterns')}?{urlencode({'event': row.pk, 'from_on': row.starts_on, 'until_on': row.ends_on})}#new",
    }  # fmt: skip


def _period(row: Any, actor: Actor, _at: datetime) -> tuple[str, Mapping[str, Any]]:
    return "packs/safety/duty/part_period.html", {
        "mannings": row.mannings.select_related("organisation"), "may_plan": policy.may(actor, PLAN),
        "plan_url": f"{reverse('duty_patterns')}?{urlencode({'period': row.pk, 'from_on': row.starts_on, 'until_on': row.ends_on})}#new",
    }  # fmt: skip


EVENTS = Sheet(
    slug="large_events", title="重大活动保障", model=LargeEvent, key="code", read=READ, write=WRITE, check=check_event, part=_event,
    duty="一次活动一行：方案、核定人数、开关门时间。活动期间每小时报一次人数，到核定人数的七成提醒、满了报红。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "活动", required=True, max_length=80),
        Column("kind", "类型", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("place", "地点", required=True, max_length=120),
        Column("host", "主办", required=True, max_length=80, in_list=False),
        Column("starts_on", "开始", kind="date", required=True),
        Column("opens", "开门", required=True, max_length=5, in_list=False, help="如 09:00"),
        Column("ends_on", "结束", kind="date", required=True),
        Column("closes", "关门", required=True, max_length=5, in_list=False, help="如 21:30"),
        Column("expected", "预计人数", kind="int", required=True, unit="人", minimum=1, maximum=1_000_000),
        Column("most", "核定人数", kind="int", required=True, unit="人", minimum=1, maximum=1_000_000, help="场地同时最多容纳"),
        Column("permit", "许可文号", max_length=80, in_list=False),
        Column("plan", "保障方案", kind="long", max_length=4000, in_list=False, help="出入口、疏散、医疗、消防、停办的条件和谁决定"),
    ),
)  # fmt: skip
PERIODS = Sheet(
    slug="sensitive_periods", title="敏感时期", model=SensitivePeriod, key="code", read=READ, write=WRITE, check=check_period, part=_period,
    duty="一段一行，写明来源。来源没有核对过的不要勾“已核对”。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("starts_on", "开始", kind="date", required=True),
        Column("ends_on", "结束", kind="date", required=True),
        Column("measures", "加强什么", required=True, max_length=400),
        Column("source", "来源", required=True, max_length=200, in_list=False),
        Column("verified", "已核对", kind="bool"),
    ),
)  # fmt: skip
SHEETS = (EVENTS, PERIODS)
PAGES = tuple(page for sheet in SHEETS for page in sheet_pages(sheet))
