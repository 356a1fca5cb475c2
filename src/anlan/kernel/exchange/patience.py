"""Bounds of the HTTP listener that its server does not have: time for a request, bytes of all requests being received.

A connection on which no request begins for `REQUEST_S` is closed, however many bytes of one drip in; a body has `REQUEST_S` to
come; all bodies together take `MOST_HELD`, a longer one than `LONGEST` is refused by what it says of itself.
"""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from anlan.kernel.exchange.http import LONGEST, Receive, Send

REQUEST_S = 60.0
MOST_HELD = 64 << 20
MOST_CONNECTIONS = 5000
STOP_S = 5  # at the end: what is being answered has so long


class Patient(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # which of two classes is found when it is installed
    """A connection with a look at the clock. Its task of looking ends with it."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        super().connection_made(transport)
        self._before: object = None
        self._look_again()

    def connection_lost(self, exc: Exception | None) -> None:
        self._looking.cancel()
        super().connection_lost(exc)

    def _look_again(self) -> None:
        self._looking = self.loop.call_later(REQUEST_S, self._look)

    def _look(self) -> None:
        waiting = self.cycle is None or self.cycle.response_complete
        if waiting and self.cycle is self._before:
            self.transport.abort()
            return
        self._before = self.cycle
        self._look_again()


class _Stop(Exception):  # noqa: N818 - an answer
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message


_LONG = _Stop(413, "size", f"一次最多 {LONGEST >> 20} MB。分几次发。")
_SLOW = _Stop(408, "slow", f"{REQUEST_S:.0f} 秒没有收完。再发一次。")
_MANY = _Stop(503, "lagging", "同时发来的数据太多，请稍后再发。")


class Bounded:
    """Wraps an application; what is refused here has not reached it whole."""

    def __init__(self, app: Any) -> None:
        self._app, self._held = app, 0

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        mine, whole, begun = 0, False, False
        due = asyncio.get_running_loop().time() + REQUEST_S

        async def counted() -> dict[str, Any]:
            nonlocal mine, whole
            if whole:
                return await receive()
            try:
                async with asyncio.timeout_at(due):
                    message = await receive()
            except TimeoutError:
                raise _SLOW from None
            size = len(message.get("body", b""))
            mine, self._held = mine + size, self._held + size
            if self._held > MOST_HELD:
                raise _MANY
            whole = not message.get("more_body")
            return message

        async def sent(message: dict[str, Any]) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            if _declared(scope) > LONGEST:
                raise _LONG
            await self._app(scope, counted, sent)
        except _Stop as stop:
            if not begun:
                await _answer(send, stop)
        finally:
            self._held -= mine


def _declared(scope: dict[str, Any]) -> int:
    text = dict(scope["headers"]).get(b"content-length", b"0")
    return int(text) if text.isdigit() else 0


async def _answer(send: Send, stop: _Stop) -> None:
    """The connection ends with it: what else was on its way is not read."""
    body = msgspec.json.encode({"code": stop.code, "message": stop.message})
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    if stop.status == 503:
        headers.append((b"retry-after", b"5"))
    await send({"type": "http.response.start", "status": stop.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
