"""Alarm events reach whoever listens once and in order, also after a cut line, and only those of streams one may see."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings

from anlan.kernel.alarms import feed as feeds
from anlan.kernel.alarms.types import Watch, event
from anlan.kernel.observations import reading
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.types import EMPTY, Commit
from anlan.kernel.web import feed
from anlan.kernel.web.feed import Feed

pytestmark = pytest.mark.pure


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with override_settings(OBSERVATIONS=str(tmp_path / "observations.sqlite3")):
        opened = reading.writer()
        yield opened
        opened.database.close()
        reading.close()


def _raise(store: Store, number: int) -> None:
    told = event("raised", Watch(1, 2, "above", limit=5.0), number, number, 6.0)
    store.append(Commit(number, EMPTY, events=(told,)))


async def _numbers(events: Feed[Any], after: int, count: int) -> list[int]:
    found: list[int] = []
    while len(found) < count:
        found += [number for number, _body in await events.after(found[-1] if found else after, 5.0)]
    return found


async def _told(store: Store) -> None:
    for number in range(1, 4):
        _raise(store, number)
    events = feeds.ALARMS.here()
    async with events.listening():
        assert events.last == 3
        assert await _numbers(events, 0, 3) == [1, 2, 3]  # who was cut off before anybody listened here
        waiting = [asyncio.create_task(_numbers(events, start, 9 - start)) for start in (3, 3, 1)]
        for number in range(4, 10):
            _raise(store, number)
            await asyncio.sleep(0.01)
        assert [await one for one in waiting] == [list(range(4, 10)), list(range(4, 10)), list(range(2, 10))]
        assert await events.after(9, 0.05) == []


def test_each_listener_gets_every_event_once(store: Store) -> None:
    asyncio.run(_told(store))


async def _more_than_kept(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "KEPT", 4)
    monkeypatch.setattr(feeds, "AT_ONCE", 3)
    events = feeds.ALARMS.here()
    async with events.listening():
        for number in range(1, 12):
            _raise(store, number)
        assert await _numbers(events, 0, 11) == list(range(1, 12))
        assert await _numbers(events, 2, 9) == list(range(3, 12))


def test_more_than_is_held_in_memory_is_read_again(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(_more_than_kept(store, monkeypatch))
