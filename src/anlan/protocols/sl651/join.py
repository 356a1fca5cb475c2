"""Messages of several packets (SYN, mode M3): a picture, a long answer. Pure: time is an argument."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from anlan.protocols.sl651.frame import Frame

MOST_BYTES: Final = 4 << 20
MOST_SETS: Final = 8
TIME_OUT: Final = timedelta(minutes=5)

Key = tuple[bool, int, str, int, int]


@dataclass(slots=True)
class _Set:
    at: datetime
    packets: dict[int, Frame] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(len(packet.body) for packet in self.packets.values())


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A set that was given up or is still waited for: one of its packets (the first, when it came), and what is missing."""

    packet: Frame
    missing: tuple[int, ...]


class Joiner:
    """Packets of one connection to whole frames, in any order, each as often as it likes.

    Bounded: MOST_SETS sets and MOST_BYTES bytes of bodies; the set that waited longest goes first. A packet whose number
    came before with other bytes begins a new set: the station has begun to send another message.
    """

    def __init__(self) -> None:
        self._sets: dict[Key, _Set] = {}

    def add(self, frame: Frame, now: datetime) -> Frame | None:
        """The whole frame when this was its last packet: `body` joined in order, `total` and `number` 0, `raw` all packets.

        A frame that is no packet is given back as it is; None while packets are missing, and for invalid frames.
        """
        if not frame.valid or not frame.total:
            return frame if frame.valid else None
        key = (frame.down, frame.centre, frame.station, frame.function, frame.total)
        kept = self._sets.pop(key, None) or _Set(now)
        known = kept.packets.get(frame.number)
        if known is not None and known.body != frame.body:
            kept = _Set(now)
        kept.packets[frame.number], kept.at = frame, now
        if len(kept.packets) == frame.total:
            return _joined(kept.packets)
        self._sets[key] = kept
        self._make_room()
        return None

    def overdue(self, now: datetime, after: timedelta = TIME_OUT) -> list[Unfinished]:
        """Give up the sets whose last packet came longer ago than `after`, and tell what each of them lacked."""
        late = [key for key, kept in self._sets.items() if now - kept.at > after]
        return [_unfinished(self._sets.pop(key)) for key in late]

    def waiting(self) -> list[Unfinished]:
        """The sets not complete yet: what `answers.nak` asks for."""
        return [_unfinished(kept) for kept in self._sets.values()]

    @property
    def size(self) -> int:
        """Bytes of bodies held."""
        return sum(kept.size for kept in self._sets.values())

    def _make_room(self) -> None:
        while self._sets and (len(self._sets) > MOST_SETS or self.size > MOST_BYTES):
            del self._sets[next(iter(self._sets))]


def _unfinished(kept: _Set) -> Unfinished:
    first = kept.packets[min(kept.packets)]
    return Unfinished(first, tuple(number for number in range(1, first.total + 1) if number not in kept.packets))


def _joined(packets: dict[int, Frame]) -> Frame:
    ordered = [packets[number] for number in sorted(packets)]
    body, raw = (b"".join(part) for part in zip(*((one.body, one.raw) for one in ordered), strict=True))
    return replace(ordered[0], raw=raw, body=body, total=0, number=0, end=ordered[-1].end)
