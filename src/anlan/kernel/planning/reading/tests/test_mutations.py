"""Hurt copies of the plan: every row comes out right or carries a flag, or the reading names it."""

from __future__ import annotations

import random

import pytest

from anlan.base.errors import Refused
from anlan.kernel.planning.reading.reader import read
from anlan.kernel.planning.reading.tests import real
from anlan.kernel.planning.reading.text import normal
from anlan.kernel.planning.reading.types import FLAG_WORDS, Reading, Task, require_complete

pytestmark = pytest.mark.pure


def _lost(lines: list[str], at: int, _chance: random.Random) -> None:
    del lines[at]


def _split(lines: list[str], at: int, chance: random.Random) -> None:
    cut = chance.randrange(1, len(lines[at])) if len(lines[at]) > 1 else 0
    between = chance.choice([[], [""]])
    lines[at : at + 1] = [lines[at][:cut], *between, lines[at][cut:]]


def _wide(lines: list[str], at: int, _chance: random.Random) -> None:
    lines[at] = lines[at].translate(str.maketrans("0123456789", "０１２３４５６７８９"))


def _page(lines: list[str], at: int, chance: random.Random) -> None:
    lines[at:at] = [chance.choice(["— 12 —", "37", "- 5 -", str(chance.randrange(1, 150))]), *chance.choice([[], [""]])]


KINDS = {"lost": _lost, "split": _split, "wide": _wide, "page": _page}


def _facts(task: Task) -> object:
    return task.path, task.text, task.departments, task.deadline


def silent_errors(hurt: Reading) -> list[str]:
    """Rows that are wrong without a word."""
    plan = next((one for one in hurt.plans if "生态" in one.title), None)
    if plan is None:
        return ["the plan itself"]
    wrong: list[str] = []
    found: dict[str, list[Task]] = {}
    for task in plan.tasks:
        found.setdefault(task.number, []).append(task)
    for task in real.plan("生态").tasks:
        twins = found.pop(task.number, [])
        if not twins and int(task.number) not in hurt.missing_rows:
            wrong.append(task.number)
        wrong += [
            task.number for twin in twins if _facts(twin) != _facts(task) and not set(twin.flags) - set(task.flags)
        ]
    return wrong + [number for number, tasks in found.items() if not all(task.flags for task in tasks)]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(13))
def test_one_mutation_in_the_table(kind: str, seed: int) -> None:
    chance = random.Random(f"{kind} {seed}")
    lines = real.text().split("\n")
    start = next(at for at, line in enumerate(lines) if normal(line) == "任务内容")
    at = chance.choice([at for at in range(start, len(lines)) if lines[at].strip()])
    KINDS[kind](lines, at, chance)
    hurt = read("\n".join(lines).encode())
    assert silent_errors(hurt) == []
    assert hurt.account.balanced
    assert {flag for plan in hurt.plans for task in plan.tasks for flag in task.flags} <= set(FLAG_WORDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("seed", range(4))
def test_one_mutation_anywhere(kind: str, seed: int) -> None:
    chance = random.Random(f"anywhere {kind} {seed}")
    lines = real.text().split("\n")
    KINDS[kind](lines, chance.choice([at for at in range(len(lines)) if lines[at].strip()]), chance)
    hurt = read("\n".join(lines).encode())
    assert silent_errors(hurt) == []
    assert hurt.account.balanced


def test_the_oracle_can_fail() -> None:
    """A changed department without a flag is seen by the check above."""
    hurt = read(real.text().encode())
    next(one for one in hurt.plans if "生态" in one.title).tasks[4].departments[0] = "区教育局"
    assert silent_errors(hurt) == ["5"]


def test_lost_rows_are_named() -> None:
    lines = real.text().split("\n")
    start = next(at for at, line in enumerate(lines) if normal(line) == "任务内容")
    first = next(at for at in range(start, len(lines)) if lines[at].strip() == "37")
    last = next(at for at in range(first, len(lines)) if lines[at].strip() == "39")
    hurt = read("\n".join(lines[:first] + lines[last:]).encode())
    assert hurt.missing_rows == [37, 38]
    with pytest.raises(Refused, match="缺第 37、38 行"):
        require_complete(hurt)


def test_a_doubled_row_is_flagged_twice() -> None:
    lines = real.text().split("\n")
    start = next(at for at, line in enumerate(lines) if normal(line) == "任务内容")
    first = next(at for at in range(start, len(lines)) if lines[at].strip() == "37")
    last = next(at for at in range(first, len(lines)) if lines[at].strip() == "38")
    hurt = read("\n".join(lines[:last] + lines[first:last] + lines[last:]).encode())
    tasks = next(one for one in hurt.plans if "生态" in one.title).tasks
    assert any("duplicate_number" in task.flags or "stray_number" in task.flags for task in tasks[35:39])
    assert silent_errors(hurt) == []


@pytest.mark.parametrize("word", ["任务分解表", "序号", "牵头部门"])
def test_a_table_without_its_title_or_a_head_is_still_a_table(word: str) -> None:
    lines = real.text().split("\n")
    at = max(at for at, line in enumerate(lines) if normal(line).endswith(word))
    del lines[at]
    assert silent_errors(read("\n".join(lines).encode())) == []


@pytest.mark.parametrize("word", ["教育", "生态"])
def test_a_lost_title_makes_the_plan_before_doubtful(word: str) -> None:
    title = real.plan(word).title
    hurt = read(real.text().replace(f"\n{title}\n", "\n", 1).encode())
    merged = next(plan for plan in hurt.plans if any("plan_doubtful" in task.flags for task in plan.tasks))
    assert all("plan_doubtful" in one.flags for one in merged.indicators)
    assert all("plan_doubtful" in one.flags for one in merged.tasks)
    assert any("缺了后一个规划的标题" in problem for problem in hurt.problems)
    assert not any("plan_doubtful" in task.flags for plan in real.reading().plans for task in plan.tasks)
