"""Durable and alarmed observations a core-second over HTTP against InfluxDB; and at 20,000 a second against VictoriaMetrics + vmalert.

100 observations a request, 40 connections, 20,000 streams with a threshold each. Ours authenticates, looks devices and streams
up, drops duplicates, raises alarms and compacts meanwhile; the run is void (it raises) when one of these did not happen, or
when counts, sums or alarms afterwards are not exactly those of the load. CPU is that of the servers alone, from one start of
the load to the next, so that what they do afterwards counts too.
"""

from __future__ import annotations

import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.reader import Reader
from anlan.kernel.observations.store.types import CHINA_MS, DAY_MS
from bench.measure import RUNS, Row, row
from bench.signal_load import CHANNELS, DEVICES, Load, raised, stored
from bench.signal_servers import Sent, Server, absent, ask, district, gateway, influx, sending, tell, victoria

GOAL_INFLUX, GOAL_VICTORIA = 4.0, 3.0
RATE, EVERY = 20_000.0, "5s"


def rows(quick: bool) -> list[Row]:
    return [*_against_influx(quick), *_against_victoria(quick)]


def _loads(quick: bool) -> list[Load]:
    """One load a run, of 4 million observations each: one after another they fill the hot part again and again."""
    turns = 10 if quick else 200
    start = (int(time.time() * 1000) - 2 * DAY_MS) // 60_000 * 60_000
    return [Load(start, 60_000, run * turns, (run + 1) * turns) for run in range(RUNS)]


class _Meter:
    """CPU of a server between the starts of its runs."""

    def __init__(self, server: Server) -> None:
        self._server, self.marks = server, list[float]()

    def mark(self) -> None:
        assert self._server.alive(), "a server died"
        self.marks.append(self._server.cpu())

    @property
    def spent(self) -> list[float]:
        return [after - before for before, after in zip(self.marks, self.marks[1:], strict=False)]


def _against_influx(quick: bool) -> list[Row]:
    loads, missing = _loads(quick), absent("influxd", "influxdb")
    with tempfile.TemporaryDirectory() as ours, tempfile.TemporaryDirectory() as theirs:
        district(Path(ours))
        with gateway(Path(ours)) as mine:
            _closed_to_strangers(mine.port, loads[0])
            meter, sent = _Meter(mine), list[Sent]()
            peer = _runs_of_influx(Path(theirs), loads, lambda load: _turn(meter, mine, load, sent), missing)
            if missing:
                for load in loads:
                    _turn(meter, mine, load, sent)
            time.sleep(0.0 if quick else 5.0)
            meter.mark()
        _exact(Path(ours), loads, sent, settled=not quick)
    each = [load.observations / cpu for load, cpu in zip(loads, meter.spent, strict=True)]
    whole = sum(load.observations for load in loads) / sum(meter.spent)
    met = lambda _mine, ratio: bool(ratio and ratio >= GOAL_INFLUX)  # noqa: E731
    name = "durable and alarmed observations over HTTP against InfluxDB"
    wall = sum(one.wall for one in sent)
    return [
        row(name=name, unit="obs/core-s", goal=f">= {GOAL_INFLUX:g}x", runs=each, peer=missing or statistics.median(peer), met=met,
            cpu_s=sum(meter.spent), wall_s=wall),
        row(name="the same, all runs together with their compaction", unit="obs/core-s", goal=f">= {GOAL_INFLUX:g}x", runs=[whole],
            peer=missing or statistics.mean(peer), met=met, cpu_s=sum(meter.spent), wall_s=wall),
    ]  # fmt: skip


def _turn(meter: _Meter, server: Server, load: Load, sent: list[Sent]) -> None:
    sent.append(sending(load, "anlan", server.port, before=meter.mark))


def _runs_of_influx(where: Path, loads: list[Load], ours: Callable[[Load], None], missing: str) -> list[float]:
    """Ours and theirs in turn; their rates."""
    if missing:
        return []
    with influx(where) as server:
        meter = _Meter(server)
        for load in loads:
            ours(load)
            sending(load, "lines", server.port, before=meter.mark)
        meter.mark()
        count = ask(server.port, "/query?db=bench&q=SELECT%20count(v)%20FROM%20bench")
        # Foreign rows are theirs to keep: they know no registry.
        assert count["results"][0]["series"][0]["values"][0][1] >= sum(load.kept for load in loads), (
            "InfluxDB lost rows"
        )
    return [load.observations / cpu for load, cpu in zip(loads, meter.spent, strict=True)]


def _closed_to_strangers(port: int, load: Load) -> None:
    """Authentication is on: neither no token nor a wrong one is taken."""
    for headers in ({}, {"Authorization": "Bearer wrong"}):
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        line.request(
            "POST",
            "/api/v1/observations",
            json.dumps({"columns": {"channel": ["s0"], "time": [load.start], "value": [1.0]}}),
            headers,
        )
        assert line.getresponse().status == 401, "authentication is off"
        line.close()


def _exact(var: Path, loads: list[Load], sent: list[Sent], *, settled: bool) -> None:
    """Raises unless everything acknowledged is there once, nothing else is, and the alarms are those of the load."""
    requests = sum(load.requests for load in loads)
    assert sum(one.refused for one in sent) == requests, "the registry let foreign rows through"
    assert sum(one.stored for one in sent) == sum(load.requests * 99 for load in loads), "rows were not acknowledged"
    reader = Reader(open_database(str(var / "observations.sqlite3"), writes=False))
    try:
        last = loads[-1].start + loads[-1].last * loads[-1].step
        first = (loads[0].start - 2 * DAY_MS + CHINA_MS) // DAY_MS * DAY_MS - CHINA_MS
        until = (last + DAY_MS + CHINA_MS) // DAY_MS * DAY_MS - CHINA_MS
        found = reader.statistics([n + 1 for n in range(DEVICES * CHANNELS)], first, until, DAY_MS)
        count, total = stored(loads)
        assert np.array_equal([one.count.sum() for one in found], count), "rows were lost or doubled"
        assert np.array_equal([np.rint(one.total * 100).sum() for one in found], total), "values were changed"
        told = [(one["stream"] - 1, one["at"]) for _n, event in reader.events(0, 10_000_000)
                  if (one := json.loads(event.body))["told"] == "raised"]  # fmt: skip
        wanted = set(raised(loads))
        assert set(told) == wanted, f"alarms were lost or invented: {len(set(told) ^ wanted)} of {len(wanted)}"
        assert len(told) == len(wanted), "alarms were doubled"
        units = len(reader.units())
        days = reader.database.query("SELECT COUNT(*) FROM obs_day")[0][0]
        assert units < 2_000, "small commits were not gathered"
        assert days or not settled, "nothing was settled: compaction was off"
    finally:
        reader.database.close()


def _against_victoria(quick: bool) -> list[Row]:
    """Both at the same rate with values of now: CPU seconds of the servers for one second of load."""
    missing, seconds = absent("victoria-metrics", "victoria-metrics"), 3 if quick else 10
    runs = 2 if quick else RUNS
    ours, theirs, sent, loads = list[float](), list[float](), list[Sent](), list[Load]()
    with tempfile.TemporaryDirectory() as mine, tempfile.TemporaryDirectory() as peer:
        district(Path(mine))
        with gateway(Path(mine)) as server:
            start = soon()
            for run in range(runs):
                begin = start if not run else max(soon(), loads[-1].start + loads[-1].last * 1000)
                first = (begin - start) // 1000
                loads.append(Load(start, 1000, first, first + seconds))
                ours.append(_at_rate(server, loads[-1], "anlan", sent))
        _exact(Path(mine), loads, sent, settled=False)
        if not missing:
            with victoria(Path(peer), every=EVERY) as server:
                for _run in range(runs):
                    theirs.append(_at_rate(server, Load(soon(), 1000, 0, seconds), "lines", []))
                assert "vmalert_iteration_total" in tell(server.other), "vmalert did not look at the thresholds"
    return [
        row(name="20,000 observations/s with 20,000 thresholds against VictoriaMetrics + vmalert (not durable)", unit="obs/core-s", goal=f">= {GOAL_VICTORIA:g}x",
            runs=[RATE * seconds / one for one in ours], peer=missing or RATE * seconds / statistics.median(theirs),
            met=lambda _mine, ratio: bool(ratio and ratio >= GOAL_VICTORIA), cpu_s=sum(ours), wall_s=seconds * runs),
    ]  # fmt: skip


def soon() -> int:
    """The next whole second that leaves the sender time to build its requests."""
    return (int(time.time()) + 3) * 1000


def _at_rate(server: Server, load: Load, form: str, sent: list[Sent]) -> float:
    """CPU seconds from the first request until a second after the last one."""
    before = [0.0]
    sent.append(sending(load, form, server.port, RATE, before=lambda: before.__setitem__(0, server.cpu())))
    time.sleep(1.0)
    assert server.alive(), "a server died"
    return server.cpu() - before[0]
