"""What is too large ends before it is stored, also when its length was not told."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from anlan.server import asgi

pytestmark = pytest.mark.pure


def ask(path: str, told: bytes | None, chunks: list[bytes]) -> tuple[int, int]:
    """(status, bytes the app was given) of a request."""
    given, sent = 0, []

    async def app(_scope: Any, receive: Any, send: Any) -> None:
        nonlocal given
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            given += len(message["body"])
            if not message["more_body"]:
                await send({"type": "http.response.start", "status": 200, "headers": []})
                return

    waiting = [
        {"type": "http.request", "body": one, "more_body": place < len(chunks) - 1} for place, one in enumerate(chunks)
    ]

    async def receive() -> Any:
        return waiting.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "path": path, "headers": [(b"content-length", told)] if told is not None else []}
    asyncio.run(asgi.limited(app)(scope, receive, send))  # type: ignore[arg-type]
    return next((one["status"] for one in sent if "status" in one), 0), given


def test_an_announced_length_is_judged_before_anything_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "MOST_PUBLIC", 10)
    assert ask("/public/reports/", b"11", [b"x" * 11]) == (413, 0)
    assert ask("/public/reports/", b"-1", [b"x"]) == (413, 0)
    assert ask("/public/reports/", b"10", [b"x" * 10]) == (200, 10)
    assert ask("/dangers/new/", b"11", [b"x" * 11]) == (200, 11)


def test_more_than_was_announced_is_not_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi, "MOST_PUBLIC", 10)
    assert ask("/public/reports/", None, [b"x" * 6, b"x" * 6, b"x" * 6]) == (0, 6)
