"""A frame as one JSON object: what `anlan decode sl651` prints. Numbers are as sent; `quality` says which are none."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from anlan.protocols.common import Garbage
from anlan.protocols.hexed import hex_lines
from anlan.protocols.sl651.content import elements
from anlan.protocols.sl651.elements import Element
from anlan.protocols.sl651.frame import STX, SYN, Frame, Splitter


def _told(element: Element) -> dict[str, Any]:
    """One element, its keys by its kind."""
    told: dict[str, dict[str, Any]] = {
        "station": {"station": element.text, "station_type": element.station_class},
        "time": {"obs_time": element.text},
        "value": {"value": element.sent, "length": element.length, "decimals": element.decimals},
        "rains": {"rain_5min_mm": list(element.values)},
        "levels": {"level_5min_m": list(element.values)},
        "series": {"step_ddhhmm": element.text, "of": element.of, "values": list(element.values)},
        "text": {"text": element.text},
        "picture": {"bytes": len(element.data)},
        "state": {"bits": element.text, "states": list(element.states)},
    }
    return {"id": element.id, **told[element.kind]}


def decoded(frame: Frame) -> dict[str, Any]:
    """JSON-able; never raises. `rest` holds in hex what could not be read."""
    told: dict[str, Any] = {"valid": frame.valid}
    if not frame.valid:
        told["reason"] = frame.reason
        if frame.reason in {"truncated", "bad_length"}:
            return told | {"bytes": len(frame.raw)}
    counts = {"total": frame.total, "number": frame.number} if frame.total else {}
    packet = len(counts) * (3 if frame.ascii else 1.5)
    told |= {
        "direction": "down" if frame.down else "up", "centre": f"{frame.centre:02X}", "station": frame.station, "password": frame.password,
        "func": f"{frame.function:02X}", "body_length": len(frame.body) + int(packet), "start": f"{SYN if counts else STX:02X}", **counts,
        "sn": frame.serial, "send_time": frame.send_time, "end": f"{frame.end:02X}", "crc": f"{frame.crc:04X}",
    }  # fmt: skip
    if frame.ascii:
        told["ascii"] = True
    found, rest = elements(frame)
    if found:
        told["elements"] = [_told(element) for element in found]
    odd = {element.id: element.quality for element in found if element.quality}
    if odd:
        told["quality"] = odd
    if rest:
        told["rest"] = rest.hex().upper()
    return told


def lines(stream: BinaryIO, _key: bytes | None = None) -> Iterator[dict[str, Any]]:
    """Hex, one frame a line; spaces and case do not matter. What else stands in a line is told as garbage."""
    for raw in hex_lines(stream):
        if isinstance(raw, dict):
            yield raw
            continue
        splitter = Splitter()
        for one in splitter.feed(raw) + splitter.close():
            yield (
                {"valid": False, "reason": "garbage", "bytes": one.count} if isinstance(one, Garbage) else decoded(one)
            )
