"""Observations in: one, or many as DataArrays. A device's token writes only the streams of that device; answered after the commit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
import numpy as np

from anlan.kernel.exchange import intake
from anlan.kernel.exchange.http import Answer
from anlan.kernel.exchange.intake import Refusal
from anlan.kernel.exchange.sensorthings import times
from anlan.kernel.exchange.writer import Writer
from anlan.kernel.observations import quality
from anlan.kernel.observations.store.types import Columns, joined
from anlan.kernel.observations.types import KnownDevice, KnownStream

_COMPONENTS = ("phenomenonTime", "result", "resultTime", "resultQuality", "FeatureOfInterest/id")


class Ref(msgspec.Struct, forbid_unknown_fields=True):
    id: int = msgspec.field(name="@iot.id")


class Observation(msgspec.Struct, forbid_unknown_fields=True):
    """`resultTime` is read and not kept: the store has the instant of the commit. What is not named here is refused."""

    phenomenonTime: str  # noqa: N815 - the standard's word
    result: float | None
    resultTime: str | None = None  # noqa: N815
    resultQuality: str | dict[str, Any] | None = None  # noqa: N815
    Datastream: Ref | None = None
    FeatureOfInterest: Ref | None = None


class Group(msgspec.Struct, forbid_unknown_fields=True):
    """Rows of one stream, each as long as `components`."""

    Datastream: Ref
    components: list[str]
    rows: list[list[Any]] = msgspec.field(name="dataArray")
    count: int | None = msgspec.field(name="dataArray@iot.count", default=None)


class PlainGroup(msgspec.Struct, forbid_unknown_fields=True):
    """What nearly everybody sends, read in one go: an instant and a number in every row."""

    Datastream: Ref
    components: tuple[Literal["phenomenonTime"], Literal["result"]]
    rows: list[tuple[Annotated[datetime, msgspec.Meta(tz=True)], float]] = msgspec.field(name="dataArray")
    count: int | None = msgspec.field(name="dataArray@iot.count", default=None)


_one = msgspec.json.Decoder(Observation).decode
_groups = msgspec.json.Decoder(list[Group]).decode
_plain_groups = msgspec.json.Decoder(list[PlainGroup]).decode


def _stream(writer: Writer, device: KnownDevice, number: int) -> KnownStream:
    """Raises Refusal 404, or 403 for another's."""
    found = writer.directory.streams.get(number)
    if found is None:
        raise Refusal(404, "not_found", f"没有 Datastreams({number})。")
    if found.device != device.id:
        raise Refusal(403, "forbidden", f"Datastreams({number}) 不是这台设备的。")
    return found


def _mark(given: str | dict[str, Any] | None) -> int:
    word = given.get("mark", "") if isinstance(given, dict) else given or "N"
    if not isinstance(word, str) or not word:
        raise Refusal(400, "form", 'resultQuality 写一个标记，如 "N" 或 {"mark": "N"}。')
    return quality.code_of(word)


async def create_one(writer: Writer, device: KnownDevice, body: bytes, of: int | None, base: str) -> Answer:
    """`POST Observations` and `POST Datastreams(of)/Observations`."""
    try:
        given = _one(body)
    except msgspec.MsgspecError as error:
        writer.links.of(device.id).refuse("form")
        raise intake.unreadable(error) from None
    number = given.Datastream.id if given.Datastream else of
    if number is None or (of is not None and number != of):
        raise Refusal(400, "form", "没有写 Datastream，或与地址里的不同。")
    stream = _stream(writer, device, number)
    start, end = times.span(given.phenomenonTime)
    value = np.nan if given.result is None else given.result
    rows = intake.columns_of([stream], [start], [end], [value], [_mark(given.resultQuality)])
    _timely(rows, writer.now())
    await intake.store(writer, device, rows, [])
    name = times.name_of(number, end)
    link = f"{base}/Observations('{name}')"
    return Answer(201, {"@iot.id": name, "@iot.selfLink": link}, ((b"location", link.encode()),))


def _timely(rows: Columns, now: int) -> None:
    if not quality.timely(rows, now).all():
        raise Refusal(400, "time", "时间比现在晚十分钟以上，或早于四百天，或起止颠倒。")


async def create_many(writer: Writer, device: KnownDevice, body: bytes, base: str) -> Answer:
    """`POST CreateObservations`: for each row its address, or "error" as the standard wants; good rows are stored together."""
    now, parts, told = writer.now(), [], []
    refused: list[dict[str, Any]] = []
    for rows, number, ends in _read(writer, device, body, now, refused):
        parts.append(rows)
        head = f"{base}/Observations('{number}-"
        told += ["error" if end is None else f"{head}{end}')" for end in ends]
    rows = joined(parts)
    if not len(rows):
        raise Refusal(
            400, refused[0]["reason"] if refused else "form", refused[0]["message"] if refused else "一行也没有。"
        )
    await intake.store(writer, device, rows, refused)
    return Answer(201, told)


_Read = tuple[Columns, int, list[int | None]]


def _read(writer: Writer, device: KnownDevice, body: bytes, now: int, refused: list[dict[str, Any]]) -> list[_Read]:
    """(good rows, stream, the end of each given row or None) of every group. Raises Refusal."""
    try:
        plain = _plain_groups(body)
    except msgspec.MsgspecError:
        plain = []
    found: list[_Read] = []
    for one in plain:
        stream = _stream(writer, device, one.Datastream.id)
        read = _plain(stream, one, now) if one.count in (None, len(one.rows)) else None
        if read is None:
            break
        found.append((read[0], stream.id, read[1]))
    else:
        if plain:
            return found
    try:
        groups = _groups(body)
    except msgspec.MsgspecError as error:
        writer.links.of(device.id).refuse("form")
        raise intake.unreadable(error) from None
    found = []
    for group in groups:
        stream = _stream(writer, device, group.Datastream.id)
        rows, ends = _rows(stream, group, now, refused)
        found.append((rows, stream.id, ends))
    return found


def _rows(
    stream: KnownStream, group: Group, now: int, refused: list[dict[str, Any]]
) -> tuple[Columns, list[int | None]]:
    """(the good rows, the end of each given row or None)."""
    words, given = group.components, group.rows
    unknown = [one for one in words if one not in _COMPONENTS]
    if unknown or len(set(words)) != len(words) or not {"phenomenonTime", "result"} <= set(words):
        raise Refusal(
            400, "form", f"components 须有 phenomenonTime 和 result，其余可有：{'、'.join(_COMPONENTS[2:])}。"
        )
    if group.count is not None and group.count != len(given):
        raise Refusal(400, "form", f"dataArray@iot.count 写 {group.count}，实有 {len(given)} 行。")
    at = [words.index(one) for one in ("phenomenonTime", "result")]
    quality_at = words.index("resultQuality") if "resultQuality" in words else None
    kept: list[tuple[int, int, float, int]] = []
    ends: list[int | None] = []
    for row in given:
        try:
            start, end, value, mark = _row(row, len(words), at, quality_at)
            if not now - quality.BEHIND_MS <= end <= now + quality.AHEAD_MS or start > end:
                raise Refusal(400, "time", "时间比现在晚十分钟以上，或早于四百天，或起止颠倒。")
        except Refusal as wrong:
            refused.append({"index": len(ends), "reason": wrong.code, "message": wrong.message})
            ends.append(None)
        else:
            kept.append((start, end, value, mark))
            ends.append(end)
    columns: Sequence[Sequence[Any]] = list(zip(*kept, strict=True)) or [()] * 4
    return _of(stream, *columns), ends


def _of(
    stream: KnownStream, starts: Sequence[int], ends: Sequence[int], values: Sequence[float], marks: Sequence[int]
) -> Columns:
    return Columns(
        np.full(len(ends), stream.id, np.int64), np.array(starts, np.int64), np.array(ends, np.int64),
        np.array(values, np.float64) * stream.scale + stream.shift, np.array(marks, np.uint8), np.zeros(len(ends), np.uint8),
    )  # fmt: skip


def _plain(stream: KnownStream, group: PlainGroup, now: int) -> tuple[Columns, list[int | None]] | None:
    """(rows, their ends) when all are timely; None: look at each."""
    ends = np.rint(np.array([at.timestamp() for at, _value in group.rows], np.float64) * 1000).astype(np.int64)
    if not ((ends <= now + quality.AHEAD_MS) & (ends >= now - quality.BEHIND_MS)).all():
        return None
    told: list[int] = ends.tolist()
    return _of(stream, told, told, [value for _at, value in group.rows], [0] * len(told)), [*told]


def _row(row: list[Any], width: int, at: list[int], quality_at: int | None) -> tuple[int, int, float, int]:
    if len(row) != width:
        raise Refusal(400, "form", "有一行的列数与 components 不同。")
    when, value = row[at[0]], row[at[1]]
    if not isinstance(when, str):
        raise Refusal(400, "time", "phenomenonTime 须是时间。")
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise Refusal(400, "form", "result 须是数。")
    start, end = times.span(when)
    return start, end, np.nan if value is None else _float(value), 0 if quality_at is None else _mark(row[quality_at])


def _float(value: float) -> float:
    try:
        return float(value)
    except OverflowError:
        raise Refusal(400, "form", "result 太大。") from None
