"""The matrix of warnings and responses, and the templates: registers like any other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.safety.warning.models import WarningResponse, WarningTemplate
from anlan.packs.safety.warning.moves import MANAGE, READ
from anlan.packs.safety.warning.rules import COLOUR_SLUGS, COLOURS, HAZARDS, SEVERITY

COLOUR_CHOICES = {COLOUR_SLUGS[number]: word for number, word in COLOURS.items()}
LEVEL_CHOICES = {"1": "Ⅰ级响应", "2": "Ⅱ级响应", "3": "Ⅲ级响应", "4": "Ⅳ级响应"}


def _dates(values: Mapping[str, Any]) -> Sequence[Problem]:
    if values["valid_to"] and values["valid_to"] <= values["valid_from"]:
        return [Problem("valid_to", "停用日期须晚于启用日期。")]
    return []


RESPONSES = Sheet(
    slug="warning_responses", title="预警响应对应表", model=WarningResponse, key="code", read=READ, write=MANAGE, review_days=365, check=_dates,
    duty="一个灾种一种颜色一行；改规定时旧行写停用日期、新行写启用日期。没有核对过原文的不勾“已核对”。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("hazard", "灾种", kind="choice", required=True, choices=HAZARDS, filterable=True),
        Column("colour", "预警颜色", kind="choice", required=True, choices=COLOUR_CHOICES, filterable=True),
        Column("level", "建议响应级别", kind="choice", required=True, choices=LEVEL_CHOICES),
        Column("plan", "预案", required=True, max_length=120),
        Column("law", "依据条款", required=True, max_length=200, in_list=False),
        Column("verified", "已核对原文", kind="bool"),
        Column("valid_from", "启用日期", kind="date", required=True),
        Column("valid_to", "停用日期", kind="date"),
    ),
)  # fmt: skip
TEMPLATES = Sheet(
    slug="warning_templates", title="预警模板", model=WarningTemplate, key="code", read=READ, write=MANAGE, review_days=365,
    duty="写好标题、说明和防御指引，起草时选一个再改。严重程度由写的人定，不由颜色推。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("hazard", "灾种", kind="choice", required=True, choices=HAZARDS, filterable=True),
        Column("colour", "预警颜色", kind="choice", required=True, choices=COLOUR_CHOICES, filterable=True),
        Column("severity", "严重程度", kind="choice", required=True, choices=SEVERITY, in_list=False),
        Column("headline", "标题", required=True, max_length=200, in_list=False),
        Column("description", "说明", kind="long", max_length=2000, in_list=False),
        Column("instruction", "防御指引", kind="long", max_length=2000, in_list=False),
        Column("hours", "有效小时", kind="int", required=True, unit="小时", minimum=1, maximum=240),
    ),
)  # fmt: skip
SHEETS = (RESPONSES, TEMPLATES)
