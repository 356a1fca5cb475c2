"""What of enterprise duty waits for a person, and its state in one line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.capability.registers import Due, end_of, waiting
from anlan.kernel.registry.types import Sheet
from anlan.kernel.web.types import Fact, Hit, Waiting
from anlan.packs.safety.enterprise_duty import actions, queries, rules
from anlan.packs.safety.enterprise_duty.models import Promise
from anlan.packs.safety.enterprise_duty.sheets import CERTIFICATES, CONTRACTORS, DUTIES, FILES

SUPERVISE = "enterprise_duty.supervise"


def _due(sheet: Sheet, column: str, kind: str, verb: str, ahead: int = 30) -> Due:
    return Due(sheet=sheet, column=column, kind=kind, verb=verb, ahead=ahead, counts=SUPERVISE)


_dates = waiting(
    _due(FILES, "level_expires_on", "标准化", "申请复评", 90), _due(FILES, "insurance_expires_on", "安责险", "续保"),
    _due(FILES, "plan_due_on", "应急预案", "修订备案", 60), _due(FILES, "drill_due_on", "应急演练", "演练"),
    _due(DUTIES, "assess_due_on", "责任制考核", "考核", 14), _due(CERTIFICATES, "recheck_on", "证件复审", "送复审", 60),
    _due(CERTIFICATES, "expires_on", "证件到期", "换证", 60), _due(CONTRACTORS, "licence_expires_on", "承包商资质", "核资质"),
    _due(CONTRACTORS, "contract_until", "承包合同", "续签或清退"),
)  # fmt: skip


def waits(actor: Actor, at: datetime) -> Iterator[Waiting]:
    yield from _dates(actor, at)
    for one in queries.to_answer(actor):
        yield Waiting(kind="联合审批", title=one.project.name, fact=f"{one.project.organisation}，{rules.STAGES[one.stage]}", sender=str(one.project.organisation),
                      verb="答复", url=reverse("safety_project", args=[one.project_id]), due_at=one.due_at, started_at=one.asked_at)  # fmt: skip
    if policy.may(actor, actions.PROMISE):
        yield from _promise(actor, at)
    if policy.may(actor, actions.PROJECT) and actor.path:
        for row in (
            queries.projects(actor).filter(organisation=actor.organisation_id).exclude(state__in=("done", "dropped"))
        ):
            if row.state in rules.JOINT and not actions.hindrance(row):
                yield Waiting(kind="三同时", title=row.name, fact=f"{rules.STAGES[row.state]}，部门都已同意", sender="联合审批", verb="进入下一阶段",
                              url=reverse("safety_project", args=[row.pk]))  # fmt: skip


def _promise(actor: Actor, at: datetime) -> Iterator[Waiting]:
    """The head has not promised this year."""
    own = Organisation.objects.filter(pk=actor.organisation_id or 0, kind="enterprise").first()
    year = civil_date(at).year
    if own and not Promise.objects.filter(organisation=own, kind="year", on__year=year).exists():
        yield Waiting(kind="安全承诺", title=f"{year} 年安全承诺", fact="还没有公告", sender=str(own), verb="承诺", url=reverse("enterprise", args=[own.code]),
                      due_at=end_of(date(year, 1, 31)))  # fmt: skip


def now(actor: Actor, at: datetime) -> Iterator[Fact]:
    if not policy.may(actor, SUPERVISE):
        return
    if units := queries.visible(actor).count():
        text = f"{units} 家，有过期的 {queries.late(actor, civil_date(at))} 家，在办作业票 {queries.open_permits(actor)} 张"
        yield Fact(title="企业主体责任", text=text, url=reverse("enterprises"))


def find(actor: Actor, words: str) -> list[Hit]:
    if not policy.may(actor, queries.READ):
        return []
    rows = queries.visible(actor).filter(name__contains=words)[:8]
    return [
        Hit(group="查", title=one.name, detail="企业主体责任", url=reverse("enterprise", args=[one.code]))
        for one in rows
    ]
