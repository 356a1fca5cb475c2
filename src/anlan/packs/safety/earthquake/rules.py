"""A quick report read from its official sentence, and the rule of distance. Pure; the distances are dated data in `rules.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Literal

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.response.boards import Shaking
from anlan.science.geo.earth import kilometres

_FILE = Path(__file__).with_name("rules.toml")
SAME_MINUTES, SAME_KM = 3, 100  # two reports closer than this may be of one earthquake: a person is asked
OLDEST = timedelta(days=30)


@dataclass(frozen=True, kw_only=True)
class Ring:
    """From `magnitude` up: ask within `first_km` first, then within `then_km`."""

    magnitude: float
    first_km: float
    then_km: float


@dataclass(frozen=True, kw_only=True)
class Near:
    """Something with its distance from the epicentre. `ring`: first, then, or out of both."""

    title: str
    key: str
    km: float
    ring: Literal["first", "then", "out"]
    kind: str = ""
    detail: str = ""


@cache
def _data() -> Mapping[str, Any]:
    return tomllib.loads(_FILE.read_text(encoding="utf-8"))


@cache
def rings() -> tuple[Ring, ...]:
    return tuple(Ring(**one) for one in _data()["ring"])


def source() -> str:
    return str(_data()["source"])


def ring_of(magnitude: float) -> Ring | None:
    """None: too small for the rule to name anybody."""
    return max(
        (one for one in rings() if magnitude >= one.magnitude), key=lambda one: one.magnitude, default=None
    )  # fmt: skip


def words(magnitude: float) -> str:
    """The rule as it is for this magnitude, in one sentence."""
    ring = ring_of(magnitude)
    if ring is None:
        return f"{magnitude:.1f} 级，不到 {rings()[0].magnitude:.1f} 级的不列范围。{source()}。"
    return f"{magnitude:.1f} 级：离震中 {ring.first_km:g} km 内先查，{ring.then_km:g} km 内再查。{source()}。"


def near(shaking: Shaking, places: Iterable[tuple[str, str, float, float, str, str]]) -> list[Near]:
    """`places`: (key, title, longitude, latitude, kind, detail). Nearest first."""
    ring, found = ring_of(shaking.magnitude), []
    for key, title, longitude, latitude, kind, detail in places:
        km = kilometres(shaking.longitude, shaking.latitude, longitude, latitude)
        where: Literal["first", "then", "out"] = (
            "out" if ring is None or km > ring.then_km else "first" if km <= ring.first_km else "then"
        )
        found.append(Near(title=title, key=key, km=round(km, 1), ring=where, kind=kind, detail=detail))
    return sorted(found, key=lambda one: (one.km, one.key))


# 北纬39.33度，东经117.82度 · 5.1级 · 震源深度10千米 · 07月25日14时20分
_PARTS = {
    "latitude": re.compile(r"北纬\s*(\d{1,2}(?:\.\d+)?)\s*度"),
    "longitude": re.compile(r"东经\s*(\d{2,3}(?:\.\d+)?)\s*度"),
    "magnitude": re.compile(r"(\d(?:\.\d)?)\s*级"),
    "depth": re.compile(r"深度\s*(\d{1,3}(?:\.\d+)?)\s*(?:千米|公里|km)"),
}
_WHEN = re.compile(r"(?:(\d{4})年)?(\d{1,2})月(\d{1,2})日(\d{1,2})时(\d{1,2})分(?:(\d{1,2})秒)?")
_WHERE = re.compile(r"[秒分]\s*[，,]?\s*在(.{2,60}?)[（(]")


def read(text: str, at: datetime) -> dict[str, str]:
    """The fields of the form from the sentence in which such reports are published. What it does not say stays empty. `at` gives the year
    when the sentence has none: the newest that is not in the future. Raises Refused when it is no such sentence."""
    text = text.strip()[:2000]
    found = {name: hit.group(1) for name, part in _PARTS.items() if (hit := part.search(text))}
    if not {"latitude", "longitude", "magnitude"} <= found.keys():
        raise Refused("text", "这段话里读不出震级和震中经纬度。照原文粘贴，或在下面逐项填。", "text")
    if hit := _WHEN.search(text):
        year, month, day, hour, minute, second = (int(one) if one else 0 for one in hit.groups())
        found["occurred_at"] = _instant(year, (month, day, hour, minute, second), at)
    if hit := _WHERE.search(text):
        found["place"] = hit.group(1).strip()
    found["kind"] = "formal" if "正式测定" in text else "automatic" if "自动测定" in text else ""
    found["source"] = "中国地震台网" if "中国地震台网" in text else ""
    return found


def _instant(year: int, rest: tuple[int, int, int, int, int], at: datetime) -> str:
    try:
        if year:
            return datetime(year, *rest, tzinfo=CHINA).strftime("%Y-%m-%dT%H:%M:%S")
        told = datetime(at.astimezone(CHINA).year, *rest, tzinfo=CHINA)
        if told > at + timedelta(days=1):
            told = told.replace(year=told.year - 1)
    except ValueError:
        raise Refused("occurred_at", "这段话里的时间不存在，看一下原文。", "text") from None
    return told.strftime("%Y-%m-%dT%H:%M:%S")


def number(text: Any, name: str, title: str, low: float, high: float, *, needed: bool = True) -> float | None:
    """A number within bounds; Refused at the field."""
    if text in (None, ""):
        if needed:
            raise Refused(name, f"没有写{title}。", name)
        return None
    try:
        value = float(text)
    except (TypeError, ValueError):
        raise Refused(name, f"{title}要写数字。", name) from None
    if not low <= value <= high:
        raise Refused(name, f"{title}要在 {low:g} 到 {high:g} 之间。", name)
    return value


def one_quake(one: tuple[datetime, float, float], other: tuple[datetime, float, float]) -> bool:
    """Whether two (instant, longitude, latitude) may be the same earthquake."""
    apart = abs(one[0] - other[0])
    return apart <= timedelta(minutes=SAME_MINUTES) and kilometres(one[1], one[2], other[1], other[2]) <= SAME_KM
