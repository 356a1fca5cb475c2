"""What is new, read once for everyone who listens in this process.

News are numbered in the order in which they became visible; the number is the cursor, so that nothing is missed or doubled after a cut line.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar
from weakref import WeakKeyDictionary

from django.db import connections

T = TypeVar("T")
KEPT, REST_S = 1_000, 1.0
_log = logging.getLogger("anlan.live")


@dataclass(frozen=True, eq=False)
class Source(Generic[T]):
    """Where news come from: the number of the newest, and those after a number, in order. Both run in a thread of their own."""

    name: str
    last: Callable[[], int]
    after: Callable[[int], list[tuple[int, T]]]
    look_s: float  # between two looks
    _feeds: WeakKeyDictionary[asyncio.AbstractEventLoop, Feed[T]] = field(default_factory=WeakKeyDictionary, repr=False)

    def here(self) -> Feed[T]:
        """The feed of this event loop."""
        return self._feeds.setdefault(asyncio.get_running_loop(), Feed(self))


class Feed(Generic[T]):
    """One a loop and source. It looks only while somebody listens."""

    def __init__(self, source: Source[T]) -> None:
        self._source = source
        self._recent: deque[tuple[int, T]] = deque(maxlen=KEPT)
        self._from = self.last = 0  # every item after `_from` up to `last` is in `_recent`
        self._changed = asyncio.Event()
        self._starting = asyncio.Lock()
        self._listeners = 0
        self._looking: asyncio.Task[None] | None = None
        self._pool = ThreadPoolExecutor(1, source.name)  # its connections are its own

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[Feed[T]]:
        self._listeners += 1
        try:
            async with self._starting:
                if self._looking is None:
                    self._recent.clear()
                    self._from = self.last = await self._ask(self._source.last)
                    self._looking = asyncio.create_task(self._look())
            yield self
        finally:
            self._listeners -= 1
            if not self._listeners and self._looking is not None:
                self._looking.cancel()
                self._looking = None
                self._pool.submit(connections.close_all)  # nobody listens: its thread keeps no connection

    async def _ask(self, work: Callable[..., Any], *given: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work, *given)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(self._source.look_s)
            try:
                news: list[tuple[int, T]] = await self._ask(self._source.after, self.last)
            except Exception:  # noqa: BLE001 - whatever it was, who listens must hear what comes after
                _log.exception("%s: looked in vain, looking again", self._source.name)
                await asyncio.sleep(REST_S)
                continue
            if news and news[0][0] > self.last:
                self._recent.extend(news)
                self._from = max(self._from, self._recent[0][0] - 1 if len(self._recent) == KEPT else self._from)
                self.last = news[-1][0]
                self._changed.set()
                self._changed = asyncio.Event()

    async def after(self, number: int, patience: float) -> Sequence[tuple[int, T]]:
        """What came after a number, in order; none when nothing came within `patience` seconds."""
        if number >= self.last:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._changed.wait(), patience)
        if number >= self._from:
            return [one for one in self._recent if one[0] > number]
        found: list[tuple[int, T]] = await self._ask(self._source.after, number)
        return found


async def either(
    one: Feed[Any], number: int, other: Feed[Any], second: int, patience: float
) -> list[Sequence[tuple[int, Any]]]:
    """News of both feeds after their numbers, as soon as one has some."""
    asked = [asyncio.ensure_future(one.after(number, patience)), asyncio.ensure_future(other.after(second, patience))]
    try:
        await asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED)
        return [task.result() if task.done() else () for task in asked]
    finally:
        for task in asked:
            task.cancel()
