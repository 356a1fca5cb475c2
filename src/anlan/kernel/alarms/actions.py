"""Answering alarms, putting them aside, and the rules: one function per intent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.moves import advance, find
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.alarms.consuming import note
from anlan.kernel.alarms.models import Alarm, Rule, Shelf
from anlan.kernel.alarms.moves import ALARM_MOVES, ANSWER
from anlan.kernel.alarms.types import FORMS, PRIORITIES, Calendar
from anlan.kernel.journal.record import record
from anlan.kernel.observations.actions import changed
from anlan.kernel.observations.kinds import kind_of
from anlan.kernel.registry.models import Station

LONGEST_SHELF = timedelta(days=7)
MOST_CLIMBS = 3
# What a form reads from `settings`: name -> (meaning, obligatory).
NEEDS: Mapping[str, tuple[str, ...]] = {
    "above": ("limit",), "below": ("limit",), "outside": ("low", "limit"), "bits": ("mask",), "rate": ("limit",),
    "frozen": ("hold_s",), "gap": ("hold_s",), "twin": ("limit", "other"), "all": ("of",),
}  # fmt: skip
SETTINGS = {"limit": "限值", "low": "下限", "back": "回差", "hold_s": "持续秒数", "mask": "状态位", "other": "另一数据流", "window_s": "比对窗口秒数",
            "of": "各条件", "unless": "抑制条件", "calendar": "时段"}  # fmt: skip


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
def shelve(*, actor: Actor, alarm: Alarm, ends_at: datetime, reason: str, at: datetime) -> Shelf:
    """Put the rule on this stream aside until an end: its alarms are kept and shown apart, and call nobody."""
    policy.require(actor, ANSWER, alarm)
    if not reason.strip():
        raise Refused("reason", "没有写搁置理由。写明理由再搁置。", "reason")
    if not at < ends_at <= at + LONGEST_SHELF:
        raise Refused("ends_at", "搁置须有结束时间，最长 7 天。改后再存。", "ends_at")
    if Shelf.objects.filter(rule=alarm.rule, stream=alarm.stream, ends_at__gt=at).exists():
        raise Refused("illegal", "这条规则在这里已经搁置。")
    shelf: Shelf = Shelf.objects.create(
        rule=alarm.rule, stream=alarm.stream, starts_at=at, ends_at=ends_at, reason=reason.strip()[:200],
        person_id=actor.person_id, person_name=actor.name,
    )  # fmt: skip
    note(alarm, "shelved", at, actor, until=ends_at.isoformat(), reason=shelf.reason)
    return shelf


@transaction.atomic
def unshelve(*, actor: Actor, alarm: Alarm, at: datetime) -> None:
    """End a shelving before its time."""
    policy.require(actor, ANSWER, alarm)
    if not Shelf.objects.filter(rule=alarm.rule, stream=alarm.stream, ends_at__gt=at, starts_at__lt=at).update(
        ends_at=at
    ):
        raise Refused("illegal", "这条规则在这里没有搁置。")
    note(alarm, "unshelved", at, actor)


def climb(at: datetime) -> int:
    """Alarms that nobody acknowledged in their time go to the next person; returns how many. Shelved ones rest."""
    shelved = set(Shelf.objects.filter(ends_at__gt=at).values_list("rule_id", "stream_id"))
    late = Alarm.objects.filter(state="raised", answer_due_at__lte=at, climbed__lt=MOST_CLIMBS)
    count = 0
    for alarm in late.select_related("organisation"):
        if (alarm.rule_id, alarm.stream_id) in shelved:
            continue
        with transaction.atomic():
            due = at + timedelta(minutes=PRIORITIES[alarm.priority][1])
            hit = Alarm.objects.filter(pk=alarm.pk, version=alarm.version).update(
                climbed=F("climbed") + 1, answer_due_at=due, version=F("version") + 1
            )
            if hit:
                note(alarm, "climbed", at, SYSTEM, to=alarm.climbed + 1)
                count += 1
    return count


@transaction.atomic
def set_rule(
    *, actor: Actor, slug: str, title: str, form: str, kind: str, code: str, settings: Mapping[str, Any], priority: int,
    basis: str, at: datetime, station: Station | None = None, advice: str = "", verified: bool = False,
) -> Rule:  # fmt: skip
    """A rule, or its next version from now on: an alarm stays with the version that raised it."""
    policy.require(actor, "alarms.rules", station)
    declared = kind_of(kind)
    if declared is None:
        raise Refused("kind", f"没有“{kind}”这种监测点。", "kind")
    if form not in FORMS or priority not in PRIORITIES:
        raise Refused("form", "规则的形式或优先级不对。", "form")
    if not basis.strip():
        raise Refused("basis", "没有写依据。写明法规条款或许可证。", "basis")
    if not title.strip():
        raise Refused("title", "没有写名称。", "title")
    checked = check_settings(form, settings)
    Rule.objects.filter(slug=slug, station=station, valid_to=None).update(valid_to=at)
    rule: Rule = Rule.objects.create(
        slug=slug, title=title.strip()[:80], form=form, kind=kind, code=code, station=station, settings=checked, priority=priority,
        advice=advice[:200], basis=basis.strip()[:200], verified=verified, valid_from=at, made_by=actor.name,
    )  # fmt: skip
    record(actor=actor, verb="alarms.rule.set", subject_kind="rule", subject_id=rule.pk, at=at, new={"slug": slug, "form": form, **checked},
           org_path=station.organisation.path if station else "")  # fmt: skip
    changed()
    return rule


def check_settings(form: str, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Only known names, numbers that are numbers, and what the form needs. Raises Refused."""
    unknown = set(settings) - set(SETTINGS)
    missing = [SETTINGS[name] for name in NEEDS[form] if settings.get(name) in (None, "")]
    if unknown:
        raise Refused("settings", f"没有设置项“{'、'.join(sorted(unknown))}”。", "settings")
    if missing:
        raise Refused("settings", f"还差{'、'.join(missing)}。", "settings")
    for name in ("limit", "low", "back", "hold_s", "window_s", "mask"):
        if name in settings and (isinstance(settings[name], bool) or not isinstance(settings[name], int | float)):
            raise Refused("settings", f"{SETTINGS[name]}须是数字。", name)
    if settings.get("hold_s", 0) < 0 or settings.get("back", 0) < 0:
        raise Refused("settings", "持续时间和回差不能是负数。", "settings")
    if form == "outside" and settings["low"] >= settings["limit"]:
        raise Refused("settings", "下限须小于上限。", "low")
    if "calendar" in settings:
        given = settings["calendar"]
        Calendar(tuple(given["weekdays"]), int(given["start"]), int(given["end"]))
    return dict(settings)


@transaction.atomic
def end_rule(*, actor: Actor, rule: Rule, at: datetime) -> None:
    """No longer in force; its standing alarms are withdrawn by the gateway."""
    policy.require(actor, "alarms.rules", rule)
    if not Rule.objects.filter(pk=rule.pk, valid_to=None).update(valid_to=at):
        raise Refused("stale", "这一版已经停用。")
    record(
        actor=actor, verb="alarms.rule.ended", subject_kind="rule", subject_id=rule.pk, at=at, new={"slug": rule.slug}
    )
    changed()
