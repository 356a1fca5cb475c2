"""The sweep: clocks that have run out are raised, once a level, however often and from however many processes it runs."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from django.db import transaction
from django.db.models import F

from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework.clocking import LEVELS
from anlan.kernel.casework.models import Clock, Escalation
from anlan.kernel.casework.verbs import drafted
from anlan.kernel.journal.record import append

TITLES = ("超时", "超时一天，报下达单位", "超时三天，报区")
SLICE = 1000


def sweep(at: datetime) -> int:
    """Raise one level of every clock that is due, until none is; returns how many levels were raised."""
    total = 0
    while raised := _slice(at):
        total += raised
    return total


@transaction.atomic
def _slice(at: datetime) -> int:
    """The longest due first. Their rows are locked (SQLite: the whole file is), so that two sweeps never raise a level twice."""
    due = Clock.objects.filter(raise_at__lt=at).order_by("raise_at")
    rows = list(due.select_related("case__holder").select_for_update(of=("self",), skip_locked=True)[:SLICE])
    levels: dict[int, list[Clock]] = defaultdict(list)
    for one in rows:
        levels[one.raised].append(one)
    for level, clocks in levels.items():
        # Of one level, the next time is as far behind each one's own end.
        after = LEVELS[level + 1] if level + 1 < len(LEVELS) else None
        for one in clocks:
            one.raised = level + 1
        Clock.objects.filter(pk__in=[one.pk for one in clocks], raised=level).update(
            raised=level + 1, raise_at=None if after is None else F("due_at") + after
        )
    Escalation.objects.bulk_create(Escalation(clock=one, level=one.raised - 1, raised_at=at) for one in rows)
    append(
        drafted(
            SYSTEM, one.case, "escalated", at, level=one.raised - 1, due_at=one.due_at, title=TITLES[one.raised - 1]
        )
        for one in rows
    )
    return len(rows)
