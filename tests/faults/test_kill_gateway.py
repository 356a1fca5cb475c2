"""kill -9 of gateway, worker and PostgreSQL under load: what was acknowledged is there once, and the alarms are those of a replay."""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from scripts.postgres import Server, throwaway_server

from tests.faults.conftest import need_postgres
from tests.faults.product import LONG, Product, draws
from tests.faults.site import Site, equipped

pytestmark = [pytest.mark.slow, pytest.mark.fuzz]
ROUNDS = int(os.environ.get("ANLAN_FAULT_ROUNDS", "200" if LONG else "4"))
SEGMENT = 10  # rounds after which the load rests and everything is compared


class Crew:
    """The processes that are killed, and started again as an operator's supervisor would."""

    def __init__(self, site: Site, server: Server | None) -> None:
        self.site, self.server = site, server
        self.gateway, self.worker = site.listening(), site.worker()

    def victims(self) -> tuple[str, ...]:
        return ("gateway", "gateway", "worker") + (("postgres", "postgres") if self.server else ())

    def kill(self, victim: str) -> None:
        if victim == "postgres" and self.server is not None:
            self.server.kill()
            self.server.start()
        elif victim == "gateway":
            self.gateway.end()
            self.gateway = self.site.listening()
        else:
            self.worker.end()
            self.worker = self.site.worker()


def broken(site: Site, server: Server | None, dice: random.Random) -> Counter[str]:
    seen: Counter[str] = Counter()
    crew = Crew(site, server)
    for first in range(0, ROUNDS, SEGMENT):
        load = site.load(str(dice.random()))
        for number in range(first, min(first + SEGMENT, ROUNDS)):
            time.sleep(dice.uniform(0.05, 1.2))
            victim = crew.victims()[number % len(crew.victims())] if not LONG else dice.choice(crew.victims())
            crew.kill(victim)
            seen[victim] += 1
            site.assert_kept()
        time.sleep(0.3)
        site.drained(load)
        seen["acknowledged"] = site.assert_kept()
        site.assert_counted()
        seen["alarms"] = site.assert_told(crew.worker)
        print(dict(seen), flush=True)  # the figures of docs/developer/faults.md; shown with -s
    for process in (crew.gateway, crew.worker):
        process.end()
    return seen


def test_killed_on_sqlite(sqlite_product: Product) -> None:
    seen = broken(equipped(sqlite_product), None, draws("sqlite"))
    assert seen["alarms"]


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[tuple[Product, Server]]:
    """A server of its own, to be killed."""
    need_postgres()
    (tmp_path / "var").mkdir()
    with throwaway_server() as server:
        product = Product(tmp_path / "var", server.url, pool=True)  # as in production
        done = product.agent("run", "migrate", "-v0")
        assert done.returncode == 0, done.stderr
        yield product, server


@pytest.mark.postgres
def test_killed_on_postgres(mortal: tuple[Product, Server]) -> None:
    product, server = mortal
    seen = broken(equipped(product), server, draws("postgres"))
    assert seen["alarms"]
