"""Invented reports (示例): one rewarded and paid, one being looked into, one just in; loaded again, nothing changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from anlan.kernel.access import demonstration
from anlan.kernel.casework import story
from anlan.kernel.casework.models import Case
from anlan.kernel.reporting import actions
from anlan.packs.safety.safety_report.process import COUNTER

Steps = Sequence[Mapping[str, Any]]
_LOOKED: Steps = (
    {"do": "accept", "by": "regulator", "after": 1, "values": {"to": "SL-B11"}},
    {"do": "answer", "by": "regulator", "after": 12, "values": {"answer": "已到现场核查，2 名制冷工没有取得资格，已立案处罚。"}},
    {"do": "close", "by": "regulator", "after": 13},
)  # fmt: skip
# days ago, kind, place, what, about, name, telephone, steps
STORY: tuple[tuple[int, str, str, str, str, str, str, Steps], ...] = (
    (20, "unlicensed", "示例冷库甲制冷机房", "值夜班的制冷工没有证。", "示例冷库甲", "示例·钱某", "13800000011", _LOOKED),
    (4, "fire", "示例里小区 3 号楼前", "消防通道长期停满车。", "", "", "", ({"do": "accept", "by": "regulator", "after": 1, "values": {"to": "SL-S01"}},)),
    (1, "danger", "示例道路改造工地", "基坑边没有护栏。", "示例市政乙", "示例·孙某", "13800000012", ()),
)  # fmt: skip


def load(at: datetime) -> None:
    people, units = demonstration.people(), demonstration.units()
    if not {"regulator", "chief"} <= set(people) or not {"SL-B11", "SL-S01"} <= set(units):
        return
    for days, kind, place, fact, about, name, phone, steps in STORY:
        key, began = uuid5(NAMESPACE_URL, f"anlan:safety_report:{place}"), at - timedelta(days=days)
        if Case.objects.filter(key=actions.case_key(key)).exists():
            continue
        given = {"kind": kind, "place": place, "fact": fact, "about": about, "name": name, "phone": phone}
        report, _code = actions.send(counter=COUNTER, given=given, photos=(), at=began, key=key, is_demo=True)
        story.play(report.case, steps, people, began=began, at=at, units=units)
        proof = (
            Case.objects.filter(process="enforcement/penalty", state__in=("served", "paying", "closed"), is_demo=True)
            .order_by("id")
            .first()
        )
        if steps is _LOOKED and proof is not None:
            paid: Steps = (
                {"do": "reward", "by": "chief", "after": 14, "note": "查实处罚", "values": {"amount": "3000", "basis": "示例奖励办法：罚款的 10%", "proof": proof.number}},
                {"do": "pay", "by": "regulator", "after": 16, "values": {"how": "银行转账"}},
            )  # fmt: skip
            story.play(Case.objects.get(pk=report.case.pk), paid, people, began=began, at=at)
