"""What passes between a line and the writer. Pure. Times are milliseconds since 1970-01-01 UTC."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from anlan.kernel.observations.store.types import Columns
from anlan.kernel.observations.types import KnownDevice, Reading

# What becomes of a message: only `stored` may be acknowledged, and that after the commit.
Verdict = Literal["stored", "unknown", "not_admitted", "wrong_secret"]


@dataclass(frozen=True, slots=True)
class Message:
    """What one device sent at once: a frame, or several of one kind. `reply(verdict)` gives the bytes owed once it is known what
    became of it.

    Its values come as `readings`, or as `rows` of the device's own streams in their units; `unlisted` counts values that are in
    no row because no stream takes them. `sent_at` is the device's clock when it sent, for its skew; `secret` what the frame itself
    authenticates with; `trusted`: the session has authenticated the sender by its own protocol.
    """

    identity: str
    frames: Sequence[bytes]
    readings: Sequence[Reading]
    reply: Callable[[Verdict], bytes]
    sent_at: int | None = None
    secret: str = ""
    said: str = ""
    trusted: bool = True
    rows: Columns | None = None
    unlisted: int = 0

    @property
    def size(self) -> int:
        return len(self.readings) + (len(self.rows) if self.rows is not None else 0)


@dataclass(frozen=True, slots=True)
class Bad:
    """Bytes that are no message: a frame with a wrong check, or noise. `reply` where the protocol has a word for it."""

    reason: str
    count: int
    identity: str = ""
    reply: bytes = b""


Know = Callable[[str], KnownDevice | None]


class Session(Protocol):
    """One line of one protocol: bytes in, messages out. It does no input or output and reads no clock."""

    def feed(self, data: bytes, now: int) -> list[Message | Bad]: ...


@dataclass(frozen=True, kw_only=True)
class Line:
    """A protocol that the gateway listens to. `slug` is its word in the register of devices and of `anlan gateway --slug PORT`
    (at most twelve letters); `session` makes what reads one line; `datagrams`: it comes over UDP too."""

    slug: str
    title: str
    session: Callable[[Know], Session]
    port: int
    datagrams: bool = False
