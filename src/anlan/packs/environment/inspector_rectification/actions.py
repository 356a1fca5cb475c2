"""A row of the list becomes a case: opened and ordered in one go, once."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.actions import make_step, open_case
from anlan.kernel.casework.models import Case
from anlan.packs.environment.inspector_rectification.models import InspectorItem
from anlan.packs.environment.inspector_rectification.process import PROCESS
from anlan.packs.environment.inspector_rectification.rules import SLUG
from anlan.packs.environment.inspector_rectification.sheet import organisation


@transaction.atomic
def start(*, actor: Actor, item: InspectorItem, at: datetime) -> Case:
    """立案并下达: whose task it is holds it, with the ledger's day as its clock. Raises Refused when it was started before."""
    item = InspectorItem.objects.select_for_update().get(pk=item.pk)
    policy.require(actor, f"{SLUG}.report", item)
    if item.case_id is not None:
        raise Refused("twice", f"{item.code} 已经立案。")
    if item.retired_on is not None:
        raise Refused("illegal", f"{item.code} 已停用，不能立案。")
    owner, issuer = organisation(item.responsible), organisation(item.supervisor)
    if owner is None or issuer is None:
        raise Refused("responsible", f"{item.code} 的责任单位或督导部门已不在单位表里。改好再立案。")
    fact = "\n".join(part for part in (item.problem, item.goal and f"目标：{item.goal}") if part)
    case = open_case(
        actor=actor, process=PROCESS, owner=owner, issuer=issuer, title=item.problem.strip().replace("\n", " ")[:100], fact=fact, kind=item.kind,
        source="inspection", at=at, is_demo=item.is_demo,
    )  # fmt: skip
    InspectorItem.objects.filter(pk=item.pk).update(case=case)
    told = {
        "fixer": str(owner)[:80],
        "measure": item.measures.strip() or item.goal.strip() or "按整改方案落实",
        "until": item.target_on.isoformat(),
    }
    return make_step(actor=actor, case=case, step="assign", at=at, values=told)


def start_all(*, actor: Actor, at: datetime) -> tuple[int, list[str]]:
    """Every row that waits, each its own transaction: (how many, why the others were not)."""
    done, refused = 0, []
    for item in InspectorItem.objects.filter(case=None, retired_on=None).order_by("target_on", "code"):
        try:
            start(actor=actor, item=item, at=at)
            done += 1
        except Refused as said:
            refused.append(said.message)
    return done, refused
