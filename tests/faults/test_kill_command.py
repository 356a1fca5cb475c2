"""kill -9 in the middle of an activation, a move of stock, a hand-over: all of it or none, the chains hold, and doing it again makes up for it."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.faults.product import ROUNDS, Product, assert_verified, draws

pytestmark = [pytest.mark.slow, pytest.mark.fuzz]


def _look(product: Product, word: str) -> dict[str, Any]:
    done = product.agent(word)
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["fault"] == ""
    assert found["same"]
    return found


@pytest.mark.parametrize(
    ("ready", "act", "look", "before", "after"),
    [
        ("command-ready", "command-activate", "command-look", {"board": 0, "journal": 0}, {"board": 3, "journal": 1}),
        ("stock-ready", "stock-move", "stock-look", {"orders": 1, "moves": 1}, {"orders": 2, "moves": 2}),
        ("hand-ready", "hand-over", "hand-look", {"handed": 0, "parcels": 0}, {"handed": 1, "parcels": 1}),
    ],
)
def test_killed_in_the_middle_it_is_all_or_nothing(
    fresh: Product, tmp_path: Path, ready: str, act: str, look: str, before: dict[str, int], after: dict[str, int]
) -> None:
    begun = fresh.copy(tmp_path / "begun")
    done = begun.agent(ready)
    assert done.returncode == 0, done.stderr
    nothing, clean = _look(begun, look), begun.copy(tmp_path / "clean")
    counted = clean.agent("die", "0", act)
    assert counted.returncode == 0, counted.stderr
    steps, everything = int(counted.stderr.splitlines()[-1]), _look(clean, look)
    assert (before.items() <= nothing.items(), after.items() <= everything.items()) == (True, True), (
        nothing,
        everything,
    )
    dice = draws(act)
    left = []
    for number in range(ROUNDS):
        place = steps if number == 0 else dice.randint(1, steps)
        product = begun.copy(tmp_path / f"round-{number}")
        assert product.agent("die", str(place), act).returncode == -signal.SIGKILL
        found = _look(product, look)
        assert found in (nothing, everything), (place, steps)
        left.append(found == everything)
        assert product.agent(act).returncode == 0
        assert _look(product, look) == everything, (place, steps)
        assert_verified(product)
    assert left[0]
    assert not all(left)
