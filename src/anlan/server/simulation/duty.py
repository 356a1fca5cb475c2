"""The demonstration's people on duty: they acknowledge what has been waiting for long, so that new alarms are left to the visitor."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms import actions
from anlan.kernel.alarms.models import Alarm
from anlan.kernel.alarms.moves import ANSWER
from anlan.kernel.casework.actions import make_step
from anlan.kernel.casework.models import Case

log = logging.getLogger(__name__)
PATIENCE, EVERY_S = timedelta(hours=3), 15.0


def answer(at: datetime) -> int:
    """Acknowledge, by whoever may, the demonstration's alarms raised before PATIENCE ago; returns how many."""
    close_old_connections()
    waiting = Alarm.objects.filter(
        state__in=("raised", "returned"), raised_at__lt=at - PATIENCE, stream__station__is_demo=True
    ).select_related("organisation")
    count = 0
    for alarm in waiting:
        actor = _somebody(alarm, at)
        if actor is not None:
            try:
                actions.acknowledge(actor=actor, alarm=alarm, at=at)
                count += 1
            except Refused:
                log.info("alarm %s was answered meanwhile", alarm.pk)
    return count


def verify(at: datetime) -> int:
    """Call about, and dismiss, what alarms raised before PATIENCE ago still wait to be verified; returns how many."""
    count = 0
    waiting = Case.objects.filter(state="calling", is_demo=True, alarm__raised_at__lt=at - PATIENCE)
    for case in waiting.select_related("alarm__organisation", "owner", "holder", "issuer")[:50]:
        step = next((one for one in case.of.steps if one.slug == "dismiss"), None)
        posts = [one for one in policy.who_may(step.permission, case, at.date()) if one.person.is_demo] if step else []
        if not posts:
            continue
        actor, cause = policy.actor_of(posts[0]), step.fields[-1].choices if step else None
        told = {
            "how": "scene",
            "reached": "示例·值班",
            "cause": list(cause or {"other": ""})[case.pk % len(cause or "1")],
        }
        try:
            make_step(actor=actor, case=case, step="dismiss", at=at, note="示例：到现场看过，没有险情。", values=told)
            count += 1
        except Refused:
            log.info("case %s was verified meanwhile", case.number)
    return count


def _somebody(alarm: Alarm, at: datetime) -> Actor | None:
    posts = [one for one in policy.who_may(ANSWER, alarm, at.date()) if one.person.is_demo]
    return policy.actor_of(posts[alarm.pk % len(posts)]) if posts else None


async def answer_by_and_by() -> None:
    while True:
        await asyncio.sleep(EVERY_S)
        try:
            await sync_to_async(verify)(clock.now())
            await sync_to_async(answer)(clock.now())
        except Exception:
            log.exception("the people on duty could not answer")
