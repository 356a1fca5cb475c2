"""Charts for paper: black on white, bars by pattern, lines by dash and mark. An SVG without style or script. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import floor, log10

from anlan.kernel.documents.types import Chart, Number, Series

WIDTH, HEIGHT = 620, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 56, 604, 44, 258
FAMILY = "Noto Sans CJK SC, Noto Sans SC, Microsoft YaHei, SimHei, sans-serif"
_DASHES = ("", "8 4", "2 4", "10 4 2 4")
# Bars: solid ink, then 45° lines, dots, cross hatch; told apart after any photocopy.
_PATTERNS = (
    '<rect width="8" height="8" fill="white"/><path d="M-2 2L2 -2M0 8L8 0M6 10L10 6" stroke="black" stroke-width="1.4"/>',
    '<rect width="8" height="8" fill="white"/><circle cx="4" cy="4" r="1.4" fill="black"/>',
    '<rect width="8" height="8" fill="white"/><path d="M0 4H8M4 0V8" stroke="black" stroke-width="1"/>',
)
MOST = len(_PATTERNS) + 1


def _fill(key: str, index: int) -> str:
    return f"url(#{key}{index})" if index else "black"


def _text(x: float, y: float, words: str, anchor: str = "middle", size: int = 13) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}" font-family="{FAMILY}" '
        f'fill="black">{escape(words)}</text>'
    )


def _step(span: float) -> float:
    """A step of 1, 2 or 5 that gives at most six grid lines."""
    scale = 10.0 ** floor(log10(span))
    return next((scale * share for share in (0.2, 0.5, 1.0) if span / (scale * share) <= 6), scale * 2)


def _bounds(chart: Chart) -> tuple[float, float]:
    """Bars stand on zero; lines keep 15 % of air."""
    values = [float(value) for one in chart.series for value in one.values if value is not None]
    values += [float(chart.limit)] if chart.limit is not None else []
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    air = (high - low) * 0.15 or abs(high) * 0.15 or 1.0
    return (min(low, 0.0), high + air) if chart.kind == "bars" else (low - air, high + air)


class _Frame:
    """Places values on the paper."""

    def __init__(self, chart: Chart) -> None:
        self.low, self.high = _bounds(chart)
        self.slots = max(len(chart.labels), 1)

    def y(self, value: Number | float) -> float:
        return _BOTTOM - (float(value) - self.low) / (self.high - self.low) * (_BOTTOM - _TOP)

    def x(self, slot: float) -> float:
        """Centre of a slot; fractions lie between."""
        return _LEFT + (slot + 0.5) * (_RIGHT - _LEFT) / self.slots


def _axes(chart: Chart, frame: _Frame) -> Iterator[str]:
    step = _step(frame.high - frame.low)
    line = int(frame.low // step) + (0 if frame.low % step == 0 else 1)
    while line * step <= frame.high:
        y = frame.y(line * step)
        yield f'<line x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="black" stroke-width="0.3"/>'
        yield _text(_LEFT - 6, y + 4, f"{line * step:g}", "end", 12)
        line += 1
    yield f'<path d="M{_LEFT} {_TOP}V{_BOTTOM}H{_RIGHT}" fill="none" stroke="black" stroke-width="1"/>'
    for slot, label in enumerate(chart.labels):
        yield from _label(frame.x(slot), label, (_RIGHT - _LEFT) / frame.slots)


def _label(x: float, label: str, room: float) -> Iterator[str]:
    """Under the axis; a label wider than its slot is broken into at most three lines."""
    wide = sum(0.5 if letter.isascii() else 1 for letter in label) * 13 > room - 10
    size = max(int(room / 12), 2) if wide else len(label)
    for line in range(min(-(-len(label) // size), 3) if label else 0):
        yield _text(x, _BOTTOM + 16 + 13 * line, label[line * size : (line + 1) * size], size=11 if wide else 13)


def _bars(chart: Chart, frame: _Frame, key: str) -> Iterator[str]:
    share = 0.7 / len(chart.series)
    for index, one in enumerate(chart.series):
        for slot, value in enumerate(one.values):
            if value is None:
                continue
            left, right = (frame.x(slot - 0.35 + share * edge) for edge in (index, index + 1))
            top, foot = sorted((frame.y(value), frame.y(0)))
            yield (
                f'<rect x="{left:.1f}" y="{top:.1f}" width="{right - left - 1:.1f}" height="{foot - top:.1f}" '
                f'fill="{_fill(key, index)}" stroke="black"/>'
            )
            yield _text((left + right) / 2, top - 4, f"{value}", size=11)


def _mark(index: int, x: float, y: float) -> str:
    shapes = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="black"/>',
        f'<rect x="{x - 4:.1f}" y="{y - 4:.1f}" width="8" height="8" fill="white" stroke="black"/>',
        f'<path d="M{x:.1f} {y - 5:.1f}L{x + 5:.1f} {y + 4:.1f}H{x - 5:.1f}Z" fill="black"/>',
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="white" stroke="black"/>',
    )
    return shapes[index]


def _path(one: Series, frame: _Frame) -> str:
    """Straight lines; a missing value lifts the pen."""
    parts, pen = [], "M"
    for slot, value in enumerate(one.values):
        if value is None:
            pen = "M"
            continue
        parts.append(f"{pen}{frame.x(slot):.1f} {frame.y(value):.1f}")
        pen = "L"
    return "".join(parts)


def _lines(chart: Chart, frame: _Frame) -> Iterator[str]:
    for index, one in enumerate(chart.series):
        dash = f' stroke-dasharray="{_DASHES[index]}"' if _DASHES[index] else ""
        yield f'<path d="{_path(one, frame)}" fill="none" stroke="black" stroke-width="1.6"{dash}/>'
        for slot, value in enumerate(one.values):
            if value is not None:
                yield _mark(index, frame.x(slot), frame.y(value))
                yield _text(frame.x(slot), frame.y(value) - 9, f"{value}", size=11)


def _legend(series: Sequence[Series], kind: str, key: str) -> Iterator[str]:
    if len(series) < 2:
        return
    x = float(_LEFT)
    for index, one in enumerate(series):
        if kind == "bars":
            yield f'<rect x="{x:.1f}" y="12" width="16" height="12" fill="{_fill(key, index)}" stroke="black"/>'
        else:
            yield _mark(index, x + 8, 18)
        yield _text(x + 22, 23, one.name, "start", 12)
        x += 40 + 13 * len(one.name)


def svg(chart: Chart, key: str = "p") -> str:
    """The chart as one SVG element; `key` keeps the pattern ids of several charts on one page apart."""
    if len(chart.series) > MOST:
        message = f"chart {chart.title!r}: at most {MOST} series can be told apart on paper"
        raise ValueError(message)
    frame = _Frame(chart)
    patterns = "".join(
        f'<pattern id="{key}{index}" width="8" height="8" patternUnits="userSpaceOnUse">{_PATTERNS[index - 1]}</pattern>'
        for index in range(1, len(chart.series))
    )
    marks = _bars(chart, frame, key) if chart.kind == "bars" else _lines(chart, frame)
    limit = ""
    if chart.limit is not None:
        y = frame.y(chart.limit)
        limit = f'<line x1="{_LEFT}" x2="{_RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="black" stroke-width="2"/>'
        limit += _text(_RIGHT, y - 5, chart.limit_word, "end", 12)
    inside = "".join((*_axes(chart, frame), *marks, limit, *_legend(chart.series, chart.kind, key)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}" '
        f'role="img" aria-label="{escape(chart.title)}"><defs>{patterns}</defs>{inside}</svg>'
    )
