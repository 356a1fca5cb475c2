"""Verification (核实): an alarm becomes a case; somebody calls or goes, and it is real or false. One case an alarm.

| state | what is asked | what the alarm does |
|---|---|---|
| 待核实 | calls, each with whom, whether answered, what was said (its time is the line's) | – |
| 处置中 (真警) | what was done | acknowledged, by the name of who verified |
| 误报 | why; by phone only after a call that was answered | ended with the cause |
| 已办结 | what came of it | ended, when it still stands |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor, Permission, Scope
from anlan.kernel.alarms import actions as alarms
from anlan.kernel.alarms.models import Alarm
from anlan.kernel.casework.types import Field, Limit, Process, Step

STATES = {"calling": "待核实", "handling": "处置中", "closed": "已办结", "false_alarm": "误报", "merged": "已并案"}
EVIDENCE = {"scene": "现场", "record": "通话或值班记录", "other": "其他"}
VERBS = ("read", "open", "verify", "handle", "manage")
HOW = {"phone": "电话", "scene": "到现场", "video": "看视频", "operator": "现场值守报告"}
Verdict = Literal["real", "false"]
DEFAULT = "本系统默认值"


def minutes(calling: int, handling: int = 24 * 60, law: str = DEFAULT) -> tuple[Limit, ...]:
    """The two clocks of a verification, in minutes: until it is verified, and until it is dealt with."""
    return (
        Limit(slug="verify", title="核实", state="calling", amount=calling, unit="minutes", law=law),
        Limit(slug="handle", title="处置", state="handling", amount=handling, unit="minutes", law=DEFAULT),
    )


def permissions(slug: str, what: str, roles: Mapping[str, Scope]) -> tuple[Permission, ...]:
    """Who enters, verifies and deals with alarms (`what`: 车辆报警); whoever does so for the whole district also directs it. Reading is
    the capability's own permission."""
    district: Mapping[str, Scope] = {role: scope for role, scope in roles.items() if scope == "district"}
    words = (
        ("open", "登记", roles),
        ("verify", "核实", roles),
        ("handle", "处置", roles),
        ("manage", "调度", district),
    )
    return tuple(Permission(slug=f"{slug}.{verb}", title=f"{word}{what}", roles=whose) for verb, word, whose in words)


def verification(
    *, slug: str, title: str, prefix: str, causes: Mapping[str, str], limits: Sequence[Limit] = (),
    panel: Callable[[Any], Sequence[tuple[str, str]]] | None = None,
    judged: Callable[[Any, Actor, Verdict, str, datetime], None] | None = None,
) -> Process:  # fmt: skip
    """The process of `slug`, with permissions `<slug>.<verb>` of VERBS. `causes` of a false alarm are the pack's words;
    `judged(case, actor, verdict, words, at)` writes the pack's own rows of what it turned out to be."""
    permission = {verb: f"{slug.replace('/', '.')}.{verb}" for verb in VERBS}
    how = Field(name="how", title="怎样核实", kind="choice", choices=HOW, required=True)
    reached = Field(name="reached", title="核实对象", required=True, help="问了谁，或谁到了现场", max_length=80)
    cause = Field(name="cause", title="误报原因", kind="choice", choices=causes, required=True)
    call = (
        Field(name="called", title="打给谁", required=True, help="单位值班电话、物业、报警人", max_length=80),
        Field(name="answered", title="接通", kind="yes", required=True),
        Field(name="told", title="对方说", kind="long"),
    )

    def confirm(case: Any, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        _called(case, values["how"])
        seen(case.alarm, actor, at)
        if judged:
            judged(case, actor, "real", f"{HOW[values['how']]}核实，{values['reached']}", at)
        return {}

    def dismiss(case: Any, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        _called(case, values["how"])
        ended(case.alarm, actor, f"误报：{causes[values['cause']]}", at)
        if judged:
            judged(case, actor, "false", causes[values["cause"]], at)
        return {}

    def finish(case: Any, actor: Actor, _values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        ended(case.alarm, actor, f"属实，已处置：{case.number}", at)
        return {}

    steps = (
        Step(slug="call", title="记核实电话", sources=("calling",), target="", permission=permission["verify"], fields=call,
             takes=("record",), main=True),
        Step(slug="confirm", title="真警", sources=("calling",), target="handling", permission=permission["verify"], says=True,
             fields=(how, reached), takes=("scene",), effect=confirm, main=True),
        Step(slug="dismiss", title="误报", sources=("calling", "handling"), target="false_alarm", permission=permission["verify"], says=True,
             fields=(how, reached, cause), takes=("scene",), effect=dismiss),
        Step(slug="finish", title="处置完毕", sources=("handling",), target="closed", permission=permission["handle"], says=True,
             takes=("scene", "record"), effect=finish, main=True),
        Step(slug="reopen", title="重新核实", sources=("closed", "false_alarm"), target="calling", permission=permission["manage"], says=True),
    )  # fmt: skip
    return Process(
        slug=slug, title=title, prefix=prefix, states=STATES, ends=frozenset({"closed", "false_alarm", "merged"}),
        aside=frozenset({"false_alarm", "merged"}), steps=steps, read=permission["read"], open=permission["open"], manage=permission["manage"],
        evidence=EVIDENCE, limits=tuple(limits), panel=panel,
        note="没有监测设备报上来、由人报来的警情，也按这个流程核实。",
    )  # fmt: skip


def _called(case: Any, how: str) -> None:
    """By phone means that somebody answered: a call that nobody took verifies nothing."""
    calls = case.lines.filter(step="call").values_list("facts", flat=True)
    if how == "phone" and not any(facts.get("接通") == "是" for facts in calls):
        raise Refused("how", "还没有接通的核实电话。先“记核实电话”，或到现场看。", "how")


def seen(alarm: Alarm | None, actor: Actor, at: datetime) -> None:
    """It is real: whoever verified it has seen it. One that was answered before stays as it is."""
    if alarm is not None and alarm.state in ("raised", "returned"):
        alarms.acknowledge(actor=actor, alarm=alarm, at=at)


def ended(alarm: Alarm | None, actor: Actor, outcome: str, at: datetime) -> None:
    """It is over: ended with the outcome; one whose condition is gone is ended by being seen."""
    if alarm is None:
        return
    if alarm.state in ("raised", "acknowledged"):
        alarms.clear(actor=actor, alarm=alarm, outcome=outcome, at=at)
    elif alarm.state == "returned":
        alarms.remark(actor=actor, alarm=alarm, text=outcome, at=at)
        alarms.acknowledge(actor=actor, alarm=alarm, at=at)
