"""HJ 212. A device is its MN; a channel is `CN/code-Field`: `2011/w01018-Rtd`, `2061/a21026-ZsAvg`.

Frames that follow each other from one device are one message: a device that sends its history sends hundreds at once.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import partial
from itertools import groupby

import numpy as np

from anlan.kernel.exchange.types import Bad, Know, Message, Verdict
from anlan.kernel.observations import quality
from anlan.kernel.observations.store.types import Columns, joined
from anlan.kernel.observations.types import KnownDevice, KnownStream
from anlan.protocols.common import Garbage
from anlan.protocols.hj212 import answers
from anlan.protocols.hj212.crc import modbus
from anlan.protocols.hj212.data import DATA, instant, number, period
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
        for sender, run in groupby([self._looked_at(one, now) for one in self._splitter.feed(data)], _sender):
            if sender is None:
                told += [one for one in run if isinstance(one, Bad)]
            else:
                told.append(self._message(*sender, [one for one in run if isinstance(one, Frame)], now))
        return told

    def _looked_at(self, one: Frame | Garbage, now: int) -> Frame | Bad:
        """Opened with the device's key, checked in the device's way; or why it is no message."""
        if isinstance(one, Garbage):
            return Bad("garbage", one.count)
        if not (one.reason or one.encrypted) and one.head.mn:
            return one
        device = self._know(one.mn)
        frame = _in_the_way_of(device, one) if device else one
        if frame.valid and frame.mn:
            return frame
        owed = answers.owed([frame], now, refusal=answers.WRONG_CRC) if frame.reason == "bad_crc" else b""
        return Bad(frame.reason or "unknown", len(frame.raw), frame.mn, owed)

    def _message(self, mn: str, password: str, run: Sequence[Frame], now: int) -> Message:
        device, last = self._know(mn), run[-1]
        whole = [frame for one in run if (frame := self._joiner.add(one, now) if one.has_packet_no else one)]
        rows, unlisted = rows_of(whole, device) if device else (None, 0)
        return Message(
            mn, [one.raw for one in run], (), partial(_reply, run, now), instant(last.fields.get("QN", "")), password,
            f"ST={last.fields.get('ST', '')} CN={last.cn}", rows=rows, unlisted=unlisted,
        )  # fmt: skip


def _sender(one: Frame | Bad) -> tuple[str, str] | None:
    """Whose frame it is and the password it shows."""
    return None if isinstance(one, Bad) else (one.head.mn, one.head.password)


def _in_the_way_of(device: KnownDevice, frame: Frame) -> Frame:
    """What its settings say of a device: its key, and that its check is CRC-16/MODBUS. With a wrong key the frame as it is."""
    if frame.encrypted:
        key = str(device.settings.get("key", ""))
        inside = opened(frame, bytes.fromhex(key)) if _KEY.fullmatch(key) else None
        return plain_frame(frame, inside[0]) if inside else frame
    odd = frame.reason == "bad_crc" and device.settings.get("crc") == "modbus"
    return frame._replace(reason="") if odd and f"{modbus(frame.segment):04X}" == frame.crc_declared.upper() else frame


def _reply(run: Sequence[Frame], now: int, verdict: Verdict) -> bytes:
    """Nothing while the store lags: the device sends again."""
    return b"" if verdict == "lagging" else answers.owed(run, now, refusal=_REFUSALS.get(verdict, 0))


def rows_of(frames: Sequence[Frame], device: KnownDevice) -> tuple[Columns | None, int]:
    """Every number of the frames that carry data, in the device's own streams and their units; and how many have no stream.

    A frame without a readable DataTime has none.
    """
    parts, unlisted = [], 0
    for (cn, shape), run in groupby(frames, lambda one: (one.head.cn, one.shape)):
        if cn not in DATA or "DataTime" not in shape.places:
            continue
        place = shape.places["DataTime"]
        timed = [(at, one.values) for one in run if (at := instant(one.values[place])) is not None]
        streams = [(device.streams.get(f"{cn}/{one.code}-{one.field}"), one.place, one.mark) for one in shape.numbers]
        known = [(stream, *places) for stream, *places in streams if stream is not None]
        unlisted += (len(streams) - len(known)) * len(timed)
        if timed and known:
            minutes = device.settings.get("minute", 10)
            parts.append(
                _columns(known, [values for _at, values in timed], [period(cn, at, minutes) for at, _v in timed])
            )
    return (joined(parts) if parts else None), unlisted


def _columns(
    known: Sequence[tuple[KnownStream, int, int]], said: Sequence[Sequence[str]], periods: Sequence[tuple[int, int]]
) -> Columns:
    """Stream by stream, in the order of the frames: of two values with one time the later is to win."""
    count = len(said)
    numbers = np.array([_floats([values[place] for values in said]) for _stream, place, _mark in known])
    scale, shift = (np.array([[getattr(stream, name)] for stream, _p, _m in known]) for name in ("scale", "shift"))
    start, end = np.array(periods, np.int64).T
    marks = [_marks([values[mark] for values in said]) if mark >= 0 else [0] * count for _stream, _place, mark in known]
    return Columns(
        np.repeat(np.array([stream.id for stream, _p, _m in known], np.int64), count), np.tile(start, len(known)), np.tile(end, len(known)),
        (numbers * scale + shift).ravel(), np.array(marks, np.uint8).ravel(), np.zeros(count * len(known), np.uint8),
    )  # fmt: skip


def _floats(texts: Sequence[str]) -> list[float]:
    """NaN for what is no finite number."""
    try:
        found = list(map(float, texts))
    except ValueError:
        found = [math.nan if (value := number(text)) is None else value for text in texts]
    return found if all(map(math.isfinite, found)) else [one if math.isfinite(one) else math.nan for one in found]


def _marks(texts: Sequence[str]) -> list[int]:
    return [0] * len(texts) if set(texts) <= {"N"} else [quality.code_of(one) for one in texts]
