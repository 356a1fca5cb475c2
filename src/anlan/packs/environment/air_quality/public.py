"""What citizens see: one sentence, colour with word, when updated, missing said plainly; and the same as open data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.edge import Request
from anlan.kernel.access.types import Actor, Operation
from anlan.kernel.web.exporting import exported
from anlan.kernel.web.types import Fact
from anlan.kernel.web.words import day_words
from anlan.packs.environment.air_quality import queries, showing
from anlan.science.air.period import Day

MEANING = {
    "优": "空气好，适合户外活动。", "良": "空气可以接受，特别敏感的人减少户外活动。", "轻度污染": "老人、孩子和有心肺疾病的人减少户外活动。",
    "中度污染": "少在户外长时间活动。", "重度污染": "停止户外运动，出门戴口罩。", "严重污染": "留在室内。", "缺测": "这一天没有可用的数据。",
}  # fmt: skip
DAYS = 30
OPERATION = Operation(
    summary="近三十天的空气质量",
    answer={
        "type": "object",
        "required": ["note", "substitution", "days"],
        "properties": {
            "note": {"type": "string"},
            "substitution": {"type": "string", "description": "用了别处数据时的说明，没有则空"},
            "days": {"type": "array", "items": {"$ref": "#/components/schemas/air_day"}},
        },
    },
    schemas={
        "air_day": {
            "type": "object",
            "required": ["date", "aqi", "level"],
            "properties": {
                "date": {"type": "string", "format": "date"},
                "aqi": {
                    "type": ["integer", "null"],
                    "minimum": 0,
                    "maximum": 500,
                    "description": "空气质量指数；缺测为 null",
                },
                "level": {"type": "string", "enum": list(MEANING)},
            },
        }
    },
)


def recent(today: date) -> tuple[list[Day], str]:
    """The last days that have data, newest first, and the words of a substitution."""
    place = queries.area()
    years = queries.years_with_data(place) if place else []
    if place is None or not years:
        return [], ""
    view = queries.year_view(place, years[0], today)
    if not view.days:
        return [], view.substitution
    last = view.days[-1].day
    return [one for one in reversed(view.days) if one.day > last - timedelta(days=DAYS)], view.substitution


def facts(at: datetime) -> Iterator[Fact]:
    """The last day in one line, with its word and the mark of a substitution."""
    days, substitution = recent(civil_date(at))
    if days:
        aqi = days[0].aqi if days[0].usable else None
        _number, word = showing.level(aqi)
        mark = f"（{substitution.split('（')[0]}）" if substitution else ""
        shown = f"{word} {aqi}" if aqi is not None else word
        yield Fact(title=_("空气"), text=f"{day_words(days[0].day, at)}：{shown}{mark}", url=reverse("public_air"))


def now(actor: Actor, at: datetime) -> Iterator[Fact]:
    """The same line for those who watch the air, leading to their own page."""
    if policy.may(actor, "air_quality.read"):
        yield from (replace(fact, url=reverse("air")) for fact in facts(at))


def page(request: Request) -> HttpResponse:
    days, substitution = recent(civil_date(request.at))
    lines = [(one, *showing.level(one.aqi if one.usable else None)) for one in days]
    meaning = MEANING[lines[0][2]] if lines else MEANING["缺测"]
    return render(
        request,
        "packs/environment/air_quality/public.html",
        {"lines": lines, "meaning": meaning, "substitution": substitution},
    )


def _plain(days: list[Day]) -> list[dict[str, Any]]:
    return [
        {
            "date": one.day.isoformat(),
            "aqi": one.aqi if one.usable else None,
            "level": showing.level(one.aqi if one.usable else None)[1],
        }
        for one in days
    ]


def as_json(request: Request) -> HttpResponse:
    days, substitution = recent(civil_date(request.at))
    body = {"note": "参考，以市生态环境部门发布为准", "substitution": substitution, "days": _plain(days)}
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def as_csv(request: Request) -> HttpResponse:
    days, _substitution = recent(civil_date(request.at))
    return exported(
        "csv", "空气质量", ("日期", "AQI", "级别"), ((one["date"], one["aqi"], one["level"]) for one in _plain(days))
    )
