"""Reviewed values and retention through the one writer: once, whatever is told again and whenever it starts anew."""

from __future__ import annotations

import asyncio
import json
import math
from collections.abc import Sequence
from pathlib import Path

import pytest

from anlan.kernel.exchange.links import SKEW_MS, Link
from anlan.kernel.exchange.writer import CORRECTIONS, Parcel, Writer
from anlan.kernel.observations import quality
from anlan.kernel.observations.reviewing import Wanted
from anlan.kernel.observations.store.adapters import open_database
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.forgetting import Plan
from anlan.kernel.observations.store.types import DAY_MS, HOUR_MS, Commit, columns
from anlan.kernel.observations.types import Directory, KnownDevice, KnownStream, Reading

pytestmark = pytest.mark.pure
NOW = 1_767_225_600_000
STREAM = KnownStream(1, 10, "nox", "hour", every_ms=HOUR_MS)
DEVICE = KnownDevice(10, "http", "d", "admitted", "", {}, {"nox": STREAM})
RAW, REVIEWED = 1, 2


def wanted(number: int, act: str = "set", value: float = 5.0, hours: int = 1) -> Wanted:
    return Wanted(number, RAW, REVIEWED, act, NOW - hours * HOUR_MS, NOW, value, HOUR_MS)


async def _run(folder: Path, turns: Sequence[Sequence[Wanted]], plan: Plan | None = None) -> None:
    """One life of a gateway: each turn is what the records say is pending."""
    store = Store(open_database(str(folder / "observations.sqlite3"), writes=True))
    writer = Writer(store, Directory(1, {("http", "d"): DEVICE}, {1: STREAM}), [], lambda: NOW)
    loop = asyncio.create_task(writer.run())
    await writer.submit([Parcel(DEVICE, (), [Reading("nox", NOW - HOUR_MS, NOW, 40.0)])])
    if plan:
        writer.forget(plan)
        while writer.forgetting:
            await asyncio.sleep(0.05)
    for pending in turns:
        writer.correct(pending)
        await writer.submit([Parcel(DEVICE, (), [Reading("nox", NOW - HOUR_MS, NOW, 40.0)])])
    await writer.stop()
    await loop
    store.database.close()


def life(folder: Path, *turns: Sequence[Wanted], plan: Plan | None = None) -> None:
    asyncio.run(asyncio.wait_for(_run(folder, turns, plan), 30))


def state(folder: Path) -> tuple[list[tuple[int, float, int]], list[int], list[int]]:
    """Reviewed rows (hours before NOW, value, judged), corrections told, numbers held."""
    store = Store(open_database(str(folder / "observations.sqlite3"), writes=True))
    rows = store.raw(REVIEWED, 0, NOW)
    told = [json.loads(one.body) for _number, one in store.events(0)]
    held = json.loads(store.state().get(CORRECTIONS, b"[]"))
    store.database.close()
    listed = zip(((NOW - rows.end) // HOUR_MS).tolist(), rows.value.tolist(), rows.judged.tolist(), strict=True)
    return list(listed), [one["correction"] for one in told if one["told"] == "corrected"], held


def test_a_correction_is_written_once_however_often_it_is_pending(tmp_path: Path) -> None:
    life(tmp_path, [wanted(1)], [wanted(1)], [wanted(1), wanted(2, "reject", math.nan)])
    assert state(tmp_path) == ([(0, 40.0, quality.REJECTED)], [1, 2], [1, 2])


def test_a_restart_before_the_records_confirmed_does_not_write_it_again(tmp_path: Path) -> None:
    life(tmp_path, [wanted(1)], [wanted(1), wanted(2, "reject", math.nan)])
    life(tmp_path, [wanted(1), wanted(2)])  # still pending: 2 must stay the last word
    assert state(tmp_path)[0] == [(0, 40.0, quality.REJECTED)]
    life(tmp_path, [wanted(3, value=7.0, hours=3)])  # 1 and 2 are confirmed by now
    rows, told, held = state(tmp_path)
    assert (rows, told, held) == ([(2, 7.0, 0), (1, 7.0, 0), (0, 7.0, 0)], [1, 2, 3], [3])


def test_retention_is_told_once_and_only_when_something_went(tmp_path: Path) -> None:
    life(tmp_path, plan=Plan(0, [(RAW, NOW - 400 * DAY_MS)]))
    store = Store(open_database(str(tmp_path / "observations.sqlite3"), writes=True))
    told = json.loads(store.state()["retention"])
    assert (told["days"], told["frames"], store.events(0)) == (0, 0, [])
    store.append(Commit(NOW - 800 * DAY_MS, columns([(RAW, NOW - 800 * DAY_MS, NOW - 800 * DAY_MS, 1.0, 0, 0)])))
    while store.settle():
        pass
    store.database.close()
    life(tmp_path, plan=Plan(0, [(RAW, NOW - 400 * DAY_MS)]))
    store = Store(open_database(str(tmp_path / "observations.sqlite3"), writes=True))
    assert [json.loads(one.body)["days"] for _number, one in store.events(0)] == [1]
    assert store.raw(RAW, 0, NOW).end.tolist() == [NOW]
    store.database.close()


def test_a_device_that_sends_its_history_has_no_slow_clock() -> None:
    link = Link()
    for skew, now in ((-200, 0), (-50_000_000, 1000), (-150, 2000)):
        link.measured(skew, now)
    assert link.skew == -150
    link.measured(-4000, 2000 + SKEW_MS + 1)
    assert link.skew == -4000
