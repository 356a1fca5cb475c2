"""The story of the demonstration: a draw of six weeks ago and what came of it, one penalty through every gate, one that waits for review,
and a list that is frozen and waits for its value. All invented; loaded again, it changes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.casework.actions import make_step, open_case
from anlan.kernel.casework.models import Case
from anlan.kernel.draw import actions as draws
from anlan.kernel.draw.models import Draw
from anlan.kernel.draw.types import Listing
from anlan.kernel.penalties.samples import files
from anlan.kernel.registry import actions as registry
from anlan.packs.safety.enforcement.models import SafetyTarget
from anlan.packs.safety.enforcement.office import INSPECTORS, PENALTY, PLANS, POOL, RECUSALS, TARGETS
from anlan.packs.safety.enforcement.rules import SLUG

BUREAU = "SL-B11"
# organisation, category, colour
OBJECTS = (
    ("SL-E31", "cold", "red"), ("SL-E22", "cold", "orange"), ("SL-E21", "chemical", "red"), ("SL-E32", "industry", "yellow"), ("SL-E11", "crowded", "orange"),
    ("SL-E12", "crowded", "yellow"), ("SL-E13", "crowded", "blue"),
)  # fmt: skip
INSPECTED = (
    ("ZF-0101", "示例·周监管"),
    ("ZF-0102", "示例·魏检查"),
    ("ZF-0103", "示例·顾检查"),
    ("ZF-0104", "示例·姚检查"),
)
LINES = (
    ("JH-01", "cold", "", "random", 4),
    ("JH-02", "crowded", "", "random", 6),
    ("JH-03", "chemical", "red", "plan", 2),
)


def load(at: datetime) -> None:
    people = {
        post.person.username: policy.actor_of(post)
        for post in Post.objects.filter(person__is_demo=True, role__in=("safety_regulator", "bureau_officer", "legal_reviewer", "enterprise_head"))
        .filter(organisation__code__in=(BUREAU, "SL-E31")).select_related("person", "organisation__parent")
    }  # fmt: skip
    units = {one.code: one for one in Organisation.objects.filter(is_demo=True)}
    if not {"regulator", "legal", "chief", "head"} <= set(people) or SafetyTarget.objects.exists():
        return
    _registers(units, at)
    _drawn(people["regulator"], units[BUREAU], at)
    _penalties(people, units, at)


def _registers(units: Mapping[str, Organisation], at: datetime) -> None:
    def add(sheet: Any, owner: Organisation, **values: Any) -> None:
        registry.add(actor=SYSTEM, sheet=sheet, organisation=owner, values=values, at=at, is_demo=True)

    bureau = units[BUREAU]
    for code, category, level in OBJECTS:
        if code in units:
            add(TARGETS, units[code], code=code, name=units[code].name, category=category, level=level)
    for code, name in INSPECTED:
        add(INSPECTORS, bureau, code=code, name=name, valid_until=date(civil_date(at).year + 2, 12, 31))
    add(RECUSALS, bureau, code="HB-01", inspector_code="ZF-0104", target_code="SL-E31", reason="worked")
    for code, category, level, way, number in LINES:
        add(
            PLANS,
            bureau,
            code=code,
            year=civil_date(at).year,
            month=None,
            category=category,
            level=level,
            way=way,
            number=number,
            basis="示例计划",
        )


def _listing(title: str, frozen: datetime, known: datetime, count: int) -> Listing:
    on = civil_date(frozen)
    return Listing(
        number="", title=title, objects=tuple(POOL.objects({}, on)), inspectors=tuple(POOL.inspectors(on)), conflicts=tuple(POOL.conflicts(on)), draw=count,
        spares=1, frozen_at=frozen, source=f"示例福利彩票{known:%m 月 %d 日}开奖号码（编造）", form="六个红球从小到大两位数，空一格隔开，最后写蓝球", known_at=known,
    )  # fmt: skip


def _evening(at: datetime, days: int) -> datetime:
    return datetime.combine(civil_date(at) + timedelta(days=days), time(21, 30), CHINA)


def _drawn(who: Actor, bureau: Organisation, at: datetime) -> None:
    began, known = at - timedelta(days=42), _evening(at, -40)
    draw = draws.freeze(actor=who, pool=POOL, organisation=bureau, listing=_listing("示例：涉氨和人员密集场所随机抽查", began, known, 3), at=began, is_demo=True)  # fmt: skip
    told = known + timedelta(hours=12)
    draws.reveal(
        actor=who, pool=POOL, draw=draw, value="03 08 15 21 26 31 09", value_from="示例彩票网（编造）", at=told
    )
    numbers = draws.start(actor=who, pool=POOL, draw=draw, at=told)
    for place, number in enumerate(numbers):
        _inspected(Case.objects.get(number=number), draw, place, who, told)
    coming = _evening(at, 2)
    draws.freeze(actor=who, pool=POOL, organisation=bureau, listing=_listing("示例：下月随机抽查", at - timedelta(hours=2), coming, 2),
                 at=at - timedelta(hours=2), is_demo=True)  # fmt: skip


def _inspected(case: Case, draw: Draw, place: int, who: Actor, began: datetime) -> None:
    """The first is ordered to rectify and published, the second waits for the party, the third waits for the inspectors."""
    if place > 1:
        return

    def go(step: str, days: float, note: str = "", kinds: tuple[str, ...] = (), **values: str) -> None:
        make_step(
            actor=who,
            case=case,
            step=step,
            at=began + timedelta(days=days),
            note=note,
            values=values,
            uploads=files(*kinds),
        )

    first, second = next(one["inspectors"] for one in draw.result if one["object"] == case.inspected.target_code)
    late = 0 if place == 0 else 38
    go("go", late + 1, "", ("scene",), first=first, second=second, shown="1")
    go("record", late + 1.1, found="疏散通道堆物，应急照明 2 处不亮；其他没有发现问题。", present="当事人值班负责人")
    if place == 0:
        go("no_answer", 3, "当事人三日内没有提出意见，笔录已留置。", ("record",))
        go(
            "order",
            4,
            what="清空疏散通道，修好应急照明 2 处",
            until=(civil_date(began) + timedelta(days=90)).isoformat(),
        )
        go("publish", 12, summary="疏散通道堆物、应急照明 2 处不亮，责令改正。")


# Each line: days after the filing; who; the step; the note; the evidence; what the fields are given.
_WAY: tuple[tuple[float, str, str, str, tuple[str, ...], dict[str, str]], ...] = (
    (3, "regulator", "propose", "", ("filing", "inquiry"), {"violation": "training", "circumstance": "middle", "amount": "30000"}),
    (5, "legal", "pass_review", "事实清楚、证据充分、程序合法。", ("legal",), {}),
    (6, "regulator", "notify", "", ("notice",), {}),
    (8, "head", "answer", "", (), {"statement": "两名制冷工正在补考，没有异议。"}),
    (9, "regulator", "prepare", "", (), {"public_text": "示例冷库甲安排 2 名没有取得资格的人员从事制冷作业，罚款 30,000 元。"}),
    (11, "chief", "decide", "", ("decision",), {"number": "示应急罚〔2025〕12号"}),
    (12, "regulator", "serve", "", ("receipt",), {"way": "direct"}),
    (14, "regulator", "publish", "", (), {}),
)  # fmt: skip


def _penalties(people: Mapping[str, Actor], units: Mapping[str, Organisation], at: datetime) -> None:
    for name, title, days, steps in (
        ("paid", "特种作业人员没有取得资格就上岗", 30, _WAY), ("asked", "关闭液氨泄漏报警器", 3, ()),
    ):  # fmt: skip
        began = at - timedelta(days=days)
        case = open_case(
            actor=people["regulator"], process=PENALTY, owner=units["SL-E31"], title=title, fact="示例事实。", source="regulator", place="制冷机房",
            issuer=units[BUREAU], holder=units[BUREAU], key=uuid5(NAMESPACE_URL, f"anlan:{SLUG}:{name}"), at=began, is_demo=True,
        )  # fmt: skip
        for after, who, step, note, kinds, values in steps:
            when = began + timedelta(days=after)
            given = {**values, "served_on": civil_date(when).isoformat()} if step == "serve" else values
            make_step(actor=people[who], case=case, step=step, at=when, note=note, values=given, uploads=files(*kinds))
        if name == "asked":
            given = {"violation": "monitor", "circumstance": "grave", "amount": "120000", "other": "责令改正"}
            make_step(actor=people["regulator"], case=case, step="propose", at=began + timedelta(days=2), values=given, uploads=files("filing", "inquiry"))  # fmt: skip
