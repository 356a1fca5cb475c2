"""The hours of sources out of the store: device's mean, minutes that count and why the others do not, the reviewed value."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal

import numpy as np

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.observations import quality, reading
from anlan.kernel.observations.models import Stream
from anlan.kernel.observations.store.chunks import Reader
from anlan.kernel.observations.store.types import HOUR_MS
from anlan.kernel.registry.models import Station
from anlan.packs.environment.pollution_source import rules
from anlan.packs.environment.pollution_source.kinds import MEDIUM, OXYGEN, Item
from anlan.packs.environment.pollution_source.models import HourReview, Limit
from anlan.science.flue.cems import to_reference
from anlan.science.flue.validity import Edition, Judged, edition_for, of_counts
from anlan.science.stats.runs import longest_run

HOUR = timedelta(hours=1)
USUAL_OXYGEN = Decimal("3.5")  # gas boilers; a limit that states another one wins
FROZEN_VALUES = 30  # as many equal readings one after another are a doubt; our own default


@dataclass(frozen=True)
class Hour:
    """One hour of one item. `value` is what counts (None: `reason` says why); `sent` and `mark` are the device's, `computed` ours.

    `doubt`: worth a look though it counts. `review`: a person or a rule has decided; then `value` is the reviewed one.
    """

    start: datetime
    sent: Decimal | None
    mark: str
    minutes: Judged | None
    computed: Decimal | None
    value: Decimal | None
    reason: str
    doubt: str = ""
    review: HourReview | None = None

    @property
    def stopped(self) -> bool:
        return self.value is None and self.reason == rules.STOPPED

    @property
    def missing(self) -> bool:
        return self.value is None and not self.stopped


@dataclass(frozen=True)
class Counted:
    """Minutes of one stream by hour of the span: how many count, their sum, how many came, why the others do not."""

    count: Sequence[int]
    total: Sequence[float]
    received: Sequence[int]
    why: Mapping[int, Counter[str]]
    run: Mapping[int, int]  # longest run of equal values that ends in the hour


def day_start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=CHINA)


def counted(store: Reader, stream: int, after: int, hours: int) -> Counted:
    rows = store.raw(stream, after, after + hours * HOUR_MS)
    place = (rows.end - 1 - after) // HOUR_MS
    usable = (rows.judged == quality.USABLE) & ~np.isnan(rows.value)
    why: dict[int, Counter[str]] = {}
    for hour, sent, judged in zip(
        place[~usable].tolist(), rows.sent[~usable].tolist(), rows.judged[~usable].tolist(), strict=True
    ):
        word = quality.SENT[min(sent, quality.UNKNOWN_MARK)][1] if judged == quality.MARKED else quality.JUDGED[judged]
        why.setdefault(hour, Counter())[word] += 1
    count = np.bincount(place[usable], minlength=hours)
    total = np.bincount(place[usable], weights=rows.value[usable], minlength=hours)
    return Counted(
        count.tolist(), total.tolist(), np.bincount(place, minlength=hours).tolist(), why,
        longest_run(rows.value[usable], place[usable]),
    )  # fmt: skip


def _device(store: Reader, stream: int, after: int, hours: int) -> dict[int, tuple[Decimal | None, str]]:
    """Hour → (the mean the device sent, its mark when it does not count)."""
    rows = store.raw(stream, after, after + hours * HOUR_MS)
    found: dict[int, tuple[Decimal | None, str]] = {}
    for end, value, sent, judged in zip(
        rows.end.tolist(), rows.value.tolist(), rows.sent.tolist(), rows.judged.tolist(), strict=True
    ):
        word = ""
        if judged:
            word = (
                quality.SENT[min(sent, quality.UNKNOWN_MARK)][1] if judged == quality.MARKED else quality.JUDGED[judged]
            )
        if word == "污染源停运":
            word = rules.STOPPED
        found[(end - 1 - after) // HOUR_MS] = (None if np.isnan(value) else _decimal(value), word)
    return found


def _decimal(value: float) -> Decimal:
    return Decimal(repr(round(value, 6)))


def streams_of(stations: Iterable[Station]) -> dict[tuple[int, str], Stream]:
    """Raw streams by station and code."""
    rows = Stream.objects.filter(station__in=[one.pk for one in stations], nature="raw", retired_at=None)
    return {(one.station_id, one.code): one for one in rows}


class Span:
    """Whole hours from `first` on, of any stations: reads each stream once."""

    def __init__(self, stations: Sequence[Station], first: datetime, hours: int) -> None:
        self.first, self.hours = first, hours
        self.after = reading.ms(first)
        self.streams = streams_of(stations)
        self.store = reading.reader()
        self._counted: dict[int, Counted] = {}
        found = HourReview.objects.filter(
            stream__station__in=[one.pk for one in stations],
            is_current=True,
            start__gte=first,
            start__lt=first + hours * HOUR,
        ).select_related("stream")
        self._reviews = {(one.stream.station_id, one.stream.code, one.start): one for one in found}

    def minutes(self, station: Station, code: str) -> Counted | None:
        """None when the station has no such stream, or nothing was ever stored."""
        stream = self.streams.get((station.pk, code))
        if stream is None or self.store is None:
            return None
        if stream.pk not in self._counted:
            self._counted[stream.pk] = counted(self.store, stream.pk, self.after, self.hours)
        return self._counted[stream.pk]

    def _expected(self, station: Station, code: str) -> int:
        stream = self.streams[station.pk, code]
        return 3600 // stream.every if stream.every else 0

    def means(self, station: Station, code: str) -> list[Decimal | None]:
        """Hourly means of a real-time stream, None where too few values count."""
        given = self.minutes(station, code)
        if given is None:
            return [None] * self.hours
        edition = edition_for(MEDIUM[station.kind], civil_date(self.first))
        expected = self._expected(station, code)
        return [
            of_counts(_decimal(t), c, expected, edition, {}).mean for t, c in zip(given.total, given.count, strict=True)
        ]

    def of(self, station: Station, item: Item, limit: Limit | None = None) -> list[Hour]:
        """Every hour of the span, in order."""
        edition = edition_for(MEDIUM[station.kind], civil_date(self.first))
        now = self.minutes(station, item.now)
        hourly = self.streams.get((station.pk, item.hour)) if item.hour else None
        sent = _device(self.store, hourly.pk, self.after, self.hours) if hourly and self.store else {}
        oxygen = self.means(station, OXYGEN) if item.converted else []
        reference = (limit.reference_oxygen if limit else None) or USUAL_OXYGEN
        return [
            self._reviewed(station, item, self._hour(place, now, sent, (oxygen, reference), item, station, edition))
            for place in range(self.hours)
        ]

    def _hour(
        self, place: int, now: Counted | None, sent: Mapping[int, tuple[Decimal | None, str]],
        converting: tuple[Sequence[Decimal | None], Decimal], item: Item, station: Station, edition: Edition,
    ) -> Hour:  # fmt: skip
        minutes, received, computed = None, 0, None
        if now is not None:
            expected, received = self._expected(station, item.now), now.received[place]
            why = {**now.why.get(place, {}), "缺": max(expected - received, 0)}
            minutes = of_counts(_decimal(now.total[place]), now.count[place], expected, edition, why)
            computed = minutes.mean
            if item.converted and computed is not None:
                oxygen, reference = converting
                level = oxygen[place]
                computed = None if level is None else to_reference(computed, level, reference)
        value, mark = sent.get(place, (None, ""))
        if not item.hour and computed is not None:
            settled = rules.Settled(computed, "")
        else:
            settled = rules.settle(value, mark, minutes, received, computed)
        return Hour(
            self.first + place * HOUR, value, mark, minutes, computed, settled.value, settled.reason,
            _doubt(settled.value, computed, now.run.get(place, 0) if now else 0),
        )  # fmt: skip

    def _reviewed(self, station: Station, item: Item, hour: Hour) -> Hour:
        review = self._reviews.get((station.pk, item.raw, hour.start))
        if review is None or review.by_rule:
            return hour if review is None else replace(hour, review=review)
        if review.verdict == "invalid":
            return replace(
                hour, value=None, reason=f"{review.get_verdict_display()}：{review.reason}", doubt="", review=review
            )
        value = hour.sent if hour.sent is not None else hour.computed
        return replace(
            hour, value=value, reason=f"{review.get_verdict_display()}：{review.reason}", doubt="", review=review
        )


def _doubt(value: Decimal | None, computed: Decimal | None, run: int) -> str:
    if run >= FROZEN_VALUES:
        return f"连续 {run} 个读数不变"
    return f"与分钟值复算的 {computed} 相差一成以上" if rules.differs(value, computed) else ""
