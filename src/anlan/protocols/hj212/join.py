"""Packets of one message (PNUM, PNO; 2017, 6.3.4): the content is whole only when every part is there."""

from __future__ import annotations

from dataclasses import dataclass, field

from anlan.protocols.hj212.content import content, text_of
from anlan.protocols.hj212.frame import Frame

MOST_PARTS, MOST_PENDING = 512, 64
TIMEOUT_MS = 6 * 60_000


@dataclass
class _Pending:
    total: int
    since: int
    parts: dict[int, bytes] = field(default_factory=dict)


class Joiner:
    """Of one line. Bounded: at most MOST_PENDING messages of MOST_PARTS parts, each at most TIMEOUT_MS old."""

    def __init__(self) -> None:
        self._pending: dict[tuple[str, str, str], _Pending] = {}

    def add(self, frame: Frame, now: int) -> Frame | None:
        """The whole message when this was its last missing part; None while others are missing.

        A frame without packets comes back as it is; so does one whose numbers make no sense.
        """
        total, number = (_count(frame.fields.get(name, "")) for name in ("PNUM", "PNO"))
        if not frame.has_packet_no or total <= 1 or not 1 <= number <= total <= MOST_PARTS:
            return frame
        key = (frame.mn, frame.fields.get("QN", ""), frame.cn)
        for old in [one for one, held in self._pending.items() if now - held.since > TIMEOUT_MS]:
            del self._pending[old]
        held = self._pending.get(key)
        if held is None or held.total != total:
            if len(self._pending) >= MOST_PENDING:
                del self._pending[next(iter(self._pending))]
            held = self._pending[key] = _Pending(total, now)
        held.parts[number] = frame.segment.partition(b"CP=&&")[2].removesuffix(b"&&")
        if len(held.parts) < total:
            return None
        del self._pending[key]
        whole = b"CP=&&" + b"".join(held.parts[place] for place in range(1, total + 1)) + b"&&"
        _qn, _head, shape, values = content(text_of(whole).encode())
        return frame._replace(shape=shape, values=values)


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 4 else 0
