"""SensorThings as a part of the gateway's HTTP: who asks, reading in threads, writing through the one writer.

Reading never holds up the lines: it runs in threads of its own with a read-only view of the store. At most MOST_READING
requests are read at once; above, 503.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from django.db import close_old_connections

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.exchange.http import Answer, Asked, Tokens
from anlan.kernel.exchange.intake import Refusal
from anlan.kernel.exchange.sensorthings import enrolling, options, records, writing
from anlan.kernel.exchange.sensorthings.answering import Answering
from anlan.kernel.exchange.sensorthings.catalogue import Catalogue
from anlan.kernel.exchange.sensorthings.records import Viewer
from anlan.kernel.exchange.writer import Writer
from anlan.kernel.observations import reading
from anlan.kernel.observations.types import KnownDevice

T = TypeVar("T")
ROOT = "/sensorthings/v1.1"
THREADS, MOST_READING = 2, 32
STALE_MS = 10_000  # how long a reader's view of the records is kept
MOST_KEPT = 64
_STATUS = {
    "forbidden": 403,
    "sign_in": 401,
    "duplicate": 409,
    "stale": 409,
    "illegal": 409,
    "not_found": 404,
    "full": 507,
}
_OF_STREAM = re.compile(r"/Datastreams\((\d{1,18})\)/Observations")
_OF_THING = re.compile(r"/Things\((\d{1,18})\)/Datastreams")
_encode = msgspec.json.Encoder().encode


class Service:
    """See `http.Part`."""

    root = ROOT

    def __init__(self, writer: Writer) -> None:
        self._writer, self._tokens = writer, Tokens(writer)
        self._pool = ThreadPoolExecutor(THREADS, "sensorthings")
        self._reading = 0
        self._kept: dict[str, tuple[int, int, Catalogue]] = {}  # viewer -> (edition, read at, what it sees)

    def close(self) -> None:
        self._pool.shutdown()

    def refusal(self, refused: Refusal) -> dict[str, Any]:
        return {"code": refused.status, "type": refused.code, "message": refused.message}

    async def answer(self, asked: Asked) -> Answer:
        path = asked.path.removeprefix(ROOT).rstrip("/")
        if path and not path.startswith("/"):
            raise Refusal(404, "not_found", f"SensorThings 在 {ROOT}/ 下。")
        if asked.method in ("GET", "HEAD"):
            return await self._read(asked, path)
        if asked.method != "POST":
            raise Refusal(405, "method", "这里只读取和新建。改和停用在网页上办。")
        if asked.query:
            raise Refusal(400, "parameter", "新建时地址里不带参数。")
        return await self._write(asked, path)

    # ---- writing
    async def _write(self, asked: Asked, path: str) -> Answer:
        base = asked.origin + ROOT
        of_stream, of_thing = _OF_STREAM.fullmatch(path), _OF_THING.fullmatch(path)
        if path in ("/Observations", "/CreateObservations") or of_stream:
            device = self._device(asked.token)
            if path == "/CreateObservations":
                return await writing.create_many(self._writer, device, asked.body, base)
            number = int(of_stream.group(1)) if of_stream else None
            return await writing.create_one(self._writer, device, asked.body, number, base)
        if path == "/Things":
            return await self._enrol(asked, "Things", enrolling.create_thing)
        if path == "/Datastreams" or of_thing:
            thing = int(of_thing.group(1)) if of_thing else None
            return await self._enrol(
                asked, "Datastreams", lambda viewer, body, at: enrolling.create_stream(viewer, body, at, thing)
            )
        raise Refusal(404, "not_found", "这里不能新建。可新建：Things、Datastreams、Observations、CreateObservations。")

    def _device(self, token: str) -> KnownDevice:
        return self._tokens.device(token)

    async def _enrol(
        self, asked: Asked, name: str, create: Callable[[Viewer, bytes, datetime], dict[str, Any]]
    ) -> Answer:
        def work() -> dict[str, Any]:
            try:
                return create(self._viewer(asked.token), asked.body, self._at())
            except Refused as refused:
                raise Refusal(_STATUS.get(refused.code, 400), refused.code, refused.message) from None

        made = await self._in_thread(work)
        link = f"{asked.origin}{ROOT}/{name}({made['@iot.id']})"
        return Answer(201, {"@iot.selfLink": link, **made}, ((b"location", link.encode()),))

    # ---- reading
    async def _read(self, asked: Asked, path: str) -> Answer:
        wanted = options.read(asked.query)

        def work() -> Answer:
            known = self._catalogue(self._viewer(asked.token))
            found = Answering(known, reading.reader(), asked.origin + ROOT).answer(path, wanted)
            if path.endswith("/$value") and isinstance(found, str):
                return Answer(200, found.encode(), kind="text/plain; charset=utf-8")
            return Answer(200, _encode(found))

        answer = await self._in_thread(work)
        return Answer(answer.status, b"", kind=answer.kind) if asked.method == "HEAD" else answer

    async def _in_thread(self, work: Callable[[], T]) -> T:
        if self._reading >= MOST_READING:
            raise Refusal(503, "lagging", "同时读取的太多，请稍后再试。")

        def alone() -> T:
            close_old_connections()
            try:
                return work()
            finally:
                close_old_connections()

        self._reading += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, alone)
        finally:
            self._reading -= 1

    def _at(self) -> datetime:
        return datetime.fromtimestamp(self._writer.now() / 1000, CHINA)

    def _viewer(self, token: str) -> Viewer:
        device = self._tokens.find(token)
        if device is None:
            return records.of_token(token, self._at())
        return records.of_device(self._device(token))

    def _catalogue(self, viewer: Viewer) -> Catalogue:
        edition, now = self._writer.directory.edition, self._writer.now()
        held = self._kept.get(viewer.key)
        if held and held[0] == edition and 0 <= now - held[1] < STALE_MS:
            return held[2]
        found = records.catalogue_of(viewer)
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[viewer.key] = (edition, now, found)
        return found
