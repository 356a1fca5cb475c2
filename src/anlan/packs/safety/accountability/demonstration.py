"""The story of the demonstration: one accident under investigation, one in its four gates, a ladder case, a few lists. All invented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.casework.actions import Upload, make_step, open_case
from anlan.kernel.registry import actions as registry
from anlan.packs.safety.accountability.models import WorkItem
from anlan.packs.safety.accountability.process import INVESTIGATION, LADDER
from anlan.packs.safety.accountability.sheets import DUTIES, WORKS

BUREAU = "SL-B11"


def papers(*kinds: str) -> list[Upload]:
    return [(kind, f"示例_{kind}.pdf", b"%PDF-1.4\n% sample\n") for kind in kinds]


def load(at: datetime) -> None:
    posts = Post.objects.filter(
        person__is_demo=True, role__in=("safety_regulator", "bureau_officer", "street_officer", "leader")
    )
    people: dict[str, Actor] = {
        post.person.username: policy.actor_of(post) for post in posts.select_related("person", "organisation__parent")
    }
    units = {one.code: one for one in Organisation.objects.filter(is_demo=True)}
    if not {"regulator", "leader", "street"} <= set(people) or WorkItem.objects.exists():
        return
    _lists(units, at)
    _accidents(people, units, at)
    ladder = open_case(
        actor=people["regulator"], process=LADDER, owner=units["SL-S01"], title="示例：二季度消防通道清理没有按期完成", fact="年度工作清单 GZ-02 逾期。", kind="works",
        source="other", issuer=units[BUREAU], key=uuid5(NAMESPACE_URL, "anlan:ladder:1"), at=at - timedelta(days=20), is_demo=True, uploads=papers("reminder"),
    )  # fmt: skip
    make_step(
        actor=people["street"],
        case=ladder,
        step="reply",
        at=at - timedelta(days=12),
        values={"answer": "已清理 6 处，还有 2 处在协调。"},
    )
    make_step(actor=people["regulator"], case=ladder, step="interview", at=at - timedelta(days=5), note="两处仍堵，约谈分管负责岗位。", uploads=papers("interview"))  # fmt: skip


def _lists(units: Mapping[str, Organisation], at: datetime) -> None:
    today = civil_date(at)
    past, coming = today.replace(day=1) - timedelta(days=1), today
    rows: tuple[tuple[Any, str, dict[str, Any]], ...] = (
        (DUTIES, "SL-S01", {"code": "ZR-01", "position": "街道安全分管岗位", "duty": "组织辖区安全检查，督促隐患整改", "basis": "示例清单"}),
        (DUTIES, BUREAU, {"code": "ZR-02", "position": "安委办主任岗位", "duty": "综合监管，督促各部门落实责任", "basis": "示例清单"}),
        (WORKS, BUREAU, {"code": "GZ-01", "title": "示例：涉氨单位全覆盖检查", "due_on": coming, "share": 60, "note": "已查 9 家"}),
        (WORKS, "SL-S01", {"code": "GZ-02", "title": "示例：消防通道清理", "due_on": past, "share": 75, "note": "还有 2 处"}),
        (WORKS, BUREAU, {"code": "GZ-03", "title": "示例：安全宣传月", "due_on": coming, "share": 100, "done_on": coming - timedelta(days=2)}),
    )  # fmt: skip
    for sheet, owner, values in rows:
        year = values.get("due_on", today).year
        registry.add(
            actor=SYSTEM, sheet=sheet, organisation=units[owner], values={"year": year, **values}, at=at, is_demo=True
        )


def _accidents(people: Mapping[str, Actor], units: Mapping[str, Organisation], at: datetime) -> None:
    for name, title, days, kind in (("new", "示例：冷库维修人员坠落", 25, "fall"), ("old", "示例：纸箱厂机械伤害", 150, "machine")):  # fmt: skip
        began = at - timedelta(days=days)
        case = open_case(
            actor=people["regulator"], process=INVESTIGATION, owner=units["SL-E31" if name == "new" else "SL-E32"], title=title, fact="示例事故，没有真实人员。",
            kind=kind, source="other", issuer=units[BUREAU], holder=units[BUREAU], key=uuid5(NAMESPACE_URL, f"anlan:accident:{name}"), at=began, is_demo=True,
            values={"happened_on": civil_date(began).isoformat(), "injured": "1", "loss": "35"},
        )  # fmt: skip

        def go(
            who: str,
            step: str,
            after: float,
            note: str,
            *kinds: str,
            case: Any = case,
            began: datetime = began,
            **values: str,
        ) -> None:
            make_step(
                actor=people[who],
                case=case,
                step=step,
                at=began + timedelta(days=after),
                note=note,
                values=values,
                uploads=papers(*kinds),
            )

        go("leader", "form", 1, "", "team", grade="general", team="应急、公安、工会、属地街道")
        if name == "old":
            go("regulator", "report", 45, "直接原因、间接原因和责任建议见报告。", "report")
            go("leader", "approve", 55, "", "reply")
            go("regulator", "cause", 60, "防护罩拆除后没有恢复。", "cause")
            go("regulator", "responsible", 70, "单位已按批复处理。", "responsible")
            go("regulator", "fixed", 90, "全部设备加装联锁。", "fixed")
