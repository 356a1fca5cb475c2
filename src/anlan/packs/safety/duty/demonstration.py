"""Invented (示例): a roster for two weeks with one gap, a trade that waits, a hand-over that was signed by both, a test call, a fair, a period."""

from __future__ import annotations

from datetime import datetime, timedelta

from anlan.base.clock import civil_date
from anlan.kernel.access.models import Organisation, Person, Post
from anlan.kernel.access.policy import actor_of
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.checks import planning
from anlan.kernel.checks.models import Plan
from anlan.kernel.registry import actions as registry
from anlan.kernel.response.models import DutyShift
from anlan.packs.safety.duty import calling, checking, handing, rostering, trading
from anlan.packs.safety.duty.models import CallUp, CrowdCount, HandOver, LargeEvent, Manning, SensitivePeriod
from anlan.packs.safety.duty.queries import midnight, whole_spans
from anlan.packs.safety.duty.rules import AREA
from anlan.packs.safety.duty.sheets import EVENTS, PERIODS

# Post, organisation, hours of changing, persons at once, who takes turns.
_POSTS = (
    ("commander", "SL", "08:30", 1, ("commander", "leader")),
    ("duty", "SL", "08:30、20:30", 2, ("duty", "emergency", "chief")),
    ("coordination", "SL", "08:30", 1, ("emergency", "planner2", "regulator")),
    ("rescue", "SL-B11", "08:30", 1, ("team", "chief")),
    ("monitoring", "SL-B13", "08:30", 1, ("environment", "inspector2", "petition")),
    ("evacuation", "SL-S01", "08:30", 1, ("street", "shelter")),
)
_GAP = (4, "evacuation")  # on this day from today nobody stands in this post


def load(at: datetime) -> None:
    units = {one.code: one for one in Organisation.objects.filter(is_demo=True)}
    staff = {
        one.person.username: one
        for one in Post.objects.filter(person__is_demo=True)
        .select_related("person", "organisation__parent")
        .order_by("-pk")
    }
    if not {"SL", "SL-B11", "SL-B13", "SL-S01"} <= set(units) or not {
        "duty",
        "commander",
        "emergency",
        "team",
        "street",
    } <= set(staff):
        return  # the demonstration's organisations are not all here
    if not Manning.objects.exists():
        _roster(units, {name: one.person for name, one in staff.items()}, at)
    duty = actor_of(staff["duty"])
    if not LargeEvent.objects.exists():
        _events(units, at)
    if not HandOver.objects.exists() and not CallUp.objects.exists():
        _story({name: actor_of(one) for name, one in staff.items()}, at)
    if not Plan.objects.filter(area=AREA.slug).exists():
        planning.load_forms(at)
        planning.make_plan(
            actor=duty,
            area=AREA,
            title="示例：重大危险源值守到岗抽查",
            form="attendance",
            organisation=units["SL"],
            pace="day",
            starts_on=civil_date(at),
            at=at,
            role="duty_officer",
            place="视频或现场",
            is_demo=True,
        )
        planning.make_plan(
            actor=duty,
            area=AREA,
            title="示例：值守夜间巡查",
            form="patrol",
            organisation=units["SL"],
            pace="day",
            starts_on=civil_date(at),
            at=at,
            role="duty_officer",
            is_demo=True,
        )


def _roster(units: dict[str, Organisation], staff: dict[str, Person], at: datetime) -> None:
    today = civil_date(at)
    for post, unit, edges, people, turn in _POSTS:
        chosen = [staff[one] for one in turn if one in staff]
        row = rostering.man(
            actor=SYSTEM,
            post=post,
            organisation=units[unit],
            edges=edges,
            people=1,
            from_on=today - timedelta(days=7),
            until_on=None,
            at=at,
            is_demo=True,
        )
        spans = whole_spans(row, today - timedelta(days=7), today + timedelta(days=13))
        now = next((number for number, span in enumerate(spans) if span.start <= at < span.end), 0)
        for number, span in enumerate(spans):
            if (civil_date(span.start) - today).days == _GAP[0] and post == _GAP[1]:
                continue
            for rank in range(1, min(people, len(chosen)) + 1):
                person = chosen[(number - now + rank - 1) % len(chosen)]  # whoever signs in first is on duty now
                DutyShift.objects.create(
                    post=post,
                    organisation=units[unit],
                    person=person,
                    rank=rank,
                    starts_at=span.start,
                    ends_at=span.end,
                    is_demo=True,
                )


def _events(units: dict[str, Organisation], at: datetime) -> None:
    today = civil_date(at)
    fair = registry.add(
        actor=SYSTEM, sheet=EVENTS, organisation=units["SL"], at=at, is_demo=True,
        values={
            "code": "HD-01", "name": "示例文化市集", "kind": "fair", "place": "示例广场", "host": "示例文旅公司", "starts_on": today, "opens": "00:05", "ends_on": today + timedelta(days=2),
            "closes": "23:55", "expected": 3000, "most": 4000, "permit": "示例许可〔1〕号",
            "plan": "东、西两个出入口，南门只出不进。人数到核定数七成起放慢进入，满了停止进入、向南门分流。雷电、六级以上大风停办，由现场指挥决定。",
        },
    )  # fmt: skip
    assert isinstance(fair, LargeEvent)  # noqa: S101 - what the sheet's model is
    for hours, people in ((3, 800), (2, 1900), (1, 2950)):
        CrowdCount.objects.create(
            event=fair, at=at - timedelta(hours=hours), people=people, spot="东门", by="示例·方值班", is_demo=True
        )
    period = registry.add(
        actor=SYSTEM, sheet=PERIODS, organisation=units["SL"], at=at, is_demo=True,
        values={
            "code": "MG-01", "name": "示例长假", "starts_on": today + timedelta(days=7), "ends_on": today + timedelta(days=13), "measures": "区领导带班，综合协调加一人，每日零报告",
            "source": "示例通知，未核对", "verified": False,
        },
    )  # fmt: skip
    assert isinstance(period, SensitivePeriod)  # noqa: S101 - what the sheet's model is


def _story(staff: dict[str, Actor], at: datetime) -> None:
    """Last night's hand-over, today's self-check, a test call of the night, a trade that waits for its answer."""
    by_person = {actor.person_id: actor for actor in staff.values()}
    ended = (
        DutyShift.objects.filter(post="duty", rank=1, state="planned", ends_at__lte=at)
        .select_related("person", "organisation")
        .order_by("-ends_at")
        .first()
    )
    now = (
        DutyShift.objects.filter(post="duty", rank=1, state="planned", starts_at__lte=at, ends_at__gt=at)
        .select_related("person", "organisation")
        .first()
    )
    if (
        ended is not None
        and now is not None
        and ended.person_id != now.person_id
        and ended.person_id in by_person
        and now.person_id in by_person
    ):
        given = handing.give(
            actor=by_person[ended.person_id],
            shift=ended,
            to=now.person,
            note="示例：北路雨篦子已报修，明早看一眼。",
            at=ended.ends_at - timedelta(minutes=10),
        )
        handing.take(actor=by_person[now.person_id], row=given, at=ended.ends_at - timedelta(minutes=4), note="看过")
        checking.store(actor=by_person[now.person_id], ticked={"phone": "ok", "message": "ok", "city": "ok", "radio": "ok", "screen": "ok", "printer": "bad", "power": "ok"},
                       note="示例：打印机缺墨，已报修；未启动的服务稍后再看。", at=max(now.starts_at + timedelta(minutes=5), at - timedelta(hours=6)) if now.starts_at + timedelta(minutes=5) < at else at)  # fmt: skip
    if now is not None:
        call = calling.call(
            actor=SYSTEM,
            posts=("duty",),
            title="示例：夜间抽查",
            organisation=now.organisation,
            at=midnight(civil_date(at)) - timedelta(minutes=20),
            key="demo-night",
            is_test=True,
            is_demo=True,
        )
        first = call.people.select_related("call__organisation", "call__incident", "person").order_by("level").first()
        if first is not None and first.person_id in by_person:
            calling.answer(
                actor=by_person[first.person_id], row=first, target="answered", at=call.at + timedelta(minutes=3)
            )
        calling.close(actor=SYSTEM, row=call, at=call.at + timedelta(minutes=30))
    coming = (
        DutyShift.objects.filter(post="duty", rank=1, state="planned", starts_at__gt=at + timedelta(days=2))
        .select_related("person", "organisation")
        .order_by("starts_at")
    )
    asked = next((one for one in coming if one.person_id == staff["emergency"].person_id), None)
    if asked is not None:
        other = Person.objects.get(pk=staff["duty"].person_id or 0)
        trading.ask(actor=staff["emergency"], shift=asked, to=other, reason="示例：当天培训", at=at, is_demo=True)
