"""Edges worked out by hand."""

from __future__ import annotations

from fractions import Fraction

import pytest

from anlan.science.hazard.gb18218 import SUBSTANCES, Unknown, assess, beta_of

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
    ("maxima", "exposed", "s", "r", "level"),
    [
        ({"氨": 9.8}, 150, "0.98", None, ""),
        ({"氨": 10}, 150, "1", "4", "四级"),
        ({"氨": 50}, 20, "5", "10", "三级"),
        ({"氨": 125}, 100, "12.5", "50", "二级"),
        ({"氨": 250}, 100, "25", "100", "一级"),
        ({"氯": 60}, 60, "12", "72", "二级"),
        ({"氯": 5, "氨": 5}, 60, "1.5", "7.5", "四级"),
        ({"液化石油气": 60}, 35, "1.2", "2.16", "四级"),
        ({"汽油": 67.5, "类别 W5.4（柴油等）": 25}, 300, "0.3425", None, ""),
        ({"氨": 49}, 99, "4.9", "14.7", "三级"),
        ({"氨": 49}, 100, "4.9", "19.6", "三级"),
    ],
)
def test_cases_worked_out_elsewhere(maxima: dict[str, float], exposed: int, s: str, r: str | None, level: str) -> None:
    unit = assess(maxima, exposed)
    assert (unit.s, unit.level) == (Fraction(s), level)
    assert r is None or unit.r == Fraction(r)


def test_every_class_has_its_beta_and_a_name_without_class_has_none() -> None:
    betas = {
        "J1": 4,
        "J2": 1,
        "J3": 2,
        "J4": 2,
        "J5": 1,
        "W1.1": 2,
        "W2": 1.5,
        "W5.1": 1.5,
        "W6.1": 1.5,
        "W7.1": 1.5,
        "W11": 1,
    }
    for name, beta in betas.items():
        assert beta_of(f"类别 {name}") == Fraction(str(beta)), name
    for name in SUBSTANCES:
        if name in ("甲醛（大于 90%）", "煤气", "过氧乙酸"):
            with pytest.raises(Unknown, match="β"):
                assess({name: 1000}, 0)
        else:
            assert beta_of(name) >= 1


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
