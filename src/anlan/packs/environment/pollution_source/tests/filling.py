"""Values for tests: whole days of a source, minute by minute, with what is asked changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from anlan.kernel.observations import reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.quality import Bounds, code_of, judged
from anlan.kernel.observations.store.chunks import Store
from anlan.kernel.observations.store.types import Columns, Commit, columns

MINUTE, HOUR = 60_000, 3_600_000
Row = tuple[str, datetime, float | None, str]  # stream code, end, value, mark


@contextmanager
def opened(folder: Path, settings: Any) -> Iterator[Store]:
    """An empty observation store of its own."""
    settings.OBSERVATIONS = str(folder / "observations.sqlite3")
    reading.close()
    store = reading.writer()
    yield store
    reading.close()
    store.database.close()


def put(store: Store, station: str, rows: Iterable[Row]) -> None:
    """Rows of one station, judged by their marks as the gateway would."""
    streams = {one.code: one for one in Stream.objects.filter(station__code=station, nature="raw")}
    told = []
    for code, end, value, mark in rows:
        stream, until = streams[code], reading.ms(end)
        start = until - HOUR if stream.period == "hour" else until
        told.append((stream.pk, start, until, value, code_of(mark), 0))
    raw = columns(told)
    known: Mapping[int, Any] = {}
    store.append(
        Commit(
            int(raw.end.max()),
            Columns(raw.stream, raw.start, raw.end, raw.value, raw.sent, judged(raw, Bounds.of(known))),
        )
    )
