"""A frame as one JSON object: what `anlan decode gb26875` prints. Bits and units after 8.2 and 8.3 of the standard."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, BinaryIO

from anlan.protocols.gb26875.frame import Frame, parse, time_of
from anlan.protocols.hexed import hex_lines

COMPONENT_BITS = ("normal", "fire", "fault", "shielded", "supervised", "started", "feedback", "delayed", "power_fault")
SYSTEM_BITS = (
    *COMPONENT_BITS[:8],
    "main_power_fault",
    "standby_power_fault",
    "bus_fault",
    "manual",
    "configuration_changed",
    "reset",
)
DEVICE_BITS = ("normal", "fire", "fault", "main_power_fault", "standby_power_fault", "link_fault", "line_fault")
DEVICE_OPERATIONS = ("reset", "mute", "manual_alarm", "alarm_cleared", "self_test", "duty_answer", "test")
# Analogue type: (what, unit, value of one step).
ANALOGUES = {
    1: ("count", "", 1.0), 2: ("height", "m", 0.01), 3: ("temperature", "°C", 0.1), 4: ("pressure", "MPa", 0.1), 5: ("pressure", "kPa", 0.1),
    6: ("gas", "%LEL", 0.1), 7: ("time", "s", 1.0), 8: ("voltage", "V", 0.1), 9: ("current", "A", 0.1), 10: ("flow", "L/s", 0.1),
    11: ("flow", "m³/min", 0.1), 12: ("wind", "m/s", 1.0),
}  # fmt: skip


def _when(time: datetime | None) -> str | None:
    return None if time is None else f"{time:%Y-%m-%d %H:%M:%S}"


def _set(bits: int, names: tuple[str, ...]) -> dict[str, bool]:
    """The bits that are set; bit 0 is no sign of anything wrong and is left to `state`."""
    return {name: True for place, name in enumerate(names) if place and bits >> place & 1}


def _system(body: bytes) -> dict[str, Any]:
    bits = struct.unpack_from("<H", body, 2)[0]
    return {
        "system": body[0],
        "system_addr": body[1],
        "state": f"0x{bits:04X}",
        **_set(bits, SYSTEM_BITS),
        "time": _when(time_of(body[4:10])),
    }


def _component(body: bytes) -> dict[str, Any]:
    """A component has an address of four bytes: zone, then position."""
    zone, position, bits = struct.unpack_from("<HHH", body, 3)
    others = {name: True for name in _set(bits, COMPONENT_BITS) if name not in ("fire", "fault")}
    return {
        "system": body[0], "system_addr": body[1], "component": body[2], "zone": zone, "position": position, "state": f"0x{bits:04X}",
        "fire": bool(bits & 2), "fault": bool(bits & 4), **others, "text": body[9:40].decode("gb18030", "replace").strip(" \0"),
        "time": _when(time_of(body[40:46])),
    }  # fmt: skip


def _analogue(body: bytes) -> dict[str, Any]:
    zone, position, kind, value = struct.unpack_from("<HHBh", body, 3)
    what, unit, step = ANALOGUES.get(kind, ("unknown", "", 1.0))
    return {
        "system": body[0], "system_addr": body[1], "component": body[2], "zone": zone, "position": position, "analogue": kind, "quantity": what,
        "value": round(value * step, 2), "unit": unit, "time": _when(time_of(body[10:16])),
    }  # fmt: skip


def _operation(body: bytes) -> dict[str, Any]:
    return {
        "system": body[0],
        "system_addr": body[1],
        "operation": f"0x{body[2]:02X}",
        "operator": body[3],
        "time": _when(time_of(body[4:10])),
    }


def _device(body: bytes) -> dict[str, Any]:
    return {"state": f"0x{body[0]:02X}", **_set(body[0], DEVICE_BITS), "time": _when(time_of(body[1:7]))}


def _device_operation(body: bytes) -> dict[str, Any]:
    told = {name: True for place, name in enumerate(DEVICE_OPERATIONS) if body[0] >> place & 1}
    return {"operation": f"0x{body[0]:02X}", **told, "operator": body[1], "time": _when(time_of(body[2:8]))}


def _byte(body: bytes) -> dict[str, Any]:
    return {"byte": body[0]}


def _time(body: bytes) -> dict[str, Any]:
    return {"time": _when(time_of(body[-6:]))}


def _unread(body: bytes) -> dict[str, Any]:
    """A type of the user (128–254), or of no fixed size: kept as it is."""
    return {"hex": body.hex()}


_OBJECTS: dict[int, Callable[[bytes], dict[str, Any]]] = {
    1: _system, 2: _component, 3: _analogue, 4: _operation, 21: _device, 24: _device_operation, 28: _time, 8: _time, 81: _byte, 89: _byte, 90: _time, 91: _byte,
}  # fmt: skip


def decoded(frame: Frame) -> dict[str, Any]:
    told: dict[str, Any] = {"valid": frame.valid}
    if not frame.valid:
        told["reason"] = frame.reason
        if frame.reason == "truncated":
            return told | {"bytes": len(frame.raw)}
    told |= {
        "sn": frame.serial, "version": frame.version, "time": _when(frame.time), "src": frame.source, "dst": frame.destination,
        "app_length": len(frame.unit), "cmd": frame.command, "sum": f"{frame.sum:02X}",
    }  # fmt: skip
    if frame.type is None:
        return told
    told |= {"type": frame.type, "count": frame.count}
    if not frame.valid:
        return told
    read = _OBJECTS.get(frame.type, _unread)
    objects = [read(body) for body in frame.objects]
    told["obj" if len(objects) == 1 else "objs"] = objects[0] if len(objects) == 1 else objects
    return told


def lines(stream: BinaryIO, _key: bytes | None = None) -> Iterator[dict[str, Any]]:
    """Hex, one frame a line; spaces and case do not matter."""
    for raw in hex_lines(stream):
        yield raw if isinstance(raw, dict) else decoded(parse(raw))
