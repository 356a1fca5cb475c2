"""JT/T 808. A device is its phone; channels: `lon lat speed direction altitude mileage alarm status`.

A terminal registers, is told its code, authenticates with it, and only then are its positions taken; the code belongs to the
phone, and a line that has authenticated one phone may not speak for another.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from anlan.base.clock import CHINA
from anlan.kernel.exchange.types import Bad, Know, Message, Verdict
from anlan.kernel.observations.types import KnownDevice, Reading
from anlan.protocols.common import Garbage
from anlan.protocols.jt808 import answers, bodies
from anlan.protocols.jt808.frame import Frame, Splitter
from anlan.protocols.jt808.join import MOST_PENDING, Joiner
from anlan.science.geo.crs import TO_WGS84

_TRIES, _PAUSE_MS = 3, 5000  # of asking for lost parts
_TAKEN = frozenset({bodies.HEARTBEAT, bodies.DEREGISTER, bodies.POSITION, bodies.BATCH})


def code_of(device: KnownDevice) -> str:
    """The authentication code of a terminal: of its phone and secret alone, so that a restart asks nobody to register again."""
    return hashlib.sha256(f"{device.identity}/{device.secret}".encode()).hexdigest()[:16]


class Jt808:
    def __init__(self, know: Know) -> None:
        self._know = know
        self._splitter, self._joiner = Splitter(), Joiner()
        self._phone = ""  # authenticated on this line
        self._serial = 0
        self._asked: OrderedDict[tuple[str, int, int], tuple[int, int]] = OrderedDict()  # message -> (when, how often)

    def feed(self, data: bytes, now: int) -> list[Message | Bad]:
        return [self._read(one, now) for one in self._splitter.feed(data)]

    def _read(self, one: Frame | Garbage, now: int) -> Message | Bad:
        if isinstance(one, Garbage):
            return Bad("garbage", one.count)
        if not one.valid:
            return Bad(one.reason, len(one.raw), one.phone)
        self._serial += 1
        device = self._know(one.phone)
        if one.id == bodies.AUTHENTICATE and device is not None and bodies.authentication(one) == code_of(device):
            self._phone = one.phone
        open_to_all = one.id == bodies.REGISTER
        whole = self._joiner.add(one, now)
        told = tuple(readings(whole, device)) if whole is not None and device is not None else ()
        latest = max((reading.end for reading in told), default=None)
        return Message(one.phone, (one.raw,), told, partial(self._reply, one, device, now, self._serial), latest, said=_said(one),
                       trusted=open_to_all or self._phone == one.phone)  # fmt: skip

    def _lost(self, frame: Frame, now: int, serial: int) -> bytes:
        """0x8003 for the parts of this frame's message that did not come: when its last part did, and again as others come late."""
        for part, numbers in self._joiner.missing() if frame.total > 1 else ():
            first = replace(part, serial=(part.serial - part.number + 1) & 0xFFFF)
            key = (part.phone, part.id, first.serial)
            when, times = self._asked.get(key, (0, 0))
            mine = (frame.phone, frame.id, (frame.serial - frame.number + 1) & 0xFFFF) == key
            if mine and times < _TRIES and (now - when >= _PAUSE_MS if times else frame.number == frame.total):
                self._asked[key] = (now, times + 1)
                while len(self._asked) > MOST_PENDING:
                    self._asked.popitem(last=False)
                return answers.resend(first, numbers[:255], serial)
        return b""

    def _reply(self, frame: Frame, device: KnownDevice | None, now: int, serial: int, verdict: Verdict) -> bytes:
        if frame.id == bodies.REGISTER:
            ok = verdict == "stored" and device is not None
            result = answers.REGISTER_OK if ok else answers.NO_TERMINAL
            return answers.registered(frame, result, code_of(device) if ok and device else "", serial)
        if frame.id == bodies.ASK_TIME and verdict == "stored":
            return answers.server_time(frame, datetime.fromtimestamp(now / 1000, UTC), serial)
        if verdict != "stored":
            return answers.general(frame, answers.FAILED, serial)
        known = frame.id in _TAKEN or frame.id == bodies.AUTHENTICATE
        return answers.general(frame, answers.OK if known else answers.UNSUPPORTED, serial) + self._lost(
            frame, now, serial
        )


def _said(frame: Frame) -> str:
    told = bodies.registration(frame) if frame.id == bodies.REGISTER else None
    return f"{told['plate']} {told['model']}" if told else f"message {frame.id:04X}"


def readings(frame: Frame, device: KnownDevice) -> Iterator[Reading]:
    """Every position; a fix that is none, or at a place that does not exist, has no coordinates. A mileage not sent is none."""
    convert = TO_WGS84[device.settings.get("coordinates", "wgs84")]
    for one in bodies.positions(frame):
        if one.time is None:
            continue
        at = round(one.time.replace(tzinfo=CHINA).timestamp() * 1000)
        lon, lat = convert(one.longitude, one.latitude) if one.fixed else (None, None)
        values = {
            "lon": lon, "lat": lat, "speed": one.speed, "direction": float(one.direction), "altitude": float(one.altitude),
            "alarm": float(one.alarm), "status": float(one.status), **({} if one.mileage is None else {"mileage": one.mileage}),
        }  # fmt: skip
        for channel, value in values.items():
            yield Reading(channel, at, at, value)
