"""Parts of one message (bit 13): the body is whole only when every part is there."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from anlan.protocols.jt808.frame import Frame

MOST_PARTS, MOST_PENDING, MOST_BYTES = 512, 16, 1 << 20
TIMEOUT_MS = 5 * 60_000


@dataclass
class _Pending:
    total: int
    since: int
    parts: dict[int, Frame] = field(default_factory=dict)
    size: int = 0


class Joiner:
    """Of one line. Bounded in messages, parts, bytes and age."""

    def __init__(self) -> None:
        self._pending: dict[tuple[str, int, int], _Pending] = {}

    def add(self, frame: Frame, now: int) -> Frame | None:
        """The whole message with its last missing part; None while others are missing. A frame that is no part comes back.

        Parts of one message have consecutive serials: the serial of the first is the serial of each less its number.
        """
        if frame.total <= 1 or not 1 <= frame.number <= frame.total <= MOST_PARTS:
            return frame
        for old in [key for key, held in self._pending.items() if now - held.since > TIMEOUT_MS]:
            del self._pending[old]
        key = (frame.phone, frame.id, (frame.serial - frame.number + 1) & 0xFFFF)
        held = self._pending.get(key)
        if held is None or held.total != frame.total:
            if len(self._pending) >= MOST_PENDING:
                del self._pending[next(iter(self._pending))]
            held = self._pending[key] = _Pending(frame.total, now)
        if frame.number not in held.parts:
            held.parts[frame.number], held.size = frame, held.size + len(frame.body)
        if held.size > MOST_BYTES:
            del self._pending[key]
            return None
        if len(held.parts) < held.total:
            return None
        del self._pending[key]
        body = b"".join(held.parts[number].body for number in range(1, held.total + 1))
        return replace(frame, body=body, total=0, number=0)

    def missing(self) -> list[tuple[Frame, list[int]]]:
        """(a part that came, numbers that did not) of every pending message."""
        return [
            (next(iter(held.parts.values())), [one for one in range(1, held.total + 1) if one not in held.parts])
            for held in self._pending.values()
        ]
