"""Derived values: instant by instant, from usable inputs only, and never in the way of what was measured."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from anlan.kernel.observations.deriving import derive
from anlan.kernel.observations.store.types import EMPTY, Columns, columns
from anlan.kernel.observations.types import KnownDerivation

pytestmark = pytest.mark.pure
A, B, SUM, OTHER = 1, 2, 3, 9


def _sum(prepared: Any, _at: int, values: Mapping[str, float]) -> Mapping[str, float]:
    return {"sum": values["a"] + values["b"] + prepared, "nobody": 1.0} if len(values) == 2 else {}


def _known(how: Any = _sum, prepared: float = 0.0) -> dict[int, KnownDerivation]:
    one = KnownDerivation({A: "a", B: "b"}, {"sum": SUM}, prepared, how)
    return {A: one, B: one}


def _rows(*rows: tuple[int, int, float | None, int]) -> Columns:
    return columns((stream, end, end, value, 0, judged) for stream, end, value, judged in rows)


def _told(rows: Columns) -> list[tuple[int, int, float]]:
    return list(zip(rows.stream.tolist(), rows.end.tolist(), rows.value.tolist(), strict=True))


def test_the_inputs_of_one_instant_meet_whatever_their_order() -> None:
    rows = _rows((B, 20, 2.0, 0), (OTHER, 10, 5.0, 0), (A, 10, 1.0, 0), (A, 20, 3.0, 0), (B, 10, 4.0, 0))
    assert sorted(_told(derive(rows, _known(prepared=100.0)))) == [(SUM, 10, 105.0), (SUM, 20, 105.0)]


def test_what_is_not_usable_says_nothing() -> None:
    assert _told(derive(_rows((A, 10, 1.0, 0), (B, 10, 4.0, 2)), _known())) == []
    assert _told(derive(_rows((A, 10, 1.0, 0), (B, 10, None, 3)), _known())) == []


def test_without_derivations_or_rows_nothing_is_done() -> None:
    assert derive(EMPTY, _known()) is EMPTY
    assert derive(_rows((A, 10, 1.0, 0)), {}) is EMPTY


def test_a_derivation_that_fails_or_gives_no_number_is_left_out() -> None:
    def fails(_prepared: Any, at: int, _values: Mapping[str, float]) -> Mapping[str, float]:
        if at == 10:
            raise ZeroDivisionError
        return {"sum": float("nan")} if at == 20 else {"sum": 1.0}

    rows = _rows(*((A, at, 1.0, 0) for at in (10, 20, 30)))
    assert _told(derive(rows, _known(fails))) == [(SUM, 30, 1.0)]


def test_two_stations_do_not_mix() -> None:
    here, there = _known(), {11: KnownDerivation({11: "a", 12: "b"}, {"sum": 13}, 0.0, _sum)}
    there[12] = there[11]
    rows = _rows((A, 10, 1.0, 0), (12, 10, 7.0, 0), (B, 10, 2.0, 0), (11, 10, 5.0, 0))
    assert sorted(_told(derive(rows, here | there))) == [(SUM, 10, 3.0), (13, 10, 12.0)]
    assert derive(rows, here | there).judged.dtype == np.uint8
