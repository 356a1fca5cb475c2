"""`anlan city`: the city's side of the link, beside the demonstration and paired with it, until Ctrl-C."""

from __future__ import annotations

import threading
from argparse import ArgumentParser
from typing import Any

import uvicorn
from django.core.management import call_command
from django.core.management.base import BaseCommand

from anlan.base import clock
from anlan.server import city, demonstration
from anlan.server.management.commands.anlan_demo import _bind, _Server
from anlan.server.product import CAPABILITIES
from anlan.server.worker import loop


class Command(BaseCommand):
    help = "市级实例（试用链路）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8100)

    def handle(self, *_args: Any, **options: Any) -> None:
        listener = _bind(options["port"])
        port = listener.getsockname()[1]
        call_command("migrate", verbosity=0, interactive=False)
        people = city.settle(clock.now())
        peer = city.link_up(f"http://127.0.0.1:{port}", clock.now())

        def ready() -> None:
            self.stdout.write(f"READY http://127.0.0.1:{port}")
            self.stdout.write(f"已和{peer}连通：在区里“指挥 › 移送”把事件移送示例市，再到这里看。")
            self.stdout.write(demonstration.sign_in_table(people))
            self.stdout.flush()

        stop = threading.Event()
        worker = threading.Thread(
            target=loop, args=([job for one in CAPABILITIES for job in one.jobs], stop), daemon=True
        )
        worker.start()
        config = uvicorn.Config(
            "anlan.server.asgi:application", log_level="warning", lifespan="off", timeout_graceful_shutdown=1
        )
        try:
            _Server(config, ready).run(sockets=[listener])
        finally:
            stop.set()
            worker.join(timeout=5)
