"""SL 651. A device is its station address (ten hex digits); a channel is the identifier of an element: `39`, `26`, `F4`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import partial

from anlan.base.clock import CHINA
from anlan.kernel.exchange.types import Bad, Know, Message, Verdict
from anlan.kernel.observations.types import Reading
from anlan.protocols.common import Garbage
from anlan.protocols.sl651.answers import answer, nak
from anlan.protocols.sl651.content import elements
from anlan.protocols.sl651.frame import Frame, Splitter
from anlan.protocols.sl651.join import Joiner

_FIVE = timedelta(minutes=5)


class Sl651:
    def __init__(self, _know: Know) -> None:
        self._splitter, self._joiner = Splitter(), Joiner()

    def feed(self, data: bytes, now: int) -> list[Message | Bad]:
        local = datetime.fromtimestamp(now / 1000, CHINA).replace(tzinfo=None)
        return [self._read(one, local) for one in self._splitter.feed(data)]

    def _read(self, one: Frame | Garbage, local: datetime) -> Message | Bad:
        if isinstance(one, Garbage):
            return Bad("garbage", one.count)
        if not one.valid:
            return Bad(one.reason, len(one.raw))
        whole = self._joiner.add(one, local)
        told = tuple(readings(whole, local)) if whole is not None and not whole.down else ()
        sent = _ms(one.sent) if one.sent else None
        return Message(
            one.station,
            (one.raw,),
            told,
            partial(self._reply, one, whole, local),
            sent,
            one.password,
            f"function {one.function:02X}",
        )

    def _reply(self, one: Frame, whole: Frame | None, local: datetime, verdict: Verdict) -> bytes:
        """Only a whole message that was stored is confirmed (M2, M3): a station that hears nothing sends again. When the last
        packet came and others did not, they are asked for."""
        if verdict != "stored":
            return b""
        if whole is not None:
            return answer(whole, local) or b""
        lost = [
            held
            for held in self._joiner.waiting()
            if held.packet.station == one.station and held.packet.function == one.function
        ]
        return b"".join(
            raw for held in lost if one.number == one.total for raw in nak(held.packet, held.missing, local)
        )


def _ms(time: datetime) -> int:
    return round(time.replace(tzinfo=CHINA).timestamp() * 1000)


def readings(frame: Frame, local: datetime) -> Iterator[Reading]:
    """Values at their observation time, else the time of sending; the twelve values of an hour as five-minute steps."""
    found, _rest = elements(frame)
    for one in found:
        at = one.at or frame.sent or local
        mark = "D" if one.quality == "gauge_failure" else "N"
        if one.kind == "value":
            yield Reading(one.id, _ms(at), _ms(at), one.value, mark)
        elif one.kind in ("rains", "levels"):
            first = at - _FIVE * (len(one.values) - 1)
            for place, value in enumerate(one.values):
                end = _ms(first + _FIVE * place)
                yield Reading(one.id, end - 300_000 if one.kind == "rains" else end, end, value)
        elif one.kind == "series" and one.at is not None and one.step:
            for place, value in enumerate(one.values):  # the first value is of the time before it
                end = _ms(one.at + one.step * place)
                yield Reading(one.of, end, end, value)
