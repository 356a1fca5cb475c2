"""Rain as bars from the top, the level as a line below, on one axis of hours; drawn on the server, its table stands beside it."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from anlan.packs.safety.rain_and_water.queries import Course, Hour

WIDTH, LEFT, RIGHT = 860.0, 48.0, 90.0
RAIN_TOP, RAIN_BOTTOM, LEVEL_TOP, LEVEL_BOTTOM, HEIGHT = 18.0, 118.0, 142.0, 300.0, 326.0


def draw(course: Course) -> SafeString:
    wide = (WIDTH - LEFT - RIGHT) / max(len(course.hours), 1)
    parts = [*_rain(course.hours, wide), *_level(course, wide), *_hours(course.hours, wide)]
    return format_html(
        '<svg viewBox="0 0 {} {}" width="100%" role="img" aria-label="{}">{}</svg>',
        round(WIDTH), round(HEIGHT), "雨量（上，毫米每小时）和水位（下，米）", format_html_join("", "{}", ((one,) for one in parts)),
    )  # fmt: skip


def _text(x: float, y: float, text: str, *, anchor: str = "end", name: str = "svg-text") -> SafeString:
    return format_html(
        '<text class="{}" x="{}" y="{}" text-anchor="{}">{}</text>', name, f"{x:.1f}", f"{y:.1f}", anchor, text
    )


def _across(y: float, name: str) -> SafeString:
    return format_html(
        '<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>', name, LEFT, WIDTH - RIGHT, f"{y:.1f}", f"{y:.1f}"
    )


def _rain(hours: Sequence[Hour], wide: float) -> list[SafeString]:
    """Bars hang from the top, as the trade draws them; an hour nobody knows of is hatched by a dashed line."""
    most = max((one.rain.value for one in hours if one.rain), default=0.0)
    scale = (RAIN_BOTTOM - RAIN_TOP) / max(most * 1.1, 5.0)
    parts = [_across(RAIN_TOP, "svg-axis"), _text(LEFT - 6, RAIN_TOP + 4, "0"), _text(LEFT - 6, RAIN_BOTTOM, f"{(RAIN_BOTTOM - RAIN_TOP) / scale:.0f}"),
             _text(WIDTH - RIGHT + 6, RAIN_TOP + 4, "雨量 mm/h", anchor="start")]  # fmt: skip
    for place, one in enumerate(hours):
        x = LEFT + place * wide
        if one.rain is None:
            parts.append(
                format_html(
                    '<line class="svg-pace" x1="{}" x2="{}" y1="{}" y2="{}"/>',
                    f"{x + wide / 2:.1f}",
                    f"{x + wide / 2:.1f}",
                    RAIN_TOP,
                    RAIN_BOTTOM,
                )
            )
        elif one.rain.value:
            parts.append(
                format_html(
                    '<rect class="svg-now" x="{}" y="{}" width="{}" height="{}"/>',
                    f"{x + wide * 0.1:.1f}",
                    RAIN_TOP,
                    f"{wide * 0.8:.1f}",
                    f"{one.rain.value * scale:.1f}",
                )
            )
            if one.rain.value == most:
                parts.append(
                    _text(
                        x + wide / 2,
                        RAIN_TOP + one.rain.value * scale + 13,
                        f"{most:g}",
                        anchor="middle",
                        name="svg-strong",
                    )
                )
    return parts  # fmt: skip


def _level(course: Course, wide: float) -> list[SafeString]:
    values = [one.level for one in course.hours if one.level is not None]
    if not values:
        return [_text((WIDTH - RIGHT + LEFT) / 2, (LEVEL_TOP + LEVEL_BOTTOM) / 2, "没有水位数据", anchor="middle")]
    # Lines far above the water would flatten it: they are drawn when they are within the picture or just above.
    low, high = min(values), max(values)
    bounds = [one for one in (course.warning, course.ensured) if one is not None]
    high = max([high, *[one for one in bounds if one - high < 3 * max(high - low, 1.0)]])
    margin = max((high - low) * 0.1, 0.1)
    scale = (LEVEL_BOTTOM - LEVEL_TOP) / (high - low + 2 * margin)

    def y(value: float) -> float:
        return LEVEL_BOTTOM - (value - low + margin) * scale

    parts = [_across(LEVEL_BOTTOM, "svg-axis"), _text(LEFT - 6, y(low) + 4, f"{low:.2f}"), _text(LEFT - 6, y(max(values)) + 4, f"{max(values):.2f}"),
             _text(WIDTH - RIGHT + 6, LEVEL_BOTTOM, "水位 m", anchor="start")]  # fmt: skip
    for value, word in ((course.warning, "警戒"), (course.ensured, "保证")):
        if value is not None and value <= high + margin:
            parts += [
                _across(y(value), "svg-limit"),
                _text(WIDTH - RIGHT + 6, y(value) + 4, f"{word} {value:g}", anchor="start", name="svg-strong"),
            ]
    path, pen = "", False
    for place, one in enumerate(course.hours):
        if one.level is None:
            pen = False
            continue
        path += f"{'L' if pen else 'M'}{LEFT + (place + 0.5) * wide:.1f} {y(one.level):.1f}"
        pen = True
        if course.warning is not None and one.level > course.warning:
            parts.append(
                format_html(
                    '<rect class="svg-over" x="{}" y="{}" width="7" height="7"/>',
                    f"{LEFT + (place + 0.5) * wide - 3.5:.1f}",
                    f"{y(one.level) - 3.5:.1f}",
                )
            )
    return [format_html('<path class="svg-line" d="{}"/>', path), *parts]  # fmt: skip


def _hours(hours: Sequence[Hour], wide: float) -> list[SafeString]:
    step = max(1, len(hours) // 8)
    return [
        _text(LEFT + (place + 0.5) * wide, HEIGHT - 6, f"{one.start:%m-%d %H时}" if one.start.hour < step else f"{one.start:%H时}", anchor="middle")
        for place, one in enumerate(hours) if place % step == 0
    ]  # fmt: skip
