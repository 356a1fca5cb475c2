"""A rule tried on what is stored: when it would have raised, and how long it would have stood."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.alarms.engine import Engine
from anlan.kernel.alarms.models import Rule
from anlan.kernel.alarms.types import FOREVER, Watch
from anlan.kernel.alarms.watching import of_rules
from anlan.kernel.observations import reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.types import DAY_MS, EMPTY, Columns, joined

MOST_DAYS, MOST_STREAMS, MOST_ROWS = 30, 60, 2_000_000


@dataclass(frozen=True)
class Would:
    """It would have raised on `stream` at `raised`, true since `since`; `returned` None: it would stand still."""

    stream: Stream
    since: datetime
    raised: datetime
    returned: datetime | None
    value: float | None


@dataclass(frozen=True)
class Trial:
    """`streams` were looked at, with `rows` values."""

    days: int
    streams: int
    rows: int
    found: list[Would]


def trial(rule: Rule, days: int, at: datetime) -> Trial:
    """`rule` may be unsaved. The rules its condition refers to take part as they are. Raises Refused for too much."""
    if not 1 <= days <= MOST_DAYS:
        raise Refused("days", f"试算 1 到 {MOST_DAYS} 天。", "days")
    store = reading.reader()
    if store is None:
        raise Refused("days", "还没有观测数据，不能试算。", "days")
    unsaved = Rule(**{field.attname: getattr(rule, field.attname) for field in Rule._meta.concrete_fields})  # noqa: SLF001
    unsaved.pk, unsaved.valid_from, unsaved.valid_to = 0, at, None
    named = {slug for name in ("of", "unless") for slug, _code in rule.settings.get(name, ())}
    helpers = [one for one in Rule.objects.filter(slug__in=named, valid_to=None) if one.slug != rule.slug]
    if rule.station_id is None:
        helpers += Rule.objects.filter(slug=rule.slug, valid_to=None).exclude(
            station=None
        )  # their stations are not this rule's
    watches = [replace(one, valid_from=0, valid_to=FOREVER) for one in of_rules([unsaved, *helpers])]
    mine = [one for one in watches if one.rule == 0][:MOST_STREAMS]
    needed = (
        {one.stream for one in mine}
        | {one.other for one in mine if one.other}
        | {key[1] for one in mine for key in (*one.of, *one.unless)}
    )
    until, after = reading.ms(at), reading.ms(at) - days * DAY_MS
    rows = joined([store.raw(stream, after, until) for stream in sorted(needed)])
    if len(rows) > MOST_ROWS:
        raise Refused("days", "数据太多，少试几天。", "days")
    used = [one for one in watches if one.rule == 0 or one.stream in needed]
    return Trial(days, len({one.stream for one in mine}), len(rows), _paired(replayed(used, rows, until)))


def replayed(watches: Sequence[Watch], rows: Columns, until: int) -> list[dict[str, object]]:
    """The events of rule 0 over rows in the order of time, with the clock looking whenever a silence becomes too long."""
    engine = Engine(watches, EMPTY, {})
    events: list[dict[str, object]] = []
    order = np.lexsort((rows.stream, rows.end))
    rows = rows.take(order)
    looks = sorted({look for one in watches if one.form == "gap" for look in _silences(rows, one, until)})
    start = 0
    for look in [*looks, None]:
        stop = len(rows) if look is None else int(np.searchsorted(rows.end, look, side="right"))
        for part in _days(rows.take(slice(start, stop)), one_stream=bool(looks)):
            events += [json.loads(one.body) for one in engine.step(part, int(part.end[-1])).events]
        if look is not None:
            events += [json.loads(one.body) for one in engine.tick(look).events]
        start = stop
    return [one for one in events if one["rule"] == 0]


def _silences(rows: Columns, watch: Watch, until: int) -> list[int]:
    """The instants at which the clock would notice that this stream has been silent for longer than its hold."""
    ends = rows.end[rows.stream == watch.stream]
    gaps = np.diff(np.append(ends, until)) > watch.hold
    return [int(end) + watch.hold + 1 for end in ends[gaps]]


def _days(rows: Columns, *, one_stream: bool) -> list[Columns]:
    """Slices the engine takes at once: a day, or for silences each stream alone, whose last value is then when it was heard."""
    if not len(rows):
        return []
    if one_stream:
        return [rows.take(rows.stream == stream) for stream in np.unique(rows.stream)]
    edges = np.flatnonzero(np.diff(rows.end // DAY_MS)) + 1
    return [rows.take(slice(low, high)) for low, high in zip([0, *edges], [*edges, len(rows)], strict=True)]


def _paired(events: Sequence[dict[str, object]]) -> list[Would]:
    streams = {
        one.pk: one for one in Stream.objects.filter(pk__in={one["stream"] for one in events}).select_related("station")
    }
    ended = {(one["stream"], one["since"]): one["at"] for one in events if one["told"] != "raised"}

    def instant(ms: object) -> datetime:
        return datetime.fromtimestamp(int(str(ms)) / 1000, CHINA)

    found = []
    for one in events:
        if one["told"] == "raised":
            end, value = ended.get((one["stream"], one["since"])), one["value"]
            found.append(Would(streams[int(str(one["stream"]))], instant(one["since"]), instant(one["at"]), None if end is None else instant(end),
                               None if value is None else float(str(value))))  # fmt: skip
    return sorted(found, key=lambda one: one.raised)


__all__ = ["MOST_DAYS", "Trial", "Would", "replayed", "trial"]
