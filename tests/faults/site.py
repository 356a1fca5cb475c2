"""A gateway, a worker and devices that talk to them; what was acknowledged against what is stored and what was told."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from anlan.kernel.exchange.lines import PORTS
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Reader
from anlan.kernel.observations.store.types import CHINA_MS, DAY_MS
from tests.faults.product import ROOT, STARTED, Product, Running, until
from tests.faults.replay import Law, Told, expected

START = (
    time.time_ns() // 1_000_000 // 60_000 - 300 * 1440
) * 60_000  # 300 days ago: the devices' time runs faster than ours
# Compaction so often, and of so little, that every kill meets it somewhere.
BUSY = {"tidying.GATHER_MS": 300, "tidying.SETTLE_ROWS": 1500, "tidying.DAYS": 16, "writer.REPORT_MS": 500}
FREE = tuple(word for name in PORTS for word in (f"--{name}", "0"))
TALKING = 8  # devices that take part in the load; more of them are for the test itself
Rows = list[tuple[int, float]]


@dataclass
class Site:
    product: Product
    told: dict[str, Any]  # by the agent that equipped it
    start: int  # of the devices' own time, ms
    segment: int = 0
    seen: Counter[str] = field(default_factory=Counter)

    @property
    def ledger(self) -> Path:
        return self.product.var / "ledger"

    @property
    def ports_file(self) -> Path:
        return self.product.var / "gateway.json"

    @property
    def ports(self) -> dict[str, int]:
        return json.loads(self.ports_file.read_text())  # type: ignore[no-any-return]

    def device(self, protocol: str, number: int = 0) -> dict[str, Any]:
        return [one for one in self.told["devices"] if one["protocol"] == protocol][number]  # type: ignore[no-any-return]

    def gateway(self, **constants: Any) -> Running:
        """Started; `ready` says when it listens."""
        self.ports_file.unlink(missing_ok=True)
        return Running(self.product, "patched", json.dumps({**BUSY, **constants}), "gateway", *FREE)

    def listening(self, **constants: Any) -> Running:
        gateway = self.gateway(**constants)
        self.ready(gateway)
        return gateway

    def ready(self, gateway: Running) -> None:
        until(lambda: self.ports_file.exists() and self.ports_file.read_text().endswith("}"), gateway)

    def worker(self) -> Running:
        return Running(self.product, "run", "worker")

    def load(self, seed: str, pause: float = 0.03) -> tuple[subprocess.Popen[str], Path]:
        """Devices that go on where the last ones stopped; they end when the file is there and all is acknowledged."""
        self.segment += 1
        newest = max((rows[-1][0] for rows in self.acknowledged().values()), default=self.start)
        stop, plan = self.product.var / f"stop-{self.segment}", self.product.var / f"plan-{self.segment}"
        given = {"seed": f"{seed}/{self.segment}", "ledger": str(self.ledger), "stop": str(stop), "ports": str(self.ports_file),
                 "devices": self.told["devices"][:TALKING], "start": (newest // 60_000 + 30) * 60_000, "pause": pause}  # fmt: skip
        plan.write_text(json.dumps(given), encoding="utf-8")
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.load", str(plan)], cwd=ROOT, env=self.product.env(), text=True,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        STARTED.append(process)
        return process, stop

    def drained(self, load: tuple[subprocess.Popen[str], Path]) -> None:
        """The devices have ended in order: everything they sent is acknowledged."""
        process, stop = load
        stop.touch()
        _out, err = process.communicate(timeout=60)
        assert (process.returncode, err) == (0, ""), err
        STARTED.remove(process)

    def acknowledged(self) -> dict[int, Rows]:
        """By stream, in the order of the acknowledgements."""
        found: dict[int, Rows] = {}
        if self.ledger.exists():
            for line in self.ledger.read_text().splitlines(keepends=True):
                stream, end, value = line.split()
                found.setdefault(int(stream), []).append((int(end), float(value)))
        return found

    def open(self) -> Reader:
        return Reader(open_database(self.product.url or str(self.product.var / "observations.sqlite3"), writes=False))

    def rows(self, stream: int) -> Rows:
        reader = self.open()
        found = reader.raw(stream, 0, 1 << 42)
        reader.database.close()
        return list(zip(found.end.tolist(), found.value.tolist(), strict=True))

    def events(self) -> list[dict[str, Any]]:
        reader = self.open()
        found = [json.loads(one.body) for _number, one in reader.events(0, 1 << 30)]
        reader.database.close()
        return found

    def assert_kept(self) -> int:
        """Every acknowledged value is there, equal, and no key twice; returns how many there are."""
        ledger, reader = self.acknowledged(), self.open()
        try:
            for stream, acknowledged in ledger.items():
                rows = reader.raw(stream, 0, 1 << 42)
                ends = rows.end.tolist()
                assert len(ends) == len(set(ends)), (stream, "a key twice")
                stored = dict(zip(ends, rows.value.tolist(), strict=True))
                lost = [one for one in dict(acknowledged).items() if stored.get(one[0]) != one[1]]
                assert not lost, (stream, len(lost), lost[:3])
        finally:
            reader.database.close()
        return sum(len(dict(rows)) for rows in ledger.values())

    def assert_counted(self) -> None:
        """What compaction counted for days is what there is: nothing once lost and once doubled."""
        reader = self.open()
        try:
            for stream, acknowledged in self.acknowledged().items():
                low, high = self.told["possible"][str(stream)]
                usable = {end: value for end, value in acknowledged if low <= value <= high}
                span = (
                    min(usable) // DAY_MS * DAY_MS - CHINA_MS - DAY_MS,
                    max(usable) // DAY_MS * DAY_MS - CHINA_MS + 2 * DAY_MS,
                )
                (days,) = reader.statistics([stream], *span, DAY_MS)
                usable = {end: value for end, value in dict(acknowledged).items() if low <= value <= high}
                assert int(days.count.sum()) == len(usable), stream
                assert abs(float(days.total.sum()) - sum(usable.values())) < 1e-6 * len(usable), stream
        finally:
            reader.database.close()

    def alarms_expected(self) -> list[Told]:
        possible = {int(one): tuple(ends) for one, ends in self.told["possible"].items()}
        return expected([Law(**one) for one in self.told["laws"]], self.acknowledged(), possible)

    def alarms_stored(self) -> list[Told]:
        names = ("rule", "stream", "since", "told", "at", "value")
        return sorted(
            tuple(one[name] for name in names)
            for one in self.events()
            if one["told"] in ("raised", "returned", "withdrawn")
        )  # type: ignore[misc]

    def alarms_recorded(self) -> list[Told]:
        """The rows of the records as the events they came from; the value of a return is not kept there."""
        rows = self.product.rows("SELECT rule_id, stream_id, since, raised_at, value, returned_at FROM alarms_alarm")
        found: list[Told] = []
        for rule, stream, since, raised, value, returned in rows:
            found.append((rule, stream, _ms(since), "raised", _ms(raised), value))
            if returned is not None:
                found.append((rule, stream, _ms(since), "returned", _ms(returned), 0.0))
        return sorted(found)

    def assert_told(self, worker: Running) -> int:
        """The alarms of the replay = those of the store = those of the records, each noted once; returns how many."""
        wanted = self.alarms_expected()
        stored = self.alarms_stored()
        assert len(stored) == len(set(stored)), "an event twice"
        assert stored == wanted, _difference(stored, wanted)
        reader = self.open()
        last = reader.last_event()
        reader.database.close()
        until(lambda: self.product.rows("SELECT event FROM alarms_consumed") == [(last,)], worker)
        rows = sorted((*one[:5], one[5] if one[3] == "raised" else 0.0) for one in wanted)
        recorded = self.alarms_recorded()
        assert recorded == rows, _difference(recorded, rows)
        for told in ("raised", "returned"):
            noted = self.product.number(f"SELECT count(*) FROM journal_entry WHERE verb = 'alarms.alarm.{told}'")
            assert noted == sum(one[3] == told for one in wanted), told
        return sum(one[3] == "raised" for one in wanted)


def _ms(given: Any) -> int:
    at = datetime.fromisoformat(given) if isinstance(given, str) else given
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return round(at.timestamp() * 1000)


def _difference(got: list[Told], wanted: list[Told]) -> str:
    more, less = set(got) - set(wanted), set(wanted) - set(got)
    return f"too many: {sorted(more)[:3]} ({len(more)}), lacking: {sorted(less)[:3]} ({len(less)})"


def equipped(product: Product, many: int = 2, now_ms: int = 0, **settings: Any) -> Site:
    """The product with devices of four protocols, `many` of each, their streams and rules."""
    done = product.agent("equip", str(many), json.dumps(settings))
    assert done.returncode == 0, done.stderr
    return Site(product, json.loads(done.stdout), now_ms or START)
