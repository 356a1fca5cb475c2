"""What the gateway asks of a device by itself, where its settings allow: data that are missing, and a clock set right.

A hole is seen when data come that begin later than the last ones ended; it is asked for again up to TRIES times, until it is
filled or the device sends something else for AGAIN_MS. What was last stored is read from the store at the start, so that a
hole which a stop of the gateway made is seen too. Nothing here is a timer: it happens when the device speaks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from anlan.base.clock import CHINA
from anlan.kernel.exchange.links import Links
from anlan.kernel.exchange.writer import Parcel
from anlan.kernel.observations.store.types import Columns
from anlan.kernel.observations.types import Directory, KnownDevice, KnownStream
from anlan.protocols.hj212 import answers as hj212
from anlan.protocols.hj212 import frame as hj212_frame
from anlan.protocols.sl651 import answers as sl651
from anlan.protocols.sl651 import frame as sl651_frame

AGAIN_MS, TRIES = 10 * 60_000, 3
CLOCK_MS = 60 * 60_000  # between two settings of one clock
LONGEST_MS = 31 * 86_400_000  # what is older is not asked for
HOLES = 8  # of one series that are waited for; the oldest is given up first
_HOUR_MS = 3_600_000
# Command of HJ 212 -> (its word in `ask_again`, the length of one of its records; None: the device's own minutes).
_HJ212: Mapping[str, tuple[str, int | None]] = {
    "2051": ("minute", None), "2061": ("hour", _HOUR_MS), "2031": ("day", 86_400_000),
}  # fmt: skip


@dataclass
class Hole:
    """Data that should be between two instants (ms)."""

    begin: int
    end: int
    wanted: int  # how many records fill it
    came: set[int] = field(default_factory=set)
    asked: int = 0
    tries: int = 0


@dataclass
class _Series:
    """One kind of record of one device."""

    last: int
    holes: list[Hole] = field(default_factory=list)


class Holes:
    """Which records of each series are missing. Pure; bounded by HOLES a series."""

    def __init__(self) -> None:
        self._series: dict[tuple[int, str], _Series] = {}

    def known(self, device: int, name: str, end: int) -> None:
        """What the store has."""
        one = self._series.setdefault((device, name), _Series(end))
        one.last = max(one.last, end)

    def came(self, device: int, name: str, end: int, step: int, now: int) -> None:
        """A record that ends then; `step` between the ends of two that follow each other."""
        one = self._series.setdefault((device, name), _Series(end))
        for hole in one.holes:
            if hole.begin < end <= hole.end:
                hole.came.add(end)
        one.holes = [hole for hole in one.holes if len(hole.came) < hole.wanted]
        if end <= one.last:
            return
        expected = one.last + step
        if end - expected >= step / 2 and one.last < now:
            begin = max(one.last, now - LONGEST_MS)
            hole = Hole(begin, end - step, max(1, round((end - step - begin) / step)))
            one.holes = [*one.holes, hole][-HOLES:]
        one.last = end

    def due(self, device: int, name: str, now: int) -> Iterator[Hole]:
        """Those to be asked for now; they count as asked."""
        one = self._series.get((device, name))
        if one is None:
            return
        one.holes = [hole for hole in one.holes if hole.tries < TRIES or now - hole.asked < AGAIN_MS]
        for hole in one.holes:
            if hole.tries < TRIES and (not hole.tries or now - hole.asked >= AGAIN_MS):
                hole.asked, hole.tries = now, hole.tries + 1
                yield hole


class Duties:
    """Over all lines. `latest` is what the store held when the gateway started."""

    def __init__(self, directory: Directory, latest: Columns, links: Links) -> None:
        self._holes, self._links = Holes(), links
        self._clocks: dict[int, int] = {}  # device -> when its clock was set
        devices = {one.id: one for one in directory.devices.values()}
        for stream, end in zip(latest.stream.tolist(), latest.end.tolist(), strict=True):
            known = directory.streams.get(stream)
            device = devices.get(known.device) if known else None
            if known and device and (series := _series(device, known)):
                self._holes.known(device.id, series[0], end)

    def owed(self, parcel: Parcel, streams: Mapping[int, KnownStream], now: int) -> bytes:
        """What to send after the answers to a parcel that was stored."""
        device = parcel.device
        ask = _ASK.get(device.protocol)
        if ask is None or not parcel.frames or not (device.settings.get("resend") or device.settings.get("clock")):
            return b""
        found = b""
        if device.settings.get("resend"):
            seen: set[str] = set()
            for series, step, end in _records(parcel, streams):
                self._holes.came(device.id, series, end, step, now)
                seen.add(series)
            for series in sorted(seen):
                for hole in self._holes.due(device.id, series, now):
                    found += ask(device, parcel.frames[-1], series, hole, now)
        return found + self._clock(device, parcel.frames[-1], now)

    def _clock(self, device: KnownDevice, raw: bytes, now: int) -> bytes:
        allowed, skew = int(device.settings.get("clock", 0)), self._links.of(device.id).skew
        if (
            not allowed
            or skew is None
            or abs(skew) <= allowed * 1000
            or now - self._clocks.get(device.id, 0) < CLOCK_MS
        ):
            return b""
        self._clocks[device.id] = now
        return _SET[device.protocol](raw, now)


def _series(device: KnownDevice, stream: KnownStream) -> tuple[str, int] | None:
    """(name of the series a stream belongs to, ms between two records); None where nothing can be asked again."""
    if device.protocol == "hj212":
        command = stream.channel.partition("/")[0]
        if command in _HJ212:
            return command, _HJ212[command][1] or int(device.settings.get("minute", 10)) * 60_000
    if device.protocol == "sl651" and stream.every_ms >= 300_000 and len(stream.channel) == 2:
        return stream.channel, stream.every_ms
    return None


def _records(parcel: Parcel, streams: Mapping[int, KnownStream]) -> Iterator[tuple[str, int, int]]:
    """(series, step, end) of what a parcel holds, each once, in order of time."""
    found: set[tuple[int, str, int]] = set()
    device = parcel.device
    for one in parcel.readings:
        stream = device.streams.get(one.channel)
        if stream and (series := _series(device, stream)):
            found.add((one.end, *series))
    if parcel.rows is not None:
        for number, end in zip(parcel.rows.stream.tolist(), parcel.rows.end.tolist(), strict=True):
            known = streams.get(number)
            if known and (series := _series(device, known)):
                found.add((end, *series))
    for end, name, step in sorted(found):
        yield name, step, end


def _ask_hj212(_device: KnownDevice, raw: bytes, series: str, hole: Hole, now: int) -> bytes:
    frame = hj212_frame.parse(raw)
    return hj212.ask_again(frame, _HJ212[series][0], hole.begin, hole.end, now) if frame.valid else b""


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at / 1000, CHINA).replace(tzinfo=None)


def _ask_sl651(device: KnownDevice, raw: bytes, series: str, hole: Hole, now: int) -> bytes:
    """Whole hours around the hole."""
    frame, stream = sl651_frame.parse(raw), device.streams.get(series)
    if not frame.valid or stream is None:
        return b""
    begin, end = hole.begin // _HOUR_MS * _HOUR_MS, -(-hole.end // _HOUR_MS) * _HOUR_MS
    step = timedelta(milliseconds=stream.every_ms)
    return sl651.query_period(
        frame, now // 1000 & 0xFFFF, _local(now), start=_local(begin), end=_local(end), element=series, step=step
    )


def _set_hj212(raw: bytes, now: int) -> bytes:
    frame = hj212_frame.parse(raw)
    return hj212.calibrate(frame, now) if frame.valid else b""


def _set_sl651(raw: bytes, now: int) -> bytes:
    frame = sl651_frame.parse(raw)
    return sl651.set_clock(frame, now // 1000 & 0xFFFF, _local(now)) if frame.valid else b""


_ASK: Mapping[str, Callable[[KnownDevice, bytes, str, Hole, int], bytes]] = {"hj212": _ask_hj212, "sl651": _ask_sl651}
_SET: Mapping[str, Callable[[bytes, int], bytes]] = {"hj212": _set_hj212, "sl651": _set_sl651}
