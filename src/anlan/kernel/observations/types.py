"""What is measured, by what, and what a gateway must know of it. Pure.

A *station* (监测点, a row of the registry) is where; a *device* (设备) is what speaks a protocol; a *stream* (数据流) is one
property at one station in one kind of period, from one device. Times are milliseconds since 1970-01-01 UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Period = Literal["instant", "minute", "hour", "day"]
PERIOD_TITLES: Mapping[Period, str] = {"instant": "实时", "minute": "分钟", "hour": "小时", "day": "日"}
# What devices speak; `exchange.lines.install` adds what capabilities declare.
PROTOCOLS = {
    "hj212": "HJ 212",
    "gb26875": "GB/T 26875.3",
    "jt808": "JT/T 808",
    "sl651": "SL 651",
    "http": "HTTP",
    "mqtt": "MQTT",
    "sensorthings": "SensorThings",
}


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One thing a kind of station measures. `code` is the district's word for it, `quantity` what it is (the same at every
    kind of station); `sources` says where a protocol carries it, in the words of `exchange` for that protocol.

    `every` is the expected interval in seconds (0: no rhythm), `low` and `high` what is possible at all, in `unit`.
    `derived`: no device sends it, a `Derivation` of its kind computes it.
    """

    code: str
    quantity: str
    title: str
    unit: str
    decimals: int = 1
    period: Period = "instant"
    every: int = 60
    low: float | None = None
    high: float | None = None
    sources: Mapping[str, str] = field(default_factory=dict)
    # What a coded value means: (mask, words) of the bits in order of weight; the first that is set names the value.
    bits: tuple[tuple[int, str], ...] = ()
    derived: bool = False

    def word(self, value: float) -> str:
        """The words of a coded value; empty when the value is a plain number."""
        return next((word for mask, word in self.bits if int(value) & mask), "")


@dataclass(frozen=True, kw_only=True)
class StationKind:
    """A kind of station, declared by the capability that watches it. `slug` is a kind of the register of stations."""

    slug: str
    title: str
    permission: str  # who may see its figures
    channels: tuple[Channel, ...]
    first: tuple[str, ...] = ()  # roles whose posts its alarms call first; empty: whoever may answer at the place
    incident: str = ""  # the kind of incident that an urgent alarm there may be
    page: str = ""  # name of the page of one such station, with its code as argument; empty: the plain station page
    # What the newest usable values (by channel) say together: (term, words, whether that is bad).
    facts: Callable[[Mapping[str, float]], Sequence[tuple[str, str, bool]]] | None = None

    def channel(self, code: str) -> Channel | None:
        return next((one for one in self.channels if one.code == code), None)


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """Values that no device sends: computed from what one sends at an instant, stored and judged by rules in the same commit.

    For stations of `kind`; `inputs` and `outputs` are codes of its channels, the outputs declared there as `derived`.
    `prepare()` reads the records, once for every edition of them, and gives for each station (by its id) whatever `derive`
    needs; a station that it leaves out gets no derived values. `derive(prepared, at, values)` is pure and quick: `at` in ms,
    `values` the usable inputs of that instant by code; it gives outputs by code, and leaves out what it cannot tell.
    """

    slug: str
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    prepare: Callable[[], Mapping[int, Any]]
    derive: Callable[[Any, int, Mapping[str, float]], Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Reading:
    """A value out of a frame, before it is known whose stream it is. `start` = `end` for an instant; `mark` as sent."""

    channel: str
    start: int
    end: int
    value: float | None
    mark: str = "N"


@dataclass(frozen=True, slots=True)
class KnownStream:
    """`value * scale + shift` turns what is sent into the stream's unit. `low`/`high` bound what is possible."""

    id: int
    device: int
    channel: str
    period: Period
    scale: float = 1.0
    shift: float = 0.0
    low: float = float("-inf")
    high: float = float("inf")
    every_ms: int = 0


@dataclass(frozen=True, slots=True)
class Lookup:
    """The streams of a device in arrays: `place` of a channel is where its number, scale and shift stand."""

    place: Mapping[str, int]
    number: NDArray[np.int64]
    scale: NDArray[np.float64]
    shift: NDArray[np.float64]

    @staticmethod
    def of(streams: Mapping[str, KnownStream]) -> Lookup:
        mine = list(streams.values())
        return Lookup(
            {channel: place for place, channel in enumerate(streams)}, np.array([one.id for one in mine], np.int64),
            np.array([one.scale for one in mine], np.float64), np.array([one.shift for one in mine], np.float64),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """`secret` is what its protocol authenticates with: a password, or the SHA-256 of a token. `settings`: see `DEVICE_SETTINGS`."""

    id: int
    protocol: str
    identity: str
    state: str
    secret: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)
    streams: Mapping[str, KnownStream] = field(default_factory=dict)  # by channel of the protocol
    lookup: Lookup = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "lookup", Lookup.of(self.streams))


@dataclass(frozen=True, slots=True, eq=False)
class KnownDerivation:
    """A derivation at one station: `inputs` by the stream that brings them, `outputs` the streams its values go to."""

    inputs: Mapping[int, str]
    outputs: Mapping[str, int]
    prepared: Any
    derive: Callable[[Any, int, Mapping[str, float]], Mapping[str, float]]


# What may differ from device to device: name -> (meaning, default).
DEVICE_SETTINGS: Mapping[str, tuple[str, Any]] = {
    "minute": ("一条分钟数据代表的分钟数", 10),
    "silence": ("多少秒没有一帧就当作断线", 180),
    "crc": ("校验算法：hj212 或 modbus", "hj212"),
    "key": ("SM4 密钥（十六进制）", ""),
    "coordinates": ("坐标系：wgs84 或 gcj02", "wgs84"),
    "resend": ("缺了数据向设备补要", False),
    "clock": ("时钟差超过多少秒就校时（0：不校）", 0),
    "declares": ("可经 SensorThings 自行登记监测点和数据流", False),
}


# What a setting may be, where not every value of its type is.
SETTING_CHOICES: Mapping[str, tuple[str, ...]] = {"crc": ("hj212", "modbus"), "coordinates": ("wgs84", "gcj02")}


@dataclass(frozen=True)
class Directory:
    """All devices and streams at one edition of the registry: what the gateway judges against."""

    edition: int
    devices: Mapping[tuple[str, str], KnownDevice]  # (protocol, identity)
    streams: Mapping[int, KnownStream]
    derived: Mapping[int, KnownDerivation] = field(default_factory=dict)  # by the stream of an input

    def device(self, protocol: str, identity: str) -> KnownDevice | None:
        return self.devices.get((protocol, identity))
