"""Pages of observations. A page goes on after the key of the row before (end, stream), up to the newest end there was when
the first page was asked: what arrives meanwhile neither repeats nor hides a row. What an answer may read is bounded; a page
that reaches the bound is short and names the next one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from anlan.kernel.exchange.intake import Refusal
from anlan.kernel.exchange.sensorthings.catalogue import Catalogue, values
from anlan.kernel.exchange.sensorthings.expressions import Node
from anlan.kernel.exchange.sensorthings.judging import Mask, between, conjuncts, fits, has_column, mask
from anlan.kernel.exchange.sensorthings.options import Options
from anlan.kernel.observations import quality
from anlan.kernel.observations.store.chunks import Reader
from anlan.kernel.observations.store.spans import first, span
from anlan.kernel.observations.store.types import DAY_MS, EMPTY, Columns, joined

MOST_DAYS, MOST_ROWS = 40_000, 100_000  # stream-days read and observations told in one answer
AT_ONCE = 2_000  # stream-days read at a time
_TIMES = frozenset({"phenomenonTime", "resultTime"})
_LAST = 1 << 62
_MARKS = np.array([mark for mark, _title, _counts in quality.SENT])


@dataclass
class Budget:
    """What is left for this answer."""

    days: int = MOST_DAYS
    rows: int = MOST_ROWS


@dataclass(frozen=True)
class Page:
    """`rows` in the order asked; `after`: where the next page begins, None when this is the last, empty to ask the same again."""

    rows: Columns
    after: tuple[int, ...] | None = None
    count: int | None = None


@dataclass(frozen=True)
class _Question:
    """A page's question, checked: in which order, between which instants, from where on."""

    by_time: bool
    down: bool
    low: int
    high: int
    place: tuple[int, int] | None  # (end, stream) of the row before


class Sampler:
    """The observations one reader may see, in one answer."""

    def __init__(self, reader: Reader | None, known: Catalogue) -> None:
        self._reader, self._known = reader, known
        self._latest: Columns | None = None
        self.budget = Budget()

    def one(self, stream: int, end: int) -> Columns:
        """Raises Refusal 404."""
        rows = self._reader.raw(stream, end - 1, end) if self._reader and stream in self._known.streams else EMPTY
        if not len(rows):
            raise Refusal(404, "not_found", "没有这个观测值，或不能看。")
        return rows

    def latest(self) -> Columns:
        if self._latest is None:
            self._latest = self._reader.latest() if self._reader else EMPTY
        return self._latest

    def page(self, streams: Sequence[int], options: Options) -> Page:
        """Raises Refusal 400 for an order or a filter that observations do not have."""
        newest = self.latest().take(np.isin(self.latest().stream, streams))
        question = _question(options, newest)
        bound = int(options.after[0]) if options.after else int(newest.end.max(initial=0))
        if options.filter is not None and streams:
            mask(
                options.filter, _fields(EMPTY), partial(self._get, streams[0]), 0
            )  # says what is wrong, whatever is stored
        mine = [one for one in streams if self._may_fit(options.filter, one)]
        count = self._count(mine, options, question) if options.count else None
        want = min(options.top, self.budget.rows)
        if self._reader is None or not mine or not options.top:
            return Page(EMPTY, None, count)
        if want <= 0:
            return Page(EMPTY, (), count)
        if want == 1 and question.down and len(mine) == 1 and not (options.filter or options.skip or options.after):
            rows = newest.take(newest.stream == mine[0])
            self.budget.rows -= len(rows)
            return Page(rows, (bound, int(rows.end[0]), mine[0]) if len(rows) else None, count)
        rows, cut = self._take(mine, options, question, options.skip + want + 1)
        if cut is not None and options.skip >= len(rows) > 0:
            raise Refusal(400, "parameter", "$skip 跳得太远。往后翻用 @iot.nextLink。")
        rows = rows.take(slice(options.skip, None))
        shown = rows.take(slice(0, want))
        self.budget.rows -= len(shown)
        if len(rows) > want:
            return Page(shown, (bound, int(shown.end[-1]), int(shown.stream[-1])), count)
        return Page(shown, None if cut is None else (bound, *cut), count)

    def _may_fit(self, node: Node | None, stream: int) -> bool:
        """False when what the filter says of the stream alone is not so."""
        get = partial(self._get, stream)
        return all(fits(one, get) for one in conjuncts(node) if not has_column(one, _fields(EMPTY)))

    def _get(self, stream: int, parts: tuple[str, ...]) -> list[Any]:
        head, rest = parts[0], parts[1:]
        if head == "Datastream" and rest:
            return values(self._known, "Datastreams", (stream,), rest)
        if head == "FeatureOfInterest" and rest:
            return values(self._known, "FeaturesOfInterest", (self._known.streams[stream].thing,), rest)
        raise Refusal(400, "filter", f"Observations 没有属性“{'/'.join(parts)[:60]}”。")

    def _count(self, streams: Sequence[int], options: Options, question: _Question) -> int:
        whole = _Question(True, False, question.low, question.high, None)
        total = 0
        for rows, cut in self._scan(streams, options.filter, whole):
            total += len(rows)
            if cut is not None:
                raise Refusal(400, "parameter", "数据太多，数不过来。用时间缩小范围，或不要 $count。")
        return total

    def _take(
        self, streams: Sequence[int], options: Options, question: _Question, want: int
    ) -> tuple[Columns, tuple[int, int] | None]:
        """(at most about `want` rows in order, where reading was cut off)."""
        found, held = [], 0
        for group in [streams] if question.by_time else _one_by_one(streams, question):
            for rows, cut in self._scan(group, options.filter, question):
                found.append(rows)
                held += len(rows)
                if held >= want:
                    return joined(found).take(slice(0, want)), None
                if cut is not None:
                    return joined(found), cut
        return joined(found), None

    def _scan(
        self, streams: Sequence[int], node: Node | None, question: _Question
    ) -> Iterator[tuple[Columns, tuple[int, int] | None]]:
        """Window after window; the second is where it ended when nothing may be read any more."""
        if self._reader is None or not streams:
            return
        earliest = first(self._reader, streams)
        if earliest is None:
            return
        low, high = max(question.low, earliest - 1), question.high
        place = question.place if question.by_time or question.place is None or question.place[1] in streams else None
        if place is not None:
            low, high = (low, min(high, place[0])) if question.down else (max(low, place[0] - 1), high)
        for after, until in _windows(low, high, question.down, len(streams)):
            self.budget.days -= len(streams) * max(1, (until - after) // DAY_MS)
            rows = _ordered(span(self._reader, streams, after, until), question.down)
            if place is not None:
                rows = rows.take(_beyond(rows, place, question.down))
            cut = None
            if self.budget.days < 0:
                cut = (after, -1) if question.down else (until, _LAST)
                if not question.by_time:
                    cut = (after + 1 if question.down else until, streams[0])
            yield self._fitting(rows, node), cut

    def _fitting(self, rows: Columns, node: Node | None) -> Columns:
        if node is None or not len(rows):
            return rows
        kept = np.zeros(len(rows), bool)
        for stream in np.unique(rows.stream).tolist():
            here = np.flatnonzero(rows.stream == stream)
            part = rows.take(here)
            kept[here] = mask(node, _fields(part), partial(self._get, stream), len(part))
        return rows.take(kept)


def _fields(rows: Columns) -> Mapping[str, Any]:
    return {
        "phenomenonTime": rows.end, "resultTime": rows.end, "result": rows.value,
        "resultQuality/judged": rows.judged.astype(np.int64),
        "resultQuality/mark": _MARKS[np.minimum(rows.sent, len(_MARKS) - 1)],
    }  # fmt: skip


def _question(options: Options, newest: Columns) -> _Question:
    path, down = options.order[0] if options.order else (("id",), False)
    for each, _down in options.order:
        if len(each) != 1 or each[0] not in _TIMES | {"id", "@iot.id"}:
            raise Refusal(400, "parameter", "观测值只能按 phenomenonTime、resultTime 或 id 排序。")
    low, high = between(options.filter, _TIMES)
    bound, place = int(newest.end.max(initial=0)), None
    if options.after:
        if len(options.after) != 3 or not all(type(one) is int for one in options.after):
            raise Refusal(400, "parameter", "$skiptoken 只能照抄 @iot.nextLink 里的。")
        bound, place = int(options.after[0]), (int(options.after[1]), int(options.after[2]))
    lowest = 0 if low is None else low - 1
    return _Question(path[0] in _TIMES, down, lowest, bound if high is None else min(bound, high), place)


def _one_by_one(streams: Sequence[int], question: _Question) -> list[list[int]]:
    ordered = sorted(streams, reverse=question.down)
    if question.place is not None:
        at = question.place[1]
        ordered = [one for one in ordered if (one <= at if question.down else one >= at)]
    return [[one] for one in ordered]


def _windows(low: int, high: int, down: bool, streams: int) -> Iterator[tuple[int, int]]:
    """(after, until) from one end of a span to the other, ever wider within bounds."""
    width, most = DAY_MS, max(1, AT_ONCE // streams) * DAY_MS
    while low < high:
        if down:
            at = max(low, high - width)
            yield at, high
            high = at
        else:
            at = min(high, low + width)
            yield low, at
            low = at
        width = min(width * 2, most)


def _ordered(rows: Columns, down: bool) -> Columns:
    return rows.take(np.lexsort((rows.stream, -rows.end if down else rows.end)))


def _beyond(rows: Columns, place: tuple[int, int], down: bool) -> Mask:
    """The rows after a place, in their order: by end, then stream."""
    end, stream = place
    found: Mask = ((rows.end < end) if down else (rows.end > end)) | ((rows.end == end) & (rows.stream > stream))
    return found
