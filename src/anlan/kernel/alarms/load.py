"""How heavy the alarms are, against the figures of ISA-18.2 and EEMUA 191: per place and hour, per person, top ten, chattering, stale.

An operator's load is what is put before him, answered or not: every alarm counts for the organisation of the posts that are
called first (`queries.ladder_of`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from anlan.base.clock import CHINA
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.models import Alarm, Rule
from anlan.kernel.alarms.queries import LOAD_SPAN, ladder_of, visible
from anlan.kernel.alarms.rules import Edition, Figure, edition, figures
from anlan.kernel.alarms.types import PRIORITIES
from anlan.kernel.observations.models import Stream

NOBODY = "没有人负责"
FEW = 30  # alarms below which a share says nothing


@dataclass(frozen=True)
class Often:
    """A rule on a stream and how often it was raised."""

    rule: Rule
    stream: Stream
    count: int


@dataclass(frozen=True)
class Measured:
    """A figure, what it is here, and the judgement: ok, gap, over, or few (too few alarms for a share)."""

    figure: Figure
    value: float
    judged: str


@dataclass(frozen=True)
class Place:
    """One organisation's load: the last seven days, and each of the last 24 hours."""

    name: str
    total: int
    per_day: float
    busiest_hour: int
    hours: list[int]


@dataclass(frozen=True)
class Person:
    """What one person acknowledged, and how fast (median minutes)."""

    name: str
    count: int
    minutes: float


@dataclass(frozen=True)
class Load:
    """The last seven days of the alarms one person may see. `floods`: (begin, end, alarms)."""

    total: int
    measured: list[Measured]
    top: list[Often]
    chattering: list[Often]
    stale: list[Alarm]
    by_priority: list[tuple[str, int]]
    answer_minutes: float | None
    unanswered: int
    hours: list[datetime]
    places: list[Place]
    people: list[Person]
    floods: list[tuple[datetime, datetime, int]]


def load(actor: Actor, at: datetime) -> Load:
    known = edition(at)
    rows = list(visible(actor).filter(raised_at__gt=at - LOAD_SPAN, raised_at__lte=at).order_by("raised_at"))
    named = {(one.rule_id, one.stream_id): (one.rule, one.stream) for one in rows}
    count = Counter((one.rule_id, one.stream_id) for one in rows)
    chattering = _chattering(rows, known)
    long_ago = at - timedelta(hours=known.stale_hours)
    stale = list(visible(actor).filter(state__in=("raised", "acknowledged"), since__lt=long_ago).order_by("since"))
    found = floods([one.raised_at for one in rows], known)
    places = _places(rows, at)
    answered = _minutes(rows)
    values = {
        "per_day": max((one.per_day for one in places), default=0.0), "per_hour": float(max((one.busiest_hour for one in places), default=0)),
        "busiest": float(_busiest([one.raised_at for one in rows], known)),
        "flood_share": 100 * sum(((end - begin) for begin, end, _n in found), timedelta()) / LOAD_SPAN,
        "top_share": 100.0 * sum(number for _key, number in count.most_common(10)) / len(rows) if rows else 0.0,
        "stale": float(len(stale)), "chattering": float(len(chattering)),
        "urgent_share": 100.0 * sum(one.priority == 1 for one in rows) / len(rows) if rows else 0.0,
    }  # fmt: skip
    return Load(
        total=len(rows), measured=[_measured(one, values[one.slug], len(rows)) for one in figures()],
        top=[Often(*named[key], number) for key, number in count.most_common(10)],
        chattering=[Often(*named[key], number) for key, number in chattering.most_common(10)], stale=stale[:20],
        by_priority=[(word, sum(row.priority == one for row in rows)) for one, word in PRIORITIES.items()],
        answer_minutes=median(answered) if answered else None, unanswered=sum(one.acknowledged_at is None for one in rows),
        hours=_hours(at), places=places, people=_people(rows), floods=found,
    )  # fmt: skip


def _measured(figure: Figure, value: float, total: int) -> Measured:
    few = figure.unit == "%" and figure.slug != "flood_share" and total < FEW
    return Measured(figure, value, "few" if few else figure.judge(value))


def _minutes(rows: Iterable[Alarm]) -> list[float]:
    return [
        (one.acknowledged_at - one.raised_at).total_seconds() / 60 for one in rows if one.acknowledged_at is not None
    ]


def _hours(at: datetime) -> list[datetime]:
    last = at.astimezone(CHINA).replace(minute=0, second=0, microsecond=0)
    return [last - timedelta(hours=back) for back in range(23, -1, -1)]


def _hour(at: datetime) -> datetime:
    return at.astimezone(CHINA).replace(minute=0, second=0, microsecond=0)


def _places(rows: Sequence[Alarm], at: datetime) -> list[Place]:
    names: dict[tuple[str, str], list[str]] = {}
    hours: dict[str, Counter[datetime]] = {}
    for one in rows:
        key = (one.stream.station.kind, one.organisation.path)
        if key not in names:
            ladder = ladder_of(one, at)
            names[key] = sorted({str(post.organisation) for post in ladder[0]}) if ladder else [NOBODY]
        for name in names[key]:
            hours.setdefault(name, Counter())[_hour(one.raised_at)] += 1
    shown = _hours(at)
    found = [
        Place(name, counted.total(), counted.total() / LOAD_SPAN.days, max(counted.values()), [counted[hour] for hour in shown])
        for name, counted in hours.items()
    ]  # fmt: skip
    return sorted(found, key=lambda one: (-one.total, one.name))


def _people(rows: Iterable[Alarm]) -> list[Person]:
    mine: dict[str, list[Alarm]] = {}
    for one in rows:
        if one.acknowledged_at is not None:
            mine.setdefault(one.acknowledged_by, []).append(one)
    return sorted(
        (Person(name, len(given), median(_minutes(given))) for name, given in mine.items()), key=lambda one: -one.count
    )


def _chattering(rows: Iterable[Alarm], known: Edition) -> Counter[tuple[int, int]]:
    """What was raised `chatter_count` times within `chatter_minutes`, with how often in all."""
    times: dict[tuple[int, int], list[datetime]] = {}
    for one in rows:
        times.setdefault((one.rule_id, one.stream_id), []).append(one.raised_at)
    span = timedelta(minutes=known.chatter_minutes)
    found: Counter[tuple[int, int]] = Counter()
    for key, given in times.items():
        if any(last - first <= span for first, last in zip(given, given[known.chatter_count - 1 :], strict=False)):
            found[key] = len(given)
    return found


def _busiest(times: Sequence[datetime], known: Edition) -> int:
    """The most alarms in any window of `flood_minutes`."""
    span, first, most = timedelta(minutes=known.flood_minutes), 0, 0
    for last, at in enumerate(times):
        while at - times[first] > span:
            first += 1
        most = max(most, last - first + 1)
    return most


def floods(times: Sequence[datetime], known: Edition) -> list[tuple[datetime, datetime, int]]:
    """Spans in which any window of `flood_minutes` holds more than `flood_count` of the sorted `times`; overlapping ones are one."""
    span = timedelta(minutes=known.flood_minutes)
    found: list[list[int]] = []  # first and last place
    for first, last in _windows(times, known.flood_count, span):
        if found and first <= found[-1][1]:
            found[-1][1] = last
        else:
            found.append([first, last])
    return [(times[first], times[last], last - first + 1) for first, last in found]


def _windows(times: Sequence[datetime], count: int, span: timedelta) -> Iterable[tuple[int, int]]:
    """(first, last) of every `count` + 1 neighbours that lie within `span`."""
    return (
        (first, first + count) for first in range(len(times) - count) if times[first + count] - times[first] <= span
    )


def lines(found: Load) -> tuple[Sequence[str], list[tuple[object, ...]]]:
    """The page as rows of one table, for export."""
    rows: list[tuple[object, ...]] = [
        ("指标", one.figure.title, "", round(one.value, 2), one.figure.unit, f"≤ {one.figure.most:g}", one.figure.source) for one in found.measured
    ]  # fmt: skip
    rows += [("优先级", word, "", count, "条", "", "") for word, count in found.by_priority]
    for title, given in (("最多的十条", found.top), ("反复报警", found.chattering)):
        rows += [(title, str(one.stream.station), one.rule.title, one.count, "次", "", "") for one in given]
    rows += [("长期不恢复", str(one.stream.station), one.rule.title, one.since, "起", "", "") for one in found.stale]
    rows += [
        ("单位", one.name, "7 天", one.total, "条", "", f"最忙一小时 {one.busiest_hour} 条") for one in found.places
    ]
    rows += [
        ("单位每小时", one.name, hour, number, "条", "", "")
        for one in found.places
        for hour, number in zip(found.hours, one.hours, strict=True)
    ]
    rows += [("确认人", one.name, "", one.count, "条", "", f"中位用时 {one.minutes:.1f} 分钟") for one in found.people]
    rows += [("报警洪水", begin, end, number, "条", "", "") for begin, end, number in found.floods]
    return ("类别", "项目", "细目", "值", "单位", "界限", "说明"), rows
