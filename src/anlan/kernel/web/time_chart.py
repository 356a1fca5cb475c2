"""Charts of observations over time, as SVG: limits with their words, 缺测 as hatched bands, quality below, never interpolated."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from anlan.base.clock import CHINA

HOUR, DAY = 3600, 86_400
_STEPS = (60, 300, 600, 900, 1800, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 2 * DAY, 5 * DAY, 10 * DAY, 30 * DAY, 61 * DAY)  # fmt: skip
_NICE = (1, 2, 2.5, 5, 10)
_LEFT, _RIGHT, _TOP, _FOOT, _STRIP = 52.0, 12.0, 22.0, 26.0, 22.0
_WORDS, _APART = 64.0, 15.0  # room for the words of the limits, and between two of them
_CELLS = 60
_MOST = 700  # points of the line: about one a pixel
LATE = 3  # rhythms without a value that count as a gap


@dataclass(frozen=True)
class Spot:
    """A value of an instant or bucket. `mark` says why it is not usable; `low` and `high` are the bucket's extremes."""

    at: datetime
    value: float | None
    low: float | None = None
    high: float | None = None
    mark: str = ""


@dataclass(frozen=True)
class Limit:
    """`above`: values over it are bad; else those under it. `alarm`: passing it is marked; `raises`: its alarm stands, drawn in red."""

    value: float
    word: str
    above: bool = True
    alarm: bool = False
    raises: bool = False

    def passed(self, value: float) -> bool:
        return value > self.value if self.above else value < self.value


@dataclass(frozen=True)
class _Frame:
    """From instants and values to places."""

    start: datetime
    end: datetime
    low: float
    high: float
    width: float
    height: float
    right: float  # where the values end; the words of the limits follow

    def x(self, at: datetime) -> float:
        share = (at - self.start).total_seconds() / (self.end - self.start).total_seconds()
        return _LEFT + share * (self.right - _LEFT)

    def y(self, value: float) -> float:
        floor = self.height - _FOOT - _STRIP
        return floor - (value - self.low) / (self.high - self.low) * (floor - _TOP)

    @property
    def floor(self) -> float:
        return self.height - _FOOT - _STRIP


def time_chart(
    spots: Sequence[Spot], *, start: datetime, end: datetime, title: str, unit: str, rhythm: int, limits: Sequence[Limit] = (),
    width: int = 880, height: int = 300, key: str = "c",
) -> SafeString:  # fmt: skip
    """`rhythm`: seconds between values (0: none promised); `key` makes the picture's ids unique on the page."""
    usable = [one for one in spots if one.value is not None and not one.mark]
    if not usable:
        return format_html('<p class="missing">{}</p>', "没有可画的数据。")
    near = [one for one in limits if _near(one, usable)]
    frame = _framed(usable, near, start, end, width, height)
    gaps = _gaps(usable, start, end, rhythm)
    parts = (
        _grid(frame), _ticks(frame), _bands(frame, gaps, key), _extremes(frame, usable, rhythm), _limits(frame, near), _line(frame, usable, rhythm),
        _over(frame, usable, limits), _strip(frame, spots, gaps, key),
    )  # fmt: skip
    return format_html(
        '<svg class="time-chart" viewBox="0 0 {} {}" width="100%" role="img" aria-label="{}"><defs><pattern id="hatch-{}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="svg-hatch" x1="0" x2="0" y1="0" y2="6"/></pattern></defs>{}</svg>',
        width, height, _said(title, unit, usable, gaps, limits), key, format_html_join("", "{}", ((one,) for one in parts)),
    )  # fmt: skip


def sparkline(values: Sequence[float | None], *, over: bool = False) -> SafeString:
    """One word's worth of line; the table beside it holds the figures, so readers skip it."""
    known = [one for one in values if one is not None]
    if len(known) < 2:
        return SafeString("")
    low, span = min(known), (max(known) - min(known)) or 1.0
    pieces, pen = [], "M"
    for place, one in enumerate(values):
        if one is None:
            pen = "M"
            continue
        pieces.append(f"{pen}{2 + 68 * place / (len(values) - 1):.1f} {17 - 14 * (one - low) / span:.1f}")
        pen = "L"
    return format_html(
        '<svg class="spark{}" viewBox="0 0 72 20" width="72" height="20" aria-hidden="true"><path d="{}"/></svg>', " over" if over else "", "".join(pieces)
    )  # fmt: skip


def _near(limit: Limit, usable: Sequence[Spot]) -> bool:
    """Whether a limit is drawn: one far above all values would press them to the ground."""
    values = [float(one.value or 0) for one in usable]
    span = max(max(values) - min(values), abs(max(values)) * 0.5, 1e-9)
    return limit.raises or min(values) - 2 * span <= limit.value <= max(values) + 2 * span


def _framed(
    usable: Sequence[Spot], limits: Sequence[Limit], start: datetime, end: datetime, width: int, height: int
) -> _Frame:
    numbers = [float(one) for spot in usable for one in (spot.value, spot.low, spot.high) if one is not None] + [
        one.value for one in limits
    ]
    low, high = min(numbers), max(numbers)
    margin = (high - low) * 0.12 or abs(high) * 0.1 or 1.0
    floor = 0.0 if 0 <= low <= high * 0.4 else low - margin
    right = width - (_WORDS if limits else _RIGHT)
    return _Frame(start, end, floor, high + margin, width, height, right)


def _gaps(usable: Sequence[Spot], start: datetime, end: datetime, rhythm: int) -> list[tuple[datetime, datetime]]:
    if not rhythm:
        return []
    step = timedelta(seconds=rhythm)
    edges = [start, *(one.at for one in usable), end]
    found = []
    for before, after in itertools.pairwise(edges):
        if after - before > LATE * step:
            found.append(
                (before if before == start else before + step / 2, after if after == end else after - step / 2)
            )
    return found


def _grid(frame: _Frame) -> SafeString:
    rows = [
        (_LEFT, frame.right, round(frame.y(one), 1), _LEFT - 6, round(frame.y(one) + 4, 1), f"{one:g}")
        for one in _levels(frame.low, frame.high)
    ]
    return format_html_join(
        "",
        '<line class="svg-axis" x1="{0}" x2="{1}" y1="{2}" y2="{2}"/><text class="svg-text" x="{3}" y="{4}" text-anchor="end">{5}</text>',
        rows,
    )


def _levels(low: float, high: float) -> list[float]:
    raw = (high - low) / 4
    power = 10.0 ** _floor_log(raw)
    step = next(power * one for one in _NICE if power * one >= raw * 0.999)
    first = -int(-low // step)
    return [round(step * place, 10) for place in range(first, int(high // step) + 1)]


def _floor_log(value: float) -> int:
    place = 0
    while value >= 10:
        value, place = value / 10, place + 1
    while 0 < value < 1:
        value, place = value * 10, place - 1
    return place


def _ticks(frame: _Frame) -> SafeString:
    """At civil instants; every second one is left out on a phone."""
    span = (frame.end - frame.start).total_seconds()
    step = next((one for one in _STEPS if span / one <= 9), _STEPS[-1])
    zone = int(datetime.fromtimestamp(0, CHINA).utcoffset().total_seconds())  # type: ignore[union-attr]
    first = -(-(int(frame.start.timestamp()) + zone) // step) * step - zone
    rows = []
    for place, second in enumerate(range(first, int(frame.end.timestamp()) + 1, step)):
        at = datetime.fromtimestamp(second, CHINA)
        word = f"{at:%H:%M}" if step < DAY and (at.hour or at.minute) else f"{at.month}月{at.day}日"
        x = frame.x(at)
        if _LEFT <= x <= frame.right - 12:
            rows.append((" odd" if place % 2 else "", f"{x:.1f}", frame.floor, frame.floor + 4, frame.floor + 17, word))
    return format_html_join(
        "",
        '<g class="tick{0}"><line class="svg-axis" x1="{1}" x2="{1}" y1="{2}" y2="{3}"/><text class="svg-text" x="{1}" y="{4}" text-anchor="middle">{5}</text></g>',
        rows,
    )


def _bands(frame: _Frame, gaps: Sequence[tuple[datetime, datetime]], key: str) -> SafeString:
    rows = []
    for low, high in gaps:
        left, right = frame.x(low), frame.x(high)
        word = "缺测" if right - left > 30 else ""
        rows.append(
            (
                f"{left:.1f}",
                _TOP,
                f"{max(right - left, 1.5):.1f}",
                frame.floor - _TOP,
                key,
                f"{(left + right) / 2:.1f}",
                _TOP - 6,
                word,
            )
        )
    return format_html_join(
        "",
        '<rect x="{0}" y="{1}" width="{2}" height="{3}" fill="url(#hatch-{4})"/><text class="svg-text" x="{5}" y="{6}" text-anchor="middle">{7}</text>',
        rows,
    )


def _runs(usable: Sequence[Spot], rhythm: int) -> list[list[Spot]]:
    """Values that follow one another; a gap parts them."""
    runs: list[list[Spot]] = []
    for one in usable:
        if runs and (not rhythm or (one.at - runs[-1][-1].at).total_seconds() <= LATE * rhythm):
            runs[-1].append(one)
        else:
            runs.append([one])
    return runs


def _thinned(run: Sequence[Spot], most: int) -> list[Spot]:
    """At most `most` points; of each group the one farthest from the one before, so that a peak is never left out."""
    if len(run) <= most:
        return list(run)
    size, kept = -(-len(run) // most), [run[0]]
    for place in range(1, len(run), size):
        before = float(kept[-1].value or 0)
        kept.append(max(run[place : place + size], key=lambda one: abs(float(one.value or 0) - before)))
    return kept


def _line(frame: _Frame, usable: Sequence[Spot], rhythm: int) -> SafeString:
    runs = [_thinned(run, max(2, _MOST * len(run) // len(usable))) for run in _runs(usable, rhythm)]
    paths = [
        ("M" + "L".join(f"{frame.x(one.at):.1f} {frame.y(float(one.value or 0)):.1f}" for one in run),)
        for run in runs
        if len(run) > 1
    ]
    alone = [(f"{frame.x(run[0].at):.1f}", f"{frame.y(float(run[0].value or 0)):.1f}") for run in runs if len(run) == 1]
    return format_html_join("", '<path class="svg-line" d="{}"/>', paths) + format_html_join(
        "", '<circle class="svg-dot" cx="{}" cy="{}" r="2.5"/>', alone
    )


def _extremes(frame: _Frame, usable: Sequence[Spot], rhythm: int) -> SafeString:
    """The band between the least and the greatest of each bucket."""
    rows = []
    for run in _runs([one for one in usable if one.low is not None and one.high is not None], rhythm):
        upper = [f"{frame.x(one.at):.1f} {frame.y(float(one.high or 0)):.1f}" for one in run]
        lower = [f"{frame.x(one.at):.1f} {frame.y(float(one.low or 0)):.1f}" for one in reversed(run)]
        rows.append(("M" + "L".join([*upper, *lower]) + "Z",))
    return format_html_join("", '<path class="svg-range" d="{}"/>', rows)


def _limits(frame: _Frame, limits: Sequence[Limit]) -> SafeString:
    """Lines with their words at the right edge, the words kept apart; what lies beyond a limit that raised its alarm is tinted."""
    rows, tints, last = [], [], float("inf")
    for one in sorted(limits, key=lambda limit: limit.value):
        y = round(frame.y(one.value), 1)
        last = min(y + 4, last - _APART)
        kind = " raises" if one.raises else ""
        rows.append((kind, _LEFT, frame.right, y, frame.right + 6, round(last, 1), one.word))
        if one.raises:
            top, foot = (_TOP, y) if one.above else (y, frame.floor)
            tints.append((_LEFT, top, round(frame.right - _LEFT, 1), round(max(foot - top, 0), 1)))
    return format_html_join("", '<rect class="svg-beyond" x="{}" y="{}" width="{}" height="{}"/>', tints) + format_html_join(
        "", '<line class="svg-limit{0}" x1="{1}" x2="{2}" y1="{3}" y2="{3}"/><text class="svg-limit-word{0}" x="{4}" y="{5}">{6}</text>', rows,
    )  # fmt: skip


def _over(frame: _Frame, usable: Sequence[Spot], limits: Sequence[Limit]) -> SafeString:
    raising = [one for one in limits if one.alarm]
    rows = [
        (f"{frame.x(one.at) - 3:.1f}", f"{frame.y(float(one.value or 0)) - 3:.1f}")
        for one in usable
        if any(limit.passed(float(one.value or 0)) for limit in raising)
    ]
    return format_html_join("", '<rect class="svg-over" x="{}" y="{}" width="6" height="6"/>', rows)


def _strip(frame: _Frame, spots: Sequence[Spot], gaps: Sequence[tuple[datetime, datetime]], key: str) -> SafeString:
    """One cell for each sixtieth of the span: usable, marked, or missing."""
    cell = (frame.end - frame.start) / _CELLS
    marks: dict[int, str] = {}
    for one in spots:
        place = min(int((one.at - frame.start) / cell), _CELLS - 1)
        if one.mark and one.value is not None:
            marks[place] = one.mark
    size = (frame.right - _LEFT) / _CELLS
    top = frame.height - _STRIP + 6
    rows = []
    for place in range(_CELLS):
        middle = frame.start + cell * (place + 0.5)
        missing = any(low <= middle <= high for low, high in gaps)
        kind, said = ("svg-flag bad", marks[place]) if place in marks else ("svg-flag", "缺测" if missing else "可用")
        fill = f"url(#hatch-{key})" if missing and place not in marks else "none"
        rows.append(
            (
                f"{_LEFT + place * size + 0.5:.1f}",
                top,
                f"{size - 1:.1f}",
                kind if fill == "none" else "svg-flag gap",
                fill,
                said,
            )
        )
    word = format_html('<text class="svg-text" x="{}" y="{}" text-anchor="end">{}</text>', _LEFT - 6, top + 10, "标记")
    return word + format_html_join(
        "", '<rect x="{}" y="{}" width="{}" height="12" class="{}" fill="{}"><title>{}</title></rect>', rows
    )


def _said(title: str, unit: str, usable: Sequence[Spot], gaps: Sequence[object], limits: Sequence[Limit]) -> str:
    values = [float(one.value or 0) for one in usable]
    words = [f"{title}，{unit}".rstrip("，"), f"最小 {min(values):g}", f"最大 {max(values):g}", f"末值 {values[-1]:g}"]
    words += [f"缺测 {len(gaps)} 段"] if gaps else []
    return "，".join([*words, *(one.word for one in limits)])
