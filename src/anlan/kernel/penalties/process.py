"""The process of a penalty, for every department: filed, investigated, reviewed by another, the party heard, decided, served, published, carried out.

A decision is neither issued nor served while a gate is shut (`queries.gates`): 法制审核, 全过程记录, 公示, for heavy ones 集体讨论, and the hearing
when the party asked for one. Transfer to justice (行刑衔接) leaves the way at any time before the decision and may come back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import declared
from anlan.kernel.casework.actions import open_case
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.types import Due, Field, Limit, Process, Step
from anlan.kernel.penalties import actions, queries, rules
from anlan.kernel.penalties.models import WAYS, Penalty
from anlan.kernel.penalties.types import Regime
from anlan.science.calendar.workdays import after, china

STATES = {
    "investigating": "调查取证", "reviewing": "待法制审核", "reviewed": "待告知", "hearing": "待陈述申辩", "deciding": "待决定", "decided": "待送达",
    "served": "待公布", "paying": "执行中", "closed": "已结案", "transferred": "已移送，等回执", "criminal": "司法机关办理", "spared": "不予处罚",
    "dropped": "已撤案",
}  # fmt: skip
ENDS = frozenset({"closed", "criminal", "spared", "dropped"})
EVIDENCE = {
    **queries.RECORD, "scene": "现场照片、录像", "statement": "陈述申辩材料", "legal": "法制审核意见书", "minutes": "集体讨论笔录", "hearing": "听证笔录",
    "decision": "处罚决定书", "receipt": "送达回证", "payment": "缴款或执行凭证", "transfer": "移送材料", "answer": "移送回执", "other": "其他",
}  # fmt: skip
VERBS = ("read", "file", "handle", "answer", "legal", "decide", "manage")
_BEFORE = ("investigating", "reviewing", "reviewed", "hearing", "deciding")


def _end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), CHINA)


@dataclass(frozen=True)
class _Effects:
    """What the steps write, for one regime."""

    regime: Regime
    limits: tuple[Limit, ...]

    def made(self, case: Case, _values: Mapping[str, Any]) -> None:
        on = civil_date(case.opened_at)
        Penalty.objects.create(case=case, filed_on=on, decide_by=on + timedelta(days=self.regime.decide_days))

    def rest(self, case: Case) -> dict[str, Any]:
        """Until the decision one deadline holds through all states."""
        regime, day = self.regime, Penalty.objects.get(case=case).decide_by
        return {
            "due_at": Due(
                at=_end(day), title="作出处罚决定", words=f"立案后 {regime.decide_days} 日", law=regime.decide_law
            )
        }

    def running(self, case: Case, _actor: Actor, _values: Mapping[str, Any], _at: datetime) -> Mapping[str, Any]:
        return self.rest(case)

    def propose(self, case: Case, _actor: Actor, values: Mapping[str, Any], _at: datetime) -> Mapping[str, Any]:
        row = Penalty.objects.get(case=case)
        found, step, outside = rules.judge(self.regime, values["violation"], values["circumstance"], values["amount"], values.get("outside", ""), row.filed_on)  # fmt: skip
        row.violation, row.law, row.circumstance = found.code, found.law, step.slug
        row.low, row.high, row.amount = step.low, step.high, values["amount"]
        row.other, row.outside = values.get("other", ""), values.get("outside", "") if outside else ""
        row.is_heavy = rules.heavy(self.regime, row.amount, row.filed_on) is not None
        row.save()
        return self.rest(case)

    def notify(self, case: Case, _actor: Actor, _values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        Penalty.objects.filter(case=case).update(notified_on=civil_date(at))
        return self.rest(case)

    def answered(self, case: Case, _actor: Actor, values: Mapping[str, Any], _at: datetime) -> Mapping[str, Any]:
        Penalty.objects.filter(case=case).update(hearing=bool(values.get("hearing")))
        return self.rest(case)

    def silent(self, case: Case, _actor: Actor, _values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        """Only when the party's days are over."""
        told = Penalty.objects.get(case=case).notified_on
        if told is not None and civil_date(at) <= (last := after(told, self.regime.answer_days, china())):
            raise Refused("guard", f"当事人到 {last} 以前都能陈述、要求听证（{self.regime.answer_law}）。过了再记。")
        return self.rest(case)

    def prepare(self, case: Case, _actor: Actor, values: Mapping[str, Any], _at: datetime) -> Mapping[str, Any]:
        if found := queries.personal(case, values["public_text"]):
            raise Refused("public_text", f"公示内容里有{found}，去掉再存。", "public_text")
        Penalty.objects.filter(case=case).update(public_text=values["public_text"])
        return {}

    def decide(self, case: Case, _actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        row = Penalty.objects.get(case=case)
        row.number, row.decided_on = values["number"], civil_date(at)
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError:
            raise Refused("number", "这个文号已经用过。", "number") from None
        return {}

    def serve(self, case: Case, _actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        row = Penalty.objects.get(case=case)
        if row.decided_on is None or not row.decided_on <= values["served_on"] <= civil_date(at):
            raise Refused("served_on", "送达日期不早于决定、不晚于今天。", "served_on")
        row.served_on, row.way = values["served_on"], values["way"]
        row.save()
        rule = next((one for one in self.limits if one.holds("served", "", row.decided_on)), None)
        if rule is None:
            return {}
        last = _end(after(row.decided_on, rule.amount, china()))
        return {
            "due_at": Due(at=last, title=rule.title, words=f"决定后 {rule.words}", law=rule.law, verified=rule.verified)
        }

    def publish(self, case: Case, actor: Actor, _values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
        row = Penalty.objects.get(case=case)
        if row.decided_on is None:
            raise Refused("illegal", "还没有处罚决定。")
        found = self.regime.violation(row.violation, row.filed_on)
        actions.publish(
            actor=actor, case=case, kind="penalty", outcome=fine(row), text=row.public_text, decided_on=row.decided_on, at=at, periods=self.regime.periods,
            law=found.law if found else row.law, number=row.number,
        )  # fmt: skip
        return {}


def _steps(permission: Mapping[str, str], does: _Effects) -> tuple[Step, ...]:
    """The table."""
    handle, decide = permission["handle"], permission["decide"]
    return (
        Step(slug="propose", title="提出处罚意见", sources=("investigating",), target="reviewing", permission=handle, effect=does.propose, proves=("filing", "inquiry"),
             takes=("scene",), main=True, fields=(
                 Field(name="violation", title="违法行为", kind="choice", choices=does.regime.words, required=True),
                 Field(name="circumstance", title="情节", kind="choice", choices=does.regime.degrees, required=True, help="由人按事实选；范围见裁量表"),
                 Field(name="amount", title="罚款", kind="money", required=True), Field(name="other", title="其他处罚", help="警告、责令停产停业等"),
                 Field(name="outside", title="超出范围的理由", kind="long", help="罚款不在情节的范围内才写"))),
        Step(slug="pass_review", title="法制审核通过", sources=("reviewing",), target="reviewed", permission=permission["legal"], says=True, takes=("legal",),
             not_by=("propose", "open"), effect=does.running, main=True),
        Step(slug="fail_review", title="审核退回", sources=("reviewing",), target="investigating", permission=permission["legal"], says=True,
             not_by=("propose",), effect=does.running, returns=True),
        Step(slug="notify", title="告知当事人", sources=("reviewed",), target="hearing", permission=handle, proves=("notice",), effect=does.notify, hand="owner", main=True),
        Step(slug="answer", title="陈述申辩", sources=("hearing",), target="deciding", permission=permission["answer"], takes=("statement",), effect=does.answered,
             not_by=("propose", "notify"), hand="issuer", main=True, fields=(
                 Field(name="statement", title="陈述申辩", kind="long", required=True, help="没有意见也写明"),
                 Field(name="hearing", title="要求听证", kind="choice", choices={"": "", "yes": "要求听证"}))),
        Step(slug="no_answer", title="记当事人未陈述", sources=("hearing",), target="deciding", permission=handle, says=True, effect=does.silent, hand="issuer"),
        Step(slug="prepare", title="拟公示内容", sources=("deciding",), target="", permission=handle, effect=does.prepare, fields=(
            Field(name="public_text", title="公示内容", kind="long", required=True, help="单位、违法事实、依据、处罚；不写个人姓名、电话"),)),
        Step(slug="discuss", title="记集体讨论", sources=("deciding",), target="", permission=decide, says=True, proves=("minutes",),
             applies=lambda case: Penalty.objects.filter(case=case, is_heavy=True).exists()),
        Step(slug="hear", title="记听证", sources=("deciding",), target="", permission=permission["legal"], says=True, proves=("hearing",),
             applies=lambda case: Penalty.objects.filter(case=case, hearing=True).exists()),
        Step(slug="redo", title="退回重新调查", sources=("deciding",), target="investigating", permission=decide, says=True, effect=does.running, returns=True),
        Step(slug="decide", title="作出处罚决定", sources=("deciding",), target="decided", permission=decide, guard=queries.shut, proves=("decision",),
             not_by=("propose", "pass_review"), effect=does.decide, main=True, fields=(Field(name="number", title="决定书文号", required=True, max_length=60),)),
        Step(slug="spare", title="不予处罚", sources=("deciding",), target="spared", permission=decide, says=True, not_by=("propose", "pass_review")),
        Step(slug="serve", title="送达", sources=("decided",), target="served", permission=handle, guard=queries.shut, proves=("receipt",), effect=does.serve, main=True,
             fields=(Field(name="way", title="送达方式", kind="choice", choices=WAYS, required=True),
                     Field(name="served_on", title="送达日期", kind="day", required=True))),
        Step(slug="publish", title="公布处罚", sources=("served",), target="paying", permission=handle, effect=does.publish, main=True),
        Step(slug="close", title="结案", sources=("paying",), target="closed", permission=handle, says=True, proves=("payment",), main=True),
        Step(slug="transfer", title="移送司法机关", sources=_BEFORE, target="transferred", permission=decide, says=True, proves=("transfer",),
             hand="issuer",
             fields=(Field(name="to", title="移送给", required=True, max_length=80), Field(name="crime", title="涉嫌罪名", required=True, max_length=80))),
        Step(slug="accepted", title="记立案回执", sources=("transferred",), target="criminal", permission=handle, says=True, proves=("answer",), main=True),
        Step(slug="returned", title="记不立案，继续办", sources=("transferred", "criminal"), target="investigating", permission=handle, says=True, proves=("answer",),
             hand="issuer", effect=does.running, returns=True),
        Step(slug="drop", title="撤案", sources=("investigating",), target="dropped", permission=decide, says=True, not_by=("open",)),
    )  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PenaltyProcess(Process):
    """A process that knows its tables."""

    regime: Regime


def regimes() -> list[Regime]:
    """The tables of every department, in the order the packs declare them."""
    return [one.regime for one in declared.processes().values() if isinstance(one, PenaltyProcess)]


def penalty(
    regime: Regime, *, title: str, prefix: str, limits: Sequence[Limit], links: Callable[[Any], Sequence[tuple[str, str]]] | None = None
) -> PenaltyProcess:  # fmt: skip
    """The process of `regime.slug`, with permissions `<slug>.<verb>` of VERBS."""
    permission = {verb: f"{regime.slug.replace('/', '.')}.{verb}" for verb in VERBS}
    does = _Effects(regime, tuple(limits))

    def panel(case: Case) -> Sequence[tuple[str, str]]:
        return shown(regime, case)

    return PenaltyProcess(
        regime=regime, slug=regime.slug, title=title, prefix=prefix, states=STATES, ends=ENDS, aside=ENDS - {"closed"} | {"transferred"}, steps=_steps(permission, does),
        read=permission["read"], open=permission["file"], manage=permission["manage"], evidence=EVIDENCE, limits=does.limits, made=does.made, panel=panel,
        links=links, note="立案以后由两名以上执法人员调查；提出意见、法制审核、作出决定须是不同的人。",
    )  # fmt: skip


def fine(row: Penalty) -> str:
    """The penalty in words."""
    money = f"罚款 {row.amount:,.2f} 元" if row.amount else ""
    return "；".join(one for one in (row.other, money) if one) or "不罚款"


def shown(regime: Regime, case: Case) -> list[tuple[str, str]]:
    """What the page of the case says of it: the deadline, the range with its clause, the gates."""
    row = Penalty.objects.filter(case=case).first()
    if row is None:
        return []
    found = [("决定期限", f"立案后 {regime.decide_days} 日，到 {row.decide_by}（{regime.decide_law}，条款待核）")]
    violation = regime.violation(row.violation, row.filed_on)
    if violation and row.low is not None and row.high is not None:
        step = violation.circumstance(row.circumstance)
        check = "" if violation.verified else "，条款待核"
        found += [
            ("违法行为", f"{violation.title}（违反{violation.duty}；依{violation.law}{check}）"),
            ("情节和范围", f"{step.word if step else ''}：{row.low:,.0f}—{row.high:,.0f} 元"), ("处罚", fine(row)),
        ]  # fmt: skip
        if row.outside:
            found.append(("超出范围的理由", row.outside))
        if row.is_heavy:
            found.append(("重大处罚", "须集体讨论"))
    if case.state in ("deciding", "decided"):
        found += [(one.title, "✓ 已过" if not one.why else f"◐ {one.why}") for one in queries.gates(case)]
    if row.public_text:
        found.append(("公示内容", row.public_text))
    if row.number:
        found.append(("决定书", f"{row.number}，{row.decided_on}"))
    if row.served_on:
        found.append(("送达", f"{row.served_on}，{row.get_way_display()}"))
    return found


def file_from(process: Process, parent: Case, actor: Actor, at: datetime, issuer: Organisation) -> Case:
    """立案 from an inspection: the penalty's case hangs on it."""
    return open_case(
        actor=actor, process=process, owner=parent.owner, title=parent.title[:100], fact=parent.fact, at=at, source="regulator", place=parent.place,
        issuer=issuer, holder=issuer, parent=parent, is_demo=parent.is_demo,
    )  # fmt: skip
