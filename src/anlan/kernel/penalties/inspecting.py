"""A department's inspections: the kernel's table joined to its draws, its registers, its rectification and its penalties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import declared
from anlan.kernel.casework.actions import make_step, open_case
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.processes.inspection import OUTCOMES, inspection, outcome
from anlan.kernel.casework.types import Field, Limit, Process
from anlan.kernel.draw import queries as draws
from anlan.kernel.draw.models import LEVELS, Draw, InspectorEntry, RecusalEntry, TargetEntry
from anlan.kernel.draw.types import Drawn, Pool
from anlan.kernel.penalties import actions, papers
from anlan.kernel.penalties.models import Inspected
from anlan.kernel.penalties.process import file_from
from anlan.kernel.penalties.types import Regime

_COLOURS: Mapping[str, tuple[str, Any]] = {
    "red": ("红", "red"), "orange": ("橙", "orange"), "yellow": ("黄", "yellow"), "blue": ("蓝", "blue"),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Office:
    """What a pack gives: `slug` of the inspection's process and of its pool, the slugs of the processes it may open, its registers.

    `weights` by level, `rest_days` between two random inspections of one target: the pack's own defaults."""

    slug: str
    title: str
    prefix: str
    kinds: Mapping[str, str]
    targets: type[TargetEntry]
    inspectors: type[InspectorEntry]
    recusals: type[RecusalEntry]
    weights: Mapping[str, int]
    rest_days: int
    rectification: str
    regime: Regime
    limits: tuple[Limit, ...]


def _drawn(draw: Draw, target: str) -> Mapping[str, Any]:
    found = next((one for one in draw.result if one["object"] == target), None)
    if found is None:
        raise Refused("draw", "这次抽查没有抽到这个对象。", "draw")
    return dict(found)


@dataclass(frozen=True)
class _Effects:
    """What the steps of one office write."""

    office: Office

    def made(self, case: Case, values: Mapping[str, Any]) -> None:
        draw, inspectors = None, []
        if number := values.get("draw"):
            draw = Draw.objects.filter(number=number, pool=self.office.slug, state="drawn").first()
            if draw is None:
                raise Refused("draw", "没有这次抽查，或还没有抽取。", "draw")
            inspectors = list(_drawn(draw, values.get("target", ""))["inspectors"])
            if Inspected.objects.filter(draw=draw, target_code=values["target"]).exists():
                raise Refused("draw", "这次抽查的这个对象已经下达过任务。", "draw")
            if not self.office.targets.kept().filter(code=values["target"], organisation=case.owner).exists():
                raise Refused("owner", "抽到的不是这个单位。", "owner")
        Inspected.objects.create(case=case, draw=draw, target_code=values.get("target", ""), inspectors=inspectors)

    def went(self, case: Case, _actor: Actor, values: Mapping[str, Any], at: datetime) -> None:
        row, on = Inspected.objects.get(case=case), civil_date(at)
        for field in ("first", "second"):
            known = self.office.inspectors.kept().filter(code=values[field], valid_until__gte=on)
            if not known.exists():
                raise Refused(field, f"没有这个执法证号，或证件已过期：{values[field]}。", field)
        others = {values["first"], values["second"]} - set(row.inspectors)
        if row.inspectors and others and len(values.get("replaced", "")) < 4:
            raise Refused("replaced", f"抽到的是 {'、'.join(row.inspectors)}。换人的写明理由。", "replaced")
        row.went, row.replaced = [values["first"], values["second"]], values.get("replaced", "") if others else ""
        row.save()

    def order(self, case: Case, actor: Actor, values: Mapping[str, Any], at: datetime) -> None:
        """The rectification, graded as ordinary and assigned; a person may grade it higher there."""
        if values["until"] < civil_date(at):
            raise Refused("until", "期限早于今天。改期限后再下达。", "until")
        found = open_case(
            actor=actor, process=declared.process(self.office.rectification), owner=case.owner, title=values["what"][:100], fact=f"{case.number} 检查查出。{values['what']}",
            source="regulator", place=case.place, issuer=case.issuer, parent=case, at=at, is_demo=case.is_demo,
        )  # fmt: skip
        make_step(actor=actor, case=found, step="grade", at=at, values={"grade": "general"})
        make_step(actor=actor, case=found, step="assign", at=at,
                  values={"fixer": "当事人主要负责人", "measure": values["what"], "until": values["until"].isoformat()})  # fmt: skip

    def file(self, case: Case, actor: Actor, _values: Mapping[str, Any], at: datetime) -> None:
        file_from(declared.process(self.office.regime.slug), case, actor, at, case.issuer or case.holder)

    def published(self, case: Case, actor: Actor, values: Mapping[str, Any], at: datetime) -> None:
        row, how = Inspected.objects.get(case=case), outcome(case)
        concluded = case.lines.filter(step=how).order_by("-id").first()
        actions.publish(
            actor=actor, case=case, kind="inspection", outcome=OUTCOMES[how], text=values["summary"], at=at, periods=self.office.regime.periods,
            decided_on=civil_date(concluded.at if concluded else at), number=row.draw.number if row.draw else "",
        )  # fmt: skip
        if row.draw:
            self.office.targets.kept().filter(code=row.target_code).update(last_on=civil_date(at))


def pool_of(office: Office, *, title: str, prefix: str) -> Pool:
    """What the office draws from; its permissions are `<slug>.draws` and `<slug>.draw`."""
    weights = "、".join(f"{LEVELS[level]} {weight}" for level, weight in office.weights.items())
    return Pool(
        slug=office.slug, title=title, read=f"{office.slug}.draws", hold=f"{office.slug}.draw", prefix=prefix,
        weighing=f"权重按风险颜色：{weights}（本系统默认值）；{office.rest_days} 天内随机抽查过的不参加。",
        filters={"category": ("类别", office.kinds), "level": ("风险颜色", LEVELS)},
        objects=lambda asked, on: draws.targets(office.targets, asked, on, office.weights, office.rest_days),
        inspectors=lambda on: draws.inspectors(office.inspectors, on), conflicts=lambda on: draws.recusals(office.recusals, on),
        start=lambda draw, one, actor, at: start(office, draw, one, actor, at),
    )  # fmt: skip


def process_of(office: Office) -> Process:
    """The inspection's process of the office."""
    does = _Effects(office)
    return inspection(
        slug=office.slug, title=office.title, prefix=office.prefix, kinds=office.kinds, grades=_COLOURS, order=does.order, file=does.file, published=does.published, went=does.went,
        made=does.made, limits=office.limits, panel=_panel, links=_links,
        asks=(Field(name="target", title="对象编号", max_length=40, help="检查对象台账里的编号；随机抽查自动填"),
              Field(name="draw", title="抽查编号", max_length=24, help="随机抽查自动填；计划检查、专项检查空着")),
        note="两名以上执法人员，先出示证件。随机抽查的任务由抽查页下达，不在这里登记。",
    )  # fmt: skip


def _panel(case: Case) -> Sequence[tuple[str, str]]:
    row = Inspected.objects.filter(case=case).select_related("draw").first()
    if row is None:
        return []
    found = [("随机抽查", row.draw.number)] if row.draw else [("检查方式", "计划或专项检查")]
    if row.inspectors:
        found.append(("抽到的检查人员", "、".join(row.inspectors)))
    if row.went:
        found.append(("到场的检查人员", "、".join(row.went)))
    if row.replaced:
        found.append(("换人理由", row.replaced))
    if how := outcome(case):
        found.append(("处理", {**OUTCOMES, "void": "已取消"}[how]))
    return found


def _links(case: Case) -> list[tuple[str, str]]:
    row = Inspected.objects.filter(case=case).select_related("draw").first()
    more = [("抽查过程", reverse("public_draw", args=[row.draw.number]))] if row and row.draw else []
    return [*papers.links(case), *more]


def start(office: Office, draw: Draw, one: Drawn, actor: Actor, at: datetime) -> str:
    """The inspection of one drawn object; asked again, the one that stands. Returns its number."""
    target: Any = office.targets.kept().filter(code=one.object).first()
    if target is None:
        raise Refused("target", f"台账里没有 {one.object}。")
    owner: Organisation = target.organisation
    case = open_case(
        actor=actor, process=declared.process(office.slug), owner=owner, title=f"随机抽查 {draw.number}：{target.name}"[:120], fact=draw.title, kind=target.category,
        grade=target.level, source="regulator", issuer=draw.organisation, holder=draw.organisation, at=at, is_demo=draw.is_demo,
        key=uuid5(NAMESPACE_URL, f"anlan:draw:{draw.number}:{one.object}"), values={"draw": draw.number, "target": one.object},
    )  # fmt: skip
    return case.number
