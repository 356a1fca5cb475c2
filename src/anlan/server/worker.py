"""The worker: one loop over the declared jobs. A job that fails is logged and tried again at its next time."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Sequence

from django.db import close_old_connections

from anlan.base import clock
from anlan.base.jobs import Job

log = logging.getLogger(__name__)
TICK_SECONDS = 0.25


def run_due(jobs: Sequence[Job], due: dict[str, float], monotonic: float) -> None:
    """Run every job whose time has come and set its next time."""
    for job in jobs:
        if due.get(job.slug, 0.0) > monotonic:
            continue
        due[job.slug] = monotonic + job.every.total_seconds()
        try:
            job.run(clock.now())
        except Exception:
            log.exception("job %s failed", job.slug)


def loop(jobs: Sequence[Job], stop: threading.Event) -> None:
    due: dict[str, float] = {}
    while not stop.is_set():
        close_old_connections()
        run_due(jobs, due, time.monotonic())
        stop.wait(TICK_SECONDS)
