"""Reading the roster: the week, what is lacking, what a shift leaves behind, what waits for whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Person
from anlan.kernel.access.types import Actor
from anlan.kernel.response import clocks, log
from anlan.kernel.response import queries as response
from anlan.kernel.response.models import DutyShift, Incident, LogEntry, Task
from anlan.kernel.response.types import POSTS
from anlan.kernel.web.types import Fact, Waiting
from anlan.kernel.web.words import time_words
from anlan.packs.safety.duty.models import Called, CallUp, HandOver, LargeEvent, Manning, SelfCheck, ShiftTrade
from anlan.packs.safety.duty.rules import (
    AHEAD,
    CHECK_WITHIN,
    COUNT_EVERY,
    Gap,
    Has,
    Span,
    Want,
    crowd,
    gaps,
    read_edges,
    spans,
)

READ, PLAN, ACT, APPROVE, CALL, WRITE = "duty.read", "duty.plan", "duty.act", "duty.approve", "duty.call", "duty.write"


def midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def shifts(start: datetime, end: datetime) -> QuerySet[DutyShift]:
    """Planned shifts that touch [start, end)."""
    return DutyShift.objects.filter(state="planned", starts_at__lt=end, ends_at__gt=start).select_related(
        "person", "organisation"
    )


def mannings(start: datetime, end: datetime) -> QuerySet[Manning]:
    first, last = civil_date(start), civil_date(end)
    rows = Manning.objects.filter(Q(until_on=None) | Q(until_on__gte=first), from_on__lte=last)
    return rows.select_related("organisation", "event", "period")


def wants(rows: Sequence[Manning], start: datetime, end: datetime) -> list[Want]:
    """From the first change of the first day to that after the last day."""
    found = []
    for one in rows:
        edge = timedelta(minutes=read_edges(one.edges)[0])
        low = midnight(one.from_on) + edge
        high = midnight(one.until_on + timedelta(days=1)) + edge if one.until_on else end
        why = str(one.event or one.period or "")
        found.append(
            Want(
                post=one.post,
                organisation=one.organisation_id,
                start=max(low, start),
                end=min(high, end),
                people=one.people,
                why=why,
            )
        )
    return found


def lacking(start: datetime, end: datetime) -> list[Gap]:
    has = [
        Has(post=one.post, organisation=one.organisation_id, person=one.person_id, rank=one.rank, start=one.starts_at, end=one.ends_at)
        for one in shifts(start, end)
    ]  # fmt: skip
    return gaps(wants(list(mannings(start, end)), start, end), has, start, end)


@dataclass(frozen=True)
class Cell:
    """A post on a day: who stands in it, and what is lacking."""

    day: date
    shifts: tuple[DutyShift, ...]
    gaps: tuple[Gap, ...]


@dataclass(frozen=True)
class Line:
    post: str
    organisation: Organisation
    cells: tuple[Cell, ...]


def week(first: date, days: int = 7) -> list[Line]:
    """The roster by post, the command posts in their order, and within one by organisation. A shift is on the day it begins."""
    start, end = midnight(first), midnight(first + timedelta(days=days))
    rows, lack = list(shifts(start, end)), lacking(start, end)
    keys = {(one.post, one.organisation_id) for one in rows} | {(one.post, one.organisation) for one in lack}
    keys |= {(one.post, one.organisation_id) for one in mannings(start, end)}
    units = Organisation.objects.in_bulk({key[1] for key in keys})
    order = list(POSTS)
    found = []
    for post, unit in sorted(keys, key=lambda key: (order.index(key[0]), units[key[1]].path)):
        cells = []
        for number in range(days):
            day, low = first + timedelta(days=number), midnight(first + timedelta(days=number))
            high = low + timedelta(days=1)
            here = tuple(
                one
                for one in rows
                if (one.post, one.organisation_id) == (post, unit)
                and (low <= one.starts_at < high or (number == 0 and one.starts_at < low))
            )
            missing = tuple(
                one for one in lack if (one.post, one.organisation) == (post, unit) and low <= one.start < high
            )
            cells.append(Cell(day, here, missing))
        found.append(Line(post, units[unit], tuple(cells)))
    return found


def next_of(shift: DutyShift) -> DutyShift | None:
    """Who has the post after this shift."""
    rows = DutyShift.objects.filter(
        post=shift.post,
        organisation=shift.organisation,
        state="planned",
        starts_at__gte=shift.ends_at - timedelta(minutes=1),
    )
    return rows.exclude(pk=shift.pk).order_by("starts_at", "rank").select_related("person").first()


def spans_of(person: int, but: Sequence[int] = ()) -> list[Span]:
    rows = DutyShift.objects.filter(person=person, state="planned").exclude(pk__in=but)
    return [Span(one.starts_at, one.ends_at) for one in rows]


def people(on: date) -> QuerySet[Person]:
    """Whoever holds a post of the district and can stand duty."""
    held = Q(posts__ends_on=None) | Q(posts__ends_on__gte=on)
    roles = list(policy.permissions()[ACT].roles)
    return Person.objects.filter(held, is_active=True, posts__role__in=roles).distinct().order_by("name")


# ---- what a shift leaves behind
def sheet(shift: DutyShift, at: datetime) -> dict[str, Any]:
    """What stands at the hand-over: open incidents, tasks nobody accepted, clocks that are late, notes and posts lacking. Plain, to be frozen."""
    until = min(at, shift.ends_at) if at > shift.starts_at else at
    open_, late = [], []
    for one in Incident.objects.filter(is_open=True).exclude(mode="drill").order_by("opened_at"):
        board = log.board(one)
        open_.append(
            {
                "number": one.number,
                "title": one.title,
                "state": one.get_state_display(),
                "level": one.get_level_display() if one.level else "",
                "tasks": len(board.open_tasks()),
            }
        )
        late += [
            {
                "number": one.number,
                "title": one.title,
                "clock": run.rule.title,
                "due": run.due_at.astimezone(CHINA).isoformat(),
            }
            for run in clocks.clocks(board, at)
            if run.result == "late"
        ]
    waits = (
        Task.objects.filter(state="sent", incident__is_open=True)
        .select_related("incident", "organisation", "person")
        .order_by("due_at")[:200]
    )
    notes = (
        LogEntry.objects.filter(kind="note", received_at__gte=shift.starts_at, received_at__lt=max(until, at))
        .select_related("incident")
        .order_by("received_at")[:200]
    )
    units = {one.pk: str(one) for one in Organisation.objects.all()}
    return {
        "incidents": open_,
        "tasks": [{"number": one.incident.number, "title": one.title, "who": str(one.person or one.organisation), "due": one.due_at.astimezone(CHINA).isoformat()} for one in waits],
        "late": late,
        "notes": [{"number": one.incident.number, "at": one.received_at.astimezone(CHINA).isoformat(), "name": one.actor_name, "text": str(one.payload.get("text", ""))[:300]} for one in notes],
        "gaps": [{"post": POSTS[one.post], "organisation": units[one.organisation], "from": one.start.astimezone(CHINA).isoformat(), "to": one.end.astimezone(CHINA).isoformat()}
                 for one in lacking(at, at + timedelta(days=1)) if one.level == "red"],
        "opened": Incident.objects.filter(opened_at__gte=shift.starts_at, opened_at__lte=at).count(),
    }  # fmt: skip


# ---- who is called, in order
def chain(post: str, at: datetime) -> list[int]:
    """Persons of a post: who is on duty by rank, then who comes next within a day, then the duty leader."""
    rows = list(
        DutyShift.objects.filter(
            post=post, state="planned", ends_at__gt=at, starts_at__lt=at + timedelta(days=1)
        ).order_by("starts_at", "rank", "pk")
    )
    now = sorted((one for one in rows if one.starts_at <= at), key=lambda one: (one.rank, one.pk))
    after = [one for one in rows if one.starts_at > at]
    duty = (
        [one.person for one in sorted(response.on_duty(at)) if one.post == "duty" and one.person is not None]
        if post != "duty"
        else []
    )
    return list(dict.fromkeys([one.person_id for one in (*now, *after)] + duty))


# ---- events
@dataclass(frozen=True)
class Watch:
    """A large event now: its last count against what the place is let for, and whether a count is due."""

    event: LargeEvent
    people: int | None
    light: str
    open: bool
    due: datetime | None


def event_bounds(event: LargeEvent) -> tuple[datetime, datetime]:
    return midnight(event.starts_on) + timedelta(minutes=read_edges(event.opens)[0]), midnight(
        event.ends_on
    ) + timedelta(minutes=read_edges(event.closes)[0])


def is_open(event: LargeEvent, at: datetime) -> bool:
    """Within its days, and its hours of the day."""
    low, high = read_edges(event.opens)[0], read_edges(event.closes)[0]
    local = at.astimezone(CHINA)
    return event.starts_on <= local.date() <= event.ends_on and low <= local.hour * 60 + local.minute < high


def watch(event: LargeEvent, at: datetime) -> Watch:
    last = event.counts.order_by("-at", "-pk").first()
    now = is_open(event, at)
    opened = midnight(civil_date(at)) + timedelta(minutes=read_edges(event.opens)[0])
    due = max(opened, last.at if last else opened) + COUNT_EVERY if now else None
    return Watch(event, last.people if last else None, crowd(last.people, event.most) if last else "", now, due)


def events(at: datetime) -> list[Watch]:
    """Those of today and of the week ahead."""
    today = civil_date(at)
    rows = LargeEvent.objects.filter(retired_on=None, ends_on__gte=today, starts_on__lte=today + AHEAD).order_by(
        "starts_on", "pk"
    )
    return [watch(one, at) for one in rows]


# ---- the desk
def now(actor: Actor, at: datetime) -> Iterator[Fact]:
    if not policy.may(actor, READ):
        return
    duty = [one for one in response.on_duty(at) if one.rank == 1 and one.post in ("commander", "duty")]
    names = "、".join(
        f"{POSTS[one.post]} {one.name}" for one in sorted(duty, key=lambda one: list(POSTS).index(one.post))
    )
    yield Fact(title="现在值班", text=names or "没有人", url=reverse("duty"))
    red = [one for one in lacking(at, at + AHEAD) if one.level == "red"]
    yield Fact(title="七天内缺岗", text=f"{len(red)} 处" if red else "没有", url=reverse("duty"))


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    if not policy.may(actor, ACT) and not policy.may(actor, PLAN) and not policy.may(actor, APPROVE):
        return
    yield from _calls(actor, at)
    yield from _gaps(actor, at)
    yield from _trades(actor)
    yield from _handovers(actor, at)
    yield from _checks(actor, at)
    yield from _counts(actor, at)


def _calls(actor: Actor, at: datetime) -> Iterator[Waiting]:
    rows = Called.objects.filter(
        person=actor.person_id, call__state="open", state__in=("called", "silent", "answered", "moving")
    ).select_related("call")
    for one in rows:
        fact = f"{one.get_post_display()} · {one.call.words}" if one.call.words else one.get_post_display()
        yield Waiting(kind="召集", title=one.call.title, fact=fact, sender=one.call.by, verb="应答" if one.state in ("called", "silent") else "报到岗",
                      url=reverse("duty_call", args=[one.call_id]), due_at=one.climb_at or at, started_at=one.called_at)  # fmt: skip

    if policy.may(actor, CALL):
        for call in CallUp.objects.filter(state="open").order_by("-at")[:20]:
            if dead := unanswered(call):
                yield Waiting(kind="召集", title=f"{'、'.join(POSTS[one] for one in dead)}没有人应答", fact=call.title, sender=call.by, verb="处置",
                              url=reverse("duty_call", args=[call.pk]), due_at=call.at)  # fmt: skip


def unanswered(call: CallUp) -> list[str]:
    """Posts of a call where everyone was passed over and nobody is left."""
    last = {one.post: one for one in Called.objects.filter(call=call).order_by("post", "level")}
    coming = set(
        Called.objects.filter(call=call, state__in=("called", "answered", "moving", "arrived")).values_list(
            "post", flat=True
        )
    )
    return [post for post in POSTS if post in last and post not in coming]


def _gaps(actor: Actor, at: datetime) -> Iterator[Waiting]:
    if not (policy.may(actor, PLAN) or policy.may(actor, APPROVE)):
        return
    units = {one.pk: one for one in Organisation.objects.all()}
    red = [one for one in lacking(at, at + AHEAD) if one.level == "red"]
    mine = [
        one
        for one in red
        if policy.may(actor, PLAN, units[one.organisation]) or policy.may(actor, APPROVE, units[one.organisation])
    ]
    for one in mine[:5]:
        yield Waiting(kind="缺岗", title=f"{POSTS[one.post]}没有人", fact=f"{units[one.organisation]} {time_words(one.start, at)} 起", sender="值班表", verb="排班",
                      url=f"{reverse('duty')}?day={civil_date(one.start)}", due_at=one.start)  # fmt: skip
    if len(mine) > 5:
        yield Waiting(
            kind="缺岗",
            title=f"七天内还有 {len(mine) - 5} 处缺岗",
            fact="值班表",
            sender="值班表",
            verb="排班",
            url=reverse("duty"),
            due_at=mine[5].start,
        )


def _trades(actor: Actor) -> Iterator[Waiting]:
    url = reverse("duty_trades")
    rows = ShiftTrade.objects.select_related("shift__person", "shift__organisation", "asker", "to", "back")
    for one in rows.filter(state="asked", to=actor.person_id):
        yield Waiting(
            kind="换班",
            title=f"{one.asker.name}想和你换班",
            fact=one.reason,
            sender=one.asker.name,
            verb="答复",
            url=url,
            due_at=one.shift.starts_at,
        )
    if policy.may(actor, APPROVE):
        for one in rows.filter(state="agreed"):
            if actor.person_id not in (one.asker_id, one.to_id):
                yield Waiting(
                    kind="换班",
                    title=f"{one.asker.name}和{one.to.name}换班要批准",
                    fact=one.over,
                    sender=one.asker.name,
                    verb="批准",
                    url=url,
                    due_at=one.shift.starts_at,
                )


def _handovers(actor: Actor, at: datetime) -> Iterator[Waiting]:
    for one in HandOver.objects.filter(state="given", to=actor.person_id).select_related("shift", "given_by"):
        yield Waiting(kind="交接班", title=f"{one.shift.get_post_display()}交给你", fact="看过交接单再签", sender=one.given_by.name if one.given_by else "", verb="签收",
                      url=reverse("duty_handover", args=[one.shift_id]), due_at=one.shift.ends_at)  # fmt: skip
    soon = DutyShift.objects.filter(
        person=actor.person_id,
        state="planned",
        rank=1,
        ends_at__gt=at - timedelta(hours=12),
        ends_at__lte=at + timedelta(hours=1),
    )
    done = set(HandOver.objects.filter(shift__in=soon).exclude(state="draft").values_list("shift_id", flat=True))
    for shift in soon:
        if shift.pk not in done and next_of(shift) is not None:
            yield Waiting(kind="交接班", title=f"{shift.get_post_display()}要交班", fact="交接单已按本班的事拟好", sender="值班表", verb="交班",
                          url=reverse("duty_handover", args=[shift.pk]), due_at=shift.ends_at)  # fmt: skip


def due_check(person: int | None, at: datetime) -> DutyShift | None:
    """The shift of the duty leader that has begun without a self-check."""
    rows = DutyShift.objects.filter(
        person=person, post="duty", rank=1, state="planned", starts_at__lte=at, ends_at__gt=at
    ).order_by("-starts_at")
    shift = rows.first()
    return None if shift is None or SelfCheck.objects.filter(shift=shift).exists() else shift


def _checks(actor: Actor, at: datetime) -> Iterator[Waiting]:
    shift = due_check(actor.person_id, at)
    if shift is not None:
        yield Waiting(kind="自查", title="本班自查", fact="系统已查的先看，其余逐项勾", sender="值班表", verb="自查", url=reverse("duty_check"),
                      due_at=shift.starts_at + CHECK_WITHIN, started_at=shift.starts_at)  # fmt: skip


def _counts(actor: Actor, at: datetime) -> Iterator[Waiting]:
    for one in events(at):
        if not policy.may(actor, WRITE, one.event):
            continue
        url = reverse("large_events_detail", args=[one.event.pk])
        if one.light == "red" and one.open:
            yield Waiting(
                kind="活动保障",
                title=f"{one.event}人数到了上限",
                fact=f"{one.people} / {one.event.most} 人",
                sender="人数",
                verb="处置",
                url=url,
                due_at=at,
            )
        if one.due is not None and one.due <= at:
            yield Waiting(
                kind="活动保障",
                title=f"{one.event}该报人数",
                fact=f"每 {COUNT_EVERY.seconds // 60} 分钟一次",
                sender="人数",
                verb="报人数",
                url=url,
                due_at=one.due,
            )


def whole_spans(manning: Manning, start: date, end: date) -> list[Span]:
    """The shifts of a post that begin on these days, the last day included."""
    low = max(start, manning.from_on)
    high = min(end, manning.until_on) if manning.until_on else end
    return spans(read_edges(manning.edges), midnight(low), midnight(high + timedelta(days=1))) if low <= high else []
