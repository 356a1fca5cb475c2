"""Reads: alarms a person may see, how heavy their load is, and what waits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.models import OPEN, Alarm, Rule, Shelf
from anlan.kernel.alarms.moves import ANSWER
from anlan.kernel.alarms.rules import edition
from anlan.kernel.alarms.types import PRIORITIES
from anlan.kernel.observations import queries
from anlan.kernel.observations.kinds import kind_of, seen_by
from anlan.kernel.registry.models import Station
from anlan.kernel.web.types import Fact, Waiting

LOAD_SPAN = timedelta(days=7)
OVERSEE = "alarms.oversee"


def visible(actor: Actor) -> QuerySet[Alarm]:
    """Alarms at stations whose figures the person may see."""
    mine = queries.stations(actor)
    return Alarm.objects.filter(stream__station__in=mine).select_related(
        "rule", "stream__station__organisation", "organisation"
    )


def rules_seen(actor: Actor) -> QuerySet[Rule]:
    kinds = [one.slug for one in seen_by(actor)]
    return Rule.objects.filter(kind__in=kinds).select_related("station")


def shelves(at: datetime) -> QuerySet[Shelf]:
    """Those that stand at `at`."""
    return Shelf.objects.filter(starts_at__lte=at, ends_at__gt=at)


def shelved(at: datetime) -> set[tuple[int, int]]:
    """(rule, stream) put aside at `at`."""
    return set(shelves(at).values_list("rule_id", "stream_id"))


def shelf_of(alarm: Alarm, at: datetime) -> Shelf | None:
    return shelves(at).filter(rule=alarm.rule_id, stream=alarm.stream_id).first()


def same_rule(alarm: Alarm) -> QuerySet[Alarm]:
    """Other alarms of the same rule, in whatever version, on the same stream; the newest first."""
    rows = Alarm.objects.filter(stream=alarm.stream_id, rule__slug=alarm.rule.slug).exclude(pk=alarm.pk)
    return rows.select_related("rule").order_by("-since")


def counts(actor: Actor, at: datetime) -> dict[str, int]:
    """How many stand in each state, and how many are shelved: the tabs of the list."""
    rows = visible(actor).filter(state__in=OPEN).order_by()
    found = dict(rows.values_list("state").annotate(Count("pk")))
    return {**found, "shelved": filtered(visible(actor), {"state": "shelved"}, at).count()}


def filtered(rows: QuerySet[Alarm], asked: Mapping[str, str], at: datetime) -> QuerySet[Alarm]:
    """By state (default: open), priority, kind of station, words, rule and stream; `group`: repeated ones as one line."""
    state = asked.get("state", "open")
    aside = Exists(
        Shelf.objects.filter(rule=OuterRef("rule"), stream=OuterRef("stream"), starts_at__lte=at, ends_at__gt=at)
    )
    match state:
        case "all":
            pass
        case "open" | "":
            rows = rows.filter(state__in=OPEN)
        case "shelved":
            rows = rows.filter(aside, state__in=OPEN)
        case _:
            rows = rows.filter(state=state)
    for name, field in (("priority", "priority"), ("stream", "stream"), ("organisation", "organisation")):
        if asked.get(name, "").isdecimal():
            rows = rows.filter(**{field: int(asked[name][:18])})
    if asked.get("rule"):
        rows = rows.filter(rule__slug=asked["rule"][:60])
    if asked.get("kind"):
        rows = rows.filter(stream__station__kind=asked["kind"])
    if asked.get("q"):
        rows = rows.filter(
            Q(stream__station__name__icontains=asked["q"][:80]) | Q(rule__title__icontains=asked["q"][:80])
        )
    if asked.get("since", "").isdecimal():
        rows = rows.filter(raised_at__gt=at - timedelta(minutes=int(asked["since"][:6])))
    order = {"since": "since", "-since": "-since", "due": "answer_due_at"}.get(asked.get("sort", ""), "priority")
    return rows.order_by(order, "-since", "-pk")


def grouped(rows: QuerySet[Alarm]) -> QuerySet[Alarm]:
    """Open alarms of one rule on one stream as one row: the newest, with `times`, how many they are."""
    same = Alarm.objects.filter(stream=OuterRef("stream"), rule__slug=OuterRef("rule__slug"), state__in=OPEN)
    newer = same.filter(Q(since__gt=OuterRef("since")) | Q(since=OuterRef("since"), pk__gt=OuterRef("pk")))
    counted = same.order_by().values("stream").annotate(n=Count("pk")).values("n")
    return rows.filter(~Exists(newer) | ~Q(state__in=OPEN)).annotate(times=Subquery(counted))


def alike(alarm: Alarm) -> QuerySet[Alarm]:
    """The older open alarms of the same rule on the same stream that nobody has acknowledged."""
    rows = Alarm.objects.filter(stream=alarm.stream_id, rule__slug=alarm.rule.slug, state__in=("raised", "returned"))
    return rows.exclude(pk=alarm.pk).select_related("rule", "stream__station__organisation", "organisation")


# ---- floods
@dataclass(frozen=True)
class Flood:
    """More alarms in a few minutes than one person can answer; `places`: (organisation, count), the most first."""

    count: int
    minutes: int
    most: int
    places: list[tuple[Organisation, int]]
    stations: list[tuple[Station, int]]


def flood(actor: Actor, at: datetime) -> Flood | None:
    """Of what this person has to answer now; None when it is bearable."""
    known = edition(at)
    rows = list(visible(actor).filter(raised_at__gt=at - timedelta(minutes=known.flood_minutes), raised_at__lte=at))
    if len(rows) <= known.flood_count:
        return None
    places = Counter(one.organisation for one in rows)
    stations = Counter(one.stream.station for one in rows)
    return Flood(len(rows), known.flood_minutes, known.flood_count, places.most_common(5), stations.most_common(5))


# ---- who is called
def _near(post: Post, path: str) -> bool:
    """The post's organisation is the place's own, above it (but not the district itself), or below it."""
    mine = post.organisation.path
    return mine.startswith(path) or (path.startswith(mine) and post.organisation.kind != "district")


def _levels(answering: Sequence[Post], overseeing: Sequence[Post], subject: Alarm) -> list[list[Post]]:
    kind = kind_of(subject.stream.station.kind)
    seeing = [post for post in answering if kind is None or policy.may(policy.actor_of(post), kind.permission, subject)]
    first = [post for post in seeing if kind is not None and post.role in kind.first]
    near = [post for post in seeing if post not in first and _near(post, subject.organisation.path)]
    rest = [post for post in seeing if post not in first and post not in near]
    above = [post for post in overseeing if post not in seeing]
    return [level for level in (first, near, rest, above) if level]


def ladder_of(alarm: Alarm, at: datetime) -> list[list[Post]]:
    """Who is called, level by level: the roles its kind names, those of the place who may answer, all others who may, then
    who oversees them. Empty levels are left out."""
    day = civil_date(at)
    return _levels(policy.who_may(ANSWER, alarm, day), policy.who_may(OVERSEE, alarm, day), alarm)


def called(actor: Actor, at: datetime) -> list[Alarm]:
    """What waits for this post now: unacknowledged, not shelved, and climbed at least to its level. The urgent first."""
    if not (policy.may(actor, ANSWER) or policy.may(actor, OVERSEE)):
        return []
    aside, day = shelved(at), civil_date(at)
    answering, overseeing = policy.who_may(ANSWER, None, day), policy.who_may(OVERSEE, None, day)
    levels: dict[tuple[str, str], int | None] = {}
    found = []
    for alarm in visible(actor).filter(state__in=("raised", "returned")).order_by("priority", "answer_due_at")[:500]:
        key = (alarm.stream.station.kind, alarm.organisation.path)
        if key not in levels:
            rungs = _levels(answering, overseeing, alarm)
            levels[key] = next(
                (place for place, posts in enumerate(rungs) if actor.post_id in {one.pk for one in posts}), None
            )
        level = levels[key]
        if level is not None and level <= alarm.climbed and (alarm.rule_id, alarm.stream_id) not in aside:
            found.append(alarm)
    return found


def waiting(actor: Actor, at: datetime) -> Iterable[Waiting]:
    """Alarms nobody has acknowledged, for those who are called by now."""
    for alarm in called(actor, at)[:200]:
        stood = alarm.stream.station
        yield Waiting(
            kind="报警", title=f"{stood.name} {alarm.rule.title}", fact=said(alarm), sender=PRIORITIES[alarm.priority], verb="确认",
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
    counts = dict(visible(actor).filter(state__in=OPEN).order_by().values_list("state").annotate(Count("pk")))
    open_now = sum(counts.values())
    text = f"{open_now} 条，{counts.get('raised', 0)} 条未确认" if open_now else "没有"
    yield Fact(title="报警", text=text, url=reverse("alarms"))
