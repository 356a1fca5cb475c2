"""A look at a hydrant, and what an alarm turned out to be: one function per intent; both only add a line."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.models import Alarm
from anlan.kernel.journal.record import record
from anlan.packs.safety.fire_iot.kinds import CHECK, JUDGE
from anlan.packs.safety.fire_iot.models import FireVerdict, Hydrant, HydrantCheck
from anlan.packs.safety.fire_iot.rules import VERDICTS

CHECKED, JUDGED = "fire_iot.hydrant.checked", "fire_iot.alarm.judged"
EARLIEST = timedelta(days=400)  # a paper list of last year may still be typed in


@transaction.atomic
def check_hydrant(
    *, actor: Actor, hydrant: Hydrant, checked_on: date, sound: bool, fault: str, at: datetime
) -> HydrantCheck:
    policy.require(actor, CHECK, hydrant)
    today, fault = civil_date(at), fault.strip()
    if hydrant.retired_on is not None:
        raise Refused("illegal", "这个消火栓已停用，不用检查。")
    if not today - EARLIEST <= checked_on <= today:
        raise Refused("checked_on", "检查日期须在今天或以前，最早一年前。改日期再存。", "checked_on")
    if checked_on < hydrant.installed_on:
        raise Refused("checked_on", f"检查日期早于设置日期 {hydrant.installed_on}。改日期再存。", "checked_on")
    if not sound and not fault:
        raise Refused("fault", "没有写毛病。不完好的写明哪里坏了。", "fault")
    if sound and fault:
        raise Refused("fault", "完好的不写毛病；有毛病就选不完好。", "fault")
    row: HydrantCheck = HydrantCheck.objects.create(
        hydrant=hydrant, checked_on=checked_on, sound=sound, fault=fault[:200], person_name=actor.name, made_at=at
    )
    record(actor=actor, verb=CHECKED, subject_kind="hydrants", subject_id=hydrant.pk, at=at, org_path=hydrant.organisation.path,
           new={"checked_on": checked_on, "sound": sound, "fault": fault})  # fmt: skip
    return row


@transaction.atomic
def judge(*, actor: Actor, alarm: Alarm, verdict: str, cause: str, at: datetime) -> FireVerdict:
    """Say what it was; a later word corrects an earlier one, which stays."""
    policy.require(actor, JUDGE, alarm)
    if alarm.stream.station.kind != "fire":
        raise Refused("illegal", "这不是消防报警。")
    if verdict not in VERDICTS:
        raise Refused("verdict", "选一个结论：真火警、误报或测试。", "verdict")
    if not cause.strip():
        raise Refused("cause", "没有写原因。写一句再存。", "cause")
    newest = alarm.fire_verdicts.first()
    if newest is not None and (newest.verdict, newest.cause) == (verdict, cause.strip()[:200]):
        raise Refused("same", "和上一次的结论一样，没有再记。", "verdict")
    row: FireVerdict = FireVerdict.objects.create(
        alarm=alarm, verdict=verdict, cause=cause.strip()[:200], person_name=actor.name, made_at=at
    )
    record(actor=actor, verb=JUDGED, subject_kind="alarm", subject_id=alarm.pk, at=at, org_path=alarm.organisation.path,
           old={"verdict": newest.verdict, "cause": newest.cause} if newest else None, new={"verdict": verdict, "cause": row.cause})  # fmt: skip
    return row
