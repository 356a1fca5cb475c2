"""`POST /api/v1/observations`: values of one device, as rows or as columns; answered after the commit. A plain ASGI application.

Rows: `{"observations": [{"channel": "cod", "time": "2026-01-01T08:00:00+08:00", "value": 12.3}]}`, each with `start` and `mark`
if need be. Columns: `{"columns": {"channel": […], "time": […], "value": […]}}`. Times are ISO 8601 with a zone, or ms since 1970
UTC; `time` is the end of an interval. The token of the device stands in `Authorization: Bearer …`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
import numpy as np

from anlan.kernel.exchange.writer import Lagging, Parcel, Writer
from anlan.kernel.observations import quality
from anlan.kernel.observations.store.types import Columns, Ints
from anlan.kernel.observations.types import KnownDevice

LONGEST = 8 << 20
MOST_TOLD = 100  # refused rows named one by one
FARTHEST_MS = 1 << 52  # no instant beyond is a time
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
    lookup = device.lookup
    place = np.array([lookup.place.get(one, -1) for one in table.channel], np.int64)
    end = _instants(table.time)
    start = end if table.start is None else _instants(table.start, end)
    mine, timed = place >= 0, (end > -FARTHEST_MS) & (start > -FARTHEST_MS)
    value = np.array(table.value, np.float64)  # None becomes NaN
    sent = np.zeros(len(place), np.uint8)
    if table.mark is not None:
        sent[:] = [quality.code_of(one) for one in table.mark]
    refused = []
    if not (mine & timed).all():
        kept = np.flatnonzero(mine & timed)
        for wrong in np.flatnonzero(~(mine & timed)).tolist():
            if not mine[wrong]:
                told = {"reason": "channel", "message": f"这台设备没有通道 {table.channel[wrong][:60]}。"}
            else:
                told = {"reason": "time", "message": "时间没有时区，或超出范围。"}
            refused.append({"index": wrong, **told})
        place, start, end, value, sent = place[kept], start[kept], end[kept], value[kept], sent[kept]
    judged = np.zeros(len(place), np.uint8)
    value = value * lookup.scale[place] + lookup.shift[place]
    return Columns(lookup.number[place], start, end, value, sent, judged), refused


def _instants(given: Sequence[int | datetime | None], otherwise: Ints | None = None) -> Ints:
    """ms since 1970 UTC; -FARTHEST_MS for a time without a zone, or one that is none. None is the one at its place in `otherwise`."""
    try:
        found = np.array(given, np.int64)
    except (TypeError, OverflowError):
        found = np.array([_instant(one) for one in given], np.int64)
        if otherwise is not None:
            found = np.where([one is None for one in given], otherwise, found)
    return np.where((found > -FARTHEST_MS) & (found < FARTHEST_MS), found, -FARTHEST_MS)


def _instant(given: int | datetime | None) -> int:
    if isinstance(given, datetime):
        return round(given.timestamp() * 1000) if given.tzinfo else -FARTHEST_MS
    return given if given is not None and abs(given) < FARTHEST_MS else -FARTHEST_MS
