"""The engine against a naive one that judges value by value, and across a crash at any point."""

from __future__ import annotations

import json
import math
import random
from typing import Any

import numpy as np
import pytest

from anlan.kernel.alarms.engine import Engine
from anlan.kernel.alarms.types import Calendar, Outcome, Watch
from anlan.kernel.observations.store.types import EMPTY, Columns, columns

pytestmark = pytest.mark.pure
MINUTE = 60_000
T0 = 1_767_225_600_000  # 2026-01-01T08:00+08:00, a Thursday


def rows(*given: tuple[int, int, float | None]) -> Columns:
    """(stream, minute, value); None is not usable."""
    return columns([(s, T0 + m * MINUTE, T0 + m * MINUTE, v, 0, 0 if v is not None else 3) for s, m, v in given])


def told(outcome: Outcome) -> list[tuple[str, int, int, float]]:
    bodies: list[dict[str, Any]] = [json.loads(one.body) for one in outcome.events]
    return [(b["told"], b["rule"], b["stream"], (b["since"] - T0) / MINUTE) for b in bodies]


def run(watch: Watch, *values: float | None) -> list[tuple[str, int, int, float]]:
    engine = Engine([watch], EMPTY, {})
    found = []
    for minute, value in enumerate(values):
        found += told(engine.step(rows((watch.stream, minute, value)), T0 + minute * MINUTE))
    return found


def test_a_limit_must_be_passed_for_its_hold_and_returns_inside_its_dead_band() -> None:
    watch = Watch(1, 7, "above", limit=10, back=2, hold=2 * MINUTE)
    assert run(watch, 11, 9, 11, 12, 10.5) == [("raised", 1, 7, 2)]  # the first touch alone is nothing
    assert run(watch, 11, 12, 13, 9, 8.5, 7.9) == [("raised", 1, 7, 0), ("returned", 1, 7, 0)]


def test_exactly_the_limit_is_not_above_it() -> None:
    assert run(Watch(1, 7, "above", limit=10), 10.0, 10.0) == []
    assert run(Watch(1, 7, "below", limit=10), 10.0) == []
    assert run(Watch(1, 7, "below", limit=10), 9.9, 10.0) == [("raised", 1, 7, 0), ("returned", 1, 7, 0)]


def test_a_value_that_is_not_usable_neither_raises_nor_returns() -> None:
    assert run(Watch(1, 7, "above", limit=10), None, 11, None, 9) == [("raised", 1, 7, 1), ("returned", 1, 7, 1)]


def test_outside_bits_rate_and_frozen() -> None:
    assert run(Watch(1, 7, "outside", limit=10, low=2), 5, 1, 5, 11) == [
        ("raised", 1, 7, 1), ("returned", 1, 7, 1), ("raised", 1, 7, 3)]  # fmt: skip
    assert run(Watch(1, 7, "bits", mask=0b110), 1, 3, 1) == [("raised", 1, 7, 1), ("returned", 1, 7, 1)]
    assert run(Watch(1, 7, "rate", limit=3), 1, 4, 8, 9) == [("raised", 1, 7, 2), ("returned", 1, 7, 2)]
    assert run(Watch(1, 7, "frozen", hold=3 * MINUTE), 5, 5, 5, 5, 6) == [("raised", 1, 7, 0), ("returned", 1, 7, 0)]
    assert run(Watch(1, 7, "frozen", hold=3 * MINUTE), 5, 5, 6, 6, 6) == []


def test_silence_is_told_by_the_clock_and_begins_with_the_last_value() -> None:
    engine = Engine([Watch(1, 7, "gap", hold=5 * MINUTE)], EMPTY, {})
    assert told(engine.tick(T0)) == []  # never heard: nothing to miss
    engine.step(rows((7, 0, 1.0)), T0)
    assert told(engine.tick(T0 + 5 * MINUTE)) == []
    assert told(engine.tick(T0 + 6 * MINUTE)) == [("raised", 1, 7, 0)]
    assert told(engine.tick(T0 + 7 * MINUTE)) == []
    assert told(engine.step(rows((7, 1, 1.0)), T0 + 8 * MINUTE)) == []  # back-fill: still silent now
    assert told(engine.step(rows((7, 8, 1.0)), T0 + 8 * MINUTE)) == [("returned", 1, 7, 0)]


def test_twins_that_differ_and_a_twin_too_old_to_compare() -> None:
    engine = Engine([Watch(1, 7, "twin", limit=2, other=8, window=MINUTE)], EMPTY, {})
    assert told(engine.step(rows((8, 0, 5.0), (7, 1, 9.0)), T0)) == [("raised", 1, 7, 1)]
    assert told(engine.step(rows((7, 9, 90.0)), T0)) == [("returned", 1, 7, 1)]  # nothing to compare with


def test_combined_conditions_and_suppression_by_design() -> None:
    level, flow = Watch(1, 7, "above", limit=1), Watch(2, 8, "above", limit=1)
    both = Watch(3, 7, "all", of=((1, 7), (2, 8)))
    engine = Engine([level, flow, both], EMPTY, {})
    assert told(engine.step(rows((7, 0, 2.0), (8, 1, 2.0)), T0))[-1] == ("raised", 3, 7, 1)
    assert ("returned", 3, 7, 1) in told(engine.step(rows((7, 2, 0.0)), T0))
    quiet = Engine([Watch(1, 7, "bits", mask=1), Watch(2, 8, "above", limit=1, unless=((1, 7),))], EMPTY, {})
    assert told(quiet.step(rows((7, 0, 1.0), (8, 1, 2.0)), T0)) == [("raised", 1, 7, 0)]
    # What it was suppressed for is over, and the condition still holds: now it is raised, since when it began.
    assert told(quiet.step(rows((7, 2, 0.0), (8, 3, 2.0)), T0)) == [("returned", 1, 7, 0), ("raised", 2, 8, 1)]


def test_a_late_value_raises_nothing() -> None:
    engine = Engine([Watch(1, 7, "above", limit=10)], EMPTY, {})
    engine.step(rows((7, 9, 1.0)), T0)
    assert told(engine.step(rows((7, 5, 99.0), (7, 9, 99.0)), T0)) == []


def test_a_calendar_over_midnight_and_a_rule_with_an_end() -> None:
    night = Calendar(weekdays=(3,), start=22 * 60, end=6 * 60)
    at = T0 - 8 * 60 * MINUTE  # Thursday 00:00
    assert [night.holds(at + hour * 60 * MINUTE) for hour in (5, 21, 22, 29, 30)] == [False, False, True, True, False]
    assert run(Watch(1, 7, "above", limit=10, valid_to=T0 + MINUTE), 9, 11) == []


def test_a_rule_that_goes_withdraws_its_alarm() -> None:
    engine = Engine([Watch(1, 7, "above", limit=10)], EMPTY, {})
    engine.step(rows((7, 0, 11.0)), T0)
    gone = engine.replace([], T0 + MINUTE)
    assert told(gone) == [("withdrawn", 1, 7, 0)]
    assert gone.state == {"watch/1/7": b""}
    assert told(engine.replace([], T0)) == []


def _naive(watches: list[Watch], batches: list[Columns]) -> list[tuple[str, int, int, float]]:
    """One batch after another, one row at a time, a fresh engine each time: only what was kept and the newest values survive."""
    kept: dict[str, bytes] = {}
    latest: dict[int, tuple[int, int, int, float | None, int, int]] = {}
    found = []
    for batch in batches:
        for place in np.lexsort((batch.stream, batch.end)):
            one = batch.take(slice(int(place), int(place) + 1))
            known = columns(sorted(latest.values()))
            outcome = Engine(watches, known, kept).step(one, T0)
            kept |= outcome.state
            found += told(outcome)
            key, end, value = int(one.stream[0]), int(one.end[0]), float(one.value[0])
            if key not in latest or end > latest[key][2]:
                latest[key] = (key, end, end, None if math.isnan(value) else value, 0, int(one.judged[0]))
    return found


@pytest.mark.parametrize("seed", range(40))
def test_batches_and_crashes_change_nothing(seed: int) -> None:
    chance = random.Random(seed)
    watches = [
        Watch(1, 1, "above", limit=5, back=1, hold=chance.choice([0, 2 * MINUTE])),
        Watch(2, 1, "rate", limit=4), Watch(3, 2, "frozen", hold=2 * MINUTE), Watch(4, 2, "below", limit=2),
        Watch(5, 3, "outside", limit=7, low=1, unless=((1, 1),)), Watch(6, 3, "twin", limit=3, other=1),
        Watch(7, 1, "all", of=((1, 1), (4, 2))),
    ]  # fmt: skip
    batches, minute = [], 0
    for _batch in range(30):
        given = []
        for _row in range(chance.randrange(1, 6)):
            minute += chance.randrange(0, 2)
            late = chance.choice([0, 0, 0, 3])
            value = chance.choice([None, *range(10)])
            given.append((chance.randrange(1, 4), max(1, minute - late), value if value is None else float(value)))
        keyed = {(stream, at): (stream, at, value) for stream, at, value in given}
        batches.append(rows(*keyed.values()))
    whole = Engine(watches, EMPTY, {})
    assert [one for batch in batches for one in told(whole.step(batch, T0))] == _naive(watches, batches)


def test_a_rule_that_ended_is_withdrawn_by_the_clock_and_its_next_version_judges_on() -> None:
    old, new = Watch(1, 7, "above", limit=10, valid_to=T0 + 2 * MINUTE), Watch(2, 7, "above", limit=5, valid_from=T0 + 2 * MINUTE)  # fmt: skip
    engine = Engine([old, new], EMPTY, {})
    assert told(engine.step(rows((7, 1, 11.0)), T0 + MINUTE)) == [("raised", 1, 7, 1)]
    assert told(engine.tick(T0 + MINUTE)) == []
    assert told(engine.tick(T0 + 2 * MINUTE)) == [("withdrawn", 1, 7, 1)]
    assert told(engine.step(rows((7, 3, 7.0)), T0 + 3 * MINUTE)) == [("raised", 2, 7, 3)]


def test_an_hourly_value_from_before_the_change_is_judged_by_the_version_of_its_hour() -> None:
    old, new = Watch(1, 7, "above", limit=10, valid_to=T0 + 2 * MINUTE), Watch(2, 7, "above", limit=5, valid_from=T0 + 2 * MINUTE)  # fmt: skip
    engine = Engine([old, new], EMPTY, {})
    assert told(engine.step(rows((7, 1, 7.0)), T0 + 4 * MINUTE)) == []  # came late: 7 was allowed then
    assert told(engine.step(rows((7, 2, 7.0)), T0 + 4 * MINUTE)) == [("raised", 2, 7, 2)]


def test_what_stands_returns_when_its_hours_are_over() -> None:
    day = Calendar(start=8 * 60, end=8 * 60 + 3)  # T0 is 08:00
    assert run(Watch(1, 7, "above", limit=10, calendar=day), 11, 11, 11, 11, 11) == [
        ("raised", 1, 7, 0),
        ("returned", 1, 7, 0),
    ]
    assert run(Watch(1, 7, "above", limit=10, hold=5 * MINUTE, calendar=day), *[11] * 9) == []


def test_a_rule_gone_while_nobody_wrote_is_withdrawn_at_the_start() -> None:
    first = Engine([Watch(1, 7, "above", limit=10)], EMPTY, {})
    kept = first.step(rows((7, 1, 11.0)), T0).state
    again = Engine([], rows((7, 1, 11.0)), kept)
    assert told(again.replace([], T0 + MINUTE)) == [("withdrawn", 1, 7, 1)]
