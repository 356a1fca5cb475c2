"""Every open vector through a real socket: a valid frame is stored byte for byte, another leaves nothing, and the line goes on."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from anlan.kernel.exchange.gateway import Gateway
from anlan.kernel.exchange.lines import LINES
from anlan.kernel.exchange.sessions.jt808 import code_of
from anlan.kernel.exchange.tests.test_gateway import NOW
from anlan.kernel.exchange.writer import Writer
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.types import Directory, KnownDevice
from anlan.protocols.jt808 import bodies as jt
from anlan.protocols.jt808 import frame as jt808

pytestmark = [pytest.mark.pure, pytest.mark.protocol]
PROTOCOLS = ("hj212", "gb26875", "jt808", "sl651")


class Everyone(Directory):
    """Whoever speaks is a device that is admitted."""

    def device(self, protocol: str, identity: str) -> KnownDevice | None:
        return KnownDevice(1, protocol, identity, "admitted") if identity else None


def bytes_of(protocol: str, frame: str) -> bytes:
    return frame.encode() if protocol == "hj212" else bytes.fromhex(frame)


def greeting(protocol: str, raw: bytes) -> bytes:
    """What a terminal says first: only JT/T 808 has a word for it."""
    if protocol != "jt808":
        return b""
    one = jt808.parse(raw)
    code = code_of(KnownDevice(1, protocol, one.phone, "admitted")).encode()
    return jt808.rebuilt(replace(one, id=jt.AUTHENTICATE, body=code, total=0, number=0, raw=b"", reason=""))


async def stored(folder: Path, protocol: str, raw: bytes) -> list[bytes]:
    """The raw frames that are in the store after a vector was sent over TCP."""
    writer = Writer(Store(open_database(str(folder / "o.sqlite3"), writes=True)), Everyone(0, {}, {}), [], lambda: NOW)
    gateway, loop = Gateway(writer), asyncio.create_task(writer.run())
    port = await gateway.listen(protocol, "127.0.0.1", 0)
    reader, line = await asyncio.open_connection("127.0.0.1", port)
    hello = greeting(protocol, raw)
    for piece in (hello, raw[:7], raw[7:]):
        line.write(piece)
        await line.drain()
        await asyncio.sleep(0.01)
    line.write_eof()
    while await reader.read(65536):
        pass
    line.close()
    await gateway.close()
    await writer.stop()
    await loop
    found = [kept for _number, frames in writer.store.frames(0) for _device, kept in frames if kept != hello]
    writer.store.database.close()
    return found


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_vector_through_a_socket(shared: Path, tmp_path: Path, protocol: str) -> None:
    assert protocol in LINES
    vectors: list[dict[str, Any]] = json.loads((shared / f"vectors/{protocol}.json").read_text(encoding="utf-8"))
    tried = 0
    for place, vector in enumerate(vectors):
        if "frame" not in vector or "valid" not in vector["decoded"]:
            continue
        raw, folder = bytes_of(protocol, vector["frame"]), tmp_path / str(place)
        folder.mkdir()
        found = asyncio.run(asyncio.wait_for(stored(folder, protocol, raw), 30))
        assert found == ([raw] if vector["decoded"]["valid"] else []), vector["name"]
        tried += 1
    assert tried >= 8
