"""Rosters by the clock: windows of a post, who covers them, what is lacking, what a pattern gives, what needs an approval. Values in, values out."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.checks.types import CheckArea, CheckForm, CheckItem

_TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("duty.toml").read_text(encoding="utf-8"))
SOURCE, EDITION = str(_TABLE["source"]), str(_TABLE["edition"])
AHEAD = timedelta(days=_TABLE["ahead_days"])
MOST, REST = timedelta(hours=_TABLE["most_hours"]), timedelta(hours=_TABLE["rest_hours"])
TRADED_HOURS = int(_TABLE["trade_hours"])
HAND_EARLY, CHECK_WITHIN = timedelta(minutes=_TABLE["hand_early_minutes"]), timedelta(minutes=_TABLE["check_minutes"])
QUIET = int(_TABLE["quiet_from"]), int(_TABLE["quiet_to"])
DENSITY = float(_TABLE["density_amber"]), float(_TABLE["density_red"])
COUNT_EVERY = timedelta(minutes=_TABLE["count_minutes"])
WAIT: Mapping[bool, timedelta] = {
    False: timedelta(minutes=_TABLE["call"]["called"]),
    True: timedelta(minutes=_TABLE["call"]["test"]),
}
LONGEST = timedelta(days=62)  # of a pattern that is generated at once


@dataclass(frozen=True, kw_only=True)
class Check:
    """A line of the self-check. `auto`: the program looks; otherwise the officer ticks it."""

    slug: str
    title: str
    auto: bool


CHECKS: tuple[Check, ...] = tuple(Check(**row) for row in _TABLE["check"])


# ---- shifts of a day
def read_edges(text: str) -> tuple[int, ...]:
    """`08:30、20:30` as minutes of the civil day, in order. Raises Refused."""
    parts = [
        one.strip() for one in text.replace("、", ",").replace("，", ",").replace("：", ":").split(",") if one.strip()
    ]
    try:
        given = [time.fromisoformat(one) for one in parts]
    except ValueError:
        given = []
    found = sorted(one.hour * 60 + one.minute for one in given if not one.second and one.tzinfo is None)
    if not found or len(found) != len(parts) or len(found) > 6 or len(set(found)) != len(found):
        raise Refused("edges", "交接班时间写成 08:30、20:30，一天 1 到 6 个，不能相同。", "edges")
    return tuple(found)


def edge_words(edges: Sequence[int]) -> str:
    return "、".join(f"{one // 60:02d}:{one % 60:02d}" for one in edges)


@dataclass(frozen=True, order=True)
class Span:
    """From `start` until just before `end`."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start


def spans(edges: Sequence[int], start: datetime, end: datetime) -> list[Span]:
    """The whole shifts that begin in `start` ≤ t < `end`."""
    day = start.astimezone(CHINA).date() - timedelta(days=1)
    last = end.astimezone(CHINA).date() + timedelta(days=2)
    times = []
    while day <= last:
        times += [datetime.combine(day, time(minute // 60, minute % 60), CHINA) for minute in edges]
        day += timedelta(days=1)
    times.sort()
    return [Span(a, b) for a, b in pairwise(times) if start <= a < end]


# ---- who is lacking
@dataclass(frozen=True, kw_only=True)
class Want:
    """A post that must have `people` from `start` to `end`."""

    post: str
    organisation: int
    start: datetime
    end: datetime
    people: int = 1
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Has:
    """Somebody in a post."""

    post: str
    organisation: int
    person: int
    rank: int
    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True, order=True)
class Gap:
    """A stretch of time for which a post has too few. `there` 0: nobody at all, the red fault."""

    start: datetime
    end: datetime
    post: str
    organisation: int
    wanted: int
    there: int
    why: str = ""

    @property
    def level(self) -> Literal["red", "amber"]:
        return "amber" if self.there else "red"


def gaps(wants: Iterable[Want], has: Iterable[Has], start: datetime, end: datetime) -> list[Gap]:
    """Every stretch in [start, end) in which a post has fewer persons than wanted, joined where the number stays the same."""
    by: dict[tuple[str, int], list[Has]] = {}
    for one in has:
        by.setdefault((one.post, one.organisation), []).append(one)
    found: list[Gap] = []
    for want in wants:
        low, high = max(want.start, start), min(want.end, end)
        if low < high:
            found += _lacking(want, by.get((want.post, want.organisation), ()), low, high)
    return sorted(set(found))


def _lacking(want: Want, has: Sequence[Has], low: datetime, high: datetime) -> list[Gap]:
    cuts = sorted({low, high, *(at for one in has for at in (one.start, one.end) if low < at < high)})
    found: list[Gap] = []
    for a, b in pairwise(cuts):
        there = len({one.person for one in has if one.start <= a and b <= one.end})
        if there >= want.people:
            continue
        gap = Gap(
            start=a,
            end=b,
            post=want.post,
            organisation=want.organisation,
            wanted=want.people,
            there=there,
            why=want.why,
        )
        if found and found[-1].end == a and found[-1].there == there:
            found[-1] = Gap(
                start=found[-1].start,
                end=b,
                post=gap.post,
                organisation=gap.organisation,
                wanted=gap.wanted,
                there=there,
                why=gap.why,
            )
        else:
            found.append(gap)
    return found


# ---- a pattern
def rotation(people: Sequence[int], each: int, count: int, first: int = 0) -> list[tuple[int, ...]]:
    """Who stands in each of `count` shifts: `each` persons at once, in turn; rank is the place in the tuple."""
    if not people:
        raise Refused("people", "轮值至少一个人。", "people")
    if len(set(people)) != len(people):
        raise Refused("people", "同一个人写了两次。", "people")
    if not 1 <= each <= len(people):
        raise Refused("each", "每班人数要在 1 和轮值人数之间。", "each")
    return [
        tuple(people[(first + turn + place) % len(people)] for place in range(each))
        for turn in range(0, count * each, each)
    ]


# ---- limits
def over(person_spans: Iterable[Span], new: Span) -> str:
    """Why this person would be on duty for too long, or rests too little, with the new shift; "" when not."""
    line = sorted([*(one for one in person_spans if one != new), new])
    blocks: list[Span] = []
    for one in line:
        if blocks and one.start <= blocks[-1].end:
            blocks[-1] = Span(blocks[-1].start, max(blocks[-1].end, one.end))
        else:
            blocks.append(one)
    place = next(n for n, one in enumerate(blocks) if one.start <= new.start and new.end <= one.end)
    mine = blocks[place]
    if mine.length > MOST:
        return f"连续值班 {mine.length.total_seconds() / 3600:g} 小时，超过 {MOST.total_seconds() / 3600:g} 小时"
    rests = [mine.start - blocks[place - 1].end] if place else []
    rests += [blocks[place + 1].start - mine.end] if place + 1 < len(blocks) else []
    if rests and min(rests) < REST:
        return f"两班之间只休息 {min(rests).total_seconds() / 3600:g} 小时，不到 {REST.total_seconds() / 3600:g} 小时"
    return ""


# ---- the test call of the night
def night_at(day: date) -> datetime:
    """When the night's test call of the evening of `day` comes: a minute nobody guesses from the roster, the same for every program that asks."""
    minutes = ((QUIET[1] - QUIET[0]) % 24) * 60
    turn = int.from_bytes(hashlib.sha256(f"anlan.duty.{day.isoformat()}".encode()).digest()[:4], "big") % minutes
    return datetime.combine(day, time(QUIET[0]), CHINA) + timedelta(minutes=turn)


# ---- people at a large event
def crowd(people: int, limit: int) -> Literal["", "amber", "red"]:
    share = people / limit if limit else 0.0
    return "red" if share >= DENSITY[1] else "amber" if share >= DENSITY[0] else ""


# ---- rounds
AREA = CheckArea(slug="duty", title="值守巡查", read="duty.read", do="duty.act", plan="duty.plan")
_ROUND = (
    ("place", "重点部位有人、无异常", "看一遍，问一句"), ("water", "低洼处、泵站", "有积水写多深"), ("road", "下穿桥、道路通行", ""), ("fire", "消防通道没有占用", ""),
    ("crowd", "人员聚集", "估计人数"),
)  # fmt: skip
_ATTEND = (
    ("there", "值守岗上有人", "当场见到或视频见到"), ("sober", "精神状态正常", ""), ("log", "值守日志写到最近一次", ""), ("alarm", "报警没有未确认的", ""),
    ("knows", "说得出第一个电话打给谁", ""),
)  # fmt: skip


def forms() -> tuple[CheckForm, ...]:
    """A patrol round, and the look at the duty posts of major hazards: this product's own lines, without a source."""
    return tuple(
        CheckForm(
            slug=slug, area=AREA.slug, title=title, edition="2025", valid_from=date(2021, 1, 1), source="细项为本系统默认",
            items=tuple(CheckItem(code=code, title=words, criterion=criterion, photo="failed") for code, words, criterion in items),
        )
        for slug, title, items in (("patrol", "值守巡查", _ROUND), ("attendance", "重大危险源值守到岗", _ATTEND))
    )  # fmt: skip
