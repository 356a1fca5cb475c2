"""Whether the air below lets a person in: from the newest values, pure. What is not known is a no."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

_TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("entry.toml").read_text(encoding="utf-8"))
EDITION, VERIFIED = str(_TABLE["edition"]), bool(_TABLE["verified"])
FRESH = timedelta(minutes=_TABLE["fresh_minutes"])


@dataclass(frozen=True)
class Limit:
    code: str
    title: str
    unit: str
    low: float
    high: float


LIMITS = tuple(
    Limit(row["code"], row["title"], row["unit"], row.get("low", float("-inf")), row["high"]) for row in _TABLE["limit"]
)


@dataclass(frozen=True)
class Verdict:
    """`word`: no (something is out of its limit), unknown (something is missing or old), ok. `reasons` say what, in words."""

    word: str
    reasons: tuple[str, ...] = ()


def entry(values: Mapping[str, tuple[float, datetime]], at: datetime) -> Verdict:
    """`values`: code → (newest value, when). A person still measures at the opening: this says only when not to try."""
    wrong, lacking = [], []
    for limit in LIMITS:
        value, told = values.get(limit.code, (None, None))
        if value is None or told is None or at - told > FRESH:
            lacking.append(f"{limit.title}没有 {FRESH.seconds // 60} 分钟内的数据")
        elif not limit.low <= value <= limit.high:
            wrong.append(f"{limit.title} {value:g} {limit.unit}".strip() if limit.unit else limit.title)
    if wrong:
        return Verdict("no", tuple(wrong))
    return Verdict("unknown", tuple(lacking)) if lacking else Verdict("ok")
