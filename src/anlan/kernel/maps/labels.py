"""Where labels stand on a small picture so that one can read them: each at the place of a few that covers least. Pure; picture units."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

Box = tuple[float, float, float, float]  # left, top, right, bottom
SIZE = 13  # of the letters


def width(label: str) -> float:
    """About how wide it is drawn."""
    return sum(
        SIZE if unicodedata.east_asian_width(one) in "WF" else SIZE * (0.98 if one in "mMW" else 0.66) for one in label
    )


def covered(one: Box, others: Iterable[Box]) -> float:
    """The area of `one` that others cover."""
    return sum(
        max(0.0, min(one[2], two[2]) - max(one[0], two[0])) * max(0.0, min(one[3], two[3]) - max(one[1], two[1]))
        for two in others
    )


def place(wide: float, high: float, around: Sequence[tuple[float, float]], taken: Sequence[Box], within: tuple[float, float]) -> Box:  # fmt: skip
    """The box of this size whose centre is the first of `around` that covers nothing taken and lies within the picture; else the one that
    covers least."""

    def cost(box: Box) -> float:
        inside = covered(box, [(0.0, 0.0, *within)])
        return covered(box, taken) + 4 * (wide * high - inside)

    return min(((x - wide / 2, y - high / 2, x + wide / 2, y + high / 2) for x, y in around), key=cost)
