"""The gates as data (`rules.toml`) and what stands in the way of a conclusion. Pure."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

# States of a gate that let later gates begin.
SETTLED = ("passed", "waived")


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One of the five procedures. `roles` restricts the responsible post; `independent` keeps the drafting unit out."""

    slug: str
    title: str
    clause: str
    clause_verified: bool
    needs: str
    waivable: bool
    min_days: int = 0
    short_rule: str = ""
    independent: bool = False
    roles: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Edition:
    """The regulation the gates come from."""

    slug: str
    title: str
    document: str
    valid_from: date
    verified: bool


def _gate(row: Mapping[str, object]) -> Gate:
    return Gate(**{key: tuple(value) if isinstance(value, list) else value for key, value in row.items()})  # type: ignore[arg-type]


_DATA = tomllib.loads(Path(__file__).with_name("rules.toml").read_text(encoding="utf-8"))
EDITION = Edition(**_DATA["edition"])
GATES: Mapping[str, Gate] = {row["slug"]: _gate(row) for row in _DATA["gate"]}


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """What somebody wants to write at a gate. `held_from`/`held_to` are the days the procedure ran."""

    outcome: str
    text: str
    held_from: date | None
    held_to: date | None
    short_reason: str = ""


def order_obstacle(gate: Gate, states: Mapping[str, str]) -> str:
    """Why this gate may not be concluded yet, or empty; `states` are the gates' states by slug."""
    open_ones = [GATES[slug].title for slug in gate.after if states.get(slug) not in SETTLED]
    return f"先办完{'、'.join(open_ones)}，才能{gate.title}。" if open_ones else ""


def obstacle(
    gate: Gate, wanted: Conclusion, *, evidence: int, states: Mapping[str, str], today: date
) -> tuple[str, str]:
    """`(field, sentence)` of the first thing in the way, or two empty texts. Order counts for every outcome."""
    checks = (
        ("", order_obstacle(gate, states)),
        ("file", "" if evidence else f"没有佐证。先上传：{gate.needs}。"),
        ("text", "" if wanted.text.strip() else "结论是空的。写明结论和理由。"),
        ("outcome", f"{gate.title}不能免。" if wanted.outcome == "waive" and not gate.waivable else ""),
        _days(gate, wanted, today),
    )
    return next(((field, sentence) for field, sentence in checks if sentence), ("", ""))


def _days(gate: Gate, wanted: Conclusion, today: date) -> tuple[str, str]:
    """The days of a procedure that took place (a waived one has none)."""
    if wanted.outcome == "waive":
        return "", ""
    start, end = wanted.held_from, wanted.held_to
    if start is None or end is None:
        return "held_from" if start is None else "held_to", "没有起止日期。填上再存。"
    if end < start:
        return "held_to", "结束早于开始。改后再存。"
    if end > today:
        return "held_to", "还没有结束，不能作结论。"
    days = (end - start).days + 1
    if days < gate.min_days and not wanted.short_reason.strip():
        return "short_reason", f"只有{days}天。{gate.short_rule}"
    return "", ""
