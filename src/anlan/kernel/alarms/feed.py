"""New alarm events as they are committed, read once for everyone who listens in this process.

The records take an alarm over in their own time; whoever watches a page is told before. The number of an event is the cursor:
the store's one writer gives them in order and commits them in order, so that nothing is missed or doubled after a cut line.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from anlan.kernel.access.types import Actor
from anlan.kernel.observations import queries
from anlan.kernel.observations.reading import reader

LOOK_S = 0.03  # between two looks at the store
KEPT, AT_ONCE = 1_000, 500
News = tuple[int, dict[str, Any]]  # number of the event, its body


class Feed:
    """One a loop. It looks at the store only while somebody listens."""

    def __init__(self) -> None:
        self._recent: deque[News] = deque(maxlen=KEPT)
        self._from = self.last = 0  # every event after `_from` up to `last` is in `_recent`
        self._changed = asyncio.Event()
        self._listeners = 0
        self._looking: asyncio.Task[None] | None = None
        self._pool = ThreadPoolExecutor(1, "alarms")  # its reader is its own

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Feed]:
        self._listeners += 1
        if self._looking is None:
            self._from = self.last = await self._ask(_last)
            self._recent.clear()
            self._looking = asyncio.create_task(self._look())
        try:
            yield self
        finally:
            self._listeners -= 1
            if not self._listeners and self._looking is not None:
                self._looking.cancel()
                self._looking = None

    async def _ask(self, work: Any, *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *given)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            news: list[News] = await self._ask(_after, self.last)
            if news:
                self._recent.extend(news)
                self._from = max(self._from, self._recent[0][0] - 1 if len(self._recent) == KEPT else self._from)
                self.last = news[-1][0]
                self._changed.set()
                self._changed = asyncio.Event()

    async def after(self, number: int, patience: float) -> Sequence[News]:
        """Events after a number, in order; none when nothing came within `patience` seconds."""
        if number >= self.last:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), patience)
        if number >= self._from:
            return [one for one in self._recent if one[0] > number]
        found: list[News] = await self._ask(_after, number)
        return found


def _last() -> int:
    store = reader()
    return store.last_event() if store else 0


def _after(number: int) -> list[News]:
    store = reader()
    return [(one, json.loads(event.body)) for one, event in store.events(number, AT_ONCE)] if store else []


_feeds: WeakKeyDictionary[asyncio.AbstractEventLoop, Feed] = WeakKeyDictionary()


def feed() -> Feed:
    """This loop's."""
    return _feeds.setdefault(asyncio.get_running_loop(), Feed())


@dataclass(frozen=True)
class Shown:
    """An alarm event as a page says it."""

    number: int
    told: str
    rule: int
    stream: int
    since: int
    at: int
    value: float | None
    limit: float | None
    station: str
    title: str
    unit: str


def shown(actor: Actor, news: Sequence[News]) -> list[Shown]:
    """Those of streams whose figures the person may see, with their names."""
    mine = [(number, body) for number, body in news if "stream" in body]
    rows = queries.streams(actor).filter(pk__in={body["stream"] for _number, body in mine}) if mine else ()
    named = {row.pk: (row.station.name, row.title, row.unit) for row in rows}
    return [
        Shown(number, body["told"], body["rule"], body["stream"], body["since"], body["at"], body["value"], body["limit"], *named[body["stream"]])
        for number, body in mine
        if body["stream"] in named
    ]  # fmt: skip
