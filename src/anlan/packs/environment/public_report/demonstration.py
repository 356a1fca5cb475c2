"""Invented reports in every state (示例); loaded again, nothing changes. Their codes are not told: track one you send yourself."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from PIL import Image, ImageDraw

from anlan.kernel.access import demonstration
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import Actor
from anlan.kernel.casework import actions as casework
from anlan.kernel.casework import handling
from anlan.kernel.casework.models import Case
from anlan.kernel.reporting import actions
from anlan.kernel.reporting.models import Report
from anlan.packs.environment.public_report.process import COUNTER

# days ago, kind, place, position, what, about, name, phone, how far it went
STORY: tuple[tuple[int, str, str, tuple[float, float] | None, str, str, str, str, str], ...] = (
    (
        62,
        "noise",
        "示例大道 8 号工地",
        (117.206, 39.176),
        "夜里 11 点以后还在打桩，连着三天。",
        "示例建筑工地甲",
        "示例·王某",
        "13800000001",
        "paid",
    ),
    (33, "fume", "示例南路 20 号", (117.198, 39.149), "楼下饭馆油烟直排，晚饭时最重。", "示例饭馆乙", "", "", "redo"),
    (
        20,
        "dust",
        "示例北路东口",
        (117.231, 39.178),
        "渣土车一路撒土，路面全是灰。",
        "",
        "示例·李某",
        "13800000002",
        "closed",
    ),
    (12, "smell", "示例支渠桥下", (117.226, 39.156), "傍晚有刺鼻气味，像油漆。", "", "", "", "answered"),
    (6, "sewage", "示例河口", (117.22, 39.168), "雨水口晴天流黑水。", "", "示例·赵某", "13800000003", "working"),
    (5, "sewage", "示例河口雨水口", (117.2203, 39.1681), "河边雨水口淌黑水，有味。", "", "", "", "merged"),
    (
        1,
        "waste",
        "示例西路空地",
        (117.186, 39.151),
        "空地上堆了十几个空桶，有标签。",
        "",
        "示例·孙某",
        "13800000004",
        "received",
    ),
)


def load(at: datetime) -> None:
    people = demonstration.people()
    street = Organisation.objects.filter(code="SL-S01").first()
    officer, fixer, cashier = (
        people.get("environment", people.get("monitor")),
        people.get("street"),
        people.get("petition", people.get("other")),
    )
    if officer is None or fixer is None or cashier is None or street is None:
        return  # the demonstration's people are not all here
    for row in STORY:
        _report(row, officer, fixer, cashier, street, at)


def _photo() -> bytes:
    drawn = Image.new("RGB", (360, 240), "#d9dfdd")
    pen = ImageDraw.Draw(drawn)
    pen.rectangle((0, 160, 360, 240), fill="#a9b3b0")
    pen.ellipse((120, 70, 240, 160), fill="#8b9794")
    out = io.BytesIO()
    drawn.save(out, "JPEG")
    return out.getvalue()


def _report(
    row: tuple[Any, ...], officer: Actor, fixer: Actor, cashier: Actor, street: Organisation, at: datetime
) -> None:
    days, kind, place, position, fact, about, name, phone, end = row
    key = uuid5(NAMESPACE_URL, f"anlan:public_report:{place}")
    if Case.objects.filter(key=actions.case_key(key)).exists():
        return
    began = at - timedelta(days=days)
    report, _code = actions.send(
        counter=COUNTER, given={"kind": kind, "place": place, "fact": fact, "about": about, "name": name, "phone": phone}, photos=[_photo()],
        position=position, at=began, key=key, is_demo=True,
    )  # fmt: skip
    case = report.case

    def step(who: Actor, word: str, after: float, note: str = "", **values: str) -> None:
        casework.make_step(
            actor=who,
            case=Case.objects.get(pk=case.pk),
            step=word,
            at=began + timedelta(days=after),
            note=note,
            values=values,
        )

    if end == "received":
        return
    if end == "merged":
        into = Case.objects.filter(key=actions.case_key(uuid5(NAMESPACE_URL, "anlan:public_report:示例河口"))).first()
        if into is not None:
            handling.merge(actor=officer, case=case, into=into, reason="同一处雨水口", at=began + timedelta(hours=6))
        return
    step(officer, "accept", 0.5, to=str(street.pk))
    if end == "working":
        return
    step(fixer, "answer", 5, answer="已到现场查看，责令当天改正，并安排夜间复查。")
    if end in ("closed", "paid"):
        step(officer, "close", 8)
        actions.judge(
            report=Report.objects.get(pk=report.pk),
            satisfaction="good" if end == "paid" else "fair",
            words="",
            redo=False,
            at=began + timedelta(days=9),
        )
    if end == "redo":
        again = began + timedelta(days=6)
        actions.judge(
            report=Report.objects.get(pk=report.pk),
            satisfaction="bad",
            words="晚上还是有烟，没装净化器。",
            redo=True,
            at=again,
        )
        step(officer, "accept", 7, to=str(street.pk))
    if end == "paid":
        step(officer, "reward", 10, "查实夜间违法施工", amount="500", basis="示例奖励办法第五条")
        step(cashier, "pay", 12, how="银行转账")
