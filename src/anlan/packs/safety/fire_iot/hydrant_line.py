"""A private protocol, as an example of the seam (`docs/developer/protocols.md`): a hydrant that tells its pressure.

    A5 5A  length  command  device (6, BCD)  serial (2)  body  CRC-16/MODBUS (2, low byte first)  55 AA

The length counts from the command to the end of the body; the check is over the length and what it counts. Command 01 reports: six
bytes a reading, UTC seconds since 1970 (4) and the pressure in 0.001 MPa (2); 02 is a heartbeat. The answer is the command with
its highest bit set, the same device and serial, no body. Integers are big-endian. Makers differ: read theirs before believing this.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial

from anlan.kernel.exchange.types import Bad, Know, Line, Message, Verdict
from anlan.kernel.observations.types import Reading
from anlan.protocols.common import Garbage, Reason
from anlan.protocols.sl651.frame import crc

START, END = b"\xa5\x5a", b"\x55\xaa"
HEAD, TAIL = 9, 4  # command, device and serial; check and end
MOST = 3 + 255 + TAIL
REPORT, HEARTBEAT, ANSWERS = 0x01, 0x02, 0x80


@dataclass(frozen=True, slots=True)
class Frame:
    raw: bytes
    reason: Reason = ""
    command: int = 0
    device: str = ""
    serial: int = 0
    body: bytes = b""


def parse(raw: bytes) -> Frame:
    """Of any bytes; never raises."""
    if (
        len(raw) < 3 + HEAD + TAIL
        or raw[2] < HEAD
        or len(raw) != 3 + raw[2] + TAIL
        or raw[:2] != START
        or raw[-2:] != END
    ):
        return Frame(raw, "bad_length")
    if crc(raw[2:-4]).to_bytes(2, "little") != raw[-4:-2]:
        return Frame(raw, "bad_crc")
    body, device = raw[12:-4], raw[4:10].hex()
    known = (
        device.isdecimal()
        and raw[3] in (REPORT, HEARTBEAT)
        and (raw[3] == HEARTBEAT or (len(body) and not len(body) % 6))
    )
    return Frame(raw, "" if known else "unknown", raw[3], device, int.from_bytes(raw[10:12], "big"), body)


def build(command: int, device: str, serial: int, body: bytes = b"") -> bytes:
    """Raises ValueError or struct.error when a part does not fit."""
    content = bytes([HEAD + len(body), command]) + bytes.fromhex(device.zfill(12)) + struct.pack(">H", serial) + body
    return START + content + crc(content).to_bytes(2, "little") + END


class Splitter:
    """Frames out of a stream, whatever its pieces; cut by their length, never by a search for the end. Holds under MOST bytes."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, data: bytes) -> list[Frame | Garbage]:
        data, at, noise = self._held + data, 0, 0
        found: list[Frame | Garbage] = []
        while at < len(data):
            begin = data[at : at + 2]
            if begin == START[: len(begin)]:
                if len(data) < at + 3 or len(data) < (end := at + 3 + data[at + 2] + TAIL):
                    break
                if data[end - 2 : end] == END:
                    found += [Garbage(noise)] * (noise > 0)
                    found.append(parse(data[at:end]))
                    at, noise = end, 0
                    continue
            at, noise = at + 1, noise + 1
        self._held = data[at:]
        return found + [Garbage(noise)] * (noise > 0)


class Session:
    """One line: what its frames say, and what is owed for them."""

    def __init__(self, _know: Know) -> None:
        self._splitter = Splitter()

    def feed(self, data: bytes, now: int) -> list[Message | Bad]:
        return [self._read(one, now) for one in self._splitter.feed(data)]

    @staticmethod
    def _read(one: Frame | Garbage, now: int) -> Message | Bad:
        if isinstance(one, Garbage):
            return Bad("garbage", one.count)
        if one.reason:
            return Bad(one.reason, len(one.raw), one.device)
        told = tuple(readings(one, now))
        sent = max((reading.end for reading in told), default=None)
        return Message(one.device, (one.raw,), told, partial(_reply, one), sent, said=f"command {one.command:02X}")


def readings(frame: Frame, now: int) -> Iterator[Reading]:
    """Pressure in kPa, which is 0.001 MPa; a reading of a clock that was never set (0) is taken as of now."""
    for seconds, pressure in struct.iter_unpack(">IH", frame.body if frame.command == REPORT else b""):
        at = seconds * 1000 or now
        yield Reading("pressure", at, at, float(pressure))


def _reply(frame: Frame, verdict: Verdict) -> bytes:
    """Silence makes it send again: only what is stored is answered."""
    return build(frame.command | ANSWERS, frame.device, frame.serial) if verdict == "stored" else b""


HYDRANT = Line(slug="hydrant", title="消火栓水压（私有协议示例）", session=Session, port=9301, datagrams=True)
