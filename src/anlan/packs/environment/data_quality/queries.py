"""Streams over a span: how complete, marked with what, judged as what, how long without change; and the corrections in the journal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np

from anlan.kernel.access.types import Actor
from anlan.kernel.journal.models import Entry
from anlan.kernel.observations import quality, queries, reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.chunks import Reader
from anlan.kernel.observations.store.types import CHINA_MS, HOUR_MS
from anlan.kernel.registry.models import Station
from anlan.packs.environment.data_quality import rules
from anlan.packs.environment.data_quality.rules import Doubt
from anlan.packs.environment.data_quality.verbs import TITLES
from anlan.science.stats.runs import longest_run

KINDS = ("water", "boiler", "medical", "vapour")  # of environmental monitoring
SPANS = {1: "1 天", 7: "7 天", 30: "30 天"}
# Entries that change or judge a figure.
CORRECTIONS = tuple(TITLES)


@dataclass(frozen=True)
class StreamQuality:
    """One raw stream over the span. `sent`: marks other than normal, `judged`: reasons why values do not count."""

    stream: Stream
    expected: int
    received: int
    usable: int
    sent: list[tuple[str, int]]
    judged: list[tuple[str, int]]
    run: int
    doubts: list[Doubt]

    @property
    def share(self) -> float | None:
        return None if not self.expected else min(100.0, 100.0 * self.usable / self.expected)


@dataclass(frozen=True)
class StationQuality:
    station: Station
    streams: list[StreamQuality]

    @property
    def expected(self) -> int:
        return sum(one.expected for one in self.streams)

    @property
    def usable(self) -> int:
        return sum(min(one.usable, one.expected) for one in self.streams)

    @property
    def share(self) -> float | None:
        return 100.0 * self.usable / self.expected if self.expected else None

    @property
    def marked(self) -> int:
        return sum(
            count for one in self.streams for word, count in one.judged if word == quality.JUDGED[quality.MARKED]
        )

    @property
    def doubts(self) -> list[tuple[Stream, Doubt]]:
        return [(one.stream, doubt) for one in self.streams for doubt in one.doubts]


def stations(actor: Actor, kind: str = "") -> list[Station]:
    return [one for slug in KINDS if kind in ("", slug) for one in queries.stations(actor, slug)]


def overview(actor: Actor, at: datetime, days: int, kind: str = "") -> list[StationQuality]:
    """Every station, the most doubtful first."""
    found = stations(actor, kind)
    rows = Stream.objects.filter(station__in=[one.pk for one in found], nature="raw", retired_at=None)
    mine: dict[int, list[Stream]] = {}
    for one in rows:
        mine.setdefault(one.station_id, []).append(one)
    told = [of(one, mine.get(one.pk, []), at, days) for one in found]
    return sorted(
        told, key=lambda one: (-len(one.doubts), one.share if one.share is not None else 0.0, one.station.name)
    )


def of(station: Station, streams: Sequence[Stream], at: datetime, days: int) -> StationQuality:
    """Whole hours that have ended; a stream without a rhythm is expected nothing."""
    store = reading.reader()
    until = (reading.ms(at) + CHINA_MS) // HOUR_MS * HOUR_MS - CHINA_MS
    after = until - round(timedelta(days=days).total_seconds() * 1000)
    return StationQuality(station, [_stream(store, one, after, until) for one in streams])


def _stream(store: Reader | None, stream: Stream, after: int, until: int) -> StreamQuality:
    expected = (until - after) // 1000 // stream.every if stream.every else 0
    if store is None:
        return StreamQuality(stream, expected, 0, 0, [], [], 0, _doubts(stream, expected, 0, 0, Counter(), 0))
    rows = store.raw(stream.pk, after, until)
    usable = (rows.judged == quality.USABLE) & ~np.isnan(rows.value)
    sent = Counter(f"{quality.SENT[min(code, quality.UNKNOWN_MARK)][0]} {quality.SENT[min(code, quality.UNKNOWN_MARK)][1]}"
                   for code in rows.sent[rows.sent != 0].tolist())  # fmt: skip
    judged = Counter(quality.JUDGED[code] for code in rows.judged[rows.judged != quality.USABLE].tolist())
    values = rows.value[usable]
    run = max(longest_run(values, np.zeros(len(values), np.int64)).values(), default=0)
    count = int(usable.sum())
    return StreamQuality(
        stream, expected, len(rows), count, sent.most_common(), judged.most_common(), run,
        _doubts(stream, expected, len(rows), count, judged, run),
    )  # fmt: skip


def _doubts(stream: Stream, expected: int, received: int, usable: int, judged: Counter[str], run: int) -> list[Doubt]:
    return rules.doubts(
        expected=expected, received=received, usable=usable, marked=judged[quality.JUDGED[quality.MARKED]],
        outside=judged[quality.JUDGED[quality.IMPOSSIBLE]], run=run, period=stream.period,
    )  # fmt: skip


def corrections(limit: int = 30) -> list[Entry]:
    """The newest entries that changed or judged a figure, with their seals."""
    return list(Entry.objects.filter(verb__in=CORRECTIONS).select_related("seal").order_by("-id")[:limit])
