"""Text of hex digits, one frame a line: what `anlan decode` reads of the binary protocols. Spaces and case do not matter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO

LONGEST = 1 << 16  # characters of a line; the longest frame has under 9000


def hex_lines(stream: BinaryIO) -> Iterator[bytes | dict[str, Any]]:
    """The bytes of each line that is not empty, or the object that says why there are none. No line is held whole that is longer
    than any frame."""
    while line := stream.readline(LONGEST):
        size = len(line)
        while not line.endswith(b"\n") and (more := stream.readline(LONGEST)):
            size, line = size + len(more), more
        if size > LONGEST:
            yield {"valid": False, "reason": "bad_length", "bytes": size}
            continue
        text = b"".join(line.split())
        if not text:
            continue
        try:
            yield bytes.fromhex(text.decode("ascii"))
        except ValueError:
            yield {"valid": False, "reason": "not_hex", "bytes": len(text)}
