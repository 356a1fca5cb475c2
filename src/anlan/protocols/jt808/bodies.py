"""What the bodies of the messages mean (JT/T 808-2019, 8; 2013 where it differs). Coordinates in degrees as sent, time UTC+8."""

from __future__ import annotations

import itertools
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.protocols.jt808.frame import Frame

ANSWER, HEARTBEAT, DEREGISTER, REGISTER, AUTHENTICATE, POSITION, BATCH = (
    0x0001,
    0x0002,
    0x0003,
    0x0100,
    0x0102,
    0x0200,
    0x0704,
)
ASK_PARTS, ASK_TIME = 0x0005, 0x0004
GENERAL, TIME, REGISTERED = 0x8001, 0x8004, 0x8100
ALARMS = {
    0: "sos", 1: "overspeed", 2: "fatigue", 4: "gnss_fault", 5: "antenna_cut", 6: "antenna_short", 7: "undervoltage", 8: "power_off",
    18: "daily_driving", 19: "parking", 20: "area", 21: "route", 23: "off_route", 26: "theft", 29: "collision", 30: "rollover",
}  # fmt: skip
_SOUTH, _WEST, _FIXED = 1 << 2, 1 << 3, 1 << 1
_BATCH_TYPES = {0: "normal", 1: "blind-area back-fill"}
# (first byte of model, of id, of the plate's colour) in the three layouts, by the shortest body of each.
_REGISTERS = ((76, 11, 30, 30), (37, 5, 20, 7), (25, 5, 8, 7))


@dataclass(frozen=True, slots=True)
class Position:
    """`latitude`, `longitude` in degrees, south and west negative; `speed` km/h; `time` None when it is none. `extra`: id → bytes."""

    alarm: int
    status: int
    latitude: float
    longitude: float
    altitude: int
    speed: float
    direction: int
    time: datetime | None
    extra: dict[int, bytes]

    @property
    def fixed(self) -> bool:
        """Located, and at a place that exists: public data hold latitudes above 90."""
        return bool(self.status & _FIXED) and self.plausible

    @property
    def plausible(self) -> bool:
        return abs(self.latitude) <= 90 and abs(self.longitude) <= 180

    @property
    def alarms(self) -> tuple[str, ...]:
        return tuple(name for bit, name in ALARMS.items() if self.alarm >> bit & 1)

    @property
    def mileage(self) -> float | None:
        """km"""
        sent = self.extra.get(1)
        return int.from_bytes(sent, "big") / 10 if sent and len(sent) == 4 else None


def bcd_time(six: bytes) -> datetime | None:
    """YYMMDDhhmmss in BCD, Beijing time without a zone."""
    try:
        return datetime.strptime("20" + six.hex(), "%Y%m%d%H%M%S")  # noqa: DTZ007 - the standard knows no zone
    except ValueError:
        return None


def position(body: bytes) -> Position | None:
    """None when the body is shorter than its fixed part; items that run over the end are left out."""
    if len(body) < 28:
        return None
    alarm, status, lat, lon, altitude, speed, direction = struct.unpack_from(">IIIIHHH", body)
    extra, at = {}, 28
    while at + 2 <= len(body) and at + 2 + body[at + 1] <= len(body):
        extra[body[at]] = body[at + 2 : at + 2 + body[at + 1]]
        at += 2 + body[at + 1]
    return Position(
        alarm, status, lat / 1e6 * (-1 if status & _SOUTH else 1), lon / 1e6 * (-1 if status & _WEST else 1), altitude, speed / 10,
        direction, bcd_time(body[22:28]), extra,
    )  # fmt: skip


def position_body(one: Position) -> bytes:
    """The bytes of a position. Raises struct.error and ValueError for what does not fit."""
    if one.time is None:
        raise ValueError("a position needs a time")
    fixed = struct.pack(">IIIIHHH", one.alarm, one.status, round(abs(one.latitude) * 1e6), round(abs(one.longitude) * 1e6), one.altitude,
                        round(one.speed * 10), one.direction)  # fmt: skip
    items = b"".join(bytes([key, len(value)]) + value for key, value in one.extra.items())
    return fixed + bytes.fromhex(f"{one.time:%y%m%d%H%M%S}") + items


def batch(body: bytes) -> tuple[str, list[Position]]:
    """(type, positions); items that run over the end are left out."""
    found, at = [], 3
    while at + 2 <= len(body):
        size = int.from_bytes(body[at : at + 2], "big")
        one = position(body[at + 2 : at + 2 + size])
        if at + 2 + size > len(body) or one is None:
            break
        found.append(one)
        at += 2 + size
    kind = body[2] if len(body) > 2 else 0
    return _BATCH_TYPES.get(kind, str(kind)), found


def _text(data: bytes) -> str:
    return data.decode("gbk", "replace").strip("\0 ")


def registration(frame: Frame) -> dict[str, Any] | None:
    """Province, city, maker, model, terminal, plate; the layout is chosen by the length of the body."""
    body = frame.body
    layouts = _REGISTERS if frame.edition == 2019 else _REGISTERS[1:]
    layout = next((one for one in layouts if len(body) >= one[0]), None)
    if layout is None:
        return None
    _least, maker, model, terminal = layout
    cuts = [4, 4 + maker, 4 + maker + model, 4 + maker + model + terminal]
    parts = [body[a:b] for a, b in itertools.pairwise(cuts)]
    return {
        "province": int.from_bytes(body[:2], "big"), "city": int.from_bytes(body[2:4], "big"), "maker": _text(parts[0]),
        "maker_hex": parts[0].hex().upper(), "model": _text(parts[1]), "terminal_id": _text(parts[2]), "plate_color": body[cuts[3]],
        "plate": _text(body[cuts[3] + 1 :]),
    }  # fmt: skip


def authentication(frame: Frame) -> str:
    """The code a terminal authenticates with."""
    body = frame.body
    if frame.edition == 2019 and body and len(body) >= 1 + body[0]:
        return _text(body[1 : 1 + body[0]])
    return _text(body)


def _shown(one: Position) -> dict[str, Any]:
    told: dict[str, Any] = {
        "alarm": f"{one.alarm:08X}", "status": f"{one.status:08X}", "lat": one.latitude, "lon": one.longitude, "alt_m": one.altitude,
        "speed_kmh": one.speed, "dir": one.direction, "time_utc8": None if one.time is None else f"{one.time:%Y-%m-%d %H:%M:%S}",
    }  # fmt: skip
    if one.extra:
        told["extra"] = {f"0x{key:02x}": value.hex() for key, value in one.extra.items()}
    return told


def _answers(body: bytes) -> dict[str, Any]:
    serial, number, result = struct.unpack(">HHB", body)
    return {"reply_sn": serial, "reply_id": f"{number:04X}", "result": result}


def described(frame: Frame) -> dict[str, Any]:  # noqa: PLR0911 - one line a message
    """The body as JSON-able values; what is not known, or is a part or encrypted, as hex."""
    body = frame.body
    known = not frame.is_part and not frame.encrypted
    one = position(body) if known and frame.id == POSITION else None
    if one is not None:
        return _shown(one)
    if known and frame.id == BATCH and len(body) >= 3:
        kind, found = batch(body)
        return {"count": int.from_bytes(body[:2], "big"), "type": kind, "items": [_shown(each) for each in found]}
    if known and frame.id == REGISTER and (told := registration(frame)):
        return told
    if known and frame.id == AUTHENTICATE:
        return {"auth": authentication(frame)}
    if known and frame.id in (GENERAL, ANSWER) and len(body) == 5:
        return _answers(body)
    if known and frame.id == REGISTERED and len(body) >= 3:
        return {
            "reply_sn": int.from_bytes(body[:2], "big"),
            "result": body[2],
            **({"auth": _text(body[3:])} if body[2] == 0 else {}),
        }
    return {"body_hex": body.hex().upper()}


def positions(frame: Frame) -> Iterator[Position]:
    """Every position of a message that carries some."""
    if frame.id == POSITION and (one := position(frame.body)):
        yield one
    elif frame.id == BATCH:
        yield from batch(frame.body)[1]
