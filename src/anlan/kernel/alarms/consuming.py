"""From the observation store's events to the records: each exactly once, in their order, together with the cursor."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from anlan.kernel.access.moves import advance, find
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.alarms.models import Alarm, Consumed, Rule
from anlan.kernel.alarms.moves import ALARM_MOVES
from anlan.kernel.alarms.rules import edition
from anlan.kernel.journal.record import record
from anlan.kernel.observations import retaining, reviewing
from anlan.kernel.observations.actions import hear_of
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.reading import reader

SLICE = 100  # events a transaction: others write to the records meanwhile


def consume(at: datetime) -> int:
    """Take over what is new; returns how many events. A second run finds nothing; a crash in between loses nothing.

    A store that ends before the cursor was put back to an earlier day, or begun anew: it is read from its beginning, and what
    is in the records already stays as it is.
    """
    store = reader()
    total = 0
    while store is not None:
        with transaction.atomic():
            Consumed.objects.get_or_create(pk=1)
            cursor = Consumed.objects.select_for_update().get(pk=1)
            if cursor.event > store.last_event():
                cursor.event = 0
            events = store.events(cursor.event, SLICE)
            for number, one in events:
                body = json.loads(one.body)
                _HANDLERS.get(body["told"], _nothing)(body, at)
                cursor.event = number
            if events:
                cursor.save()
        total += len(events)
        if len(events) < SLICE:
            break
    return total


def _nothing(_body: Mapping[str, Any], _at: datetime) -> None:
    """An event of a newer product: kept where it is."""


def instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _raise(body: Mapping[str, Any], at: datetime) -> None:
    rule = Rule.objects.filter(pk=body["rule"]).first()
    stream = Stream.objects.select_related("station__organisation").filter(pk=body["stream"]).first()
    if rule is None or stream is None:
        return  # of a database that was put back to an earlier day
    raised_at = instant(body["at"])
    alarm, made = Alarm.objects.get_or_create(
        rule=rule, stream=stream, since=instant(body["since"]),
        defaults={
            "organisation": stream.station.organisation, "priority": rule.priority, "raised_at": raised_at, "value": body["value"],
            "limit": body["limit"], "answer_due_at": at + edition(raised_at).answer_within(rule.priority),
        },
    )  # fmt: skip
    if made:
        note(alarm, "raised", at, value=body["value"], limit=body["limit"], since=alarm.since.isoformat())


def _return(body: Mapping[str, Any], at: datetime) -> None:
    """The condition is over, or (withdrawn) its rule is."""
    alarm = Alarm.objects.filter(rule=body["rule"], stream=body["stream"], since=instant(body["since"])).first()
    if alarm is None or alarm.returned_at is not None:
        return
    returned, withdrawn = instant(body["at"]), body["told"] == "withdrawn"
    changes: dict[str, Any] = {"returned_at": returned, "withdrawn": withdrawn}
    if alarm.state == "acknowledged":
        advance(alarm, find(ALARM_MOVES, "return_acknowledged"), actor=SYSTEM, cleared_at=at, **changes)
    elif alarm.state == "raised":
        advance(alarm, find(ALARM_MOVES, "return"), actor=SYSTEM, **changes)
    else:
        Alarm.objects.filter(pk=alarm.pk).update(**changes)  # a person had ended it before
    note(alarm, "withdrawn" if withdrawn else "returned", at, value=body["value"])


def _stranger(body: Mapping[str, Any], at: datetime) -> None:
    hear_of(actor=SYSTEM, protocol=body["protocol"], identity=body["identity"], said=body["said"], at=at)


def _corrected(body: Mapping[str, Any], at: datetime) -> None:
    reviewing.taken(body["correction"], body["rows"], at)


def _forgotten(body: Mapping[str, Any], at: datetime) -> None:
    retaining.told(dict(body), at)


_HANDLERS: dict[str, Callable[[Mapping[str, Any], datetime], None]] = {
    "raised": _raise, "returned": _return, "withdrawn": _return, "unknown": _stranger, "corrected": _corrected,
    "forgotten": _forgotten,
}  # fmt: skip


def note(alarm: Alarm, verb: str, at: datetime, actor: Any = SYSTEM, **facts: Any) -> None:
    record(actor=actor, verb=f"alarms.alarm.{verb}", subject_kind="alarm", subject_id=alarm.pk, at=at,
           org_path=alarm.organisation.path, new={"rule": alarm.rule_id, "stream": alarm.stream_id, **facts})  # fmt: skip
