"""ASGI entry point: `uvicorn anlan.server.asgi:application`. A request that is larger than anything we take ends before it is stored."""

from __future__ import annotations

import os
import warnings
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.core.asgi import get_asgi_application

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MOST = 700 << 20  # thirty files of 20 MB with their form
MOST_PUBLIC = 100 << 20  # whoever has no account; pages say what they take, this is where it ends
REFUSAL = "这次发的东西太大，没有收下。选小些的照片，或分几次发。".encode()

# Static files are read synchronously under ASGI; they are small and cached by the browser.
warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "anlan.server.settings")


def limited(app: App) -> App:
    """Refuse by the length that is announced, and stop reading when more comes than was announced."""

    async def run(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        most = MOST_PUBLIC if scope["path"].startswith("/public/") else MOST
        told = dict(scope["headers"]).get(b"content-length", b"0")
        if not told.isdigit() or int(told) > most:
            head = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
            await send({"type": "http.response.start", "status": 413, "headers": head})
            await send({"type": "http.response.body", "body": REFUSAL})
            return
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            return {"type": "http.disconnect"} if read > most else message

        await app(scope, counted, send)

    return run


application = limited(get_asgi_application())  # type: ignore[arg-type]  # Django's own types are narrower
