"""The only place that reads the wall clock. Everywhere else time is an argument called `at`."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

# The district's civil time. China has had one zone and no summer time since 1991, so a fixed offset is exact.
CHINA = timezone(timedelta(hours=8), "Asia/Shanghai")


def now() -> datetime:
    """The current instant, aware, in civil time. Call it at the edge (view, command, worker) and pass it on."""
    return datetime.now(CHINA)  # noqa: TID251 - the one permitted reading


def civil_date(at: datetime) -> date:
    """The civil (Asia/Shanghai) date of an aware instant."""
    return at.astimezone(CHINA).date()
