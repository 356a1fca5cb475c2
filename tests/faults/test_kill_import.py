"""kill -9 in the middle of an import: all of it or nothing, and the same import again makes up for it."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.product import ROUNDS, Product, assert_verified, attachments_whole, contents, draws, kill

pytestmark = [pytest.mark.slow, pytest.mark.fuzz]
ABREAST = 2


def air_csv(days: int = 14, stations: str = "甲乙丙") -> str:
    draw = random.Random(11)
    lines = ["station,time,pm25,pm10,so2,no2,co,o3"]
    for station in stations:
        for month in (1, 2, 3):
            for day in range(1, days + 1):
                for hour in range(24):
                    numbers = (draw.randint(5, 160), draw.randint(20, 240), draw.randint(2, 40), draw.randint(10, 90))
                    rest = f"{draw.randint(2, 30) / 10},{draw.randint(2, 180)}"
                    lines.append(
                        f"{station},2025-{month:02d}-{day:02d}T{hour:02d},{','.join(map(str, numbers))},{rest}"
                    )
    return "\n".join(lines)


def plan_file(product: Product, folder: Path) -> tuple[str, ...]:
    file = folder / "plan.txt"
    file.write_text(product.run("plan", "sample").stdout, encoding="utf-8")
    return ("plan", "import", str(file), "--yes")


def air_file(_product: Product, folder: Path) -> tuple[str, ...]:
    file = folder / "hours.csv"
    file.write_text(air_csv(), encoding="utf-8")
    return ("air", "import", str(file), "--yes")


@pytest.mark.parametrize("write_input", [plan_file, air_file])
def test_killed_import_is_all_or_nothing(
    fresh: Product, tmp_path: Path, write_input: Callable[[Product, Path], tuple[str, ...]]
) -> None:
    words = write_input(fresh, tmp_path)
    nothing, clean = contents(fresh), fresh.copy(tmp_path / "clean")
    start = time.monotonic()
    counted = clean.agent("die", "0", *words)
    spent = time.monotonic() - start
    assert counted.returncode == 0, counted.stderr
    steps, everything = int(counted.stderr.splitlines()[-1]), contents(clean)
    assert everything != nothing
    dice = draws(write_input.__name__)

    def broken_round(number: int, place: int, moment: float) -> str:
        """Killed at a step of the work, or at a moment seen from outside; says where and what was left."""
        product = fresh.copy(tmp_path / f"round-{number}")
        if number % 2:
            assert product.agent("die", str(place), *words).returncode == -signal.SIGKILL
        else:
            process = product.start(*words)
            time.sleep(moment)
            kill(process)
        left = contents(product)
        assert left in (nothing, everything), (number, place, moment)
        assert attachments_whole(product), (number, place, moment)
        assert_verified(product)
        again = product.run(*words)
        assert again.returncode == 0, (number, place, moment, again.stderr)
        assert contents(product) == everything, (number, place, moment)
        assert attachments_whole(product)
        return "everything" if left == everything else "nothing"

    rounds = [(number, dice.randint(1, steps), dice.uniform(0, spent)) for number in range(ROUNDS - 1)]
    rounds.append((ROUNDS | 1, steps, 0.0))  # always one just after the commit: everything is there
    with ThreadPoolExecutor(ABREAST) as pool:
        outcomes = list(pool.map(lambda one: broken_round(*one), rounds))
    assert outcomes[-1] == "everything"
    assert "nothing" in outcomes
