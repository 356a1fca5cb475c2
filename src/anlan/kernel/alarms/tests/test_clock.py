"""Silence, when the server's clock jumps: one silence is one alarm, and only a value ends it."""

from __future__ import annotations

import pytest

from anlan.kernel.alarms.engine import Engine
from anlan.kernel.alarms.tests.test_engine import MINUTE, T0, rows, told
from anlan.kernel.alarms.types import Watch
from anlan.kernel.observations.store.types import EMPTY

pytestmark = pytest.mark.pure


def test_a_clock_set_back_ends_no_silence_and_a_second_one_is_told() -> None:
    engine = Engine([Watch(1, 7, "gap", hold=5 * MINUTE)], EMPTY, {})
    told_of = []
    for minute, value in ((0, 1.0), (60, None), (1, None), (2, None), (7, None), (60, None), (61, 2.0), (70, None)):
        now = T0 + minute * MINUTE
        outcome = engine.tick(now) if value is None else engine.step(rows((7, minute, value)), now)
        told_of += told(outcome)
    assert told_of == [("raised", 1, 7, 0), ("returned", 1, 7, 0), ("raised", 1, 7, 61)]
