"""时限线, the deadline line: one strip of time with what is done, coming and late on it, and now as a flag.

Drawn on the server as SVG whose places are per cent of the width, so that words keep their size. It repeats what a list
beside it says, therefore it is hidden from readers and carries one sentence in words instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from anlan.base.clock import CHINA
from anlan.kernel.web.words import span_words, weekday_words

State = Literal["done", "coming", "near", "late"]
# Per cent of the width that one Chinese character of a label takes on a desk; labels that would touch are left out.
_CHARACTER, _LANES, _LABEL = 1.08, (34, 50), 11
_BASE, _TICK, _EDGE = 62, 78, 99.8
# (days shown, days before today, step of the ticks in days)
_SPANS = ((7, 1, 1), (30, 6, 5), (92, 18, 15), (366, 70, 61))


@dataclass(frozen=True, kw_only=True)
class Mark:
    """One thing on the line."""

    at: datetime
    words: str
    state: State


@dataclass(frozen=True)
class Window:
    """The time the strip covers and the instants it writes below."""

    start: datetime
    end: datetime
    ticks: tuple[tuple[datetime, str], ...]
    clock: bool = False  # now is an hour and a minute, also when the window was given

    def place(self, at: datetime) -> float:
        """Per cent of the width, kept inside 1..99."""
        share = (at - self.start) / (self.end - self.start) * 100
        return round(min(max(share, 1.0), 99.0), 2)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CHINA)


def _today(now: datetime) -> Window:
    local = now.astimezone(CHINA)
    first = min(local.hour, 8) // 2 * 2
    start = _midnight(local.date()) + timedelta(hours=first)
    hours = range(first + 2, 25, 2)
    return Window(start, _midnight(local.date()) + timedelta(days=1),
                  tuple((_midnight(local.date()) + timedelta(hours=hour), f"{hour:02d}:00") for hour in hours))  # fmt: skip


def _day_words(day: date, step: int) -> str:
    parts = {"month": day.month, "day": day.day, "weekday": weekday_words(day)}
    return (_("%(day)s日 %(weekday)s") if step == 1 else _("%(month)s月%(day)s日")) % parts


def window(marks: Sequence[Mark], now: datetime) -> Window:
    """The shortest span that still holds two coming marks (or all of them): today, a week, a month, a season, a year."""
    coming = sorted(mark.at for mark in marks if mark.state in ("coming", "near"))
    wanted = coming[min(1, len(coming) - 1)] if coming else None
    chosen = _today(now)
    if wanted is None or wanted <= chosen.end:
        return chosen
    today = now.astimezone(CHINA).date()
    for days, before, step in _SPANS:
        start, end = _midnight(today - timedelta(days=before)), _midnight(today + timedelta(days=days + 1))
        ticks = [today + timedelta(days=number) for number in range(step - before // step * step, days + 1, step)]
        chosen = Window(start, end, tuple((_midnight(day), _day_words(day, step)) for day in ticks))
        if wanted <= end:
            break
    return chosen


def years(first: int, last: int) -> Window:
    """Whole years, each written at its first day: the strip of something that runs as long as a plan."""
    span = range(first, last + 1)
    return Window(_midnight(date(first, 1, 1)), _midnight(date(last + 1, 1, 1)),
                  tuple((_midnight(date(year, 1, 1)), str(year)) for year in span))  # fmt: skip


def _clip(words: str) -> str:
    return words if len(words) <= _LABEL else words[: _LABEL - 1] + "…"


def _width(words: str) -> float:
    return sum(_CHARACTER if ord(sign) > 255 else _CHARACTER * 0.56 for sign in words) + 0.8


def _when(mark: Mark, now: datetime, shown: Window) -> str:
    if mark.state == "late":
        return _("超%(span)s") % {"span": span_words(now - mark.at)}
    local = mark.at.astimezone(CHINA)
    return f"{local:%H:%M}" if shown.end - shown.start <= timedelta(days=1) else f"{local.month}月{local.day}日"


@dataclass(frozen=True)
class _Placed:
    mark: Mark
    x: float
    label: str
    lane: int | None
    anchor: str


def _place(marks: Sequence[Mark], now: datetime, shown: Window) -> list[_Placed]:
    """Give each label the first lane where it touches nothing; one that finds none keeps its sign only."""
    here = shown.place(now)
    taken = [[(here - 0.2, here + 0.2)] for _lane in _LANES]
    placed = []
    for mark in marks:
        x, label = shown.place(mark.at), f"{_when(mark, now, shown)} {_clip(mark.words)}"
        spans = (("start", x, x + _width(label)), ("end", x - _width(label), x))
        free = (
            (lane, anchor, low, high) for anchor, low, high in spans for lane, row in enumerate(taken)
            if low >= 0 and high <= _EDGE and all(high <= a or low >= b for a, b in row)
        )  # fmt: skip
        lane, anchor, low, high = next(free, (None, "start", 0.0, 0.0))
        if lane is not None:
            taken[lane].append((low, high))
        placed.append(_Placed(mark, x, label, lane, anchor))
    return placed


_SIGNS = {
    "done": '<circle class="dl-done" cx="{x}%" cy="{y}" r="4"/>',
    "coming": '<circle class="dl-coming" cx="{x}%" cy="{y}" r="5"/>',
    "near": '<circle class="dl-near" cx="{x}%" cy="{y}" r="5"/>',
    "late": '<svg x="{x}%" y="{y}" overflow="visible"><rect class="dl-late" x="-5" y="-5" width="10" height="10"/></svg>',
}


def _drawn(one: _Placed) -> SafeString:
    sign = format_html(_SIGNS[one.mark.state], x=one.x, y=_BASE)
    if one.lane is None:
        return sign
    y = _LANES[one.lane]
    return format_html(
        '<line class="dl-stem" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/>{3}<svg x="{0}%" y="{4}" overflow="visible"><text class="dl-text {5}" x="{6}" text-anchor="{7}">{8}</text></svg>',
        one.x, y - 10, _BASE - 6, sign, y, one.mark.state, -5 if one.anchor == "end" else 5, one.anchor, one.label,
    )  # fmt: skip


def sentence(marks: Sequence[Mark]) -> str:
    """The strip in words."""
    counts = {state: sum(mark.state in group for mark in marks) for state, group in _GROUPS.items()}
    return _("时限线：已超时%(late)s件，未到期%(coming)s件，已办%(done)s件。") % counts


_GROUPS = {"late": ("late",), "coming": ("coming", "near"), "done": ("done",)}


def deadline_line(marks: Sequence[Mark], now: datetime, over: Window | None = None) -> SafeString:
    """The strip as a figure, `over` a window of its own or the shortest that fits. Late marks of before the window stand at its left edge, the oldest one named."""
    shown = over or window(marks, now)
    inside = [mark for mark in marks if mark.at <= shown.end and (mark.state != "done" or mark.at >= shown.start)]
    order = sorted(inside, key=lambda mark: (mark.state != "late", mark.at))
    here = shown.place(now)
    ticks = format_html_join(
        "",
        '<line class="dl-tick" x1="{0}%" x2="{0}%" y1="{1}" y2="{2}"/><text class="dl-hour" x="{0}%" y="{3}" text-anchor="middle">{4}</text>',
        ((shown.place(at), _BASE, _BASE + 4, _TICK, words) for at, words in shown.ticks if 2 < shown.place(at) < 98),
    )
    marks_drawn = format_html_join("", "{}", ((_drawn(one),) for one in _place(order, now, shown)))
    return format_html(
        '<figure class="deadline-line"><svg height="84" width="100%" aria-hidden="true"><line class="dl-rest" x1="0" x2="100%" y1="{0}" y2="{0}"/><line class="dl-past" x1="0" x2="{1}%" y1="{0}" y2="{0}"/>{2}{3}'
        '<line class="dl-now" x1="{1}%" x2="{1}%" y1="18" y2="{4}"/><svg x="{1}%" y="2" overflow="visible"><rect class="dl-flag" x="-21" width="42" height="17" rx="2"/><text class="dl-flag-text" y="13" text-anchor="middle">{5}</text></svg></svg><figcaption class="vh">{6}</figcaption></figure>',
        _BASE, here, ticks, marks_drawn, _BASE + 6, _("今天") if over and not over.clock else f"{now.astimezone(CHINA):%H:%M}", sentence(marks),
    )  # fmt: skip
