"""Words, grades, clocks and the criteria library. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from anlan.kernel.casework.limits import read as read_limits
from anlan.kernel.casework.types import Level, Limit

GRADES: Mapping[str, tuple[str, Level]] = {"general": ("一般", ""), "major": ("重大", "red")}
MAJOR = frozenset({"major"})
KINDS = {
    "electric": "用电", "fire": "消防", "chemical": "危险化学品", "machine": "机械设备", "height": "高处作业", "space": "有限空间", "lifting": "起重吊装",
    "hot": "动火", "building": "建筑与场所", "traffic": "厂内交通", "special": "特种设备", "management": "管理与培训", "other": "其他",
}  # fmt: skip
# 五类管控措施: which of them failed.
MEASURES = {
    "engineering": "工程技术",
    "management": "管理",
    "training": "教育培训",
    "personal": "个体防护",
    "emergency": "应急处置",
}
RECEIPTS = {"receipt_regulator": "监管部门回执", "receipt_workers": "职代会回执"}
_HERE = Path(__file__).parent


def limits() -> tuple[Limit, ...]:
    return read_limits(_HERE / "limits.toml")


@dataclass(frozen=True)
class Clause:
    """One criterion of a major hidden danger, with its standard."""

    code: str
    title: str
    standard: str
    document: str
    in_force: date
    verified: bool


@cache
def criteria() -> Mapping[str, Clause]:
    rows = tomllib.loads((_HERE / "criteria.toml").read_text(encoding="utf-8"))["standard"]
    return {
        clause["code"]: Clause(clause["code"], clause["title"], row["title"], row["document"], row["in_force"], row["verified"])
        for row in rows for clause in row["clause"]
    }  # fmt: skip


_EMPTY = set("没有或不的了在和、，。：（）")


def _pairs(text: str) -> set[str]:
    """Neighbouring characters that say something."""
    return {text[place : place + 2] for place in range(len(text) - 1) if not _EMPTY & set(text[place : place + 2])}


def candidates(text: str) -> list[Clause]:
    """Clauses that share words of two characters with the text: candidates for a person to judge, never a decision."""
    mine = _pairs(text)
    scored = [(len(_pairs(clause.title) & mine), clause) for clause in criteria().values()]
    return [clause for score, clause in sorted(scored, key=lambda one: -one[0]) if score >= 2][:5]
