"""Listeners: sockets in, messages to the writer, answers back after the commit. One task a line.

Bounds: a line holds one piece of PIECE bytes and its splitter's buffer; a line that says nothing sensible for its device's
`silence` is closed, before it has named a device after FIRST_S, however many bytes drip in; above MOST_LINES new ones are
refused. A device has one line: the newest; the older is closed.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from anlan.kernel.exchange.duties import Duties
from anlan.kernel.exchange.lines import LINES
from anlan.kernel.exchange.types import Bad, Message, Session, Verdict
from anlan.kernel.exchange.writer import Lagging, Parcel, Writer
from anlan.kernel.observations.types import KnownDevice

log = logging.getLogger(__name__)
PIECE = 64 * 1024
FIRST_S, MOST_LINES, MOST_BAD = 60.0, 20_000, 1000


@dataclass(eq=False)
class _Line:
    """One connection, or the pieces that come from one UDP address."""

    protocol: str
    session: Session
    cut: Callable[[], None]
    device: KnownDevice | None = None
    devices: set[int] = field(default_factory=set)  # all that spoke on it
    bad: int = 0
    sense: int = 0  # messages that were frames of a device
    closed: bool = False

    def close(self) -> None:
        """Nothing of it is read any more, not even what has arrived already."""
        self.closed = True
        self.cut()


class Gateway:
    """The lines of all protocols over one writer."""

    def __init__(self, writer: Writer) -> None:
        self.writer = writer
        self._lines: set[_Line] = set()
        self._of: dict[int, _Line] = {}  # device -> its newest line
        self._duties = Duties(writer.directory, writer.store.latest(), writer.links)
        self._servers: list[asyncio.Server] = []
        self._datagrams: list[asyncio.DatagramTransport] = []

    async def listen(self, protocol: str, host: str, port: int) -> int:
        """TCP; returns the port really taken. Raises OSError when it is in use."""

        async def met(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await self._serve(protocol, reader, writer)

        server = await asyncio.start_server(met, host, port, limit=PIECE, backlog=4096)
        self._servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    async def listen_datagrams(self, protocol: str, host: str, port: int) -> int:
        """UDP, for protocols that allow it: a datagram holds whole frames."""
        transport, _protocol = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Datagrams(self, protocol), local_addr=(host, port)
        )
        self._datagrams.append(transport)
        return int(transport.get_extra_info("sockname")[1])

    async def close(self) -> None:
        """No new lines; those that stand are closed. What was handed to the writer is still committed by it."""
        for server in self._servers:
            server.close()
        for transport in self._datagrams:
            transport.close()
        for line in list(self._lines):
            line.close()

    def line(self, protocol: str, cut: Callable[[], None]) -> _Line:
        return _Line(protocol, LINES[protocol].session(lambda one: self.writer.directory.device(protocol, one)), cut)

    async def _serve(self, protocol: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = self.line(protocol, writer.close)
        if len(self._lines) >= MOST_LINES:
            writer.close()
            return
        self._lines.add(line)
        clock, made_sense, due = asyncio.get_running_loop().time, -1, 0.0
        try:
            while not line.closed:
                if line.sense != made_sense:
                    made_sense, due = line.sense, clock() + self._patience(line)
                data = await asyncio.wait_for(reader.read(PIECE), due - clock())
                if not data or line.closed:
                    break
                answer = await self.take(line, data)
                if answer and not writer.is_closing():  # it may have been replaced meanwhile
                    writer.write(answer)
                    await asyncio.wait_for(writer.drain(), FIRST_S)
                if line.bad > MOST_BAD and line.device is None:
                    break
        except TimeoutError:
            writer.transport.abort()  # what it does not read is not waited for
        except OSError:
            pass
        except Exception:
            log.exception("a line of %s failed", protocol)
        finally:
            self.gone(line)
            writer.close()
            with contextlib.suppress(Exception):
                await writer.wait_closed()

    def _patience(self, line: _Line) -> float:
        return float(line.device.settings.get("silence", 180)) if line.device else FIRST_S

    def gone(self, line: _Line) -> None:
        """It is no device's line any more."""
        self._lines.discard(line)
        for device in line.devices:
            if self._of.get(device) is line:
                del self._of[device]
                self.writer.links.of(device).connected = False

    async def take(self, line: _Line, data: bytes) -> bytes:
        """What a piece of a line says; returns the answers owed, after the commit.

        Of what the store could not take nothing is said: the device sends it again.
        """
        now = self.writer.now()
        told = [self._heard(line, one, now) for one in line.session.feed(data, now)]
        parcels, stored = [parcel for _answer, parcel in told if parcel is not None], True
        if parcels:
            try:
                await self.writer.submit(parcels)
            except Lagging:
                stored = False
        for parcel in parcels:
            link = self.writer.links.of(parcel.device.id)
            if stored:
                link.rows += parcel.size
            else:
                link.refused += len(parcel.frames)
        answers = b"".join(answer for answer, parcel in told if stored or parcel is None)
        return answers + self._asked(parcels, now) if stored else answers

    def _asked(self, parcels: list[Parcel], now: int) -> bytes:
        """What the gateway asks of the devices by itself."""
        streams = self.writer.directory.streams
        return b"".join(self._duties.owed(one, streams, now) for one in parcels if one.device.settings)

    def _heard(self, line: _Line, one: Message | Bad, now: int) -> tuple[bytes, Parcel | None]:
        """(the answer owed, what is to be stored before it is given)."""
        if isinstance(one, Bad):
            self._count_bad(line, one)
            return one.reply, None
        line.sense += 1
        verdict, device = self._judge(line, one, now)
        answer = one.reply(verdict)
        if device is None:
            return answer, None
        link = self.writer.links.of(device.id)
        if verdict != "stored":
            link.refused += len(one.frames)
            return answer, None
        link.unlisted += one.unlisted
        return answer, Parcel(device, one.frames, one.readings, one.rows)

    def _judge(self, line: _Line, one: Message, now: int) -> tuple[Verdict, KnownDevice | None]:
        """Who says it, and whether it may be stored. Binds the line to its device."""
        device = self.writer.directory.device(line.protocol, one.identity)
        if device is None or device.state == "waiting":
            self.writer.meet(line.protocol, one.identity, one.said)
            return "unknown", device
        link = self.writer.links.of(device.id)
        link.frames, link.heard = link.frames + len(one.frames), now
        if one.sent_at is not None:
            link.measured(one.sent_at - now, now)
        if device.state != "admitted":
            return "not_admitted", device
        if not one.trusted or (device.secret and one.secret and one.secret != device.secret):
            return "wrong_secret", device
        self._bind(line, device)
        return "stored", device

    def _count_bad(self, line: _Line, one: Bad) -> None:
        line.bad += 1
        device = self.writer.directory.device(line.protocol, one.identity) if one.identity else line.device
        if device:
            self.writer.links.of(device.id).bad += 1
        else:
            self.writer.links.noise += 1

    def _bind(self, line: _Line, device: KnownDevice) -> None:
        """The newest line of a device is its line: the older one is closed. A line may carry several devices (a concentrator)."""
        line.device = device
        line.devices.add(device.id)
        self.writer.links.of(device.id).connected = True
        older = self._of.get(device.id)
        if older is not line:
            self._of[device.id] = line
            if older is not None:
                older.close()


class _Datagrams(asyncio.DatagramProtocol):
    """Each datagram stands for itself; the answer goes back to where it came from."""

    MOST = 1000  # datagrams being worked on; the others are dropped, as datagrams may be

    def __init__(self, gateway: Gateway, protocol: str) -> None:
        self._gateway, self._protocol = gateway, protocol
        self._tasks: set[asyncio.Task[None]] = set()
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a datagram endpoint's is one

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(self._tasks) < self.MOST:
            task = asyncio.get_running_loop().create_task(self._take(data, addr))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _take(self, data: bytes, addr: tuple[str, int]) -> None:
        line = self._gateway.line(self._protocol, lambda: None)
        answer = await self._gateway.take(line, data)
        self._gateway.gone(line)
        if answer and self._transport is not None:
            self._transport.sendto(answer, addr)
