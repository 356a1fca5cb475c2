"""Retention as data: the defaults of `retention.toml`, and which setting holds for a stream. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

# Shorter would delete what a device may still send late, or what is being checked.
LEAST_DAYS: Mapping[str, int] = {"values": 400, "frames": 7}
MOST_DAYS = 36_500


@dataclass(frozen=True)
class Kept:
    """`days` for values or frames of a kind of station ("" all) in a kind of period ("" all)."""

    what: str
    days: int
    source: str
    verified: bool = False
    kind: str = ""
    period: str = ""


@cache
def defaults() -> tuple[Kept, ...]:
    text = (Path(__file__).parent / "retention.toml").read_text(encoding="utf-8")
    return tuple(Kept(**row) for row in tomllib.loads(text)["kept"])


def days_of(settings: tuple[Kept, ...], what: str, kind: str = "", period: str = "") -> int:
    """The most particular setting wins: kind and period, kind, period, neither; then the default."""
    for one_kind, one_period in ((kind, period), (kind, ""), ("", period), ("", "")):
        for one in settings:
            if (one.what, one.kind, one.period) == (what, one_kind, one_period):
                return one.days
    return next(one.days for one in defaults() if one.what == what)
