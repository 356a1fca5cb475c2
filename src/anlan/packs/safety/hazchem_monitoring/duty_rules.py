"""Shifts and rounds by the clock: pure. Whether a round was missed is computed from what was signed, never stored."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from anlan.base.clock import CHINA
from anlan.base.errors import Refused

_TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("duty.toml").read_text(encoding="utf-8"))
SOURCE = str(_TABLE["source"])
EARLY, GRACE = float(_TABLE["early_share"]), timedelta(minutes=_TABLE["grace_minutes"])
DAYS = int(_TABLE["shown_days"])
MOST_SHIFTS, LEAST_EVERY, MOST_EVERY = 6, 15, 720  # minutes


@dataclass(frozen=True)
class Shift:
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Round:
    """A round that is due. `state`: signed, open (may be signed now), coming, missed; `said`: why it was missed, when somebody wrote it."""

    due: datetime
    state: str
    said: str = ""

    @property
    def unexplained(self) -> bool:
        return self.state == "missed" and not self.said


def read_shifts(text: str) -> tuple[int, ...]:
    """`08:00、20:00` to minutes of the civil day, in order. Raises Refused."""
    parts = [one for one in text.replace("、", ",").replace("，", ",").replace("：", ":").split(",") if one.strip()]
    try:
        found = sorted(_minute(one.strip()) for one in parts)
    except ValueError:
        raise Refused("shifts", "交接班时间写成 08:00、20:00。", "shifts") from None
    if not 1 <= len(found) <= MOST_SHIFTS or len(set(found)) != len(found):
        raise Refused("shifts", f"一天 1 到 {MOST_SHIFTS} 个交接班时间，不能相同。", "shifts")
    return tuple(found)


def _minute(text: str) -> int:
    given = time.fromisoformat(text)
    if given.second or given.tzinfo is not None:
        raise ValueError(text)
    return given.hour * 60 + given.minute


def shift_of(shifts: Sequence[int], at: datetime) -> Shift:
    """The shift that holds `at`: from one handing over to the next."""
    local = at.astimezone(CHINA)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    edges = [midnight + timedelta(days=day, minutes=minute) for day in (-1, 0, 1) for minute in shifts]
    start = max(one for one in edges if one <= local)
    return Shift(start, min(one for one in edges if one > start))


def dues(shifts: Sequence[int], every: int, after: datetime, until: datetime) -> list[datetime]:
    """When rounds are due in `after` < t ≤ `until`: each `every` minutes from the beginning of each shift, the last at its end at most."""
    found = []
    shift = shift_of(shifts, after)
    while shift.start <= until:
        due = shift.start + timedelta(minutes=every)
        while due <= shift.end:
            if after < due <= until:
                found.append(due)
            due += timedelta(minutes=every)
        shift = shift_of(shifts, shift.end)
    return found


def opens(due: datetime, every: int) -> datetime:
    return due - timedelta(minutes=every) * EARLY


def rounds(
    listed: Iterable[datetime], every: int, signed: Iterable[datetime], said: Mapping[datetime, str], at: datetime
) -> list[Round]:
    """The state of each due round. `signed`: the dues that were signed; `said`: due → what was written about its being missed."""
    done = set(signed)
    found = []
    for due in listed:
        if due in done:
            state = "signed"
        elif at > due + GRACE:
            state = "missed"
        else:
            state = "open" if at >= opens(due, every) else "coming"
        found.append(Round(due, state, said.get(due, "")))
    return found
