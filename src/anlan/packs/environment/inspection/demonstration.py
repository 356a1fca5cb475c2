"""The story of the demonstration: a draw and an inspection on site, a penalty handed to the police, a yellow card. All invented."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from uuid import NAMESPACE_URL, uuid5

from anlan.base.clock import CHINA, civil_date
from anlan.kernel.access import policy
from anlan.kernel.access.models import Organisation, Post
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.casework.actions import make_step, open_case
from anlan.kernel.casework.models import Case
from anlan.kernel.draw import actions as draws
from anlan.kernel.draw.types import Listing
from anlan.kernel.penalties.samples import files
from anlan.kernel.registry import actions as registry
from anlan.packs.environment.inspection.cards import CARD
from anlan.packs.environment.inspection.models import GreenTarget
from anlan.packs.environment.inspection.office import INSPECTORS, PENALTY, PLANS, POOL, RECUSALS, TARGETS

BUREAU = "SL-B13"
OBJECTS = (("SL-E01", "boiler", "orange"), ("SL-E02", "boiler", "red"), ("SL-E03", "medical", "yellow"), ("SL-E32", "industry", "yellow"), ("SL-E31", "industry", "blue"))  # fmt: skip


def load(at: datetime) -> None:
    roles = ("environment_inspector", "bureau_officer", "legal_reviewer")
    posts = Post.objects.filter(person__is_demo=True, organisation__code=BUREAU, role__in=roles)
    people: dict[str, Actor] = {
        post.person.username: policy.actor_of(post) for post in posts.select_related("person", "organisation__parent")
    }
    units = {one.code: one for one in Organisation.objects.filter(is_demo=True)}
    if (
        not {"inspector", "environment", "legal"} <= set(people)
        or "SL-E32" not in units
        or GreenTarget.objects.exists()
    ):
        return
    for code, category, level in OBJECTS:
        if code in units:
            values = {"code": code, "name": units[code].name, "category": category, "level": level}
            registry.add(actor=SYSTEM, sheet=TARGETS, organisation=units[code], values=values, at=at, is_demo=True)
    for code, name in (("HF-0201", "示例·唐执法"), ("HF-0202", "示例·郝检查"), ("HF-0203", "示例·龚检查")):
        values = {"code": code, "name": name, "valid_until": date(civil_date(at).year + 2, 12, 31)}  # type: ignore[dict-item]  # text or a day
        registry.add(actor=SYSTEM, sheet=INSPECTORS, organisation=units[BUREAU], values=values, at=at, is_demo=True)
    recusal = {"code": "HB-11", "inspector_code": "HF-0203", "target_code": "SL-E32", "reason": "kin"}
    registry.add(actor=SYSTEM, sheet=RECUSALS, organisation=units[BUREAU], values=recusal, at=at, is_demo=True)
    _planned(units[BUREAU], at)
    _drawn(people["inspector"], units[BUREAU], at)
    _cases(people, units, at)


def _planned(bureau: Organisation, at: datetime) -> None:
    """A yearly line, and one for last month that was not reached."""
    today = civil_date(at)
    last = today.replace(day=1) - timedelta(days=1)
    for code, year, month, category, way, number in (
        ("HJH-01", today.year, None, "industry", "random", 12), ("HJH-02", last.year, last.month, "boiler", "plan", 2), ("HJH-03", today.year, today.month, "site", "plan", 3),
    ):  # fmt: skip
        values = {
            "code": code,
            "year": year,
            "month": month,
            "category": category,
            "level": "",
            "way": way,
            "number": number,
            "basis": "示例计划",
        }
        registry.add(actor=SYSTEM, sheet=PLANS, organisation=bureau, values=values, at=at, is_demo=True)


def _drawn(who: Actor, bureau: Organisation, at: datetime) -> None:
    began = at - timedelta(days=9)
    known = datetime.combine(civil_date(began) + timedelta(days=1), time(15, 0), CHINA)
    on = civil_date(began)
    listing = Listing(
        number="", title="示例：污染源双随机抽查", objects=tuple(POOL.objects({}, on)), inspectors=tuple(POOL.inspectors(on)), draw=2, frozen_at=began,
        source=f"示例交易所 {known:%m 月 %d 日}收盘指数（编造）", form="写到小数点后两位，例如 3123.45", known_at=known,
    )  # fmt: skip
    draw = draws.freeze(actor=who, pool=POOL, organisation=bureau, listing=listing, at=began, is_demo=True)
    told = known + timedelta(hours=1)
    draws.reveal(actor=who, pool=POOL, draw=draw, value="3217.08", value_from="示例交易所网站（编造）", at=told)
    case = Case.objects.get(number=draws.start(actor=who, pool=POOL, draw=draw, at=told)[0])
    first, second = draw.result[0]["inspectors"]
    make_step(
        actor=who,
        case=case,
        step="go",
        at=at - timedelta(days=1),
        values={"first": first, "second": second, "shown": "1"},
        uploads=files("scene"),
    )


def _cases(people: Mapping[str, Actor], units: Mapping[str, Organisation], at: datetime) -> None:
    bureau, owner, began = units[BUREAU], units["SL-E32"], at - timedelta(days=16)
    penalty = open_case(
        actor=people["inspector"], process=PENALTY, owner=owner, title="示例：篡改在线监测数据", fact="示例事实。", source="regulator", place="废气总排口",
        issuer=bureau, holder=bureau, key=uuid5(NAMESPACE_URL, "anlan:inspection:transfer"), at=began, is_demo=True,
    )  # fmt: skip
    make_step(actor=people["environment"], case=penalty, step="transfer", at=began + timedelta(days=6), note="涉嫌犯罪，案件材料已移交。",
              values={"to": "示例公安示例分局", "crime": "污染环境罪"}, uploads=files("transfer"))  # fmt: skip
    card = open_case(
        actor=people["inspector"], process=CARD, owner=owner, title="示例：废气超标，限制生产", fact="示例事实。", source="regulator", issuer=bureau, holder=bureau,
        key=uuid5(NAMESPACE_URL, "anlan:inspection:card"), at=began, is_demo=True, values={"rule": "over"}, uploads=files("basis"),
    )  # fmt: skip
    make_step(
        actor=people["environment"],
        case=card,
        step="give",
        at=began + timedelta(days=2),
        values={"summary": "废气超标，已责令限制生产。"},
    )
