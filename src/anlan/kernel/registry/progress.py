"""How far a long import is: a small file beside what waits to be stored, read by the page while the answer is on its way."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse, JsonResponse

from anlan.kernel.access.edge import Request

EVERY = 200  # rows between two words
Told = Callable[[str, int, int], None]


def silent(_words: str, _done: int, _total: int) -> None:
    """Nobody asks."""


def _file(key: UUID) -> Path:
    return Path(settings.MEDIA_ROOT) / "waiting" / f"progress-{key}"


def telling(text: str) -> Told:
    """What an import calls with (what it does, rows done, rows in all); `text` is the id that the form was given. Never fails the import."""
    try:
        file = _file(UUID(text))
    except ValueError:
        return silent

    def told(words: str, done: int, total: int) -> None:
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            fresh = file.with_suffix(".new")
            fresh.write_text(json.dumps({"words": words, "done": done, "total": total}), encoding="utf-8")
            fresh.replace(file)
        except OSError:
            return

    return told


def forget(text: str) -> None:
    """The import has ended."""
    try:
        _file(UUID(text)).unlink(missing_ok=True)
    except (ValueError, OSError):
        return


def shown(_request: Request, key: UUID) -> HttpResponse:
    """JSON {words, done, total}; an empty object when nothing is known of it."""
    try:
        return JsonResponse(
            json.loads(_file(key).read_text(encoding="utf-8")), json_dumps_params={"ensure_ascii": False}
        )
    except (OSError, ValueError):
        return JsonResponse({})
