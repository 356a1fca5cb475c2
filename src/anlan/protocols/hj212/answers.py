"""What the host owes and asks (HJ 212-2017, 6.6 and annex C). Bytes out; the time is an argument, in ms."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import groupby
from operator import attrgetter

from anlan.protocols.hj212.content import Head
from anlan.protocols.hj212.data import DAY, HOUR, MINUTE, stamp
from anlan.protocols.hj212.frame import Frame, framed

SYSTEM = "91"
NOTICE, DATA_ANSWER, REQUEST_ANSWER = "9013", "9014", "9011"
# What 9011 says (QnRtn).
READY, REFUSED, WRONG_PASSWORD, WRONG_MN, WRONG_CRC = 1, 2, 3, 4, 9
ASKS_TIME = "1013"
_NOTICES = frozenset({ASKS_TIME, "9015", "9021", "9022"})
_ASKED_AGAIN = {"minute": MINUTE, "hour": HOUR, "day": DAY}


def _to(frame: Frame, cn: str, cp: str = "", qn: str = "", **more: str) -> bytes:
    """To the sender of a frame, in its edition, wanting no answer; with its QN or another."""
    mine = qn or frame.qn or frame.fields.get("QN", "")
    rest = _rest(frame.head, cn, tuple(more.items()) if more else ())
    return f"QN={mine};{rest}CP=&&{cp}&&".encode() if mine else f"{rest}CP=&&{cp}&&".encode()


@lru_cache(4096)
def _rest(head: Head, cn: str, more: tuple[tuple[str, str], ...]) -> str:
    """What stands between QN and CP, the same for all answers of a kind to one head."""
    mine = {name: head.fields[name] for name in ("PW", "MN") if name in head.fields}
    said = {"ST": SYSTEM, "CN": cn, **mine, "Flag": str((head.flag or 0) & 0xFC)} | dict(more)
    return "".join(f"{name}={value};" for name, value in said.items() if value)


def owed(frames: Sequence[Frame], now: int, *, refusal: int = 0) -> bytes:
    """The answers to frames that were taken, or refused with a QnRtn code; nothing for those that are due none.

    Data are answered only when Flag asks for it; a refusal also only then, so that a silent sender is not disturbed.
    """
    segments: list[bytes] = []
    for head, run in groupby(frames, attrgetter("head")):
        wanted = bool((head.flag or 0) & 1)
        if refusal:
            segments += [_to(frame, REQUEST_ANSWER, f"QnRtn={refusal}") for frame in run] if wanted else ()
        elif head.cn.startswith(("20", "30")):
            rest = f";{_rest(head, DATA_ANSWER, ())}CP=&&&&" if wanted else ""
            segments += (
                [f"QN={frame.qn}{rest}".encode() if frame.qn else _to(frame, DATA_ANSWER) for frame in run]
                if wanted
                else ()
            )
        elif head.cn in _NOTICES:
            segments += [one for frame in run for one in (_to(frame, NOTICE), *_set(frame, now))]
    return framed(segments)


def _set(frame: Frame, now: int) -> tuple[bytes, ...]:
    return (_calibrate(frame, now),) if frame.cn == ASKS_TIME else ()


def calibrate(frame: Frame, now: int) -> bytes:
    """1012: set the clock of the field machine, which is to answer."""
    return framed([_calibrate(frame, now)])


def _calibrate(frame: Frame, now: int) -> bytes:
    flag = str(((frame.flag or 0) & 0xFC) | 1)
    return _to(
        frame, "1012", f"SystemTime={stamp(now)}", ST=frame.fields.get("ST", SYSTEM), qn=stamp(now, 17), Flag=flag
    )


def ask_again(frame: Frame, kind: str, begin: int, end: int, now: int) -> bytes:
    """Ask the sender for its history between two instants (2051, 2061 or 2031 with BeginTime and EndTime).

    Raises KeyError for a kind of data that cannot be asked again (real-time).
    """
    flag = str(((frame.flag or 0) & 0xFC) | 1)
    cp = f"BeginTime={stamp(begin)},EndTime={stamp(end)}"
    return framed([_to(frame, _ASKED_AGAIN[kind], cp, ST=frame.fields.get("ST", ""), qn=stamp(now, 17), Flag=flag)])
