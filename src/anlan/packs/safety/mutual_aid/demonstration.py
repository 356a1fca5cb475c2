"""Three invented neighbours with whom agreements are in force, one soon to end; two joint drills."""

from __future__ import annotations

from datetime import datetime, timedelta

from anlan.base.clock import civil_date
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM
from anlan.kernel.registry import actions
from anlan.packs.safety.mutual_aid.models import AidAgreement
from anlan.packs.safety.mutual_aid.sheets import AGREEMENTS, DRILLS


def load(at: datetime) -> None:
    bureau, today = Organisation.objects.filter(code="SL-B11", is_demo=True).first(), civil_date(at)
    if bureau is None or AidAgreement.objects.exists():
        return
    for number, (partner, years, left, peer) in enumerate(
        (("示例东区", 3, 700, ""), ("示例西区", 3, 30, ""), ("示例市应急指挥中心", 2, 500, "city")), start=1
    ):
        values = {
            "code": f"LD-{number:02d}", "partner": partner, "peer_code": peer, "signed_on": today - timedelta(days=365 * years - left),
            "valid_until": today + timedelta(days=left), "scope": "抢险队伍、泵车、帐篷", "contact": "示例·联络员", "telephone": "000-0000000", "document": f"示例协议〔2024〕{number} 号",
        }  # fmt: skip
        actions.add(actor=SYSTEM, sheet=AGREEMENTS, organisation=bureau, values=values, at=at, is_demo=True)
    for number, (agreement, days, subject, people) in enumerate(
        (("LD-01", 120, "下沉桥联合排水", 64), ("LD-03", 60, "通信中断下的移送", 18)), start=1
    ):
        values = {
            "code": f"LY-{number:02d}", "agreement_code": agreement, "held_on": today - timedelta(days=days), "subject": subject, "people": people, "findings": "示例：电台频率表没有更新",
        }  # fmt: skip
        actions.add(actor=SYSTEM, sheet=DRILLS, organisation=bureau, values=values, at=at, is_demo=True)
