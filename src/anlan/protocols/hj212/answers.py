"""What the host owes and asks (HJ 212-2017, 6.6 and annex C). Bytes out; the time is an argument, in ms."""

from __future__ import annotations

from anlan.protocols.hj212.data import DAY, HOUR, MINUTE, stamp
from anlan.protocols.hj212.frame import Frame, build

SYSTEM = "91"
NOTICE, DATA_ANSWER, REQUEST_ANSWER = "9013", "9014", "9011"
# What 9011 says (QnRtn).
READY, REFUSED, WRONG_PASSWORD, WRONG_MN, WRONG_CRC = 1, 2, 3, 4, 9
_NOTICES = frozenset({"1013", "9015", "9021", "9022"})
_ASKED_AGAIN = {"minute": MINUTE, "hour": HOUR, "day": DAY}


def _to(frame: Frame, cn: str, cp: str = "", **more: str) -> bytes:
    """To the sender of a frame, in its edition, wanting no answer."""
    mine = {name: frame.fields[name] for name in ("PW", "MN") if name in frame.fields}
    head = {
        "QN": frame.fields.get("QN", ""),
        "ST": SYSTEM,
        "CN": cn,
        **mine,
        "Flag": str((frame.flag or 0) & 0xFC),
    } | more
    return build({name: value for name, value in head.items() if value}, cp)


def owed(frame: Frame, now: int, *, refusal: int = 0) -> bytes:
    """The answer to a frame that was taken, or refused with a QnRtn code; nothing when none is due.

    Data are answered only when Flag asks for it; a refusal also only then, so that a silent sender is not disturbed.
    """
    cn = frame.fields.get("CN", "")
    if refusal:
        return _to(frame, REQUEST_ANSWER, f"QnRtn={refusal}") if frame.need_ack else b""
    if cn == "1013":
        return _to(frame, NOTICE) + calibrate(frame, now)
    if cn in _NOTICES:
        return _to(frame, NOTICE)
    if cn.startswith(("20", "30")) and frame.need_ack:
        return _to(frame, DATA_ANSWER)
    return b""


def calibrate(frame: Frame, now: int) -> bytes:
    """1012: set the clock of the field machine, which is to answer."""
    flag = str(((frame.flag or 0) & 0xFC) | 1)
    return _to(
        frame, "1012", f"SystemTime={stamp(now)}", ST=frame.fields.get("ST", SYSTEM), QN=stamp(now, 17), Flag=flag
    )


def ask_again(frame: Frame, kind: str, begin: int, end: int, now: int) -> bytes:
    """Ask the sender for its history between two instants (2051, 2061 or 2031 with BeginTime and EndTime).

    Raises KeyError for a kind of data that cannot be asked again (real-time).
    """
    flag = str(((frame.flag or 0) & 0xFC) | 1)
    cp = f"BeginTime={stamp(begin)},EndTime={stamp(end)}"
    return _to(frame, _ASKED_AGAIN[kind], cp, ST=frame.fields.get("ST", ""), QN=stamp(now, 17), Flag=flag)
