"""Values that come as JSON, over HTTP or MQTT: read, turned into columns of the device's own streams, handed to the writer.

Rows: `{"observations": [{"channel": "cod", "time": "2026-01-01T08:00:00+08:00", "value": 12.3}]}`, each with `start` and `mark`
if need be. Columns: `{"columns": {"channel": […], "time": […], "value": […]}}`. Times are ISO 8601 with a zone, or ms since 1970
UTC; `time` is the end of an interval. What is not named here is refused, so that a misspelt word is not an empty value.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
import numpy as np

from anlan.kernel.exchange.writer import Lagging, Parcel, Writer
from anlan.kernel.observations import quality
from anlan.kernel.observations.store.types import Columns, Ints
from anlan.kernel.observations.types import KnownDevice, KnownStream

MOST_TOLD = 100  # refused rows named one by one
FARTHEST_MS = 1 << 52  # no instant beyond is a time; it still fits the store's integers


class Row(msgspec.Struct, forbid_unknown_fields=True):
    channel: str
    time: int | datetime
    value: float | None
    start: int | datetime | None = None
    mark: str = "N"


class Table(msgspec.Struct, forbid_unknown_fields=True):
    channel: list[str]
    time: list[int | datetime]
    value: list[float | None]
    start: list[int | datetime | None] | None = None
    mark: list[str] | None = None


class Body(msgspec.Struct, forbid_unknown_fields=True):
    observations: list[Row] | None = None
    columns: Table | None = None


class Refusal(Exception):  # noqa: N818 - the same word as Refused, with a status
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def unreadable(error: msgspec.MsgspecError) -> Refusal:
    """A body that is not of the form; one that fails for a time says so."""
    code = "time" if "`time`" in str(error) or ".time" in str(error) else "form"
    return Refusal(400, code, f"读不懂：{error}")


def table_of(body: Body) -> Table:
    """Columns of equal length. Raises Refusal 422."""
    rows, given = body.observations, body.columns
    if rows is not None and given is None:
        return Table([one.channel for one in rows], [one.time for one in rows], [one.value for one in rows],
                     [one.start for one in rows], [one.mark for one in rows])  # fmt: skip
    if given is None or rows is not None:
        raise Refusal(422, "form", "observations 和 columns 须有且只有一个。")
    columns = (given.channel, given.time, given.value, given.start, given.mark)
    if len({len(one) for one in columns if one is not None}) != 1:
        raise Refusal(422, "form", "各列的长度不一样。")
    return given


def rows_of(device: KnownDevice, table: Table) -> tuple[Columns, list[dict[str, Any]]]:
    """(rows of the device's own streams in their units, what is refused and why by place)."""
    lookup = device.lookup
    place = np.array([lookup.place.get(one, -1) for one in table.channel], np.int64)
    end = _instants(table.time)
    start = end if table.start is None else _instants(table.start, end)
    mine, timed = place >= 0, (end > -FARTHEST_MS) & (start > -FARTHEST_MS)
    value = np.array(table.value, np.float64)  # None becomes NaN
    sent = np.zeros(len(place), np.uint8)
    if table.mark is not None:
        sent[:] = [quality.code_of(one) for one in table.mark]
    refused = [_refused(wrong, bool(mine[wrong]), table) for wrong in np.flatnonzero(~(mine & timed)).tolist()]
    if refused:
        kept = np.flatnonzero(mine & timed)
        place, start, end, value, sent = place[kept], start[kept], end[kept], value[kept], sent[kept]
    value = value * lookup.scale[place] + lookup.shift[place]
    return Columns(lookup.number[place], start, end, value, sent, np.zeros(len(place), np.uint8)), refused


def _refused(place: int, known: bool, table: Table) -> dict[str, Any]:
    if known:
        return {"index": place, "reason": "time", "message": "时间没有时区，或超出范围。"}
    return {"index": place, "reason": "channel", "message": f"这台设备没有通道 {table.channel[place][:60]}。"}


def instant(given: int | datetime | None) -> int | None:
    """ms since 1970 UTC; None for a time without a zone, or one that is none."""
    if isinstance(given, datetime):
        return round(given.timestamp() * 1000) if given.tzinfo else None
    return given if given is not None and -FARTHEST_MS < given < FARTHEST_MS else None


def _instants(given: Sequence[int | datetime | None], otherwise: Ints | None = None) -> Ints:
    """`instant` of each, -FARTHEST_MS for none. A None is the one at its place in `otherwise`."""
    try:
        found = np.array(given, np.int64)
    except (TypeError, OverflowError):
        found = np.array([-FARTHEST_MS if (at := instant(one)) is None else at for one in given], np.int64)
        if otherwise is not None:
            found = np.where([one is None for one in given], otherwise, found)
    return np.where((found > -FARTHEST_MS) & (found < FARTHEST_MS), found, -FARTHEST_MS)


def columns_of(
    streams: Sequence[KnownStream],
    starts: Sequence[int],
    ends: Sequence[int],
    values: Sequence[float],
    marks: Sequence[int],
) -> Columns:
    """Values as sent, in each stream's own unit; not judged yet."""
    scale, shift = (np.array([getattr(one, name) for one in streams], np.float64) for name in ("scale", "shift"))
    return Columns(
        np.array([one.id for one in streams], np.int64), np.array(starts, np.int64), np.array(ends, np.int64),
        np.array(values, np.float64) * scale + shift, np.array(marks, np.uint8), np.zeros(len(streams), np.uint8),
    )  # fmt: skip


async def store(
    writer: Writer, device: KnownDevice, rows: Columns, refused: list[dict[str, Any]], frames: Sequence[bytes] = ()
) -> dict[str, Any]:
    """Commit what may be stored and say what became of the rest. Raises Refusal 503 or 507 with nothing stored."""
    link, now = writer.links.of(device.id), writer.now()
    link.frames, link.heard = link.frames + 1, now
    timely = quality.timely(rows, now)
    if len(rows):
        try:
            await writer.submit([Parcel(device, frames, rows=rows)])
        except Lagging as lag:
            link.refuse("full" if lag.full else "lagging")
            raise Refusal(507 if lag.full else 503, "full" if lag.full else "lagging", str(lag)) from None
    stored = int(timely.sum())
    link.rows += stored
    for one in refused:
        link.refuse(one["reason"])
    return {
        "stored": stored,
        "untimely": len(rows) - stored,
        "refused": len(refused),
        "reasons": refused[:MOST_TOLD],
    }
