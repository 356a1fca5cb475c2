"""The only place that reads the wall clock. Everywhere else time is an argument called `at`."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta, timezone

# The district's civil time. China has had one zone and no summer time since 1991, so a fixed offset is exact.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


def _fast(text: str) -> tuple[datetime, float, datetime] | None:
    """`2026-01-01T00:00:00+08:00@60@1767225600`: from that instant, 60 times as fast, since that second of real time."""
    if not text:
        return None
    start, rate, since = text.split("@")
    return datetime.fromisoformat(start), float(rate), datetime.fromtimestamp(float(since), CHINA)


# For the simulated district alone: every process given the same text tells the same time.
_FAST = _fast(os.environ.get("ANLAN_CLOCK", ""))


def now() -> datetime:
    """The current instant, aware, in civil time. Call it at the edge (view, command, worker) and pass it on."""
    real = datetime.now(CHINA)  # noqa: TID251 - the one permitted reading
    if _FAST is None:
        return real
    start, rate, since = _FAST
    return (start + (real - since) * rate).astimezone(CHINA)


def civil_date(at: datetime) -> date:
    """The civil (Asia/Shanghai) date of an aware instant."""
    return at.astimezone(CHINA).date()
