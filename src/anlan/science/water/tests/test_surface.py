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
