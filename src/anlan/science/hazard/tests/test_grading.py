"""LEC and LS: the bands have no gap, and every product of the tables lands where the rule says."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.science.hazard import grading

pytestmark = pytest.mark.pure
DAY = date(2025, 7, 25)


@pytest.mark.parametrize(
    ("score", "level"),
    [
        ("0", "blue"),
        ("69.99", "blue"),
        ("70", "yellow"),
        ("159.5", "yellow"),
        ("160", "orange"),
        ("319.5", "orange"),
        ("320", "red"),
        ("10000", "red"),
    ],
)
def test_edges_of_lec(score: str, level: str) -> None:
    assert grading.table("lec", DAY).level(Decimal(score)) == level


def test_every_product_of_lec() -> None:
    factors = grading.table("lec", DAY).factors
    found = {}
    for l, e, c in product(*([value for value, _words in factors[one]] for one in "lec")):  # noqa: E741 - the method's own letter
        found[l, e, c] = grading.grade("lec", {"l": l, "e": e, "c": c}, DAY)
    assert len(found) == 7 * 6 * 6
    assert not [one for one in found.values() if one.score in (160, 320)]
    edge = {tuple(map(int, key)) for key, one in found.items() if one.score == 70}
    assert edge == {(1, 10, 7), (10, 1, 7)}
    assert {one.level for one in found.values() if one.score == 70} == {"yellow"}
    assert found[Decimal(3), Decimal(6), Decimal(15)] == grading.Graded(Decimal(270), "orange")


def test_every_product_of_ls() -> None:
    for l, s in product(range(1, 6), range(1, 6)):  # noqa: E741 - the method's own letter
        told = grading.grade("ls", {"l": l, "s": s}, DAY)
        wanted = "red" if l * s >= 20 else "orange" if l * s >= 15 else "yellow" if l * s >= 9 else "blue"
        assert (int(told.score), told.level) == (l * s, wanted)


@given(
    st.decimals(min_value=0, max_value=100000, allow_nan=False, allow_infinity=False), st.sampled_from(["lec", "ls"])
)
def test_any_number_has_one_band(score: Decimal, method: str) -> None:
    used = grading.table(method, DAY)
    level = used.level(score)
    starts = {one: start for start, one in used.bands}
    assert starts[level] <= score
    assert all(start > score for start, one in used.bands if grading.ORDER.index(one) < grading.ORDER.index(level))


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"l": "3", "e": "6"},
        {"l": "4", "e": "6", "c": "15"},
        {"l": "x", "e": "6", "c": "15"},
        {"l": "-1", "e": "6", "c": "1"},
    ],
)
def test_factors_that_are_none(values: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"[LEC]"):
        grading.grade("lec", values, DAY)


def test_free_values_are_asked_for() -> None:
    assert grading.grade("lec", {"l": "2", "e": "5", "c": "15.95"}, DAY, free=True).level == "yellow"
    assert grading.worst(["blue", "orange", "yellow"]) == "orange"
    assert grading.worst([]) == ""
    with pytest.raises(KeyError):
        grading.grade("hazop", {}, DAY)
    with pytest.raises(ValueError, match="score"):
        grading.table("ls", DAY).level(Decimal(-1))
    assert all(one.source and not one.verified for one in grading.tables())
