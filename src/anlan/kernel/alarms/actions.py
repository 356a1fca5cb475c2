"""Answering alarms, putting them aside, and the rules: one function per intent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.moves import advance, find
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.consuming import note
from anlan.kernel.alarms.models import Alarm, Climb, Permit, Rule, Shelf
from anlan.kernel.alarms.moves import ALARM_MOVES, ANSWER
from anlan.kernel.alarms.queries import ladder_of, shelved
from anlan.kernel.alarms.rules import edition, editions
from anlan.kernel.alarms.settings import check_settings
from anlan.kernel.alarms.types import FORMS, PRIORITIES
from anlan.kernel.journal.record import record
from anlan.kernel.observations.actions import changed
from anlan.kernel.observations.kinds import kind_of
from anlan.kernel.observations.models import Stream
from anlan.kernel.registry.models import Station


@transaction.atomic
def acknowledge(*, actor: Actor, alarm: Alarm, at: datetime) -> Alarm:
    """Somebody has seen it and takes care. One that had returned meanwhile is ended by this."""
    returned = alarm.state == "returned"
    move = find(ALARM_MOVES, "acknowledge_returned" if returned else "acknowledge")
    ended = {"cleared_at": at} if returned else {}
    advance(alarm, move, actor=actor, acknowledged_at=at, acknowledged_by=actor.name, **ended)
    note(alarm, "acknowledged", at, actor)
    return alarm


@transaction.atomic
def clear(*, actor: Actor, alarm: Alarm, outcome: str, at: datetime) -> Alarm:
    """A person ends it while its condition still stands, and says why (a false alarm, a sensor taken out)."""
    if not outcome.strip():
        raise Refused("outcome", "没有写处置结果。写一句再结束。", "outcome")
    named = {} if alarm.acknowledged_at else {"acknowledged_at": at, "acknowledged_by": actor.name}
    advance(alarm, find(ALARM_MOVES, "clear"), actor=actor, cleared_at=at, outcome=outcome.strip()[:200], **named)
    note(alarm, "cleared", at, actor, outcome=outcome.strip()[:200])
    return alarm


@transaction.atomic
def remark(*, actor: Actor, alarm: Alarm, text: str, at: datetime) -> None:
    """A line in its course: what somebody saw or did. It stays as it was written."""
    policy.require(actor, ANSWER, alarm)
    if not text.strip():
        raise Refused("text", "没有写内容。写一句再记。", "text")
    note(alarm, "remarked", at, actor, text=text.strip()[:500])


@transaction.atomic
def shelve(*, actor: Actor, alarm: Alarm, ends_at: datetime, reason: str, at: datetime) -> Shelf:
    """Put the rule on this stream aside until an end: its alarms are kept and shown apart, and call nobody."""
    policy.require(actor, ANSWER, alarm)
    days = edition(at).longest_shelf_days
    if not reason.strip():
        raise Refused("reason", "没有写搁置理由。写明理由再搁置。", "reason")
    if not at < ends_at <= at + timedelta(days=days):
        raise Refused("ends_at", f"搁置须有结束时间，最长 {days} 天。改后再存。", "ends_at")
    Alarm.objects.select_for_update().get(pk=alarm.pk)  # two people at once: the second sees the first one's
    if Shelf.objects.filter(rule=alarm.rule, stream=alarm.stream, ends_at__gt=at).exists():
        raise Refused("illegal", "这条规则在这里已经搁置。")
    shelf: Shelf = Shelf.objects.create(
        alarm=alarm, rule=alarm.rule, stream=alarm.stream, starts_at=at, ends_at=ends_at, reason=reason.strip()[:200],
        person_id=actor.person_id, person_name=actor.name,
    )  # fmt: skip
    note(alarm, "shelved", at, actor, until=ends_at.isoformat(), reason=shelf.reason)
    return shelf


@transaction.atomic
def unshelve(*, actor: Actor, alarm: Alarm, at: datetime) -> None:
    """End a shelving before its time."""
    policy.require(actor, ANSWER, alarm)
    standing = Shelf.objects.filter(rule=alarm.rule, stream=alarm.stream, ends_at__gt=at, starts_at__lt=at)
    if not standing.update(ends_at=at, ended_at=at):
        raise Refused("illegal", "这条规则在这里没有搁置。")
    _wake(alarm.rule_id, alarm.stream_id, at)
    note(alarm, "unshelved", at, actor)


def end_shelves(at: datetime) -> int:
    """Shelvings whose end has come: said once, and the answer clock of what stands starts anew."""
    count = 0
    for shelf in Shelf.objects.filter(ends_at__lte=at, ended_at=None).select_related("alarm__organisation"):
        with transaction.atomic():
            if Shelf.objects.filter(pk=shelf.pk, ended_at=None).update(ended_at=at):
                _wake(shelf.rule_id, shelf.stream_id, at)
                if shelf.alarm is not None:
                    note(shelf.alarm, "shelf_ended", at, until=shelf.ends_at.isoformat())
                count += 1
    return count


def _wake(rule: int, stream: int, at: datetime) -> None:
    for alarm in Alarm.objects.filter(rule=rule, stream=stream, state="raised"):
        due = at + edition(alarm.raised_at).answer_within(alarm.priority)
        Alarm.objects.filter(pk=alarm.pk, state="raised").update(answer_due_at=due)


def climb(at: datetime) -> int:
    """Alarms that nobody acknowledged in their time go to the next people; returns how many. Shelved ones rest."""
    aside = shelved(at)
    most = max(one.most_climbs for one in editions())
    late = Alarm.objects.filter(state="raised", answer_due_at__lte=at, climbed__lt=most).select_related(
        "organisation", "stream__station__organisation"
    )
    return sum(_climb(alarm, at) for alarm in late if (alarm.rule_id, alarm.stream_id) not in aside)


@transaction.atomic
def _climb(alarm: Alarm, at: datetime) -> int:
    """One level up: one row, one entry; whoever comes second, or after an acknowledgement, finds nothing to do."""
    known, level = edition(alarm.raised_at), alarm.climbed + 1
    ladder = ladder_of(alarm, at)
    if level > known.most_climbs:
        return 0
    due = at + known.answer_within(alarm.priority)
    hit = Alarm.objects.filter(pk=alarm.pk, version=alarm.version, state="raised").update(
        climbed=level, answer_due_at=due, version=F("version") + 1
    )
    if not hit:
        return 0
    told = "、".join(f"{one.organisation} {one.title}" for one in ladder[min(level, len(ladder) - 1)]) if ladder else ""
    Climb.objects.create(alarm=alarm, level=level, at=at, told=told[:200])
    note(alarm, "climbed", at, level=level, told=told[:200])
    return 1


@transaction.atomic
def set_rule(
    *, actor: Actor, slug: str, title: str, form: str, kind: str, code: str, settings: Mapping[str, Any], priority: int,
    basis: str, at: datetime, station: Station | None = None, advice: str = "", verified: bool = False,
    follows: Rule | None = None,
) -> Rule:  # fmt: skip
    """A rule, or its next version from now on: an alarm stays with the version that raised it.

    `follows`: the version the person had before their eyes; when another is in force by now, nothing is changed.
    """
    policy.require(actor, "alarms.rules", station)
    declared = kind_of(kind)
    if declared is None:
        raise Refused("kind", f"没有“{kind}”这种监测点。", "kind")
    policy.require(actor, declared.permission, station)
    if not re.fullmatch(r"[a-z0-9_]{1,60}", slug):
        raise Refused("slug", "规则编号只用小写字母、数字和下划线，最多 60 个。", "slug")
    if not code or len(code) > 40:
        raise Refused("code", "没有选数据流。", "code")
    if form not in FORMS or priority not in PRIORITIES:
        raise Refused("form", "规则的形式或优先级不对。", "form")
    if not basis.strip():
        raise Refused("basis", "没有写依据。写明法规条款或许可证。", "basis")
    if not title.strip():
        raise Refused("title", "没有写名称。", "title")
    checked = check_settings(form, settings)
    before = Rule.objects.select_for_update().filter(slug=slug, station=station, valid_to=None).first()
    if follows is not None and follows != before:
        raise Refused("stale", "别人刚给这条规则换过版，刷新后再改。")
    if before is not None and before.valid_from >= at:
        raise Refused("stale", "这条规则刚换过版，刷新后再改。")
    Rule.objects.filter(slug=slug, station=station, valid_to=None).update(valid_to=at)
    rule: Rule = Rule.objects.create(
        slug=slug, title=title.strip()[:80], form=form, kind=kind, code=code, station=station, settings=checked, priority=priority,
        advice=advice[:200], basis=basis.strip()[:200], verified=verified, valid_from=at, made_by=actor.name,
    )  # fmt: skip
    record(actor=actor, verb="alarms.rule.set", subject_kind="rule", subject_id=rule.pk, at=at, new={"slug": slug, "form": form, **checked},
           org_path=station.organisation.path if station else "")  # fmt: skip
    changed()
    return rule


@transaction.atomic
def set_permit(
    *, actor: Actor, stream: Stream, limit: float, basis: str, at: datetime, low: float | None = None
) -> Permit:
    """The limit of this one stream from now on, out of its permit or design; the one before stays readable."""
    policy.require(actor, "alarms.rules", stream)
    if not basis.strip():
        raise Refused("basis", "没有写依据。写明许可证编号和条款。", "basis")
    if low is not None and low >= limit:
        raise Refused("low", "下限须小于上限。", "low")
    Stream.objects.select_for_update().get(pk=stream.pk)
    Permit.objects.filter(stream=stream, valid_to=None).update(valid_to=at)
    permit: Permit = Permit.objects.create(
        stream=stream, limit=limit, low=low, basis=basis.strip()[:200], valid_from=at, made_by=actor.name
    )
    record(actor=actor, verb="alarms.permit.set", subject_kind="stream", subject_id=stream.pk, at=at, new={"limit": limit, "low": low, "basis": permit.basis},
           org_path=stream.station.organisation.path)  # fmt: skip
    changed()
    return permit


@transaction.atomic
def end_rule(*, actor: Actor, rule: Rule, at: datetime) -> None:
    """No longer in force; its standing alarms are withdrawn by the gateway."""
    policy.require(actor, "alarms.rules", rule)
    declared = kind_of(rule.kind)
    if declared is not None:
        policy.require(actor, declared.permission, rule if rule.station else None)
    if not Rule.objects.filter(pk=rule.pk, valid_to=None).update(valid_to=at):
        raise Refused("stale", "这一版已经停用。")
    record(
        actor=actor, verb="alarms.rule.ended", subject_kind="rule", subject_id=rule.pk, at=at, new={"slug": rule.slug},
        org_path=rule.station.organisation.path if rule.station else "",
    )  # fmt: skip
    changed()
