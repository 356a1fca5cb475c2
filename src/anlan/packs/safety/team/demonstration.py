"""Invented (示例): a road network, six teams, two experts, and a flooded garage where three of them are, one by a link."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.maps.actions import store_layer
from anlan.kernel.maps.models import ImportedLayer
from anlan.kernel.registry import actions as registry
from anlan.kernel.response.actions import command, intake
from anlan.kernel.response.models import Incident
from anlan.packs.safety.team import actions, links
from anlan.packs.safety.team.finding import ROADS
from anlan.packs.safety.team.models import Dispatch, Expert, Team
from anlan.packs.safety.team.sheets import EXPERTS, TEAMS

_KEY = uuid5(NAMESPACE_URL, "anlan:team:demo")
# Code, owner, name, kind, skills, people, equipment, leader, longitude, latitude, readiness, days since it was told, days of insurance.
_TEAMS = (
    ("DW-01", "SL-B11", "示例综合应急救援队", "general", "抗洪排涝、破拆、搜救、道路抢通", 42, "排水泵车 2 台、冲锋舟 4 艘、破拆工具 6 套", "示例·石队长", 117.197, 39.164, "ready", 1, None),
    ("DW-02", "SL-B11", "示例危化应急队", "special", "危化品处置、堵漏、洗消", 18, "重型防化服 12 套、洗消车 1 台", "示例·严队长", 117.230, 39.141, "ready", 2, None),
    ("DW-03", "SL-S01", "示例一街道应急队", "grassroots", "抗洪排涝、转移安置、物资运输", 26, "抽水泵 4 台、编织袋 2000 条", "示例·赵队长", 117.188, 39.176, "ready", 3, None),
    ("DW-04", "SL-S02", "示例二街道应急队", "grassroots", "转移安置、树木清障", 20, "油锯 6 台", "示例·冯队长", 117.229, 39.174, "reduced", 5, None),
    ("DW-05", "SL-B11", "示例水上救援志愿队", "social", "水上救援、搜救、无人机", 15, "冲锋舟 2 艘、无人机 2 架", "示例·江队长", 117.214, 39.187, "ready", 4, 20),
    ("DW-06", "SL-B07", "示例管网抢修队", "special", "抗洪排涝、供水抢修、应急照明", 24, "排水泵车 3 台、照明车 1 台", "示例·管队长", 117.240, 39.158, "ready", 45, None),
)  # fmt: skip
_EXPERTS = (
    ("ZJ-01", "示例·蒋专家", "危化品处置、堵漏", "示例制冷学会", "高级工程师", 117.205, 39.171, True),
    ("ZJ-02", "示例·汤专家", "抗洪排涝", "示例水务设计院", "教授级高工", 117.222, 39.152, False),
)
_EAST = (117.165, 117.186, 117.209, 117.237, 117.253)
_NORTH = (39.135, 39.149, 39.161, 39.175, 39.190)


def roads() -> bytes:
    """A plain grid; every crossing is a common point."""
    lines = [[[x, y] for x in _EAST] for y in _NORTH] + [[[x, y] for y in _NORTH] for x in _EAST]
    features = [
        {"type": "Feature", "properties": {"name": f"示例路{number}"}, "geometry": {"type": "LineString", "coordinates": line}}
        for number, line in enumerate(lines, 1)
    ]  # fmt: skip
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def load(at: datetime) -> None:
    units = {one.code: one for one in Organisation.objects.filter(is_demo=True)}
    if not {"SL", "SL-B11", "SL-S01"} <= set(units):
        return  # the demonstration's organisations are not all here
    if not ImportedLayer.objects.filter(slug=ROADS).exists():
        store_layer(
            actor=SYSTEM,
            slug=ROADS,
            title="道路（示例）",
            crs="wgs84",
            source="示例，方格路网",
            data=roads(),
            at=at,
            review_number="示例",
        )
    if not Team.objects.exists():
        _registers(units, at)
    duty = (
        Post.objects.filter(person__username="duty", person__is_demo=True)
        .select_related("person", "organisation__parent")
        .first()
    )
    if duty is not None and not Incident.objects.filter(key=_KEY).exists():
        _story(policy.actor_of(duty), units, at)


def _registers(units: dict[str, Organisation], at: datetime) -> None:
    today = civil_date(at)
    for code, owner, name, kind, skills, people, equipment, leader, x, y, ready, told, insured in _TEAMS:
        values = {
            "code": code, "name": name, "kind": kind, "skills": skills, "people": people, "ready": ready, "ready_on": today - timedelta(days=told),
            "equipment": equipment, "leader": leader, "phone": "示例-0000", "address": "示例路", "longitude": x, "latitude": y,
            "insured_until": today + timedelta(days=insured) if insured else None,
        }  # fmt: skip
        registry.add(
            actor=SYSTEM,
            sheet=TEAMS,
            organisation=units.get(owner, units["SL-B11"]),
            values=values,
            at=at,
            is_demo=True,
        )
    if Expert.objects.exists():
        return
    for code, name, fields, unit, title, x, y, agreed in _EXPERTS:
        values = {
            "code": code, "name": name, "fields": fields, "unit": unit, "title": title, "phone": "示例-0000", "longitude": x, "latitude": y,
            "consent_on": today - timedelta(days=60) if agreed else None, "consent_until": today + timedelta(days=305) if agreed else None,
        }  # fmt: skip
        registry.add(actor=SYSTEM, sheet=EXPERTS, organisation=units["SL-B11"], values=values, at=at, is_demo=True)


def _story(duty: Actor, units: dict[str, Organisation], at: datetime) -> None:
    start = at - timedelta(minutes=70)
    incident = intake.open_incident(
        actor=duty, organisation=units["SL"], place="示例小区地下车库", kind="flood", source="物业来电", at=start, title="示例：小区地下车库进水", key=_KEY,
        longitude=117.194, latitude=39.168, is_demo=True, streets=(units["SL-S01"],),
    )  # fmt: skip
    command.take_post(actor=duty, incident=incident, post="duty", at=start)
    command.move(actor=duty, incident=incident, move="verify", at=start + timedelta(minutes=2))

    def call(code: str, order: str, minutes: int) -> Dispatch:
        team = Team.objects.select_related("organisation").get(code=code)
        return actions.dispatch(
            actor=duty,
            incident=incident,
            team=team,
            task="flood",
            order=order,
            at=start + timedelta(minutes=minutes),
            is_demo=True,
        )

    near = call("DW-03", "封堵车库入口，转移车主", 4)
    actions.accept(actor=duty, row=near, at=start + timedelta(minutes=5))
    actions.step(actor=duty, row=near, target="moving", at=start + timedelta(minutes=7))
    actions.step(actor=duty, row=near, target="on_scene", at=start + timedelta(minutes=15), people=14)
    actions.step(actor=duty, row=near, target="working", at=start + timedelta(minutes=17))
    actions.headcount(actor=duty, row=near, people=14, at=start + timedelta(minutes=40))
    pumps = call("DW-01", "泵车排水", 8)
    actions.accept(actor=duty, row=pumps, at=start + timedelta(minutes=10))
    actions.step(actor=duty, row=pumps, target="moving", at=start + timedelta(minutes=12))
    asked = call("DW-05", "查看有无人员被困", 30)
    links.make(actor=duty, row=asked, holder="示例·江队长", hours=24, at=start + timedelta(minutes=31), is_demo=True)
