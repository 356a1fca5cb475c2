"""HJ 212. A device is its MN; a channel is `CN/code-Field`: `2011/w01018-Rtd`, `2061/a21026-ZsAvg`.

Frames that follow each other from one device are one message: a device that sends its history sends hundreds at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from operator import attrgetter

import numpy as np

from anlan.kernel.exchange.types import Bad, Know, Message, Verdict
from anlan.kernel.observations import quality
from anlan.kernel.observations.store.types import EMPTY, Columns
from anlan.kernel.observations.types import KnownDevice, KnownStream
from anlan.protocols.common import Garbage
from anlan.protocols.hj212 import answers
from anlan.protocols.hj212.crc import modbus
from anlan.protocols.hj212.data import DATA, instant, instants, length_of, number
from anlan.protocols.hj212.frame import Frame, Splitter
from anlan.protocols.hj212.join import Joiner
from anlan.protocols.hj212.sm4 import opened, plain_frame

_KEY = re.compile("[0-9A-Fa-f]{32}")
_REFUSALS: dict[Verdict, int] = {
    "unknown": answers.WRONG_MN, "not_admitted": answers.REFUSED, "wrong_secret": answers.WRONG_PASSWORD,
}  # fmt: skip


class Hj212:
    def __init__(self, know: Know) -> None:
        self._know = know
        self._splitter, self._joiner = Splitter(), Joiner()

    def feed(self, data: bytes, now: int) -> list[Message | Bad]:
        told: list[Message | Bad] = []
        run: list[Frame] = []  # of one sender
        for one in self._splitter.feed(data):
            frame = one if isinstance(one, Frame) and _plain(one) else self._looked_at(one, now)
            if run and (isinstance(frame, Bad) or (frame.head is not run[-1].head and not _same(frame, run[-1]))):
                told.append(self._message(run, now))
                run = []
            if isinstance(frame, Bad):
                told.append(frame)
            else:
                run.append(frame)
        return [*told, self._message(run, now)] if run else told

    def _looked_at(self, one: Frame | Garbage, now: int) -> Frame | Bad:
        """Opened with the device's key, checked in the device's way; or why it is no message."""
        if isinstance(one, Garbage):
            return Bad("garbage", one.count)
        device = self._know(one.mn)
        frame = _in_the_way_of(device, one) if device else one
        if frame.valid and frame.mn:
            return frame
        owed = answers.owed([frame], now, refusal=answers.WRONG_CRC) if frame.reason == "bad_crc" else b""
        return Bad(frame.reason or "unknown", len(frame.raw), frame.mn, owed)

    def _message(self, run: Sequence[Frame], now: int) -> Message:
        last = run[-1]
        device, whole = self._know(last.mn), run
        if any(head.flag and head.flag & 2 for head in {one.head for one in run}):
            whole = [frame for one in run if (frame := self._joiner.add(one, now)) is not None]
        rows, unlisted = rows_of(whole, device) if device else (EMPTY, 0)
        return Message(
            last.mn, [one.raw for one in run], (), partial(_reply, run, now), instant(last.fields.get("QN", "")), last.head.password,
            f"ST={last.fields.get('ST', '')} CN={last.cn}", rows=rows, unlisted=unlisted,
            trusted=not (device and device.secret) or bool(last.head.password),  # one without a password is no way around it
        )  # fmt: skip


def _plain(one: Frame) -> bool:
    return not one.reason and not one.encrypted and one.head.mn != ""


def _same(one: Frame, other: Frame) -> bool:
    """Whether one device sent both, with one password."""
    return (one.head.mn, one.head.password) == (other.head.mn, other.head.password)


def _in_the_way_of(device: KnownDevice, frame: Frame) -> Frame:
    """What its settings say of a device: its key, and that its check is CRC-16/MODBUS. With a wrong key the frame as it is."""
    if frame.encrypted:
        key = str(device.settings.get("key", ""))
        inside = opened(frame, bytes.fromhex(key)) if _KEY.fullmatch(key) else None
        return plain_frame(frame, inside[0]) if inside else frame
    odd = frame.reason == "bad_crc" and device.settings.get("crc") == "modbus"
    return frame._replace(reason="") if odd and f"{modbus(frame.segment):04X}" == frame.crc_declared.upper() else frame


def _reply(run: Sequence[Frame], now: int, verdict: Verdict) -> bytes:
    return answers.owed(run, now, refusal=_REFUSALS.get(verdict, 0))


def rows_of(frames: Sequence[Frame], device: KnownDevice) -> tuple[Columns, int]:
    """Every number of the frames that carry data, in the device's own streams and their units; and how many have no stream.

    A frame without a readable DataTime has none. Of two values with one time the later one comes later.
    """
    rows, unlisted = _Rows(), 0
    for (head, shape), run in groupby(frames, attrgetter("head", "shape")):
        place = shape.places.get("DataTime")
        if head.cn not in DATA or place is None:
            continue
        said = [one.values for one in run]
        starts, known = instants([one[place] for one in said]), said
        if None in starts:
            known = [values for at, values in zip(starts, said, strict=True) if at is not None]
        at, columns = [one for one in starts if one is not None], list(zip(*known, strict=True))
        length = length_of(head.cn, device.settings.get("minute", 10))
        for one in shape.numbers:
            stream = device.streams.get(f"{head.cn}/{one.code}-{one.field}")
            if stream is None:
                unlisted += len(at)
            elif at:
                rows.add(stream, at, length, columns[one.place], columns[one.mark] if one.mark >= 0 else ())
    return rows.columns(), unlisted


class _Rows:
    """Rows on their way to columns: what is the same for a run of one stream is kept once."""

    def __init__(self) -> None:
        self._runs: list[tuple[int, float, float, int, int]] = []  # stream, scale, shift, length of the interval, count
        self._starts: list[int] = []
        self._values: list[float] = []
        self._marks: list[int] = []

    def add(
        self, stream: KnownStream, starts: Sequence[int], length: int, values: Sequence[str], marks: Sequence[str]
    ) -> None:
        self._runs.append((stream.id, stream.scale, stream.shift, length, len(starts)))
        self._starts += starts
        self._values += _floats(values)
        usual = marks.count("N") == len(marks)  # also when none is sent
        self._marks += [0] * len(starts) if usual else [quality.code_of(one) for one in marks]

    def columns(self) -> Columns:
        if not self._runs:
            return EMPTY
        streams, scales, shifts, lengths, counts = zip(*self._runs, strict=True)
        start, value = np.array(self._starts, np.int64), np.array(self._values, np.float64)
        value[~np.isfinite(value)] = np.nan
        return Columns(
            np.repeat(np.array(streams, np.int64), counts), start, start + np.repeat(np.array(lengths, np.int64), counts),
            value * np.repeat(np.array(scales, np.float64), counts) + np.repeat(np.array(shifts, np.float64), counts),
            np.array(self._marks, np.uint8), np.zeros(len(start), np.uint8),
        )  # fmt: skip


def _floats(texts: Sequence[str]) -> list[float]:
    """NaN for what is no number."""
    try:
        return list(map(float, texts))
    except ValueError:
        return [math.nan if (value := number(text)) is None else value for text in texts]
