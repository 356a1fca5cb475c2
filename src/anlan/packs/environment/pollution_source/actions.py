"""Limits, judged hours, signed days, published bulletins: one function per intent."""

from __future__ import annotations

import hashlib
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Max

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.alarms.actions import set_rule
from anlan.kernel.alarms.models import Rule
from anlan.kernel.journal.record import record
from anlan.kernel.observations.actions import add_reviewed
from anlan.kernel.observations.models import Stream
from anlan.kernel.registry.models import Station
from anlan.packs.environment.pollution_source import queries
from anlan.packs.environment.pollution_source.hours import HOUR, Hour
from anlan.packs.environment.pollution_source.kinds import ITEMS, MEDIUM, Item, item_of
from anlan.packs.environment.pollution_source.models import Bulletin, DayReview, HourReview, Limit
from anlan.packs.environment.pollution_source.queries import ItemDay
from anlan.science.flue import validity

LIMIT, REVIEW, PUBLISH = "pollution_source.limit", "pollution_source.review", "pollution_source.publish"


def _item(station: Station, code: str) -> Item:
    item = item_of(station.kind, code)
    if item is None:
        raise Refused("item", "这个污染源没有这一项。", "item")
    return item


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def set_limit(
    *, actor: Actor, station: Station, item: str, high: Decimal, basis: str, valid_from: date, at: datetime, low: Decimal | None = None,
    reference_oxygen: Decimal | None = None, permit: str = "", verified: bool = False,
) -> Limit:  # fmt: skip
    """A source's limit from a day on; the one before ends there. The alarm rule of the item follows it at this source."""
    policy.require(actor, LIMIT, station)
    wanted = _item(station, item)
    if not basis.strip():
        raise Refused("basis", "没有写依据。写明许可证页码或标准条款。", "basis")
    if not Decimal(0) < high < Decimal(1_000_000):
        raise Refused("high", "限值须大于 0。", "high")
    if low is not None and (wanted.code != "ph" or not Decimal(0) <= low < high):
        raise Refused("low", "只有 pH 有下限，并且须小于上限。", "low")
    if wanted.code == "ph" and low is None:
        raise Refused("low", "pH 要有下限。", "low")
    if reference_oxygen is not None and not (wanted.converted and Decimal(0) < reference_oxygen < Decimal(21)):
        raise Refused("reference_oxygen", "基准氧含量只用于烟气，大于 0 小于 21。", "reference_oxygen")
    if valid_from > civil_date(at):
        raise Refused("valid_from", "起用日期晚于今天。到那天再改。", "valid_from")
    old = Limit.objects.select_for_update().filter(station=station, item=item, valid_to=None).first()
    if old is not None and old.valid_from > valid_from:
        raise Refused("valid_from", f"已有 {old.valid_from} 起的限值，新限值不能更早。", "valid_from")
    if old is not None:
        Limit.objects.filter(pk=old.pk).update(valid_to=valid_from)
    row: Limit = Limit.objects.create(
        station=station, item=item, low=low, high=high, reference_oxygen=reference_oxygen, permit=permit.strip()[:40],
        basis=basis.strip()[:200], verified=verified, valid_from=valid_from, set_at=at, set_by=actor.name,
    )  # fmt: skip
    _follow(actor, row, wanted, at)
    record(actor=actor, verb="pollution_source.limit.set", subject_kind="limit", subject_id=row.pk, at=at, org_path=station.organisation.path,
           old={"high": old.high, "valid_from": old.valid_from} if old else None,
           new={"station": station.code, "item": item, "low": low, "high": high, "permit": row.permit, "valid_from": valid_from})  # fmt: skip
    return row


def _follow(actor: Actor, limit: Limit, item: Item, at: datetime) -> None:
    """The alarm rule at this source gets the same limit, unless the one that holds there has it already."""
    if not item.rule:
        return
    held = Rule.objects.filter(slug=item.rule, valid_to=None)
    general = held.filter(station=None).first()
    current = held.filter(station=limit.station).first() or general
    if general is None or current is None:
        return
    wanted = {**current.settings, "limit": float(limit.high)} | ({} if limit.low is None else {"low": float(limit.low)})
    if wanted == {**current.settings, "limit": float(current.settings["limit"])}:
        return
    permit = f"排污许可证 {limit.permit}；" if limit.permit else ""
    set_rule(
        actor=actor, slug=general.slug, title=general.title, form=general.form, kind=general.kind, code=general.code, settings=wanted,
        priority=general.priority, basis=f"{permit}{limit.basis}", at=at, station=limit.station, advice=general.advice, verified=limit.verified,
    )  # fmt: skip


def _reviewed_stream(actor: Actor, station: Station, item: Item, at: datetime) -> Stream:
    raw = Stream.objects.filter(station=station, code=item.raw, nature="raw").first()
    if raw is None:
        raise Refused("stream", "这个污染源还没有这一项的数据流。")
    return add_reviewed(actor=actor, raw=raw, at=at)


def _write(
    stream: Stream,
    hour: Hour,
    verdict: str,
    value: Decimal | None,
    reason: str,
    actor: Actor,
    at: datetime,
    *,
    by_rule: bool,
) -> HourReview:
    known = HourReview.objects.filter(stream=stream, start=hour.start)
    version = (known.aggregate(newest=Max("version"))["newest"] or 0) + 1
    known.filter(is_current=True).update(is_current=False)
    row: HourReview = HourReview.objects.create(
        stream=stream, start=hour.start, verdict=verdict, value=None if value is None else float(value), reason=reason[:200], by_rule=by_rule,
        version=version, made_at=at, made_by=actor.name,
    )  # fmt: skip
    return row


@transaction.atomic
def judge_hour(
    *, actor: Actor, station: Station, item: str, start: datetime, verdict: str, reason: str, at: datetime
) -> HourReview:
    """A person decides whether an hour counts. The raw value stays; the reviewed series gets a new version."""
    policy.require(actor, REVIEW, station)
    wanted = _item(station, item)
    if verdict not in ("invalid", "valid"):
        raise Refused("verdict", "只能判为有效或无效。", "verdict")
    if not reason.strip():
        raise Refused("reason", "没有写理由。写明依据再判。", "reason")
    begin = start.astimezone(CHINA)
    if begin.minute or begin.second or begin.microsecond or begin + HOUR > at:
        raise Refused("start", "这一小时还没有过完，或不是整点。", "start")
    day = next(one for one in queries.day_of(station, begin.date(), at) if one.item == wanted)
    hour = day.hours[begin.hour]
    if verdict == "valid" and hour.sent is None and hour.computed is None:
        raise Refused("verdict", "这一小时没有数值，不能判为有效。", "verdict")
    if hour.review is not None and not hour.review.by_rule and hour.review.verdict == verdict:
        raise Refused("same", "已经这样判过。")
    value = (hour.sent if hour.sent is not None else hour.computed) if verdict == "valid" else None
    row = _write(
        _reviewed_stream(actor, station, wanted, at), hour, verdict, value, reason.strip(), actor, at, by_rule=False
    )
    record(actor=actor, verb="pollution_source.hour.judged", subject_kind="hour_review", subject_id=row.pk, at=at, org_path=station.organisation.path,
           old={"value": hour.value, "reason": hour.reason},
           new={"station": station.code, "item": item, "start": begin.isoformat(), "verdict": verdict, "reason": row.reason, "version": row.version})  # fmt: skip
    return row


def lines_of(day: list[ItemDay]) -> list[list[Any]]:
    """The hours as they are signed: item, hour, value, why."""
    return [
        [
            one.item.code,
            f"{hour.start.astimezone(CHINA):%H}",
            None if hour.value is None else str(hour.value),
            hour.reason,
        ]
        for one in day
        for hour in one.hours
    ]


def changed_since(row: DayReview, day: list[ItemDay]) -> bool:
    """Whether the day's hours are no longer those that were signed (late data, a judged hour)."""
    return row.digest != _digest(lines_of(day))


@transaction.atomic
def sign_day(*, actor: Actor, station: Station, day: date, at: datetime) -> DayReview:
    """The day was looked through: what has no value is written to the reviewed series with its reason and its stand-in."""
    policy.require(actor, REVIEW, station)
    if station.kind not in ITEMS:
        raise Refused("station", "这个监测点不是污染源。")
    if day >= civil_date(at):
        raise Refused("day", "这一天还没有过完。过完再审核。", "day")
    given = queries.day_of(station, day, at)
    lines = lines_of(given)
    current = DayReview.objects.select_for_update().filter(station=station, day=day, is_current=True).first()
    digest = _digest(lines)
    if current is not None and current.digest == digest:
        raise Refused("same", "这一天已审核，之后没有变化。")
    for one in given:
        _write_gaps(actor, station, one, at)
    DayReview.objects.filter(station=station, day=day, is_current=True).update(is_current=False)
    row: DayReview = DayReview.objects.create(
        station=station,
        day=day,
        version=current.version + 1 if current else 1,
        lines=lines,
        digest=digest,
        signed_at=at,
        signed_by=actor.name,
    )
    record(actor=actor, verb="pollution_source.day.signed", subject_kind="day_review", subject_id=row.pk, at=at, org_path=station.organisation.path,
           new={"station": station.code, "day": day, "version": row.version}, content_hash=digest)  # fmt: skip
    return row


def _write_gaps(actor: Actor, station: Station, one: ItemDay, at: datetime) -> None:
    """Rule-made values of the reviewed series: new ones for hours without a value, none any more for hours that have one now."""
    decided = [hour for hour in one.hours if hour.review is not None and not hour.review.by_rule]
    gaps = [hour for hour in one.missing if hour not in decided]
    stale = [
        hour.review.pk for hour in one.hours if hour.review is not None and hour.review.by_rule and not hour.missing
    ]
    HourReview.objects.filter(pk__in=stale).update(is_current=False)
    if not gaps:
        return
    stream = _reviewed_stream(actor, station, one.item, at)
    water = MEDIUM[station.kind] == "water" and one.item.code != "ph"
    stood = (
        validity.water_stand_ins([hour.value for hour in one.hours], _before(station, one, at))
        if water
        else [None] * len(one.hours)
    )
    for hour, stand_in in zip(one.hours, stood, strict=True):
        if hour not in gaps:
            continue
        if stand_in is not None and stand_in.value is not None:
            _write(stream, hour, "stand_in", stand_in.value, f"{hour.reason}；{stand_in.rule}", actor, at, by_rule=True)
        else:
            _write(stream, hour, "invalid", None, hour.reason, actor, at, by_rule=True)


def _before(station: Station, one: ItemDay, at: datetime) -> list[Decimal]:
    """Valid values of the day before: what stands in may reach back over midnight."""
    if not one.hours:
        return []
    yesterday = one.hours[0].start.astimezone(CHINA).date() - timedelta(days=1)
    return [
        hour.value
        for other in queries.day_of(station, yesterday, at)
        if other.item == one.item
        for hour in other.hours
        if hour.value is not None
    ]


def issuer_of(actor: Actor) -> Organisation | None:
    """Who publishes: the bureau of the actor's post, not its section."""
    own = Organisation.objects.filter(pk=actor.organisation_id or 0).select_related("parent").first()
    return own.parent if own is not None and own.kind == "section" and own.parent else own


@transaction.atomic
def publish_bulletin(*, actor: Actor, day: date, at: datetime) -> Bulletin:
    """The boilers' day as facts about sites, for everybody. Published again only when the figures have changed: a new version."""
    policy.require(actor, PUBLISH)
    if day >= civil_date(at):
        raise Refused("day", "这一天还没有过完。过完再公布。", "day")
    lines = [queries.facts_of(one) for one in queries.bulletin(actor, day, at)]
    if not lines:
        raise Refused("empty", "没有锅炉监测点，没有可公布的。")
    current = Bulletin.objects.select_for_update().filter(day=day, is_current=True).first()
    digest = _digest(lines)
    if current is not None and current.digest == digest:
        raise Refused("same", "这一天已公布，之后没有变化。")
    issuer = issuer_of(actor)
    Bulletin.objects.filter(day=day, is_current=True).update(is_current=False)
    row: Bulletin = Bulletin.objects.create(
        day=day, version=current.version + 1 if current else 1, lines=lines, digest=digest, issuer=issuer.name if issuer else "区生态环境局",
        is_demo=any(one["demo"] for one in lines), published_at=at, published_by=actor.name,
    )  # fmt: skip
    record(actor=actor, verb="pollution_source.bulletin.published", subject_kind="bulletin", subject_id=row.pk, at=at,
           org_path=issuer.path if issuer else "", new={"day": day, "version": row.version}, content_hash=digest)  # fmt: skip
    return row
