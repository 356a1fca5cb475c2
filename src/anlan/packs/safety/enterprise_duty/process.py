"""The work permit (作业票) as a process on casework.

| state | who moves it on | rule |
|---|---|---|
| 待分析 | the analyst | a reading as it was taken, also a bad one |
| 待审批 | the head or safety officer, neither the applicant nor the analyst | refused while a gas is missing or out of range, or the reading is older than half an hour |
| 待开工 | leader or guardian | a fresh good reading; within the hours of its grade |
| 作业中 | anyone of the work | measured again; stopped at once when something is out of range |
| 已停工 | the head | a good reading, and hours left; otherwise a new permit |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse

from anlan.base.clock import civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.types import Field, Process, Step
from anlan.kernel.web.words import time_words
from anlan.packs.safety.enterprise_duty import rules
from anlan.packs.safety.enterprise_duty.models import Certificate, GasReading, WorkPermit

SLUG = "enterprise_duty/permit"
MOST_PEOPLE, MOST_READING = 500, 10_000
STATES = {
    "applied": "待分析", "measured": "待审批", "approved": "待开工", "working": "作业中", "halted": "已停工", "closed": "已完工", "void": "已作废",
}  # fmt: skip
EVIDENCE = {"scene": "现场照片", "analysis": "分析单", "other": "其他"}
_GIVEN = {"oxygen": "氧", "combustible": "可燃气体", "h2s": "硫化氢", "co": "一氧化碳"}
_READING = (
    Field(name="spot", title="取样点", required=True, max_length=80),
    Field(name="instrument", title="仪器", required=True, max_length=60, help="名称和编号"),
    *(Field(name=gas.code, title=gas.title, kind="number", unit=gas.unit, help="受限空间必填" if gas.code != "combustible" else "都要测") for gas in rules.gases()),
)  # fmt: skip


def _p(verb: str) -> str:
    return f"enterprise_duty.permit.{verb}"


# ---- a new permit
def made(case: Case, values: Mapping[str, Any]) -> None:
    """Who leads does not guard; who welds is certified; the grade is that of the work."""
    if values["leader"] == values["guardian"]:
        raise Refused("guardian", "监护人不能是作业负责人。换一个人监护。", "guardian")
    crew = values["crew"]
    if crew != int(crew) or crew > MOST_PEOPLE:
        raise Refused("crew", f"作业人数是 1 到 {MOST_PEOPLE} 的整数。", "crew")
    code = values.get("certificate", "")
    if values["work"] in rules.HOT:
        _certified(case, code)
    WorkPermit.objects.create(
        case=case, work=values["work"], leader=values["leader"], guardian=values["guardian"], crew=int(crew), certificate=code,
        measures=values["measures"],
    )  # fmt: skip
    case.grade = values["work"]
    Case.objects.filter(pk=case.pk).update(grade=case.grade)


def _certified(case: Case, code: str) -> None:
    if not code:
        raise Refused("certificate", "动火要写焊工的持证编号（“持证人员”里的编号）。", "certificate")
    row = Certificate.objects.filter(code=code, organisation=case.owner, retired_on=None).first()
    today = civil_date(case.opened_at)
    if row is None or row.kind != "welding":
        raise Refused("certificate", f"本企业的持证人员里没有编号“{code}”的焊工。先登记，或换人。", "certificate")
    if row.expires_on < today or (row.recheck_on is not None and row.recheck_on < today):
        raise Refused("certificate", f"“{code}”的证已过期或没有复审，不能动火。换持证的人。", "certificate")


# ---- readings
def permit_of(case: Case) -> WorkPermit:
    row = WorkPermit.objects.filter(case=case).first()
    if row is None:
        raise Refused("not_found", "这件没有作业票。")
    return row


def _take(case: Case, actor: Actor, values: Mapping[str, Any], at: datetime) -> GasReading:
    permit = permit_of(case)
    given: dict[str, Decimal | None] = {name: values.get(name) for name in _GIVEN}
    if over := next((name for name, value in given.items() if value is not None and value >= MOST_READING), ""):
        raise Refused("number", f"“{_GIVEN[over]}”的读数太大，看单位对不对。", over)
    missing, out = rules.wrong(permit.work, given)
    said = "；".join([*(f"没有测{one}" for one in missing), *out])
    return GasReading.objects.create(
        permit=permit, at=at, spot=values["spot"], instrument=values["instrument"], wrong=said[:300], person_id=actor.person_id, actor_name=actor.name,
        **given,
    )  # fmt: skip


def measure(case: Case, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """The reading as it was taken. Missing gases are refused at once, a value out of range is kept: it is why nobody goes in."""
    row = _take(case, actor, values, at)
    missing, _out = rules.wrong(row.permit.work, {name: getattr(row, name) for name in _GIVEN})
    if missing:
        raise Refused("gas", f"{rules.WORKS[row.permit.work][0]}要测{'、'.join(missing)}。测全再记。", _field(missing))
    return {}


def _field(missing: Sequence[str]) -> str:
    return next(name for name, title in _GIVEN.items() if title == missing[0])


def measure_again(case: Case, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """While it waits or runs. Out of range is 停工's: the reading goes there, so that nothing runs on beside a bad one."""
    measure(case, actor, values, at)
    last = _last(case)
    if last is not None and last.wrong and case.state == "working":
        raise Refused("gas", f"{last.wrong}：马上停工撤人，用“停工撤人”记下这个读数。", "combustible")
    return {}


def _last(case: Case) -> GasReading | None:
    return GasReading.objects.filter(permit__case=case).order_by("-id").first()


def sound(case: Case) -> str:
    """Why nobody may work now: no reading, or what is wrong with the last one."""
    last = _last(case)
    if last is None:
        return "还没有气体分析数据。"
    return f"{last.wrong}。处理后重新测。" if last.wrong else ""


def _fresh(case: Case, at: datetime) -> GasReading:
    last = _last(case)
    if last is None or last.wrong:
        raise Refused("gas", sound(case))
    if rules.stale(last.at, at):
        minutes = int(rules.fresh().total_seconds() // 60)
        raise Refused("stale_reading", f"最近一次分析是 {int((at - last.at).total_seconds() // 60)} 分钟前，超过 {minutes} 分钟。重新测再办。")  # fmt: skip
    return last


def approve(case: Case, actor: Actor, _values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """By a third person: not who applied (the table says it), not who measured."""
    last = _fresh(case, at)
    if actor.person_id is not None and last.person_id == actor.person_id:
        raise Refused("same_person", "气体是你分析的，审批须由另一人办。")
    if actor.person_id is not None and case.opener_id == actor.person_id:
        raise Refused("same_person", "作业票是你申请的，审批须由另一人办。")
    permit = permit_of(case)
    permit.valid_until = at + timedelta(hours=rules.hours(permit.work))
    permit.save(update_fields=["valid_until"])
    return {}


def begin(case: Case, _actor: Actor, _values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """Start or go on: a fresh good reading, and hours left. The end stays that of the approval."""
    _fresh(case, at)
    permit = permit_of(case)
    if permit.valid_until is None or at >= permit.valid_until:
        raise Refused("expired", "作业票已过有效期。作废这张，重新申请、分析、审批。")
    return {"due_at": permit.valid_until}


def halt(case: Case, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    """Everybody out; the reading that made it so, when there is one."""
    if any(values.get(name) is not None for name in _GIVEN):
        _take(
            case,
            actor,
            {**values, "spot": values.get("spot", "作业点"), "instrument": values.get("instrument", "未写")},
            at,
        )
    return {}


def resume(case: Case, actor: Actor, values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    measure(case, actor, values, at)
    return begin(case, actor, values, at)


def finish(_case: Case, _actor: Actor, values: Mapping[str, Any], _at: datetime) -> Mapping[str, Any]:
    if not (values["cleared"] and values["counted"]):
        raise Refused("cleared", "现场没有清完、人没有点齐，不能完工。", "cleared")
    return {}


_HALT = tuple(Field(**{name: getattr(one, name) for name in ("name", "title", "kind", "unit", "max_length")}) for one in _READING)  # fmt: skip
_STEPS = (
    Step(slug="measure", title="记气体分析", sources=("applied", "measured"), target="measured", permission=_p("measure"), fields=_READING,
         takes=("analysis",), effect=measure, main=True),
    Step(slug="approve", title="审批", sources=("measured",), target="approved", permission=_p("approve"), not_by=("open",), guard=sound, effect=approve,
         main=True),
    Step(slug="measure_again", title="复测", sources=("approved", "working"), target="", permission=_p("measure"), fields=_READING, takes=("analysis",),
         effect=measure_again),
    Step(slug="start", title="开工", sources=("approved",), target="working", permission=_p("work"), guard=sound, effect=begin, takes=("scene",), main=True),
    Step(slug="halt", title="停工撤人", sources=("working",), target="halted", permission=_p("work"), says=True, fields=_HALT, effect=halt),
    Step(slug="resume", title="复工", sources=("halted",), target="working", permission=_p("approve"), fields=_READING, effect=resume),
    Step(slug="finish", title="完工验收", sources=("working", "halted"), target="closed", permission=_p("close"), takes=("scene",), effect=finish, main=True,
         fields=(Field(name="cleared", title="现场清理，没有余火", kind="yes", required=True), Field(name="counted", title="人员点齐", kind="yes", required=True))),
    Step(slug="void", title="作废", sources=("applied", "measured", "approved", "halted"), target="void", permission=_p("close"), says=True),
)  # fmt: skip


def _panel(case: Case) -> Sequence[tuple[str, str]]:
    row = WorkPermit.objects.filter(case=case).prefetch_related("readings").first()
    if row is None:
        return ()
    found = [
        ("作业", rules.WORKS[row.work][0]), ("作业负责人", row.leader), ("监护人", row.guardian), ("作业人数", f"{row.crew} 人"),
        ("焊工编号", row.certificate), ("安全措施", row.measures),
    ]  # fmt: skip
    if row.valid_until:
        found.append(("有效期至", time_words(row.valid_until, row.valid_until)))
    found += [(f"分析 {time_words(one.at, one.at)}", said(one)) for one in reversed(list(row.readings.all())[-4:])]
    return [(term, words) for term, words in found if words]


def said(row: GasReading) -> str:
    """A reading in words: values with units, and whether somebody may work."""
    units = {gas.code: gas.unit for gas in rules.gases()}
    values = [
        f"{title} {getattr(row, name).normalize():f} {units[name]}"
        for name, title in _GIVEN.items()
        if getattr(row, name) is not None
    ]
    return f"{'，'.join(values)}；{row.wrong or '合格'}（{row.spot}，{row.actor_name}）"


def case_links(case: Case) -> Sequence[tuple[str, str, str]]:
    if case.process != SLUG:
        return ()
    return (("作业票", "打印", reverse("work_permit_print", args=[case.number])),)


PERMIT = Process(
    slug=SLUG, title="作业票", prefix="ZY", states=STATES, ends=frozenset({"closed", "void"}), aside=frozenset({"halted", "void"}), steps=_STEPS,
    read=_p("read"), open=_p("apply"), manage=_p("manage"), grades=rules.WORKS, evidence=EVIDENCE, limits=rules.limits(), made=made, panel=_panel,
    note="动火、进受限空间以前先办票：申请、测气、另一人批、开工、完工。没有票不作业。",
    asks=(
        Field(name="work", title="哪种作业", kind="choice", choices={slug: word for slug, (word, _level) in rules.WORKS.items()}, required=True),
        Field(name="leader", title="作业负责人", required=True, max_length=40),
        Field(name="guardian", title="监护人", required=True, max_length=40, help="全程在场，不能是作业负责人"),
        Field(name="crew", title="作业人数", kind="number", required=True, unit="人", least=1),
        Field(name="certificate", title="焊工编号", max_length=40, help="动火必填：“持证人员”里的编号"),
        Field(name="measures", title="安全措施", kind="long", required=True, help="隔断、置换、通风、清除可燃物、灭火器材、救援"),
    ),
)  # fmt: skip
