"""`anlan gateway`: listen to devices, store, raise alarms."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

import uvloop
from django.conf import settings
from django.core.management.base import BaseCommand

from anlan.kernel.exchange.mqtt import broker_of
from anlan.kernel.exchange.running import PORTS, serve, write_ports
from anlan.server.children import follow_parent


class Command(BaseCommand):
    help = "设备网关"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("ANLAN_GATEWAY_HOST", "127.0.0.1"))
        for name, port in PORTS.items():
            parser.add_argument(f"--{name}", type=int, default=port, metavar="PORT")
        # An address may hold a password: the environment is the better place for one.
        parser.add_argument("--mqtt", default=os.environ.get("ANLAN_MQTT", ""), metavar="mqtt://HOST:PORT")

    def handle(self, *_args: Any, **options: Any) -> None:
        def ready(ports: Mapping[str, int]) -> None:
            write_ports(settings.VAR / "gateway.json", ports)
            self.stdout.write("GATEWAY " + " ".join(f"{name}={port}" for name, port in ports.items()))
            self.stdout.flush()

        follow_parent()
        broker = broker_of(options["mqtt"]) if options["mqtt"] else None
        uvloop.run(serve(options["host"], {name: options[name] for name in PORTS}, ready, broker))
