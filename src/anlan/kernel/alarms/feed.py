"""New alarm events as they are committed, read once for everyone who listens in this process.

The records take an alarm over in their own time; whoever watches a page is told before. The number of an event is the cursor:
the store's one writer gives them in order and commits them in order, so that nothing is missed or doubled after a cut line.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from anlan.kernel.access.types import Actor
from anlan.kernel.observations import queries
from anlan.kernel.observations.reading import reader
from anlan.kernel.web.feed import Source

LOOK_S, AT_ONCE = 0.03, 500
News = tuple[int, dict[str, Any]]  # number of the event, its body


def _last() -> int:
    store = reader()
    return store.last_event() if store else 0


def _after(number: int) -> list[News]:
    store = reader()
    return [(one, json.loads(event.body)) for one, event in store.events(number, AT_ONCE)] if store else []


ALARMS: Source[dict[str, Any]] = Source("alarms", _last, _after, LOOK_S)


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
