"""保存期: dated settings, what is cited, and the plan that the gateway carries out once a day."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.journal.record import record
from anlan.kernel.observations import reading
from anlan.kernel.observations.kinds import kind_of
from anlan.kernel.observations.models import KEPT, Citation, Retention, Stream
from anlan.kernel.observations.rules import LEAST_DAYS, MOST_DAYS, Kept, days_of, defaults
from anlan.kernel.observations.store.forgetting import Plan
from anlan.kernel.observations.types import PERIOD_TITLES

STATE = "retention"  # name of the store's row about the last run


@transaction.atomic
def set_retention(*, actor: Actor, what: str, kind: str, period: str, days: int, basis: str, at: datetime) -> Retention:
    """From now on; the setting before stays readable. Raw frames know no kind."""
    policy.require(actor, "observations.manage")
    if what not in KEPT:
        raise Refused("what", "没有选保存什么。", "what")
    if (kind and kind_of(kind) is None) or (period and period not in PERIOD_TITLES):
        raise Refused("kind", "没有这种监测点或周期。", "kind")
    if what == "frames" and (kind or period):
        raise Refused("kind", "原始报文不分种类和周期。", "kind")
    if not LEAST_DAYS[what] <= days <= MOST_DAYS:
        raise Refused("days", f"{KEPT[what]}须保存 {LEAST_DAYS[what]} 到 {MOST_DAYS} 天。", "days")
    if not basis.strip():
        raise Refused("basis", "没有写依据。写明制度或条款。", "basis")
    before = Retention.objects.select_for_update().filter(what=what, kind=kind, period=period, valid_to=None).first()
    Retention.objects.filter(what=what, kind=kind, period=period, valid_to=None).update(valid_to=at)
    made: Retention = Retention.objects.create(
        what=what, kind=kind, period=period, days=days, basis=basis.strip()[:200], valid_from=at, made_by=actor.name
    )
    record(actor=actor, verb="observations.retention.set", subject_kind="retention", subject_id=made.pk, at=at,
           old={"days": before.days} if before else None, new={"what": what, "kind": kind, "period": period, "days": days, "basis": made.basis})  # fmt: skip
    return made


def cite(*, stream: Stream, after: datetime, until: datetime, subject_kind: str, subject_id: object) -> None:
    """Keep these values as long as they are cited. Part of the caller's transaction; again is nothing."""
    Citation.objects.get_or_create(
        stream=stream, after=after, until=until, subject_kind=subject_kind, subject_id=str(subject_id)
    )


def in_force() -> tuple[Kept, ...]:
    return tuple(
        Kept(one.what, one.days, one.basis, True, one.kind, one.period)
        for one in Retention.objects.filter(valid_to=None)
    )


def plan(at: datetime, also: Iterable[tuple[int, datetime, datetime]] = ()) -> Plan:
    """What is too old at `at`. `also`: further cited spans (stream, after, until) of rooms above this one."""
    settings, now = in_force(), reading.ms(at)
    day = round(timedelta(days=1).total_seconds() * 1000)
    values = [
        (one.pk, now - day * days_of(settings, "values", one.station.kind, one.period))
        for one in Stream.objects.select_related("station").order_by("pk")
    ]
    spans = [*Citation.objects.values_list("stream_id", "after", "until"), *also]
    cited: dict[int, list[tuple[int, int]]] = {}
    for number, after, until in spans:
        cited.setdefault(number, []).append((reading.ms(after), reading.ms(until)))
    for raw, reviewed in Stream.objects.filter(nature="reviewed").values_list("raw_id", "pk"):
        cited.setdefault(reviewed, []).extend(cited.get(raw, ()))
    frames = [(reading.ms(after), reading.ms(until)) for _stream, after, until in spans]
    return Plan(now - day * days_of(settings, "frames"), values, cited, frames)


@dataclass(frozen=True)
class Run:
    """The last run of the gateway's retention."""

    at: datetime
    frames: int
    days: int
    spared: int


def last_run() -> Run | None:
    store = reading.reader()
    body = store.state().get(STATE) if store else None
    if not body:
        return None
    told = json.loads(body)
    return Run(reading.instant(told["at"]), told["frames"], told["days"], told["spared"])


@transaction.atomic
def told(body: dict[str, Any], at: datetime) -> None:
    """The gateway deleted something: say so in the journal."""
    record(actor=SYSTEM, verb="observations.store.forgotten", subject_kind="store", subject_id="observations", at=at,
           new={"frames": body["frames"], "days": body["days"], "spared": body["spared"]})  # fmt: skip


__all__ = ["Run", "cite", "defaults", "in_force", "last_run", "plan", "set_retention", "told"]
