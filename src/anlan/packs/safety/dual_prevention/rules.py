"""What a risk row must be, its grade and who leads its control; when failures raise a risk. Values in, values out."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path

from anlan.packs.safety.dual_prevention.types import CONTROLS, KINDS, METHODS, POINT_KINDS, RiskRow
from anlan.science.hazard import grading

LEVELS = grading.LEVELS
# Who leads the control of a level; the levels above control it too.
LEADS: Mapping[str, str] = {"red": "company", "orange": "department", "yellow": "workshop", "blue": "shift"}
PACES = ("", "shift", "day", "week", "month", "quarter", "year")
PHOTOS = ("", "failed", "always")
_LONGEST = {
    "code": 40,
    "point_code": 40,
    "unit_code": 40,
    "point": 80,
    "unit": 80,
    "title": 120,
    "accident": 40,
    "consequence": 200,
    "direct": 200,
    "post": 80,
}
_WORDS = {
    "code": "编号", "point_code": "风险点编号", "unit_code": "单元编号", "point": "风险点", "unit": "分析单元", "title": "风险事件", "accident": "事故类型",
    "consequence": "后果", "direct": "直接判定理由", "post": "责任岗位",
}  # fmt: skip


@dataclass(frozen=True)
class Verdict:
    """`score` None when it was judged directly without factors."""

    score: Decimal | None
    level: str
    direct: bool

    @property
    def word(self) -> str:
        return LEVELS[self.level]


def verdict(row: RiskRow, on: date) -> Verdict:
    """The grade of a row. A direct judgement with its reason is red whatever the score. Raises ValueError with a sentence."""
    try:
        graded = grading.grade(row.method, row.factors, on)
    except KeyError:
        raise ValueError(f"没有“{row.method}”这种评估方法") from None
    except ValueError:
        if row.direct and not row.factors:
            return Verdict(None, "red", True)
        raise
    return Verdict(graded.score, "red" if row.direct else graded.level, bool(row.direct))


def control(row: RiskRow, level: str) -> str:
    """Who leads: as the level demands, or the higher one that the firm set."""
    order = list(CONTROLS)
    given = row.control if row.control in CONTROLS else LEADS[level]
    return min(given, LEADS[level], key=order.index)


def controlled_by(level: str) -> tuple[str, ...]:
    """The control levels whose risks an upper level also controls: its own and all below it."""
    order = list(CONTROLS)
    return tuple(order[order.index(level) :])


def problems(row: RiskRow, on: date, roles: Iterable[str] = ()) -> list[str]:
    """Everything wrong with a row, as sentences; empty when sound."""
    found = [
        f"没有写{_WORDS[name]}"
        for name in ("code", "point_code", "point", "unit_code", "unit", "title")
        if not getattr(row, name)
    ]
    found += [f"{_WORDS[name]}超过 {most} 个字" for name, most in _LONGEST.items() if len(getattr(row, name)) > most]
    if row.method not in METHODS:
        found.append(f"没有“{row.method}”这种评估方法")
    else:
        try:
            level = verdict(row, on).level
            if row.control and list(CONTROLS).index(row.control) > list(CONTROLS).index(LEADS[level]):
                found.append(f"{LEVELS[level]}风险至少由{CONTROLS[LEADS[level]]}管控")
        except ValueError as error:
            found.append(str(error) if row.control in ("", *CONTROLS) else f"没有“{row.control}”这个管控层级")
    if row.point_kind not in POINT_KINDS:
        found.append("风险点类型不对")
    return found + _measure_problems(row, set(roles))


def _measure_problems(row: RiskRow, roles: set[str]) -> list[str]:
    found = []
    codes = [one.code for one in row.measures]
    found += [f"措施编号 {one} 重复" for one in sorted({one for one in codes if codes.count(one) > 1})]
    for one in row.measures:
        if not one.text or len(one.text) > 200 or len(one.criterion) > 400 or not one.code or len(one.code) > 40:
            found.append("措施要写内容，最多 200 个字")
        if one.kind not in KINDS:
            found.append(f"措施“{one.text[:12]}”没有选类别")
        if one.pace not in PACES or one.photo not in PHOTOS or (roles and one.role and one.role not in roles):
            found.append(f"措施“{one.text[:12]}”的检查周期、岗位或拍照要求不对")
    return found


@dataclass(frozen=True)
class Raising:
    """A measure that failed `times` within `days` raises its risk."""

    times: int
    days: int
    source: str
    valid_from: date

    @property
    def span(self) -> timedelta:
        return timedelta(days=self.days)


@cache
def _raisings() -> tuple[Raising, ...]:
    rows = tomllib.loads(Path(__file__).with_name("raising.toml").read_text(encoding="utf-8"))["raising"]
    return tuple(Raising(**row) for row in rows)


def raising(on: date) -> Raising:
    return max((one for one in _raisings() if one.valid_from <= on), key=lambda one: one.valid_from)


@cache
def accidents() -> tuple[str, ...]:
    """事故类型, offered, not enforced."""
    return tuple(
        tomllib.loads(Path(__file__).with_name("raising.toml").read_text(encoding="utf-8"))["accidents"]["words"]
    )
