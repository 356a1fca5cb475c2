"""The gateway as a process: opens the store, listens, reads devices and rules again when they change, ends in order."""

from __future__ import annotations

import asyncio
import json
import logging
import signal
import socket
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path

import uvicorn
from asgiref.sync import sync_to_async
from django.db import close_old_connections

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.alarms.types import Watch
from anlan.kernel.alarms.watching import cited_spans, watches
from anlan.kernel.exchange.gateway import Gateway
from anlan.kernel.exchange.http import Api
from anlan.kernel.exchange.lines import LINES, PORTS
from anlan.kernel.exchange.mqtt import Broker, Subscriber, stopped
from anlan.kernel.exchange.patience import MOST_CONNECTIONS, STOP_S, Bounded, Patient
from anlan.kernel.exchange.sensorthings.service import Service
from anlan.kernel.exchange.writer import Writer
from anlan.kernel.observations import queries, reading, retaining, reviewing
from anlan.kernel.observations.reviewing import Wanted
from anlan.kernel.observations.store.forgetting import Plan
from anlan.kernel.observations.types import Directory

log = logging.getLogger(__name__)
LEARN_S = 2.0
__all__ = ["PORTS", "serve", "write_ports"]


def _now() -> int:
    return reading.ms(clock.now())


def known() -> tuple[Directory, list[Watch]]:
    """Devices, streams and rules as the records have them now."""
    close_old_connections()
    return queries.directory(), watches(clock.now())


def changed(edition: int) -> bool:
    close_old_connections()
    return queries.edition() != edition


def corrections() -> list[Wanted]:
    """Reviewed values that wait in the records."""
    close_old_connections()
    return reviewing.pending()


def due_for_forgetting(at: datetime) -> Plan | None:
    """Once a civil day; what alarms stand on is kept with what is cited."""
    last = retaining.last_run()
    if last is not None and clock.civil_date(last.at) >= clock.civil_date(at):
        return None
    return retaining.plan(at, cited_spans())


async def serve(
    host: str, ports: Mapping[str, int], ready: Callable[[Mapping[str, int]], None], broker: Broker | None = None
) -> None:
    """Until SIGTERM or SIGINT. `ports`: 0 takes a free one; `ready` is told the ports really taken."""
    directory, watched = await sync_to_async(known)()
    writer = Writer(reading.writer(), directory, watched, _now)
    gateway = Gateway(writer)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    taken = {name: await _listen(gateway, name, host, port) for name, port in ports.items() if name in LINES}
    committing = asyncio.create_task(writer.run())
    learning = asyncio.create_task(_learn(writer))
    listener = _bind(host, ports["http"])
    things = Service(writer)
    api = uvicorn.Server(
        uvicorn.Config(
            Bounded(Api(writer, (things,))), http=Patient, log_level="warning", lifespan="off", access_log=False,
            limit_concurrency=MOST_CONNECTIONS, timeout_graceful_shutdown=STOP_S,
        )
    )  # fmt: skip
    api.capture_signals = _nothing  # type: ignore[assignment, method-assign]  # the handlers above end both
    answering = asyncio.create_task(api.serve(sockets=[listener]))
    subscribing = asyncio.create_task(Subscriber(writer, broker).run()) if broker else None
    ready({**taken, "http": int(listener.getsockname()[1])})
    await stop.wait()
    learning.cancel()
    api.should_exit = True
    await gateway.close()
    if subscribing:
        await stopped(subscribing)
    await answering
    things.close()
    await writer.stop()
    await committing
    writer.store.database.close()


class _nothing:  # noqa: N801 - stands for a function that gives a context manager
    def __enter__(self) -> None: ...

    def __exit__(self, *_why: object) -> None: ...


async def _listen(gateway: Gateway, protocol: str, host: str, port: int) -> int:
    try:
        taken = await gateway.listen(protocol, host, port)
        if LINES[protocol].datagrams:
            await gateway.listen_datagrams(protocol, host, taken)
    except OSError:
        raise Refused("port", f"{protocol} 的端口 {port} 已被占用。换一个：--{protocol} 端口") from None
    return taken


def _bind(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), backlog=2048)
    except OSError:
        raise Refused("port", f"HTTP 端口 {port} 已被占用。换一个：--http 端口") from None


async def _learn(writer: Writer) -> None:
    """A change in the records reaches the gateway within LEARN_S; a database that is away is waited for."""
    while True:
        await asyncio.sleep(LEARN_S)
        try:
            if await sync_to_async(changed)(writer.directory.edition):
                writer.learn(*await sync_to_async(known)())
            writer.correct(await sync_to_async(corrections)())
            if not writer.forgetting and (plan := await sync_to_async(due_for_forgetting)(clock.now())) is not None:
                writer.forget(plan)
        except Exception:
            log.exception("devices and rules could not be read again")


def write_ports(file: Path, ports: Mapping[str, int]) -> None:
    """Where others of this machine find the listeners."""
    file.write_text(json.dumps(dict(ports)), encoding="utf-8")
