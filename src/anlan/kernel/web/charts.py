"""Charts drawn on the server as SVG: they print, need no script, and carry no style attribute. Each has a table twin."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Number = Decimal | float | int


def _text(value: object) -> object:
    return f"{value:.1f}" if isinstance(value, float) else value


def _html(template: str, *values: object) -> SafeString:
    """`format_html` with coordinates to one decimal."""
    return format_html(template, *map(_text, values))


def _join(template: str, rows: Iterable[tuple[object, ...]]) -> SafeString:
    return format_html_join("", template, (tuple(map(_text, row)) for row in rows))


@dataclass(frozen=True)
class Point:
    """One place on a line: a label for the axis and the value, None where it is missing (a gap, never interpolated)."""

    label: str
    value: Number | None
    over: bool = False
    open: bool = False


def _scale(low: float, high: float, start: float, end: float) -> tuple[float, float]:
    """(factor, offset) that maps low..high onto start..end."""
    span = (high - low) or 1.0
    factor = (end - start) / span
    return factor, start - low * factor


def _bounds(values: list[float], from_zero: bool) -> tuple[float, float]:
    low, high = min(values), max(values)
    margin = (high - low) * 0.15 or abs(high) * 0.1 or 1.0
    return (0.0 if from_zero else low - margin), high + margin


def line_chart(
    points: Sequence[Point], *, title: str, unit: str, limit: Number | None = None, limit_word: str = "",
    pace: tuple[Number, Number] | None = None, width: int = 420, height: int = 190, from_zero: bool = False, labels: bool = True,
) -> SafeString:  # fmt: skip
    """A line with gaps, a limit line in ink with its words, and the straight pace from base to target."""
    numbers = [float(point.value) for point in points if point.value is not None]
    numbers += [float(value) for value in (limit, *(pace or ())) if value is not None]
    if not numbers or not points:
        return _html('<p class="missing">{}</p>', "没有可画的数据。")
    low, high = _bounds(numbers, from_zero)
    left, right, top, bottom = 44.0, width - 16.0, 22.0, height - 24.0
    fx, ox = _scale(0, max(len(points) - 1, 1), left, right)
    fy, oy = _scale(low, high, bottom, top)
    place = [
        (point, ox + fx * index, None if point.value is None else oy + fy * float(point.value))
        for index, point in enumerate(points)
    ]
    paths = _join('<path class="svg-line" d="{}"/>', ((path,) for path in _pieces(place)))
    step = max(len(points) // 8, 1)
    shown = {index for index in range(len(points)) if index % step == 0 or (index == len(points) - 1 and step == 1)}
    ticks = _join( '<text class="svg-text" x="{}" y="{}" text-anchor="middle">{}</text>',
        ((x, height - 6, point.label) for index, (point, x, _y) in enumerate(place) if index in shown),
    )  # fmt: skip
    grid = _join( '<line class="svg-axis" x1="{}" x2="{}" y1="{}" y2="{}"/><text class="svg-text" x="{}" y="{}" text-anchor="end">{}</text>',
        ((left, right, y, y, left - 6, y + 4, f"{value:g}") for value, y in _grid(low, high, fy, oy)),
    )  # fmt: skip
    dots = _join( '{}', ((_dot(point, x, y),) for point, x, y in place if y is not None and (labels or point.over or len(points) < 15)),
    )  # fmt: skip
    texts = _join( '<text class="svg-strong" x="{}" y="{}" text-anchor="middle">{}</text>',
        ((x, y - 9, f"{point.value}") for point, x, y in place if labels and y is not None and len(points) < 15),
    )  # fmt: skip
    goal = SafeString("")
    if limit is not None:
        y = oy + fy * float(limit)
        goal = _html(
            '<line class="svg-limit" x1="{}" x2="{}" y1="{}" y2="{}"/><text class="svg-strong" x="{}" y="{}" text-anchor="end">{}</text>',
            left, right, y, y, right, y - 5, limit_word,
        )  # fmt: skip
    slope = SafeString("")
    if pace is not None:
        slope = _html(
            '<path class="svg-pace" d="M{} {}L{} {}"/>',
            left,
            oy + fy * float(pace[0]),
            right,
            oy + fy * float(pace[1]),
        )
    return _html(
        '<svg viewBox="0 0 {} {}" width="100%" role="img" aria-label="{}">{}{}{}{}{}{}{}</svg>',
        width, height, f"{title}，{unit}", grid, slope, goal, paths, dots, texts, ticks,
    )  # fmt: skip


def _dot(point: Point, x: float, y: float) -> SafeString:
    if point.over:
        return _html('<rect class="svg-over" x="{}" y="{}" width="7" height="7"/>', x - 3.5, y - 3.5)
    return _html('<circle class="{}" cx="{}" cy="{}" r="4"/>', "svg-base" if point.open else "svg-dot", x, y)


def _pieces(place: list[tuple[Point, float, float | None]]) -> list[str]:
    pieces: list[str] = []
    pen_up = True
    for _point, x, y in place:
        if y is None:
            pen_up = True
        elif pen_up:
            pieces.append(f"M{x:.1f} {y:.1f}")
            pen_up = False
        else:
            pieces[-1] += f"L{x:.1f} {y:.1f}"
    return pieces


def _grid(low: float, high: float, fy: float, oy: float) -> list[tuple[float, float]]:
    raw = (high - low) / 4
    step = next(
        (
            size
            for size in (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 25, 50, 100, 200, 500, 1000)
            if size >= raw
        ),
        raw,
    )
    first = int(low // step) + 1
    return [(round(step * n, 6), oy + fy * step * n) for n in range(first, int(high // step) + 1)]


def dumbbell(base: Number | None, now: Number | None, target: Number | None, *, behind: bool, title: str) -> SafeString:
    """From base to target on one short line: base hollow, now solid, target a stroke; dotted when nothing is known."""
    known = [float(value) for value in (base, now, target) if value is not None]
    if target is None or now is None:
        return _html(
            '<svg class="dumbbell" viewBox="0 0 120 16" width="120" height="16" role="img" aria-label="{}"><line class="svg-pace" x1="4" x2="116" y1="8" y2="8"/></svg>',
            title,
        )
    low, high = min(known), max(known)
    fx, ox = _scale(low, high if high > low else low + 1, 10, 110)
    start = SafeString("")
    if base is not None:
        start = _html(
            '<line class="{}" x1="{}" x2="{}" y1="8" y2="8"/><circle class="svg-base" cx="{}" cy="8" r="3.5"/>',
            "svg-behind" if behind else "svg-done", ox + fx * float(base), ox + fx * float(now), ox + fx * float(base),
        )  # fmt: skip
    return _html(
        '<svg class="dumbbell" viewBox="0 0 120 16" width="120" height="16" role="img" aria-label="{}"><line class="svg-track" x1="4" x2="116" y1="8" y2="8"/>{}<circle class="{}" cx="{}" cy="8" r="4.5"/><line class="svg-goal" x1="{}" x2="{}" y1="2" y2="14"/></svg>',
        title, start, "svg-now-behind" if behind else "svg-now", ox + fx * float(now), ox + fx * float(target), ox + fx * float(target),
    )  # fmt: skip


_RING = 31.42  # circumference of radius 5


def ring(share: float) -> SafeString:
    """The clock's ring: the dark part is what is left of the limit."""
    return format_html(
        '<svg class="ring" viewBox="0 0 14 14" aria-hidden="true"><circle class="track" cx="7" cy="7" r="5"/><circle class="left" cx="7" cy="7" r="5" transform="rotate(-90 7 7)" stroke-dasharray="{} {}"/></svg>',
        f"{share * _RING:.2f}", _RING,
    )  # fmt: skip


@lru_cache(maxsize=256)
def progress_bar(percent: Number | None, *, behind: bool = False) -> SafeString:
    """A bar of 0..100 with its number as words for readers."""
    if percent is None:
        return _html('<span class="missing">{}</span>', "—")
    share = max(0.0, min(float(percent), 100.0))
    return _html(
        '<svg viewBox="0 0 80 8" width="80" height="8" role="img" aria-label="{}%"><line class="svg-track" x1="0" x2="80" y1="4" y2="4"/><line class="{}" x1="0" x2="{}" y1="4" y2="4"/></svg>',
        percent, "svg-behind" if behind else "svg-done", share * 0.8,
    )  # fmt: skip
