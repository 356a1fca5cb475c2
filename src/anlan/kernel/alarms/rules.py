"""The site's alarm figures as dated data (`figures.toml`): answer times, climbing, floods, and what load is acceptable. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from anlan.base.clock import CHINA


@dataclass(frozen=True)
class Edition:
    """What holds for alarms raised from `in_force_from` on."""

    in_force_from: date
    answer_minutes: Mapping[int, int]  # by priority
    most_climbs: int
    longest_shelf_days: int
    flood_count: int  # more than so many within flood_minutes is a flood
    flood_minutes: int
    chatter_count: int  # raised so often within chatter_minutes
    chatter_minutes: int
    stale_hours: int
    source: str
    verified: bool

    def answer_within(self, priority: int) -> timedelta:
        return timedelta(minutes=self.answer_minutes[priority])


@dataclass(frozen=True)
class Figure:
    """One figure of an acceptable load: at most `most`; up to `tolerable` it is manageable."""

    slug: str
    title: str
    most: float
    tolerable: float
    unit: str
    source: str
    verified: bool

    def judge(self, value: float) -> str:
        """`ok`, `gap` (manageable) or `over`."""
        return "ok" if value <= self.most else "gap" if value <= self.tolerable else "over"


@cache
def _tables() -> dict[str, list[dict[str, Any]]]:
    return tomllib.loads((Path(__file__).parent / "figures.toml").read_text(encoding="utf-8"))


def editions() -> list[Edition]:
    """Oldest first."""
    found = [
        Edition(**{**row, "answer_minutes": {int(key): value for key, value in row["answer_minutes"].items()}})
        for row in _tables()["edition"]
    ]
    return sorted(found, key=lambda one: one.in_force_from)


def edition(at: datetime) -> Edition:
    """The one in force on the civil day of `at`; before the first one, the first."""
    day = at.astimezone(CHINA).date()
    known = editions()
    return next((one for one in reversed(known) if one.in_force_from <= day), known[0])


def figures() -> list[Figure]:
    return [Figure(**row) for row in _tables()["figure"]]
