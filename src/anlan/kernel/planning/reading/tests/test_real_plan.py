"""The published plan: what must come out of it, counted and spot-checked against its own lines."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from itertools import pairwise

import pytest

from anlan.kernel.planning.reading.sources import text_lines
from anlan.kernel.planning.reading.tests import real
from anlan.kernel.planning.reading.text import normal, printed, tidy
from anlan.kernel.planning.reading.types import to_json

pytestmark = pytest.mark.pure


def test_document_and_plans() -> None:
    document = real.reading().document
    assert document.number == "河北政办〔2022〕5号"
    assert (document.index, document.valid) == ("111201050001567269/2022-00022", "有效")
    assert document.issuer.endswith("办公室")
    assert len(document.topics) == 4
    assert [plan.period for plan in real.reading().plans] == [(2021, 2025)] * 3
    assert [len(plan.indicators) for plan in real.reading().plans] == [8, 12, 16]
    assert [len(plan.tasks) for plan in real.reading().plans] == [12, 15, 144]
    assert list(to_json(real.reading())) == ["document", "plans", "unread"]


def test_every_character_has_one_owner() -> None:
    account = real.reading().account
    assert account.source == printed(real.text())
    assert account.balanced
    assert min(account.chapters, account.tables, account.projects, account.unread, account.document) > 0
    assert account.unread == sum(printed(one.text) for one in real.reading().unread)


def test_task_table_counts() -> None:
    tasks = real.plan("生态").tasks
    assert [task.number for task in tasks] == [str(number) for number in range(1, 145)]
    assert sum(len(task.departments) for task in tasks) == 264
    assert Counter(task.deadline.kind for task in tasks) == {
        "year": 31, "year_end": 1, "ongoing": 80, "year_then_ongoing": 29, "as_city_directs": 3,
    }  # fmt: skip
    assert all(len(task.path) == 2 and all(task.path) for task in tasks)
    for task in tasks:
        assert (task.deadline.year is None) == (task.deadline.kind in ("ongoing", "as_city_directs"))


def test_task_table_against_its_lines() -> None:
    """Of twenty rows, every printed line between the row's number and the next is in the row, in order."""
    lines = [tidy(line.text) for line in text_lines(real.text())]
    start = lines.index("任务内容")
    tasks = real.plan("生态").tasks
    at = start
    places = []
    for task in tasks:
        at = lines.index(task.number, at + 1)
        places.append(at)
    for number in (1, 2, 3, 6, 8, 11, 13, 17, 24, 25, 31, 39, 55, 65, 78, 87, 112, 113, 124, 138):
        task = tasks[number - 1]
        cells = [
            cell
            for cell in lines[places[number - 1] + 1 : places[number]]
            if not cell.startswith(("二、", "三、", "、"))
        ]
        tail = [task.text, *task.departments, task.deadline.text]
        assert cells[-len(tail) :] == tail
        printed_path = "".join(cells[: -len(tail)])
        assert "".join(task.path).endswith(printed_path)
        assert ("inherited" in task.flags) == (printed_path != "".join(task.path))


def test_inherited_categories_come_from_the_row_above() -> None:
    tasks = real.plan("生态").tasks
    for before, task in pairwise(tasks):
        if "inherited" in task.flags:
            assert task.path[0] == before.path[0]
    assert tasks[10].path[0] == tasks[9].path[0]
    assert tasks[12].path == tasks[11].path


def test_losses_are_flagged_and_nothing_else() -> None:
    found = {task.number: [flag for flag in task.flags if flag != "inherited"] for task in real.plan("生态").tasks}
    found = {number: flags for number, flags in found.items() if flags}
    assert found.pop("39") == ["illegible"]
    assert found.pop("9") == ["damaged"]
    assert found.pop("114") == ["damaged", "unended"]
    assert found == {number: ["unended"] for number in ("12", "13", "18", "34", "57", "61", "81", "137")}
    assert any("小标题" in problem for problem in real.reading().problems)  # the fourth section lost its numeral


def test_environment_indicators() -> None:
    rows = real.plan("生态").indicators
    assert [row.number for row in rows] == list(range(1, 17))
    assert Counter(row.kind for row in rows) == {"约束性": 10, "导向性": 6}
    days, dust = rows[:2]
    assert (days.baseline, days.target, days.unit, days.comparator) == (Decimal("63.9"), Decimal(74), "%", ">=")
    assert (dust.baseline, dust.target, dust.unit, dust.comparator) == (Decimal(46), Decimal(36), "微克/立方米", "<=")
    assert all(row.flags == ["provisional"] for row in (days, dust))
    assert [row.number for row in rows if "illegible" in row.flags] == [3, 4]
    assert [row.number for row in rows if "cumulative" in row.flags] == [12, 13]
    assert [row.number for row in rows if row.comparator == "city_assigned"] == [3, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]
    assert all(row.target is None for row in rows if row.comparator == "city_assigned")


def test_education_indicators_equal_the_facts_kept_beside_the_plan() -> None:
    table = real.path().parents[1] / "data/education/indicators/plan_indicators.csv"
    rows = real.plan("教育").indicators
    facts = [line.split(",") for line in table.read_text(encoding="utf-8").splitlines()[1:]]
    assert len(facts) == len(rows) == 12
    for fact, row in zip(facts, rows, strict=True):
        group, name, unit, baseline, comparator, target, kind = fact
        assert (row.group, row.name, row.unit, row.kind) == (group, name, unit, kind)
        assert (row.baseline_text, row.target) == (baseline, Decimal(target.lstrip(">")))
        assert row.comparator == comparator
    assert [row.name for row in rows if "below_baseline" in row.flags] == [facts[3][1], facts[4][1]]


def test_safety_indicators_are_sentences_in_three_groups() -> None:
    rows = real.plan("安全").indicators
    assert [(row.group, row.number) for row in rows] == [
        ("安全生产类", 1), ("安全生产类", 2), ("灾害防治类", 1), ("灾害防治类", 2),
        *(("城市建设应急保障能力类", number) for number in range(1, 5)),
    ]  # fmt: skip
    assert [row.target for row in rows] == [
        Decimal(word) if word else None for word in ("0.01", "0.8", "1", "0.1", "", "12", "2", "1")
    ]
    assert [row.comparator for row in rows] == ["<=", "<=", "<=", "<=", "=", "<=", ">=", ">="]


def test_clauses_projects_and_boxes() -> None:
    safety, education, environment = real.reading().plans
    assert [task.number for task in safety.tasks] == [f"4.{number}" for number in range(1, 13)]
    assert [task.number for task in education.tasks] == [f"3.{number}" for number in range(1, 16)]
    assert all(task.deadline.kind is None and "deadline_missing" in task.flags for task in safety.tasks)
    kinds = Counter((project.kind, project.box[:3]) for project in safety.projects)
    assert kinds == {("box_item", "专栏1"): 9, ("box_item", "专栏2"): 3, ("key_project", ""): 6}
    assert not education.projects
    assert not environment.projects


def test_every_target_is_where_its_place_says() -> None:
    for plan in real.reading().plans:
        chapters = {chapter.path: chapter for chapter in plan.chapters}
        boxes = {f"{one.place}/{one.box.split(' ')[0]}": [] for one in plan.projects}  # type: ignore[var-annotated]
        for one in plan.projects:
            boxes[f"{one.place}/{one.box.split(' ')[0]}"].append(f"{one.number}.{one.title}。{one.text}")
        for target in plan.targets:
            path, paragraph, offset = target.place.split(" ")
            number = int(paragraph[1:])
            if path in chapters:
                text = ([chapters[path].title, *chapters[path].text.split("\n")])[number]
            else:
                projects = [one.text for one in plan.projects if one.place == path and one.kind == "key_project"]
                text = projects[0].split("\n")[number - 1] if projects else boxes[path][number - 1]
            assert target.text in normal(text)
            assert normal(text)[int(offset[1:])].isdigit() or normal(text)[int(offset[1:])] in "三十百千"


def test_targets_found_and_attached() -> None:
    counts = [
        (len(plan.targets), sum(one.attached_to is not None for one in plan.targets)) for plan in real.reading().plans
    ]
    assert counts == [(12, 7), (15, 3), (11, 0)]
    for plan in real.reading().plans:
        by_name = {one.name: one for one in plan.indicators}
        for target in plan.targets:
            if target.attached_to:
                assert by_name[target.attached_to].target == target.value
    values = {(str(one.value), one.unit, one.comparator) for one in real.plan("生态").targets}
    assert {("30", "mg/m3", "<="), ("964", "处", ">="), ("75", "%", ">="), ("28", "%", ">=")} <= values
    assert not any(
        one.value in (5000, 300) for plan in real.reading().plans for one in plan.targets
    )  # whom, not how much
