"""Raw frames of one commit as one block."""

from __future__ import annotations

from collections.abc import Sequence

from anlan.kernel.observations.store import packing


def write_frames(frames: Sequence[tuple[str, bytes]]) -> bytes:
    parts = []
    for device, raw in frames:
        name = device.encode()
        parts += [len(name).to_bytes(2, "little"), name, len(raw).to_bytes(4, "little"), raw]
    return packing.squeeze(b"".join(parts), 1)


def read_frames(block: bytes) -> list[tuple[str, bytes]]:
    body, at, found = packing.unsqueeze(block), 0, []
    while at < len(body):
        name_end = at + 2 + int.from_bytes(body[at : at + 2], "little")
        size = int.from_bytes(body[name_end : name_end + 4], "little")
        found.append((body[at + 2 : name_end].decode(), body[name_end + 4 : name_end + 4 + size]))
        at = name_end + 4 + size
    return found
