"""Two instances, two databases, and a line between them that drops, delays, duplicates, reorders and forges: the logs end equal by hash.

The short run takes some twenty seconds; `make fuzz` (or `ANLAN_LINK_SECONDS=2400`) is bad for forty minutes, the first third of it cut off wholly.
"""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.faults.product import LONG, Product, Running, draws, until
from tests.support.line import Line, Weather

pytestmark = [pytest.mark.slow, pytest.mark.fuzz]
SECONDS = float(os.environ.get("ANLAN_LINK_SECONDS", "2400" if LONG else "9"))
ENTRIES = "SELECT seq, hash FROM response_logentry ORDER BY seq"
MIRRORED = "SELECT seq, hash FROM relay_mirrorentry ORDER BY seq"


def free() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Side:
    """One instance: its pages and its worker."""

    product: Product
    port: int = field(default_factory=free)
    running: dict[str, Running] = field(default_factory=dict)

    def start(self, what: str) -> None:
        if what == "serve":
            self.running[what] = Running(self.product, "run", "serve", "--port", str(self.port), "--workers", "1")
            until(self.listens, self.running[what])
        else:
            self.running[what] = Running(self.product, "link-worker")

    def listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def run(self, *words: str) -> str:
        done = self.product.agent(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


def _paired(district: Side, centre: Side, there: Line, back: Line) -> None:
    district.run("link-district")
    centre.run("link-centre")
    district.run("link-pair", "city", centre.run("link-card", there.address))
    centre.run("link-pair", "unit", district.run("link-card", back.address))


def test_the_logs_end_equal_whatever_the_line_does(fresh: Product, tmp_path: Path) -> None:
    district, centre = Side(fresh.copy(tmp_path / "district")), Side(fresh.copy(tmp_path / "centre"))
    weather = Weather(draws("link"))
    there, back = Line(centre.port, weather), Line(district.port, weather)
    try:
        _paired(district, centre, there, back)
        for side in (district, centre):
            side.start("serve")
            side.start("worker")
        district.run("link-hand")
        stop = tmp_path / "stop"
        talking = Running(district.product, "link-talk", str(stop), "1" if LONG else "0.05")
        began = time.monotonic()
        weather.cut = True
        time.sleep(SECONDS / 3)
        weather.cut = False
        until(lambda: centre.product.number("SELECT count(*) FROM relay_mirrorentry") > 3, talking)
        district.running["worker"].end()
        district.start("worker")
        time.sleep(SECONDS / 6)
        centre.running["serve"].end()
        centre.start("serve")
        while time.monotonic() - began < SECONDS:
            time.sleep(0.1)
        stop.touch()
        until(lambda: talking.poll() is not None)
        assert talking.status == 0, talking.communicate()
        weather.bad = 0.0
        total = district.product.number("SELECT count(*) FROM response_logentry")
        assert total > 30
        until(lambda: centre.product.number("SELECT coalesce(max(seq), 0) FROM relay_mirror") == total, district.running["worker"], centre.running["serve"])  # fmt: skip
        until(
            lambda: district.product.number("SELECT count(*) FROM delivery_parcel WHERE state <> 'acked'") == 0,
            district.running["worker"],
        )
        assert centre.product.rows(MIRRORED) == district.product.rows(ENTRIES)
        assert centre.product.rows("SELECT head FROM relay_mirror") == district.product.rows(
            "SELECT head FROM response_incident"
        )
        assert centre.product.number("SELECT count(*) FROM delivery_arrived WHERE state <> 'applied'") == 0
        _faults_were_met(weather, centre)
    finally:
        there.close()
        back.close()


def _faults_were_met(weather: Weather, centre: Side) -> None:
    """The line did what it was meant to, and what it forged was refused and is listed."""
    assert sum(weather.did.get(one, 0) for one in ("drop", "deaf", "delay", "twice", "hold", "forge")) >= 3, weather.did
    if weather.did.get("forge"):
        assert centre.product.number("SELECT count(*) FROM delivery_forged") > 0
    repeated = sum(weather.did.get(one, 0) for one in ("deaf", "twice", "hold"))
    if repeated:
        assert centre.product.number("SELECT sum(times) - count(*) FROM delivery_arrived") > 0
