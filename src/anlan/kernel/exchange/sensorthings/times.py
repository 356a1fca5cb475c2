"""Instants as SensorThings writes them, many at once; and ids of observations."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from anlan.kernel.exchange.intake import Refusal
from anlan.kernel.observations.store.types import Ints


def written(times: Ints) -> list[str]:
    """ms since 1970 as `2026-01-01T00:00:00.000Z`."""
    return [f"{one}Z" for one in np.datetime_as_string(times.astype("datetime64[ms]"), unit="ms").tolist()]


def spans(starts: Ints, ends: Ints) -> list[str]:
    """An instant, or `start/end`."""
    return [
        last if first == last else f"{first}/{last}" for first, last in zip(written(starts), written(ends), strict=True)
    ]


def ms(text: str) -> int:
    """Raises Refusal 400 for what is no time with a zone."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refusal(400, "time", f"“{text[:40]}”不是时间。写成 2026-01-01T08:00:00+08:00。") from None
    if at.tzinfo is None:
        raise Refusal(400, "time", f"时间“{text[:40]}”没有时区。")
    return round(at.timestamp() * 1000)


def span(text: str) -> tuple[int, int]:
    """(start, end) of an instant or an interval."""
    first, slash, last = text.partition("/")
    start = ms(first)
    return start, ms(last) if slash else start


def name_of(stream: int, end: int) -> str:
    """The id of an observation: what it is known by in the store."""
    return f"{stream}-{end}"


def named(text: str) -> tuple[int, int]:
    stream, dash, end = text.partition("-")
    if not (dash and stream.isdecimal() and end.isdecimal() and stream.isascii() and len(text) < 40 and len(end) < 16):
        raise Refusal(404, "not_found", "没有这个观测值。")
    return int(stream), int(end)
