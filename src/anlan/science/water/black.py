"""Black and odorous urban water: none, light or heavy, by four items. Values in, verdict out.

Source: guide of 2015 (`black.toml`), recalled. One heavy reading in a set makes its item heavy there; a water body is heavy when one
item is heavy in at least 60 % of its readings, or two items in at least 30 % each; light when any reading is light or worse.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

_TABLE = tomllib.loads(Path(__file__).with_name("black.toml").read_text(encoding="utf-8"))
SOURCE: str = _TABLE["source"]
ITEMS: Mapping[str, Mapping[str, str]] = _TABLE["items"]
NONE, LIGHT, HEAVY = range(3)
WORDS = ("不黑臭", "轻度黑臭", "重度黑臭")


def grade(item: str, value: Decimal) -> int:
    """One reading. The limits themselves are light (10 cm, 0.2 mg/L, −200 mV, 15 mg/L are the light side's ends)."""
    row = ITEMS[item]
    sign = 1 if row["worse"] == "above" else -1
    light, heavy = Decimal(row["light"]) * sign, Decimal(row["heavy"]) * sign
    given = value * sign
    if given > heavy:
        return HEAVY
    # Light begins below 25 cm, 2.0 mg/L and 50 mV, and above 8.0 mg/L: the first figure itself is still clean.
    return LIGHT if given > light else NONE


def evaluate(readings: Sequence[Mapping[str, Decimal]]) -> int | None:
    """NONE, LIGHT or HEAVY of a water body; None without a reading. Raises KeyError for an unknown item."""
    grades: dict[str, list[int]] = {}
    for one in readings:
        for item, value in one.items():
            grades.setdefault(item, []).append(grade(item, value))
    if not grades:
        return None
    shares = [Decimal(mine.count(HEAVY)) / len(mine) for mine in grades.values()]
    if max(shares) >= Decimal("0.6") or sum(one >= Decimal("0.3") for one in shares) >= 2:
        return HEAVY
    return LIGHT if any(one > NONE for mine in grades.values() for one in mine) else NONE
