"""The two processes: the accident's investigation with its four gates, and the ladder reminder, interview, notice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from anlan.base.clock import CHINA, civil_date
from anlan.base.errors import Refused
from anlan.kernel.access.types import Actor
from anlan.kernel.casework.models import Case, Line
from anlan.kernel.casework.types import Due, Field, Process, Step
from anlan.packs.safety.accountability import rules
from anlan.packs.safety.accountability.models import Investigation
from anlan.packs.safety.accountability.rules import FOUR, GRADES, SLUG

_I, _L = f"{SLUG}.investigation", f"{SLUG}.ladder"
DAYS = 60  # article 29 of order 493; the clock's own rule stands in limits.toml


def _end(day: date) -> datetime:
    return datetime.combine(day, time(23, 59, 59), CHINA)


def _due(state: str, last: date, first: date, since: str) -> Due:
    """The rule of a state, counted from another day than today."""
    rule = next(one for one in rules.limits("investigation") if one.holds(state, "", first))
    return Due(
        at=_end(last), title=rule.title, words=f"{since} {(last - first).days} 日", law=rule.law, verified=rule.verified
    )


# ---- the investigation
def _made(case: Case, values: Mapping[str, Any]) -> None:
    if values["happened_on"] > civil_date(case.opened_at):
        raise Refused("happened_on", "事故日期晚于今天。", "happened_on")
    for name in ("dead", "injured"):
        if values.get(name, 0) != int(values.get(name, 0)):
            raise Refused(name, "人数写整数。", name)
    Investigation.objects.create(
        case=case, happened_on=values["happened_on"], dead=int(values.get("dead", 0)), injured=int(values.get("injured", 0)), loss=values.get("loss", 0)
    )  # fmt: skip


def lawful(row: Investigation) -> str:
    return rules.grade(row.dead, row.injured, row.loss)


def _form(case: Case, _actor: Actor, values: Mapping[str, Any], _at: datetime) -> Mapping[str, Any]:
    """The clock counts from the accident, not from the day the team was formed."""
    row = Investigation.objects.get(case=case)
    order = list(GRADES)
    if order.index(values["grade"]) < order.index(lawful(row)):
        raise Refused("grade", f"按伤亡和损失应是{GRADES[lawful(row)][0]}事故，不能定低。", "grade")
    if values["grade"] != "general" and not values.get("mandate"):
        raise Refused("mandate", "较大以上事故由上级调查；上级授权的，写授权文号。", "mandate")
    row.team = values["team"]
    row.save()
    return {
        "grade": values["grade"],
        "due_at": _due("investigating", row.happened_on + timedelta(days=DAYS), row.happened_on, "事故发生后"),
    }


def _approve(case: Case, _actor: Actor, _values: Mapping[str, Any], at: datetime) -> Mapping[str, Any]:
    Investigation.objects.filter(case=case).update(approved_on=civil_date(at))
    return {}


def _year_after(day: date) -> date:
    return date(day.year + 1, day.month, min(day.day, 28) if day.month == 2 else day.day)


def _finish(case: Case, _actor: Actor, _values: Mapping[str, Any], _at: datetime) -> Mapping[str, Any]:
    """The look-back is scheduled: one year after the reply."""
    replied = Investigation.objects.get(case=case).approved_on
    return {"due_at": _due("looking", _year_after(replied), replied, "批复后")} if replied else {}


def gates(case: Case) -> dict[str, str]:
    """Of each of 四不放过 what is lacking since the reply; "" when it is passed."""
    replied = Line.objects.filter(case=case, step__in=("approve", "look_fail")).order_by("-id").first()
    done = (
        set(Line.objects.filter(case=case, pk__gt=replied.pk, step__in=FOUR).values_list("step", flat=True))
        if replied
        else set()
    )
    have = set(case.evidence.values_list("kind", flat=True))
    return {
        slug: "" if slug in done and slug in have else f"{word}没有核对" if slug not in done else f"{word}没有佐证"
        for slug, word in FOUR.items()
    }


def _four(case: Case) -> str:
    lacking = [why for why in gates(case).values() if why]
    return f"四不放过还差：{'、'.join(lacking)}。" if lacking else ""


def _panel(case: Case) -> Sequence[tuple[str, str]]:
    row = Investigation.objects.filter(case=case).first()
    if row is None:
        return []
    found = [
        ("事故日期", str(row.happened_on)), ("伤亡和损失", f"死亡 {row.dead} 人，重伤 {row.injured} 人，直接经济损失 {row.loss:,.2f} 万元"),
        ("按条例第三条", f"{GRADES[lawful(row)][0]}事故（条款待核）"),
    ]  # fmt: skip
    if row.team:
        found.append(("调查组", row.team))
    if row.approved_on:
        found.append(("批复", str(row.approved_on)))
    if case.state in ("measures", "looking"):
        found += [(FOUR[slug], "✓ 已核对" if not why else f"◐ {why}") for slug, why in gates(case).items()]
    return found


def _gate(slug: str, word: str) -> Step:
    return Step(
        slug=slug,
        title=f"核对{word}",
        sources=("measures",),
        target="",
        permission=f"{_I}_work",
        says=True,
        proves=(slug,),
    )


def _whole(name: str, title: str) -> Field:
    return Field(name=name, title=title, kind="number", unit="人")


INVESTIGATION = Process(
    slug=f"{SLUG}/investigation", title="事故调查", prefix="SG",
    states={"filed": "待成立调查组", "investigating": "调查中", "reported": "报告待批复", "measures": "四不放过落实", "looking": "待回头看", "closed": "已办结",
            "handed": "上级调查"},
    ends=frozenset({"closed", "handed"}), aside=frozenset({"handed"}), read=f"{_I}_read", open=f"{_I}_work", manage=f"{_I}_approve", grades=GRADES,
    evidence={"team": "成立调查组的文件", "report": "调查报告", "reply": "批复", "lookback": "评估报告", **FOUR, "other": "其他"},
    limits=rules.limits("investigation"), made=_made, panel=_panel,
    kinds={"fall": "高处坠落", "fire": "火灾爆炸", "poison": "中毒窒息", "machine": "机械伤害", "electric": "触电", "collapse": "坍塌", "other": "其他"},
    asks=(Field(name="happened_on", title="事故日期", kind="day", required=True), _whole("dead", "死亡"), _whole("injured", "重伤"),
          Field(name="loss", title="直接经济损失", kind="number", unit="万元")),
    note="期限从事故发生之日算。不写伤亡人员姓名。", graded="事故",
    steps=(
        Step(slug="form", title="成立调查组", sources=("filed",), target="investigating", permission=f"{_I}_approve", proves=("team",), effect=_form, main=True,
             fields=(Field(name="grade", title="事故等级", kind="choice", choices={key: word for key, (word, _level) in GRADES.items()}, required=True),
                     Field(name="team", title="调查组组成单位", required=True, max_length=200),
                     Field(name="mandate", title="上级授权文号", help="较大以上事故才写", max_length=80))),
        Step(slug="hand_up", title="报上级调查", sources=("filed", "investigating"), target="handed", permission=f"{_I}_approve", says=True),
        Step(slug="report", title="提交调查报告", sources=("investigating",), target="reported", permission=f"{_I}_work", proves=("report",), says=True, main=True),
        Step(slug="send_back", title="退回补充调查", sources=("reported",), target="investigating", permission=f"{_I}_approve", says=True, not_by=("report",),
             returns=True),
        Step(slug="approve", title="批复", sources=("reported",), target="measures", permission=f"{_I}_approve", proves=("reply",), not_by=("report",),
             effect=_approve, main=True),
        *(_gate(slug, word) for slug, word in FOUR.items()),
        Step(slug="finish", title="四不放过核定", sources=("measures",), target="looking", permission=f"{_I}_approve", guard=_four, effect=_finish, says=True,
             not_by=tuple(FOUR), main=True),
        Step(slug="look_back", title="回头看通过", sources=("looking",), target="closed", permission=f"{_I}_work", proves=("lookback",), says=True, main=True),
        Step(slug="look_fail", title="回头看不落实", sources=("looking",), target="measures", permission=f"{_I}_work", says=True, returns=True),
    ),
)  # fmt: skip


# ---- the ladder
def _no(step: str, sentence: str) -> Callable[[Any], str]:
    return lambda case: sentence if case.lines.filter(step=step).exists() else ""


def _after(step: str, sentence: str) -> Callable[[Any], str]:
    return lambda case: "" if case.lines.filter(step=step).exists() else sentence


LADDER = Process(
    slug=f"{SLUG}/ladder", title="提醒约谈", prefix="TX",
    states={"reminded": "已提醒，待答复", "interviewed": "已约谈，待答复", "noticed": "已通报，待答复", "replied": "待核对", "closed": "已办结", "withdrawn": "已撤回"},
    ends=frozenset({"closed", "withdrawn"}), aside=frozenset({"withdrawn"}), read=f"{_L}_read", open=f"{_L}_issue", manage=f"{_L}_issue",
    kinds={"works": "工作清单没有按期完成", "dangers": "隐患整改不到位", "accident": "发生事故", "other": "其他"},
    evidence={"reminder": "提醒函", "interview": "约谈记录", "notice": "通报", "reply": "整改材料", "other": "其他"}, limits=rules.limits("ladder"),
    note="对象是单位，不是个人。登记就是发提醒；不能跳级：先提醒，再约谈，再通报。",
    steps=(
        Step(slug="reply", title="答复", sources=("reminded", "interviewed", "noticed"), target="replied", permission=f"{_L}_reply", takes=("reply",), hand="issuer",
             fields=(Field(name="answer", title="答复和整改情况", kind="long", required=True),), main=True),
        Step(slug="close", title="核对通过", sources=("replied",), target="closed", permission=f"{_L}_issue", says=True, not_by=("reply",), main=True),
        Step(slug="again", title="退回再答复", sources=("replied",), target="reminded", permission=f"{_L}_issue", says=True, hand="owner", returns=True,
             guard=_no("interview", "已经约谈过，退回不能降到提醒；用通报或核对通过。")),
        Step(slug="interview", title="约谈", sources=("reminded", "replied"), target="interviewed", permission=f"{_L}_issue", says=True, proves=("interview",),
             hand="owner", guard=_no("interview", "已经约谈过，下一级是通报。")),
        Step(slug="notice", title="通报", sources=("interviewed", "replied"), target="noticed", permission=f"{_L}_issue", says=True, proves=("notice",), hand="owner",
             guard=_after("interview", "还没有约谈，不能直接通报。")),
        Step(slug="withdraw", title="撤回", sources=("reminded",), target="withdrawn", permission=f"{_L}_issue", says=True),
    ),
)  # fmt: skip
