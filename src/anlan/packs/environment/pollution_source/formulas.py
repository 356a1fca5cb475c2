"""Boiler NOx compliance: hours within the limit of all hours that count. Value → months → boilers → hours of a day."""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal

from django.db.models import Count, Max
from django.urls import reverse

from anlan.base.clock import CHINA
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.observations import reading
from anlan.kernel.observations.store.types import DAY_MS
from anlan.kernel.planning.types import Computed, Formula, Step
from anlan.packs.environment.pollution_source import queries, rules
from anlan.packs.environment.pollution_source.hours import Span, day_start
from anlan.packs.environment.pollution_source.models import HourReview, Limit
from anlan.packs.environment.pollution_source.queries import NOX

_RULE = "HJ 75-2017（条款待核），小时均值"


def _compute(year: int, as_of: date) -> Computed:
    """Days one by one, because a limit may change on any day."""
    stations = queries.sources(SYSTEM, "boiler")
    first, last = date(year, 1, 1), min(as_of, date(year, 12, 31))
    days = max((last - first).days + 1, 0)
    span = Span(stations, day_start(first), days * 24)
    valid = good = expected = unjudged = 0
    boilers = set()
    digest = hashlib.sha256()
    for station in stations:
        held = sorted(Limit.objects.filter(station=station, item=NOX.code), key=lambda one: one.valid_from)
        for hour in span.of(station, NOX):
            day = hour.start.astimezone(CHINA).date()
            limit = next(
                (one for one in held if one.valid_from <= day and (one.valid_to is None or day < one.valid_to)), None
            )
            expected += not hour.stopped
            if hour.value is None:
                continue
            if limit is None:
                unjudged += 1
                continue
            boilers.add(station.pk)
            valid, good = valid + 1, good + (not rules.over(hour.value, limit))
            digest.update(f"{station.pk}|{hour.start.isoformat()}|{hour.value}|{limit.high}".encode())
    value = (Decimal(100 * good) / valid).quantize(Decimal("0.01"), ROUND_HALF_EVEN) if valid else None
    url = reverse("pollution_bulletin")
    return Computed(
        value=value, unit="%", window=(first, last), as_of=last, expected=expected, valid=valid, rule=_RULE, inputs_hash=digest.hexdigest(),
        sentence=f"达标 {good} 小时 ÷ 有效 {valid} 小时 = {value} %" if valid else "", ratio=None,
        note="这一年没有有效小时。" if not valid else f"另有 {unjudged} 小时没有限值，不计。" if unjudged else "",
        substitution="示例锅炉的模拟数据" if any(one.is_demo for one in stations) and valid else "",
        steps=(
            Step(title="锅炉", text=f"{len(boilers)} 台有有效数据，共 {len(stations)} 台", link="污染源", url=reverse("pollution")),
            Step(title="小时值", text=f"应有 {expected}，有效 {valid}，达标 {good}", link="日报", url=url),
            Step(title="限值", text="按当天有效的那一版", link="限值表", url=reverse("pollution_limits")),
        ),
    )  # fmt: skip


def _fingerprint(year: int) -> str:
    """Hours of the boilers' NOx by count and sum, limits, reviews."""
    store, stations = reading.reader(), queries.sources(SYSTEM, "boiler")
    span = Span(stations, day_start(date(year, 1, 1)), 0)
    streams = [one.pk for (_station, code), one in sorted(span.streams.items()) if code in (NOX.now, NOX.hour)]
    parts = [
        repr(Limit.objects.aggregate(n=Count("id"), at=Max("set_at"))),
        repr(HourReview.objects.aggregate(n=Count("id"), at=Max("made_at"))),
    ]
    if store is not None and streams:
        after, until = (reading.ms(datetime(at, 1, 1, tzinfo=CHINA)) for at in (year, year + 1))
        told = store.statistics(streams, after, until, DAY_MS)
        parts += [f"{one.stream}:{int(one.count.sum())}:{float(one.total.sum()):.3f}" for one in told]
    return "|".join(parts)


FORMULAS = (
    Formula(
        slug="pollution_source.boiler_nox",
        title="锅炉氮氧化物小时达标率",
        unit="%",
        text="氮氧化物小时均值不高于当天限值的小时数 ÷ 有效小时数，保留两位小数；停运和无效小时不计，不用替代值。",
        indicators=("锅炉氮氧化物达标率", "供热锅炉氮氧化物达标率", "锅炉氮氧化物小时达标率"),
        compute=_compute,
        fingerprint=_fingerprint,
    ),
)
