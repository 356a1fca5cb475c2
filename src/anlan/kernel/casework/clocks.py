"""The sweep: clocks that have run out are raised, once a level, however often and from however many processes it runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework.models import Clock, Escalation
from anlan.kernel.casework.verbs import note as journal

# How long after its end a clock goes to the next: the holder, who issued the case, the district. Our own default.
LEVELS = (timedelta(0), timedelta(days=1), timedelta(days=3))
TITLES = ("超时", "超时一天，报下达单位", "超时三天，报区")
SLICE = 500


def due_now(at: datetime) -> QuerySet[Clock]:
    """Running clocks that have a level to be raised."""
    late = Q(pk=None)
    for level, after in enumerate(LEVELS):
        late |= Q(due_at__lt=at - after, raised=level)
    rows = Clock.objects.filter(stopped_at=None, paused_at=None, due_at__lt=at)
    return rows.annotate(raised=Count("escalations")).filter(late)


def sweep(at: datetime) -> int:
    """Raise one level of every clock that is due; returns how many."""
    total = 0
    while rows := list(due_now(at).select_related("case__holder")[:SLICE]):
        for clock in rows:
            total += _raise(clock, at)
    return total


@transaction.atomic
def _raise(clock: Clock, at: datetime) -> int:
    level = clock.escalations.count()
    if level >= len(LEVELS) or clock.due_at + LEVELS[level] >= at:
        return 0
    _row, made = Escalation.objects.get_or_create(clock=clock, level=level, defaults={"raised_at": at})
    if made:
        journal(SYSTEM, clock.case, "escalated", at, level=level, due_at=clock.due_at, title=TITLES[level])
    return int(made)
