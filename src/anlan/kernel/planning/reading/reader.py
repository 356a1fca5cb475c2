"""The reader: lines in, a `Reading` out, with every printed character accounted for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from anlan.base.errors import Refused
from anlan.kernel.planning.reading import indicator_table
from anlan.kernel.planning.reading import indicators as indicator_rows
from anlan.kernel.planning.reading import targets as numeric
from anlan.kernel.planning.reading.sources import lines_of, load
from anlan.kernel.planning.reading.structure import Section, Skeleton, build, header, ordinal, plan_starts
from anlan.kernel.planning.reading.tasks import is_section, read_table
from anlan.kernel.planning.reading.text import FIRST, THIRD, normal, period_of, printed, tidy
from anlan.kernel.planning.reading.types import (
    Account,
    Deadline,
    Line,
    Plan,
    Project,
    Reading,
    Task,
    Unread,
    flag_words,
)

# Chapters that look ahead; the others report the past and promise nothing.
_AHEAD = re.compile(r"目标|任务|工程|措施|保障|实施|行动|攻坚|防范|底线|生态|改革|创新|体系")
_AHEAD_FIRST = re.compile(r"目标|指标$")
_BACK = re.compile(r"现状|成效|成就|形势|挑战|机遇|基础与|指导思想|原则")


def read_file(path: Path) -> Reading:
    return read(load(path))


def read(data: bytes) -> Reading:
    """Read a plan document. Raises Refused when it is none; doubtful parts are flagged or left in `unread`."""
    return read_lines(lines_of(data))


def read_lines(lines: Sequence[Line]) -> Reading:
    starts = plan_starts(lines)
    if not starts:
        raise Refused("not_a_plan", "没有找到规划：文件里没有“…五…规划”这样的标题。")
    document, used, rest = header(lines[: starts[0][0]])
    account = Account(source=_count(lines), document=_count(used), unread=_count(rest))
    reading = Reading(document, [], [Unread(line.number, line.text) for line in rest], account, [], [])
    ends = [start for start, _after, _title in starts[1:]] + [len(lines)]
    if any(FIRST.match(normal(line.text)) for line in rest):
        reading.problems.append("第一个规划标题之前有章节：可能缺了一个规划的标题，这部分没有读。")
    for (first, after, title), end in zip(starts, ends, strict=True):
        skeleton = build(title, lines[first:after], lines[after:end])
        reading.plans.append(_plan(skeleton, reading))
    if not any(plan.chapters and (plan.tasks or plan.indicators) for plan in reading.plans):
        raise Refused("not_a_plan", "没有找到规划：标题下面没有指标，也没有任务。")
    reading.unread.sort(key=lambda one: one.line)
    if not account.balanced:
        message = f"characters do not add up: {account}"
        raise AssertionError(message)
    return reading


def _count(lines: Sequence[Line]) -> int:
    return sum(printed(line.text) for line in lines)


def _plan(skeleton: Skeleton, reading: Reading) -> Plan:
    account = reading.account
    opening = " ".join(line.text for section in skeleton.sections[:1] for line in section.lines[:3])
    everything = " ".join(
        line.text for section in skeleton.sections for line in section.lines if "规划年限" in line.text
    )
    period = period_of(skeleton.title, everything or opening)
    if period is None:
        reading.problems.append(f"{skeleton.title}：没有写明规划年限。")
        period = (0, 0)
    plan = Plan(skeleton.title, period)
    reading.unread += [Unread(line.number, line.text) for line in skeleton.strays]
    account.unread += _count(skeleton.strays)
    _indicators(plan, skeleton, account)
    key = [section for section in skeleton.sections if _under(skeleton, section, "重点工程")]
    _projects(plan, skeleton, key, account)
    _tasks(plan, skeleton, reading)
    for section in skeleton.sections:
        if section not in key:
            plan.chapters.append(section.chapter())
            account.chapters += _section_size(section)
    account.chapters += _count(skeleton.titles)
    account.tables += _count(skeleton.heads)
    if not plan.chapters[0].text and not plan.chapters[0].title:
        plan.chapters.pop(0)
    if skeleton.restarts:
        reading.problems.append(f"{plan.title}：章节序号从头再来，可能缺了后一个规划的标题。")
        for flags in [one.flags for one in plan.indicators] + [one.flags for one in plan.tasks]:
            flags.append("plan_doubtful")
    else:
        _doubts(plan, reading)
    plan.targets = numeric.find(_passages(skeleton), plan.indicators)
    return plan


# Flags that say what is so in print; the others say what could not be read for certain.
_PRINTED = frozenset(("provisional", "cumulative", "below_baseline", "no_number", "inherited"))


def _doubts(plan: Plan, reading: Reading) -> None:
    if not plan.indicators:
        reading.problems.append(f"{plan.title}：没有读到指标。")
    for one in plan.indicators:
        if doubtful := [flag for flag in one.flags if flag not in _PRINTED]:
            name = f"{one.group} {one.number} {one.name}"
            reading.problems.append(f"指标“{name}”存疑：{flag_words(doubtful)}。")


def _section_size(section: Section) -> int:
    """A heading whose line ran on into text is counted by its line, not twice."""
    heads = {line.number for line in section.heading}
    below = [line for line in section.lines if line.number not in heads]
    return _count(section.heading) + _count(below)


def _indicators(plan: Plan, skeleton: Skeleton, account: Account) -> None:
    if skeleton.indicator_lines:
        plan.indicators = indicator_table.from_table(skeleton.indicator_lines)
        account.tables += _count(skeleton.indicator_lines)
        for section in skeleton.sections:
            first = next((at for at, line in enumerate(section.lines) if _is_note(line)), None)
            if first is not None:
                indicator_rows.apply_note(plan.indicators, "".join(line.text for line in section.lines[first:]))
        return
    for section in skeleton.sections:
        if normal(section.title).endswith("主要指标"):
            below = [section, *_children(skeleton, section)]
            plan.indicators = indicator_rows.from_sentences(
                [line for one in below for line in (*one.heading, *one.lines)]
            )


def _children(skeleton: Skeleton, parent: Section) -> list[Section]:
    depth = len(parent.path)
    return [one for one in skeleton.sections if len(one.path) > depth and one.path[:depth] == parent.path]


def _under(skeleton: Skeleton, section: Section, word: str) -> bool:
    return any(
        word in normal(top.title) and section.path[: len(top.path)] == top.path
        for top in skeleton.sections
        if top.level == 1
    )


def _projects(plan: Plan, skeleton: Skeleton, key: list[Section], account: Account) -> None:
    for box in skeleton.boxes:
        account.projects += _count([box.heading, *box.items])
        for line in box.items:
            word = tidy(line.text)
            number, _, body = word.partition(".")
            title, _stop, text = (
                re.split(r"([。:：])", body, maxsplit=1) if re.search(r"[。:：]", body) else (body, "", "")
            )
            plan.projects.append(Project(number.strip(), title.strip(), text.strip(), "box_item", box.title, box.place))
    for section in key:
        account.projects += _section_size(section)
        if section.level == 2:
            text = "\n".join(tidy(line.text) for line in section.lines)
            plan.projects.append(Project(section.number, section.title, text, "key_project", "", section.place))


def _tasks(plan: Plan, skeleton: Skeleton, reading: Reading) -> None:
    if skeleton.task_lines:
        _table(plan, skeleton, reading)
    else:
        plan.tasks = _clauses(skeleton)


def _table(plan: Plan, skeleton: Skeleton, reading: Reading) -> None:
    chapters = "¶".join(line.text for section in skeleton.sections for line in (*section.heading, *section.lines))
    plan.tasks, strays, missing = read_table(skeleton.task_lines, chapters)
    kept = [line for line in strays if not is_section(line)]
    reading.unread += [Unread(line.number, line.text) for line in kept]
    reading.account.unread += _count(kept)
    reading.account.tables += _count(skeleton.task_lines) - _count(kept)
    reading.missing_rows += missing
    for line in strays:
        if is_section(line) and not FIRST.match(normal(line.text)):
            reading.problems.append(f"任务表的小标题缺序号：{tidy(line.text)}。")
    if missing:
        reading.problems.append(f"任务表缺第 {'、'.join(map(str, missing))} 行。")
    for task in plan.tasks:
        doubtful = [flag for flag in task.flags if flag not in _PRINTED]
        if doubtful:
            reading.problems.append(f"任务表第 {task.number} 行存疑：{flag_words(doubtful)}。")


def _clauses(skeleton: Skeleton) -> list[Task]:
    """Numbered clauses below 主要任务: the deepest numbered heading is the task; the plan prints no owner and no deadline."""
    tasks: list[Task] = []
    for top in skeleton.sections:
        if top.level != 1 or not normal(top.title).endswith("主要任务"):
            continue
        below = _children(skeleton, top)
        numbered = [one for one in below if THIRD.match(normal(one.number + "x"))] or [
            one for one in below if one.level == 2
        ]
        for section in numbered:
            parents = [one.title for one in below if one.path == section.path[:2] and one is not section]
            text = "\n".join([section.title, *(tidy(line.text) for line in section.lines)])
            number = f"{ordinal(top.number)}.{ordinal(section.number)}"
            flags = ["departments_missing", "deadline_missing"]
            tasks.append(Task(number, [*parents, section.title], text, [], Deadline(None, None, ""), flags))
    return tasks


def _looks_ahead(skeleton: Skeleton, section: Section) -> bool:
    """The nearest heading that says so decides: 主要目标 inside 指导思想 looks ahead, 现状 inside anything does not."""
    above = [one.title for one in skeleton.sections if one.path and section.path[: len(one.path)] == one.path]
    for title in reversed(above):
        if _AHEAD_FIRST.search(title):
            return True
        if _BACK.search(title):
            return False
    return any(_AHEAD.search(title) for title in above)


def _passages(skeleton: Skeleton) -> Iterator[numeric.Passage]:
    """Every paragraph that looks ahead, headings, boxes and key projects included."""
    for section in skeleton.sections:
        if _looks_ahead(skeleton, section):
            yield numeric.Passage(section.place, 0, section.title)
            for number, line in enumerate(section.lines, 1):
                if _is_note(line):
                    break  # what follows explains the figures of the table
                yield numeric.Passage(section.place, number, line.text)
    for box in skeleton.boxes:
        path = f"{box.place}/{box.title.split(' ')[0]}"
        for number, line in enumerate(box.items, 1):
            yield numeric.Passage(path, number, line.text)


def _is_note(line: Line) -> bool:
    return normal(line.text).startswith("指标说明")
