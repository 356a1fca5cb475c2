"""The whole way through sockets: the script's alarms and nothing else, whatever the seed."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from tests.support.cast import Cast

from anlan.kernel.alarms.models import Rule
from anlan.kernel.alarms.watching import watches
from anlan.kernel.exchange.gateway import Gateway
from anlan.kernel.exchange.http import Api
from anlan.kernel.exchange.writer import Writer
from anlan.kernel.observations import queries, reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.chunks import Reader
from anlan.server import demonstration
from anlan.server.simulation import running
from anlan.server.simulation.signals import Episode

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
START = 1_767_225_600  # 2026-01-01T08:00+08:00
# The long run: ANLAN_SIMULATED_HOURS=24 ANLAN_SIMULATED_SEEDS=1,2,3.
HOURS = int(os.environ.get("ANLAN_SIMULATED_HOURS", "12"))
SEEDS = [int(one) for one in os.environ.get("ANLAN_SIMULATED_SEEDS", "1").split(",")]
RATE, CYCLE = 1800.0, 12


@pytest.fixture
def place(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.OBSERVATIONS = str(tmp_path / "observations.sqlite3")
    reading.close()
    yield tmp_path
    reading.close()


async def _live(writer: Writer, crowd: list[running.Simulated], plan: running.Plan) -> None:
    gateway, committing = Gateway(writer), asyncio.create_task(writer.run())
    ports = {name: await gateway.listen(name, "127.0.0.1", 0) for name in ("hj212", "gb26875", "jt808", "sl651")}
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(Api(writer), log_level="warning", lifespan="off"))
    serving = asyncio.create_task(server._serve(sockets=[listener]))
    await running.run(crowd, "127.0.0.1", {**ports, "http": listener.getsockname()[1]}, plan)
    server.should_exit = True
    await gateway.close()
    await writer.stop()
    await committing
    await serving


def expected(episodes: tuple[Episode, ...]) -> list[tuple[str, str, str, int]]:
    """(device, rule, channel, start) of every alarm the script is to raise."""
    return sorted((one.device, rule, channel, one.at) for one in episodes for rule, channel in one.rules)


def _beyond(some: list[Any], others: list[Any]) -> list[Any]:
    """What `some` has more of, by device, rule and channel."""
    left = Counter(one[:3] for one in others)
    return [one for one in some if (left.subtract([one[:3]]) or left[one[:3]]) < 0]


@pytest.mark.parametrize("seed", SEEDS)
def test_the_scripts_alarms_and_nothing_else(cast: Cast, place: Path, seed: int) -> None:
    demonstration.load(cast.at)
    episodes = running.repeated(running.script(), CYCLE * 3600, max(1, HOURS // CYCLE))
    began, pace = time.monotonic(), running.Pace(START, RATE)
    writer = Writer(reading.writer(), queries.directory(), watches(), lambda: round(pace.now() * 1000))
    plan = running.Plan(
        seed=seed, start=START, begin=START, episodes=episodes, now=pace.now, rate=RATE, until=START + HOURS * 3600, told=pace.told
    )  # fmt: skip
    asyncio.run(
        asyncio.wait_for(_live(writer, running.devices(), plan), HOURS * 3600 / 60)
    )  # at least 60 times as fast
    took = time.monotonic() - began
    reader = Reader(writer.store.database)
    told = [json.loads(one.body) for _number, one in reader.events(0, 5000)]
    rules = dict(Rule.objects.values_list("pk", "slug"))
    streams = {one.pk: one for one in Stream.objects.select_related("device")}
    # A derived stream has no device: it is its station's.
    speakers = {one.station_id: one.device.identity for one in streams.values() if one.device}
    found = sorted(
        (speakers[streams[one["stream"]].station_id], rules[one["rule"]], streams[one["stream"]].code, one["since"] / 1000 - START)
        for one in told if one["told"] == "raised"
    )  # fmt: skip
    print(
        f"seed {seed}: {HOURS} h at {HOURS * 3600 / took:.0f}x, {len(found)} alarms, {writer.stored} rows, {writer.commits} commits"
    )
    every = {(speakers[one.station_id], one.code): one.every for one in streams.values()}
    wanted = expected(episodes)
    more, less = _beyond(found, wanted), _beyond(wanted, found)
    assert not more, f"raised, but not in the script: {more}"
    assert not less, f"in the script, but not raised: {less}"
    for (device, rule, channel, since), (*_names, at) in zip(found, wanted, strict=True):
        assert abs(since - at) <= max(every[device, channel], 240), (device, rule, channel, since)
    # Nothing was lost: every minute of a boiler, also those of its cuts, is in the store.
    cut = next(
        one for one in streams.values() if one.device and one.device.identity.endswith("MN03") and one.code == "nox_now"
    )
    rows = reader.raw(cut.pk, START * 1000, (START + HOURS * 3600) * 1000)
    assert len(rows) == HOURS * 60
    writer.store.database.close()
