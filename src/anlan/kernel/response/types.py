"""The words of command: states and moves of an incident, posts, kinds of entries, facts. Frozen data; pure.

An *incident* (事件) is told by its *entries* (记录), which only grow. A *board* (态势) is what the entries known at an instant add up to.
Grade (事件分级), warning colour (预警颜色) and response level (响应级别) are three things: each is decided by a person from what a rule proposes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from anlan.kernel.access.types import Move

STATES: Mapping[str, str] = {
    "reported": "接报", "verified": "已核实", "assessed": "已研判", "responding": "响应中", "ended": "响应终止", "aftermath": "善后",
    "evaluated": "已评估", "archived": "已归档", "false_alarm": "误报", "duplicate": "重复", "transferred": "已移交",
}  # fmt: skip
ENDS = frozenset({"archived", "false_alarm", "duplicate", "transferred"})
ASIDE = frozenset({"false_alarm", "duplicate", "transferred"})

# One is highest (突发事件应对法); words of the three scales.
LEVELS: Mapping[int, str] = {1: "Ⅰ级响应", 2: "Ⅱ级响应", 3: "Ⅲ级响应", 4: "Ⅳ级响应"}
GRADES: Mapping[int, str] = {1: "特别重大", 2: "重大", 3: "较大", 4: "一般"}
COLOURS: Mapping[int, str] = {1: "红色", 2: "橙色", 3: "黄色", 4: "蓝色"}
COLOUR_SLUGS: Mapping[int, str] = {1: "red", 2: "orange", 3: "yellow", 4: "blue"}

MODES: Mapping[str, str] = {"real": "实战", "drill": "演练"}

# The posts of a command (指挥岗位): who holds one is an entry, or who is on duty in it when nobody took it.
POSTS: Mapping[str, str] = {
    "commander": "总指挥", "deputy": "副总指挥", "scene": "现场指挥", "duty": "值班长", "coordination": "综合协调", "rescue": "抢险救援",
    "medical": "医疗救护", "security": "治安交通", "evacuation": "转移安置", "supplies": "物资保障", "communications": "通信保障",
    "monitoring": "监测预警", "press": "舆情发布", "expert": "专家",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FactKind:
    """One fact of an incident: a total so far, money in its unit, or words."""

    slug: str
    title: str
    unit: str
    kind: Literal["count", "money", "text", "number"] = "count"


FACTS: Mapping[str, FactKind] = {
    one.slug: one
    for one in (
        FactKind(slug="dead", title="死亡", unit="人"),
        FactKind(slug="injured", title="受伤", unit="人"),
        FactKind(slug="badly_injured", title="重伤", unit="人"),
        FactKind(slug="poisoned", title="急性中毒", unit="人"),
        FactKind(slug="missing", title="失踪", unit="人"),
        FactKind(slug="trapped", title="被困", unit="人"),
        FactKind(slug="endangered", title="涉险", unit="人"),
        FactKind(slug="affected", title="受灾", unit="人"),
        FactKind(slug="evacuated", title="已转移", unit="人"),
        FactKind(slug="sheltered", title="已安置", unit="人"),
        FactKind(slug="loss", title="直接经济损失", unit="万元", kind="money"),
        FactKind(slug="cause", title="初步原因", unit="", kind="text"),
        FactKind(slug="measures", title="已采取的措施", unit="", kind="text"),
        FactKind(slug="weather", title="现场天气", unit="", kind="text"),
        FactKind(slug="next", title="下一步", unit="", kind="text"),
    )
}


@dataclass(frozen=True, kw_only=True)
class IncidentMove(Move):
    """A row of the table of moves. `posts` may make it (besides who holds `permission`); `needs` are facts or marks the board must
    have; `says`: a reason is asked for; `asks` are the further things the form asks."""

    posts: tuple[str, ...]
    needs: tuple[str, ...] = ()
    says: bool = False
    asks: tuple[str, ...] = ()
    main: bool = False


INTAKE, COMMAND, READ = "response.intake", "response.command", "response.read"
ACT, BOARD = "response.act", "response.boards"
# Posts that decide; a role that may command takes them, nobody else.
DECIDING = ("commander", "deputy", "scene", "duty")

MOVES: tuple[IncidentMove, ...] = (
    IncidentMove(slug="verify", title="核实属实", sources=("reported",), target="verified", permission=INTAKE, posts=("duty",), needs=("place",), main=True),
    IncidentMove(slug="false_alarm", title="判为误报", sources=("reported", "verified"), target="false_alarm", permission=INTAKE, posts=("duty",), says=True),
    IncidentMove(slug="duplicate", title="并入另一事件", sources=("reported", "verified", "assessed"), target="duplicate", permission=INTAKE,
                 posts=("duty",), asks=("into",)),
    IncidentMove(slug="assess", title="研判完成", sources=("verified",), target="assessed", permission=COMMAND, posts=("duty", "commander", "deputy"),
                 needs=("kind", "grade"), main=True),
    IncidentMove(slug="transfer", title="移交", sources=("reported", "verified", "assessed", "responding"), target="transferred", permission=COMMAND,
                 posts=("duty", "commander"), says=True, asks=("to",)),
    IncidentMove(slug="respond", title="启动响应", sources=("assessed",), target="responding", permission=COMMAND, posts=("commander", "deputy"),
                 needs=("grade",), asks=("level",), main=True),
    IncidentMove(slug="stand_down", title="不启动响应，转善后", sources=("assessed",), target="aftermath", permission=COMMAND, posts=("commander", "deputy", "duty"), says=True),
    IncidentMove(slug="end", title="终止响应", sources=("responding",), target="ended", permission=COMMAND, posts=("commander", "deputy"),
                 needs=("no_open_tasks",), says=True, main=True),
    IncidentMove(slug="reopen", title="恢复响应", sources=("ended", "aftermath"), target="responding", permission=COMMAND, posts=("commander", "deputy"),
                 says=True, asks=("level",)),
    IncidentMove(slug="aftermath", title="转善后", sources=("ended",), target="aftermath", permission=COMMAND, posts=("commander", "deputy", "duty"), main=True),
    IncidentMove(slug="evaluate", title="完成评估", sources=("aftermath",), target="evaluated", permission=COMMAND, posts=("commander", "deputy", "duty"),
                 needs=("final_report", "evaluation"), main=True),
    IncidentMove(slug="archive", title="归档", sources=("evaluated",), target="archived", permission=COMMAND, posts=("duty", "commander"),
                 main=True),
)  # fmt: skip

NEEDS: Mapping[str, str] = {
    "place": "地点", "kind": "事件类别", "grade": "事件分级", "no_open_tasks": "办完未完的任务", "final_report": "发出终报（核报）",
    "evaluation": "评估结论",
}  # fmt: skip

# States of a task on the board; "late" is computed.
TASK_STATES: Mapping[str, str] = {
    "planned": "未到时", "sent": "待接受", "accepted": "已接受", "working": "办理中", "done": "已完成", "declined": "办不了", "withdrawn": "已撤销",
}  # fmt: skip
TASK_ENDS = frozenset({"done", "withdrawn"})

# States of a team or piece of equipment at an incident.
RESOURCE_STATES: Mapping[str, str] = {
    "called": "已调派", "moving": "途中", "on_scene": "到场", "working": "作业", "resting": "轮休", "released": "归队",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class IncidentRoom:
    """A page of another room about one incident: its address takes the number, or (`asked`) reads it from the query."""

    title: str
    page: str
    permission: str
    asked: bool = False


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A kind of entry. `strikable`: it can be struck with a reason (what was said, never what was decided)."""

    slug: str
    title: str
    strikable: bool = False


KINDS: Mapping[str, Kind] = {
    one.slug: one
    for one in (
        Kind(slug="opened", title="接报"),
        Kind(slug="corrected", title="更正接报内容"),
        Kind(slug="moved", title="状态"),
        Kind(slug="fact", title="情况", strikable=True),
        Kind(slug="note", title="记事", strikable=True),
        Kind(slug="strike", title="划去"),
        Kind(slug="grade", title="定级"),
        Kind(slug="colour", title="预警"),
        Kind(slug="level", title="响应级别"),
        Kind(slug="refused", title="不采纳建议"),
        Kind(slug="post", title="上岗"),
        Kind(slug="handover", title="交岗待签"),
        Kind(slug="plan", title="启动预案"),
        Kind(slug="task", title="下达任务"),
        Kind(slug="task_move", title="任务进展"),
        Kind(slug="withdrawn", title="撤销任务"),
        Kind(slug="escalated", title="任务升级"),
        Kind(slug="resource", title="力量"),
        Kind(slug="headcount", title="点名", strikable=True),
        Kind(slug="report", title="报告"),
        Kind(slug="receipt", title="回执"),
        Kind(slug="press", title="新闻发布"),
        Kind(slug="opinion", title="舆情", strikable=True),
        Kind(slug="merged", title="并入"),
        Kind(slug="link", title="关联"),
        Kind(slug="inject", title="导调"),
        Kind(slug="cause", title="原因与教训", strikable=True),
        Kind(slug="evaluation", title="评估结论"),
    )
}
