"""What the gateway knows of each device's line: when it was last heard, how far its clock is off, what it sent."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

MOST_UNKNOWN = 2000  # identities nobody registered that are remembered; the oldest is forgotten first
SKEW_MS = 600_000


@dataclass(slots=True)
class Link:
    """Counts since the gateway started; `skew` is the device's clock minus ours, ms: the greatest of the last SKEW_MS.

    A protocol whose only time is that of its data looks late while it sends its history; its newest frame is nearest the truth.
    """

    connected: bool = False
    heard: int = 0
    skew: int | None = None
    skew_at: int = 0
    frames: int = 0
    bad: int = 0
    rows: int = 0
    unlisted: int = 0  # values of channels that no stream takes
    untimely: int = 0  # values with a time that cannot be
    refused: int = 0  # messages and rows that were not stored
    why: dict[str, int] = field(default_factory=dict)  # of these, by the code of the reason

    def refuse(self, reason: str) -> None:
        self.refused += 1
        self.why[reason] = self.why.get(reason, 0) + 1

    def facts(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__} | {"why": dict(self.why)}

    def measured(self, skew: int, now: int) -> None:
        if self.skew is None or skew >= self.skew or now - self.skew_at > SKEW_MS:
            self.skew, self.skew_at = skew, now


class Links:
    """By device id; and the identities nobody knows, bounded."""

    def __init__(self) -> None:
        self._known: dict[int, Link] = {}
        self._unknown: OrderedDict[tuple[str, str], int] = OrderedDict()
        self.noise = 0  # bytes and frames that name no device
        self.held = 0  # bytes of HTTP bodies being received
        self.broker: dict[str, Any] = {}  # how the line to the MQTT broker stands

    def of(self, device: int) -> Link:
        return self._known.setdefault(device, Link())

    def is_new(self, protocol: str, identity: str, now: int) -> bool:
        """Whether this stranger is met for the first time."""
        key, fresh = (protocol, identity), (protocol, identity) not in self._unknown
        self._unknown[key] = now
        self._unknown.move_to_end(key)
        while len(self._unknown) > MOST_UNKNOWN:
            self._unknown.popitem(last=False)
        return fresh

    def forget_unknown(self, known: Mapping[tuple[str, str], Any]) -> None:
        """Strangers that have been registered since."""
        for key in [one for one in self._unknown if one in known]:
            del self._unknown[key]

    def report(self) -> dict[str, Any]:
        """For the pages: JSON-able. Called in the commit's thread while lines go on: copies are taken whole."""
        devices = {str(number): one.facts() for number, one in list(self._known.items())}
        return {
            "devices": devices,
            "noise": self.noise,
            "unknown": len(self._unknown),
            "broker": dict(self.broker),
            "held": self.held,
        }
