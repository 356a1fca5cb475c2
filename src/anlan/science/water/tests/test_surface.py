"""Against the published vectors; wrong input."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from anlan.science.water import surface

pytestmark = pytest.mark.pure


def _dec(given: dict[str, float]) -> dict[str, Decimal]:
    return {item: Decimal(str(value)) for item, value in given.items()}


def test_the_vectors(shared: Path) -> None:
    vectors = json.loads((shared / "vectors" / "environment.json").read_text())
    for case in vectors["water_section_class"]["cases"]:
        found = surface.evaluate(_dec(case["sample"]), lake=case["lake"])
        assert found is not None
        assert (found.water_class, list(found.items)) == (case["class"], sorted(case["items_at_class"])), case
        told = [
            {"item": o.item, "class": o.water_class, "times_over": None if o.times is None else str(o.times)}
            for o in found.over
        ]
        assert told == case["over_III"], case
    for case in vectors["water_river_quality"]["cases"]:
        river = surface.river(case["sections"])
        assert (str(river.good), str(river.worse), river.quality) == (
            case["I_III_pct"],
            case["worse_V_pct"],
            case["quality"],
        )
    for case in vectors["cwqi"]["cases"]:
        mean = _dec(case["mean"])
        assert str(surface.cwqi(mean)) == case["cwqi"]
        assert {item: f"{part:.4f}" for item, part in surface.index_parts(mean).items()} == case["parts"]
    table = vectors["tables"]["GB3838-2002"]
    assert {item: [float(one) for one in row] for item, row in surface.LIMITS.items()} == {
        k: v for k, v in table.items() if v
    }


def test_nothing_unknown_and_too_few() -> None:
    assert surface.evaluate({}) is None
    with pytest.raises(KeyError):
        surface.evaluate({"TN": Decimal(1)})
    with pytest.raises(ValueError, match="five"):
        surface.river(["I"] * 4)


def test_a_short_river_is_judged_by_the_mean_of_its_sections() -> None:
    """NH3-N 0.4 and 2.4: mean 1.4 is IV, although one section is II and the other worse than V."""
    found = surface.river_of([{"NH3N": Decimal("0.4")}, {"NH3N": Decimal("2.4")}])
    assert found == surface.River(Decimal("50.0"), Decimal("50.0"), "轻度污染")
    assert surface.river_of([]) is None
    five = surface.river_of([{"NH3N": Decimal("0.4")}] * 4 + [{"NH3N": Decimal("2.4")}])
    assert five == surface.River(Decimal("80.0"), Decimal("20.0"), "良好")


@pytest.mark.parametrize(
    ("good", "worse", "word"),
    [("60", "0", "无明显变化"), ("61", "0", "有所好转"), ("70", "0", "有所好转"), ("71", "0", "明显好转"), ("40", "1", "有所变差"), ("40", "20", "明显变差")],
)  # fmt: skip
def test_change_between_two_periods(good: str, worse: str, word: str) -> None:
    before = surface.River(Decimal(50), Decimal(0), "")
    assert surface.changed(before, surface.River(Decimal(good), Decimal(worse), "")) == word


def test_equal_indices_share_a_rank_and_the_next_counts_on() -> None:
    found = surface.ranked({"甲": Decimal(3), "乙": Decimal(2), "丙": Decimal(3), "丁": Decimal(4)})
    assert [(rank, name) for rank, name, _value in found] == [(1, "乙"), (2, "丙"), (2, "甲"), (4, "丁")]


def test_targets() -> None:
    assert surface.at_least("III", "III")
    assert surface.at_least("I", "V")
    assert not surface.at_least("劣V", "V")
    assert surface.limit_of("DO", "III") == 5
    assert surface.limit_of("TP", "III", lake=True) == Decimal("0.05")
    assert surface.limit_of("pH", "III") is None
    with pytest.raises(ValueError, match="not in"):
        surface.limit_of("DO", "VI")
