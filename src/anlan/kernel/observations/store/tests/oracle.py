"""The naive model: a dictionary. Slow, obvious, and what the store's answers must equal."""

from __future__ import annotations

import math
from collections import defaultdict
from dataclasses import dataclass, field

from anlan.kernel.observations.store.types import CHINA_MS, Columns

Row = tuple[int, int, int, float | None, int, int]


@dataclass
class Oracle:
    """`known[stream][end]` is the last row given for that key."""

    known: dict[int, dict[int, Row]] = field(default_factory=lambda: defaultdict(dict))

    def append(self, rows: list[Row]) -> None:
        for row in rows:
            self.known[row[0]][row[2]] = row

    def raw(self, stream: int, after: int, until: int) -> list[Row]:
        return [row for end, row in sorted(self.known[stream].items()) if after < end <= until]

    def latest(self) -> list[Row]:
        return [rows[max(rows)] for _stream, rows in sorted(self.known.items()) if rows]

    def statistics(self, stream: int, after: int, until: int, step: int) -> list[tuple[int, int, float, float, float]]:
        buckets: dict[int, list[float]] = defaultdict(list)
        for _stream, _start, end, value, _sent, judged in self.raw(stream, after, until):
            if value is not None and judged == 0:
                buckets[(end - 1 + CHINA_MS) // step].append(value)
        return [(n * step - CHINA_MS, len(v), min(v), max(v), math.fsum(v)) for n, v in sorted(buckets.items())]


def listed(rows: Columns) -> list[Row]:
    parts = zip(rows.stream, rows.start, rows.end, rows.value, rows.sent, rows.judged, strict=True)
    return [(int(s), int(a), int(b), None if math.isnan(v) else float(v), int(q), int(j)) for s, a, b, v, q, j in parts]
