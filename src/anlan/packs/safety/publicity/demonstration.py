"""The story of the demonstration (all invented, 示例): three pages are published and one waits; a worker's certificate runs out in twelve days while the course
is open for a new sitting; one community holds a title that ends soon, another applies; the safety month has four events; a list for households."""

from __future__ import annotations

import io
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from PIL import Image, ImageDraw

from anlan.base.clock import civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.checks import actions as checks
from anlan.kernel.checks import planning
from anlan.kernel.checks.actions import Given
from anlan.kernel.registry import actions as registry
from anlan.packs.safety.publicity import actions, exams, telling, titles
from anlan.packs.safety.publicity.models import CommunityTitle, KitItem, KnowledgePage, TrainingCourse
from anlan.packs.safety.publicity.rules import Asked
from anlan.packs.safety.publicity.sheets import CAMPAIGNS, EVENTS, KITS

SOURCE = "示例区应急管理局编写（示例）"
LICENCE = "示例，可转用，注明出处"
COURSE = {
    "title": "示例：涉氨制冷岗位安全考试", "topic": "work", "text": "示例：制冷工、机房值守每年考一次。", "questions_asked": "5", "minutes": "15", "pass_mark": "60", "valid_months": "12",
    "again_days": "7",
}  # fmt: skip
EVENTS_TOLD = (
    ("XC-01", "示例广场咨询", "stall", 20, "示例广场", 320, 1500, "发放宣传品的清点"), ("XC-02", "示例小学疏散演练", "drill", 17, "示例小学", 640, None, "班级名册"),
    ("XC-03", "示例企业安全课", "lecture", 12, "示例冷库甲", 46, None, ""), ("XC-04", "示例入户讲家庭物资", "visit", 6, "示例社区1", 58, 58, ""),
)  # fmt: skip


def _facts() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("demonstration.toml").read_text(encoding="utf-8"))


def load(at: datetime) -> None:
    units = {one.code: one for one in Organisation.objects.filter(is_demo=True)}
    people: dict[str, Actor] = {}
    for username in ("emergency", "regulator", "street", "worker"):
        post = Post.objects.filter(person__username=username, person__is_demo=True).select_related("person", "organisation__parent").first()  # fmt: skip
        if post is not None:
            people[username] = policy.actor_of(post)
    if {"emergency", "regulator", "street", "worker"} - set(people) or not {"SL-B11", "SL-S01", "SL-C01"} <= set(units):
        return  # the demonstration's organisations are not all here
    facts = _facts()
    if not KnowledgePage.objects.exists():
        _subscribers(units["SL-S01"], at)
        _pages(people, units["SL-B11"], facts, at)
    if not KitItem.objects.exists():
        _registers(units["SL-B11"], facts, at)
    if not TrainingCourse.objects.exists():
        _course(people, units["SL-B11"], facts, at)
    if not CommunityTitle.objects.exists():
        planning.load_forms(at)
        _titles(people, units, at)


def _drawing() -> bytes:
    """A plain sketch: a ramp and an exit on its right."""
    picture = Image.new("RGB", (640, 260), "#eef1f0")
    pen = ImageDraw.Draw(picture)
    pen.polygon([(40, 220), (420, 80), (420, 220)], fill="#b9c4c1")
    pen.rectangle([470, 90, 560, 220], fill="#1f6f5c")
    pen.polygon([(500, 150), (530, 130), (530, 170)], fill="#ffffff")
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _pages(people: Mapping[str, Actor], bureau: Organisation, facts: Mapping[str, Any], at: datetime) -> None:
    for number, one in enumerate(facts["page"]):
        began = at - timedelta(days=12 - 2 * number)
        given = {**one, "source": SOURCE, "licence": LICENCE}
        made = actions.draft(actor=people["emergency"], organisation=bureau, given=given, at=began, is_demo=True)
        if "picture:1" in one["text"]:
            said = {"picture_title": "示例：车库出口", "picture_source": SOURCE, "picture_licence": LICENCE}
            actions.add_picture(actor=people["emergency"], edition=made, name="示例.png", content=_drawing(), given=said, at=began)  # fmt: skip
        if one["state"] != "draft":
            actions.move(actor=people["emergency"], edition=made, step="submit", at=began + timedelta(hours=1))
        if one["state"] == "published":
            actions.move(actor=people["regulator"], edition=made, step="approve", at=began + timedelta(hours=3), tell=number == 0)  # fmt: skip
            made.letters.update(state="sent", sent_at=began + timedelta(hours=3))


def _subscribers(street: Organisation, at: datetime) -> None:
    for address, place, topic in (("resident@example.cn", street, "flood"), ("shop@example.cn", None, "")):
        made = telling.subscribe(channel="email", address=address, place=place, topic=topic, at=at, is_demo=True)
        telling.settle(made, "confirm", at)
        made.letters.update(state="sent", sent_at=at)


def _registers(bureau: Organisation, facts: Mapping[str, Any], at: datetime) -> None:
    def add(sheet: Any, **values: Any) -> None:
        registry.add(actor=SYSTEM, sheet=sheet, organisation=bureau, values=values, at=at, is_demo=True)

    for one in facts["kit"]:
        add(
            KITS,
            **{
                **one,
                "amount": Decimal(one["amount"]),
                "renew_months": one.get("renew_months"),
                "source": "示例，没有核对",
                "verified": False,
            },
        )
    today = civil_date(at)
    add(CAMPAIGNS, code="YUE", name="示例：安全生产月", topic="work", starts_on=today - timedelta(days=22), ends_on=today + timedelta(days=8), aim=10, note="示例")  # fmt: skip
    for code, name, kind, days, place, heads, reached, counted in EVENTS_TOLD:
        add(EVENTS, code=code, campaign="YUE", name=name, kind=kind, held_on=today - timedelta(days=days), place=place, people=heads, reached=reached, counted_by=counted)  # fmt: skip


def _course(people: Mapping[str, Actor], bureau: Organisation, facts: Mapping[str, Any], at: datetime) -> None:
    runs = people["regulator"]
    made = exams.make_course(actor=runs, organisation=bureau, given=COURSE, at=at - timedelta(days=400), is_demo=True)
    asked = tuple(Asked(one["kind"], one["text"], tuple(one["options"]), frozenset(one["right"]), one["points"]) for one in facts["question"])  # fmt: skip
    exams.put_questions(actor=runs, course=made, questions=asked, at=at - timedelta(days=400))
    exams.move_course(actor=runs, course=made, step="open", at=at - timedelta(days=399))
    then = at - timedelta(days=353)
    sat = exams.start(actor=people["worker"], course=made, seed="demonstration", at=then, is_demo=True)
    right = {f"q{place}": [str(each) for each in sorted(one.right)] for place, one in enumerate(exams.paper_of(sat))}
    exams.hand_in(actor=people["worker"], sitting=sat, given=right, at=then + timedelta(minutes=9))


def _score(who: Actor, row: CommunityTitle, at: datetime, gaps: Mapping[str, str]) -> None:
    task = titles.order_check(actor=who, row=row, at=at)
    blank = io.BytesIO()
    Image.new("RGB", (8, 8), "#a9b3b0").save(blank, "PNG")
    answers = {
        item.pk: Given("failed" if item.code in gaps else "ok", note=gaps.get(item.code, ""), photos=(("示例.png", blank.getvalue()),) if item.photo else ())
        for item in task.form.items.all()
    }  # fmt: skip
    checks.finish(actor=who, task=task, answers=answers, at=at + timedelta(hours=3), key=uuid5(NAMESPACE_URL, f"anlan:publicity:{row.number}"))  # fmt: skip


def _titles(people: Mapping[str, Actor], units: Mapping[str, Organisation], at: datetime) -> None:
    street, decides = people["street"], people["regulator"]
    began = at - timedelta(days=300)
    held = titles.apply(actor=street, community=units["SL-C01"], given={"level": "city", "statement": "示例：有图、有预案、有志愿者，去年演练三次。"}, at=began, is_demo=True)  # fmt: skip
    paper = "示例：减灾示范社区申报材料清单\n1 风险清单 2 疏散图 3 预案\n".encode()
    titles.add_document(actor=street, row=held, name="示例：申报材料清单", file="材料清单.txt", content=paper, at=began)
    _score(decides, held, began + timedelta(days=5), {"publicity": "示例：五人里两人答对"})
    ends: date = civil_date(at) + timedelta(days=40)
    titles.move(actor=decides, row=held, step="grant", given={"document": "示例命名〔2024〕1 号", "expires_on": ends.isoformat()}, at=began + timedelta(days=20))  # fmt: skip
    titles.apply(actor=street, community=units["SL-C01"], given={"level": "nation", "statement": "示例：再申报全国的。"}, at=at - timedelta(days=3), is_demo=True)  # fmt: skip
