"""Invented tasks of two rounds and a letter, in every state (示例); loaded again, nothing changes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from anlan.base.clock import civil_date
from anlan.kernel.access import demonstration
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.casework.actions import make_step
from anlan.kernel.casework.models import Case
from anlan.kernel.registry import actions as registry
from anlan.packs.environment.inspector_rectification import actions
from anlan.packs.environment.inspector_rectification.models import InspectorItem
from anlan.packs.environment.inspector_rectification.sheet import ITEMS

PDF, NAME = b"%PDF-1.4\n% sample\n", "示例.pdf"
# code, round, kind, problem, goal, received and target (days from today), how far
STORY = (
    ("ZY2-01", "第二轮中央督察", "central", "示例支渠沿线雨污混流，晴天有污水入渠。", "晴天排口不流水", -400, -120, "closed"),
    ("ZY2-02", "第二轮中央督察", "central", "部分工地裸土苫盖不全。", "裸土全部苫盖", -400, -60, "late"),
    ("SJ-07", "市级督察", "city", "示例街区餐饮油烟扰民，净化器不清洗。", "全部按期清洗并留记录", -90, 45, "rectifying"),
    ("XF-113", "督察信访件", "petition", "群众反映示例西路夜间施工噪声。", "依法办理夜间许可并公示", -30, 10, "reviewing"),
    ("SJ-08", "市级督察", "city", "机动车维修喷漆废气收集不全。", "收集处理设施正常运行", -5, 90, "waiting"),
)  # fmt: skip


def load(at: datetime) -> None:
    people = demonstration.people()
    units = demonstration.units()
    officer, fixer = people.get("environment", people.get("monitor")), people.get("street")
    if officer is None or fixer is None or not {"SL-B13", "SL-S01"} <= set(units):
        return
    for code, batch, kind, problem, goal, received, target, end in STORY:
        if InspectorItem.objects.filter(code=code).exists():
            continue
        today = civil_date(at)
        values: dict[str, Any] = {
            "code": code, "round": batch, "kind": kind, "problem": problem, "goal": goal, "measures": "排查、整治、复查、长效管理。",
            "responsible": units["SL-S01"].short_name, "supervisor": units["SL-B13"].short_name, "received_on": today + timedelta(days=received),
            "target_on": today + timedelta(days=target), "is_public": end != "waiting",
        }  # fmt: skip
        item = registry.add(actor=SYSTEM, sheet=ITEMS, organisation=units["SL-B13"], values=values, at=at, is_demo=True)
        assert isinstance(item, InspectorItem)  # noqa: S101 - the sheet's own model
        if end == "waiting":
            continue
        began = at + timedelta(days=received + 2)
        case = actions.start(actor=officer, item=item, at=began)

        def step(who: Any, word: str, days: int, case: Case = case, began: datetime = began, **more: Any) -> None:
            make_step(actor=who, case=Case.objects.get(pk=case.pk), step=word, at=began + timedelta(days=days), **more)

        step(fixer, "progress", 1, values={"percent": "60", "done": "已排查，正在分段整治。"})
        if end in ("closed", "reviewing"):
            step(fixer, "submit", 20, note="已整治完毕", uploads=[("after", NAME, PDF)])
        if end == "closed":
            step(officer, "pass_major", 25, uploads=[("review", NAME, PDF)])
            day = civil_date(began + timedelta(days=30)).isoformat()
            step(officer, "close", 30, values={"published_on": day, "published_where": "示例区政府网站"},
                 uploads=[("acceptance", NAME, PDF), ("publication", NAME, PDF)])  # fmt: skip
