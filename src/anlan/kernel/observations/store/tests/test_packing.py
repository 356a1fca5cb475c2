"""Packed integers, decimals, days and hours give back what was put in, bit by bit; sums do not depend on the order."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.observations.store import merge, packing
from anlan.kernel.observations.store.days import (
    SPAN,
    decode_day,
    decode_hours,
    encode_day,
    encode_hours,
    figures,
    read_figures,
    set_figures,
)
from anlan.kernel.observations.store.tests.oracle import listed
from anlan.kernel.observations.store.types import CHINA_MS, DAY_MS, HOUR_MS, columns

pytestmark = pytest.mark.pure
MIDNIGHT = 20_000 * DAY_MS - CHINA_MS
whole = st.integers(-(2**63), 2**63 - 1)
numbers = st.one_of(
    st.none(), st.integers(-99999, 999999).map(lambda n: n / 100), st.floats(allow_nan=False), st.sampled_from([-0.0, 0.1 + 0.2])
)  # fmt: skip
day_rows = st.lists(
    st.tuples(st.integers(1, DAY_MS), st.sampled_from([0, 60_000]), numbers, st.integers(0, 255), st.sampled_from([0, 0, 3])),
    min_size=1, max_size=40, unique_by=lambda one: one[0],
)  # fmt: skip


@given(st.lists(whole, min_size=1, max_size=50))
def test_integers(values: list[int]) -> None:
    block = b"x" + packing.pack(np.array(values, np.int64)) + b"rest"
    found, at = packing.unpack(block, 1, len(values))
    assert found.tolist() == values
    assert block[at:] == b"rest"


@given(st.integers(-(2**90), 2**90))
def test_numbers_of_any_size(value: int) -> None:
    block = packing.number(value)
    assert packing.read_number(block, 0) == (value, len(block))


def test_what_is_regular_takes_no_room() -> None:
    assert len(packing.pack(np.full(10_000, 7, np.int64))) == 2
    assert len(packing.pack(600_000 * np.arange(10_000))) < 8


@given(st.lists(st.floats(allow_nan=False), max_size=40), st.integers(0, 4))
def test_decimals_are_exact_or_none(values: list[float], guess: int) -> None:
    array = np.array(values, np.float64)
    found = packing.decimals(array, guess)
    if found is not None:
        assert (found[1] / 10.0 ** found[0]).tobytes() == array.tobytes()
    hundredths = np.rint(np.nan_to_num(array, posinf=0.0, neginf=0.0) % 1000 * 100) / 100
    assert packing.decimals(hundredths, guess) is not None


@given(day_rows)
def test_a_day_and_its_hours(given_rows: list[tuple[int, int, float | None, int, int]]) -> None:
    rows = merge.newest(
        columns(
            (7, MIDNIGHT + at - span, MIDNIGHT + at, value, sent, judged)
            for at, span, value, sent, judged in given_rows
        )
    )
    found = decode_day(7, encode_day(rows))
    assert listed(found) == listed(rows)
    assert found.value.tobytes() == rows.value.tobytes()
    hours = merge.buckets(rows, HOUR_MS)
    again = decode_hours(7, encode_hours(hours))
    assert [getattr(again, name).tolist() for name in hours.__slots__] == [
        getattr(hours, name).tolist() for name in hours.__slots__
    ]


@pytest.mark.parametrize("block", [b"", b"Xabc", b"Zdamaged"])
def test_a_damaged_day_is_said_to_be(block: bytes) -> None:
    with pytest.raises(ValueError, match="block"):
        decode_day(1, block)


@given(st.lists(st.integers(-(10**9), 10**9).map(lambda n: n / 10_000), min_size=1, max_size=60))
def test_sums_of_decimals_are_exact_in_any_order(values: list[float]) -> None:
    exact = sum(round(one * 10_000) for one in values) / 10_000
    for order in (values, values[::-1], sorted(values)):
        rows = columns((1, 0, MIDNIGHT + 1 + place, value, 0, 0) for place, value in enumerate(order))
        assert merge.buckets(rows, DAY_MS).total.tolist() == [exact]


def test_figures_of_many_days() -> None:
    rows = columns((stream, 0, MIDNIGHT + day * DAY_MS + 1, float(day), 0, 0) for stream in (1, 2) for day in range(3))
    days = merge.buckets(rows, DAY_MS)
    number = merge.day_of(days.start + 1)
    blocks = figures([None, None])
    set_figures(blocks, days.stream - 1, number % SPAN, days)
    found = read_figures(np.array([1, 2]), np.full(2, number[0] // SPAN * SPAN), [one.tobytes() for one in blocks])
    assert found.start.tolist() == days.start.tolist()
    assert found.total.tolist() == days.total.tolist()
    set_figures(blocks, np.array([0]), number[:1] % SPAN, None)
    assert len(read_figures(np.array([1, 2]), np.zeros(2, np.int64), [one.tobytes() for one in blocks])) == 5
