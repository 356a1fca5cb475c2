"""`anlan serve`: pages, API and live stream."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "网页"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *_args: Any, **options: Any) -> None:
        uvicorn.run(
            "anlan.server.asgi:application", host=options["host"], port=options["port"], log_level="warning",
            lifespan="off", timeout_graceful_shutdown=2,
        )  # fmt: skip
