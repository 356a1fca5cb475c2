"""What the centre sends. Pure functions from frames and times to bytes; the times are Beijing time without a zone.

The answer to a report is shown by checked frames. What a NAK, a period query and a clock command hold is not: they follow
public implementations (`docs/developer/protocols.md`), and a gateway should keep what stations answer to them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from anlan.protocols.sl651.frame import ENQ, EOT, ESC, KEEP_ALIVE, NAK, Frame, build, bytes_of

QUERY_PERIOD, SET_CLOCK = 0x38, 0x4A


def _head(serial: int, now: datetime, *, ascii: bool) -> bytes:  # noqa: A002 - the frame's own word
    head = serial.to_bytes(2, "big") + bytes_of(now)
    return head.hex().upper().encode() if ascii else head


def answer(frame: Frame, now: datetime, stay: bool = True) -> bytes | None:
    """The confirmation of an uplink frame: same function and serial number, ESC (stay on the line) or EOT (may go off).

    None for what gets no answer: a keep-alive, a downlink or invalid frame, one whose serial number cannot be read. Of
    several packets answer the joined frame.
    """
    if not frame.valid or frame.down or frame.function == KEEP_ALIVE or frame.serial is None:
        return None
    body = _head(frame.serial, now, ascii=frame.ascii)
    return build(replace(frame, down=True, total=0, number=0, body=body, end=ESC if stay else EOT))


def nak(frame: Frame, missing: Iterable[int], now: datetime) -> list[bytes]:
    """Ask for packets again: for each missing number one NAK that bears the total and that number (not confirmed).

    `frame` is any packet of the set that holds the serial number; later packets hold none, then 0 is sent.
    """
    body = _head(frame.serial or 0, now, ascii=frame.ascii)
    asked = replace(frame, down=True, body=body, end=NAK)
    return [build(replace(asked, number=number)) for number in missing]


def query_period(
    station: Frame, serial: int, now: datetime, *, start: datetime, end: datetime, element: str, step: timedelta
) -> bytes:
    """Function 38: ask a station for one element from `start` to `end` (whole hours) in steps, to fill a gap.

    `station` is any frame of the station: its addresses, password and encoding are used. `element` is the identifier in
    hex. The body (two times YYMMDDhh, step 04 18 DDhhmm, identifier) is not confirmed. Raises ValueError when the times
    are in the wrong order or do not fit.
    """
    minutes = step // timedelta(minutes=1)
    if end < start or not 0 < minutes < 100 * 24 * 60:
        raise ValueError("the period or its step does not fit")
    days, hours = divmod(minutes // 60, 24)
    asked = (
        bytes_of(start)[:4] + bytes_of(end)[:4] + bytes.fromhex(f"0418{days:02d}{hours:02d}{minutes % 60:02d}{element}")
    )
    return _command(station, QUERY_PERIOD, serial, now, asked)


def set_clock(station: Frame, serial: int, now: datetime) -> bytes:
    """Function 4A: the station takes over the time of sending, `now` (not confirmed)."""
    return _command(station, SET_CLOCK, serial, now, b"")


def _command(station: Frame, function: int, serial: int, now: datetime, content: bytes) -> bytes:
    body = _head(serial, now, ascii=station.ascii) + (content.hex().upper().encode() if station.ascii else content)
    return build(replace(station, down=True, function=function, total=0, number=0, body=body, end=ENQ))
