"""What a simulated sensor reads at an instant: pure, the same for the same seed. Times are seconds since 1970 UTC."""

from __future__ import annotations

import hashlib
import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

DAY = 86_400


@dataclass(frozen=True)
class Normal:
    """A level with a daily swing and noise."""

    base: float
    swing: float = 0.0
    noise: float = 0.0


# Kind of station → channel → its normal course. Chosen so that no rule is true without an episode.
NORMAL: dict[str, dict[str, Normal]] = {
    "boiler": {
        "nox_now": Normal(21, 2, 1.2), "nox": Normal(22, 2, 0.4), "so2_now": Normal(6, 1, 0.4), "so2": Normal(6.2, 1, 0.1),
        "soot_now": Normal(3, 0.5, 0.2), "soot": Normal(3.1, 0.5, 0.05), "o2": Normal(4.2, 0.3, 0.08), "flue_temperature": Normal(86, 6, 1),
        "flue_flow": Normal(18, 3, 0.5),
    },
    "medical": {"cod": Normal(31, 6, 1.5), "nh3n": Normal(6, 1.2, 0.3), "ph": Normal(7.4, 0.1, 0.04), "flow": Normal(4, 1.5, 0.3)},
    "water": {
        "pH": Normal(7.8, 0.2, 0.03), "DO": Normal(8.2, 1.1, 0.15), "CODMn": Normal(4.6, 0.3, 0.15), "NH3N": Normal(0.42, 0.08, 0.02),
        "TP": Normal(0.11, 0.01, 0.006), "temperature": Normal(14, 2, 0.2), "turbidity": Normal(18, 3, 1),
    },
    "vapour": {name: Normal(1.09, 0.02, 0.015) for name in ("al_1", "al_2", "al_3", "al_4")}
    | {"tank_pressure": Normal(120, 60, 20), "nmhc_now": Normal(6, 1.5, 0.5), "nmhc": Normal(6, 1.5, 0.1)},
    "fire": {name: Normal(1) for name in ("device", "panel", "smoke_1", "smoke_2", "manual_1", "electrical_1")}
    | {"pressure": Normal(320, 15, 4)},
    "rain": {"battery": Normal(12.6, 0.2, 0.05)},
    "level": {"level": Normal(2.6, 0.05, 0.01), "battery": Normal(12.6, 0.2, 0.05)},
    "vehicle": {"speed": Normal(48, 6, 5), "alarm": Normal(0), "altitude": Normal(5)},
    "underground": {
        "ch4": Normal(1.6, 0.4, 0.3), "h2s": Normal(1.2, 0.4, 0.2), "co": Normal(2.2, 0.5, 0.3), "o2": Normal(20.7, 0.1, 0.04),
        "level": Normal(0.35, 0.08, 0.02), "ingress": Normal(0), "cover": Normal(0), "battery": Normal(3.62, 0.02, 0.01),
    },
    "tank_area": {
        "level": Normal(6.2, 0.4, 0.01), "pressure": Normal(12, 2, 0.3), "temperature": Normal(19, 5, 0.2), "gas_1": Normal(1.5, 0.4, 0.3),
        "gas_2": Normal(1.2, 0.4, 0.3),
    },
}  # fmt: skip


# Channels that are made, not drawn from a normal course.
_MADE = {"total": Normal(0), "lon": Normal(0), "lat": Normal(0)}


@dataclass(frozen=True)
class Episode:
    """A trouble of one device. `act`: `set` (the channel reads `value`), `add` (so much more than usual), `move` (it goes from
    `value` to `to`), `freeze` (reads what it read at the start), `rain` (`value` mm fall an hour), `cut` (the line is down; what
    was measured is sent afterwards), `mark` (the channel's values carry `mark`: being calibrated, say).
    `rules`: what it must raise, by slug, on which channel."""

    device: str
    at: int
    seconds: int
    act: str
    channel: str = ""
    value: float = 0.0
    mark: str = "N"
    to: float = 0.0
    rules: tuple[tuple[str, str], ...] = ()
    title: str = ""

    def holds(self, at: int, start: int) -> bool:
        return start + self.at <= at < start + self.at + self.seconds


def _noise(seed: int, *names: object) -> float:
    """About normal, between -3 and 3."""
    digest = hashlib.blake2b("/".join(map(str, (seed, *names))).encode(), digest_size=12).digest()
    parts: tuple[int, ...] = struct.unpack("<3I", digest)
    return sum(one / 2**31 - 1.0 for one in parts)


def value(
    seed: int, device: str, kind: str, channel: str, at: int, decimals: int, start: int, episodes: Sequence[Episode]
) -> float | None:
    """What the device would read of the channel; None when it does not have one."""
    normal = _MADE.get(channel) or NORMAL.get(kind, {}).get(channel)
    if normal is None:
        return None
    more = 0.0
    for one in episodes:
        if one.device == device and one.channel == channel and one.holds(at, start):
            if one.act == "set":
                return one.value
            if one.act == "move":
                return round(one.value + (one.to - one.value) * (at - start - one.at) / one.seconds, decimals)
            if one.act == "freeze":
                at = start + one.at
            if one.act == "add":
                more += one.value
    if channel == "total":
        return rain_total(at, start, device, episodes)
    if channel in ("lon", "lat"):
        return place(seed, device, at)[channel == "lat"]
    # An hourly mean swings with the values it is the mean of.
    phase = _noise(0, device, channel.removesuffix("_now"))
    swing = normal.swing * math.sin(2 * math.pi * (at % DAY) / DAY + phase)
    return round(normal.base + swing + more + normal.noise * _noise(seed, device, channel, at), decimals)


def rain_total(at: int, start: int, device: str, episodes: Sequence[Episode]) -> float:
    """The accumulated counter, mm: dry but for episodes `rain`, whose `value` falls an hour."""
    fallen = sum(
        one.value * max(0, min(at - start - one.at, one.seconds)) / 3600
        for one in episodes
        if one.act == "rain" and one.device == device
    )
    return round(1200.0 + fallen, 1)


# The round trip of the vehicles along the drawn roads, WGS-84; the demonstration's allowed route is the same line.
WAY = (
    (117.1857, 39.1812), (117.2000, 39.1835), (117.2364, 39.1770), (117.2380, 39.1600), (117.2343, 39.1477), (117.2090, 39.1490),
    (117.1866, 39.1490), (117.1850, 39.1600), (117.1857, 39.1812),
)  # fmt: skip
ROUND_S = 1500  # about 15 km


def place(seed: int, device: str, at: int) -> tuple[float, float]:
    """Where a vehicle is on its way round, each side in proportion to its length; another seed begins elsewhere."""
    sides = list(pairwise(WAY))
    lengths = [
        math.hypot((x2 - x1) * 0.776, y2 - y1) for (x1, y1), (x2, y2) in sides
    ]  # cos 39° of a degree of longitude
    left = ((at / ROUND_S + _noise(seed, device)) % 1) * sum(lengths)
    for ((x1, y1), (x2, y2)), length in zip(sides, lengths, strict=True):
        if left <= length:
            return round(x1 + (x2 - x1) * left / length, 6), round(y1 + (y2 - y1) * left / length, 6)
        left -= length
    return WAY[-1]


def mark_of(device: str, channel: str, at: int, start: int, episodes: Sequence[Episode]) -> str:
    """The quality mark the device sends with the value; N is normal."""
    mine = (one for one in episodes if one.act == "mark" and one.device == device and one.channel == channel)
    return next((one.mark for one in mine if one.holds(at, start)), "N")


def is_cut(device: str, at: int, start: int, episodes: Sequence[Episode]) -> bool:
    return any(one.act == "cut" and one.device == device and one.holds(at, start) for one in episodes)
