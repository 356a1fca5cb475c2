"""Skills, readiness, how long a team may work, when its heads are counted. Values in, values out."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

_TABLE: dict[str, Any] = tomllib.loads(Path(__file__).with_name("team.toml").read_text(encoding="utf-8"))
SOURCE, EDITION, VERIFIED = str(_TABLE["source"]), str(_TABLE["edition"]), bool(_TABLE["verified"])
LINK_HOURS, LINK_HOURS_MOST = int(_TABLE["link_hours"]), int(_TABLE["link_hours_most"])
READY_DAYS, SOON_DAYS = timedelta(days=_TABLE["ready_days"]), timedelta(days=_TABLE["soon_days"])

KINDS: Mapping[str, str] = {"general": "综合", "special": "专业", "grassroots": "基层", "social": "社会"}
READINESS: Mapping[str, str] = {"ready": "随时能出动", "reduced": "能出动一部分", "off": "不能出动"}
# What a card of a plan, and a search, can ask for; a register keeps the words, so a file and a plan read alike.
SKILLS: tuple[str, ...] = (
    "抗洪排涝", "水上救援", "灭火", "危化品处置", "堵漏", "洗消", "破拆", "搜救", "医疗救护", "转移安置", "应急照明", "应急通信", "供电抢修",
    "供水抢修", "燃气抢修", "道路抢通", "树木清障", "无人机", "心理援助", "物资运输",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class TaskKind:
    """Minutes of work without a rest until amber and red; minutes between two counts of heads."""

    slug: str
    title: str
    amber: int
    red: int
    headcount: int


TASKS: Mapping[str, TaskKind] = {slug: TaskKind(slug=slug, **row) for slug, row in _TABLE["task"].items()}
TASK_WORDS: Mapping[str, str] = {one.slug: one.title for one in TASKS.values()}

# Where a team can go from where it stands. A release ends it.
NEXT: Mapping[str, tuple[str, ...]] = {
    "asked": ("called", "declined", "released"),
    "called": ("moving", "on_scene", "declined", "released"),
    "moving": ("on_scene", "released"),
    "on_scene": ("working", "resting", "released"),
    "working": ("resting", "released"),
    "resting": ("working", "released"),
}
ENDED = frozenset({"declined", "released"})
# While a team is there its heads are counted.
COUNTED = frozenset({"on_scene", "working", "resting"})


def skills(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words of `抗洪排涝、堵漏`, in order and once: those that are known, those that are not."""
    given = [one.strip() for one in text.replace("，", "、").replace(",", "、").split("、")]
    words = tuple(dict.fromkeys(one for one in given if one))
    return tuple(one for one in words if one in SKILLS), tuple(one for one in words if one not in SKILLS)


Light = Literal["", "amber", "red"]


@dataclass(frozen=True)
class Work:
    """How long a team has worked without a rest, and the light that shows it."""

    minutes: int
    light: Light
    words: str


def work(task: str, working_since: datetime | None, at: datetime) -> Work | None:
    """None while it does not work. At the limit the light is on."""
    if working_since is None:
        return None
    kind, minutes = TASKS[task], max(0, int((at - working_since).total_seconds() // 60))
    if minutes >= kind.red:
        return Work(minutes, "red", f"已干 {minutes} 分，超过 {kind.red} 分，现在换下来")
    if minutes >= kind.amber:
        return Work(minutes, "amber", f"已干 {minutes} 分，{kind.red - minutes} 分内换下来")
    return Work(minutes, "", f"已干 {minutes} 分")


def unready(ready: str, ready_on: date | None, insured_until: date | None, today: date) -> str:
    """Why a team cannot be sent, "" when it can. No word for long is no readiness; insurance that ended is."""
    if ready == "off":
        return READINESS["off"]
    if ready_on is None or today - ready_on > READY_DAYS:
        return f"超过 {READY_DAYS.days} 天没有报备勤"
    if insured_until is not None and insured_until < today:
        return "保险已到期"
    return ""
