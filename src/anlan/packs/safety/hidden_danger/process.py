"""The process of hidden dangers: the kernel's rectification with our words, grades, criteria and receipts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.processes.rectification import rectification
from anlan.kernel.casework.types import Field
from anlan.packs.safety.hidden_danger import rules
from anlan.packs.safety.hidden_danger.models import HiddenDanger

SLUG = "hidden_danger"


def _made(case: Case, values: Mapping[str, Any]) -> None:
    HiddenDanger.objects.create(case=case, **values)


def _graded(case: Case, _actor: Actor, values: Mapping[str, Any], _at: datetime) -> None:
    """A major one names its clause: a person's decision, not a match of words."""
    if values["grade"] in rules.MAJOR and not values.get("criterion"):
        raise Refused("criterion", "重大隐患要选判定标准里的一条。", "criterion")
    HiddenDanger.objects.update_or_create(case=case, defaults={"criterion": values.get("criterion", "")})


def _assigned(case: Case, _actor: Actor, values: Mapping[str, Any], _at: datetime) -> None:
    HiddenDanger.objects.update_or_create(case=case, defaults={"fund": values.get("fund")})


def _panel(case: Case) -> Sequence[tuple[str, str]]:
    row = HiddenDanger.objects.filter(case=case).first()
    if row is None:
        return ()
    found = [
        ("岗位或班组", row.post),
        ("失效措施", "：".join(one for one in (rules.MEASURES.get(row.measure_kind, ""), row.measure) if one)),
    ]
    clause = rules.criteria().get(row.criterion)
    if clause:
        check = "" if clause.verified else "，条款待核"
        found.append(("判定依据", f"{clause.title}（{clause.standard}，{clause.document}{check}），人工判定"))
    elif case.state == "reported" and (near := rules.candidates(f"{case.title}{case.fact}")):
        found.append(("可能的判定条款", "；".join(one.title for one in near) + "。只是按文字找的，由人判定。"))
    if row.fund is not None:
        found.append(("资金", f"{row.fund:,.2f} 元"))
    return [(term, words) for term, words in found if words]


PROCESS = rectification(
    slug=SLUG, title="隐患", prefix="YH", grades=rules.GRADES, major=rules.MAJOR, kinds=rules.KINDS, limits=rules.limits(), evidence=rules.RECEIPTS,
    receipts=tuple(rules.RECEIPTS), made=_made, panel=_panel, graded=_graded, assigned=_assigned,
    asks=(
        Field(name="post", title="岗位或班组", max_length=80), Field(name="measure_kind", title="哪类措施失效", kind="choice", choices=rules.MEASURES),
        Field(name="measure", title="失效的措施", help="例如：泄漏报警联锁"),
    ),
    grade_fields=(
        Field(name="criterion", title="判定条款", kind="choice", choices={one.code: f"{one.title}（{one.document}）" for one in rules.criteria().values()},
              help="重大隐患必选；由人判定"),
    ),
    about="dual_prevention.measure",  # by name: another room's measures, when it is there
    note="看见就报：拍一张，写一句。能当场改好的，也先报，再报改好。",
)  # fmt: skip
