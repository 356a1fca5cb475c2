"""The register of origin as people bring it: an Excel file of the inspection's list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.packs.environment.inspector_rectification.models import InspectorItem
from anlan.packs.environment.inspector_rectification.rules import KINDS, SLUG


def organisation(text: str) -> Organisation | None:
    """By code, name or short name; several names are told by 、 and the first one leads."""
    first = text.replace("，", "、").replace(",", "、").split("、")[0].strip()
    rows = Organisation.objects.filter(closed_on=None).filter(Q(code=first) | Q(name=first) | Q(short_name=first))
    return rows.order_by("path").first() if first else None


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    found = [
        Problem(name, f"{title}：没有“{values[name]}”这个单位。写单位的全称、简称或代码。")
        for name, title in (("responsible", "责任单位"), ("supervisor", "督导部门")) if organisation(values[name]) is None
    ]  # fmt: skip
    if not found and organisation(values["responsible"]) == organisation(values["supervisor"]):
        found.append(Problem("supervisor", "督导部门：不能就是责任单位自己。"))
    if values["target_on"] < values["received_on"]:
        found.append(Problem("target_on", f"目标日期：早于交办日期 {values['received_on']}。"))
    return found


def _part(row: InspectorItem, actor: Actor, _at: datetime) -> tuple[str, Mapping[str, Any]]:
    return "packs/environment/inspector_rectification/part.html", {
        "may": policy.why(actor, f"{SLUG}.report"),
        "case": row.case,
    }


ITEMS = Sheet(
    slug="inspector_items", title="督察整改清单", model=InspectorItem, key="code", read=f"{SLUG}.list", write=f"{SLUG}.write", check=check, part=_part,
    duty="督察组交办的清单，一件一行，可以整表导入；立案以后按事项办，清单上改不动办理结果。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("round", "批次", required=True, max_length=40, help="例如：第二轮中央督察"),
        Column("kind", "来源", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("problem", "问题", kind="long", required=True, max_length=1000),
        Column("goal", "整改目标", kind="long", max_length=1000, in_list=False),
        Column("measures", "整改措施", kind="long", max_length=1000, in_list=False),
        Column("responsible", "责任单位", required=True, max_length=80, help="几家用、隔开，第一家牵头"),
        Column("supervisor", "督导部门", required=True, max_length=80),
        Column("received_on", "交办日期", kind="date", required=True, past=True),
        Column("target_on", "目标日期", kind="date", required=True),
        Column("is_public", "公开", kind="bool", help="公开页上能看到"),
    ),
)  # fmt: skip
