"""`anlan demo`: migrate, load the demonstration district, serve and work in one process until Ctrl-C."""

from __future__ import annotations

import json
import socket
import threading
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.kernel.exchange.running import PORTS
from anlan.server import children, demonstration
from anlan.server.management.commands.anlan_simulate import OLDER_DAYS
from anlan.server.product import CAPABILITIES
from anlan.server.worker import loop


class _Server(uvicorn.Server):
    """Says READY once the socket really accepts."""

    def __init__(self, config: uvicorn.Config, ready: Any) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()


def _bind(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError:
        listener.close()
        raise Refused("port", f"端口 {port} 已被占用。换一个：make demo PORT={port + 1 if port else 8001}") from None
    return listener


class Command(BaseCommand):
    help = "演示"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--older-days", type=int, default=OLDER_DAYS, help="设备在最近 26 小时之前再补传几天")

    def handle(self, *_args: Any, **options: Any) -> None:
        listener = _bind(options["port"])
        call_command("migrate", verbosity=0, interactive=False)
        people = demonstration.load(clock.now())
        port = listener.getsockname()[1]

        def ready() -> None:
            address = {"address": f"http://127.0.0.1:{port}"}
            (settings.VAR / "web.json").write_text(json.dumps(address), encoding="utf-8")  # where `anlan city` finds us
            self.stdout.write(f"READY http://127.0.0.1:{port}")
            self.stdout.write(demonstration.sign_in_table(people))
            self.stdout.flush()

        stop = threading.Event()
        worker = threading.Thread(
            target=loop, args=([job for one in CAPABILITIES for job in one.jobs], stop), daemon=True
        )
        config = uvicorn.Config(
            "anlan.server.asgi:application", log_level="warning", lifespan="off", timeout_graceful_shutdown=1
        )
        worker.start()
        (settings.VAR / "gateway.json").unlink(missing_ok=True)
        env = {"ANLAN_VAR": str(settings.VAR), "ANLAN_DEMO": "1"}
        free = [word for name in PORTS for word in (f"--{name}", "0")]
        others = [
            children.start(["gateway", *free], env),
            children.start(["simulate", "--older-days", str(options["older_days"])], env),
        ]
        try:
            _Server(config, ready).run(sockets=[listener])
        finally:
            children.end(others)
            stop.set()
            worker.join(timeout=5)
