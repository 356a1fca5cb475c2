"""What the platform owes (JT/T 808-2019, 8.2–8.6). Bytes out; serial and time are arguments."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from datetime import datetime

from anlan.protocols.jt808.bodies import GENERAL, REGISTERED, TIME
from anlan.protocols.jt808.frame import Frame, build

OK, FAILED, WRONG, UNSUPPORTED, ALARM_CONFIRMED = range(5)
REGISTER_OK, VEHICLE_ALREADY, NO_VEHICLE, TERMINAL_ALREADY, NO_TERMINAL = range(5)
_RESEND = 0x8003


def _to(frame: Frame, number: int, serial: int, body: bytes) -> bytes:
    return build(
        id=number,
        phone=frame.phone,
        serial=serial & 0xFFFF,
        body=body,
        edition=frame.edition,
        protocol=frame.protocol or 1,
    )


def general(frame: Frame, result: int, serial: int) -> bytes:
    """0x8001 to one message."""
    return _to(frame, GENERAL, serial, struct.pack(">HHB", frame.serial, frame.id, result))


def registered(frame: Frame, result: int, code: str, serial: int) -> bytes:
    """0x8100; the code only when the result is ok."""
    return _to(
        frame,
        REGISTERED,
        serial,
        struct.pack(">HB", frame.serial, result) + (code.encode("gbk") if result == REGISTER_OK else b""),
    )


def server_time(frame: Frame, now: datetime, serial: int) -> bytes:
    """0x8004 (2019): `now` is UTC, as the standard wants here alone."""
    return _to(frame, TIME, serial, bytes.fromhex(f"{now:%y%m%d%H%M%S}"))


def resend(frame: Frame, missing: Sequence[int], serial: int) -> bytes:
    """0x8003: parts of a message that did not come. Raises ValueError for more than 255."""
    if len(missing) > 255:
        raise ValueError("too many parts")
    return _to(
        frame,
        _RESEND,
        serial,
        struct.pack(">HB", frame.serial, len(missing)) + b"".join(struct.pack(">H", one) for one in missing),
    )
