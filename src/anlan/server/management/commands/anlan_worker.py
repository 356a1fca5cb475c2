"""`anlan worker`: clocks, sealing, recomputation."""

from __future__ import annotations

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand

from anlan.server.product import CAPABILITIES
from anlan.server.worker import loop


class Command(BaseCommand):
    help = "时钟与作业"

    def handle(self, *_args: Any, **_options: Any) -> None:
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: stop.set())
        loop([job for one in CAPABILITIES for job in one.jobs], stop)
