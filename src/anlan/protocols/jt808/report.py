"""A frame as one JSON object: what `anlan decode jt808` prints. A part of a message is one line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from anlan.protocols.common import Garbage
from anlan.protocols.hexed import hex_lines
from anlan.protocols.jt808.bodies import described
from anlan.protocols.jt808.frame import Frame, Splitter


def decoded(frame: Frame) -> dict[str, Any]:
    told: dict[str, Any] = {"valid": frame.valid}
    if not frame.valid:
        told["reason"] = frame.reason
        if not frame.phone:
            return told | {"bytes": len(frame.raw)}
    return told | {
        "id": f"{frame.id:04X}", "body_length": frame.declared, "version2019_bit": int(frame.flagged), "protocol_version": frame.protocol,
        "phone": frame.phone, "sn": frame.serial, "subpackage": {"total": frame.total, "number": frame.number} if frame.is_part else None,
        "xor": f"{frame.check:02X}", **({"encrypted": True} if frame.encrypted else {}), "body": described(frame) if frame.valid else None,
    }  # fmt: skip


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
