"""为什么报警: the condition, the value that raised it, what stands beside it, and what was left out."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.base.clock import CHINA
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.models import Alarm, Permit, Rule
from anlan.kernel.alarms.queries import said, visible
from anlan.kernel.alarms.wording import condition
from anlan.kernel.journal.models import Entry
from anlan.kernel.observations import quality, reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.chunks import Reader

BEFORE_S, INTERVALS, SHOWN = 7200, 6, 12  # what went before: two hours, or six intervals of a slow stream
NEAR_MS = 15 * 60_000  # another value this near stands for the same moment


@dataclass(frozen=True)
class Value:
    """One stored value as it was sent and as it was judged."""

    at: datetime
    value: float | None
    sent: str
    judged: str
    usable: bool


@dataclass(frozen=True)
class Why:
    condition: str
    trigger: str
    evidence: list[str]
    excluded: list[str]
    values: list[Value]
    beside: list[Alarm]  # other alarms of the same station about that time


def titles_of(rule: Rule) -> Mapping[str, str]:
    """Names of the rules it refers to."""
    slugs = [slug for name in ("of", "unless") for slug, _code in rule.settings.get(name, ())]
    return (
        dict(Rule.objects.filter(slug__in=slugs).order_by("valid_from").values_list("slug", "title")) if slugs else {}
    )


def told(rule: Rule, stream: Stream | None = None, at: datetime | None = None) -> str:
    """The rule's condition; on a stream with the limit its permit had at `at`."""
    permit = None
    if rule.settings.get("permit") and stream is not None:
        rows = (
            Permit.objects.filter(stream=stream, valid_from__lte=at)
            if at
            else Permit.objects.filter(stream=stream, valid_to=None)
        )
        permit = rows.order_by("-valid_from").first()
    unit = stream.unit if stream else ""
    return condition(
        rule.form,
        rule.settings,
        unit,
        titles_of(rule),
        permit.limit if permit else None,
        permit.low if permit else None,
    )


def why(alarm: Alarm, actor: Actor) -> Why:
    store, until = reading.reader(), reading.ms(alarm.raised_at)
    after = min(reading.ms(alarm.since), until) - 1000 * max(BEFORE_S, INTERVALS * alarm.stream.every)
    values = _values(store, alarm.stream_id, after, until) if store else []
    near = timedelta(hours=1)
    beside = visible(actor).filter(
        stream__station=alarm.stream.station, raised_at__range=(alarm.raised_at - near, alarm.raised_at + near)
    )
    trigger = f"{alarm.raised_at.astimezone(CHINA):%m-%d %H:%M:%S}，{said(alarm)}"
    return Why(
        condition=told(alarm.rule, alarm.stream, alarm.raised_at), trigger=trigger, evidence=_evidence(store, alarm, until),
        excluded=_excluded(alarm, values), values=values[-SHOWN:][::-1], beside=list(beside.exclude(pk=alarm.pk).order_by("-raised_at")[:8]),
    )  # fmt: skip


def _values(store: Reader, stream: int, after: int, until: int) -> list[Value]:
    rows = store.raw(stream, after, until)
    return [
        Value(datetime.fromtimestamp(end / 1000, CHINA), None if math.isnan(value) else value, quality.SENT[sent][1] if sent < len(quality.SENT) else "标记不明",
              quality.JUDGED[judged] if judged < len(quality.JUDGED) else "—", judged == quality.USABLE)
        for end, value, sent, judged in zip(rows.end.tolist(), rows.value.tolist(), rows.sent.tolist(), rows.judged.tolist(), strict=True)
    ]  # fmt: skip


def _evidence(store: Reader | None, alarm: Alarm, at: int) -> list[str]:
    """What the other streams of the station said at that moment."""
    found = []
    others = Stream.objects.filter(station=alarm.stream.station, nature="raw", retired_at=None).exclude(
        pk=alarm.stream_id
    )
    for one in others[:8] if store else ():
        rows = store.raw(one.pk, at - max(NEAR_MS, one.every * 1000), at) if store else None
        if rows is not None and len(rows) and not math.isnan(rows.value[-1]):
            when = datetime.fromtimestamp(int(rows.end[-1]) / 1000, CHINA)
            doubt = "" if rows.judged[-1] == quality.USABLE else "（不可用）"
            found.append(f"{one.title} {rows.value[-1]:.{one.decimals}f} {one.unit}".strip() + f"{doubt}，{when:%H:%M}")
    return found


def _excluded(alarm: Alarm, values: list[Value]) -> list[str]:
    """Values that did not count and why; rules that would have kept it silent and were quiet."""
    bad = Counter(
        one.sent if one.judged == quality.JUDGED[quality.MARKED] else one.judged for one in values if not one.usable
    )
    found = [f"{number} 个值不参与判断：{word}" for word, number in bad.items()]
    if values and not bad:
        found.append("无校准、无维护、无故障标记")
    titles = titles_of(alarm.rule)
    found += [f"“{titles.get(slug, slug)}”当时没有报警" for slug, _code in alarm.rule.settings.get("unless", ())]
    return found


# ---- what happened to it
@dataclass(frozen=True)
class Line:
    """One line of its course, out of the journal: it only grows."""

    at: datetime
    who: str
    verb: str
    text: str


def course(alarm: Alarm) -> list[Line]:
    rows = Entry.objects.filter(subject_kind="alarm", subject_id=str(alarm.pk)).order_by("id")[:200]
    return [
        Line(one.at, one.actor_name, one.verb, _text(json.loads(one.new_text) if one.new_text else {})) for one in rows
    ]


def _text(facts: Mapping[str, object]) -> str:
    parts = [str(facts[name]) for name in ("text", "outcome", "reason", "told") if facts.get(name)]
    if facts.get("level"):
        parts.insert(0, f"第 {facts['level']} 级")
    if facts.get("until"):
        until = datetime.fromisoformat(str(facts["until"])).astimezone(CHINA)
        parts.append(f"到 {until:%m-%d %H:%M}")
    return "，".join(parts)
