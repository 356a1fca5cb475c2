"""`anlan openapi`: the API's OpenAPI 3.1 document, to commit as `docs/api/openapi.json`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from anlan.server import openapi


class Command(BaseCommand):
    help = "接口说明（OpenAPI 3.1）"

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(openapi.text(), ending="")
