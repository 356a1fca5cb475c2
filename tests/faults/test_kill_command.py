"""kill -9 in the middle of an activation: all of its tasks or none, the chain holds, and signing it again makes up for it."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.faults.product import ROUNDS, Product, assert_verified, draws

pytestmark = [pytest.mark.slow, pytest.mark.fuzz]


def _look(product: Product) -> dict[str, Any]:
    done = product.agent("command-look")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["fault"] == ""
    assert found["same"]
    return found


def test_a_killed_activation_is_all_or_nothing(fresh: Product, tmp_path: Path) -> None:
    assert fresh.agent("command-ready").returncode == 0
    nothing, clean = _look(fresh), fresh.copy(tmp_path / "clean")
    counted = clean.agent("die", "0", "command-activate")
    assert counted.returncode == 0, counted.stderr
    steps, everything = int(counted.stderr.splitlines()[-1]), _look(clean)
    assert (nothing["board"], everything["board"], everything["journal"]) == (0, 3, 1)
    dice = draws("activation")
    left = []
    for number in range(ROUNDS):
        place = steps if number == 0 else dice.randint(1, steps)
        product = fresh.copy(tmp_path / f"round-{number}")
        assert product.agent("die", str(place), "command-activate").returncode == -signal.SIGKILL
        found = _look(product)
        assert found in (nothing, everything), (place, steps)
        left.append(found == everything)
        assert product.agent("command-activate").returncode == 0
        assert _look(product) == everything, (place, steps)
        assert_verified(product)
    assert left[0]
    assert not all(left)
