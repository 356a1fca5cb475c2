"""Inspection (检查): planned, on site, recorded, heard, concluded, published. What safety and environment officers find on a random or
ordered inspection runs through this table; an order to rectify and a filed penalty are cases of their own, linked to it both ways.

| state | who may move it | rule |
|---|---|---|
| 待检查 | two inspectors | certificates are shown; fewer than two do not inspect (行政处罚法 2021 第四十二条) |
| 检查中 | the inspectors | the record needs a photo of the place |
| 待陈述 | the party | its own words; when it says nothing, that is written down with the reason |
| 待处理 | who concludes | 无问题, 责令改正 or 立案 |
| 待公布 | who concludes | the result is published within its limit |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.types import Field, Limit, Process, Step

STATES = {
    "planned": "待检查", "on_site": "检查中", "recorded": "待陈述", "heard": "待处理", "publishing": "待公布", "closed": "已办结",
    "void": "已取消",
}  # fmt: skip
EVIDENCE = {"scene": "现场照片", "record": "检查记录", "statement": "陈述材料", "other": "其他"}
VERBS = ("read", "plan", "inspect", "answer", "conclude", "manage")
OUTCOMES = {"clear": "无问题", "order": "责令改正", "file": "立案"}
ATTITUDES = {"agree": "没有异议", "object": "有异议"}
Effect = Callable[[Any, Actor, Mapping[str, Any], datetime], None]


def inspection(
    *, slug: str, title: str, prefix: str, kinds: Mapping[str, str], order: Effect, file: Effect, published: Effect,
    grades: Mapping[str, tuple[str, Any]] | None = None, limits: Sequence[Limit] = (), order_fields: Sequence[Field] = (), asks: Sequence[Field] = (),
    made: Callable[[Any, Mapping[str, Any]], None] | None = None, went: Effect | None = None, ready: Callable[[Any], str] | None = None,
    panel: Callable[[Any], Sequence[tuple[str, str]]] | None = None, links: Callable[[Any], Sequence[tuple[str, str]]] | None = None, note: str = "",
) -> Process:  # fmt: skip
    """The process of `slug`, with permissions `<slug>.<verb>` of VERBS. `order` opens the rectification, `file` the penalty, `published` writes the
    public result; `went` checks who went (the drawn inspectors); `ready(case)` says why the result cannot be published yet, or ""."""
    permission = {verb: f"{slug.replace('/', '.')}.{verb}" for verb in VERBS}

    def go(case: Any, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        if values["first"] == values["second"]:
            raise Refused("second", "两名检查人员要是两个人，写两个执法证号。", "second")
        if not values["shown"]:
            raise Refused("shown", "先向当事人出示执法证件，再检查。", "shown")
        if went:
            went(case, actor, values, at)
        return {}

    def ended(effect: Effect) -> Callable[[Any, Actor, Mapping[str, Any], datetime], Mapping[str, Any]]:
        def run(case: Any, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
            effect(case, actor, values, at)
            return {}

        return run

    what = Field(name="what", title="改什么", kind="long", required=True)
    until = Field(name="until", title="改正期限", kind="day", required=True)
    certificate = Field(name="first", title="检查人员执法证号", required=True, max_length=40)
    conclude, inspect = permission["conclude"], permission["inspect"]
    steps = (
        Step(slug="go", title="到场", sources=("planned",), target="on_site", permission=inspect, effect=go, takes=("scene",), main=True, fields=(
            certificate, Field(name="second", title="另一名执法证号", required=True, max_length=40),
            Field(name="shown", title="已出示执法证件", kind="yes", required=True),
            Field(name="replaced", title="换人理由", help="和抽到的检查人员不一致才写"))),
        Step(slug="record", title="记检查情况", sources=("on_site",), target="recorded", permission=inspect, proves=("scene",), takes=("record",), hand="owner",
             main=True, fields=(Field(name="found", title="检查情况", kind="long", required=True, help="看了什么，查到什么；没有问题也写明"),
                                Field(name="present", title="在场人员职务", required=True, max_length=80, help="例如：当事人安全负责人"))),
        Step(slug="answer", title="陈述申辩", sources=("recorded",), target="heard", permission=permission["answer"], takes=("statement",), hand="issuer", main=True,
             not_by=("record",), fields=(Field(name="attitude", title="对检查情况", kind="choice", choices=ATTITUDES, required=True),
                                         Field(name="statement", title="陈述", kind="long", required=True))),
        Step(slug="no_answer", title="记当事人未陈述", sources=("recorded",), target="heard", permission=inspect, says=True, takes=("record",), hand="issuer"),
        Step(slug="clear", title="无问题", sources=("heard",), target="publishing", permission=conclude, says=True),
        Step(slug="order", title="责令改正", sources=("heard",), target="publishing", permission=conclude, fields=(what, until, *order_fields),
             effect=ended(order), main=True),
        Step(slug="file", title="立案", sources=("heard",), target="publishing", permission=conclude, says=True, effect=ended(file)),
        Step(slug="publish", title="公布结果", sources=("publishing",), target="closed", permission=conclude, guard=ready, effect=ended(published), main=True,
             fields=(Field(name="summary", title="公布的结论", kind="long", required=True, help="只写单位和事实，不写个人姓名、电话"),)),
        Step(slug="cancel", title="取消检查", sources=("planned",), target="void", permission=permission["manage"], says=True),
    )  # fmt: skip
    return Process(
        slug=slug, title=title, prefix=prefix, states=STATES, ends=frozenset({"closed", "void"}), aside=frozenset({"void"}), steps=steps,
        read=permission["read"], open=permission["plan"], manage=permission["manage"], kinds=kinds, grades=grades, evidence=EVIDENCE, limits=tuple(limits),
        asks=tuple(asks), made=made, panel=panel, links=links, note=note, graded="色风险",
    )  # fmt: skip


def outcome(case: Any) -> str:
    """How it ended: a slug of OUTCOMES, "void", or "" while nobody has concluded."""
    if case.state == "void":
        return "void"
    last = case.lines.filter(step__in=OUTCOMES).order_by("-id").first()
    return last.step if last else ""
