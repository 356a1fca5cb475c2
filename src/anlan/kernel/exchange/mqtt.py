"""The MQTT subscriber: what devices publish at an external broker becomes observations; acknowledged to it after the commit.

Topics, below the root (`anlan` unless the address says another), one level for the device's identity:
- `<root>/<identity>/observations`: the JSON of `intake`, with `token` beside it when the device has one; QoS 1.
- `<root>/<identity>/status`: retained `online`, with `offline` as the last will.

Nothing is lost between broker and store: the session at the broker is kept (clean start off, no early end), and a message is
acknowledged only when it is committed, so that a gateway killed in between is sent it again, and the store knows it by its key.
While the store lags the message is held and tried again, not refused: the broker holds those behind it. About MOST_UNTOLD
messages of LONGEST bytes wait here at most: the broker is told so, and since not every broker keeps to it (mosquitto 2.0.11
does not), reading from the line stops as well. What can never be stored is counted with its reason and acknowledged.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import aiomqtt
import msgspec
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from anlan.base.errors import Refused
from anlan.kernel.exchange import intake
from anlan.kernel.exchange.intake import Body, Refusal
from anlan.kernel.exchange.writer import Lagging, Parcel, Writer
from anlan.kernel.observations import quality
from anlan.kernel.observations.types import KnownDevice

log = logging.getLogger(__name__)
MOST_UNTOLD, LONGEST = 1000, 64 << 10
KEPT_S = 30 * 86_400  # how long the broker keeps what a gateway that is away has not seen
FIRST_WAIT_S, LONGEST_WAIT_S = 1.0, 60.0
SUBSCRIBED_S = 60.0
AGAIN_S = 1.0  # between two tries while the store lags
PROTOCOL = "mqtt"
_QOS = 1


class Letter(Body, forbid_unknown_fields=True):
    token: str = ""


_decode = msgspec.json.Decoder(Letter).decode


@dataclass(frozen=True, kw_only=True)
class Broker:
    """Where the broker is. `root` is the first level of all topics and part of the client's name there."""

    host: str
    port: int
    secure: bool = False
    user: str | None = None
    password: str | None = None
    root: str = "anlan"


def broker_of(address: str) -> Broker:
    """`mqtt://user:password@host:port/root`, or `mqtts://` with TLS. Raises Refused."""
    parts = urlsplit(address)
    try:
        port = parts.port
    except ValueError:
        port = -1
    root = parts.path.strip("/")
    if parts.scheme not in ("mqtt", "mqtts") or not parts.hostname or port == -1 or set(root) & set("/+#"):
        raise Refused("mqtt", "MQTT 地址写作 mqtt://主机:端口（加密用 mqtts://），主题的首级写在其后。")
    secure = parts.scheme == "mqtts"
    return Broker(
        host=parts.hostname, port=port or (8883 if secure else 1883), secure=secure, root=root or "anlan",
        user=unquote(parts.username) if parts.username else None, password=unquote(parts.password) if parts.password else None,
    )  # fmt: skip


class _Inbox(asyncio.Queue[aiomqtt.Message]):
    """What came and is not committed. While MOST_UNTOLD wait, nothing is read from the line; the broker notices by TCP."""

    line: aiomqtt.Client
    _resting = False

    def _put(self, item: aiomqtt.Message) -> None:
        super()._put(item)
        if self.qsize() >= MOST_UNTOLD and not self._resting and (plug := self.line._client.socket()) is not None:  # noqa: SLF001
            self._resting = True
            asyncio.get_running_loop().remove_reader(plug.fileno())

    def _get(self) -> aiomqtt.Message:
        found = super()._get()
        if self._resting and self.qsize() <= MOST_UNTOLD // 2:
            self._resting = False
            self._read_on()
        return found

    def _read_on(self) -> None:
        """As the library began to read: its own way also cares for TLS and for a line that broke meanwhile."""
        inner, task = self.line._client, self.line._misc_task  # noqa: SLF001
        if task is not None:
            task.cancel()
        if (plug := inner.socket()) is not None:
            self.line._on_socket_open(inner, None, plug)  # noqa: SLF001


class Subscriber:
    """One line to one broker, over the one writer."""

    def __init__(self, writer: Writer, broker: Broker) -> None:
        self._writer, self._broker = writer, broker
        self.held = 0  # messages that came and are not acknowledged
        self._status: dict[str, bool] = {}  # what devices said of themselves, by identity

    async def run(self) -> None:
        """Until cancelled; a broker that is away is tried again, ever more slowly."""
        wait = FIRST_WAIT_S
        while True:
            try:
                async with self._client() as client:
                    wait = FIRST_WAIT_S
                    self._say("")
                    await self._serve(client)
            except (aiomqtt.MqttError, OSError) as error:
                log.warning("broker: %s", error)
                self._say(f"{wait:.0f} 秒后再连：{error}"[:200])
            self._all_silent()
            await asyncio.sleep(wait)
            wait = min(LONGEST_WAIT_S, wait * 2)

    def _client(self) -> aiomqtt.Client:
        asked = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        asked.SessionExpiryInterval, asked.ReceiveMaximum, asked.MaximumPacketSize = KEPT_S, MOST_UNTOLD, LONGEST
        one = self._broker
        client = aiomqtt.Client(
            one.host, one.port, username=one.user, password=one.password, identifier=f"{one.root}-gateway", keepalive=30,
            protocol=aiomqtt.ProtocolVersion.V5, clean_start=False, properties=asked,
            tls_context=ssl.create_default_context() if one.secure else None, queue_type=_Inbox,
        )  # fmt: skip
        client._queue.line = client  # type: ignore[attr-defined]  # noqa: SLF001 - an _Inbox
        client._client.manual_ack_set(True)  # noqa: SLF001 - the library has no word of its own for it
        return client

    def _say(self, wrong: str) -> None:
        one = self._broker
        self._writer.links.broker = {
            "address": f"{one.host}:{one.port}", "connected": not wrong, "since": self._writer.now(), "said": wrong,
        }  # fmt: skip

    def _all_silent(self) -> None:
        """Without the broker nobody knows who is there; the kept statuses come again with the next line."""
        for identity in self._status:
            self._mark(identity, online=False)
        self._status.clear()

    async def _serve(self, client: aiomqtt.Client) -> None:
        """What the broker kept may come before it says that we are subscribed, so both are waited for at once."""
        topics = [(f"{self._broker.root}/+/observations", _QOS), (f"{self._broker.root}/+/status", _QOS)]
        subscribing = asyncio.create_task(client.subscribe(topics, timeout=SUBSCRIBED_S))
        subscribing.add_done_callback(lambda task: _give_up(client, task))
        try:
            await self._take_in(client)
        finally:
            subscribing.cancel()

    async def _take_in(self, client: aiomqtt.Client) -> None:
        waiting = client.messages
        async for message in waiting:
            taken = [message]
            while len(waiting) and len(taken) < MOST_UNTOLD:
                taken.append(await anext(waiting))
            self.held = len(taken) + len(waiting)
            parcels = [one for one in map(self._take, taken) if one is not None]
            if parcels:
                await self._commit(parcels)
            for one in taken:
                if one.qos:
                    client._client.ack(one.mid, one.qos)  # noqa: SLF001 - see _client
            self.held = len(waiting)

    async def _commit(self, parcels: list[Parcel]) -> None:
        """Returns when all of it is stored, however long that takes: the broker holds the rest."""
        timely = [int(quality.timely(one.rows, self._writer.now()).sum()) for one in parcels if one.rows is not None]
        while True:
            try:
                await self._writer.submit(parcels)
                break
            except Lagging:
                for one in parcels:
                    self._writer.links.of(one.device.id).refuse("lagging")
                await asyncio.sleep(AGAIN_S)
        for one, count in zip(parcels, timely, strict=True):
            self._writer.links.of(one.device.id).rows += count

    def _take(self, message: aiomqtt.Message) -> Parcel | None:
        """What of a message can be stored; the rest is counted."""
        levels = message.topic.value.split("/")
        payload = message.payload if isinstance(message.payload, bytes) else b""
        if len(levels) != 3 or not levels[1]:
            return None
        if levels[2] == "status":
            self._heard(levels[1], payload)
            return None
        device = self._device(levels[1], payload)
        return None if device is None else self._read(device, payload)

    def _heard(self, identity: str, payload: bytes) -> None:
        if payload not in (b"online", b"offline", b""):
            self._count(identity, "form")
            return
        self._status[identity] = payload == b"online"
        self._mark(identity, online=self._status[identity])

    def _mark(self, identity: str, *, online: bool) -> None:
        device = self._writer.directory.device(PROTOCOL, identity)
        if device is not None:
            self._writer.links.of(device.id).connected = online

    def _count(self, identity: str, reason: str) -> None:
        device = self._writer.directory.device(PROTOCOL, identity)
        if device is None:
            self._writer.links.noise += 1
        else:
            self._writer.links.of(device.id).refuse(reason)

    def _device(self, identity: str, payload: bytes) -> KnownDevice | None:
        """The admitted device whose topic it is: the broker's access list lets nobody else publish there."""
        device = self._writer.directory.device(PROTOCOL, identity)
        if device is None or device.state == "waiting":
            self._writer.meet(PROTOCOL, identity, f"{len(payload)} 字节")
            return None
        link = self._writer.links.of(device.id)
        link.frames, link.heard = link.frames + 1, self._writer.now()
        if device.state != "admitted":
            link.refuse("not_admitted")
            return None
        return device

    def _read(self, device: KnownDevice, payload: bytes) -> Parcel | None:
        link = self._writer.links.of(device.id)
        try:
            letter = _decode(payload)
            if device.secret and intake.digest_of(letter.token) != device.secret:
                raise Refusal(401, "token", "")
            rows, refused = intake.rows_of(device, intake.table_of(letter))
        except msgspec.MsgspecError as error:
            link.bad += 1
            link.refuse(intake.unreadable(error).code)
            return None
        except Refusal as refusal:
            link.refuse(refusal.code)
            return None
        for one in refused:
            link.refuse(one["reason"])
        if not len(rows):
            return None
        return Parcel(device, () if letter.token else (payload,), rows=rows)  # a secret is not kept with the frame


def _give_up(client: aiomqtt.Client, task: asyncio.Task[object]) -> None:
    """A broker that does not take the subscription is left, and tried again later."""
    if not task.cancelled() and (error := task.exception()) is not None and not client._disconnected.done():  # noqa: SLF001
        client._disconnected.set_exception(error)  # noqa: SLF001 - what the library does itself when a line breaks


async def stopped(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
