"""Words, figures and masks of campus safety. Pure."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from anlan.kernel.access.personal import masked
from anlan.kernel.casework.types import Level, Limit

GRADES: Mapping[str, tuple[str, Level]] = {"general": ("一般", ""), "major": ("重大", "red")}
MAJOR = frozenset({"major"})
DANGER_KINDS = {
    "building": "建筑和设施", "fire": "消防", "canteen": "食堂和饮水", "laboratory": "实验室危化品", "bus": "校车和接送", "gate": "门卫和封闭管理",
    "sports": "体育和活动", "electric": "用电", "surroundings": "校园周边", "health": "传染病防控", "other": "其他",
}  # fmt: skip
BULLYING_KINDS = {
    "body": "打骂推搡",
    "words": "辱骂起外号",
    "alone": "孤立排挤",
    "things": "索要、损坏财物",
    "net": "网上欺凌",
    "other": "其他",
}
REPORTERS = {"pupil": "本人", "parent": "家长", "classmate": "同学", "teacher": "老师", "other": "其他人"}
STAGES = {
    "kindergarten": "幼儿园",
    "primary": "小学",
    "junior": "初中",
    "senior": "高中",
    "whole": "九年、完中",
    "vocational": "中职",
}
# What a reporter reads of a state; the office's own words say more than they need.
PUBLIC_STATES = {
    "received": "已收到，等受理", "working": "正在查", "answered": "已有答复", "closed": "已办结", "declined": "没有受理", "merged": "并入同一件事一起办",
}  # fmt: skip
_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Figure:
    """A figure that a rule needs, with where it comes from; `verified` when the clause was read in its own text."""

    value: float
    unit: str
    source: str
    verified: bool

    @property
    def said(self) -> str:
        return f"{self.value:g} {self.unit}（{self.source}{'' if self.verified else '，条款待核'}）"


@cache
def figures() -> Mapping[str, Figure]:
    rows = tomllib.loads((_HERE / "figures.toml").read_text(encoding="utf-8"))["figure"]
    return {row["slug"]: Figure(row["value"], row["unit"], row["source"], row["verified"]) for row in rows}


@cache
def limits(process: str) -> tuple[Limit, ...]:
    rows = tomllib.loads((_HERE / "figures.toml").read_text(encoding="utf-8"))["limit"]
    return tuple(
        Limit(**{name: value for name, value in row.items() if name != "process"})
        for row in rows
        if row["process"] == process
    )


_DIGITS = re.compile(r"\d{5,}")


def without(text: str, names: Iterable[str]) -> str:
    """A text with these names and every long number made unreadable. What a reporter wrote may name others: those stay, and are why the
    page says so."""
    for name in sorted((one for one in names if len(one) > 1), key=len, reverse=True):
        text = text.replace(name, masked(name))
    return _DIGITS.sub("*****", text)
