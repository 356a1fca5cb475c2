"""The story of the demonstration: 示例冷库甲 with its file, people, money, promise, permits in several states and a project (示例)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from anlan.base.clock import civil_date
from anlan.kernel.access import demonstration
from anlan.kernel.access.models import Organisation
from anlan.kernel.access.types import SYSTEM, Actor
from anlan.kernel.capability import registers
from anlan.kernel.casework import actions as casework
from anlan.kernel.casework.models import Case
from anlan.kernel.casework.story import play
from anlan.packs.safety.enterprise_duty import actions
from anlan.packs.safety.enterprise_duty.models import FeeAccount, Promise, SafetyProject
from anlan.packs.safety.enterprise_duty.process import PERMIT
from anlan.packs.safety.enterprise_duty.sheets import SHEETS

STORY = Path(__file__).with_name("story.toml")
_WORDS = (
    "本企业承诺：\n依法建立安全生产责任制，足额提取和使用安全费用。\n没有票不动火、不进受限空间；没有培训的人不上岗。"
)


def load(at: datetime) -> None:
    told = tomllib.loads(STORY.read_text(encoding="utf-8"))
    for sheet in SHEETS:
        registers.load(sheet, told.get(sheet.slug, ()), at)
    people = demonstration.people()
    units = demonstration.units()
    if not {"worker", "safety", "head", "regulator", "education"} <= set(people) or "SL-E31" not in units:
        return  # the demonstration's people are not all here
    firm = units["SL-E31"]
    _money(told["fee"], firm, at)
    if not Promise.objects.filter(organisation=firm).exists():
        actions.give_promise(
            actor=people["head"], enterprise=firm, kind="year", words=_WORDS, facts={}, at=at - timedelta(days=3), is_demo=True
        )  # fmt: skip
    for row in told["permit"]:
        _permit(row, people, firm, at)
    _project(firm, units, people, at)


def _money(rows: list[Mapping[str, Any]], firm: Organisation, at: datetime) -> None:
    if FeeAccount.objects.filter(organisation=firm).exists():
        return
    for row in sorted(rows, key=lambda one: -one["days"]):
        when = at - timedelta(days=row["days"])
        actions.enter_fee(
            actor=SYSTEM, enterprise=firm, item=row.get("item", ""), amount=Decimal(row["amount"]), on=civil_date(when), note=row["note"],
            voucher=row.get("voucher", ""), key=uuid5(NAMESPACE_URL, f"anlan:fee:{row['note']}"), at=when,
        )  # fmt: skip


def _permit(row: Mapping[str, Any], people: Mapping[str, Actor], firm: Organisation, at: datetime) -> None:
    key = uuid5(NAMESPACE_URL, f"anlan:permit:{row['title']}")
    if Case.objects.filter(key=key).exists():
        return
    began = at - timedelta(minutes=row["minutes"])
    case = casework.open_case(
        actor=people[row["by"]], process=PERMIT, owner=firm, title=row["title"], source="self", place=row["place"], key=key, at=began, is_demo=True,
        values=row["values"],
    )  # fmt: skip
    play(case, row.get("step", ()), people, began=began, at=at, pace=timedelta(minutes=1))


def _project(firm: Organisation, units: Mapping[str, Organisation], people: Mapping[str, Actor], at: datetime) -> None:
    if SafetyProject.objects.filter(organisation=firm).exists():
        return
    began = at - timedelta(days=12)
    row = actions.make_project(
        actor=people["safety"], enterprise=firm, name="3 号冷库扩建", what="新增 2000 吨冷藏间，沿用现有液氨机房", invest=Decimal(860), at=began, is_demo=True,
    )  # fmt: skip
    asked = actions.ask_departments(
        actor=people["safety"], project=row, departments=[units["SL-B11"], units["SL-B06"]], at=began
    )
    row.refresh_from_db()
    actions.answer(
        actor=people["regulator"], opinion=asked[0], agree=True, words="预评价结论可行。", at=at - timedelta(days=8)
    )
