"""`anlan serve`: pages, API and live stream."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "网页"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--workers", type=int, default=min(4, os.cpu_count() or 1), help="进程数，默认每核一个")

    def handle(self, *_args: Any, **options: Any) -> None:
        uvicorn.run(
            "anlan.server.asgi:application", host=options["host"], port=options["port"], log_level="warning",
            lifespan="off", timeout_graceful_shutdown=2, workers=options["workers"],
        )  # fmt: skip
