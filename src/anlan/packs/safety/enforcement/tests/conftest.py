"""The bureau's registers, and the way of a penalty to where a test wants it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from tests.support.cast import Cast

from anlan.kernel.casework.actions import make_step, open_case
from anlan.kernel.casework.models import Case
from anlan.kernel.penalties.samples import files
from anlan.packs.safety.enforcement.models import SafetyInspector, SafetyTarget
from anlan.packs.safety.enforcement.office import INSPECTION, PENALTY

# step -> (who, evidence, fields, days after the filing)
WAY: dict[str, tuple[str, tuple[str, ...], dict[str, str], int]] = {
    "propose": ("regulator", ("filing", "inquiry"), {"violation": "training", "circumstance": "middle", "amount": "30000"}, 1),
    "pass_review": ("legal", (), {}, 2),
    "notify": ("regulator", ("notice",), {}, 3),
    "answer": ("head", (), {"statement": "没有异议"}, 4),
    "prepare": ("regulator", (), {"public_text": "冷库甲无证上岗，罚款 30,000 元。"}, 5),
    "decide": ("officer", ("decision",), {"number": "示应急罚〔2025〕1号"}, 6),
    "serve": ("regulator", ("receipt",), {"way": "direct", "served_on": "2025-08-01"}, 7),
    "publish": ("regulator", (), {}, 8),
}  # fmt: skip


@dataclass(frozen=True)
class Bureau:
    """Cases of the emergency bureau against the cast's enterprise."""

    cast: Cast

    def inspection(self, **more: Any) -> Case:
        given = {
            "title": "示例检查",
            "kind": "cold",
            "grade": "red",
            "source": "regulator",
            "owner": self.cast.enterprise,
            **more,
        }
        return open_case(actor=self.cast.actor("regulator"), process=INSPECTION, issuer=self.cast.emergency,
                         holder=self.cast.emergency, at=self.cast.at, **given)  # fmt: skip

    def penalty(self) -> Case:
        return open_case(actor=self.cast.actor("regulator"), process=PENALTY, owner=self.cast.enterprise, title="无证上岗", issuer=self.cast.emergency,
                         holder=self.cast.emergency, source="regulator", at=self.cast.at)  # fmt: skip

    def go(
        self, case: Case, who: str, step: str, *kinds: str, days: float = 1, note: str = "示例说明", **values: str
    ) -> Case:
        return make_step(actor=self.cast.actor(who), case=case, step=step, at=self.cast.at + timedelta(days=days), note=note, values=values, uploads=files(*kinds))  # fmt: skip

    def way(self, case: Case, step: str, **more: str) -> Case:
        who, kinds, values, days = WAY[step]
        return self.go(case, who, step, *kinds, days=days, **{**values, **more})

    def until(self, last: str, skip: tuple[str, ...] = (), **changed: dict[str, str]) -> Case:
        """A penalty along WAY up to and with the step `last`, with fields changed by step."""
        case = self.penalty()
        for step in WAY:
            if step not in skip:
                case = self.way(case, step, **changed.get(step, {}))
            if step == last:
                break
        return case


@pytest.fixture
def bureau(cast: Cast) -> Bureau:
    stamps = {"created_at": cast.at, "updated_at": cast.at}
    SafetyTarget.objects.create(
        organisation=cast.enterprise, code="SL-E31", name="示例冷库甲", category="cold", level="red", **stamps
    )
    for code, day in (("P1", date(2030, 1, 1)), ("P2", date(2030, 1, 1)), ("P3", date(2030, 1, 1)), ("OLD", date(2020, 1, 1))):  # fmt: skip
        SafetyInspector.objects.create(organisation=cast.emergency, code=code, name="示例", valid_until=day, **stamps)
    return Bureau(cast)
