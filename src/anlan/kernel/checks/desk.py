"""What waits for a person, the day's checks in a few figures, and what search finds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Count, Q
from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.kernel.access.types import Actor
from anlan.kernel.checks import declared, queries
from anlan.kernel.web.types import Fact, Hit, Waiting

SHOWN = 100


def waiting(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """Tasks that I may do now, and missed ones that I have to explain, one line an area."""
    for task in queries.mine(actor, at)[:SHOWN]:
        where = "，".join(
            one
            for one in (
                task.place,
                task.subject_title,
                str(task.target) if task.target_id != task.organisation_id else "",
            )
            if one
        )
        yield Waiting(
            kind=declared.area(task.area).title, title=task.title, fact=where or str(task.form), sender=task.plan.made_by if task.plan else "", verb="检查",
            url=reverse("check", args=[task.pk]), due_at=task.due_at, started_at=task.starts_at,
        )  # fmt: skip
    for row in queries.unexplained(actor, at).order_by().values("area").annotate(n=Count("pk")):
        area = declared.area(row["area"])
        yield Waiting(
            kind=area.title, title=f"{row['n']} 次漏查没有说明原因", fact=actor.on_behalf_of, sender="", verb="说明漏查",
            url=f"{reverse(f'{area.slug}_checks')}?state=missed&unexplained=1",
        )  # fmt: skip


def now(actor: Actor, at: datetime) -> Iterable[Fact]:
    """Today's checks of what I see: done of all, and missed."""
    today = civil_date(at)
    rows = queries.within(queries.visible(actor), today, today).exclude(state="excused")
    counted = rows.order_by().aggregate(
        n=Count("pk"),
        done=Count("pk", filter=Q(state="done")),
        missed=Count("pk", filter=Q(state="open", due_at__lt=at)),
    )
    if counted["n"]:
        missed = f"，漏查 {counted['missed']}" if counted["missed"] else ""
        yield Fact(
            title="今天到期的检查", text=f"已查 {counted['done']} / {counted['n']}{missed}", url=reverse("checks")
        )


def find(actor: Actor, words: str) -> list[Hit]:
    rows = queries.visible_plans(actor).filter(
        Q(title__contains=words) | Q(place__contains=words) | Q(subject_title__contains=words)
    )[:8]
    return [
        Hit(group="查", title=one.title, detail=f"{declared.area(one.area).title}，{one.organisation}", url=reverse(f"{one.area}_check_plan", args=[one.pk]))
        for one in rows
    ]  # fmt: skip
