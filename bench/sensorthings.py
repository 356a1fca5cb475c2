"""SensorThings, written by 40 connections that each wait for their answer: 100-observation DataArrays, and single observations.

Ours is the gateway as it is run (token, registry, quality, alarms' engine, one synced commit before the answer); the peer is
django-ogc-sensorthings 1.2.0 under one uvicorn worker without authentication. Both on the same PostgreSQL server, with the same
client, in turns of one run. Afterwards what is stored must be exactly what was acknowledged.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripts.postgres import throwaway_postgres

from bench.measure import RUNS, Row, row

ROOT = Path(__file__).parents[1]
LINES, BATCH = 40, 100
GOAL_ARRAY, GOAL_SINGLE = 50, 20
PEER = Path(os.environ.get("ANLAN_SENSORTHINGS_PEER", Path(tempfile.gettempdir()) / "anlan-peers" / "sensorthings"))
HOW = f"not installed: python3 -m venv {PEER} && {PEER}/bin/pip install django-ogc-sensorthings==1.2.0 Django==5.2.* psycopg[binary] uvicorn httptools uvloop"

_PREPARE = """
import sys, django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from anlan.base import clock
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.observations import actions
from anlan.kernel.observations.types import Channel
from anlan.kernel.registry.models import Station
at = clock.now()
place = Organisation.objects.create(code="B", name="B", kind="bureau", path="/1/")
station = Station.objects.create(code="S", name="S", kind="level", organisation=place, created_at=at, updated_at=at)
device = actions.register_device(actor=SYSTEM, protocol="sensorthings", identity="bench", name="bench", station=station, at=at)
token = actions.new_token(actor=SYSTEM, device=device, at=at)
channel = Channel(code="level", quantity="level", title="level", unit="m")
stream = actions.add_stream(actor=SYSTEM, device=device, channel=channel, source="level", at=at)
print(stream.pk, token)
"""

_COUNT = """
import sys, django
django.setup()
from anlan.kernel.observations import reading
print(len(reading.reader().raw(int(sys.argv[1]), 0, 1 << 50)))
"""

_PEER = """
import os, uuid
from django.conf import settings
from urllib.parse import urlparse
url = urlparse(os.environ["PEER_DATABASE"])
settings.configure(
    SECRET_KEY="bench", ALLOWED_HOSTS=["*"], ROOT_URLCONF="peer", USE_TZ=True,
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql", "NAME": url.path[1:], "USER": url.username, "HOST": url.hostname,
               "PORT": url.port, "CONN_MAX_AGE": 0}},
    INSTALLED_APPS=["django.contrib.contenttypes", "sensorthings.versions.v1_1", "sensorthings.versions.v1_1.backends.django",
                    "sensorthings.versions.v1_1.extensions.dataarray"],
    SENSORTHINGS_V1_1_SERVICE_URL="http://127.0.0.1/sensorthings", SENSORTHINGS_V1_1_ID_TYPE=uuid.UUID, SENSORTHINGS_V1_1_ID_DELIMITER="'",
    SENSORTHINGS_V1_1_BACKEND_ADAPTER="sensorthings.versions.v1_1.backends.django.adapter.DjangoBackendAdapter",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
import django
django.setup()
from django.core.asgi import get_asgi_application
from django.urls import include, path
urlpatterns = [path("sensorthings/", include("sensorthings.versions.v1_1.urls"))]
application = get_asgi_application()
"""

_PEER_THINGS = """
import peer
from django.core.management import call_command
call_command("migrate", verbosity=0)
from sensorthings.versions.v1_1.backends.django.models import Datastream, FeatureOfInterest, ObservedProperty, Sensor, Thing
stream = Datastream.objects.create(
    name="s", description="s", unit_of_measurement={"name": "m", "symbol": "m", "definition": "m"}, observation_type=Datastream.OM_MEASUREMENT,
    thing=Thing.objects.create(name="t", description="t"), sensor=Sensor.objects.create(name="s", description="s", encoding_type=Sensor.HTML, metadata="x"),
    observed_property=ObservedProperty.objects.create(name="p", definition="http://p", description="p"))
feature = FeatureOfInterest.objects.create(name="f", description="f", encoding_type="application/geo+json", feature={"type": "Point", "coordinates": [0, 0]})
print(stream.pk, feature.pk)
"""
_PEER_COUNT = "import peer; from sensorthings.versions.v1_1.backends.django.models import Observation; print(Observation.objects.count())"


@dataclass
class Target:
    """A running server and how it is spoken to. `number` counts the observations ever made, so that no key comes twice."""

    port: int
    stream: str  # as JSON
    head: str  # further header lines
    pid: int
    feature: str = ""  # as JSON, where the server wants one
    template: str = ""
    number: int = 0
    acknowledged: int = 0
    begin: float = field(default_factory=time.time)

    def _second(self) -> str:
        """Another one for every request."""
        self.number += 1
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(self.begin - 30 * 86_400 + self.number))

    def array(self) -> bytes:
        more = f",{self.feature}" if self.feature else ""
        if not self.template:
            rows = ",".join(f'["@.{one:02d}0Z",{20 + one / 100}{more}]' for one in range(BATCH))
            names = (
                '["phenomenonTime","result","FeatureOfInterest/id"]' if self.feature else '["phenomenonTime","result"]'
            )
            self.template = (
                f'[{{"Datastream":{{"@iot.id":{self.stream}}},"components":{names},"dataArray":[{rows}]}}]'.replace(
                    "@iot", "#iot"
                )
            )
        return self._request("CreateObservations", self.template.replace("@", self._second()).replace("#", "@"))

    def single(self) -> bytes:
        more = f',"FeatureOfInterest":{{"@iot.id":{self.feature}}}' if self.feature else ""
        body = f'{{"phenomenonTime":"{self._second()}Z","result":20.5,"Datastream":{{"@iot.id":{self.stream}}}{more}}}'
        return self._request("Observations", body)

    def _request(self, path: str, body: str) -> bytes:
        head = f"POST /sensorthings/v1.1/{path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{self.head}Content-Length: {len(body)}\r\n\r\n"
        return (head + body).encode()

    def cpu(self) -> float:
        """Seconds of this process; the database server's are not in it."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def _line(target: Target, make: str, size: int, end: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", target.port)
    done = 0
    while time.perf_counter() < end:
        writer.write(getattr(target, make)())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        body = await (
            reader.readexactly(int(length.group(1))) if length else reader.readuntil(b"0\r\n\r\n")
        )  # or in chunks
        assert head.split()[1] == b"201", (head, body[:500])
        done += size
    writer.close()
    return done


async def _crowd(target: Target, make: str, size: int, seconds: float) -> tuple[int, float]:
    start = time.perf_counter()
    done = sum(await asyncio.gather(*(_line(target, make, size, start + seconds) for _one in range(LINES))))
    return done, time.perf_counter() - start


def _burst(target: Target, make: str, size: int, seconds: float) -> float:
    done, wall = asyncio.run(_crowd(target, make, size, seconds))
    target.acknowledged += done
    return done / wall


def _run(python: str, code: str, env: dict[str, str], folder: str, *words: str) -> str:
    found = subprocess.run(
        [python, "-c", code, *words], env=env, cwd=folder, capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr[-2000:]
    return found.stdout.strip()


@contextmanager
def _ours(url: str, folder: str) -> Iterator[tuple[Target, dict[str, str]]]:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "anlan.server.settings", "ANLAN_DATABASE_URL": url, "ANLAN_DATABASE_POOL": "0",
           "ANLAN_VAR": folder, "PYTHONPATH": str(ROOT / "src")}  # fmt: skip
    stream, token = _run(sys.executable, _PREPARE, env, folder).split()
    free = [word for name in ("http", "hj212", "gb26875", "jt808", "sl651") for word in (f"--{name}", "0")]
    process = subprocess.Popen(
        [sys.executable, "-m", "anlan.server", "gateway", *free], env=env, cwd=folder, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        port = int(re.search(r"http=(\d+)", process.stdout.readline()).group(1))  # type: ignore[union-attr]
        yield Target(port, stream, f"Authorization: Bearer {token}\r\n", process.pid), env
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


@contextmanager
def _peer(url: str, folder: str) -> Iterator[tuple[Target, dict[str, str]]]:
    base = url.rpartition("/")[0]
    (Path(folder) / "peer.py").write_text(_PEER)
    python = str(PEER / "bin" / "python")
    env = {**os.environ, "PEER_DATABASE": f"{base}/peer", "PYTHONPATH": folder}
    env.pop("DJANGO_SETTINGS_MODULE", None)
    stream, feature = _run(python, _PEER_THINGS, env, folder).split()
    words = [python, "-m", "uvicorn", "peer:application", "--port", "0", "--log-level", "info", "--no-access-log"]
    process = subprocess.Popen(words, env=env, cwd=folder, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        found = None
        while found is None:
            found = re.search(r"http://127\.0\.0\.1:(\d+)", process.stderr.readline())
        yield Target(int(found.group(1)), json.dumps(stream), "", process.pid, json.dumps(feature)), env
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def _measure(target: Target, seconds: float) -> dict[str, list[float]]:
    """Rates and, as `cpu`, observations per second of the server process in the arrays' runs."""
    _burst(target, "array", BATCH, 0.5)  # warm
    found: dict[str, list[float]] = {"array": [], "single": [], "cpu": []}
    for _run_number in range(RUNS):
        before, spent = target.acknowledged, target.cpu()
        found["array"].append(_burst(target, "array", BATCH, seconds))
        found["cpu"].append((target.acknowledged - before) / max(1e-9, target.cpu() - spent))
        found["single"].append(_burst(target, "single", 1, seconds))
    return found


def rows(quick: bool) -> list[Row]:
    seconds = 1.0 if quick else 4.0
    here = (PEER / "bin" / "python").exists()
    with throwaway_postgres() as url, tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        with _ours(url, folder) as (target, env):
            ours = _measure(target, seconds)
            stored = int(_run(sys.executable, _COUNT, env, folder, target.stream))
            assert stored == target.acknowledged, f"acknowledged {target.acknowledged}, stored {stored}"
        theirs: dict[str, list[float]] = {}
        if here:
            _run(str(PEER / "bin" / "python"), _CREATE, {**os.environ, "PEER_DATABASE": url}, folder)
            with _peer(url, folder) as (other, env):
                theirs = _measure(other, seconds)
                stored = int(_run(str(PEER / "bin" / "python"), _PEER_COUNT, env, folder))
                assert stored == other.acknowledged, f"peer: acknowledged {other.acknowledged}, stored {stored}"
        wall = time.perf_counter() - start

    def told(key: str, name: str, unit: str, goal: int) -> Row:
        peer: float | str = sorted(theirs[key])[len(theirs[key]) // 2] if theirs else HOW
        return row(name=name, unit=unit, goal=f">= {goal}x" if goal else "reported", runs=ours[key], peer=peer, wall_s=wall,
                   met=lambda _mine, ratio: not goal or (ratio is not None and ratio >= goal))  # fmt: skip

    return [
        told("array", "SensorThings, DataArray of 100, 40 lines, PostgreSQL", "observations/s", GOAL_ARRAY),
        told("cpu", "the same, per second of the server process", "observations/core-s", 0),
        told("single", "SensorThings, one observation a POST", "observations/s", GOAL_SINGLE),
    ]


_CREATE = """
import os, psycopg
with psycopg.connect(os.environ["PEER_DATABASE"], autocommit=True) as at:
    at.execute("CREATE DATABASE peer")
"""
