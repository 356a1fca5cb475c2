"""Corrections, dust days and substitutions. Each is one transaction with one journal entry."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

import numpy as np
from django.db import transaction

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.packs.environment.air_quality import evaluation
from anlan.packs.environment.air_quality.models import AirStation, DustDay, StationDay, Substitution
from anlan.science.air.editions import ITEMS, NAMES
from anlan.science.air.hours import HIGHEST
from anlan.science.air.vector import NONE, UNIT


@transaction.atomic
def correct_hour(
    *,
    actor: Actor,
    station: AirStation,
    day: date,
    hour: int,
    item: str,
    value: Decimal | None,
    reason: str,
    at: datetime,
) -> StationDay:
    """Set one hour's value (µg/m³, CO mg/m³) or declare it invalid (`value` None): a new version; the old one stays."""
    policy.require(actor, "air_quality.manage", station)
    if not reason.strip():
        raise Refused("reason", "没有写理由。写明依据再存。", "reason")
    if item not in ITEMS:
        raise Refused("item", "没有这个项目。", "item")
    if not 0 <= hour <= 23:
        raise Refused("hour", "小时是 0 到 23。", "hour")
    current = StationDay.objects.select_for_update().filter(station=station, day=day, is_current=True).first()
    if current is None:
        raise Refused("not_found", "这一天没有数据。")
    block, place = current.block, ITEMS.index(item)
    new = NONE if value is None else _thousandths(item, value)
    old = int(block.values[hour, place])
    if new == old:
        raise Refused("same", "与现值相同，没有可改的。", "value")
    block.values = np.array(block.values)
    block.values[hour, place] = new
    block.corrected = np.array(block.corrected)
    block.corrected[hour] = 1
    draft = evaluation.Draft(station.pk, day, current.version + 1, block, reason.strip()[:200])
    row = evaluation.rows([draft], at=at, by=actor.name)[0]
    if StationDay.objects.filter(pk=current.pk, is_current=True).update(is_current=False) != 1:
        raise Refused("stale", "别人刚改过这一天，刷新后再办。")
    row.save(force_insert=True)
    record(
        actor=actor, verb="air_quality.hour.corrected", subject_kind="station_day", subject_id=row.pk, at=at,
        org_path=station.organisation.path if station.organisation else "",
        old={"value": old, "version": current.version},
        new={"station": station.code, "day": day, "hour": hour, "item": item, "value": new, "reason": reason.strip()},
    )  # fmt: skip
    return row


def _thousandths(item: str, value: Decimal) -> int:
    scaled = value * UNIT
    if value < 0 or scaled != scaled.to_integral_value() or scaled > HIGHEST[item]:
        raise Refused("value", f"{NAMES[item]} 的值不合常理：不小于零，最多三位小数。", "value")
    return int(scaled)


@transaction.atomic
def mark_dust(*, actor: Actor, area: Organisation, day: date, reason: str, at: datetime) -> DustDay:
    """Approve a day as influenced by sand and dust: ratios are then shown with and without it."""
    policy.require(actor, "air_quality.manage")
    if not reason.strip():
        raise Refused("reason", "没有写依据。写明认定文件再存。", "reason")
    if day > civil_date(at):
        raise Refused("day", "日期晚于今天。", "day")
    row, made = DustDay.objects.get_or_create(
        area=area,
        day=day,
        withdrawn_at=None,
        defaults={"reason": reason.strip()[:200], "approved_at": at, "approved_by": actor.name},
    )
    if not made:
        raise Refused("again", "这一天已认定为沙尘日。", "day")
    record(actor=actor, verb="air_quality.dust.marked", subject_kind="dust_day", subject_id=row.pk, org_path=area.path, at=at,
           new={"day": day, "reason": row.reason})  # fmt: skip
    return row


@transaction.atomic
def withdraw_dust(*, actor: Actor, dust: DustDay, at: datetime) -> None:
    policy.require(actor, "air_quality.manage")
    if DustDay.objects.filter(pk=dust.pk, withdrawn_at=None).update(withdrawn_at=at) != 1:
        raise Refused("stale", "这一认定已撤回。")
    record(actor=actor, verb="air_quality.dust.withdrawn", subject_kind="dust_day", subject_id=dust.pk, org_path=dust.area.path, at=at,
           old={"day": dust.day})  # fmt: skip


@transaction.atomic
def declare_substitution(
    *, actor: Actor, area: Organisation, station: AirStation, shift_years: int, reason: str, at: datetime
) -> Substitution:
    """Declare that a station elsewhere stands in for the area's own; shown on every figure it feeds."""
    policy.require(actor, "air_quality.manage")
    if station.in_district:
        raise Refused("station", "这是本区的测点，不用替代。", "station")
    if not reason.strip():
        raise Refused("reason", "没有写理由。", "reason")
    row, made = Substitution.objects.get_or_create(
        area=area, station=station, withdrawn_at=None,
        defaults={"shift_years": shift_years, "reason": reason.strip()[:200], "declared_at": at, "declared_by": actor.name},
    )  # fmt: skip
    if not made:
        raise Refused("again", "已声明过这个替代。", "station")
    record(actor=actor, verb="air_quality.substitution.declared", subject_kind="substitution", subject_id=row.pk, org_path=area.path, at=at,
           new={"station": station.code, "shift_years": shift_years, "reason": row.reason})  # fmt: skip
    return row
