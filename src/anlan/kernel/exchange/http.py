"""The gateway's HTTP: `POST /api/v1/observations`, `GET /healthz`, and SensorThings where it is given. A plain ASGI application.

A device's token stands in `Authorization: Bearer …`; nothing is answered before the commit. `patience` bounds what is received.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from anlan.kernel.exchange import intake
from anlan.kernel.exchange.intake import Body, Refusal, digest_of
from anlan.kernel.exchange.writer import Writer
from anlan.kernel.observations.types import KnownDevice

LONGEST = 8 << 20
OBSERVATIONS = "/api/v1/observations"
_HOST = re.compile(r"[A-Za-z0-9.\-]{1,253}(?::\d{1,5})?|\[[0-9a-fA-F:]+\](?::\d{1,5})?")
Send = Callable[[dict[str, Any]], Awaitable[None]]
Receive = Callable[[], Awaitable[dict[str, Any]]]
_decode = msgspec.json.Decoder(Body).decode
_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, its body read."""

    method: str
    path: str
    query: bytes
    headers: Mapping[bytes, bytes]
    body: bytes = b""
    scheme: str = "http"

    @property
    def token(self) -> str:
        """The bearer token; empty when there is none."""
        given = self.headers.get(b"authorization", b"").decode("latin-1")
        return given.removeprefix("Bearer ").strip() if given.startswith("Bearer ") else ""

    @property
    def origin(self) -> str:
        """Where the client thinks it is: `http://host:port`."""
        host = self.headers.get(b"host", b"").decode("latin-1")
        return f"{self.scheme}://{host if _HOST.fullmatch(host) else 'localhost'}"


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: Any = None  # JSON-able, or None for none
    headers: tuple[tuple[bytes, bytes], ...] = ()
    kind: str = "application/json"


class Part(Protocol):
    """What else the gateway serves below a path of its own."""

    root: str

    async def answer(self, asked: Asked) -> Answer: ...

    def refusal(self, refused: Refusal) -> Any: ...


class Api:
    """The application. The digest of a token is looked up; the token itself is never kept."""

    def __init__(self, writer: Writer, parts: tuple[Part, ...] = ()) -> None:
        self.writer, self._parts = writer, parts
        self.devices = Tokens(writer)

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path = scope["path"]
        part = next((one for one in self._parts if path.startswith(one.root)), None)
        held = [0]
        try:
            headers = dict(scope["headers"])
            body = await self._body(receive, held) if scope["method"] in ("POST", "PUT", "PATCH") else b""
            asked = Asked(scope["method"], path, scope["query_string"], headers, body, scope.get("scheme", "http"))
            answer = await (part.answer(asked) if part else self._answer(asked))
        except Refusal as refused:
            told = part.refusal(refused) if part else {"code": refused.code, "message": refused.message}
            answer = Answer(refused.status, told)
        finally:
            self.writer.links.held -= held[0]
        await _send(send, answer)

    async def _answer(self, asked: Asked) -> Answer:
        if asked.path == "/healthz":
            return Answer(503 if self.writer.failed else 200, {"failed": self.writer.failed})
        if asked.path != OBSERVATIONS:
            raise Refusal(404, "not_found", f"没有这个地址。观测值发到 {OBSERVATIONS}。")
        if asked.method != "POST":
            raise Refusal(405, "method", "观测值用 POST 发来。")
        if asked.query:
            raise Refusal(400, "parameter", "这个地址不带参数。")
        device = self.devices.device(asked.token)
        try:
            rows, refused = intake.rows_of(device, intake.table_of(_decode(asked.body)))
        except msgspec.MsgspecError as error:
            self.writer.links.of(device.id).refuse("form")
            raise intake.unreadable(error) from None
        return Answer(200, await intake.store(self.writer, device, rows, refused))

    async def _body(self, receive: Receive, held: list[int]) -> bytes:
        """The whole body; counted for the pages while it is held. Raises Refusal 413 above LONGEST."""
        parts = []
        while True:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Refusal(400, "cut", "没有收完。")
            parts.append(message.get("body", b""))
            held[0] += len(parts[-1])
            self.writer.links.held += len(parts[-1])
            if held[0] > LONGEST:
                raise Refusal(413, "size", f"一次最多 {LONGEST >> 20} MB。分几次发。")
            if not message.get("more_body"):
                return parts[0] if len(parts) == 1 else b"".join(parts)


class Tokens:
    """Whose token it is, among the devices the gateway knows now."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._digests: tuple[int, dict[str, KnownDevice]] = (-1, {})

    def find(self, token: str) -> KnownDevice | None:
        directory = self._writer.directory
        if self._digests[0] != directory.edition:
            mine = [
                one for one in directory.devices.values() if one.secret and one.protocol in ("http", "sensorthings")
            ]
            self._digests = (directory.edition, {one.secret: one for one in mine})
        return self._digests[1].get(digest_of(token)) if token else None

    def device(self, token: str) -> KnownDevice:
        """Raises Refusal 401 or 403."""
        device = self.find(token)
        if device is None:
            raise Refusal(401, "token", "没有令牌，或令牌不对。在设备页面换发一个。")
        if device.state != "admitted":
            raise Refusal(403, "not_admitted", "这台设备没有接入，或已停用。")
        return device


async def _send(send: Send, answer: Answer) -> None:
    sent = b"" if answer.body is None else answer.body if isinstance(answer.body, bytes) else _encode(answer.body)
    headers = [(b"content-type", answer.kind.encode()), (b"content-length", str(len(sent)).encode()), *answer.headers]
    if answer.status in (503, 507):
        headers.append((b"retry-after", b"5"))
    if answer.status == 401:
        headers.append((b"www-authenticate", b"Bearer"))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": sent})
