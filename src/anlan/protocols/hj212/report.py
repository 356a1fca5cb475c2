"""A frame as one JSON object: what `anlan decode hj212` prints."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

from anlan.protocols.common import Garbage
from anlan.protocols.hj212.frame import Frame, Splitter
from anlan.protocols.hj212.sm4 import opened, plain_frame

PIECE = 65536


def decoded(frame: Frame, key: bytes | None = None) -> dict[str, Any]:
    """Every field of the frame; an encrypted one tells what is inside when the key fits."""
    start: dict[str, Any] = {"valid": frame.valid}
    if not frame.valid:
        start["reason"] = frame.reason
    if frame.encrypted:
        return start | _encrypted(frame, key)
    return start | {
        "check": frame.reason or "ok", "declared_length": frame.declared_length, "actual_length": len(frame.segment),
        "crc_declared": frame.crc_declared, "crc_computed": frame.crc_computed, **_content(frame),
    }  # fmt: skip


def _content(frame: Frame) -> dict[str, Any]:
    return {
        "header": frame.fields, "version": frame.version, "need_ack": frame.need_ack, "has_packet_no": frame.has_packet_no,
        "cp": frame.cp, "pollutants": frame.pollutants,
    }  # fmt: skip


def _encrypted(frame: Frame, key: bytes | None) -> dict[str, Any]:
    sent = len(frame.segment)
    counted = "characters actually sent" if frame.declared_length == sent else "plaintext"
    told: dict[str, Any] = {
        "encrypted": True, "check": f"encrypted; length field counts the {counted}", "declared_length": frame.declared_length,
        "transmitted_length": sent, "crc_declared": frame.crc_declared, "crc_is_over": "plaintext segment",
    }  # fmt: skip
    if key is None:
        return told | {
            "header": frame.fields,
            "version": frame.version,
            "need_ack": frame.need_ack,
            "has_packet_no": frame.has_packet_no,
        }
    inside = opened(frame, key)
    if inside is None:
        return told | {"valid": False, "reason": "bad_crc", "check": "bad_crc", "sm4_key_hex": key.hex()}
    segment, clear = inside
    return told | {
        "sm4_key_hex": key.hex(), "sm4": f"ECB no padding; last {clear} plain characters stay in clear",
        "plaintext": f"##{len(segment):04d}{segment.decode('utf-8', 'replace')}{frame.crc_declared}", **_content(plain_frame(frame, segment)),
    }  # fmt: skip


def lines(stream: BinaryIO, key: bytes | None = None) -> Iterator[dict[str, Any]]:
    """One object a frame, in order, and one for the bytes between frames."""
    splitter = Splitter()
    while piece := stream.read(PIECE):
        yield from (_told(one, key) for one in splitter.feed(piece))
    yield from (_told(one, key) for one in splitter.close())


def _told(one: Frame | Garbage, key: bytes | None) -> dict[str, Any]:
    return {"valid": False, "reason": "garbage", "bytes": one.count} if isinstance(one, Garbage) else decoded(one, key)
