"""The words of reports and press releases, drafted from a board. A person edits, the right post signs. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.base.clock import CHINA
from anlan.kernel.response.fold import Board
from anlan.kernel.response.grading import kinds
from anlan.kernel.response.types import COLOURS, FACTS, GRADES, LEVELS, STATES

# Of a count that a report states: a fall, or a rise beyond this many times and this many, is explained in the report.
TIMES, MOST = 3.0, 10.0


def moment(at: datetime | None) -> str:
    return (
        f"{at.astimezone(CHINA).month}月{at.astimezone(CHINA).day}日{at.astimezone(CHINA):%H时%M分}"
        if at
        else "时间不详"
    )


def counted(board: Board) -> dict[str, Any]:
    """What the board counts now, slug -> value, in the order of the words."""
    return {
        slug: board.counts[slug].value for slug, kind in FACTS.items() if slug in board.counts and kind.kind != "text"
    }  # fmt: skip


def count_words(values: Mapping[str, Any]) -> str:
    return "，".join(
        f"{FACTS[slug].title}{value:g}{FACTS[slug].unit}" for slug, value in values.items() if slug in FACTS
    )


def changes(former: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """What changed since the former report, in words."""
    lines = []
    for slug, value in new.items():
        before = former.get(slug)
        if slug in FACTS and before != value:
            title, unit = FACTS[slug].title, FACTS[slug].unit
            lines.append(f"{title}{value:g}{unit}（{'新增' if before is None else f'上一份为{before:g}{unit}'}）")
    lines += [
        f"{FACTS[slug].title}不再列出（上一份为{value:g}{FACTS[slug].unit}）"
        for slug, value in former.items()
        if slug in FACTS and slug not in new
    ]
    return lines


def jumps(former: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Counts that fell or leapt: they need an explanation in the report."""
    found = []
    for slug, before in former.items():
        value = new.get(slug)
        if value is None or slug not in FACTS:
            continue
        if value < before:
            found.append(f"{FACTS[slug].title}由{before:g}减为{value:g}")
        elif value - before >= MOST and value > before * TIMES:
            found.append(f"{FACTS[slug].title}由{before:g}增为{value:g}")
    return found


def standing(board: Board) -> str:
    """Grade, warning colour and response level, each as what it is."""
    parts = [f"状态：{STATES[board.state]}"]
    if board.grade:
        parts.append(f"事件分级：{GRADES[board.grade]}")
    if board.colour:
        parts.append(f"预警：{COLOURS[board.colour]}")
    if board.level:
        parts.append(f"响应级别：{LEVELS[board.level]}")
    return "；".join(parts)


def report(board: Board, stage: str, former: Mapping[str, Any], at: datetime) -> str:
    """The draft of a report: what, where, when; the counts and what changed; what is being done; what is next."""
    kind = kinds()[board.kind].title if board.kind in kinds() else "突发事件"
    head = f"{moment(board.occurred_at)}，{board.place}发生{kind}。{moment(board.opened_at)}接报。"
    values = counted(board)
    paragraphs = [head, f"{standing(board)}。"]
    paragraphs.append(
        f"截至{moment(at)}，{count_words(values)}。" if values else f"截至{moment(at)}，没有人员伤亡和损失的报告。"
    )
    if stage in ("follow", "final"):
        changed = changes(former, values)
        paragraphs.append(
            f"与上一份报告相比：{'；'.join(changed)}。" if changed else "与上一份报告相比，各项数字没有变化。"
        )
    if cause := board.counts.get("cause"):
        paragraphs.append(f"初步原因：{cause.value}。")
    paragraphs += [*_doing(board, at), *_next(board)]
    return "\n".join(paragraphs)


def _doing(board: Board, at: datetime) -> list[str]:
    lines = []
    if board.plan:
        lines.append(f"{moment(board.activated_at)}启动《{board.plan['title']}》（{board.plan['edition']}）。")
    tasks = [one for one in board.tasks.values() if one.state != "withdrawn"]
    if tasks:
        done = [one for one in tasks if one.state == "done"]
        late = [one for one in tasks if one.is_open and one.late(at)]
        lines.append(f"下达任务{len(tasks)}项，完成{len(done)}项{f'，超时{len(late)}项' if late else ''}。")
    teams = [one for one in board.resources.values() if one.state != "released"]
    if teams:
        people = sum(one.people or 0 for one in teams)
        lines.append(
            f"出动力量{len(teams)}支{f'、{people}人' if people else ''}：{'、'.join(one.title for one in teams[:8])}。"
        )
    if measures := board.counts.get("measures"):
        lines.append(f"已采取的措施：{measures.value}。")
    return lines


def _next(board: Board) -> list[str]:
    if text := board.counts.get("next"):
        return [f"下一步：{text.value}。"]
    coming = [one.title for one in board.tasks.values() if one.state in ("planned", "sent", "accepted", "working")][:5]
    return [f"下一步：{'、'.join(coming)}。"] if coming else []


def press(board: Board, at: datetime) -> tuple[str, str]:
    """Title and text for the public: no names, no causes that are not established, and nothing of single persons."""
    kind = kinds()[board.kind].title if board.kind in kinds() else "突发事件"
    public = {
        slug: value
        for slug, value in counted(board).items()
        if slug in ("dead", "injured", "missing", "evacuated", "sheltered")
    }
    lines = [f"{moment(board.occurred_at)}，{board.place}发生{kind}。"]
    if board.level:
        lines.append(f"区已启动{LEVELS[board.level]}，各部门正在处置。")
    lines.append(
        f"截至{moment(at)}，{count_words(public)}。" if public else f"截至{moment(at)}，没有收到人员伤亡的报告。"
    )
    lines.append("后续情况将及时发布。")
    return f"关于{board.place}{kind}的情况通报", "".join(lines)
