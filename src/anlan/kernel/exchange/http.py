"""`POST /api/v1/observations`: values of one device, as rows or as columns; answered after the commit. A plain ASGI application.

Rows: `{"observations": [{"channel": "cod", "time": "2026-01-01T08:00:00+08:00", "value": 12.3}]}`, each with `start` and `mark`
if need be. Columns: `{"columns": {"channel": […], "time": […], "value": […]}}`. Times are ISO 8601 with a zone, or ms since 1970
UTC; `time` is the end of an interval. The token of the device stands in `Authorization: Bearer …`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

import msgspec
import numpy as np

from anlan.kernel.exchange.writer import Lagging, Parcel, Writer
from anlan.kernel.observations import quality
from anlan.kernel.observations.store.types import Columns
from anlan.kernel.observations.types import KnownDevice, KnownStream

LONGEST = 8 << 20
FARTHEST = 1 << 53  # ms; beyond is no time
MOST_TOLD = 100  # refused rows named one by one
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]


class Row(msgspec.Struct):
    channel: str
    time: int | datetime
    value: float | None = None
    start: int | datetime | None = None
    mark: str = "N"


class Table(msgspec.Struct):
    channel: list[str]
    time: list[int | datetime]
    value: list[float | None]
    start: list[int | datetime | None] | None = None
    mark: list[str] | None = None


class Body(msgspec.Struct, forbid_unknown_fields=True):
    observations: list[Row] | None = None
    columns: Table | None = None


_decode = msgspec.json.Decoder(Body).decode
_encode = msgspec.json.Encoder().encode


class Refusal(Exception):  # noqa: N818 - the same word as Refused, with a status
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


class Api:
    """The application. The digest of a token is looked up; the token itself is never kept."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self._digests: tuple[int, dict[str, KnownDevice]] = (-1, {})

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            status, answer = await self._answer(scope, receive)
        except Refusal as refused:
            status, answer = refused.status, {"code": refused.code, "message": refused.message}
        sent = _encode(answer)
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(sent)).encode())]
        if status in (503, 507):
            headers.append((b"retry-after", b"5"))
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": sent})

    async def _answer(self, scope: dict[str, Any], receive: Receive) -> tuple[int, dict[str, Any]]:
        if scope["path"] == "/healthz":
            return (503 if self.writer.failed else 200), {"failed": self.writer.failed}
        if scope["path"] != "/api/v1/observations":
            raise Refusal(404, "not_found", "没有这个地址。观测值发到 /api/v1/observations。")
        if scope["method"] != "POST":
            raise Refusal(405, "method", "观测值用 POST 发来。")
        device = self.device(scope)
        try:
            body = _decode(await body_of(receive))
        except msgspec.MsgspecError as error:
            raise Refusal(400, "form", f"读不懂：{error}") from None
        return await self._store(device, body)

    def device(self, scope: dict[str, Any]) -> KnownDevice:
        """Whose token it is. Raises Refusal 401 or 403."""
        given = dict(scope["headers"]).get(b"authorization", b"").decode("latin-1")
        directory = self.writer.directory
        if self._digests[0] != directory.edition:
            self._digests = (directory.edition, {one.secret: one for one in directory.devices.values() if one.secret})
        device = self._digests[1].get(hashlib.sha256(given.removeprefix("Bearer ").encode()).hexdigest())
        if device is None or device.protocol not in ("http", "sensorthings") or not given.startswith("Bearer "):
            raise Refusal(401, "token", "没有令牌，或令牌不对。在设备页面换发一个。")
        if device.state != "admitted":
            raise Refusal(403, "not_admitted", "这台设备没有接入，或已停用。")
        return device

    async def _store(self, device: KnownDevice, body: Body) -> tuple[int, dict[str, Any]]:
        rows, refused = rows_of(device, table_of(body))
        link, now = self.writer.links.of(device.id), self.writer.now()
        link.frames, link.heard = link.frames + 1, now
        timely = quality.timely(rows, now)
        if len(rows):
            try:
                await self.writer.submit([Parcel(device, rows=rows)])
            except Lagging as lag:
                link.refused += 1
                raise Refusal(507 if lag.full else 503, "full" if lag.full else "lagging", str(lag)) from None
        stored = int(timely.sum())
        link.rows += stored
        told = refused[:MOST_TOLD]
        return 200, {"stored": stored, "untimely": len(rows) - stored, "refused": len(refused), "reasons": told}


async def body_of(receive: Receive) -> bytes:
    """The whole body. Raises Refusal 413 above LONGEST."""
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refusal(400, "cut", "没有收完。")
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > LONGEST:
            raise Refusal(413, "size", f"一次最多 {LONGEST >> 20} MB。分几次发。")
        if not message.get("more_body"):
            return b"".join(parts)


def table_of(body: Body) -> Table:
    """Columns of equal length. Raises Refusal 422."""
    if (body.columns is None) == (body.observations is None):
        raise Refusal(422, "form", "observations 和 columns 须有且只有一个。")
    if body.observations is not None:
        rows = body.observations
        return Table([one.channel for one in rows], [one.time for one in rows], [one.value for one in rows],
                     [one.start for one in rows], [one.mark for one in rows])  # fmt: skip
    assert body.columns is not None  # noqa: S101 - one of the two is there
    given = body.columns
    if (
        len({len(one) for one in (given.channel, given.time, given.value, given.start, given.mark) if one is not None})
        != 1
    ):
        raise Refusal(422, "form", "各列的长度不一样。")
    return given


def rows_of(device: KnownDevice, table: Table) -> tuple[Columns, list[dict[str, Any]]]:
    """(rows of the device's own streams, what is refused and why by place)."""
    streams = [device.streams.get(one) for one in table.channel]
    ends, refused = _times(table.time), []
    starts = (
        ends
        if table.start is None
        else [end if one is None else one for one, end in zip(_times(table.start), ends, strict=True)]
    )
    kept = []
    for place, stream in enumerate(streams):
        if stream is None:
            refused.append(
                {"index": place, "reason": "channel", "message": f"这台设备没有通道 {table.channel[place][:60]}。"}
            )
        elif ends[place] is None or starts[place] is None:
            refused.append({"index": place, "reason": "time", "message": "时间没有时区，或不是时间。"})
        else:
            kept.append(place)
    return _columns(table, kept, streams, starts, ends), refused


def _times(given: list[Any]) -> list[int | None]:
    """ms; None for a time without a zone, or a number that is none."""
    return [_time(one) for one in given]


def _time(one: int | datetime | None) -> int | None:
    if isinstance(one, datetime):
        return round(one.timestamp() * 1000) if one.tzinfo else None
    return one if one is not None and abs(one) < FARTHEST else None


def _columns(
    table: Table, kept: list[int], streams: list[KnownStream | None], starts: list[int | None], ends: list[int | None]
) -> Columns:
    mine = [one for place in kept if (one := streams[place]) is not None]
    sent = [table.value[place] for place in kept]
    value = np.array([np.nan if one is None else one for one in sent], np.float64)
    scale, shift = (np.array([getattr(one, name) for one in mine], np.float64) for name in ("scale", "shift"))
    marks = [0] * len(kept) if table.mark is None else [quality.code_of(table.mark[place]) for place in kept]
    number = np.array([one.id for one in mine], np.int64)
    return Columns(
        number, np.array([starts[place] for place in kept], np.int64), np.array([ends[place] for place in kept], np.int64),
        value * scale + shift, np.array(marks, np.uint8), np.zeros(len(kept), np.uint8),
    )  # fmt: skip
