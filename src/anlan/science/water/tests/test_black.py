"""Readings by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from anlan.science.water import black

pytestmark = pytest.mark.pure


@pytest.mark.parametrize(
    ("item", "value", "grade"),
    [("DO", "2.0", 0), ("DO", "1.99", 1), ("DO", "0.2", 1), ("DO", "0.19", 2), ("ORP", "50", 0), ("ORP", "-200", 1), ("ORP", "-201", 2),
     ("NH3N", "8.0", 0), ("NH3N", "8.1", 1), ("NH3N", "15", 1), ("NH3N", "15.1", 2), ("transparency", "25", 0), ("transparency", "9", 2)],
)  # fmt: skip
def test_a_reading(item: str, value: str, grade: int) -> None:
    assert black.grade(item, Decimal(value)) == grade


def test_a_water_body() -> None:
    def readings(*given: str) -> list[dict[str, Decimal]]:
        return [{"NH3N": Decimal(one)} for one in given]

    assert black.evaluate([]) is None
    assert black.evaluate(readings("1", "2")) == black.NONE
    assert black.evaluate(readings("1", "9")) == black.LIGHT
    assert black.evaluate(readings("16", "16", "16", "1", "1")) == black.HEAVY
    assert black.evaluate(readings("16", "16", "1", "1", "1")) == black.LIGHT
    two = [{"NH3N": Decimal(16), "DO": Decimal("0.1")}] + [{"NH3N": Decimal(1), "DO": Decimal(5)}] * 2
    assert black.evaluate(two) == black.HEAVY
    with pytest.raises(KeyError):
        black.evaluate([{"colour": Decimal(1)}])
