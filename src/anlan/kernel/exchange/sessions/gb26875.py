"""GB/T 26875.3. A device is its source address. Channels: `device` (state bits), `operation`, `1.1` (system), `1.1/40.2.15`
(component by zone and position), the last with `/a4` for an analogue of type 4."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from datetime import datetime
from functools import partial

from anlan.base.clock import CHINA
from anlan.kernel.exchange.types import Bad, Know, Message, Verdict
from anlan.kernel.observations.types import Reading
from anlan.protocols.common import Garbage
from anlan.protocols.gb26875.frame import Frame, Splitter, confirm, time_of
from anlan.protocols.gb26875.report import ANALOGUES

_SEND, _ANSWER = 2, 5


class Gb26875:
    def __init__(self, _know: Know) -> None:
        self._splitter = Splitter()

    def feed(self, data: bytes, now: int) -> list[Message | Bad]:
        return [self._read(one, now) for one in self._splitter.feed(data)]

    @staticmethod
    def _read(one: Frame | Garbage, now: int) -> Message | Bad:
        if isinstance(one, Garbage):
            return Bad("garbage", one.count)
        local = datetime.fromtimestamp(now / 1000, CHINA).replace(tzinfo=None)
        if not one.valid:
            denied = confirm(one, time=local, accepted=False) if one.source else b""
            return Bad(one.reason, len(one.raw), str(one.source or ""), denied)
        told = tuple(readings(one, now)) if one.command in (_SEND, _ANSWER) else ()
        sent = _ms(one.time) if one.time else None
        return Message(str(one.source), (one.raw,), told, partial(_reply, one, local), sent, said=f"type {one.type}")


def _reply(frame: Frame, local: datetime, verdict: Verdict) -> bytes:
    """Only data are confirmed (8.1); what was not taken is denied."""
    if frame.command != _SEND:
        return b""
    return confirm(frame, time=local, accepted=verdict == "stored")


def _ms(time: datetime) -> int:
    return round(time.replace(tzinfo=CHINA).timestamp() * 1000)


def _at(six: bytes, now: int) -> int:
    time = time_of(six)
    return now if time is None else _ms(time)


def readings(frame: Frame, now: int) -> Iterator[Reading]:
    """The states and analogues of a frame; an object without a readable time is taken as of now."""
    for body in frame.objects:
        match frame.type:
            case 1:
                at = _at(body[4:10], now)
                yield Reading(f"{body[0]}.{body[1]}", at, at, float(struct.unpack_from("<H", body, 2)[0]))
            case 2:
                zone, position, bits = struct.unpack_from("<HHH", body, 3)
                at = _at(body[40:46], now)
                yield Reading(f"{body[0]}.{body[1]}/{body[2]}.{zone}.{position}", at, at, float(bits))
            case 3:
                zone, position, kind, value = struct.unpack_from("<HHBh", body, 3)
                at, step = _at(body[10:16], now), ANALOGUES.get(kind, ("", "", 1.0))[2]
                yield Reading(
                    f"{body[0]}.{body[1]}/{body[2]}.{zone}.{position}/a{kind}", at, at, round(value * step, 4)
                )
            case 21:
                at = _at(body[1:7], now)
                yield Reading("device", at, at, float(body[0]))
            case 24:
                at = _at(body[2:8], now)
                yield Reading("operation", at, at, float(body[0]))
