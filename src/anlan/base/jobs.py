"""Work that a clock starts. A job is data; the worker loop in the server storey runs what is due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, kw_only=True)
class Job:
    """`run(at)` does everything due at `at`, is idempotent, and returns how many things it did."""

    slug: str
    title: str
    every: timedelta
    run: Callable[[datetime], int]
