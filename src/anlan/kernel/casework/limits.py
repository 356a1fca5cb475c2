"""When a clock ends: instants and rules in, instants out; working days are the civil calendar's. And a pack's own limits, from its file."""

from __future__ import annotations

import tomllib
from datetime import datetime, time, timedelta
from functools import cache
from pathlib import Path

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.casework.types import Limit
from anlan.science.calendar.workdays import after, china

_EXACT = {"minutes": timedelta(minutes=1), "hours": timedelta(hours=1)}


@cache
def read(file: Path, kind: str = "limit") -> tuple[Limit, ...]:
    """The dated limits of a pack: the rows of one table of its TOML file."""
    return tuple(Limit(**row) for row in tomllib.loads(file.read_text(encoding="utf-8"))[kind])


def due(limit: Limit, start: datetime) -> datetime:
    """Minutes and hours run on; days end with the last second of the last civil day, the first day not counted."""
    if limit.unit in _EXACT:
        return start + limit.amount * _EXACT[limit.unit]
    first = civil_date(start)
    last = first + timedelta(days=limit.amount) if limit.unit == "days" else after(first, limit.amount, china())
    return datetime.combine(last, time(23, 59, 59), CHINA)


def resumed(due_at: datetime, paused_at: datetime, at: datetime) -> datetime:
    """The end after a pause: moved by as long as the clock stood."""
    return due_at + (at - paused_at)
