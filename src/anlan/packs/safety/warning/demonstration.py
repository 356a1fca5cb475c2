"""The story of the demonstration (all invented, 示例): an orange rain warning came from the weather office as an update of a yellow one, an exercise
beside it; a wind warning of the district's own was lifted; a file was refused; matrix, templates, a source, two subscribers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from anlan.base.clock import CHINA
from anlan.base.errors import Refused
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.registry import actions as registry
from anlan.packs.safety.warning import actions, receiving, telling
from anlan.packs.safety.warning.models import WarningMessage, WarningSource
from anlan.packs.safety.warning.sheets import RESPONSES, TEMPLATES
from anlan.protocols.cap.alert import Alert, Area, Info, build

SENDER = "qx@weather.example"
MATRIX = (
    ("rain", "red", "1"), ("rain", "orange", "3"), ("rain", "yellow", "4"), ("wind", "red", "2"), ("wind", "orange", "3"), ("wind", "yellow", "4"),
    ("snow", "red", "2"), ("snow", "orange", "3"), ("waterlogging", "red", "2"), ("waterlogging", "orange", "3"), ("geological", "red", "2"),
    ("geological", "orange", "3"),
)  # fmt: skip
PLANS = {"rain": "示例区防汛应急预案", "waterlogging": "示例区防汛应急预案", "wind": "示例区大风灾害应急预案", "snow": "示例区雨雪冰冻应急预案", "geological": "示例区地质灾害应急预案"}  # fmt: skip
GUIDES = (
    ("MB-01", "暴雨橙色", "rain", "orange", "Severe", "示例区发布暴雨橙色预警", "预计未来三小时部分街道雨量超过 50 毫米，低洼地带可能积水。", "远离低洼地带和下沉桥\n一层和地下室住户做好转移准备\n停止户外作业"),
    ("MB-02", "大风黄色", "wind", "yellow", "Moderate", "示例区发布大风黄色预警", "预计未来十二小时阵风八级以上。", "远离广告牌和树木\n停止高空作业"),
    ("MB-03", "内涝橙色", "waterlogging", "orange", "Severe", "示例区发布内涝橙色预警", "部分路段积水超过 30 厘米并在上涨。", "绕行积水路段\n车辆不要强行涉水"),
)  # fmt: skip


def load(at: datetime) -> None:
    posts = Post.objects.filter(person__is_demo=True, role__in=("duty_officer", "commander")).select_related(
        "person", "organisation__parent"
    )
    people = {post.role: policy.actor_of(post) for post in posts}
    district = Organisation.objects.filter(parent=None, is_demo=True).first()
    if {"duty_officer", "commander"} - set(people) or district is None or WarningMessage.objects.exists():
        return
    _registers(district, at)
    _source(district, at)
    _subscribers(at)
    _weather(people["duty_officer"], at)
    _own(people, district, at)
    _bad(people["duty_officer"], at)


def _registers(district: Organisation, at: datetime) -> None:
    def add(sheet: Any, **values: Any) -> None:
        registry.add(actor=SYSTEM, sheet=sheet, organisation=district, values=values, at=at, is_demo=True)

    for number, (hazard, colour, level) in enumerate(MATRIX, start=1):
        add(
            RESPONSES, code=f"YJ-{number:02d}", hazard=hazard, colour=colour, level=level, plan=PLANS[hazard], law="示例对应关系，没有核对原文", verified=False,
            valid_from=date(2021, 1, 1), valid_to=None,
        )  # fmt: skip
    for code, name, hazard, colour, severity, headline, description, instruction in GUIDES:
        add(
            TEMPLATES, code=code, name=name, hazard=hazard, colour=colour, severity=severity, headline=headline, description=description,
            instruction=instruction, hours=24,
        )  # fmt: skip


def _source(district: Organisation, at: datetime) -> None:
    if not WarningSource.objects.exists():
        receiving.add_source(
            actor=SYSTEM, name="示例气象台", senders=SENDER, organisation=district, at=at, is_demo=True
        )


def _subscribers(at: datetime) -> None:
    street = Organisation.objects.filter(code="SL-S01").first()
    for address, place, hazard, colour in (
        ("resident@example.cn", street, "rain", "yellow"),
        ("shop@example.cn", None, "", "orange"),
    ):
        made = telling.subscribe(
            channel="email", address=address, place=place, hazard=hazard, colour=colour, at=at, is_demo=True
        )
        telling.settle(made, "confirm", at)
        made.notices.update(state="sent", sent_at=at)


def document(
    *, number: str, sent: datetime, kind: str = "Alert", status: str = "Actual", references: tuple[str, ...] = (), colour: str = "橙色", hours: int = 12,
    headline: str = "", description: str = "",
) -> bytes:  # fmt: skip
    """A document as the invented weather office writes it: severity says nothing of the colour."""
    info = Info(
        language="zh-CN", categories=("Met",), event="暴雨", urgency="Expected", severity="Moderate", certainty="Likely",
        effective=_time(sent), expires=_time(sent + timedelta(hours=hours)), sender_name="示例市气象台", headline=headline or f"示例市气象台发布暴雨{colour}预警",
        description=description or "预计未来三小时示例区部分街道雨量将达 50 毫米以上，低洼地带可能积水。", instruction="远离低洼地带\n减少外出",
        parameters=(("颜色", colour), ("灾种", "rain")),
        areas=(Area(description="示例区", polygons=("39.150,117.180 39.150,117.250 39.190,117.250 39.190,117.180 39.150,117.180",)),),
    )  # fmt: skip
    return build(
        Alert(identifier=number, sender=SENDER, sent=_time(sent), status=status, message_type=kind, scope="Public", references=references, infos=(info,))
    )  # fmt: skip


def _time(at: datetime) -> str:
    return at.astimezone(CHINA).isoformat(timespec="seconds")


def _weather(who: Actor, at: datetime) -> None:
    first, second = at - timedelta(hours=3), at - timedelta(minutes=40)
    receiving.receive(
        actor=who, data=document(number="QX-0001", sent=first, colour="黄色"), way="upload", at=first, is_demo=True
    )
    named = f"{SENDER},QX-0001,{_time(first)}"
    taken = receiving.receive(actor=who, data=document(number="QX-0002", sent=second, kind="Update", references=(named,)), way="upload", at=second, is_demo=True)  # fmt: skip
    actions.pass_on(actor=who, message=taken.message, at=second + timedelta(minutes=2))
    drill = document(
        number="QX-YL-1",
        sent=at - timedelta(days=6),
        status="Exercise",
        colour="红色",
        headline="【演练】示例市气象台发布暴雨红色预警",
    )
    receiving.receive(actor=who, data=drill, way="upload", at=at - timedelta(days=6), is_demo=True)


def _own(people: Mapping[str, Actor], district: Organisation, at: datetime) -> None:
    duty, commander = people["duty_officer"], people["commander"]
    began = at - timedelta(days=3)
    given = {
        "hazard": "wind", "colour": "yellow", "severity": "Moderate", "urgency": "Expected", "certainty": "Likely", "headline": "示例区发布大风黄色预警",
        "description": "预计未来十二小时阵风八级以上。", "instruction": "远离广告牌和树木\n停止高空作业", "expires_at": began + timedelta(hours=24), "streets": (),
    }  # fmt: skip
    made = actions.draft(actor=duty, organisation=district, given=given, at=began, is_demo=True)
    made = actions.move(actor=duty, message=made, step="submit", at=began + timedelta(minutes=4))
    made = actions.move(actor=commander, message=made, step="approve", at=began + timedelta(minutes=9))
    lifted = actions.cancel(actor=duty, message=made, reason="风力已减弱，影响已经过去", at=began + timedelta(hours=10))
    actions.move(actor=commander, message=lifted, step="approve", at=began + timedelta(hours=10, minutes=3))
    street = Organisation.objects.filter(code="SL-S01").first()
    if street is not None:
        notice = made.notices.filter(organisation=street).first()
        officer = (
            Post.objects.filter(organisation=street, role="street_officer")
            .select_related("person", "organisation__parent")
            .first()
        )
        if notice is not None and officer is not None:
            telling.confirm(actor=policy.actor_of(officer), notice=notice, at=began + timedelta(minutes=20))


def _bad(who: Actor, at: datetime) -> None:
    """A file without a time zone: refused, and waiting to be seen."""
    sent = at - timedelta(hours=5)
    broken = document(number="QX-0000", sent=sent).replace(
        f"<sent>{_time(sent)}".encode(), f"<sent>{_time(sent)[:19]}".encode()
    )
    try:
        receiving.receive(actor=who, data=broken, way="upload", at=sent, name="示例-没有时区.xml")
    except Refused:
        return
