"""HJ 212. A device is its MN; a channel is `CN/code-Field`: `2011/w01018-Rtd`, `2061/a21026-ZsAvg`."""

from __future__ import annotations

from functools import partial

from anlan.kernel.exchange.types import Bad, Know, Message, Verdict
from anlan.kernel.observations.types import Reading
from anlan.protocols.common import Garbage
from anlan.protocols.hj212 import answers
from anlan.protocols.hj212.data import DATA, instant, period, values
from anlan.protocols.hj212.frame import Frame, Splitter
from anlan.protocols.hj212.join import Joiner
from anlan.protocols.hj212.sm4 import opened, plain_frame

_REFUSALS: dict[Verdict, int] = {
    "unknown": answers.WRONG_MN, "not_admitted": answers.REFUSED, "wrong_secret": answers.WRONG_PASSWORD,
}  # fmt: skip
_UNREADABLE_MN = ""


class Hj212:
    def __init__(self, know: Know) -> None:
        self._know = know
        self._splitter, self._joiner = Splitter(), Joiner()

    def feed(self, data: bytes, now: int) -> list[Message | Bad]:
        return [self._read(one, now) for one in self._splitter.feed(data)]

    def _read(self, one: Frame | Garbage, now: int) -> Message | Bad:
        if isinstance(one, Garbage):
            return Bad("garbage", one.count)
        identity = one.fields.get("MN", _UNREADABLE_MN)
        device = self._know(identity)
        frame = self._opened(one, str(device.settings.get("key", ""))) if device and one.encrypted else one
        if not frame.valid or not identity:
            owed = answers.owed(frame, now, refusal=answers.WRONG_CRC) if frame.reason == "bad_crc" else b""
            return Bad(frame.reason or "unknown", len(frame.raw), identity, owed)
        whole = None if frame.encrypted else self._joiner.add(frame, now)
        minutes = device.settings.get("minute", 10) if device else 10
        return Message(
            identity, one.raw, readings(whole, minutes) if whole else (), partial(_reply, frame, now),
            instant(frame.fields.get("QN", "")), frame.fields.get("PW", ""), f"ST={frame.fields.get('ST', '')} CN={frame.fields.get('CN', '')}",
            trusted=not (device and device.secret) or bool(frame.fields.get("PW")),  # one without a password is no way around it
        )  # fmt: skip

    @staticmethod
    def _opened(frame: Frame, key: str) -> Frame:
        """With the key, what is inside; without, or with a wrong one, the frame as it is."""
        inside = opened(frame, bytes.fromhex(key)) if len(key) == 32 else None
        return plain_frame(frame, inside[0]) if inside else frame


def _reply(frame: Frame, now: int, verdict: Verdict) -> bytes:
    """Nothing while the store lags: the device sends again."""
    if verdict == "lagging":
        return b""
    return answers.owed(frame, now, refusal=_REFUSALS.get(verdict, 0))


def readings(frame: Frame, minutes: int) -> tuple[Reading, ...]:
    """Every number of a frame that carries data; one without a readable DataTime has none."""
    cn, at = frame.fields.get("CN", ""), instant(frame.cp.get("DataTime", ""))
    if at is None or cn not in DATA:
        return ()
    start, end = period(cn, at, minutes)
    return tuple(Reading(f"{cn}/{code}-{name}", start, end, value, mark) for code, name, value, mark in values(frame))
