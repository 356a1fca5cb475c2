"""Trends against the published vectors and by hand."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from anlan.science.stats.trend import seasonal_kendall, spearman

pytestmark = pytest.mark.pure


def test_the_vectors(shared: Path) -> None:
    for case in json.loads((shared / "vectors" / "environment.json").read_text())["spearman_trend"]["cases"]:
        found = spearman(case["series"])
        assert (str(found.rs), found.significant, found.direction) == (
            case["rs"],
            case["significant_05"],
            case["trend"],
        )


def test_seasons_by_hand() -> None:
    """Two seasons of five rising values: S = 10 each, variance 5·4·15/18 each, z = 19 / √(100/3)."""
    rising = {1: [Decimal(n) for n in range(5)], 7: [Decimal(n) for n in range(10, 15)]}
    found = seasonal_kendall(rising)
    assert found is not None
    assert (found.statistic, found.z, found.direction, found.pairs) == (20, round(19 / (100 / 3) ** 0.5, 4), "up", 20)
    mixed = seasonal_kendall({1: rising[1], 7: rising[7][::-1]})
    assert mixed is not None
    assert (mixed.statistic, mixed.significant, mixed.direction) == (0, False, "none")


def test_a_season_against_another_says_nothing() -> None:
    """Summer far above winter, each constant: no trend; and too few pairs, or all equal, give no answer."""
    assert seasonal_kendall({1: [Decimal(1)] * 6, 7: [Decimal(9)] * 6}) is None
    assert seasonal_kendall({1: [Decimal(1), Decimal(2)]}) is None
    assert seasonal_kendall({}) is None


def test_ties_lower_the_variance() -> None:
    tied = seasonal_kendall({1: [Decimal(n) for n in (1, 1, 2, 3, 4)]})
    assert tied is not None
    assert tied.statistic == 9
    assert tied.z == round(8 / ((5 * 4 * 15 - 2 * 1 * 9) / 18) ** 0.5, 4)
