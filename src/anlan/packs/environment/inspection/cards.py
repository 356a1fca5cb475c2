"""红黄牌: proposed by an inspector under a dated rule, given by another, published, taken off with a reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.types import Field, Process, Step
from anlan.kernel.penalties import actions
from anlan.kernel.penalties.models import Publication
from anlan.packs.environment.inspection import rules
from anlan.packs.environment.inspection.models import Card
from anlan.packs.environment.inspection.rules import COLOURS, SLUG

_P = f"{SLUG}.card"


def _made(case: Case, values: Mapping[str, Any]) -> None:
    Card.objects.create(case=case, rule=values["rule"])


def _rule(case: Case, at: datetime) -> rules.CardRule:
    found = rules.card_rule(Card.objects.get(case=case).rule, civil_date(at))
    if found is None:
        raise Refused("rule", "这条挂牌规则今天不适用。", "rule")
    return found


def _give(case: Case, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """The colour is the rule's; no one may hold two cards at once."""
    rule, today = _rule(case, at), civil_date(at)
    if case.owner.kind != "enterprise":
        raise Refused("owner", "红黄牌只给企业。")
    if Case.objects.filter(process=case.process, owner=case.owner, state="in_force").exists():
        raise Refused("twice", "这个单位已经挂着牌。先摘牌，再挂。")
    Card.objects.filter(case=case).update(given_on=today)
    actions.publish(actor=actor, case=case, kind="card", outcome=COLOURS[rule.colour][0], text=values["summary"], decided_on=today, at=at, periods=(), law=rule.law)  # fmt: skip
    return {"grade": rule.colour}


def _end(case: Case, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    Card.objects.filter(case=case).update(ended_on=civil_date(at))
    for one in Publication.objects.filter(case=case, kind="card", withdrawn_at=None):
        actions.end(actor=actor, publication=one, reason=f"已摘牌：{values['why']}"[:400], at=at)
    return {}


def _panel(case: Case) -> Sequence[tuple[str, str]]:
    row = Card.objects.filter(case=case).first()
    rule = next((one for one in rules.card_rules() if row and one.code == row.rule), None)
    if row is None or rule is None:
        return []
    check = "" if rule.verified else "，待核"
    found = [("挂牌规则", f"{COLOURS[rule.colour][0]}：{rule.title}（{rule.law}{check}）")]
    if row.given_on:
        found.append(("挂牌", str(row.given_on)))
    if row.ended_on:
        found.append(("摘牌", str(row.ended_on)))
    return found


CARD = Process(
    slug=f"{SLUG}/card", title="红黄牌", prefix="HP", states={"proposed": "待批准", "in_force": "挂牌中", "ended": "已摘牌", "declined": "不予挂牌"},
    ends=frozenset({"ended", "declined"}), aside=frozenset({"declined"}), read=f"{_P}_read", open=f"{_P}_propose", manage=f"{_P}_give", grades=COLOURS,
    evidence={"basis": "超标或停限产材料", "recheck": "复查材料", "other": "其他"}, limits=rules.limits("card"), made=_made, panel=_panel,
    asks=(Field(name="rule", title="挂牌规则", kind="choice", required=True,
                choices={one.code: f"{COLOURS[one.colour][0]}：{one.title}" for one in rules.card_rules()}),),
    graded="", note="对象是企业。挂牌由提出人以外的人批准，批准即公布；摘牌写理由。",
    steps=(
        Step(slug="give", title="批准挂牌", sources=("proposed",), target="in_force", permission=f"{_P}_give", not_by=("open",), proves=("basis",), effect=_give,
             main=True, fields=(Field(name="summary", title="公布的内容", kind="long", required=True, help="只写单位和事实，不写个人"),)),
        Step(slug="decline", title="不予挂牌", sources=("proposed",), target="declined", permission=f"{_P}_give", says=True),
        Step(slug="end", title="摘牌", sources=("in_force",), target="ended", permission=f"{_P}_give", proves=("recheck",), effect=_end, main=True,
             fields=(Field(name="why", title="摘牌理由", kind="long", required=True),)),
    ),
)  # fmt: skip
