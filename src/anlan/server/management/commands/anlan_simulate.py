"""`anlan simulate`: the demonstration district's devices, to a gateway on this machine only."""

from __future__ import annotations

import asyncio
import contextlib
import json
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from anlan.base import clock
from anlan.base.errors import Refused
from anlan.server.children import follow_parent
from anlan.server.simulation import duty, running

HISTORY_S, OLDER_DAYS, CYCLE_S = 26 * 3600, 6, 12 * 3600
BEFORE, CYCLES = 16, 80  # turns of the script that lie behind the start, and all
PHASE_S = 3565  # where in the script it starts: troubles stand already, and the next begins within a minute


class Command(BaseCommand):
    help = "模拟示例区的设备"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--no-history", action="store_true")
        parser.add_argument("--older-days", type=int, default=OLDER_DAYS, help="再往前补传几天")
        parser.add_argument("--wait", type=float, default=30.0, help="等网关启动的秒数")

    def handle(self, *_args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise Refused("demo", "只在演示环境模拟设备：设 ANLAN_DEMO=1。")
        follow_parent()
        ports = _ports(options["wait"])
        started = int(clock.now().timestamp())
        plan = running.Plan(
            seed=options["seed"], start=started - PHASE_S - BEFORE * CYCLE_S, begin=started, now=lambda: clock.now().timestamp(),
            episodes=running.repeated(running.script(), CYCLE_S, CYCLES),
            history=0 if options["no_history"] else HISTORY_S, older=0 if options["no_history"] else options["older_days"] * 86_400,
        )  # fmt: skip
        crowd = running.devices()
        self.stdout.write(f"模拟 {len(crowd)} 台设备，种子 {options['seed']}")
        self.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_both(crowd, ports, plan))


async def _both(crowd: list[running.Simulated], ports: dict[str, int], plan: running.Plan) -> None:
    """The devices, and the people who answer what has been standing for long."""
    answering = asyncio.create_task(duty.answer_by_and_by())
    await running.run(crowd, "127.0.0.1", ports, plan)
    answering.cancel()


def _ports(patience: float) -> dict[str, int]:
    """Where the gateway listens; it may still be starting."""
    file, end = settings.VAR / "gateway.json", time.monotonic() + patience
    while not file.exists():
        if time.monotonic() > end:
            raise Refused("gateway", "网关没有启动。先运行 anlan gateway。")
        time.sleep(0.2)
    found: dict[str, int] = json.loads(file.read_text(encoding="utf-8"))
    return found
