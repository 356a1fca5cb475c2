"""Ours and the peers as processes: started on free ports and folders of their own, measured by the kernel's clock of each, ended by process id."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.signal_load import CHANNELS, DEVICES, Load, limit_of, token_of

ROOT = Path(__file__).parents[1]

_DISTRICT = """
import hashlib, json, sys, django
django.setup()
from datetime import timedelta
from django.core.management import call_command
call_command("migrate", verbosity=0)
from anlan.base import clock
from anlan.kernel.access.actions import found_organisation, appoint
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.access.models import Person
from anlan.kernel.alarms.models import Rule
from anlan.kernel.observations.models import Device, Edition, Stream
from anlan.kernel.registry.models import Station
tokens, limits = json.loads(sys.argv[1])
at = clock.now()
district = found_organisation(actor=SYSTEM, code="D", name="示例区", kind="district", parent=None, at=at)
person = Person.objects.create_user("auditor", "x", name="示例")
appoint(actor=SYSTEM, person=person, organisation=district, role=ROLE, title="t", starts_on=at.date() - timedelta(days=2), at=at)
stations = Station.objects.bulk_create(
    Station(organisation=district, created_at=at, updated_at=at, code=f"S{n}", name=f"示例站{n}", kind=KIND) for n in range(len(tokens)))
devices = Device.objects.bulk_create(
    Device(protocol="http", identity=f"D{n}", station=stations[n], state="admitted", secret=hashlib.sha256(token.encode()).hexdigest())
    for n, token in enumerate(tokens))
Stream.objects.bulk_create((Stream(id=n * len(limits) + c + 1, station=stations[n], device=devices[n], code=f"c{c}", channel=f"s{n * len(limits) + c}",
    quantity="x", title=f"示例{c}", period="instant", every=60, low=0, high=1000) for n in range(len(tokens)) for c in range(len(limits))), batch_size=5000)
Rule.objects.bulk_create(Rule(slug=f"r{c}", title=f"示例{c}", form="above", kind=KIND, code=f"c{c}", settings={"limit": limit}, priority=3,
    basis="示例", valid_from=at - timedelta(days=400), made_by="示例") for c, limit in enumerate(limits))
Edition.objects.update_or_create(pk=1, defaults={"number": 1})
from django.test import Client
client = Client(); client.force_login(person, backend="allauth.account.auth_backends.AuthenticationBackend")
print(client.cookies["sessionid"].value)
"""


@dataclass
class Server:
    """`processes` are ours to end; CPU is the sum of theirs (user + system, threads included)."""

    processes: list[subprocess.Popen[str]]
    port: int
    other: int = 0  # of the second process

    def cpu(self) -> float:
        return sum(_cpu(one.pid) for one in self.processes)

    def alive(self) -> bool:
        return all(one.poll() is None for one in self.processes)


def _cpu(pid: int) -> float:
    """User and system seconds of all threads, from the scheduler's own clock of the process: the ticks in /proc/PID/stat
    miss bursts shorter than a tick. The number is what clock_getcpuclockid(3) gives."""
    return time.clock_gettime((~pid << 3) | 2)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(*commands: Sequence[str], port: int, where: Path, **how: Any) -> Iterator[Server]:
    """Start, wait until the port answers, end in the end."""
    started: list[subprocess.Popen[str]] = []
    try:
        with (where / "log").open("w") as log:
            for command in commands:
                started.append(subprocess.Popen(command, stdout=log, stderr=log, text=True, cwd=where, **how))
                if command is commands[0]:
                    _wait(port, started[0], where / "log")
        yield Server(started, port)
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(port: int, process: subprocess.Popen[str], log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text(encoding="utf-8")[-1500:]
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError("the server did not start")


# ---- ours
def env(var: Path) -> dict[str, str]:
    rest = {key: value for key, value in os.environ.items() if not key.startswith("ANLAN_")}
    path = os.pathsep.join([str(ROOT / "src"), str(ROOT)])
    return {**rest, "ANLAN_VAR": str(var), "DJANGO_SETTINGS_MODULE": "anlan.server.settings", "PYTHONPATH": path}


def district(var: Path) -> str:
    """A database with the devices, streams and thresholds of the load; the cookie of someone who sees them all."""
    tokens, limits = [token_of(n) for n in range(DEVICES)], [limit_of(c) for c in range(CHANNELS)]
    code = _DISTRICT.replace("KIND", '"water"').replace("ROLE", '"auditor"')
    done = subprocess.run([sys.executable, "-c", code, json.dumps([tokens, limits])], env=env(var), capture_output=True,
                          text=True, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr[-1500:]
    return done.stdout.split()[-1]


@contextmanager
def gateway(var: Path) -> Iterator[Server]:
    port = free_port()
    words = [sys.executable, "-m", "anlan.server", "gateway", "--http", str(port)]
    others = [word for name in ("hj212", "gb26875", "jt808", "sl651") for word in (f"--{name}", "0")]
    with running([*words, *others], port=port, where=var, env=env(var)) as server:
        yield server


# ---- peers
def absent(binary: str, package: str) -> str:
    """Empty when it is there, else the words for the table."""
    return "" if shutil.which(binary) else f"not installed: apt-get install {package}"


@contextmanager
def influx(where: Path) -> Iterator[Server]:
    """InfluxDB with its own settings: the write-ahead log is synced before it answers; no logs, no reports."""
    port, other = free_port(), free_port()
    (where / "influx.conf").write_text(
        f'reporting-disabled = true\nbind-address = "127.0.0.1:{other}"\n[meta]\n  dir = "{where}/meta"\n[data]\n  dir = "{where}/data"\n'
        f'  wal-dir = "{where}/wal"\n  query-log-enabled = false\n[http]\n  bind-address = "127.0.0.1:{port}"\n  log-enabled = false\n'
        "[monitor]\n  store-enabled = false\n",
        encoding="utf-8",
    )
    with running(["influxd", "-config", str(where / "influx.conf")], port=port, where=where) as server:
        ask(port, "/query?q=CREATE%20DATABASE%20bench", "POST")
        yield server


@contextmanager
def victoria(where: Path, *, every: str) -> Iterator[Server]:
    """VictoriaMetrics and vmalert that looks at all thresholds once in `every`."""
    port, other = free_port(), free_port()
    rules = "".join(f"  - alert: r{c}\n    expr: 'bench_v{{c=\"{c}\"}} > {limit_of(c)}'\n" for c in range(CHANNELS))
    (where / "rules.yml").write_text(
        f"groups:\n- name: bench\n  interval: {every}\n  rules:\n{rules}", encoding="utf-8"
    )
    base = [
        "victoria-metrics",
        f"-storageDataPath={where}/data",
        f"-httpListenAddr=127.0.0.1:{port}",
        "-search.latencyOffset=0s",
    ]
    alert = ["vmalert", f"-rule={where}/rules.yml", f"-datasource.url=http://127.0.0.1:{port}", f"-httpListenAddr=127.0.0.1:{other}",
             f"-remoteWrite.url=http://127.0.0.1:{port}", "-notifier.url=http://127.0.0.1:1", f"-evaluationInterval={every}"]  # fmt: skip
    with running(base, alert, port=port, where=where) as server:
        time.sleep(0.5)
        server.other = other
        yield server


def tell(port: int, path: str = "/metrics", method: str = "GET") -> str:
    """The body of the answer. Raises unless it is a good one."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        line.request(method, path)
        answer = line.getresponse()
        body = answer.read().decode()
        assert answer.status < 300, (answer.status, body[:300])
        return body
    finally:
        line.close()


def ask(port: int, path: str, method: str = "GET") -> Any:
    body = tell(port, path, method)
    return json.loads(body) if body else None


# ---- the sender
@dataclass(frozen=True)
class Sent:
    wall: float
    stored: int
    refused: int
    untimely: int
    worst: int
    waits: list[float]


def sending(load: Load, form: str, port: int, rate: float = 0.0, before: Callable[[], object] = lambda: None) -> Sent:
    """Build, then `before()`, then go; what was answered. Raises when a request was not."""
    asked = json.dumps({"load": asdict(load), "form": form, "port": port, "rate": rate})
    with subprocess.Popen([sys.executable, "-m", "bench.signal_load", asked], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:  # fmt: skip
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        before()
        begin = (load.start + load.first * load.step) / 1000 if rate else 0.0
        process.stdin.write(f"{begin}\n")
        process.stdin.flush()
        told = Sent(**json.loads(process.stdout.readline()))
    assert told.worst < 300, f"refused with {told.worst}"
    return told
