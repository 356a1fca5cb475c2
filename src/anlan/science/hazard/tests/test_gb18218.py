"""Edges worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from anlan.science.hazard.gb18218 import Unknown, assess

pytestmark = pytest.mark.pure


def test_just_below_and_at_the_threshold() -> None:
    assert not assess({"氨": 9.999}, 200).is_major
    unit = assess({"氨": 10}, 0)
    assert (unit.is_major, unit.s, unit.r, unit.level) == (True, Fraction(1), Fraction(1), "四级")  # 0.5 × 2 × 1


def test_sums_over_substances_and_the_levels() -> None:
    unit = assess({"氯": 50, "液化石油气": 100}, 60)  # 10×4 + 2×1.5 = 43, × 1.5
    assert (unit.s, unit.r, unit.level) == (Fraction(12), Fraction(129, 2), "二级")
    assert assess({"氯": 125}, 1).level == "一级"  # 25 × 4 = 100
    assert assess({"氯": 12.5}, 1).level == "三级"  # exactly 10
    assert assess({"氯": 12.49}, 1).level == "四级"


@pytest.mark.parametrize(
    ("exposed", "alpha"),
    [(0, "1/2"), (1, "1"), (29, "1"), (30, "6/5"), (49, "6/5"), (50, "3/2"), (99, "3/2"), (100, "2")],
)
def test_alpha_by_residents(exposed: int, alpha: str) -> None:
    assert assess({"氨": 1}, exposed).alpha == Fraction(alpha)


@pytest.mark.parametrize(
    ("maxima", "exposed"),
    [({}, 0), ({"氨": -1}, 0), ({"氨": float("nan")}, 0), ({"氨": float("inf")}, 0), ({"氨": 1}, -1)],
)
def test_wrong_numbers(maxima: dict[str, float], exposed: int) -> None:
    with pytest.raises(ValueError, match="quantities"):
        assess(maxima, exposed)


def test_an_unknown_substance_is_an_error_and_never_a_silent_one() -> None:
    with pytest.raises(Unknown):
        assess({"示例物质": 1}, 0)
