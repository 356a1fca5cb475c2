"""Reads: alarms a person may see, how heavy their load is, and what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse

from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.models import OPEN, Alarm, Rule, Shelf
from anlan.kernel.alarms.moves import ANSWER
from anlan.kernel.alarms.types import PRIORITIES
from anlan.kernel.journal.models import Entry
from anlan.kernel.observations import queries
from anlan.kernel.observations.kinds import seen_by
from anlan.kernel.web.types import Fact, Waiting

# EEMUA 191 (3rd ed.) calls more than ten in ten minutes a flood; recalled, not read in its text: a default, shown as such.
FLOOD, FLOOD_SPAN = 10, timedelta(minutes=10)
CHATTER = 3  # raised so often within CHATTER_SPAN
CHATTER_SPAN = timedelta(minutes=10)
STALE = timedelta(hours=24)
LOAD_SPAN = timedelta(days=7)


def visible(actor: Actor) -> QuerySet[Alarm]:
    """Alarms at stations whose figures the person may see."""
    mine = queries.stations(actor)
    return Alarm.objects.filter(stream__station__in=mine).select_related(
        "rule", "stream__station__organisation", "organisation"
    )


def rules(actor: Actor) -> QuerySet[Rule]:
    kinds = [one.slug for one in seen_by(actor)]
    return Rule.objects.filter(kind__in=kinds).select_related("station")


def shelved(at: datetime) -> set[tuple[int, int]]:
    return set(Shelf.objects.filter(starts_at__lte=at, ends_at__gt=at).values_list("rule_id", "stream_id"))


def filtered(rows: QuerySet[Alarm], asked: Mapping[str, str]) -> QuerySet[Alarm]:
    """By state (default: open), priority, kind of station, words."""
    state = asked.get("state", "open")
    rows = rows.filter(state__in=OPEN) if state == "open" else rows.filter(state=state) if state != "all" else rows
    if asked.get("priority", "").isdecimal():
        rows = rows.filter(priority=int(asked["priority"][:4]))
    if asked.get("kind"):
        rows = rows.filter(stream__station__kind=asked["kind"])
    if asked.get("q"):
        rows = rows.filter(stream__station__name__icontains=asked["q"][:80])
    order = {"since": "since", "-since": "-since", "due": "answer_due_at"}.get(asked.get("sort", ""), "priority")
    return rows.order_by(order, "-since", "-pk")


def floods(actor: Actor, at: datetime) -> int:
    """Alarms raised in the last ten minutes when there are more than a person can answer; else 0."""
    count = visible(actor).filter(raised_at__gt=at - FLOOD_SPAN).count()
    return count if count > FLOOD else 0


@dataclass(frozen=True)
class Load:
    """The last seven days. `hours`: (hour, alarms); `top`: (rule, stream, count); a chattering one came three times in ten minutes."""

    total: int
    per_day: float
    busiest: int
    top: list[tuple[Any, Any, int]]
    chattering: list[tuple[Any, Any, int]]
    stale: list[Alarm]
    by_priority: list[tuple[str, int]]
    answer_minutes: float | None
    hours: list[tuple[datetime, int]]


def load(actor: Actor, at: datetime) -> Load:
    rows = list(visible(actor).filter(raised_at__gt=at - LOAD_SPAN).order_by("raised_at"))
    named = {(one.rule_id, one.stream_id): (one.rule, one.stream) for one in rows}
    count = Counter((one.rule_id, one.stream_id) for one in rows)
    hours = Counter(one.raised_at.replace(minute=0, second=0, microsecond=0) for one in rows)
    tens = Counter((one.raised_at.timestamp() // 600) for one in rows)
    answered = [
        (one.acknowledged_at - one.raised_at).total_seconds() / 60 for one in rows if one.acknowledged_at is not None
    ]
    stale = visible(actor).filter(state__in=("raised", "acknowledged"), since__lt=at - STALE)
    return Load(
        total=len(rows), per_day=len(rows) / LOAD_SPAN.days, busiest=max(tens.values(), default=0),
        top=[(*named[key], number) for key, number in count.most_common(10)],
        chattering=[(*named[key], number) for key, number in _chattering(rows).most_common(10)],
        stale=list(stale[:20]), by_priority=[(PRIORITIES[one][0], sum(row.priority == one for row in rows)) for one in PRIORITIES],
        answer_minutes=sorted(answered)[len(answered) // 2] if answered else None,
        hours=[(hour, hours[hour]) for hour in _hours(at)],
    )  # fmt: skip


def _hours(at: datetime) -> Iterable[datetime]:
    first = (at - timedelta(hours=23)).replace(minute=0, second=0, microsecond=0)
    return (first + timedelta(hours=place) for place in range(24))


def _chattering(rows: Iterable[Alarm]) -> Counter[tuple[int, int]]:
    times: dict[tuple[int, int], list[datetime]] = {}
    for one in rows:
        times.setdefault((one.rule_id, one.stream_id), []).append(one.raised_at)
    found: Counter[tuple[int, int]] = Counter()
    for key, given in times.items():
        often = sum(later - first <= CHATTER_SPAN for first, later in zip(given, given[CHATTER - 1 :], strict=False))
        if often:
            found[key] = len(given)
    return found


def history(alarm: Alarm) -> list[Entry]:
    return list(Entry.objects.filter(subject_kind="alarm", subject_id=str(alarm.pk)).order_by("id")[:100])


def waiting(actor: Actor, at: datetime) -> Iterable[Waiting]:
    """Alarms nobody has acknowledged, for those who answer; those that climbed also for who oversees."""
    if policy.may(actor, ANSWER):
        rows = visible(actor).filter(state__in=("raised", "returned"))
    elif policy.may(actor, "alarms.oversee"):
        rows = visible(actor).filter(state="raised", climbed__gt=0)
    else:
        return
    aside = shelved(at)
    for alarm in rows.order_by("priority", "answer_due_at")[:200]:
        if (alarm.rule_id, alarm.stream_id) in aside:
            continue
        stood = alarm.stream.station
        yield Waiting(
            kind="报警", title=f"{stood.name} {alarm.rule.title}", fact=said(alarm), sender=PRIORITIES[alarm.priority][0], verb="确认",
            url=reverse("alarm", args=[alarm.pk]), due_at=alarm.answer_due_at, started_at=alarm.raised_at,
        )  # fmt: skip


def said(alarm: Alarm) -> str:
    """The value and its limit in words."""
    stream = alarm.stream
    value = "" if alarm.value is None else f"{stream.title} {alarm.value:.{stream.decimals}f} {stream.unit}".strip()
    limit = "" if alarm.limit is None else f"限值 {alarm.limit:g}"
    return "，".join(part for part in (value or stream.title, limit) if part)


def now(actor: Actor, _at: datetime) -> Iterable[Fact]:
    if not seen_by(actor) or not policy.may(actor, "alarms.read"):
        return
    counts = dict(visible(actor).filter(state__in=OPEN).values_list("state").annotate(Count("pk")))
    open_now = sum(counts.values())
    text = f"{open_now} 条，{counts.get('raised', 0)} 条未确认" if open_now else "没有"
    yield Fact(title="报警", text=text, url=reverse("alarms"))
