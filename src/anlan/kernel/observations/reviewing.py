"""审核: what a person makes of raw values. A web process only writes what is wanted into the records; the gateway, the one
writer of values, takes it (`exchange.writer`), and its event comes back through the consumer as "taken"."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.journal.record import record
from anlan.kernel.observations import quality, reading
from anlan.kernel.observations.actions import reviewed_of
from anlan.kernel.observations.models import ACTS, Correction, Stream
from anlan.kernel.observations.store import merge
from anlan.kernel.observations.store.chunks import Reader
from anlan.kernel.observations.store.types import CHINA_MS, EMPTY, Columns, joined

REVIEW = "observations.review"
LONGEST, MOST_ROWS = timedelta(days=31), 50_000
_MANUAL = quality.code_of("S")


@transaction.atomic
def review(
    *, actor: Actor, stream: Stream, act: str, after: datetime, until: datetime, reason: str, at: datetime, value: float | None = None,
    seen: int = 0,
) -> Correction:  # fmt: skip
    """Set, reject or restore the values with `after` < end ≤ `until`. `seen`: the newest correction the person had before
    their eyes; somebody else's later one on the same hours refuses this one."""
    policy.require(actor, REVIEW, stream)
    if act not in ACTS:
        raise Refused("act", "没有选怎么审核。", "act")
    if not reason.strip():
        raise Refused("reason", "没有写理由。写明理由再审核。", "reason")
    if not after < until <= at or until - after > LONGEST:
        raise Refused("until", "时段须已经过去，最长 31 天。", "until")
    if stream.every and (until - after).total_seconds() / stream.every > MOST_ROWS:
        raise Refused("until", "时段里的值太多，选短一些。", "until")
    if act == "set":
        _check_value(stream, value)
    Stream.objects.select_for_update().get(pk=stream.pk)  # corrections of one stream get their ids one after another
    if Correction.objects.filter(stream=stream, pk__gt=seen, after__lt=until, until__gt=after).exists():
        raise Refused("stale", "别人刚审核过这段，刷新后再审。")
    reviewed_of(actor=actor, raw=stream, at=at)
    made: Correction = Correction.objects.create(
        stream=stream, act=act, after=after, until=until, value=value if act == "set" else None, reason=reason.strip()[:200],
        person_id=actor.person_id, person_name=actor.name, made_at=at,
    )  # fmt: skip
    record(actor=actor, verb="observations.value.reviewed", subject_kind="stream", subject_id=stream.pk, at=at, org_path=stream.station.organisation.path,
           new={"correction": made.pk, "act": act, "after": after, "until": until, "value": made.value, "reason": made.reason})  # fmt: skip
    return made


def _check_value(stream: Stream, value: float | None) -> None:
    if value is None or not math.isfinite(value):
        raise Refused("value", "没有写值，或不是数字。", "value")
    if (stream.low is not None and value < stream.low) or (stream.high is not None and value > stream.high):
        raise Refused("value", "值超出可能范围。核对后再填。", "value")


# ---- to the gateway
@dataclass(frozen=True, slots=True)
class Wanted:
    """A correction as the writer takes it. `fixed` ms: the rhythm of hours and days, whose missing values can be filled in."""

    number: int
    raw: int
    reviewed: int
    act: str
    after: int
    until: int
    value: float
    fixed: int


def pending(limit: int = 1000) -> list[Wanted]:
    """Those the gateway has not confirmed, oldest first."""
    rows = Correction.objects.filter(taken_at=None).order_by("pk").select_related("stream")[:limit]
    streams = dict(
        Stream.objects.filter(nature="reviewed", raw__in=[one.stream_id for one in rows]).values_list("raw_id", "pk")
    )
    return [
        Wanted(one.pk, one.stream_id, streams[one.stream_id], one.act, reading.ms(one.after), reading.ms(one.until),
               math.nan if one.value is None else one.value, one.stream.every * 1000 if one.stream.period in ("hour", "day") else 0)
        for one in rows
    ]  # fmt: skip


def rows_of(store: Reader, wanted: Wanted) -> Columns:
    """The rows of the reviewed stream that say it: manual values, rejected ones, or the raw ones again."""
    raw = store.raw(wanted.raw, wanted.after, wanted.until)
    if wanted.act == "set" and wanted.fixed:
        raw = merge.newest(joined([_expected(wanted), raw]))
    size = len(raw)
    stream = np.full(size, wanted.reviewed, np.int64)
    if wanted.act == "set":
        return Columns(
            stream,
            raw.start,
            raw.end,
            np.full(size, wanted.value),
            np.full(size, _MANUAL, np.uint8),
            np.zeros(size, np.uint8),
        )
    judged = np.full(size, quality.REJECTED, np.uint8) if wanted.act == "reject" else raw.judged
    return Columns(stream, raw.start, raw.end, raw.value, raw.sent, judged)


def _expected(wanted: Wanted) -> Columns:
    """The hours or days that should be there, without values."""
    step = wanted.fixed
    first = ((wanted.after + CHINA_MS) // step + 1) * step - CHINA_MS
    ends = np.arange(first, wanted.until + 1, step, dtype=np.int64)
    size = len(ends)
    return Columns(
        np.full(size, wanted.raw, np.int64),
        ends - step,
        ends,
        np.full(size, np.nan),
        np.zeros(size, np.uint8),
        np.zeros(size, np.uint8),
    )


def taken(number: int, rows: int, at: datetime) -> None:
    """The gateway's word that a correction is in the store. Again is nothing."""
    Correction.objects.filter(pk=number, taken_at=None).update(taken_at=at, rows=rows)


# ---- what counts
def effective(store: Reader, raw: int, reviewed: int | None, after: int, until: int) -> Columns:
    """A raw stream with its reviewed values in their places, under the raw stream's number: what reports and figures read."""
    given = store.raw(raw, after, until)
    if reviewed is None:
        return given
    said = store.raw(reviewed, after, until)
    if not len(said):
        return given
    over = Columns(np.full(len(said), raw, np.int64), said.start, said.end, said.value, said.sent, said.judged)
    return merge.newest(joined([given, over]))


@dataclass(frozen=True)
class Line:
    """One moment of a stream: as it was sent, as it was judged, and as a person reviewed it. `reviewed` empty: nobody did."""

    start: datetime
    end: datetime
    value: float | None
    sent: str
    judged: str
    usable: bool
    reviewed: str = ""
    final: float | None = None


def lines(store: Reader | None, raw: Stream, reviewed: Stream | None, after: datetime, until: datetime) -> list[Line]:
    """Newest first; missing hours and days of a rhythm are lines without a value."""
    if store is None:
        return []
    low, high = reading.ms(after), reading.ms(until)
    fixed = raw.every * 1000 if raw.period in ("hour", "day") else 0
    given = store.raw(raw.pk, low, high)
    said = store.raw(reviewed.pk, low, high) if reviewed else EMPTY
    expected = _expected(Wanted(0, raw.pk, 0, "set", low, high, math.nan, fixed)) if fixed else EMPTY
    first = _by_end(given)
    second = _by_end(said)
    ends = sorted({*first, *second, *expected.end.tolist()}, reverse=True)
    return [
        _line(end, first.get(end), second.get(end), raw.every * 1000 if raw.period != "instant" else 0) for end in ends
    ]


def _by_end(rows: Columns) -> dict[int, tuple[int, float, int, int]]:
    columns: Iterable[tuple[int, int, float, int, int]] = zip(
        rows.end.tolist(),
        rows.start.tolist(),
        rows.value.tolist(),
        rows.sent.tolist(),
        rows.judged.tolist(),
        strict=True,
    )
    return {end: (start, value, sent, judged) for end, start, value, sent, judged in columns}


def _line(
    end: int, raw: tuple[int, float, int, int] | None, said: tuple[int, float, int, int] | None, step: int
) -> Line:
    start = (raw or said or (end - step, 0.0, 0, 0))[0]
    value = None if raw is None or math.isnan(raw[1]) else raw[1]
    usable = raw is not None and raw[3] == quality.USABLE and value is not None
    sent, judged = (quality.sent_words(raw[2]), quality.judged_words(raw[3])) if raw else ("", "缺测")
    reviewed, final = "", value if usable else None
    if said is not None:
        restored = raw is not None and said[1:] == raw[1:]
        kept = said[3] == quality.USABLE and not math.isnan(said[1])
        reviewed = "" if restored else ACTS["set"] if kept else quality.judged_words(said[3])
        final = said[1] if kept else None
    return Line(reading.instant(start), reading.instant(end), value, sent, judged, usable, reviewed, final)
