"""Against the published vectors."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest

from anlan.science.flue import cems

pytestmark = pytest.mark.pure


def test_the_vectors(shared: Path) -> None:
    vectors = json.loads((shared / "vectors" / "environment.json").read_text())
    for case in vectors["flue_gas_reference_oxygen"]["cases"]:
        found = cems.to_reference(*(Decimal(str(case[name])) for name in ("measured", "o2", "ref_o2")))
        assert str(found) == case["corrected"]
        assert (found is not None and found > 30) == case["over_30"]
    for case in vectors["cems_hour_mean"]["cases"]:
        mean = cems.hour_mean([Decimal(one[:-1]) for one in case["minutes"] if one.endswith("N")])
        assert (mean.count, mean.valid, str(mean.value)) == (case["valid_minutes"], case["valid"], case["mean"])


@pytest.mark.parametrize("oxygen", ["20.9", "21", "19.1", "0.9", "-1"])
def test_oxygen_that_says_nothing_gives_no_figure(oxygen: str) -> None:
    assert cems.to_reference(Decimal(20), Decimal(oxygen), Decimal("3.5")) is None


def test_one_value_too_few_gives_no_mean() -> None:
    assert cems.hour_mean([Decimal(1)] * 44).value is None
    assert cems.day_mean([Decimal(1)] * 19).value is None
    assert cems.day_mean([Decimal(1)] * 20).value == 1
