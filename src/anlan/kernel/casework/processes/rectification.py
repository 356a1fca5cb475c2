"""Rectification (整改): found, graded, ordered, put right, reviewed by another person, closed. Hidden dangers, campus dangers,
environmental findings and what inspections find all run through this table.

| state | who may move it | rule |
|---|---|---|
| 待判级 | the safety officer; never silently | a grade is a person's decision |
| 待下达 | the issuer | a major one needs all five of 五落实 (责任、措施、资金、时限、预案) |
| 整改中 | who was named | an extension is asked for before the end |
| 待复查 | someone else than the fixer | returns are counted |
| 待销号 | the regulator, for major ones | receipts and, when listed, the delisting are evidence |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.types import Field, Level, Limit, Process, Step

STATES = {
    "reported": "待判级", "graded": "待下达", "rectifying": "整改中", "reviewing": "待复查", "passed": "待销号", "closed": "已销号",
    "void": "不属实", "merged": "已并案",
}  # fmt: skip
EVIDENCE = {
    "before": "改前", "after": "改后", "plan": "整改方案", "order": "整改指令", "review": "复查现场", "other": "其他",
}  # fmt: skip
VERBS = ("read", "report", "grade", "assign", "rectify", "review", "close", "manage")
_OPEN = ("reported", "graded", "rectifying", "reviewing", "passed")
FIVE = (
    Field(name="fixer", title="责任", required=True, help="谁负责整改", max_length=80),
    Field(name="measure", title="措施", kind="long", required=True, help="怎么改"),
    Field(name="fund", title="资金", kind="money", required=True),
    Field(name="until", title="时限", kind="day", required=True, help="哪天前改完"),
    Field(name="interim", title="预案", kind="long", required=True, help="改好以前怎么保证安全"),
)
_ORDER = tuple(Field(**{**{name: getattr(one, name) for name in ("name", "title", "kind", "help", "max_length")}, "required": one.name in ("fixer", "until")})
               for one in FIVE)  # fmt: skip


def rectification(
    *, slug: str, title: str, prefix: str, grades: Mapping[str, tuple[str, Level]], major: frozenset[str] = frozenset(),
    kinds: Mapping[str, str] | None = None, limits: Sequence[Limit] = (), evidence: Mapping[str, str] | None = None,
    receipts: Sequence[str] = (), asks: Sequence[Field] = (), grade_fields: Sequence[Field] = (),
    made: Callable[[Any, Mapping[str, Any]], None] | None = None, panel: Callable[[Any], Sequence[tuple[str, str]]] | None = None,
    graded: Callable[[Any, Actor, Mapping[str, Any], datetime], None] | None = None,
    assigned: Callable[[Any, Actor, Mapping[str, Any], datetime], None] | None = None, closing: Callable[[Any], str] | None = None,
    turned: Callable[[Any, Actor, str, datetime], None] | None = None, narrow: bool = False, note: str = "", about: str = "",
) -> Process:  # fmt: skip
    """The process of `slug`, whose permissions are `<slug>.<verb>` of VERBS. `major` are the grades that only the regulator closes,
    with `receipts` (kinds of evidence); `closing(case)` gives a further sentence why it cannot be closed yet; `turned(case, actor, state, at)`
    writes what the pack keeps of where the case came from, in the transaction that closes, voids or reopens it; `about`: the SubjectKind a case may name."""
    permission = {verb: f"{slug.replace('/', '.')}.{verb}" for verb in VERBS}

    def is_major(case: Any) -> bool:
        return case.grade in major

    def set_grade(case: Any, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        if graded:
            graded(case, actor, values, at)
        return {"grade": values["grade"]}

    def set_deadline(case: Any, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        if assigned:
            assigned(case, actor, values, at)
        return _deadline(values["until"], at)

    def may_close(case: Any) -> str:
        if case.supervised_at and not case.evidence.filter(kind="delisted").exists():
            return "挂牌督办的，先附解除督办的公布件再销号。"
        return closing(case) if closing else ""

    grade = Field(
        name="grade",
        title="等级",
        kind="choice",
        choices={key: word for key, (word, _level) in grades.items()},
        required=True,
    )
    steps = (
        Step(slug="grade", title="判级", sources=("reported",), target="graded", permission=permission["grade"], fields=(grade, *grade_fields),
             effect=set_grade, main=True),
        Step(slug="assign", title="下达", sources=("graded",), target="rectifying", permission=permission["assign"], fields=_ORDER,
             takes=("order",), effect=set_deadline, hand="owner", applies=lambda case: not is_major(case), main=True),
        Step(slug="assign_major", title="下达", sources=("graded",), target="rectifying", permission=permission["assign"], fields=FIVE,
             takes=("plan", "order"), proves=("plan",), effect=set_deadline, hand="owner", applies=is_major, main=True),
        Step(slug="submit", title="报改好", sources=("rectifying",), target="reviewing", permission=permission["rectify"], says=True,
             proves=("after",), hand="issuer", main=True),
        Step(slug="pass", title="复查通过", sources=("reviewing",), target="closed", permission=permission["review"], not_by=("submit",),
             takes=("review",), applies=lambda case: not is_major(case), effect=_turns(turned, "closed"), main=True),
        Step(slug="pass_major", title="复查通过", sources=("reviewing",), target="passed", permission=permission["review"], not_by=("submit",),
             proves=("review",), hand="issuer", applies=is_major, main=True),
        Step(slug="send_back", title="退回整改", sources=("reviewing", "passed"), target="rectifying", permission=permission["review"],
             not_by=("submit",), says=True, takes=("review",), hand="owner", returns=True),
        Step(slug="close", title="销号", sources=("passed",), target="closed", permission=permission["close"], proves=tuple(receipts),
             not_by=("submit",), guard=may_close, effect=_turns(turned, "closed"), main=True),
        Step(slug="regrade", title="改等级", sources=("graded", "rectifying", "reviewing"), target="", permission=permission["close"],
             says=True, fields=(grade,), effect=set_grade),
        Step(slug="void", title="不属实", sources=("reported", "graded"), target="void", permission=permission["assign"], says=True,
             not_by=("open",), effect=_turns(turned, "void")),
        Step(slug="reopen", title="重新整改", sources=("closed", "void"), target="rectifying", permission=permission["manage"], says=True,
             effect=_turns(turned, "rectifying"), hand="owner"),
    )  # fmt: skip
    return Process(
        slug=slug, title=title, prefix=prefix, states=STATES, ends=frozenset({"closed", "void", "merged"}), aside=frozenset({"void", "merged"}),
        steps=steps, read=permission["read"], open=permission["report"], manage=permission["manage"], kinds=kinds, grades=grades,
        evidence={**EVIDENCE, **(evidence or {}), "delisted": "解除督办公布件"}, limits=tuple(limits), narrow=narrow, asks=tuple(asks), made=made,
        panel=panel, note=note, about=about,
    )  # fmt: skip


def _turns(turned: Callable[[Any, Actor, str, datetime], None] | None, state: str) -> Callable[[Any, Actor, Mapping[str, Any], datetime], Mapping[str, Any]]:  # fmt: skip
    """The effect of a step that closes, voids or reopens."""

    def effect(case: Any, actor: Actor, _values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        if turned:
            turned(case, actor, state, at)
        return {}

    return effect


def _deadline(until: date, at: datetime) -> Mapping[str, Any]:
    """The day that was set is the clock's end."""
    if until < civil_date(at):
        raise Refused("until", "时限早于今天。改时限后再下达。", "until")
    return {"due_at": datetime.combine(until, time(23, 59, 59), CHINA)}
