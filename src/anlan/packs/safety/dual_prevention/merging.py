"""The three-way comparison of a firm's register with the edition it adopted and the one it upgrades to. Pure.

`base` is the adopted edition, `mine` the register now, `theirs` the new edition. A part that only the firm changed stays the firm's; a part
that only the standard changed is taken; a part that both changed differently is a conflict, which a person decides. Nothing that the
firm changed is ever overwritten without such a decision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from anlan.packs.safety.dual_prevention.types import RiskRow, cells, from_cells, ordered

Kind = Literal["update", "added", "removed", "own", "own_added", "own_removed", "conflict"]
WORDS: Mapping[str, str] = {
    "update": "标准改了", "added": "标准新增", "removed": "标准删除", "own": "本单位改的，保留", "own_added": "本单位加的，保留", "own_removed": "本单位删的，保留",
    "conflict": "两边都改了，要决定",
}  # fmt: skip
WHOLE = "row"  # the part that is the whole row: there or not


@dataclass(frozen=True)
class Change:
    """One part of one row. Values as in `cells`, None where the part is not there; `WHOLE` has rows."""

    kind: Kind
    code: str
    part: str
    base: Any
    mine: Any
    theirs: Any

    @property
    def key(self) -> str:
        """Names the conflict and its three values: a decision counts for these values alone."""
        told = repr((self.code, self.part, self.base, self.mine, self.theirs))
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Merge:
    """`rows`: the register after the upgrade, as far as decided; `open`: conflicts without a decision (there `rows` keeps mine)."""

    changes: tuple[Change, ...]
    rows: Mapping[str, RiskRow]
    open: tuple[Change, ...]

    def count(self, kind: str) -> int:
        return sum(one.kind == kind for one in self.changes)


Rows = Mapping[str, RiskRow]


def three_way(base: Rows, mine: Rows, theirs: Rows, decisions: Mapping[str, str] | None = None) -> Merge:
    """`decisions`: Change.key → "mine" or "theirs"."""
    changes: list[Change] = []
    found: dict[str, RiskRow] = {}
    chosen = decisions or {}
    for code in sorted({*base, *mine, *theirs}):
        row = _row(code, _of(base, code), _of(mine, code), _of(theirs, code), changes, chosen)
        if row is not None:
            found[code] = row
    left = tuple(one for one in changes if one.kind == "conflict" and chosen.get(one.key) not in ("mine", "theirs"))
    return Merge(tuple(changes), found, left)


def _of(rows: Rows, code: str) -> RiskRow | None:
    row = rows.get(code)
    return ordered(row) if row else None


def _pick(change: Change, decisions: Mapping[str, str]) -> Any:
    if change.kind in ("update", "added", "removed"):
        return change.theirs
    if change.kind == "conflict" and decisions.get(change.key) == "theirs":
        return change.theirs
    return change.mine


def _row(
    code: str, base: RiskRow | None, mine: RiskRow | None, theirs: RiskRow | None, changes: list[Change], decisions: Mapping[str, str]
) -> RiskRow | None:  # fmt: skip
    if mine is not None and theirs is not None:
        return _parts(code, base, mine, theirs, changes, decisions)
    kind = _whole(base, mine, theirs)
    if kind is None:
        return None
    change = Change(kind, code, WHOLE, base, mine, theirs)
    changes.append(change)
    row: RiskRow | None = _pick(change, decisions)
    return row


def _whole(base: RiskRow | None, mine: RiskRow | None, theirs: RiskRow | None) -> Kind | None:
    """A row that is not on both sides."""
    if mine is None and theirs is None:
        return None
    if mine is None:
        return "added" if base is None else "own_removed" if theirs == base else "conflict"
    return "own_added" if base is None else "removed" if mine == base else "conflict"


def _parts(
    code: str, base: RiskRow | None, mine: RiskRow, theirs: RiskRow, changes: list[Change], decisions: Mapping[str, str]
) -> RiskRow:
    old, here, there = cells(base) if base else {}, cells(mine), cells(theirs)
    parts: dict[str, Any] = {}
    for name in sorted({*old, *here, *there}):
        before, own, new = old.get(name), here.get(name), there.get(name)
        if own == new:
            parts[name] = own
            continue
        kind: Kind = "update" if own == before else "own" if new == before else "conflict"
        if kind == "update" and before is None:
            kind = "added"
        if kind == "update" and new is None:
            kind = "removed"
        change = Change(kind, code, name, before, own, new)
        changes.append(change)
        parts[name] = _pick(change, decisions)
    return from_cells(code, parts)
