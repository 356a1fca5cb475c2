"""The words of relief: what a household is owed, where it is, how its clock stands. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from anlan.kernel.access.types import Move

READ, ACT, ORDER, OPEN, UNMASK = "relief.read", "relief.act", "relief.order", "relief.open", "relief.unmask"
RECOVERY_READ, RECOVERY_WRITE = "relief.recovery.read", "relief.recovery.write"

# The clock ends when each of the five is confirmed.
FIVE: Mapping[str, str] = {"food": "食物", "water": "饮水", "shelter": "住处", "clothing": "衣被", "medical": "医疗"}
VERDICTS: Mapping[str, str] = {"given": "已有", "not_needed": "不需要"}
SITUATIONS: Mapping[str, str] = {
    "shelter": "在避难场所", "relatives": "投亲靠友", "home": "在家", "unreached": "未联系上", "left": "已离开",
}  # fmt: skip
PLACES = ("shelter", "relatives", "home")  # where somebody who was met can be
CLASSES: Mapping[str, str] = {
    "running": "时限内",
    "relieved": "按时救助",
    "late": "超时",
    "unreached": "未联系上（超时）",
}
NEEDS: Mapping[str, str] = {
    "infants": "婴幼儿",
    "elderly": "老人",
    "disabled": "残疾人",
    "pregnant": "孕妇",
    "pets": "宠物",
}

OPENING_STATES: Mapping[str, str] = {"ordered": "已下令", "open": "开放", "closed": "已关闭", "cancelled": "已撤销"}
OPEN_SITE = Move(slug="open", title="开放", sources=("ordered",), target="open", permission=OPEN)
CLOSE_SITE = Move(slug="close", title="关闭", sources=("open",), target="closed", permission=OPEN)
CANCEL = Move(slug="cancel", title="撤销开设令", sources=("ordered",), target="cancelled", permission=ORDER)
MOVES = (OPEN_SITE, CLOSE_SITE, CANCEL)


@dataclass(frozen=True, slots=True)
class Told:
    """One of the five as confirmed: `at` is when the house had it, never when somebody says it happened. A struck one no longer counts from
    the instant of the strike."""

    what: str
    at: datetime
    struck_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What the clock of a household needs: when it was registered, met (None: not yet), taken out as wrong; what was confirmed."""

    registered_at: datetime
    reached_at: datetime | None = None
    voided_at: datetime | None = None
    told: tuple[Told, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Clock:
    """An edition of the limit. `counts`: results go by it; the others are shown beside it."""

    slug: str
    hours: int
    valid_from: date
    source: str
    verified: bool
    counts: bool


@dataclass(frozen=True, kw_only=True)
class SiteKind:
    """What goes for sites of a kind: days people may stay, least area a head (m²), walking distance (m)."""

    slug: str
    title: str
    days: int
    square_metres: float
    walk: int
    valid_from: date
    source: str
    verified: bool


@dataclass(frozen=True, kw_only=True)
class Method:
    detour: float
    night_from: int
    night_until: int
    source: str
    verified: bool
