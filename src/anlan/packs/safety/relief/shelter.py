"""应急避难场所 (S11): where people can stay, for how many, and when it was last checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse

from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM, Actor, Permission
from anlan.kernel.capability.types import Capability
from anlan.kernel.maps.types import Layer
from anlan.kernel.registry import actions, queries
from anlan.kernel.registry.pages import sheet_pages
from anlan.kernel.registry.types import Column, Problem, Sheet
from anlan.kernel.web.types import Nav
from anlan.packs.safety.relief import rules
from anlan.packs.safety.relief.sites import Shelter

KINDS = {slug: one.title for slug, one in rules.kinds().items()}


def check(values: Mapping[str, Any]) -> Sequence[Problem]:
    """More people than the area can hold under the least area per head, or more at night than by day."""
    rule, found = rules.kinds()[values["kind"]], []
    if float(values["area"]) < values["capacity"] * rule.square_metres:
        found.append(
            Problem(
                "capacity",
                f"容量：按{rule.title}场所人均不少于 {rule.square_metres:g} 平方米，{values['area']} 平方米装不下 {values['capacity']} 人。",
            )
        )
    if (values.get("night") or 0) > values["capacity"]:
        found.append(Problem("night", "夜间容量：不能多于白天容量。"))
    return found


SHEET = Sheet(
    slug="shelters",
    title="应急避难场所",
    model=Shelter,
    key="code",
    read="shelter.read",
    write="shelter.write",
    review_days=180,
    check=check,
    duty="一处一行，半年复核一次：开得了、进得去、住得下。",
    columns=(
        Column("code", "编号", required=True, max_length=40),
        Column("name", "名称", required=True, max_length=80),
        Column("kind", "类型", kind="choice", required=True, choices=KINDS, filterable=True),
        Column("address", "地址", max_length=160),
        Column("area", "有效面积", kind="decimal", required=True, unit="平方米", minimum=1, maximum=1e7),
        Column("capacity", "容量", kind="int", required=True, unit="人", minimum=1, maximum=1e6),
        Column("night", "夜间容量", kind="int", unit="人", minimum=1, maximum=1e6, help="能过夜的人数；空着与容量相同"),
        Column("facilities", "设施", max_length=200, in_list=False, help="水、电、厕所、医疗点等"),
        Column("checked_on", "最近检查", kind="date"),
        Column("longitude", "经度", kind="longitude", in_list=False),
        Column("latitude", "纬度", kind="latitude", in_list=False),
    ),
)


def _features(actor: Actor, _at: datetime) -> Mapping[str, Any]:
    rows = queries.visible(SHEET, actor).filter(retired_on=None).exclude(longitude=None).exclude(latitude=None)
    features = [
        {
            "type": "Feature", "geometry": {"type": "Point", "coordinates": [row.longitude, row.latitude]},
            "properties": {"name": row.name, "sign": KINDS[row.kind], "value": f"{row.capacity}人", "url": reverse("shelters_detail", args=[row.pk])},
        }
        for row in rows
    ]  # fmt: skip
    return {"type": "FeatureCollection", "features": features}


def demo(at: datetime) -> None:
    """Three invented shelters (示例)."""
    if Shelter.objects.exists():
        return
    rows = (
        ("SLB-001", "示例广场避难场所", "short", "SL-S01", 117.204, 39.172, 4200, 1800, 420, date(2025, 9, 1)),
        ("SLB-002", "示例公园避难场所", "emergency", "SL-S02", 117.232, 39.168, 9600, 6000, 360, date(2025, 3, 12)),
        ("SLB-003", "示例体育馆避难场所", "long", "SL-S03", 117.221, 39.16, 2700, 900, 300, date(2025, 10, 20)),
    )
    for code, name, kind, owner, lon, lat, area, capacity, night, checked in rows:
        organisation = Organisation.objects.filter(code=owner).first()
        if organisation is not None and policy.may(SYSTEM, SHEET.write, organisation):
            values = {
                "code": code, "name": name, "kind": kind, "address": "示例路", "area": area, "capacity": capacity, "night": night,
                "facilities": "水、电、厕所", "checked_on": checked, "longitude": lon, "latitude": lat,
            }  # fmt: skip
            actions.add(actor=SYSTEM, sheet=SHEET, organisation=organisation, values=values, at=at, is_demo=True)


_READ = {
    "planner": "district",
    "leader": "district",
    "auditor": "district",
    "bureau_officer": "district",
    "street_officer": "own",
    "duty_officer": "district",
    "commander": "district",
    "shelter_keeper": "own",
}

CAPABILITY = Capability(
    slug="shelter",
    title="应急避难场所",
    plan_refs=("S11",),
    permissions=(
        Permission(slug="shelter.read", title="查看避难场所", roles=_READ),  # type: ignore[arg-type]
        Permission(
            slug="shelter.write",
            title="登记避难场所",
            roles={"street_officer": "own", "bureau_officer": "own", "shelter_keeper": "own"},
        ),
    ),
    pages=sheet_pages(SHEET),
    nav=(Nav(section="registry", title="避难场所", page="shelters_list", permission="shelter.read", order=10),),
    sheets=(SHEET,),
    layers=(
        Layer(
            slug="shelters",
            title="避难场所",
            permission="shelter.read",
            kind="point",
            features=_features,
            source="应急避难场所台账",
        ),
    ),
    demo=demo,
)
